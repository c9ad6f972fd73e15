"""A page goes into a file: whole or not at all, and over nothing but an older report."""

from pathlib import Path

from firmware_bridge.errors import LegcycleError, Reason
from legcycle_imu.tables import whole_or_nothing

SIGN = '<meta name="generator" content="legcycle-imu'
"""What tells a report from any other file."""
HEAD_BYTES = 4000
"""The sign stands within so many first bytes."""


def refuse_other(path: Path) -> None:
    """Refuse a file that exists and is no report.

    Raises
    ------
    LegcycleError : it is something else, or cannot be read
    """
    try:
        with path.open("rb") as stream:
            head = stream.read(HEAD_BYTES)
    except FileNotFoundError:
        return
    except OSError as error:
        sentence = f"{path} is there and cannot be read: {error.strerror or error}."
        raise LegcycleError(Reason.EXISTS, sentence, "Choose another name with -o.") from error
    if SIGN.encode() not in head:
        sentence = f"{path} is there already, and is no report."
        raise LegcycleError(Reason.EXISTS, sentence, "Choose another name with -o, or remove it.")


def write_page(page: str, path: Path) -> None:
    """Write a page; after an error an older file is as it was.

    Raises
    ------
    LegcycleError : the file cannot be written
    """
    with whole_or_nothing(path) as stream:
        stream.write(page)
