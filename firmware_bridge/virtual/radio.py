"""A Bluetooth LE link as users report them: connection events, few packets in each, repetition, queues. Pure.

Between two connection events nothing moves in either direction. Times are those of the central's clock, which is the
computer's. What the radio loses it repeats at the next event: loss on the air delays, and loses only where the
sensor's queue overflows.
"""

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from math import ceil, inf

import numpy as np

from firmware_bridge.virtual.host import Host
from firmware_bridge.virtual.wire import Arrived, Happening, Left, Packet, Queue, Reached

POLL_S = 80e-6 + 150e-6
"""The central's empty packet and the pause after it, s; they go before each of the sensor's (Core 5.4, 6 B 2.1)."""
PAUSE_S = 150e-6
"""Pause between packets, s (T_IFS, Core 5.4, 6 B 4.1.1)."""
BYTE_S = 8e-6
"""A byte at 1 Mbit/s, s."""
FRAME_BYTES = 17
"""Preamble 1, access address 4, header 2, L2CAP 4, ATT 3, CRC 3."""
JUST_AFTER = 1e-9
"""Share of an interval by which an event must lie after the one before: rounding makes no event twice."""


@dataclass(frozen=True, slots=True)
class RadioSettings:
    """One Bluetooth LE link.

    Parameters
    ----------
    interval_s : from connection event to connection event, s: 7.5 ms the shortest there is, 15 ms on Apple's and where
        the sensor asks for it, 30 to 50 ms Linux by itself, 60 ms seen on Windows
    packets_per_event : 1 to 6 reported; with several links no more than 3 (Nordic's forum, three links)
    loss : share of packets that must be repeated; 2 % as in the trials of the project's own protocol
    queue_packets : that the sensor holds before it loses new ones
    tells_after_s : longest time until the sensor knows that a packet was on the air, s
    acknowledged_next_event : the sensor learns it from the central's next packet and so an interval late, where a
        stack reports acknowledgement and not the end of transmission
    """

    interval_s: float = 0.015
    packets_per_event: int = 3
    loss: float = 0.02
    queue_packets: int = 20
    tells_after_s: float = 0.0002
    acknowledged_next_event: bool = False

    def __post_init__(self) -> None:
        if not (self.interval_s > 0.0 and self.packets_per_event > 0 and 0.0 <= self.loss < 1.0):
            raise ValueError(f"expected an interval, packets in an event and a loss below 1, got {self}")


class Radio:
    """One Bluetooth LE link.

    Parameters
    ----------
    settings : see `RadioSettings`
    host : the computer
    rng : of the events' phase and all else that is random on the link

    Attributes
    ----------
    overflown : packets lost because the sensor's queue was full
    """

    def __init__(self, settings: RadioSettings, host: Host, rng: np.random.Generator) -> None:
        self.overflown = 0
        self._settings = settings
        self._host = host
        self._rng = rng
        self._coming = Queue()
        self._queue: deque[bytes] = deque()
        self._written = Queue()
        self._told_s = 0.0
        self.reset(0.0)

    def offer(self, packet: Packet) -> None:
        """Take a packet of the sensor's."""
        self._coming.push(packet)

    def write(self, packet: Packet) -> None:
        """Take what the program writes; the computer needs its time to hand it to the radio."""
        self._written.push(Packet(self._host.told_s(packet.ready_s, self._rng), packet.data))

    def reset(self, at_s: float) -> None:
        """Connect anew, with events at another phase."""
        self._coming.forget(at_s)
        self._queue.clear()
        self._written.forget(at_s)
        self._anchor_s = at_s + float(self._rng.uniform(0.0, self._settings.interval_s))
        self._last = -1

    def advance(self, until_s: float) -> Iterator[Happening]:
        """Tell what happens until a true time, s."""
        while (number := self._next_event()) < inf and self._at(number) <= until_s:
            self._last = int(number)
            yield from self._event(self._at(number))

    def _at(self, number: float) -> float:
        return self._anchor_s + number * self._settings.interval_s

    def _next_event(self) -> float:
        """Give the number of the first event at which anything can move; those before it pass unseen."""
        ready_s = -inf if self._queue else min(self._coming.first_s, self._written.first_s)
        if ready_s == inf:
            return inf
        first = -1.0 if ready_s == -inf else ceil((ready_s - self._anchor_s) / self._settings.interval_s - JUST_AFTER)
        return max(first, self._last + 1)

    def _event(self, at_s: float) -> Iterator[Happening]:
        """Let the central's write go first, then the sensor's packets while they last and get through."""
        if self._written.first_s <= at_s and self._gets_through():
            data = self._written.pop().data
            yield Reached(at_s + BYTE_S * (FRAME_BYTES + len(data)), data)
        self._fill_queue(at_s)
        on_air_s = at_s
        for _ in range(min(self._settings.packets_per_event, len(self._queue))):
            on_air_s += POLL_S + BYTE_S * (FRAME_BYTES + len(self._queue[0]))
            if not self._gets_through():
                break
            data = self._queue.popleft()
            yield Left(self._known_s(on_air_s, at_s), data)
            self._told_s = max(self._told_s, self._host.told_s(on_air_s, self._rng))
            yield Arrived(self._told_s, data)
            on_air_s += PAUSE_S

    def _fill_queue(self, at_s: float) -> None:
        while self._coming.first_s <= at_s:
            data = self._coming.pop().data
            if len(self._queue) < self._settings.queue_packets:
                self._queue.append(data)
            else:
                self.overflown += 1

    def _known_s(self, on_air_s: float, event_s: float) -> float:
        """Give when the sensor knows that a packet has left, s."""
        late_s = self._settings.tells_after_s * float(self._rng.uniform(0.0, 1.0))
        if not self._settings.acknowledged_next_event or self._queue:
            return on_air_s + late_s
        return event_s + self._settings.interval_s + late_s

    def _gets_through(self) -> bool:
        return bool(self._rng.random() >= self._settings.loss)
