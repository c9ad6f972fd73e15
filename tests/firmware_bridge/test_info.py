import math

import numpy as np
import pytest

from firmware_bridge.info import describe
from firmware_bridge.protocols.imported import pack
from firmware_bridge.recording import Marker, Recording, RecordingMeta, RecordingWriter, Runner
from firmware_bridge.samples import Placement, Segment, Side
from firmware_bridge.source import Chunk, SensorFacts
from firmware_bridge.stream import StreamStatistics

THIGH = SensorFacts(Placement(Side.LEFT, Segment.THIGH), "imported", 100.0, math.inf, math.inf)
SHANK = THIGH._replace(placement=Placement(Side.LEFT, Segment.SHANK), gyr_range_rad_s=35.0)
META = RecordingMeta((THIGH, SHANK), Runner("R1", 1.8))


def samples(ticks, gyr=1.0) -> bytes:
    time = np.array(ticks) / 100
    return pack(time, np.full((len(time), 3), gyr), np.ones((len(time), 3)))


@pytest.fixture
def info(tmp_path):
    """Write chunks into a recording and describe it."""

    def info(chunks):
        path = tmp_path / "run.legcycle"
        with RecordingWriter(path, META) as writer:
            writer.add_many(chunks)
            writer.marker(5, "hill")
        with Recording.open(path) as recording:
            return describe(recording)

    return info


def test_what_each_sensor_sent_is_counted(info, tmp_path):
    thigh, shank = samples([0, 1, 1, 2, 4, 90]), samples([0, 1, 2], gyr=35.0)

    found = info([Chunk(0, 0, thigh[:100]), Chunk(1, 1, shank + b"cut"), Chunk(0, 2_000_000_000, thigh[100:])])

    assert found.meta == META
    assert found.file_bytes == (tmp_path / "run.legcycle").stat().st_size
    assert found.markers == (Marker(5, "hill"),)
    assert not found.recovered
    first, second = found.sensors
    assert (first.facts, first.entries, first.bytes) == (THIGH, 2, 6 * 56)
    assert (first.start_s, first.end_s) == (0.0, 0.9)
    assert first.statistics == StreamStatistics(received=6, dropped=1, filled=1, gaps=1, missing=86)
    assert first.measured_hz == pytest.approx(4 / 0.9)
    assert second.statistics == StreamStatistics(received=3, saturated=3)
    assert second.dirt == {"not_finite": 0, "cut_off": 1, "stranger": 0}
    assert second.measured_hz == pytest.approx(100)


def test_a_sensor_that_sent_nothing(info):
    sensor = info([]).sensors[0]

    assert sensor.statistics == StreamStatistics()
    assert math.isnan(sensor.start_s)
    assert math.isnan(sensor.measured_hz)
