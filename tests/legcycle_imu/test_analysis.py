import shutil
import sqlite3
from itertools import pairwise
from math import isnan
from pathlib import Path

import numpy as np
import pytest

import legcycle_imu
from firmware_bridge.errors import LegcycleError, Reason
from firmware_bridge.replay import ReplaySource
from firmware_bridge.samples import Placement, Segment, Side
from legcycle_imu import Runner, analyse, read_strides, write_strides
from legcycle_imu.config import Config
from legcycle_imu.demo import bundled_recording
from legcycle_imu.passage import Passage

DATA = Path(__file__).parents[1] / "data"
FIXTURES = ("jog", "run", "sprint", "walk-run-walk", "one-leg", "odd-mounting")
NO_CONFIG = Config()


def edited(name: str, folder: Path, *statements: str) -> Path:
    """Give a copy of a fixture changed by SQL."""
    path = Path(shutil.copy(DATA / f"{name}.legcycle", folder))
    with sqlite3.connect(path) as database:
        for statement in statements:
            database.execute(statement)
    database.close()
    return path


@pytest.fixture
def without_lengths(tmp_path):
    return edited("run", tmp_path, """UPDATE meta SET value = '{"code": "anna"}' WHERE key = 'runner'""")


@pytest.mark.parametrize("name", FIXTURES)
def test_every_true_running_stride_is_found_with_its_events(name):
    found = analyse(DATA / f"{name}.legcycle", config=NO_CONFIG).strides
    true = [s for s in read_strides(DATA / f"{name}.strides.csv") if "walk" not in s.flags]
    matched = [
        (stride, mine)
        for stride in true
        for mine in found
        if mine.side == stride.side and abs(mine.initial_contact_s - stride.initial_contact_s) < 0.080
    ]
    assert len(matched) >= len(true) - 2  # a stride may be lost at the beginning of each leg
    for event in ("toe_off_s", "peak_heel_lift_s", "peak_knee_drive_s"):
        errors = [abs(getattr(mine, event) - getattr(stride, event)) for stride, mine in matched]
        assert np.nanmedian(errors) < 0.030


@pytest.mark.parametrize("name", FIXTURES)
def test_strides_are_in_the_order_of_the_table_and_counted_a_leg(name):
    strides = analyse(DATA / f"{name}.legcycle", config=NO_CONFIG).strides
    keys = [(s.initial_contact_s, s.side) for s in strides]
    assert keys == sorted(keys)
    for side in {s.side for s in strides}:
        numbers = [s.stride for s in strides if s.side == side]
        assert numbers == list(range(len(numbers)))


def test_walking_is_in_the_table_and_out_of_the_summary():
    analysis = analyse(DATA / "walk-run-walk.legcycle", config=NO_CONFIG)
    walking = [s for s in analysis.strides if "walk" in s.flags]
    assert walking
    counted = sum(leg.strides for leg in analysis.summary.legs.values())
    assert counted <= len(analysis.strides) - len(walking)


def test_one_leg_alone_gives_one_leg():
    analysis = analyse(DATA / "one-leg.legcycle", config=NO_CONFIG)
    assert {s.side for s in analysis.strides} == {Side.LEFT}
    assert set(analysis.calibrations) == {Side.LEFT}
    assert all(isnan(s.flight_time_s) for s in analysis.strides)


def test_angles_are_kept_on_request_alone():
    assert not analyse(DATA / "run.legcycle", config=NO_CONFIG).angles
    angles = analyse(DATA / "run.legcycle", angles=True, config=NO_CONFIG).angles
    assert set(angles) == {Placement(side, segment) for side in Side for segment in Segment}
    for placement, found in angles.items():
        assert found.placement == placement
        assert found.time.shape == found.angle.shape == found.rate.shape
        assert len(found) == pytest.approx(900, abs=2)
        assert np.all(np.diff(found.time) > 0)


@pytest.mark.parametrize("entries_at_once", [1, 7, 64, 5000])
def test_the_table_is_the_same_however_the_recording_is_read(monkeypatch, tmp_path, entries_at_once):
    whole, parts = tmp_path / "whole.csv", tmp_path / "parts.csv"
    write_strides(analyse(DATA / "odd-mounting.legcycle", config=NO_CONFIG).strides, whole)
    monkeypatch.setattr(ReplaySource, "_entries_at_once", lambda self: entries_at_once)
    write_strides(analyse(DATA / "odd-mounting.legcycle", config=NO_CONFIG).strides, parts)
    assert parts.read_bytes() == whole.read_bytes()


def test_a_path_may_be_text():
    assert analyse(str(DATA / "one-leg.legcycle"), config=NO_CONFIG).path == DATA / "one-leg.legcycle"


def test_progress_goes_up_to_the_whole():
    told: list[tuple[float, str]] = []
    with Passage.of(
        DATA / "run.legcycle", config=NO_CONFIG, progress=lambda share, what: told.append((share, what))
    ) as passage:
        for _ in passage:
            pass
    assert told
    assert all(0 <= a <= b <= 1 for (a, _), (b, _) in pairwise(told))
    assert told[-1][0] == pytest.approx(1.0)
    assert all(what == "analysing run.legcycle" for _, what in told)


