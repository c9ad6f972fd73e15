"""From the chunks of all links to one block of samples a sensor, on the session's clock. Pure.

chunk -> decoder of its link -> packets -> clock of each sensor -> samples -> gaps bridged
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from firmware_bridge.clock import ClockSettings, SensorClock
from firmware_bridge.protocols import PROTOCOLS, Decoder
from firmware_bridge.protocols.packets import Introduction, Packet, Readings, Report, TimeReply, TimeSent
from firmware_bridge.protocols.row import ClockKind
from firmware_bridge.samples import Quality, SampleBlock
from firmware_bridge.source import NO_SENSOR, Chunk, Kind, SensorFacts
from firmware_bridge.stream import SampleStream, StreamSettings, StreamStatistics


@dataclass(frozen=True, slots=True)
class IntakeSettings:
    """Settings of the intake and of its stages.

    Parameters
    ----------
    double_s : the same bytes again within this time, from a sensor that numbers and stamps nothing, are a doubled
        notification, s
    clock, stream : settings of the stages
    """

    double_s: float = 0.001
    clock: ClockSettings = field(default_factory=ClockSettings)
    stream: StreamSettings = field(default_factory=StreamSettings)


class Intake:
    """All sensors of a session, from chunks to samples. Streaming.

    Parameters
    ----------
    sensors : the session's sensors, in the order of `Chunk.sensor`
    settings : see `IntakeSettings`
    """

    def __init__(self, sensors: Sequence[SensorFacts], settings: IntakeSettings | None = None) -> None:
        settings = settings or IntakeSettings()
        self._sensors = [_Sensor(facts, settings) for facts in sensors]
        self._links = {group[0]: _Link(group, self._sensors, settings) for group in links_of(sensors)}

    @property
    def statistics(self) -> list[StreamStatistics]:
        """What became of each sensor's samples."""
        return [sensor.statistics for sensor in self._sensors]

    @property
    def dirt(self) -> list[dict[str, int]]:
        """What was thrown away, by kind: of each sensor, that of its link."""
        dirt = {number: link.dirt for first, link in self._links.items() for number in link.numbers}
        return [dirt[number] for number in range(len(self._sensors))]

    @property
    def reports(self) -> list[Report | None]:
        """What each sensor told last about its state."""
        return [sensor.report for sensor in self._sensors]

    @property
    def introductions(self) -> list[Introduction | None]:
        """What each sensor told last about what it is."""
        return [sensor.introduction for sensor in self._sensors]

    def push(self, chunks: Iterable[Chunk]) -> list[SampleBlock]:
        """Take the next chunks in their order; give the samples that they complete, one block a sensor."""
        for first, part in _runs(chunks):
            if first != NO_SENSOR:
                self._links[first].push(part)
        return [sensor.taken() for sensor in self._sensors]

    def flush(self) -> list[SampleBlock]:
        """Give what was held back; the session has ended."""
        for link in self._links.values():
            link.flush()
        return [sensor.taken() for sensor in self._sensors]


def links_of(sensors: Sequence[SensorFacts]) -> list[list[int]]:
    """Give the numbers of the sensors that share a link, the one that names its chunks first."""
    groups: dict[object, list[int]] = {}
    for number, facts in enumerate(sensors):
        groups.setdefault(facts.link or number, []).append(number)
    return list(groups.values())


def _runs(chunks: Iterable[Chunk]) -> Iterable[tuple[int, list[Chunk]]]:
    """Give the chunks of each link together; links know nothing of each other, so their order does not matter."""
    parts: dict[int, list[Chunk]] = {}
    for chunk in chunks:
        parts.setdefault(chunk.sensor, []).append(chunk)
    return parts.items()


