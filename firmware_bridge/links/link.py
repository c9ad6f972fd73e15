"""What every link is: it finds sensors, keeps them streaming, and posts what arrives."""

from collections.abc import Callable, Mapping
from typing import Protocol

from firmware_bridge.found import Found
from firmware_bridge.source import Kind, SensorFacts

__all__ = ["Enough", "Found", "Inbox", "Link"]


class Inbox(Protocol):
    """Where a link posts what befalls its sensors; may be called from any thread, never blocks."""

    def __call__(self, sensor: int, data: bytes, kind: Kind = Kind.RECEIVED) -> None:
        """Post an entry; its arrival is the instant of this call."""
        ...

    def end(self) -> None:
        """Say that nothing will come from this link any more; once a link."""
        ...


Enough = Callable[[list[Found]], bool]
"""Tells, of what was found by now, whether the search may end early."""


class Link(Protocol):
    """One way to sensors. Its threads, sockets and ports are its own; its trouble is posted, never raised.

    What the link does by itself is said in entries: `connected`; `lost` with a sentence that says why and what
    to do; `sent`. It connects again by itself until it is stopped.
    """

    def find(self, seconds: float, enough: Enough = lambda _found: False) -> list[Found]:
        """Look for sensors for so long, or until there are enough.

        Raises
        ------
        LinkError : the link cannot be used at all: no adapter, no permission, no such port
        """
        ...

    def start(self, sensors: Mapping[int, SensorFacts], inbox: Inbox) -> None:
        """Connect to these sensors (number in the session -> facts) and post what comes; returns at once."""
        ...

    def stop(self) -> None:
        """Stop the sensors, disconnect, end all threads; returns within some seconds whatever has happened."""
        ...

    def identify(self, sensor: SensorFacts) -> None:
        """Make a sensor show itself by its light or the like; the link has not been started.

        Raises
        ------
        LinkError : it cannot be reached, or has nothing to show
        """
        ...
