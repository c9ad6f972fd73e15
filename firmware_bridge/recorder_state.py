"""How recording goes: what a recorder tells of itself. Pure."""

from dataclasses import dataclass
from enum import StrEnum

from firmware_bridge.backlog import Amount


class Condition(StrEnum):
    """How recording goes."""

    RECORDING = "recording"
    """All is on the disk, or will be in a moment."""
    WAITING = "waiting"
    """The disk is slow or does not answer; what came waits in memory."""
    FAILING = "failing"
    """The disk refuses, or memory is full as well and what comes now is lost."""


@dataclass(frozen=True, slots=True)
class RecorderState:
    """How recording goes, at one instant.

    Parameters
    ----------
    condition, sentence : how it goes, for programs and for people
    elapsed_s : since the start, s
    written, waiting, lost : what is certain on the disk, what waits in memory, what is in neither
    lag_s : age of the oldest that waits, s
    alarm : it is older than is usual
    """

    condition: Condition
    sentence: str
    elapsed_s: float
    written: Amount
    waiting: Amount
    lost: Amount
    lag_s: float
    alarm: bool
