from math import isnan

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from firmware_bridge.samples import Side
from legcycle_imu.drills import Drill, Repetition
from legcycle_imu.drills.tally import Alternation, Tally


def repetition(start: float, passed: bool | None = True) -> Repetition:
    return Repetition(Drill.PUSH_LIFT, Side.LEFT, 0, start, start + 1.0, start + 1.0, passed=passed)


@settings(max_examples=30, derandomize=True, deadline=None)
@given(st.lists(st.floats(0.5, 10.0), min_size=2, max_size=20))
def test_rhythm_is_mean_and_variation_of_the_intervals(intervals: list[float]):
    tally = Tally()
    for start in np.cumsum([0.0, *intervals]).tolist():
        tally.add(repetition(start))
    assert tally.interval_s == pytest.approx(np.mean(intervals))
    assert tally.variation_pct == pytest.approx(100.0 * np.std(intervals, ddof=1) / np.mean(intervals), abs=1e-6)


def test_a_pause_is_no_interval():
    tally = Tally()
    for start in (0.0, 2.0, 40.0, 42.0):
        tally.add(repetition(start))
    assert tally.intervals == 2
    assert tally.interval_s == 2.0


def test_shares_count_what_could_be_judged():
    tally = Tally()
    for passed in (True, False, None, True):
        tally.add(repetition(1.0, passed))
    assert (tally.repetitions, tally.judged, tally.passed) == (4, 3, 2)
    assert tally.pass_pct == pytest.approx(200.0 / 3.0)
    assert tally.count(12.0).seconds == 12.0


def test_nothing_is_nothing():
    tally = Tally()
    assert isnan(tally.pass_pct)
    assert isnan(tally.interval_s)
    assert isnan(tally.variation_pct)
    assert isnan(Alternation().pct)


def test_alternation_is_the_share_that_followed_the_other_leg():
    alternation = Alternation()
    for side in (Side.LEFT, Side.RIGHT, Side.RIGHT, Side.LEFT, Side.RIGHT):
        alternation.add(side)
    assert alternation.pct == 75.0
