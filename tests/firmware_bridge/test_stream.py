import copy
import math
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from firmware_bridge.protocols.imported import RECORD_BYTES, ImportedDecoder, pack
from firmware_bridge.samples import Placement, Quality, SampleBlock, Segment, Side
from firmware_bridge.source import SensorFacts
from firmware_bridge.stream import SampleStream, StreamSettings, StreamStatistics

RATE_HZ = 200.0
FACTS = SensorFacts(Placement(Side.LEFT, Segment.SHANK), "imported", RATE_HZ, 160.0, 35.0)


def table(ticks, seed=0) -> bytes:
    """Records at the given multiples of the sampling interval, on a curve that no line fits."""
    time = np.asarray(ticks, np.float64) / RATE_HZ
    values = np.random.default_rng(seed).normal(size=(len(time), 6))
    return pack(time, values[:, :3], values[:, 3:])


class Stream(SampleStream):
    """The stage, fed with the bytes of records."""

    def __init__(self, facts: SensorFacts, settings: StreamSettings | None = None) -> None:
        super().__init__(facts, settings)
        self.decoder = ImportedDecoder([facts])

    def push(self, data: bytes) -> SampleBlock:
        found = [SampleBlock(r.time, r.gyr, r.acc, np.zeros(len(r.time), np.uint8)) for r in self.decoder.push(data)]
        return super().push(SampleBlock.join(found))


def run(data: bytes, cuts=(), stream: "Stream | None" = None) -> SampleBlock:
    stream = stream or Stream(FACTS)
    edges = [0, *cuts, len(data)]
    blocks = [stream.push(data[a:b]) for a, b in pairwise(edges)]
    return SampleBlock.join(blocks)


def assert_equal(a: SampleBlock, b: SampleBlock) -> None:
    for name in ("time", "gyr", "acc", "quality"):
        np.testing.assert_array_equal(getattr(a, name), getattr(b, name), strict=True)


def test_clean_samples_pass_unchanged():
    block = run(table(range(50)))

    np.testing.assert_array_equal(block.time, np.arange(50) / RATE_HZ)
    assert not block.quality.any()


@pytest.mark.parametrize("missing", [1, 2, 4])
def test_a_short_gap_is_filled_on_the_straight_line(missing):
    data = table([0, 1, 2 + missing, 3 + missing])
    stream = Stream(FACTS)

    block = run(data, stream=stream)

    filled = block.quality == Quality.FILLED
    assert np.flatnonzero(filled).tolist() == list(range(2, 2 + missing))
    np.testing.assert_allclose(np.diff(block.time), 1 / RATE_HZ)
    ends = np.array([block.time[1], block.time[2 + missing]])
    for axis in range(3):
        line = np.interp(block.time[filled], ends, block.gyr[[1, 2 + missing], axis])
        np.testing.assert_allclose(block.gyr[filled, axis], line)
        line = np.interp(block.time[filled], ends, block.acc[[1, 2 + missing], axis])
        np.testing.assert_allclose(block.acc[filled, axis], line)
    assert stream.statistics == StreamStatistics(received=4, filled=missing, missing=missing)


def test_a_long_gap_is_left_and_its_end_is_flagged():
    stream = Stream(FACTS)

    block = run(table([0, 1, 7, 8]), stream=stream)

    assert len(block) == 4
    assert block.quality.tolist() == [0, 0, Quality.AFTER_GAP, 0]
    assert stream.statistics == StreamStatistics(received=4, gaps=1, missing=5)


@pytest.mark.parametrize(("rate_hz", "fills"), [(50.0, True), (49.0, False), (1000.0, True)])
def test_twenty_milliseconds_are_the_limit_at_every_rate(rate_hz, fills):
    missing = max(1, round(0.020 * rate_hz))
    time = np.array([0, 1, 2 + missing]) / rate_hz
    stream = Stream(FACTS._replace(rate_hz=rate_hz))

    block = stream.push(pack(time, np.ones((3, 3)), np.ones((3, 3))))

    assert (len(block) > 3) == fills


def test_several_gaps_in_one_block():
    block = run(table([0, 2, 3, 6, 20, 22]))

    assert (block.time * RATE_HZ).round(6).tolist() == [0, 1, 2, 3, 4, 5, 6, 20, 21, 22]
    assert block.quality.tolist() == [0, 4, 0, 0, 4, 4, 0, 8, 4, 0]


def test_a_jittering_clock_is_no_gap():
    jitter = np.random.default_rng(1).uniform(-0.2, 0.2, 300)
    block = run(table(np.arange(300) + jitter))

    assert len(block) == 300
    assert not block.quality.any()


def test_samples_whose_time_does_not_increase_are_dropped_and_counted():
    stream = Stream(FACTS)

    block = run(table([0, 1, 1, 0, 2, 3, 2]), stream=stream)

    assert (block.time * RATE_HZ).tolist() == [0, 1, 2, 3]
    assert stream.statistics == StreamStatistics(received=7, dropped=3)


