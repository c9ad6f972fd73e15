"""One thing to think of and one drill for the next time, with the reason.

The coach lays the weight on the first two phases, and calls landing what comes of the other three: push and lift go
first, drive next, place is never a cue. Of several the one that is furthest from its target, in the runner's own
scatter from stride to stride, is taken.
"""

from collections.abc import Sequence
from math import isnan
from typing import NamedTuple

from legcycle_imu.cycle import Phase
from legcycle_imu.drills import RULES, Drill, DrillRule
from legcycle_imu.report.results import PhaseResult
from legcycle_imu.report.words import FIGURES, number, value
from legcycle_imu.summary import LEAST_STRIDES

FIRST = (Phase.PUSH, Phase.LIFT)
NEXT = (Phase.DRIVE,)
FAR_SD = 1.0
"""A phase that misses its target by more than this many of the runner's own standard deviations is far from it: one
stride in six gets there at most. Then the drill for the movement alone comes before the one that combines."""


class Choice(NamedTuple):
    """The drills for a phase: for the movement alone, and in combination with what goes before it."""

    alone: Drill
    combined: Drill


DRILLS: dict[Phase, Choice] = {
    Phase.PUSH: Choice(Drill.HEEL_DRAG, Drill.PUSH_LIFT),
    Phase.LIFT: Choice(Drill.PRONE_FLICKS, Drill.PUSH_LIFT),
    Phase.DRIVE: Choice(Drill.PUSH_LIFT_DRIVE, Drill.RUN_30M),
}
CUES: dict[Phase, str] = {
    Phase.PUSH: "Push the floor away behind you.",
    Phase.LIFT: "Heels up, to the height of the back of the knee.",
    Phase.DRIVE: "Snap the knee through, forward and up.",
}


class Advice(NamedTuple):
    """What to do next time.

    Attributes
    ----------
    phase : what to work on
    cue : the one thing to think of
    drill : the one drill
    reason : why, in figures
    reached : all targets are reached: this is for keeping it
    """

    phase: Phase
    cue: str
    drill: DrillRule
    reason: str
    reached: bool = False


def advise(results: Sequence[PhaseResult]) -> Advice | None:
    """Choose the cue and the drill; None where nobody ran."""
    if not results:
        return None
    by_phase = {result.phase: result for result in results}
    for phases in (FIRST, NEXT):
        short = [result for phase in phases if shortfall(result := by_phase[phase]) > 0.0]
        if short:
            return _advice(max(short, key=shortfall))
    return _kept(by_phase)


def shortfall(result: PhaseResult) -> float:
    """Give how far a phase is short of its target, in standard deviations of the strides; 0 where it is not known."""
    mean, sd = result.distance.mean, result.distance.sd
    if isnan(mean) or mean >= 0.0:
        return 0.0
    return -mean / sd if sd > 0.0 else float("inf")


def _advice(result: PhaseResult) -> Advice:
    far = shortfall(result)
    drills = DRILLS[result.phase]
    drill = drills.alone if far > FAR_SD else drills.combined
    return Advice(result.phase, CUES[result.phase], RULES[drill], _reason(result))


def _reason(result: PhaseResult) -> str:
    metric = result.legs[0].metric
    hits = [leg.hits for leg in result.legs if leg.hits is not None]
    hit, judged = sum(h.hit for h in hits), sum(h.judged for h in hits)
    return (
        f"{_order(result.phase)}: {FIGURES[metric].name} is {value(metric, -result.distance.mean)} short of its target "
        f"in the mean{_in_scatter(result)}. {hit} of {judged} strides reached it.{_if_few(result)}"
    )


def _order(phase: Phase) -> str:
    if phase in FIRST:
        return f"Push and lift come first, and {phase} is the one to work on"
    return "Push and lift come first and are not short of a target, so it is drive"


def _in_scatter(result: PhaseResult) -> str:
    if not result.distance.sd > 0.0:
        return ""
    scatter = value(result.legs[0].metric, result.distance.sd)
    return f", {number(shortfall(result), 1)} times what your own strides scatter by ({scatter})"


def _if_few(result: PhaseResult) -> str:
    strides = sum(leg.value.known for leg in result.legs)
    return " These are few strides: see it as a first impression." if strides < 2 * LEAST_STRIDES else ""


def _kept(by_phase: dict[Phase, PhaseResult]) -> Advice:
    known = [phase for phase in (*FIRST, *NEXT) if not isnan(by_phase[phase].distance.mean)]
    reached = " and ".join(known)
    reason = (
        f"In the mean {reached} {'reach their targets' if len(known) > 1 else 'reaches its target'}. "
        "The push is where the cycle begins, and the coach gives it no figure: keep working on it."
        if known
        else "Nothing could be held against a target; the push is where the cycle begins."
    )
    reason += _if_few(by_phase[Phase.PUSH])
    return Advice(Phase.PUSH, CUES[Phase.PUSH], RULES[Drill.HEEL_DRAG], reason, reached=bool(known))
