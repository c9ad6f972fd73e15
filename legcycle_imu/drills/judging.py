"""From movements to repetitions: which of them count in a drill, and what is wrong with one."""

from collections.abc import Collection, Mapping
from math import inf, isnan
from typing import NamedTuple

from legcycle_imu.drills.faults import Fault
from legcycle_imu.drills.kinds import Drill, DrillRule
from legcycle_imu.drills.measured import Measured
from legcycle_imu.drills.repetition import Repetition


class Least(NamedTuple):
    """What a movement has at least, one of it, to count in a drill: less is a step, or a shift of the weight."""

    heel_travel_cm: float = inf
    push_deg: float = inf
    bend_deg: float = inf
    drive_deg: float = inf


LEAST: Mapping[Drill, Least] = {
    Drill.HEEL_DRAG: Least(heel_travel_cm=6.0, push_deg=6.0, bend_deg=35.0),
    Drill.PUSH_LIFT: Least(push_deg=8.0, bend_deg=35.0),
    Drill.PUSH_LIFT_DRIVE: Least(push_deg=8.0, bend_deg=45.0, drive_deg=35.0),
}
"""Ours: what simulated people do badly is above, steps and shifts of the weight are below."""

NO_LIFT_DEG = 35.0
"""A knee that bends less has not lifted the heel."""
PUSHED_FIRST = 0.5
"""Share of the push that must be there when the knee is half bent."""
LIFTED_FIRST_DEG = 40.0
"""A thigh that is further forward at peak heel lift was driven before the heel was lifted."""


def counts(drill: Drill, values: Measured) -> bool:
    """Tell whether a movement is a repetition, a good or a bad one."""
    return any(getattr(values, name) >= least for name, least in zip(Least._fields, LEAST[drill], strict=True))


def order_faults(drill: Drill, values: Measured, rule: DrillRule) -> list[Fault]:
    """Give what is wrong with the order of push, lift and drive."""
    faults: list[Fault] = []
    if drill is Drill.HEEL_DRAG:
        return faults
    if values.push_deg >= rule.bound("push_deg").least and values.pushed_first < PUSHED_FIRST:
        faults.append(Fault.LIFT_BEFORE_PUSH)
    if drill is Drill.PUSH_LIFT_DRIVE and values.driven_at_lift_deg > LIFTED_FIRST_DEG:
        faults.append(Fault.DRIVE_BEFORE_LIFT)
    if values.bend_deg < NO_LIFT_DEG:
        faults.append(Fault.NO_LIFT)
    return faults


def judged(repetition: Repetition, rule: DrillRule, faults: Collection[Fault] = ()) -> Repetition:
    """Give a repetition with its verdict: faults that were found already, and the bounds of the rule."""
    values = [(bound, getattr(repetition, bound.measure)) for bound in rule.bounds]
    out = [fault for bound, value in values if (fault := bound.fault(value)) is not None]
    every = tuple(dict.fromkeys((*faults, *out)))
    if Fault.NO_LIFT in every:
        every = tuple(fault for fault in every if fault is not Fault.TOO_LOW)
    known = bool(values) and not any(isnan(value) for _, value in values)
    passed = False if every else (True if known else None)
    fuller = [value >= bound.full for bound, value in values if not isnan(bound.full)]
    return repetition._replace(passed=passed, full=passed and all(fuller) if fuller else None, faults=every)
