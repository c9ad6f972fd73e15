"""The norms computed anew: the means of made-up trials, and those of real runners beside the table of the code."""

import gzip
import json
import os
from pathlib import Path

import pytest

from benchmarks.norms import main, table, trial_means
from legcycle_imu.norms import CADENCE_SPM, LEG_CM, NORMS, SPEED_M_S

HEAD = (
    "side,stride,initial_contact_s,next_initial_contact_s,stride_time_s,contact_time_s,knee_drive_deg,heel_lift_cm,"
    "hip_extension_deg,placement_cm,shank_at_contact_deg,peak_knee_flexion_deg"
)
CLOSE = {"heel_lift_cm": 1.0, "contact_time_s": 0.005, "placement_cm": 0.5}
"""How near the means of both lots of runners are to each other; angles 3 deg."""


def trial(folder: Path, drive: float, leg_m: float = LEG_CM / 100.0) -> Path:
    """Write a trial of two strides that last 0.7 s, 1 deg and 2 cm apart."""
    folder.mkdir()
    rows = [f"left,{k},{k * 0.7},{(k + 1) * 0.7},0.7,0.25,{drive + k},{2.0 * k},20,20,8,100" for k in range(2)]
    (folder / "truth_strides.csv").write_text("\n".join([HEAD, *rows]))
    (folder / "meta.json").write_text(json.dumps({"thigh_length_m": 0.4, "shank_length_m": leg_m - 0.4}))
    lines = [f"{0.01 * k},{-25.0 if k == 30 else 5.0},0,{-30.0 if k == 100 else 5.0},0" for k in range(150)]
    with gzip.open(folder / "truth_angles.csv.gz", "wt") as file:
        file.write("\n".join(["time_s,left_thigh_deg,left_shank_deg,right_thigh_deg,right_shank_deg", *lines]))
    return folder


def test_a_trial_is_the_mean_of_its_strides(tmp_path: Path) -> None:
    means = trial_means(trial(tmp_path / "one", 36.0))
    assert means["knee_drive_deg"] == pytest.approx(36.5)
    assert means["heel_lift_cm"] == pytest.approx(1.0)
    assert means["cadence_spm"] == pytest.approx(120.0 / 0.7)
    assert means["peak_hip_extension_deg"] == pytest.approx((25.0 - 5.0) / 2.0)
    assert set(means) == {*NORMS, "cadence_spm"}


def test_lengths_are_those_of_a_mean_leg(tmp_path: Path) -> None:
    means = trial_means(trial(tmp_path / "one", 36.0, leg_m=2.0 * LEG_CM / 100.0))
    assert means["heel_lift_cm"] == pytest.approx(0.5)
    assert means["knee_drive_deg"] == pytest.approx(36.5)


def test_mean_and_deviation_are_between_runners(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for speed in SPEED_M_S:
        for name, drive in (("a", 30.0), ("b", 34.0)):
            trial(tmp_path / f"{name}_T{10 * speed:.0f}", drive + speed)
    found = table(tmp_path)["knee_drive_deg"]
    assert [mean for mean, _ in found] == pytest.approx([32.5 + speed for speed in SPEED_M_S])
    assert [sd for _, sd in found] == pytest.approx([8.0**0.5] * 3)
    assert main([str(tmp_path)]) == 0
    assert "knee_drive_deg" in capsys.readouterr().out


def test_without_recordings_it_says_what_it_needs(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("LEGCYCLE_RUNNING_DATA", raising=False)
    assert main([]) == 1
    assert "LEGCYCLE_RUNNING_DATA" in capsys.readouterr().err


@pytest.mark.skipif("LEGCYCLE_RUNNING_DATA" not in os.environ, reason="LEGCYCLE_RUNNING_DATA names no recordings")
def test_real_runners_do_what_the_norms_say() -> None:
    found = table(Path(os.environ["LEGCYCLE_RUNNING_DATA"]))
    for metric, norm in NORMS.items():
        for (mean, _), stated in zip(found[metric], norm.mean, strict=True):
            assert mean == pytest.approx(stated, abs=CLOSE.get(metric, 3.0))
    for (mean, _), stated in zip(found["cadence_spm"], CADENCE_SPM, strict=True):
        assert mean == pytest.approx(stated, abs=3.0)
