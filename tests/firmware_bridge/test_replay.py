import math

import pytest

from firmware_bridge.errors import RecordingError
from firmware_bridge.recording import RecordingMeta, RecordingWriter
from firmware_bridge.replay import ReplaySource
from firmware_bridge.samples import Placement, Segment, Side
from firmware_bridge.source import Chunk, Kind, SensorFacts

THIGH = SensorFacts(Placement(Side.LEFT, Segment.THIGH), "imported", 100.0, math.inf, math.inf)
SENSORS = (THIGH, THIGH._replace(placement=Placement(Side.LEFT, Segment.SHANK)))
CHUNKS = [Chunk(n % 2, n // 2 * 100_000_000, bytes(560)) for n in range(600)]
"""Two sensors at 100 Hz for 30 s, 10 samples a chunk."""


class Clock:
    """A clock that only waiting moves."""

    now = 5.0

    def __call__(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        assert seconds > 0
        self.now += seconds


@pytest.fixture
def path(tmp_path):
    path = tmp_path / "run.legcycle"
    with RecordingWriter(path, RecordingMeta(SENSORS)) as writer:
        writer.add_many(CHUNKS)
    return path


def paced(path, speed):
    """Batches and the instants, s since the start, at which they came."""
    clock = Clock()
    with ReplaySource(path, speed, clock=clock, sleep=clock.sleep) as source:
        return [(clock.now - 5.0, batch) for batch in source]


def test_at_full_speed_batches_hold_many_samples_a_sensor(path, monkeypatch):
    monkeypatch.setattr("firmware_bridge.replay.ROWS_AT_ONCE", 1000)
    with ReplaySource(path) as source:
        batches = list(source)
        assert source.sensors == list(SENSORS)

    assert [chunk for batch in batches for chunk in batch] == CHUNKS
    samples = [10 * sum(chunk.sensor == 0 for chunk in batch) for batch in batches]
    assert len(batches) == 3
    assert all(900 <= n <= 1100 for n in samples)


@pytest.mark.parametrize("speed", [0.5, 1, 4])
def test_chunks_come_when_they_are_due(path, speed):
    batches = paced(path, speed)

    assert [chunk for _, batch in batches for chunk in batch] == CHUNKS
    for at, batch in batches:
        assert at == pytest.approx(batch[-1].arrival_ns * 1e-9 / speed, abs=1e-6)
    assert len(batches) == 300


def test_a_slow_reader_gets_what_is_due_in_one_batch(path):
    clock = Clock()
    with ReplaySource(path, 1, clock=clock, sleep=clock.sleep) as source:
        batches = iter(source)
        first = next(batches)
        clock.now += 1.05
        second = next(batches)

    assert len(first) == 2
    assert [chunk.arrival_ns for chunk in second[::2]] == [n * 100_000_000 for n in range(1, 11)]


def test_it_can_be_replayed_again(path):
    with ReplaySource(path) as source:
        assert list(source) == list(source)


def test_an_empty_recording_gives_nothing(tmp_path):
    RecordingWriter(tmp_path / "empty.legcycle", RecordingMeta(())).close()

    for speed in (1, math.inf):
        with ReplaySource(tmp_path / "empty.legcycle", speed) as source:
            assert list(source) == []


@pytest.mark.parametrize("speed", [0, -1, math.nan])
def test_speed_must_be_positive(path, speed):
    with pytest.raises(ValueError, match="expected a speed above 0"):
        ReplaySource(path, speed)


def test_what_is_no_recording_is_refused(tmp_path):
    with pytest.raises(RecordingError):
        ReplaySource(tmp_path / "none.legcycle")


def test_what_befell_the_links_is_replayed_where_it_happened(tmp_path):
    told = [
        Chunk(0, 0, b"found", Kind.CONNECTED),
        Chunk(0, 5_000_000, b"start", Kind.SENT),
        Chunk(0, 9_000_000, bytes(56)),
        Chunk(0, 9_000_000, b"out of reach", Kind.LOST),
        Chunk(1, 20_000_000, b"battery", Kind.INFO),
    ]
    with RecordingWriter(tmp_path / "run.legcycle", RecordingMeta(SENSORS)) as writer:
        writer.add_many(told)

    for speed in (1, math.inf):
        clock = Clock()
        with ReplaySource(tmp_path / "run.legcycle", speed, clock=clock, sleep=clock.sleep) as source:
            assert [chunk for batch in source for chunk in batch] == told
