"""One sentence at a time: what to do now, or what to do better."""

from legcycle_imu.drills.kinds import DrillRule, Posture
from legcycle_imu.drills.pace import PaceState
from legcycle_imu.drills.repetition import Repetition
from legcycle_imu.drills.view import DrillState

RUNNING = "Heels up, knees through."
"""While a run is under way."""
_GOOD = "Good."
_BEST = "Very good."


def sentence(rule: DrillRule, pace: PaceState, last: Repetition | None) -> str:
    """Give what to say: by where the drill stands, or by the last repetition while it goes on."""
    match pace.state:
        case DrillState.READY:
            return rule.instruction if last is None else _ready(rule)
        case DrillState.PAUSED:
            return "Paused: go on when you are ready."
        case DrillState.SWITCH:
            return f"Switch legs: now the {pace.side} one."
        case DrillState.REST:
            return "Rest." if rule.posture is not Posture.RUNNING else f"Walk back and rest. {_verdict(rule, last)}"
        case DrillState.DONE:
            return "Done."
        case DrillState.GOING:
            return _verdict(rule, last)


def _ready(rule: DrillRule) -> str:
    return "Ready for the next run." if rule.posture is Posture.RUNNING else "Ready for the next set."


def _verdict(rule: DrillRule, last: Repetition | None) -> str:
    if last is None:
        return rule.instruction
    if last.faults:
        return last.advice
    if last.passed is None:
        return "Counted."
    return _BEST if last.full else _GOOD
