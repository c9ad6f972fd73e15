"""Serial cables behind USB bridges, and wireless networks. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from firmware_bridge.virtual.host import Host
from firmware_bridge.virtual.wire import Arrived, Happening, Left, Packet, Queue, Reached


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
