"""Virtual sensors, their links and what the program says to them, as one ordered stream of entries. Pure.

    samples at true times -> VirtualSensor -> Packet -> Wire -> entries as they arrive
                                  ^                       |
                                  +-- what was written <--+

The stream is the same for any lengths of the stretches in which the scene is advanced.
"""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from heapq import heappop, heappush
from typing import Protocol

import numpy as np

from firmware_bridge.protocols.profiles import Conversation, Read, Step, Write
from firmware_bridge.samples import SampleBlock
from firmware_bridge.source import Chunk, Kind, SensorFacts
from firmware_bridge.virtual.faults import Faults
from firmware_bridge.virtual.sensor import VirtualSensor
from firmware_bridge.virtual.wire import Arrived, Happening, Left, Packet, Reached, Wire

NO_FAULTS = Faults()
RESTART_S = 1.0
"""How long a sensor that starts anew is away, s: a second from power to advertising and back (an assumption)."""
READ_S = 0.05
"""A value that was asked for is there so much later, s."""
NS = 1_000_000_000


class Agenda:
    """What is to be done at which true time; of equal ones, as it was planned."""

    def __init__(self) -> None:
        self._heap: list[tuple[float, int, Callable[[float], None]]] = []
        self._count = 0

    def plan(self, at_s: float, act: Callable[[float], None]) -> None:
        """Plan something; it is called with its time."""
        heappush(self._heap, (at_s, self._count, act))
        self._count += 1

    def due(self, until_s: float) -> tuple[float, Callable[[float], None]] | None:
        """Take out the first that is due until a true time, s."""
        if not self._heap or self._heap[0][0] > until_s:
            return None
        at_s, _, act = heappop(self._heap)
        return at_s, act


