"""The leg cycle: its four phases and the events that bound them. One table; everything else reads it."""

from dataclasses import dataclass
from enum import StrEnum


class Phase(StrEnum):
    """Phase of one leg."""

    PUSH = "push"
    LIFT = "lift"
    DRIVE = "drive"
    PLACE = "place"
    UNKNOWN = "unknown"
    """Not running, or not enough seen to tell."""


class EventKind(StrEnum):
    """Instant that ends one phase and begins the next."""

    INITIAL_CONTACT = "initial_contact"
    TOE_OFF = "toe_off"
    PEAK_HEEL_LIFT = "peak_heel_lift"
    PEAK_KNEE_DRIVE = "peak_knee_drive"


@dataclass(frozen=True, slots=True)
class PhaseRule:
    """One row of the cycle: a phase, the events that bound it, and what the coach says and reads."""

    phase: Phase
    begins: EventKind
    ends: EventKind
    coach: str
    metric: str
    """Column of the stride table that is read at the phase's end."""


CYCLE: tuple[PhaseRule, ...] = (
    PhaseRule(
        Phase.PUSH,
        EventKind.INITIAL_CONTACT,
        EventKind.TOE_OFF,
        "use the glutes, push the floor away",
        "hip_extension_deg",
    ),
    PhaseRule(
        Phase.LIFT,
        EventKind.TOE_OFF,
        EventKind.PEAK_HEEL_LIFT,
        "heel up to the height of the back of the knee",
        "heel_lift_cm",
    ),
    PhaseRule(
        Phase.DRIVE,
        EventKind.PEAK_HEEL_LIFT,
        EventKind.PEAK_KNEE_DRIVE,
        "snap the knee through, above 50 degrees",
        "knee_drive_deg",
    ),
    PhaseRule(
        Phase.PLACE,
        EventKind.PEAK_KNEE_DRIVE,
        EventKind.INITIAL_CONTACT,
        "land under the hips",
        "placement_cm",
    ),
)
"""The four phases in their order; the last one's end begins the first."""

ORDER: dict[EventKind, int] = {rule.ends: place for place, rule in enumerate(CYCLE)}
"""Place of an event in the cycle, counted from toe-off: of two at the same instant the lower came first."""

PHASE_AFTER: dict[EventKind, Phase] = {rule.begins: rule.phase for rule in CYCLE}
"""The phase that an event begins."""