def test_lengths_are_taken_from_recording_config_and_arguments_in_this_order(without_lengths):
    config = Config({"anna": Runner("anna", thigh_m=0.41)})
    given = Runner(height_m=1.75, thigh_m=0.39)
    analysis = analyse(without_lengths, runner=given, config=config)
    assert analysis.runner == Runner("anna", 1.75, 0.41)
    assert any("thigh_m is 0.41" in notice and "the 0.39 given is not used" in notice for notice in analysis.notices)
    recorded = analyse(DATA / "run.legcycle", runner=Runner(height_m=2.0), config=config)
    assert recorded.runner.code == "simulated"
    assert recorded.runner.height_m != 2.0
    assert any("the 2 given is not used" in notice for notice in recorded.notices)


def test_a_code_that_is_given_finds_its_lengths(tmp_path):
    path = edited("one-leg", tmp_path, "UPDATE meta SET value = 'null' WHERE key = 'runner'")
    analysis = analyse(path, runner=Runner("ben"), config=Config({"ben": Runner("ben", 1.9)}))
    assert analysis.runner == Runner("ben", 1.9)


def test_unknown_lengths_leave_centimetres_unknown_and_are_noticed(without_lengths):
    analysis = analyse(without_lengths, config=NO_CONFIG)
    assert all(isnan(s.heel_lift_cm) and isnan(s.placement_cm) for s in analysis.strides)
    assert any(not isnan(s.heel_lift_pct) for s in analysis.strides)
    assert any("lengths are not known" in notice and "[runner.anna]" in notice for notice in analysis.notices)
    assert not any("lengths" in notice for notice in analyse(DATA / "run.legcycle", config=NO_CONFIG).notices)


def test_the_zero_and_its_uncertainty_are_said_for_each_leg():
    notices = analyse(DATA / "run.legcycle", config=NO_CONFIG).notices
    for side in Side:
        assert any(
            notice.startswith(f"The {side} leg's angles have their zero from running (uncert") for notice in notices
        )


def test_a_calibration_that_is_given_is_used_and_said():
    with bundled_recording() as path:
        analysis = analyse(path, config=NO_CONFIG)
    assert analysis.notices == tuple(
        f"The {side} leg's angles have the zero of the calibration that was given." for side in Side
    )
    assert min(s.initial_contact_known_s for s in analysis.strides) < 1.0, "strides come at once"


def test_advice_of_a_calibration_is_a_notice():
    analysis = analyse(DATA / "sprint.legcycle", config=NO_CONFIG)
    advised = [c.advice for c in analysis.calibrations.values() if c.advice]
    for advice in advised:
        assert any(advice[1:] in notice for notice in analysis.notices)


def test_a_leg_that_fails_is_noticed_and_the_other_goes_on(tmp_path):
    path = edited("run", tmp_path, "DELETE FROM entry WHERE sensor < 2 AND arrival_ns > 1000000000")
    analysis = analyse(path, config=NO_CONFIG)
    assert set(analysis.calibrations) == {Side.RIGHT}
    assert {s.side for s in analysis.strides} == {Side.RIGHT}
    assert any(notice.startswith("The left leg cannot be aligned") for notice in analysis.notices)


def test_if_no_leg_can_be_aligned_the_recording_is_refused(tmp_path):
    path = edited("run", tmp_path, "DELETE FROM entry WHERE arrival_ns > 1000000000")
    with pytest.raises(LegcycleError, match="cannot be aligned") as refused:
        analyse(path, config=NO_CONFIG)
    assert refused.value.reason is Reason.BAD_SIGNAL
    assert refused.value.sentence.count(".") >= 1


def test_a_recording_without_a_sample_is_refused(tmp_path):
    with pytest.raises(LegcycleError, match="no samples"):
        analyse(edited("run", tmp_path, "DELETE FROM entry"), config=NO_CONFIG)


def test_lost_samples_are_noticed(tmp_path):
    path = edited(
        "run", tmp_path, "DELETE FROM entry WHERE sensor = 1 AND arrival_ns BETWEEN 7000000000 AND 7500000000"
    )
    notices = analyse(path, config=NO_CONFIG).notices
    assert any(notice.startswith("The left shank sensor has gaps too long to fill: 1") for notice in notices)


@pytest.mark.parametrize(
    ("statement", "reason", "word"),
    [
        ("UPDATE meta SET value = '{\"legs\": 3}' WHERE key = 'calibration'", Reason.NEWER_VERSION, "calibration"),
        ("UPDATE meta SET value = '{\"height_m\": 175}' WHERE key = 'runner'", Reason.DAMAGED, "centimetres"),
        ("UPDATE meta SET value = replace(value, 'shank', 'thigh') WHERE key = 'sensors'", Reason.BAD_PLACEMENT, "leg"),
    ],
    ids=["calibration", "lengths", "sensors"],
)
def test_what_a_recording_says_of_itself_may_be_wrong(tmp_path, statement, reason, word):
    with pytest.raises(LegcycleError, match=word) as refused:
        analyse(edited("run", tmp_path, statement), config=NO_CONFIG)
    assert refused.value.reason is reason


def test_the_config_in_force_is_read_unless_one_is_given(without_lengths, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "legcycle.toml").write_text("[runner.anna]\nheight_m = 1.8\n[targets]\ndrive_deg = 20\n")
    analysis = legcycle_imu.analyse(without_lengths)
    assert analysis.runner.height_m == 1.8
    hits = analysis.summary.legs[Side.LEFT].hits[legcycle_imu.Phase.DRIVE]
    assert hits.hit == hits.judged > 0
