"""The drills and their rules: one table of what to do, how long, and when a repetition is good.

What the coach gives is from "The Leg Cycle - What is it?" (2022-01-27), in other words; what the coach leaves open is
ours, and said to be.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from math import inf, isnan, nan
from typing import NamedTuple

from legcycle_imu.drills.faults import Fault
from legcycle_imu.drills.finding import FlickSettings, MovementSettings, RunSettings


class Drill(StrEnum):
    """A drill; the value is its name on the command line and in files."""

    HEEL_DRAG = "heel-drag"
    PRONE_FLICKS = "prone-flicks"
    PUSH_LIFT = "push-lift"
    PUSH_LIFT_DRIVE = "push-lift-drive"
    RUN_30M = "run-30m"
    HILL = "hill"


class Posture(StrEnum):
    """How the body is held in a drill."""

    STANDING = "standing"
    PRONE = "prone"
    RUNNING = "running"


COACH = "the coach"
OURS = "ours"


class Bound(NamedTuple):
    """What one measured value of a repetition shall be.

    Attributes
    ----------
    measure : field of `Repetition`
    unit : of the figures here
    source : `COACH` or `OURS`
    least, most : it shall be within; infinite where there is no such end
    below, above : the fault of a value outside
    full : what it is at its best; NaN where nothing beyond the bounds is asked for
    """

    measure: str
    unit: str
    source: str
    least: float = -inf
    most: float = inf
    below: Fault = Fault.TOO_LOW
    above: Fault = Fault.TOO_FAR
    full: float = nan

    def fault(self, value: float) -> Fault | None:
        """Give what is wrong with a value; nothing with one that is not known."""
        if value < self.least:
            return self.below
        return self.above if value > self.most else None


@dataclass(frozen=True, slots=True)
class DrillRule:
    """One drill.

    Parameters
    ----------
    drill : which
    title : its name for a person
    instruction : what to do
    posture : how the body is held
    bounds : when a repetition is good; all must hold
    seconds : time of a leg's turn, or of a set where both legs move in turn, s; NaN: repetitions are counted instead
    repetitions : of a leg's turn, or of a set; 0: as many as fit into the time
    sets : how often
    rest_s : between sets, and between runs, s
    each_leg : the legs have turns, one after the other
    alternation : least share of repetitions that follow one of the other leg; 0 where that is not asked for
    pause_s : the timer stops where nobody moved for so long, s; infinite: never
    source : where seconds and repetitions are from
    """

    drill: Drill
    title: str
    instruction: str
    posture: Posture
    bounds: tuple[Bound, ...]
    seconds: float = nan
    repetitions: int = 0
    sets: int = 1
    rest_s: float = 0.0
    each_leg: bool = False
    alternation: float = 0.0
    pause_s: float = inf
    source: str = OURS

    def __post_init__(self) -> None:
        if self.seconds <= 0.0 or (isnan(self.seconds) and self.repetitions < 1):
            raise ValueError(f"expected seconds above 0 or repetitions, got {self.seconds:g} and {self.repetitions}")
        if self.sets < 1 or self.rest_s < 0.0:
            raise ValueError(f"expected at least one set and no rest below 0 s, got {self.sets} and {self.rest_s:g}")

    def bound(self, measure: str) -> Bound:
        """Give what one measured value shall be."""
        return next(bound for bound in self.bounds if bound.measure == measure)

    def with_bound(self, measure: str, **changes: float) -> "DrillRule":
        """Give the rule with other figures for one measured value: `least`, `most`, `full`."""
        self.bound(measure)
        return replace(
            self,
            bounds=tuple(b._replace(**changes) if b.measure == measure else b for b in self.bounds),  # type: ignore[arg-type]
        )


_PUSH = Bound("push_deg", "deg", OURS, least=8.0, below=Fault.NO_PUSH)
"""The coach asks for good hip extension and gives no figure; 8 deg is beyond the sway of who stands on one leg."""

RULES: Mapping[Drill, DrillRule] = {
    rule.drill: rule
    for rule in (
        DrillRule(
            Drill.HEEL_DRAG,
            "heel drag",
            "In socks on a smooth floor, one hand on a wall: stand tall with most of your weight on one leg, and drag "
            "the other heel back by about 30 cm. Lightly, with little force.",
            Posture.STANDING,
            (
                Bound("heel_travel_cm", "cm", COACH, 20.0, 45.0, Fault.TOO_SHORT, Fault.TOO_FAR, full=30.0),
                _PUSH._replace(least=6.0),
                Bound("heel_rise_cm", "cm", OURS, most=22.0, above=Fault.LIFTED),
                Bound("push_s", "s", OURS, least=0.22, below=Fault.TOO_FAST),
                Bound("lean_deg", "deg", OURS, most=10.0, above=Fault.LEANING),
            ),
            seconds=120.0,
            each_leg=True,
            pause_s=3.0,
            source=COACH,
        ),
        DrillRule(
            Drill.PRONE_FLICKS,
            "prone flicks",
            "Lie on your belly. Bring the heels up until the shanks are upright, and kick them back and forth in turn, "
            "as in swimming.",
            Posture.PRONE,
            (Bound("lift_flexion_deg", "deg", COACH, least=90.0, below=Fault.TOO_LOW),),
            seconds=45.0,
            alternation=0.9,
            pause_s=3.0,
        ),
        DrillRule(
            Drill.PUSH_LIFT,
            "push and lift",
            "Stand tall in socks, one hand on a wall: push the floor away until the thigh is behind you, then lift the "
            "heel sharply towards the buttock.",
            Posture.STANDING,
            (_PUSH, Bound("lift_flexion_deg", "deg", COACH, least=120.0, below=Fault.TOO_LOW)),
            repetitions=10,
            each_leg=True,
            pause_s=3.0,
        ),
        DrillRule(
            Drill.PUSH_LIFT_DRIVE,
            "push, lift and drive",
            "Stand tall, one hand on a wall: push the floor away, lift the heel, and drive the knee through until the "
            "thigh is about level. Then back to where you started.",
            Posture.STANDING,
            (
                _PUSH,
                Bound("heel_lift_cm", "cm", COACH, least=0.0, below=Fault.TOO_LOW),
                Bound("drive_deg", "deg", COACH, least=85.0, below=Fault.DRIVE_LOW, full=90.0),
            ),
            repetitions=10,
            each_leg=True,
            pause_s=3.0,
        ),
        DrillRule(
            Drill.RUN_30M,
            "30 m runs",
            "Run about 30 m straight, with speed. Heels up, knees through. Then walk back and begin again.",
            Posture.RUNNING,
            (
                Bound("lift_hit_pct", "%", OURS, least=50.0, below=Fault.TOO_LOW),
                Bound("drive_hit_pct", "%", OURS, least=50.0, below=Fault.DRIVE_LOW),
            ),
            repetitions=6,
            rest_s=60.0,
        ),
        DrillRule(
            Drill.HILL,
            "hill sprints",
            "Sprint up a hill as tall as you can, heels up and knees high. Walk down and begin again.",
            Posture.RUNNING,
            (),
            repetitions=6,
            rest_s=90.0,
        ),
    )
}
"""The rules of the drills; edit by `replace` and `with_bound`."""


@dataclass(frozen=True, slots=True)
class DrillSettings:
    """Rules in force, and how repetitions are found.

    Parameters
    ----------
    rules : of each drill
    movement, flicks, runs : of repetitions standing, lying and running
    """

    rules: Mapping[Drill, DrillRule] = field(default_factory=lambda: RULES)
    movement: MovementSettings = field(default_factory=MovementSettings)
    flicks: FlickSettings = field(default_factory=FlickSettings)
    runs: RunSettings = field(default_factory=RunSettings)