def test_an_old_sample_in_a_push_of_its_own_is_dropped():
    stream = Stream(FACTS)
    stream.push(table([5]))

    assert len(stream.push(table([5]))) == 0
    assert len(stream.push(table([3, 4]))) == 0
    assert len(stream.push(table([6]))) == 1
    assert stream.statistics.dropped == 3


@pytest.mark.parametrize(
    ("gyr", "acc", "flag"),
    [
        (0.97 * 35, 0.97 * 160, Quality.CLEAN),
        (-0.981 * 35, 0.0, Quality.GYR_SATURATED),
        (0.0, -0.981 * 160, Quality.ACC_SATURATED),
        (35.0, 160.0, Quality.GYR_SATURATED | Quality.ACC_SATURATED),
    ],
)
def test_an_axis_near_the_end_of_its_range_is_flagged(gyr, acc, flag):
    stream = Stream(FACTS)

    block = stream.push(pack(np.array([0.0]), np.array([[0, gyr, 0]]), np.array([[0, 0, acc]])))

    assert block.quality.tolist() == [flag]
    assert stream.statistics.saturated == bool(flag)


def test_ranges_that_are_not_known_saturate_nothing():
    stream = Stream(FACTS._replace(acc_range_m_s2=math.inf, gyr_range_rad_s=math.inf))

    assert not stream.push(pack(np.zeros(1), np.full((1, 3), 1e6), np.full((1, 3), 1e6))).quality.any()


def test_settings_rule_what_is_filled_and_what_is_saturated():
    never = StreamSettings(fill_s=0.0, saturation_share=2.0)

    block = run(table([0, 2]) + pack(np.array([0.015]), np.full((1, 3), 36), np.ones((1, 3))),
                stream=Stream(FACTS, never))  # fmt: skip

    assert block.quality.tolist() == [0, Quality.AFTER_GAP, 0]


@st.composite
def streams(draw):
    """Bytes with gaps, repeats, steps back, rails, broken records and a torn end; and where to cut them."""
    steps = draw(st.lists(st.sampled_from([1, 1, 1, 1, 0, -1, 2, 3, 5, 6, 40]), max_size=40))
    data = bytearray(table(np.cumsum([0, *steps]), seed=draw(st.integers(0, 99))))
    for place in draw(st.lists(st.integers(0, len(data) // 8 - 1), max_size=4)):
        number = draw(st.sampled_from([math.nan, 200.0, -200.0, 36.0]))
        data[8 * place : 8 * place + 8] = np.float64(number).tobytes()
    data = data[: len(data) - draw(st.integers(0, 60))]
    return bytes(data), sorted(draw(st.lists(st.integers(0, len(data)), max_size=8)))


@settings(max_examples=200, derandomize=True, deadline=None)
@given(streams())
def test_any_cutting_gives_the_same_bits(case):
    data, cuts = case
    whole, cut, single = (Stream(FACTS) for _ in range(3))

    expected = run(data, stream=whole)

    assert_equal(run(data, cuts, cut), expected)
    assert_equal(run(data, range(RECORD_BYTES, len(data), RECORD_BYTES), single), expected)
    assert cut.statistics == single.statistics == whole.statistics


@settings(max_examples=100, derandomize=True, deadline=None)
@given(streams())
def test_what_comes_out_keeps_its_promises(case):
    stream = Stream(FACTS)

    block = run(case[0], stream=stream)

    assert (np.diff(block.time) > 0).all()
    assert np.isfinite(block.gyr).all()
    assert np.isfinite(block.acc).all()
    s = stream.statistics
    assert len(block) == s.received - s.dropped + s.filled
    assert np.count_nonzero(block.quality & Quality.FILLED) == s.filled
    assert np.count_nonzero(block.quality & Quality.AFTER_GAP) == s.gaps


@settings(max_examples=50, derandomize=True, deadline=None)
@given(streams(), st.integers(0, 3000))
def test_a_copy_of_the_stage_continues_identically_and_nothing_is_taken_back(case, at):
    data, _ = case
    stream = Stream(FACTS)
    first = stream.push(data[:at])
    twin = Stream(FACTS)
    twin.state, twin.decoder = copy.deepcopy((stream.state, stream.decoder))

    rest = stream.push(data[at:])

    assert_equal(twin.push(data[at:]), rest)
    assert_equal(SampleBlock.join([first, rest]), run(data))


def test_nothing_in_gives_nothing_out():
    stream = Stream(FACTS)

    assert len(stream.push(b"")) == 0
    assert stream.statistics == StreamStatistics()


def test_a_sample_said_to_come_after_a_gap_is_not_joined_to_what_was_before():
    stream = SampleStream(FACTS)
    quality = np.array([0, 0, Quality.AFTER_GAP, 0], np.uint8)
    time = np.array([0, 1, 3, 4]) / RATE_HZ

    block = stream.push(SampleBlock(time, np.zeros((4, 3)), np.zeros((4, 3)), quality))

    assert block.quality.tolist() == quality.tolist()
    assert (stream.statistics.gaps, stream.statistics.filled) == (1, 0)
    assert quality.tolist() == [0, 0, Quality.AFTER_GAP, 0]
