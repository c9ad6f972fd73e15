"""What lies between a virtual sensor and the program: the computer's own latency, serial cables, networks. Pure.

Every wire is causal and keeps order: nothing arrives before it was ready, and nothing overtakes.
"""

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from heapq import heappop, heappush
from math import inf
from typing import NamedTuple, Protocol

import numpy as np


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


@dataclass(frozen=True, slots=True)
class HostSettings:
    """How late the program learns of what the computer's radio or port has received.

    Floor, jitter and stalls are those with which the clock methods of the project's first trials were compared
    (OS jitter about 1.5 ms, rare stalls); the fake BlueZ on two cores has a median of 0.1 to 0.5 ms.

    Parameters
    ----------
    floor_s : least time, s
    jitter_s : mean of what is added, exponential, s
    stalls_per_s : how often the computer is busy with something else
    stall_s : shortest and longest such time, s
    """

    floor_s: float = 0.0003
    jitter_s: float = 0.001
    stalls_per_s: float = 0.05
    stall_s: tuple[float, float] = (0.02, 0.06)


STALLS_KEPT = 256
"""Past stalls that are remembered: links are followed one after the other, some seconds apart."""


class Host:
    """The computer: its stalls are the same for all links.

    Parameters
    ----------
    settings : see `HostSettings`
    rng : of its stalls
    """

    def __init__(self, settings: HostSettings, rng: np.random.Generator) -> None:
        self._settings = settings
        self._rng = rng
        self._stalls: deque[tuple[float, float]] = deque(maxlen=STALLS_KEPT)
        self._known_s = 0.0

    def told_s(self, at_s: float, rng: np.random.Generator) -> float:
        """Give when the program learns of what the computer has received at a true time, s."""
        settings = self._settings
        told_s = at_s + settings.floor_s + settings.jitter_s * float(rng.standard_exponential())
        self._draw_stalls(told_s)
        return max([told_s, *(end for begin, end in self._stalls if begin <= told_s < end)])

    def _draw_stalls(self, until_s: float) -> None:
        settings = self._settings
        while settings.stalls_per_s > 0.0 and self._known_s <= until_s:
            self._known_s += float(self._rng.standard_exponential()) / settings.stalls_per_s
            self._stalls.append((self._known_s, self._known_s + float(self._rng.uniform(*settings.stall_s))))


@dataclass(frozen=True, slots=True)
class CableSettings:
    """A serial port behind a USB bridge.

    Parameters
    ----------
    baud : bits per second on the line; a byte takes ten
    latency_s : the bridge hands over at least so often, s: FTDI's latency timer is 16 ms as delivered (application note
        AN232B-04) and 1 ms where set so; USB CDC is asked every frame, 1 ms (USB 2.0, 5.3)
    bridge_bytes : it hands over earlier when so many are there (AN232B-04: 64 less two of status)
    """

    baud: int = 115_200
    latency_s: float = 0.016
    bridge_bytes: int = 62


