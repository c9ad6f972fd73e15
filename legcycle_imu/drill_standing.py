"""How a drill stands, as whoever shows it is told. Pure."""

from collections.abc import Iterable
from typing import NamedTuple

from legcycle_imu.drills import DrillRule, DrillState, DrillView, Repetition


class Standing(NamedTuple):
    """How a drill stands.

    Attributes
    ----------
    rule : what there is to be done
    view : how it goes; None before it has begun
    repetitions : of this drill, in the order in which they became known
    resting : a person has stopped the count
    ended : a person has ended it
    """

    rule: DrillRule
    view: DrillView | None = None
    repetitions: tuple[Repetition, ...] = ()
    resting: bool = False
    ended: bool = False

    @property
    def done(self) -> bool:
        """Whether nothing more is counted."""
        return self.ended or (self.view is not None and self.view.state is DrillState.DONE)


def counted(rule: DrillRule, view: DrillView, repetitions: Iterable[Repetition]) -> tuple[Repetition, ...]:
    """Give the repetitions that counted: not those after the drill was done, which bear a number beyond the last."""
    last = {side: leg.repetitions for side, leg in view.legs.items()}
    runs = rule.repetitions * rule.sets
    return tuple(one for one in repetitions if one.number <= (runs if one.side is None else last[one.side]))