class _Sensor:
    """One sensor: its clock, its stream, and what it told of itself."""

    def __init__(self, facts: SensorFacts, settings: IntakeSettings) -> None:
        row = PROTOCOLS[facts.protocol]
        self.facts = facts
        self.clock = SensorClock(row.clock, facts.rate_hz, row.wrap_s, row.resolution_s, settings.clock)
        self.stream = SampleStream(facts, settings.stream)
        self.report: Report | None = None
        self.introduction: Introduction | None = None
        self.repeated = 0
        self._double_ns = round(settings.double_s * 1e9) if row.clock is ClockKind.NONE and row.ble is not None else -1
        self._last: tuple[Readings, int] | None = None
        self._blocks: list[SampleBlock] = []

    @property
    def statistics(self) -> StreamStatistics:
        return replace(
            self.stream.statistics,
            repeated=self.repeated,
            restarts=self.clock.state.restarts,
            loss_known=PROTOCOLS[self.facts.protocol].clock is not ClockKind.NONE,
        )

    def take(self, packet: Packet, arrival_ns: int) -> None:
        """Take a packet of this sensor."""
        if isinstance(packet, Readings):
            self._measured(packet, arrival_ns)
        elif isinstance(packet, TimeReply):
            self.clock.answered(packet, arrival_ns)
        elif isinstance(packet, TimeSent):
            self.clock.sent(packet)
        elif isinstance(packet, Report):
            self.report = _newer(self.report, packet)
        else:
            self.introduction = packet

    def taken(self) -> SampleBlock:
        """Give the samples of all that was taken since the last call."""
        blocks, self._blocks = self._blocks, []
        return self.stream.push(SampleBlock.join(blocks))

    def _measured(self, readings: Readings, arrival_ns: int) -> None:
        if self.clock.passes_over(readings, arrival_ns) or self._is_double(readings, arrival_ns):
            self.repeated += len(readings.gyr)
            return
        time, begins = self.clock.stamp(readings, arrival_ns)
        quality = np.zeros(len(time), np.uint8)
        if begins and self._has_samples:
            quality[0] = Quality.AFTER_GAP
        self._blocks.append(SampleBlock(time, readings.gyr, readings.acc, quality))

    def _is_double(self, readings: Readings, arrival_ns: int) -> bool:
        """Tell whether a sensor that numbers nothing seems to have said the same twice at once."""
        last, self._last = self._last, (readings, arrival_ns)
        return (
            last is not None
            and arrival_ns - last[1] <= self._double_ns
            and np.array_equal(last[0].gyr, readings.gyr)
            and np.array_equal(last[0].acc, readings.acc)
        )

    @property
    def _has_samples(self) -> bool:
        return bool(self._blocks) or self.stream.statistics.received > 0


class _Link:
    """One link: its decoder, and the sensors behind it."""

    def __init__(self, numbers: list[int], sensors: Sequence[_Sensor], settings: IntakeSettings) -> None:
        self.numbers = numbers
        mine = [sensors[number] for number in numbers]
        row = PROTOCOLS[mine[0].facts.protocol]
        self._sensors = {sensor.facts.node: sensor for sensor in mine}
        self._decoder: Decoder = row.decoder([sensor.facts for sensor in mine])
        self._joinable = row.clock is ClockKind.SESSION
        self._arrival_ns = 0
        self._strangers = 0

    @property
    def dirt(self) -> dict[str, int]:
        return self._decoder.dirt | {"stranger": self._strangers}

    def push(self, chunks: list[Chunk]) -> None:
        """Take chunks of this link."""
        if self._joinable:
            data = b"".join(chunk.data for chunk in chunks if chunk.kind == Kind.RECEIVED)
            self._take(self._decoder.push(data), chunks[-1].arrival_ns)
            return
        for chunk in chunks:
            self._push(chunk)

    def flush(self) -> None:
        """Take what the decoder held back; the session has ended."""
        self._take(self._decoder.flush(), self._arrival_ns)

    def _push(self, chunk: Chunk) -> None:
        self._arrival_ns = chunk.arrival_ns
        if chunk.kind in {Kind.RECEIVED, Kind.INFO}:
            if chunk.data:  # a copy that was made to be shared keeps entries whose bytes had to go
                self._take(self._decoder.push(chunk.data), chunk.arrival_ns)
        elif chunk.kind == Kind.LOST:  # `connected` may follow the first bytes of a sensor that was silent only
            self._take(self._decoder.flush(), chunk.arrival_ns)
            for sensor in self._sensors.values():
                sensor.clock.reconnected()

    def _take(self, packets: list[Packet], arrival_ns: int) -> None:
        for packet in packets:
            sensor = self._sensors.get(packet.node)
            if sensor is None:
                self._strangers += 1
            else:
                sensor.take(packet, arrival_ns)


def _newer(known: Report | None, told: Report) -> Report:
    """Put what was told last over what is known; what it does not tell stays."""
    if known is None:
        return told
    return known._replace(**{name: value for name, value in told._asdict().items() if value is not None})
