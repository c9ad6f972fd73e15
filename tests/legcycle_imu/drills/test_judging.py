from math import nan

import pytest

from firmware_bridge.samples import Side
from legcycle_imu.drills import ADVICE, RULES, Drill, Fault, Repetition
from legcycle_imu.drills.judging import counts, judged, order_faults
from legcycle_imu.drills.measured import Measured

GOOD = Measured(
    push_deg=15.0,
    heel_travel_cm=45.0,
    heel_rise_cm=35.0,
    lift_flexion_deg=130.0,
    heel_lift_cm=25.0,
    drive_deg=92.0,
    push_s=0.5,
    lift_s=0.3,
    drive_s=0.4,
    place_s=0.8,
    bend_deg=125.0,
    pushed_first=1.0,
    driven_at_lift_deg=2.0,
)
DRIVEN = Repetition(Drill.PUSH_LIFT_DRIVE, Side.LEFT, 1, 0.0, 2.0, 2.0, push_deg=15.0, heel_lift_cm=5.0, drive_deg=92.0)
RULE = RULES[Drill.PUSH_LIFT_DRIVE]


def test_a_good_repetition_passes():
    one = judged(DRIVEN, RULE)
    assert (one.passed, one.full, one.faults, one.advice) == (True, True, (), "")


@pytest.mark.parametrize(
    ("drive_deg", "passed", "full"), [(84.9, False, False), (85.0, True, False), (90.0, True, True)]
)
def test_about_ninety_is_eighty_five_and_full_is_ninety(drive_deg: float, passed: bool, full: bool):
    one = judged(DRIVEN._replace(drive_deg=drive_deg), RULE)
    assert (one.passed, one.full) == (passed, full)


def test_what_was_found_before_comes_first():
    one = judged(DRIVEN._replace(drive_deg=50.0), RULE, (Fault.WRONG_SIDE,))
    assert one.faults == (Fault.WRONG_SIDE, Fault.DRIVE_LOW)
    assert one.advice == ADVICE[Fault.WRONG_SIDE]
    assert one.passed is False


def test_what_is_not_known_is_not_judged():
    one = judged(DRIVEN._replace(heel_lift_cm=nan), RULE)
    assert one.passed is None
    assert judged(DRIVEN._replace(heel_lift_cm=nan, drive_deg=10.0), RULE).passed is False


def test_a_drill_without_bounds_has_no_verdict():
    one = judged(Repetition(Drill.HILL, None, 1, 0.0, 9.0, 12.0), RULES[Drill.HILL])
    assert (one.passed, one.full) == (None, None)


def test_a_heel_that_was_not_lifted_is_not_called_low_as_well():
    one = judged(DRIVEN._replace(heel_lift_cm=-30.0), RULE, (Fault.NO_LIFT,))
    assert one.faults == (Fault.NO_LIFT,)


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        ({"pushed_first": 0.2}, Fault.LIFT_BEFORE_PUSH),
        ({"driven_at_lift_deg": 60.0}, Fault.DRIVE_BEFORE_LIFT),
        ({"bend_deg": 10.0}, Fault.NO_LIFT),
    ],
)
def test_the_order_of_push_lift_and_drive(changes: dict[str, float], fault: Fault):
    assert order_faults(Drill.PUSH_LIFT_DRIVE, GOOD, RULE) == []
    assert order_faults(Drill.PUSH_LIFT_DRIVE, GOOD._replace(**changes), RULE) == [fault]


def test_a_drag_has_no_order():
    assert order_faults(Drill.HEEL_DRAG, GOOD._replace(bend_deg=2.0), RULES[Drill.HEEL_DRAG]) == []


def test_steps_do_not_count():
    step = GOOD._replace(push_deg=1.0, heel_travel_cm=2.0, bend_deg=15.0, drive_deg=10.0)
    for drill in (Drill.HEEL_DRAG, Drill.PUSH_LIFT, Drill.PUSH_LIFT_DRIVE):
        assert counts(drill, GOOD)
        assert not counts(drill, step)
