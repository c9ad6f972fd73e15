"""Checks made side by side: none can hold up the others, and none can break them."""

import time
from collections.abc import Callable, Sequence
from enum import StrEnum
from threading import Thread
from typing import NamedTuple

PATIENCE_S = 20.0
"""Longest that all checks together may take, s; more than the longest of them gives itself."""


class State(StrEnum):
    """What a check comes to."""

    OK = "ok"
    ATTENTION = "attention"
    """Something is missing or could be better; recording goes without."""
    BROKEN = "broken"
    """As long as this is so, nothing can be recorded from the sources of the config."""


class Finding(NamedTuple):
    """What a check found.

    Attributes
    ----------
    state : how grave it is
    finding : one sentence or two
    advice : what to do; "" where nothing needs to be done
    """

    state: State
    finding: str
    advice: str = ""


class Check(NamedTuple):
    """A thing to look at.

    Attributes
    ----------
    name : what people call it
    look : gives what is found; may raise or hang, which is a finding, too
    if_stuck : what to do where it hangs
    """

    name: str
    look: Callable[[], Finding]
    if_stuck: str = "Start the computer again."


class Result(NamedTuple):
    """A check and what it found."""

    name: str
    state: State
    finding: str
    advice: str


def examine(checks: Sequence[Check], patience_s: float = PATIENCE_S) -> list[Result]:
    """Make all checks and give their results in the same order; never raises, never takes much longer than that."""
    found: dict[int, Finding] = {}

    def look(number: int, check: Check) -> None:
        found[number] = _looked(check)

    threads = [
        Thread(target=look, args=(number, check), name=check.name, daemon=True) for number, check in enumerate(checks)
    ]
    for thread in threads:
        thread.start()
    deadline_s = time.monotonic() + patience_s
    for thread in threads:
        thread.join(max(0.0, deadline_s - time.monotonic()))
    return [Result(check.name, *found.get(number, _stuck(check))) for number, check in enumerate(checks)]


def _looked(check: Check) -> Finding:
    try:
        return check.look()
    except BaseException as error:
        return Finding(
            State.ATTENTION,
            f"The check itself failed: {' '.join(f'{type(error).__name__} {error}'.split())}.",
            "Report it, with this line.",
        )


def _stuck(check: Check) -> Finding:
    return Finding(State.ATTENTION, "There was no answer in time.", check.if_stuck)
