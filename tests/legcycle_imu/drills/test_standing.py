from collections.abc import Sequence

import numpy as np
import pytest

from firmware_bridge.samples import Placement, Segment, Side
from legcycle_imu.drills import RULES, Drill, Fault, Repetition
from legcycle_imu.drills.movement import Row
from legcycle_imu.drills.repetition import ASSUMED_LENGTH, VIRTUAL
from legcycle_imu.drills.standing import StandingLegs, repetition_of
from legcycle_imu.runner import LegGeometry, Runner
from legcycle_imu.simulation import Script, Section, SectionKind, draw_runner, simulate
from legcycle_imu.simulation.drill_moves import Move
from tests.drill_rows import DRAG, DRIVE, LIFT, STILL, moves, rows

GEOMETRY = Runner(height_m=1.75).geometry


def found(
    drill: Drill, left: Sequence[Row], right: Sequence[Row] | None = None, geometry: LegGeometry = GEOMETRY
) -> list[Repetition]:
    sides = (Side.LEFT,) if right is None else tuple(Side)
    legs = StandingLegs(sides, geometry)
    other = right or left
    singles = [
        one
        for a, b in zip(left, other, strict=True)
        for one in legs.push({side: row for side, row in ((Side.LEFT, a), (Side.RIGHT, b)) if side in sides})
    ]
    return [one for one in (repetition_of(single, RULES[drill]) for single in singles) if one is not None]


def still(until: float) -> list[Row]:
    return rows(STILL, STILL, until=until)


@pytest.mark.parametrize(
    ("drill", "move"), [(Drill.HEEL_DRAG, DRAG), (Drill.PUSH_LIFT, LIFT), (Drill.PUSH_LIFT_DRIVE, DRIVE)]
)
def test_a_good_movement_is_a_repetition_without_faults(drill: Drill, move: Move):
    (one,) = found(drill, rows(*moves((2.0, move)), until=6.0), still(6.0))
    assert one.side is Side.LEFT
    assert one.faults == ()
    assert one.flags == {VIRTUAL}
    assert one.lean_deg == pytest.approx(0.0, abs=0.1)


def test_the_standing_leg_that_leans_is_no_repetition_and_is_measured():
    lean = ((0.0, 0.0), (0.9, -15.0), (1.8, 0.0))
    leaning = rows(*moves((2.0, Move(lean, lean))), until=6.0)
    (one,) = found(Drill.HEEL_DRAG, rows(*moves((2.0, DRAG)), until=6.0), leaning)
    assert one.side is Side.LEFT
    assert one.lean_deg == pytest.approx(15.0, abs=0.5)


@pytest.mark.parametrize("speed_m_s", [0.9, 1.3, 1.8])
def test_walking_is_no_drill(speed_m_s: float):
    stand, go = Section(SectionKind.STAND, 3.0), Section(SectionKind.TRANSITION, 1.0)
    script = Script((stand, go, Section(SectionKind.WALK, 8.0, speed_m_s), go, stand))
    truth = simulate(script, draw_runner(1), (), 1).angles
    left, right = (
        [Row(*row) for row in np.stack([truth.time, *(truth.angle[Placement(side, s)] for s in Segment)], -1).tolist()]
        for side in Side
    )
    assert [one for one in found(Drill.PUSH_LIFT, left, right) if 5.0 < one.start_s < 11.0] == []


def test_one_leg_alone_can_be_measured():
    (one,) = found(Drill.HEEL_DRAG, rows(*moves((2.0, DRAG)), until=6.0))
    assert one.side is Side.LEFT


def test_lengths_that_are_not_known_are_assumed_and_flagged():
    (one,) = found(Drill.HEEL_DRAG, rows(*moves((2.0, DRAG)), until=6.0), still(6.0), LegGeometry())
    assert one.flags == {VIRTUAL, ASSUMED_LENGTH}
    assert one.heel_travel_cm == pytest.approx(28.0, abs=2.0)


def test_a_small_step_does_not_count():
    step = Move(((0.0, 0.0), (0.3, 10.0), (0.6, 0.0)), ((0.0, 0.0), (0.3, -8.0), (0.6, 0.0)))
    for drill in (Drill.HEEL_DRAG, Drill.PUSH_LIFT, Drill.PUSH_LIFT_DRIVE):
        assert found(drill, rows(*moves((2.0, step)), until=5.0), still(5.0)) == []


def test_a_leg_that_stays_behind_is_named():
    stays = Move(((0.0, 0.0), (0.6, -18.0)), ((0.0, 0.0), (0.6, -25.0)))
    (one,) = found(Drill.HEEL_DRAG, rows(*moves((2.0, stays)), until=9.0), still(9.0))
    assert Fault.NO_RETURN in one.faults


def test_the_order_is_watched():
    first = Move(
        ((0.0, 0.0), (0.5, -15.0), (1.0, 80.0), (1.4, 85.0), (2.2, 0.0)),
        ((0.0, 0.0), (0.5, -18.0), (1.0, -10.0), (1.4, -45.0), (2.2, 0.0)),
    )
    (one,) = found(Drill.PUSH_LIFT_DRIVE, rows(*moves((2.0, first)), until=7.0), still(7.0))
    assert Fault.DRIVE_BEFORE_LIFT in one.faults
