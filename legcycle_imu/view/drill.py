"""What is to be seen of a drill: the count, whose turn it is, the time, what to do now, the last repetitions."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import ceil, isnan, nan
from typing import NamedTuple

from firmware_bridge.samples import Side
from legcycle_imu.drills import DrillRule, DrillState, DrillView, Fault, Posture, Repetition
from legcycle_imu.view.state import Mark
from legcycle_imu.view.words import NOT_KNOWN

DOTS = 12
"""Repetitions of which it is shown how they were."""
GOOD, COUNTED = Mark("✔", "good"), Mark("●", "counted")
WRONG = "✖"
RESTING, WAITING = Mark("▲", "stopped"), Mark("○", "not begun")
STATES = {
    DrillState.READY: Mark("○", "ready"),
    DrillState.GOING: Mark("●", "go"),
    DrillState.PAUSED: Mark("▲", "paused"),
    DrillState.SWITCH: Mark("◆", "switch legs"),
    DrillState.REST: Mark("○", "rest"),
    DrillState.DONE: Mark("✔", "done"),
}
"""How a drill stands, as shape and word."""
NOT_BEGUN = "The drill begins when the sensors are calibrated."
KEYS = "G begins anew   ·   P stops the count, or goes on   ·   E ends the drill   ·   V shows all panels"
MEASURES = {
    "push_deg": ("push", "°", 0),
    "heel_travel_cm": ("heel back", " cm", 0),
    "heel_rise_cm": ("heel raised", " cm", 0),
    "lift_flexion_deg": ("knee bend", "°", 0),
    "heel_lift_cm": ("heel lift", " cm", 0),
    "drive_deg": ("knee drive", "°", 0),
    "lean_deg": ("lean", "°", 0),
    "push_s": ("push time", " s", 1),
    "lift_hit_pct": ("lift reached", " %", 0),
    "drive_hit_pct": ("drive reached", " %", 0),
}
"""Measured values in words: name, unit, decimals."""


class Turn(NamedTuple):
    """Whose turn it is.

    Attributes
    ----------
    word : "LEFT LEG"
    sides : legs that may move now
    """

    word: str
    sides: tuple[Side, ...]


NOBODY = Turn("", ())
"""In a rest, and when all is done."""


class SideTally(NamedTuple):
    """Repetitions of one leg, or of both together, summed up.

    Attributes
    ----------
    name : "left", "right", "both"
    repetitions, judged, passed : how many; how many could be judged; how many of these were good
    faults : how often each, the most frequent first
    interval_s, variation_pct : from one beginning to the next, s, and its variation, %; NaN where not known
    """

    name: str
    repetitions: int
    judged: int
    passed: int
    faults: Mapping[Fault, int]
    interval_s: float = nan
    variation_pct: float = nan


@dataclass(frozen=True, slots=True)
class DrillPage:
    """A drill at one instant.

    Parameters
    ----------
    title, instruction : its name, what to do
    state : how it stands
    turn : whose turn it is
    count : the big number
    goal : "of 10"; "" where time decides
    part : "set 1 of 3", "run 2 of 6"; "" where there is but one
    clock, clock_of : time left, "1:23", and of what, "to go", "rest"; "" where nothing is timed
    elapsed : share of the time that is timed now, 0 to 1
    sentence : what to do now
    last, last_mark : the last repetition in words, and how it was; "" and None before
    dots : how the last repetitions were
    good : share of good ones in words
    figures : rhythm, alternation, repetitions of each leg
    keys : which keys do what
    """

    title: str
    instruction: str
    state: Mark
    turn: Turn
    count: str
    goal: str
    part: str
    clock: str
    clock_of: str
    elapsed: float
    sentence: str
    last: str
    last_mark: Mark | None
    dots: tuple[Mark, ...]
    good: str
    figures: tuple[str, ...]
    keys: str = KEYS


def page_of(
    rule: DrillRule, view: DrillView | None, repetitions: Sequence[Repetition] = (), *, resting: bool = False
) -> DrillPage:
    """Give what is to be seen.

    Parameters
    ----------
    rule : of the drill
    view : how it goes; None before it has begun
    repetitions : so far, in the order in which they became known
    resting : a person has stopped the count
    """
    if view is None:
        return _not_begun(rule)
    last = repetitions[-1] if repetitions else None
    return DrillPage(
        title=rule.title,
        instruction=rule.instruction,
        state=RESTING if resting and view.state is not DrillState.DONE else STATES[view.state],
        turn=NOBODY if view.state in (DrillState.REST, DrillState.DONE) else turn_of(rule, view.side, view.legs),
        count=str(view.count),
        goal=f"of {view.goal}" if view.goal else "",
        part=f"set {view.set_number} of {view.sets}" if view.sets > 1 else "",
        clock=clock(view.time_left_s),
        clock_of="" if isnan(view.time_left_s) else "rest" if view.state is DrillState.REST else "to go",
        elapsed=_elapsed(rule, view),
        sentence="Stopped: P goes on." if resting and view.state is not DrillState.DONE else view.sentence,
        last="" if last is None else words_of(rule, last),
        last_mark=None if last is None else mark_of(last),
        dots=tuple(mark_of(one) for one in repetitions[-DOTS:]),
        good=_good(repetitions),
        figures=_figures(rule, view),
    )


def _not_begun(rule: DrillRule) -> DrillPage:
    turn = turn_of(rule, None, tuple(Side))
    return DrillPage(
        rule.title, rule.instruction, WAITING, turn, "0", "", "", "", "", 0.0, NOT_BEGUN, "", None, (), "", ()
    )


def turn_of(rule: DrillRule, side: Side | None, measured: "Mapping[Side, object] | Sequence[Side]") -> Turn:
    """Give whose turn it is."""
    if side is not None:
        return Turn(f"{side.upper()} LEG", (side,))
    sides = tuple(measured)
    if len(sides) == 1:
        return Turn(f"{sides[0].upper()} LEG", sides)
    return Turn("EITHER LEG" if rule.each_leg else "BOTH LEGS", sides)


def clock(seconds: float) -> str:
    """Give a time left as m:ss, rounded up; "" where it is not known."""
    if isnan(seconds):
        return ""
    minutes, rest = divmod(ceil(seconds), 60)
    return f"{minutes}:{rest:02d}"


def mark_of(repetition: Repetition) -> Mark:
    """Give how a repetition was, as shape and word."""
    if repetition.passed is None:
        return COUNTED
    return GOOD if repetition.passed else Mark(WRONG, name_of(repetition.faults[0]))


def name_of(fault: Fault) -> str:
    """Give a fault's name for a person."""
    return fault.replace("_", " ")


