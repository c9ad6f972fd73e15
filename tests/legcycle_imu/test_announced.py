"""Drills that a recording announces: what marks mean, and what of an update belongs to one."""

from math import inf

import numpy as np
import pytest

from firmware_bridge.samples import Placement, Segment, Side
from legcycle_imu.announced import GO_ON, LEAD_S, REST, STOP, Announced, announced, effect_s, mark_of, within
from legcycle_imu.drills import Drill
from legcycle_imu.model import SegmentAngles, Update

S = 1_000_000_000
THIGH = Placement(Side.LEFT, Segment.THIGH)


def angles(*times: float) -> SegmentAngles:
    time = np.array(times)
    return SegmentAngles(THIGH, time, 0.1 * time, np.zeros_like(time), np.zeros(len(time), np.uint8))


def test_a_mark_begins_a_drill_and_another_ends_it() -> None:
    (drill,) = announced([(5 * S, "drill heel-drag"), (9 * S, STOP)])
    assert drill == Announced(Drill.HEEL_DRAG, 5.0 + LEAD_S, 9.0 + LEAD_S)


def test_without_an_end_it_goes_on_to_the_recordings() -> None:
    assert announced([(0, "drill hill")])[0].end_s == inf


@pytest.mark.parametrize("drill", Drill)
def test_every_drill_can_be_announced(drill: Drill) -> None:
    assert [one.drill for one in announced([(0, mark_of(drill))])] == [drill]


def test_other_marks_mean_nothing() -> None:
    assert announced([(0, "lap 1"), (1, STOP), (2, REST), (3, "drill squat")]) == []


def test_rests_are_left_out() -> None:
    marks = [(0, "drill hill"), (2 * S, REST), (3 * S, REST), (4 * S, GO_ON), (5 * S, GO_ON), (6 * S, REST)]
    (drill,) = announced(marks)
    assert drill.rests == ((effect_s(2 * S), effect_s(4 * S)), (effect_s(6 * S), inf))
    assert drill.resting
    times = np.array([0.0, 1.0, 2.05, 2.2, 4.0, 4.2, 6.05, 7.0])
    assert drill.holds(times).tolist() == [False, True, True, False, False, True, True, False]


def test_a_drill_that_is_begun_anew_is_another() -> None:
    assert [one.begin_s for one in announced([(0, "drill hill"), (S, "drill hill")])] == [LEAD_S, 1.0 + LEAD_S]


def test_only_what_was_measured_within_belongs_to_it() -> None:
    kept = within(Update(angles=[angles(0.9, 1.0, 1.1, 2.0)]), Announced(Drill.HILL, 1.0, 2.0))
    (block,) = kept.angles
    assert block.time.tolist() == [1.0, 1.1]
    assert block.angle.tolist() == pytest.approx([0.1, 0.11])
    assert len(block.quality) == len(block.rate) == 2


def test_all_of_it_is_not_copied() -> None:
    block = angles(1.0, 1.1)
    assert within(Update(angles=[block]), Announced(Drill.HILL, 1.0)).angles[0] is block
