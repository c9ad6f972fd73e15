from math import degrees, radians

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from firmware_bridge.samples import Side
from legcycle_imu.drills import RULES, Drill, Fault
from legcycle_imu.drills.flicks import Flick, LegFlicks
from legcycle_imu.drills.movement import Row
from legcycle_imu.drills.prone import ProneLegs
from legcycle_imu.simulation.drill_moves import Knots
from tests.drill_rows import rows

LYING = (-90.0, -90.0)
FLAT = ((0.0, 0.0), (1.0, 0.0))


def shank(peaks: list[float], *, first: float = 2.0, period: float = 1.0, low: float = 20.0) -> Knots:
    knots = [(first, 0.0)]
    for k, peak in enumerate(peaks):
        knots += [(first + (k + 0.5) * period, -peak), (first + (k + 1.0) * period, -low)]
    return (*knots[:-1], (knots[-1][0], 0.0))


def found(stream: list[Row]) -> list[Flick]:
    leg = LegFlicks()
    return [flick for row in stream if (flick := leg.push(row)) is not None]


def test_flicks_are_counted_with_their_flexion_and_their_times():
    flicks = found(rows(FLAT, shank([100.0, 130.0, 60.0]), until=7.0, rest=LYING))
    assert [degrees(flick.flexion) for flick in flicks] == pytest.approx([100.0, 130.0, 60.0], abs=0.5)
    assert [flick.peak_at for flick in flicks] == pytest.approx([2.5, 3.5, 4.5], abs=0.03)
    assert all(flick.start < flick.peak_at < flick.end <= flick.known for flick in flicks)


@settings(max_examples=20, derandomize=True, deadline=None)
@given(
    peaks=st.lists(st.floats(60.0, 135.0), min_size=1, max_size=6), period=st.floats(0.5, 2.0), low=st.floats(0.0, 30.0)
)
def test_any_tempo_and_range_is_counted(peaks: list[float], period: float, low: float):
    until = 4.0 + period * len(peaks)
    assert len(found(rows(FLAT, shank(peaks, period=period, low=low), until=until, rest=LYING))) == len(peaks)


def test_the_thigh_is_taken_from_lying_still():
    drifting = ((0.0, 0.0), (2.0, 0.0), (6.0, 12.0))
    flicks = found(rows(drifting, shank([100.0] * 4), until=7.0, rest=LYING))
    assert [degrees(flick.flexion) for flick in flicks] == pytest.approx([100.0] * 4, abs=2.0)


@pytest.mark.parametrize("rest", [(-4.0, -3.0), (90.0, 90.0), (-30.0, -30.0)])
def test_who_does_not_lie_on_the_belly_does_not_flick(rest: tuple[float, float]):
    assert found(rows(FLAT, shank([100.0] * 3), until=7.0, rest=rest)) == []


def test_small_movements_are_not_counted():
    assert found(rows(FLAT, shank([15.0] * 3, low=0.0), until=7.0, rest=LYING)) == []


def test_a_gap_is_told_and_a_long_one_ends_the_flick():
    stream = rows(FLAT, shank([100.0] * 3), until=7.0, rest=LYING)
    nan = float("nan")
    short = [Row(r.time, nan, nan) if 2.6 <= r.time < 2.7 else r for r in stream]
    long = [Row(r.time, nan, nan) if 2.6 <= r.time < 3.4 else r for r in stream]
    assert [flick.gap for flick in found(short)] == [True, False, False]
    assert len(found(long)) < 3


def both(left: list[Row], right: list[Row]):
    legs = ProneLegs(RULES[Drill.PRONE_FLICKS], tuple(Side))
    return [one for a, b in zip(left, right, strict=True) for one in legs.push({Side.LEFT: a, Side.RIGHT: b})]


def test_legs_in_turn_are_right():
    left = rows(FLAT, shank([110.0] * 4, low=15.0), until=9.0, rest=LYING)
    right = rows(FLAT, shank([110.0] * 4, first=2.5, low=15.0), until=9.0, rest=LYING)
    found = both(left, right)
    assert [one.side for one in found] == [Side.LEFT, Side.RIGHT] * 4
    assert all(one.faults == () for one in found)


def test_both_at_once_is_named():
    left = rows(FLAT, shank([110.0] * 4, low=15.0), until=9.0, rest=LYING)
    right = rows(FLAT, shank([110.0] * 4, first=2.03, low=15.0), until=9.0, rest=LYING)
    assert all(Fault.TOGETHER in one.faults for one in both(left, right))


def test_one_leg_alone_is_named_from_the_second_on():
    left = rows(FLAT, shank([110.0] * 4, low=15.0), until=9.0, rest=LYING)
    right = rows(FLAT, FLAT, until=9.0, rest=LYING)
    found = both(left, right)
    assert [Fault.NOT_ALTERNATING in one.faults for one in found] == [False, True, True, True]


def test_where_one_leg_is_measured_nothing_is_said_of_turns():
    legs = ProneLegs(RULES[Drill.PRONE_FLICKS], (Side.RIGHT,))
    stream = rows(FLAT, shank([110.0] * 3), until=8.0, rest=LYING)
    found = [one for row in stream for one in legs.push({Side.RIGHT: row})]
    assert len(found) == 3
    assert all(one.faults == () for one in found)
    assert legs.lying
    assert radians(100.0) < radians(found[0].lift_flexion_deg)