def words_of(rule: DrillRule, repetition: Repetition) -> str:
    """Give a repetition in words: which one, how it was, and what was measured of what counts."""
    whose = "run" if repetition.side is None else str(repetition.side)
    said = ", ".join(map(name_of, repetition.faults)) or mark_of(repetition).word
    values = [text for bound in rule.bounds if (text := _value(bound.measure, repetition))]
    if rule.posture is Posture.RUNNING:
        values.insert(0, f"{repetition.strides} strides in {repetition.end_s - repetition.start_s:.1f} s")
    return (
        f"{whose} {repetition.number}: {said} ({', '.join(values)})"
        if values
        else f"{whose} {repetition.number}: {said}"
    )


def tallies(repetitions: Sequence[Repetition], view: DrillView) -> tuple[SideTally, ...]:
    """Sum up per leg; where legs are not told apart, both together."""
    if all(one.side is None for one in repetitions) and repetitions:
        return (_tally("both", repetitions, view.interval_s, view.variation_pct),)
    return tuple(
        _tally(str(side), [one for one in repetitions if one.side is side], leg.interval_s, leg.variation_pct)
        for side, leg in view.legs.items()
    )


def _tally(name: str, repetitions: Sequence[Repetition], interval_s: float, variation_pct: float) -> SideTally:
    faults = Counter(fault for one in repetitions for fault in one.faults)
    return SideTally(
        name,
        len(repetitions),
        sum(one.passed is not None for one in repetitions),
        sum(one.passed is True for one in repetitions),
        dict(faults.most_common()),
        interval_s,
        variation_pct,
    )


def rhythm(interval_s: float, variation_pct: float) -> str:
    """Give time from one beginning to the next, and how much it varies."""
    if isnan(interval_s):
        return NOT_KNOWN
    varies = "" if isnan(variation_pct) else f" ± {variation_pct:.0f} %"
    return f"{interval_s:.1f} s{varies}"


def _elapsed(rule: DrillRule, view: DrillView) -> float:
    whole = rule.rest_s if view.state is DrillState.REST else rule.seconds
    if isnan(view.time_left_s) or not whole > 0.0:
        return 0.0
    return min(max(1.0 - view.time_left_s / whole, 0.0), 1.0)


def _good(repetitions: Sequence[Repetition]) -> str:
    judged = [one.passed for one in repetitions if one.passed is not None]
    return f"{sum(judged)} of {len(judged)} good" if judged else ""


def _figures(rule: DrillRule, view: DrillView) -> tuple[str, ...]:
    figures = []
    if rule.each_leg and len(view.legs) > 1:
        figures.append(" · ".join(f"{side} {leg.repetitions}" for side, leg in view.legs.items()))
    if not isnan(view.interval_s) and rule.posture is not Posture.RUNNING:
        figures.append(f"rhythm {rhythm(view.interval_s, view.variation_pct)}")
    if not isnan(view.alternation_pct):
        figures.append(f"in turn {view.alternation_pct:.0f} %")
    return tuple(figures)


def _value(measure: str, repetition: Repetition) -> str:
    value = getattr(repetition, measure)
    if measure not in MEASURES or isnan(value):
        return ""
    name, unit, decimals = MEASURES[measure]
    return f"{name} {value:.{decimals}f}{unit}"
