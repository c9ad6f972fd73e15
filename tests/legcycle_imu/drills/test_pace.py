from dataclasses import replace
from math import nan

import pytest

from firmware_bridge.samples import Side
from legcycle_imu.drills import RULES, Drill, DrillRule, DrillState
from legcycle_imu.drills.pace import Pace

LEFT, RIGHT = Side.LEFT, Side.RIGHT
TIMED = replace(RULES[Drill.HEEL_DRAG], seconds=20.0)
COUNTED = replace(RULES[Drill.PUSH_LIFT], repetitions=3)


def at_work(
    rule: DrillRule, *repetitions: tuple[float, Side | None], until: float, still: tuple[float, float] = (nan, nan)
):
    """Repetitions of a second each, all else still where it is said."""
    pace = Pace(rule, tuple(Side))
    waiting = list(repetitions)
    for tick in range(round(until * 10)):
        time = tick / 10
        pace.tick(time, moving=not still[0] <= time < still[1])
        while waiting and time >= waiting[0][0] + 1.0:
            start, side = waiting.pop(0)
            pace.note(side, start, wrong=pace.is_wrong(side, start))
    return pace


def test_nothing_runs_before_the_first_repetition():
    pace = at_work(TIMED, until=60.0)
    assert pace.state.state is DrillState.READY
    assert pace.time_left_s == 20.0
    assert pace.state.side is None


def test_the_time_counts_from_the_first_repetitions_beginning():
    pace = at_work(TIMED, (5.0, LEFT), until=11.0)
    assert pace.state.state is DrillState.GOING
    assert pace.state.side is LEFT
    assert pace.time_left_s == pytest.approx(20.0 - 5.9, abs=0.15)


def test_when_the_time_is_up_it_is_the_other_legs_turn():
    pace = at_work(TIMED, (5.0, RIGHT), (20.0, RIGHT), until=26.0)
    assert pace.state.state is DrillState.SWITCH
    assert pace.state.side is LEFT
    assert pace.time_left_s == 20.0
    assert pace.is_wrong(RIGHT, 25.9)
    assert not pace.is_wrong(RIGHT, 24.5)  # begun in its own turn
    assert not pace.is_wrong(LEFT, 25.9)


def test_after_both_turns_it_is_done():
    pace = at_work(TIMED, (5.0, RIGHT), (30.0, LEFT), until=60.0)
    assert pace.state.state is DrillState.DONE
    assert pace.time_left_s == 0.0
    assert pace.state.seconds == {RIGHT: pytest.approx(20.0, abs=0.2), LEFT: pytest.approx(20.0, abs=0.2)}


def test_standing_still_stops_the_clock():
    pace = at_work(TIMED, (5.0, LEFT), until=16.0, still=(8.0, 16.0))
    assert pace.state.state is DrillState.PAUSED
    assert pace.time_left_s == pytest.approx(20.0 - 6.0, abs=0.3)
    going = at_work(TIMED, (5.0, LEFT), until=18.0, still=(8.0, 16.0))
    assert going.state.state is DrillState.GOING


def test_repetitions_are_counted_where_nothing_is_timed():
    pace = at_work(COUNTED, *((float(k), LEFT) for k in range(2, 8, 2)), until=9.0)
    assert pace.state.state is DrillState.SWITCH
    assert pace.state.repetitions == 0
    assert pace.time_left_s != pace.time_left_s


def test_the_wrong_leg_is_not_counted():
    pace = at_work(COUNTED, (2.0, LEFT), (4.0, RIGHT), (6.0, LEFT), until=9.0)
    assert pace.state.repetitions == 2


def test_sets_have_a_rest_between_them():
    rule = replace(RULES[Drill.PRONE_FLICKS], seconds=10.0, sets=2, rest_s=15.0)
    resting = at_work(rule, (5.0, LEFT), until=20.0)
    assert resting.state.state is DrillState.REST
    assert resting.state.set_number == 2
    assert resting.time_left_s == pytest.approx(10.0, abs=0.3)
    assert at_work(rule, (5.0, LEFT), until=31.0).state.state is DrillState.READY
    assert at_work(rule, (5.0, LEFT), (35.0, LEFT), until=50.0).state.state is DrillState.DONE


def test_runs_are_followed_by_a_rest():
    rule = replace(RULES[Drill.RUN_30M], repetitions=2, rest_s=30.0)
    assert at_work(rule, (5.0, None), until=10.0).state.state is DrillState.REST
    assert at_work(rule, (5.0, None), until=40.0).state.state is DrillState.READY
    assert at_work(rule, (5.0, None), (50.0, None), until=60.0).state.state is DrillState.DONE


def test_one_leg_alone_is_done_after_its_turn():
    pace = Pace(COUNTED, (RIGHT,))
    for k in range(3):
        pace.tick(2.0 * k, moving=True)
        pace.note(RIGHT, 2.0 * k, wrong=False)
    assert pace.state.state is DrillState.DONE
