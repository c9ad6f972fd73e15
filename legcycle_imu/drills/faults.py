"""What can be wrong with a repetition, each with what to do about it."""

from enum import StrEnum


class Fault(StrEnum):
    """What was wrong with a repetition; the value goes into files."""

    NO_PUSH = "no_push"
    NO_LIFT = "no_lift"
    LIFT_BEFORE_PUSH = "lift_before_push"
    DRIVE_BEFORE_LIFT = "drive_before_lift"
    TOO_LOW = "too_low"
    DRIVE_LOW = "drive_low"
    TOO_SHORT = "too_short"
    TOO_FAR = "too_far"
    TOO_FAST = "too_fast"
    LIFTED = "lifted"
    LEANING = "leaning"
    WRONG_SIDE = "wrong_side"
    NOT_ALTERNATING = "not_alternating"
    TOGETHER = "together"
    NO_RETURN = "no_return"


ADVICE: dict[Fault, str] = {
    Fault.NO_PUSH: "Push first: let the whole thigh go back before anything else.",
    Fault.NO_LIFT: "After the push, bend the knee and bring the heel up.",
    Fault.LIFT_BEFORE_PUSH: "Push the floor away first, then lift the heel.",
    Fault.DRIVE_BEFORE_LIFT: "Lift the heel first, then drive the knee through.",
    Fault.TOO_LOW: "Bring the heel higher.",
    Fault.DRIVE_LOW: "Drive the knee higher.",
    Fault.TOO_SHORT: "Go further back, to about 30 cm.",
    Fault.TOO_FAR: "Not so far: about 30 cm is enough.",
    Fault.TOO_FAST: "Slower and lighter: it is a light movement, with little force.",
    Fault.LIFTED: "Keep the foot on the floor and drag it; the knee stays nearly straight.",
    Fault.LEANING: "Stand tall: the standing leg stays upright.",
    Fault.WRONG_SIDE: "It is the other leg's turn.",
    Fault.NOT_ALTERNATING: "Left and right in turn.",
    Fault.TOGETHER: "One leg at a time: one heel comes down while the other goes up.",
    Fault.NO_RETURN: "Bring the leg all the way back to where it started.",
}
"""One sentence each, as the coach would say it."""
