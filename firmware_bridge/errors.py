"""The world's errors: files, devices, links that are not as they should be; each says what to do."""

from enum import StrEnum


class Reason(StrEnum):
    """What kind of trouble it is, for programs."""

    MISSING = "missing"
    """There is no such file."""
    EXISTS = "exists"
    """The file to be written is there already."""
    NOT_WRITABLE = "not_writable"
    """The file cannot be written where it was asked for."""
    UNREADABLE = "unreadable"
    """The operating system does not let the file be read."""
    EMPTY = "empty"
    """The file has nothing in it."""
    DAMAGED = "damaged"
    """The file is cut off or broken."""
    NOT_A_RECORDING = "not_a_recording"
    """The file is something else."""
    NEWER_VERSION = "newer_version"
    """The file was written by a newer version of this program."""
    BAD_TABLE = "bad_table"
    """A table lacks a column, or holds something that is no number."""
    BAD_TIME = "bad_time"
    """Time stamps run backwards, stand still or do not overlap."""
    BAD_SIGNAL = "bad_signal"
    """The numbers cannot come from the sensor that they are said to come from."""
    BAD_PLACEMENT = "bad_placement"
    """The sensors given do not make up a leg, or are exchanged."""
    NO_LINK = "no_link"
    """A link cannot be used: no adapter, no permission, no such port."""
    NO_SENSOR = "no_sensor"
    """No sensor, or not the one that is meant, can be reached."""
    BAD_MONIKER = "bad_moniker"
    """A source's name is not one."""


class LegcycleError(Exception):
    """Base of every error that the world, not the programmer, is the cause of.

    Parameters
    ----------
    reason : kind of trouble
    sentence : what happened, naming the file or device
    advice : one line on what to do next
    """

    def __init__(self, reason: Reason, sentence: str, advice: str) -> None:
        super().__init__(reason, sentence, advice)
        self.reason = reason
        self.sentence = sentence
        self.advice = advice

    def __str__(self) -> str:
        return f"{self.sentence} {self.advice}"


class RecordingError(LegcycleError):
    """A recording cannot be read or written."""


class ImportFileError(LegcycleError):
    """A file cannot be imported."""


class LinkError(LegcycleError):
    """Sensors cannot be reached."""