class VirtualLink:
    """One link, the sensors behind it, and what the program says to them.

    Parameters
    ----------
    number : number in the session of its first sensor; its entries carry it
    sensors : each with its facts, in the order of their nodes
    wire : the way between
    conversation : what is said, and asked
    connects_s : true time at which it comes up first, s
    rng : of the faults
    faults : what goes wrong
    turn : which of how many links it is, for those faults that befall one after the other
    """

    def __init__(
        self,
        number: int,
        sensors: Sequence[tuple[SensorFacts, VirtualSensor]],
        wire: Wire,
        rng: np.random.Generator,
        *,
        conversation: Conversation | None = None,
        connects_s: float = 0.0,
        faults: Faults = NO_FAULTS,
        turn: tuple[int, int] = (0, 1),
    ) -> None:
        self._number = number
        self._sensors = sensors
        self._wire = wire
        self._rng = rng
        self._talk = conversation or Conversation()
        self._faults = faults
        self._agenda = Agenda()
        self._chunks: list[Chunk] = []
        self._connections = 0
        self._up_s = connects_s
        self._told_s = 0.0
        wire.reset(connects_s)
        self._agenda.plan(connects_s, partial(self._connect, 0))
        if (losses_s := faults.losses_s(*turn)) is not None:
            self._agenda.plan(losses_s[0], partial(self._disconnect, losses_s[1]))
        for restart_s in sorted({at_s for _, sensor in sensors for at_s in sensor.clock.restarts_s}):
            self._agenda.plan(restart_s, partial(self._lose, RESTART_S, "the sensor has started anew"))

    def push(self, node: int, block: SampleBlock) -> None:
        """Take samples, at true times, of one of its sensors."""
        sensor = self._sensors[node][1]
        for group in sensor.groups(block):
            self._agenda.plan(float(group.time[-1]), partial(self._measure, sensor, group))

    def advance(self, until_s: float) -> list[Chunk]:
        """Give the entries of what happens until a true time, s; all samples until then were pushed.

        Their order is that of the link; some may arrive later than that.
        """
        while (due := self._agenda.due(until_s)) is not None:
            self._run_wire(due[0])
            due[1](due[0])
        self._run_wire(until_s)
        chunks, self._chunks = self._chunks, []
        return chunks

    def _measure(self, sensor: VirtualSensor, group: SampleBlock, _at_s: float) -> None:
        self._offer(sensor.measured(group))

    def _run_wire(self, until_s: float) -> None:
        for happening in self._wire.advance(until_s):
            self._happened(happening)

    def _happened(self, happening: Happening) -> None:
        match happening:
            case Arrived(at_s, data):
                self._told_s = max(self._told_s, at_s + self._faults.late_s(self._rng))
                if not self._faults.drops(self._rng):
                    self._post(self._told_s, data, Kind.RECEIVED)
            case Reached(at_s, data):
                self._answer(lambda sensor: sensor.received(data, at_s))
            case Left(at_s, data):
                self._answer(lambda sensor: sensor.left(data, at_s))

    def _answer(self, ask: Callable[[VirtualSensor], list[Packet]]) -> None:
        for _, sensor in self._sensors:
            self._offer(ask(sensor))

    def _offer(self, packets: list[Packet]) -> None:
        for packet in packets:
            if packet.ready_s >= self._up_s:
                self._wire.offer(packet)

    def _connect(self, connection: int, at_s: float) -> None:
        if connection != self._connections:  # lost again meanwhile
            return
        self._post(at_s, b"", Kind.CONNECTED)
        for facts, sensor in self._sensors:
            self._say(self._talk.start(facts), sensor, at_s)
        if self._talk.poll_s > 0.0:
            self._agenda.plan(at_s + self._talk.poll_s, partial(self._poll, connection, 0))

    def _poll(self, connection: int, count: int, at_s: float) -> None:
        if connection != self._connections:
            return
        for facts, sensor in self._sensors:
            self._say(self._talk.poll(facts, count), sensor, at_s)
        self._agenda.plan(at_s + self._talk.poll_s, partial(self._poll, connection, count + 1))

    def _say(self, steps: Sequence[Step], sensor: VirtualSensor, at_s: float) -> None:
        """Plan steps, one after the other."""
        for step in steps:
            if isinstance(step, Read):
                at_s += READ_S
                self._agenda.plan(at_s, partial(self._read, self._connections, sensor))
            else:
                self._agenda.plan(at_s, partial(self._write, self._connections, step))
                at_s += step.pause_s

    def _read(self, connection: int, sensor: VirtualSensor, at_s: float) -> None:
        value = sensor.info()
        if value and connection == self._connections:
            self._post(at_s, value, Kind.INFO)

    def _write(self, connection: int, step: Write, at_s: float) -> None:
        if connection == self._connections:
            self._post(at_s, step.data, Kind.SENT)
            self._wire.write(Packet(at_s, step.data))

    def _disconnect(self, every_s: float, at_s: float) -> None:
        for_s = self._faults.disconnect_for_s
        self._lose(for_s, f"disconnected for {for_s:g} s, as asked for", at_s)
        self._agenda.plan(at_s + every_s, partial(self._disconnect, every_s))

    def _lose(self, for_s: float, why: str, at_s: float) -> None:
        """Break the link: what is under way, and all that becomes ready meanwhile, is lost."""
        self._up_s = max(self._up_s, at_s + for_s)
        self._connections += 1
        self._told_s = max(self._told_s, at_s)
        self._post(self._told_s, why.encode(), Kind.LOST)
        self._wire.reset(self._up_s)
        self._agenda.plan(self._up_s, partial(self._connect, self._connections))

    def _post(self, at_s: float, data: bytes, kind: Kind) -> None:
        self._chunks.append(Chunk(self._number, round(at_s * NS), data, kind))


class Advancing(Protocol):
    """What a scene is made of."""

    def advance(self, until_s: float) -> list[Chunk]:
        """Give the entries of what happens until a true time, s."""
        ...


class Scene:
    """All links of a session: their entries in the one order in which they arrive.

    Parameters
    ----------
    links : the links by the number of their first sensor
    """

    def __init__(self, links: Mapping[int, Advancing]) -> None:
        self._links = links
        self._waiting: list[tuple[int, int, int, Chunk]] = []
        self._count = 0

    def advance(self, until_s: float) -> list[Chunk]:
        """Give the entries that arrive until a true time, s; all samples until then were pushed."""
        until_ns = round(until_s * NS)
        for number, link in self._links.items():
            for chunk in link.advance(until_s):
                heappush(self._waiting, (chunk.arrival_ns, number, self._count, chunk))
                self._count += 1
        arrived: list[Chunk] = []
        while self._waiting and self._waiting[0][0] <= until_ns:
            arrived.append(heappop(self._waiting)[3])
        return arrived

    def flush(self) -> list[Chunk]:
        """Give what is still under way."""
        rest = [row[3] for row in sorted(self._waiting, key=lambda row: row[:3])]
        self._waiting.clear()
        return rest
