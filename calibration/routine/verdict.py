"""What a step of the guided calibration says after each tick."""

from math import nan
from typing import NamedTuple, Protocol

from calibration.guidance import Step, Trouble
from calibration.routine.ticks import Tick


class Going(NamedTuple):
    """The step goes on: how much of it is done, the time that it takes yet, and what stands in its way now."""

    progress: float = 0.0
    remaining_s: float = nan
    trouble: Trouble | None = None


class Again(NamedTuple):
    """The attempt failed: why, and with which step to begin anew."""

    trouble: Trouble
    step: Step


class Passed(NamedTuple):
    """The step is done: which one follows."""

    next: Step


Verdict = Going | Again | Passed


class Stage(Protocol):
    """One attempt at one step."""

    instruction: str
    """What to do, one sentence."""

    def tick(self, tick: Tick) -> Verdict:
        """Look at what the sensors told."""
        ...

    def other_words(self) -> Trouble:
        """Say what is seen instead, and once more what to do, for one who does not get on."""
        ...
