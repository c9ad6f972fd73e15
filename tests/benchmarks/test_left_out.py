"""Recorded runners, aligned from parts of their recordings. Needs LEGCYCLE_RUNNING_DATA."""

import os
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from benchmarks.left_out import Part, habits_without, judge, see
from benchmarks.trials import Trial, trials
from calibration.evidence import AlignmentSettings, Habits

DATA = os.environ.get("LEGCYCLE_RUNNING_DATA")
pytestmark = pytest.mark.skipif(DATA is None, reason="LEGCYCLE_RUNNING_DATA does not name the recorded running")

FEW = ("RBDS002_T25", "RBDS012_T45", "RBDS015_T25", "RBDS017_T35")
"""Those in which the sign of a shank or the bias of a gyroscope was once wrong."""
SHIPPED = AlignmentSettings().habits
KNEE_DRIVE_DEG = {Part.LIFTS: 3.0, Part.ALL: 1.9, Part.RUN: 2.3}


@pytest.fixture(scope="module")
def few(tmp_path_factory: pytest.TempPathFactory) -> list[Trial]:
    folder = tmp_path_factory.mktemp("few")
    linked = folder / "running"
    linked.mkdir()
    for name in FEW:
        (linked / name).symlink_to(Path(str(DATA)) / name, target_is_directory=True)
    return trials(linked, folder / "work")


def errors(every: Sequence[Trial], habits: Sequence[tuple[Habits, Habits]], part: Part) -> list[float]:
    """Give the errors of knee drive; segments, sides and signs must be right."""
    found = []
    for trial, known in zip(every, habits, strict=True):
        judged = judge((trial, known), part)
        assert judged.segments, trial.name
        assert judged.sides, trial.name
        for leg in judged.legs:
            assert leg.right == [True, True], (trial.name, leg.far_deg)
            assert leg.score is not None
            found += leg.score.metrics["knee_drive_deg"]
    return found


@pytest.mark.parametrize("part", Part)
def test_segments_sides_and_signs_are_right_in_a_few(few: list[Trial], part: Part) -> None:
    assert errors(few, [SHIPPED] * len(few), part)


def test_what_is_fitted_is_like_what_is_shipped(few: list[Trial]) -> None:
    seen = [see(trial) for trial in few]
    for fitted, known in zip(habits_without("nobody", seen), SHIPPED, strict=True):
        assert np.degrees(fitted.posture.standing_rad) == pytest.approx(np.degrees(known.posture.standing_rad), abs=4)
        assert np.degrees(fitted.posture.running_rad) == pytest.approx(np.degrees(known.posture.running_rad), abs=8)
        assert fitted.running.adduction.mean_deg == pytest.approx(known.running.adduction.mean_deg, abs=4)
        assert fitted.running.standing_deg == pytest.approx(known.running.standing_deg, abs=4)


def test_a_runner_left_out_has_no_say(few: list[Trial]) -> None:
    seen = [see(trial) for trial in few]
    runner = few[0].runner
    assert habits_without(runner, seen) == habits_without(runner, seen[1:])
    assert habits_without(runner, seen) != habits_without("nobody", seen)


@pytest.mark.soak
@pytest.mark.parametrize("part", Part)
def test_all_recordings_are_right_knowing_the_other_runners_alone(tmp_path: Path, part: Part) -> None:
    every = trials(Path(str(DATA)), tmp_path)
    seen = [see(trial) for trial in every]
    without = {runner: habits_without(runner, seen) for runner in {t.runner for t in every}}
    assert np.abs(errors(every, [without[t.runner] for t in every], part)).mean() <= KNEE_DRIVE_DEG[part]
