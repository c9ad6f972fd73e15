"""What the guided calibration says at any moment, and what it gives in the end: for a window, a terminal, a test."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from math import nan

from calibration.model import CalibrationSet
from firmware_bridge.samples import Placement


class Step(StrEnum):
    """Steps of the guided calibration, in their order."""

    FIND = "find"
    """Every sensor streams, and what it streams makes sense."""
    RIGHT_KNEE = "right knee"
    """The right knee is lifted: tells right from left, and thigh from shank."""
    LEFT_KNEE = "left knee"
    """The left knee is lifted: the same for the other leg. Left out where one leg is measured."""
    STAND = "stand"
    """Standing still: gravity, and the gyroscopes' bias."""
    MOVE = "move"
    """Jogging strides, or knee lifts: the plane in which the leg swings, and which way is forward."""
    DONE = "done"
    """The calibration is there, with the stick leg to be looked at."""


@dataclass(frozen=True, slots=True)
class Trouble:
    """Why a step has to be done again.

    Parameters
    ----------
    reason : what went wrong, one sentence
    advice : the one thing to do, one sentence
    placements : the sensors that it is about; empty for the person's movement
    """

    reason: str
    advice: str
    placements: tuple[Placement, ...] = ()


@dataclass(frozen=True, slots=True)
class Guidance:
    """How the guided calibration stands.

    Parameters
    ----------
    step : what is being done
    instruction : what to do now, one sentence in the imperative
    progress : how much of the step is done, 0 to 1
    remaining_s : time that the step takes yet where that is known, s (standing still); else NaN
    trouble : why the last attempt failed; None while nothing is wrong
    attempt : how often this step has been begun, from 1
    notices : what was found that differs from what was believed (two sensors exchanged), a sentence each
    outcome : the result; None until `Step.DONE`
    """

    step: Step
    instruction: str
    progress: float = 0.0
    remaining_s: float = nan
    trouble: Trouble | None = None
    attempt: int = 1
    notices: tuple[str, ...] = ()
    outcome: "Outcome | None" = None

    @property
    def done(self) -> bool:
        """Whether the calibration is there."""
        return self.outcome is not None


@dataclass(frozen=True, slots=True)
class Outcome:
    """What the guided calibration gives.

    Parameters
    ----------
    calibration : of the legs that were measured; says, too, which sensor is worn where
    placements : number of the sensor in the session -> where it is worn
    corrected : the sensors that are worn elsewhere than was believed: number -> where it was believed
    """

    calibration: CalibrationSet
    placements: Mapping[int, Placement]
    corrected: Mapping[int, Placement] = field(default_factory=dict)
