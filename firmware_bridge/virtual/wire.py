"""What every way between a virtual sensor and the program is. Pure.

Every wire is causal and keeps order: nothing arrives before it was ready, and nothing overtakes.
"""

from collections.abc import Iterator
from heapq import heappop, heappush
from math import inf
from typing import NamedTuple, Protocol


class Packet(NamedTuple):
    """Bytes with the true time at which they are ready to travel, s."""

    ready_s: float
    data: bytes


class Arrived(NamedTuple):
    """Bytes reached the program at a true time, s."""

    at_s: float
    data: bytes


class Reached(NamedTuple):
    """What the program wrote reached the sensor at a true time, s."""

    at_s: float
    data: bytes


class Left(NamedTuple):
    """A packet left the sensor, which learns of it at a true time, s."""

    at_s: float
    data: bytes


Happening = Arrived | Reached | Left
"""What a wire tells of."""


class Wire(Protocol):
    """A way between one sensor, or several behind one port, and the program."""

    def offer(self, packet: Packet) -> None:
        """Take a packet of the sensor's; it may become ready later."""
        ...

    def write(self, packet: Packet) -> None:
        """Take what the program writes to the sensor."""
        ...

    def advance(self, until_s: float) -> Iterator[Happening]:
        """Tell what happens on the wire until a true time; what is offered meanwhile is taken in.

        Everything that is ready until then has been offered.
        """
        ...

    def reset(self, at_s: float) -> None:
        """Forget what is under way and what is ready before this true time, s: the link is down until then."""
        ...


class Queue:
    """Packets by the time at which they are ready; of equal ones, as they came."""

    def __init__(self) -> None:
        self._heap: list[tuple[float, int, bytes]] = []
        self._count = 0

    def push(self, packet: Packet) -> None:
        """Add a packet."""
        heappush(self._heap, (packet.ready_s, self._count, packet.data))
        self._count += 1

    def pop(self) -> Packet:
        """Take the first packet out."""
        ready_s, _, data = heappop(self._heap)
        return Packet(ready_s, data)

    @property
    def first_s(self) -> float:
        """When the first packet is ready, s; infinite where there is none."""
        return self._heap[0][0] if self._heap else inf

    def forget(self, until_s: float) -> None:
        """Forget the packets that are ready before a true time, s."""
        while self.first_s < until_s:
            heappop(self._heap)
