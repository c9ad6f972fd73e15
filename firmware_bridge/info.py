"""What a recording holds, counted: for people and programs that ask before they analyse."""

from dataclasses import dataclass
from math import isnan, nan

from firmware_bridge.intake import Intake
from firmware_bridge.recording import Marker, Recording, RecordingMeta
from firmware_bridge.samples import Floats, SampleBlock
from firmware_bridge.source import Chunk, Kind, SensorFacts
from firmware_bridge.stream import StreamStatistics

ENTRIES_AT_ONCE = 256


@dataclass(frozen=True, slots=True)
class SensorInfo:
    """What a recording holds of one sensor.

    Parameters
    ----------
    facts : what is known of it
    entries, bytes : received; of sensors that share a link, with the first of them
    start_s, end_s : first and last sample's time; NaN without samples
    statistics : what became of its samples
    dirt : what its decoder threw away, counted by kind
    """

    facts: SensorFacts
    entries: int
    bytes: int
    start_s: float
    end_s: float
    statistics: StreamStatistics
    dirt: dict[str, int]

    @property
    def measured_hz(self) -> float:
        """Samples that came, over the time in which they came; gaps make it smaller than `facts.rate_hz`."""
        kept = self.statistics.received - self.statistics.dropped
        span = self.end_s - self.start_s
        return (kept - 1) / span if span > 0 else nan


@dataclass(frozen=True, slots=True)
class RecordingInfo:
    """What a recording holds.

    Parameters
    ----------
    meta : what is known of the session
    file_bytes : size of the file
    recovered : it had not been closed and was made whole when it was opened
    duration_s : arrival of the last entry
    sensors : one a sensor, in the recording's order
    markers : a person's marks
    """

    meta: RecordingMeta
    file_bytes: int
    recovered: bool
    duration_s: float
    sensors: tuple[SensorInfo, ...]
    markers: tuple[Marker, ...]


class _Count:
    """Counts what one sensor sent."""

    def __init__(self) -> None:
        self.entries = self.bytes = 0
        self.start_s = self.end_s = nan

    def came(self, chunk: Chunk) -> None:
        self.entries += 1
        self.bytes += len(chunk.data)

    def measured(self, time: Floats) -> None:
        if len(time):
            self.start_s = float(time[0]) if isnan(self.start_s) else self.start_s
            self.end_s = float(time[-1])


def describe(recording: Recording) -> RecordingInfo:
    """Read a recording once and count what it holds.

    Raises
    ------
    RecordingError : it is damaged
    """
    intake = Intake(recording.sensors)
    counts = [_Count() for _ in recording.sensors]
    for batch in recording.batches(ENTRIES_AT_ONCE):
        for chunk in batch:
            if chunk.kind == Kind.RECEIVED:
                counts[chunk.sensor].came(chunk)
        _measure(counts, intake.push(batch))
    _measure(counts, intake.flush())
    whole = zip(recording.sensors, counts, intake.statistics, intake.dirt, strict=True)
    return RecordingInfo(
        recording.meta,
        recording.path.stat().st_size,
        recording.recovered,
        recording.duration_s,
        tuple(SensorInfo(facts, c.entries, c.bytes, c.start_s, c.end_s, counted, d) for facts, c, counted, d in whole),
        tuple(recording.markers()),
    )


def _measure(counts: list[_Count], blocks: list[SampleBlock]) -> None:
    for count, block in zip(counts, blocks, strict=True):
        count.measured(block.time)
