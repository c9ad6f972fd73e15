"""The figures of docs/progress.md, on a few sessions: marks where there is nothing, where there is, and at speeds."""

import os
from pathlib import Path

import numpy as np
import pytest

from benchmarks import progress
from benchmarks.trials import DATA_VARIABLE, trials
from firmware_bridge.samples import Side
from legcycle_imu.progress.change import compare
from legcycle_imu.progress.trend import trend
from legcycle_imu.simulation import draw_runner


@pytest.fixture(scope="module")
def again():
    """Give four sessions of one simulated runner, mounted and calibrated anew each time."""
    return [progress.simulated(draw_runner(3), 500 + k, f"s{k}") for k in range(4)]


def test_sensors_mounted_anew_are_no_change(again) -> None:
    marked = [c for a, b in progress._pairs(again) for c in compare(a, b) if c.word in progress.MARKED]
    assert not marked
    course = trend(again)
    assert {c.detectable.own_sessions for c in course.changes[Side.LEFT, "thigh_range_deg"]} == {0, 3}


def test_what_sessions_differ_by_is_less_than_what_is_reckoned_with(again) -> None:
    for key in progress.ANGLES:
        figures = [session.figure(Side.LEFT, key) for session in again]
        assert np.std([f.mean for f in figures], ddof=1) < max(np.hypot(f.days_sd, f.zero_sd) for f in figures)


@pytest.mark.soak
def test_a_larger_swing_is_found_and_a_change_of_posture_in_part_alone() -> None:
    found = {row[0] + row[1]: (float(row[2]), float(row[3])) for row in progress._hidden(people=1).rows}
    truly, seen = found["a larger swingthigh range"]
    assert seen == pytest.approx(truly, rel=0.1)
    truly, seen = found["all angles of the thigh further in frontknee drive"]
    assert 0.3 * truly < seen < 0.7 * truly


@pytest.mark.parametrize(("days_deg", "own"), [(2.7, 1), (2.0, 3), (2.0, 5)])
def test_one_in_twenty_is_marked_by_chance_and_two_mdc_nearly_always(days_deg, own) -> None:
    shares = [progress._marked_share(np.random.default_rng(4), days_deg, own, times, 1500) for times in (0.0, 2.0)]
    assert shares[0] < 0.065
    assert shares[1] > 0.95


@pytest.mark.skipif(not os.environ.get(DATA_VARIABLE), reason=f"{DATA_VARIABLE} does not name the recorded trials")
def test_a_recorded_runner_at_another_speed_is_no_change_of_technique(tmp_path) -> None:
    data = tmp_path / "two"
    data.mkdir()
    for speed in ("T25", "T35"):
        (data / f"RBDS026_{speed}").symlink_to(Path(os.environ[DATA_VARIABLE]) / f"RBDS026_{speed}")
    a, b = (progress._of_trial(trial) for trial in trials(data, tmp_path / "work"))
    changes = compare(a, b)
    assert {c.reason for c in changes} == {"another pace"}
    assert any(c.word in progress.MARKED for c in compare(a, b, same_speed=True))
