"""All that a window or terminal shows of a drill at one instant, as data."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from firmware_bridge.samples import Side
from legcycle_imu.drills.kinds import Drill
from legcycle_imu.drills.repetition import Repetition


class DrillState(StrEnum):
    """Where a drill stands; the value is the word for it."""

    READY = "ready"
    """The first repetition is waited for; no timer runs."""
    GOING = "going"
    PAUSED = "paused"
    """Nobody moved for a while; the timer stands until the next repetition begins."""
    SWITCH = "switch legs"
    """One leg's turn is over; the other leg's first repetition is waited for."""
    REST = "rest"
    """Between two sets; the time left is that of the rest."""
    DONE = "done"


class LegCount(NamedTuple):
    """Repetitions of one leg so far; of runs those of both legs count as one.

    Attributes
    ----------
    repetitions, judged, passed : how many; how many could be judged, how many of these were good
    interval_s : mean time from one beginning to the next, s; NaN before the second
    variation_pct : its SD as a share of it; NaN before the third
    seconds : how long its turn has lasted without pauses, s
    """

    repetitions: int
    judged: int
    passed: int
    interval_s: float
    variation_pct: float
    seconds: float


@dataclass(frozen=True, slots=True)
class DrillView:
    """A drill at one instant.

    Parameters
    ----------
    drill, title, instruction : which, its name, what to do
    state : where it stands
    now_s : session time up to which all is known, s; -inf before the first sample
    side : whose turn it is; None where both legs move, or where either leg may begin
    count : the big number: good and bad repetitions of this turn or set
    goal : how many there shall be; 0 where time decides
    set_number, sets : from 1
    time_left_s : of the turn, the set or the rest, s; NaN where nothing is timed
    sentence : what to do now: one sentence, from the state or from the last repetition
    last : the last repetition; None before the first
    pass_pct : good ones of those that could be judged, in this session, %; NaN before the first
    alternation_pct : repetitions that followed one of the other leg, %; NaN where not asked for or not known
    interval_s, variation_pct : mean time between beginnings in this session, s, and its variation, %
    legs : per leg that is measured; of runs under neither
    """

    drill: Drill
    title: str
    instruction: str
    state: DrillState
    now_s: float
    side: Side | None
    count: int
    goal: int
    set_number: int
    sets: int
    time_left_s: float
    sentence: str
    last: Repetition | None
    pass_pct: float
    alternation_pct: float
    interval_s: float
    variation_pct: float
    legs: Mapping[Side, LegCount]