class Cable:
    """A serial port: bytes one after the other, handed over in pieces that know nothing of packets.

    Parameters
    ----------
    settings : see `CableSettings`
    host : the computer
    rng : of all that is random on it
    """

    def __init__(self, settings: CableSettings, host: Host, rng: np.random.Generator) -> None:
        self._settings = settings
        self._host = host
        self._rng = rng
        self._offered = Queue()
        self._written = Queue()
        self._held = bytearray()
        self._busy_s = 0.0
        self._handed_s = float(rng.uniform(0.0, settings.latency_s))
        self._ticks = 0
        self._told_s = 0.0

    def offer(self, packet: Packet) -> None:
        """Take a packet of the sensor's."""
        self._offered.push(packet)

    def write(self, packet: Packet) -> None:
        """Take what the program writes; it is on the line at once."""
        ready_s = packet.ready_s + self._settings.latency_s * float(self._rng.uniform(0.0, 1.0))
        self._written.push(Packet(ready_s + self._line_s(packet.data), packet.data))

    def reset(self, at_s: float) -> None:
        """Forget what is under way."""
        self._offered.forget(at_s)
        self._written.forget(at_s)
        self._held.clear()
        self._busy_s = self._handed_s = at_s
        self._ticks = 0

    def advance(self, until_s: float) -> Iterator[Happening]:
        """Tell what happens until a true time, s."""
        while True:
            starts_s = max(self._offered.first_s, self._busy_s)
            next_s = min(starts_s, self._written.first_s)
            if next_s > until_s:
                break
            yield from self._tick(next_s)
            if self._written.first_s <= starts_s:
                yield Reached(*self._written.pop())
            else:
                yield from self._send(starts_s)
        yield from self._tick(until_s)

    def _send(self, at_s: float) -> Iterator[Happening]:
        """Put a packet on the line, byte by byte; a UART says when it begins, for what it says is written before."""
        packet = self._offered.pop()
        yield Left(at_s, packet.data)
        byte_s = self._line_s(b"\0")
        for number, byte in enumerate(packet.data, 1):
            yield from self._tick(at_s + number * byte_s)
            self._held.append(byte)
            if len(self._held) >= self._settings.bridge_bytes:
                yield self._hand_over(at_s + number * byte_s)
        self._busy_s = at_s + len(packet.data) * byte_s

    def _tick(self, until_s: float) -> Iterator[Happening]:
        """Let the bridge's timer run until a true time, s; at its end what is held is handed over."""
        if self._held and self._timer_s(1) < until_s:
            yield self._hand_over(self._timer_s(1))
        self._ticks += max(0, int((until_s - self._timer_s(0)) / self._settings.latency_s))

    def _timer_s(self, more: int) -> float:
        return self._handed_s + (self._ticks + more) * self._settings.latency_s

    def _hand_over(self, at_s: float) -> Arrived:
        self._handed_s, self._ticks = at_s, 0
        self._told_s = max(self._told_s, self._host.told_s(at_s, self._rng))
        data = bytes(self._held)
        self._held.clear()
        return Arrived(self._told_s, data)

    def _line_s(self, data: bytes) -> float:
        return 10.0 * len(data) / self._settings.baud


@dataclass(frozen=True, slots=True)
class NetworkSettings:
    """A wireless network: each message a datagram.

    Parameters
    ----------
    floor_s : least time on the way, s; a Wi-Fi frame and the access point's forwarding (an assumption)
    jitter_s : mean of what is added, exponential, s: contention and repetition (an assumption)
    """

    floor_s: float = 0.001
    jitter_s: float = 0.003


class Network:
    """Datagrams over Wi-Fi; taken to keep order, as they do over one access point.

    Parameters
    ----------
    settings : see `NetworkSettings`
    host : the computer
    rng : of all that is random on it
    """

    def __init__(self, settings: NetworkSettings, host: Host, rng: np.random.Generator) -> None:
        self._settings = settings
        self._host = host
        self._rng = rng
        self._offered = Queue()
        self._written = Queue()
        self._told_s = 0.0

    def offer(self, packet: Packet) -> None:
        """Take a packet of the sensor's."""
        self._offered.push(packet)

    def write(self, packet: Packet) -> None:
        """Take what the program writes."""
        self._written.push(Packet(self._over_s(packet.ready_s), packet.data))

    def reset(self, at_s: float) -> None:
        """Forget what is under way."""
        self._offered.forget(at_s)
        self._written.forget(at_s)

    def advance(self, until_s: float) -> Iterator[Happening]:
        """Tell what happens until a true time, s."""
        while min(self._offered.first_s, self._written.first_s) <= until_s:
            if self._written.first_s <= self._offered.first_s:
                yield Reached(*self._written.pop())
                continue
            packet = self._offered.pop()
            yield Left(*packet)
            self._told_s = max(self._told_s, self._host.told_s(self._over_s(packet.ready_s), self._rng))
            yield Arrived(self._told_s, packet.data)

    def _over_s(self, ready_s: float) -> float:
        return ready_s + self._settings.floor_s + self._settings.jitter_s * float(self._rng.standard_exponential())
