from itertools import pairwise
from math import radians

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from calibration.lying import Moment, Moments
from firmware_bridge.samples import Quality, SampleBlock

RATE_HZ = 100.0


def stream(seconds: float = 4.0) -> SampleBlock:
    """A second of rest, a second of turning, then rest again; by a clock that goes 1 % slow."""
    n, rng = round(seconds * RATE_HZ), np.random.default_rng(1)
    time = np.arange(n) / (1.01 * RATE_HZ)
    turning = (np.arange(n) >= RATE_HZ) & (np.arange(n) < 2 * RATE_HZ)
    gyr = 0.001 * rng.standard_normal((n, 3)) + np.outer(turning, [0.0, 2.0, 0.0])
    acc = np.tile([0.0, 9.81, 0.0], (n, 1)) + 0.01 * rng.standard_normal((n, 3))
    return SampleBlock(time, gyr, acc, np.zeros(n, np.uint8))


def flagged(block: SampleBlock, at: int, flag: Quality) -> SampleBlock:
    quality = block.quality.copy()
    quality[at] |= flag
    return SampleBlock(block.time, block.gyr, block.acc, quality)


def test_rest_and_movement_are_told_apart():
    still = [moment.still for moment in Moments(RATE_HZ).push(stream())]
    assert still == [True] * 4 + [False] * 4 + [True] * 8


def test_means_times_durations_are_the_integral_by_the_samples_times():
    block = stream()
    moments = Moments(RATE_HZ).push(block)
    turned = sum(moment.gyr[1] * moment.duration_s for moment in moments[1:])
    assert turned == pytest.approx(2.0 / 1.01, abs=0.002)
    assert moments[-1].end == block.time[-1]


def test_a_gap_is_said_and_begins_a_window_anew():
    block = flagged(stream(), 160, Quality.AFTER_GAP)
    moments = Moments(RATE_HZ).push(block)
    assert [moment.end for moment in moments if moment.begins] == [block.time[24], block.time[184]]
    assert moments[6].duration_s == pytest.approx(0.25)


@pytest.mark.parametrize("at", [100, 124, 137])
def test_a_clipped_sample_spoils_its_own_window_alone(at):
    moments = Moments(RATE_HZ).push(flagged(stream(), at, Quality.GYR_SATURATED))
    assert [k for k, moment in enumerate(moments) if moment.clipped] == [at // 25]


def test_a_hand_that_trembles_holds_still():
    n, rng = 400, np.random.default_rng(2)
    gyr = radians(2.0) * rng.standard_normal((n, 3))
    acc = np.tile([0.0, 9.81, 0.0], (n, 1)) + 0.1 * rng.standard_normal((n, 3))
    moments = Moments(RATE_HZ).push(SampleBlock(np.arange(n) / RATE_HZ, gyr, acc, np.zeros(n, np.uint8)))
    assert all(moment.still for moment in moments)


@settings(max_examples=25)
@given(st.lists(st.integers(0, 400), max_size=6))
def test_any_cutting_gives_the_same(cuts):
    block = flagged(flagged(stream(), 210, Quality.AFTER_GAP), 130, Quality.GYR_SATURATED)
    moments, whole = Moments(RATE_HZ), Moments(RATE_HZ).push(block)
    parts: list[Moment] = []
    for begin, end in pairwise([0, *sorted(cuts), len(block)]):
        parts += moments.push(block[begin:end])
    assert repr(parts) == repr(whole)
