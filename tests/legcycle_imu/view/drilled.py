"""Drills as views get them, made by hand."""

from dataclasses import replace
from math import nan

from firmware_bridge.samples import Side
from legcycle_imu.drills import RULES, Drill, DrillRule, DrillState, DrillView, Fault, LegCount, Repetition

LIFT = RULES[Drill.PUSH_LIFT]
DRAG = RULES[Drill.HEEL_DRAG]
FLICKS = RULES[Drill.PRONE_FLICKS]
RUNS = RULES[Drill.RUN_30M]


def one(side: Side | None = Side.LEFT, number: int = 1, *faults: Fault, drill: Drill = Drill.PUSH_LIFT) -> Repetition:
    """Give a repetition that is good where it has no faults."""
    start = 2.0 * number
    made = Repetition(drill, side, number, start, start + 1.5, start + 1.6, push_deg=15.0, lift_flexion_deg=128.0)
    return made._replace(passed=not faults, faults=faults)


def view(rule: DrillRule = LIFT, **given: object) -> DrillView:
    """Give a drill that goes on: the left leg's turn, three repetitions."""
    legs = {Side.LEFT: LegCount(3, 3, 2, 2.1, 8.0, 12.0), Side.RIGHT: LegCount(0, 0, 0, nan, nan, 0.0)}
    made = DrillView(
        drill=rule.drill,
        title=rule.title,
        instruction=rule.instruction,
        state=DrillState.GOING,
        now_s=20.0,
        side=Side.LEFT,
        count=3,
        goal=rule.repetitions,
        set_number=1,
        sets=rule.sets,
        time_left_s=nan,
        sentence="Bring the heel higher.",
        last=None,
        pass_pct=66.7,
        alternation_pct=nan,
        interval_s=2.1,
        variation_pct=8.0,
        legs=legs,
    )
    return replace(made, **given)  # type: ignore[arg-type]


THREE = (one(number=1), one(number=2), one(Side.LEFT, 3, Fault.TOO_LOW, Fault.NO_PUSH))
