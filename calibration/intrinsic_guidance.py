"""What the guided intrinsic calibration says at any moment, for a terminal, a window, a test."""

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum
from math import nan

from calibration.guidance import Trouble
from calibration.model import IntrinsicCalibration
from calibration.poses import AXES, EDGES, FACES, Pose


class IntrinsicStep(StrEnum):
    """Steps, in their order."""

    POSES = "poses"
    """It is laid on its faces and edges."""
    TURNS = "turns"
    """It is turned on the table, each axis upright once."""
    DONE = "done"
    """The calibration is there."""


@dataclass(frozen=True, slots=True)
class IntrinsicGuidance:
    """How it stands.

    Parameters
    ----------
    step : what is being done
    instruction : what to do now, one sentence in the imperative
    progress : how much of the step is done, 0 to 1
    remaining_s : time that it must still lie so, s; NaN while it need not
    trouble : why the last attempt failed; None while nothing is wrong
    covered : names of the poses that are there (`calibration.poses.POSES`)
    lying : name of the pose in which it lies now; "" while it moves or lies in none
    turned : axes that have been turned about, out of "xyz"
    outcome : the calibration, without its date; None until `IntrinsicStep.DONE`
    """

    step: IntrinsicStep
    instruction: str
    progress: float = 0.0
    remaining_s: float = nan
    trouble: Trouble | None = None
    covered: tuple[str, ...] = ()
    lying: str = ""
    turned: str = ""
    outcome: IntrinsicCalibration | None = None

    @property
    def done(self) -> bool:
        """Whether the calibration is there."""
        return self.outcome is not None


HOLD = "Hold it still."
FINISHED = "Done: the sensor is calibrated."


def ask_for_pose(there: Collection[Pose], *, good: bool) -> str:
    """Give the instruction for the next pose; `good` where the last one has just counted."""
    faces = sum(pose.is_face for pose in there)
    praise = "Good. " if good else ""
    if faces < len(FACES):
        return f"{praise}Lay it on another face and let it lie for two seconds; {faces} of {len(FACES)} are done."
    return (
        f"{praise}Lean it on an edge against something firm, half way between two faces, for two seconds; "
        f"{len(there) - faces} of {len(EDGES)} are done."
    )


def ask_for_turn(lain: Pose | None, turned: str) -> str:
    """Give the instruction for the next turn; `lain` is how it has lain last, also while it is turned."""
    if lain is not None and lain.is_face and lain.name[1] not in turned:
        return "Turn it three whole turns on the table, either way, and let it lie as it lay before."
    done = f"; {len(turned)} of {len(AXES)} axes are done" if turned else ""
    return f"Lay it on a face about which it has not been turned, against the edge of a book{done}."


def in_words(pose: Pose) -> str:
    """Say how it must lie."""
    if pose.is_face:
        return f"with its {pose.name[1]} axis {'up' if pose.name[0] == '+' else 'down'}"
    return f"on an edge between its {pose.name[0]} and {pose.name[2]} axes, the way that is missing"
