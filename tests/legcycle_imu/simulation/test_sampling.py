import itertools
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from firmware_bridge.samples import Placement, Quality, SampleBlock, Segment, Side
from legcycle_imu.simulation import ErrorModel, SensorSetup
from legcycle_imu.simulation.gaits import GRAVITY
from legcycle_imu.simulation.motion import GRID_HZ
from legcycle_imu.simulation.sampling import Sampler, cubic_at, lowpass_taps
from legcycle_imu.simulation.sensors import NO_ERRORS

PLACE = Placement(Side.LEFT, Segment.SHANK)
SETUP = SensorSetup(PLACE, np.zeros(3))
MARGIN = 512


def sampled(setup: SensorSetup, duration_s: float = 4.0, hz: float = 5.0, pieces: int = 1, size: float = 1.0):
    """Sample a sine of rate and force in one or more pieces."""
    sampler, blocks = Sampler(setup, (1, 2)), []
    edges = np.linspace(0, round(duration_s * GRID_HZ), pieces + 1).astype(int)
    for first, after in itertools.pairwise(edges):
        index = np.arange(first - MARGIN, after + MARGIN + 1)
        wave = size * np.sin(2 * np.pi * hz * index / GRID_HZ)
        rate = np.stack([wave, 0 * wave, 0 * wave])
        force = np.stack([wave, wave, 0 * wave + GRAVITY])
        blocks.append(sampler.push(int(index[0]), rate, force, after / GRID_HZ))
    return SampleBlock.join(blocks)


@pytest.mark.parametrize("rate_hz", [100.0, 200.0, 400.0])
def test_a_perfect_sensor_reads_the_truth_at_its_own_instants(rate_hz: float) -> None:
    block = sampled(replace(SETUP, rate_hz=rate_hz, phase=0.3))
    assert block.time[0] == pytest.approx(0.3 / rate_hz)
    np.testing.assert_allclose(np.diff(block.time), 1 / rate_hz)
    np.testing.assert_allclose(block.gyr[:, 0], np.sin(2 * np.pi * 5 * block.time), atol=3e-3)
    np.testing.assert_allclose(block.acc[:, 2], GRAVITY)


def test_what_lies_above_the_low_pass_is_gone() -> None:
    assert np.abs(sampled(SETUP, hz=180.0).gyr).max() < 0.01


@settings(max_examples=10, derandomize=True, deadline=None)
@given(st.integers(2, 9))
def test_samples_are_the_same_for_any_pieces(pieces: int) -> None:
    setup = replace(
        SETUP, model=ErrorModel(loss=0.1, bursts_per_min=30.0), acc_range=16 * GRAVITY, gyr_range=35.0, rate_hz=217.0
    )
    whole, cut = sampled(setup), sampled(setup, pieces=pieces)
    np.testing.assert_array_equal(whole.time, cut.time)
    np.testing.assert_allclose(whole.gyr, cut.gyr, atol=35.0 / 2**15)
    np.testing.assert_allclose(whole.acc, cut.acc, atol=16 * GRAVITY / 2**15)


def test_a_fast_clock_stamps_ahead_of_time() -> None:
    true, ahead = sampled(SETUP), sampled(replace(SETUP, clock_ppm=10000.0))
    assert len(ahead) == pytest.approx(1.01 * len(true), abs=1)
    np.testing.assert_allclose(ahead.gyr[:, 0], np.sin(2 * np.pi * 5 * ahead.time / 1.01), atol=3e-3)


def test_values_are_cut_at_the_range_and_flagged() -> None:
    block = sampled(replace(SETUP, gyr_range=2.0, acc_range=8.0), size=3.0)
    assert np.abs(block.gyr).max() == 2.0
    assert (block.quality[np.abs(block.gyr).max(axis=1) >= 2.0] & Quality.GYR_SATURATED).all()
    assert (block.quality & Quality.ACC_SATURATED).all()  # gravity alone is beyond 8 m/s^2
    assert not (sampled(SETUP).quality).any()


def test_values_are_whole_steps_of_sixteen_bits() -> None:
    model = replace(NO_ERRORS, bits=16)
    block = sampled(replace(SETUP, acc_range=16 * GRAVITY, gyr_range=35.0, model=model))
    steps = block.acc / (16 * GRAVITY / 2**15)
    np.testing.assert_allclose(steps, np.round(steps), atol=1e-9)


def test_bias_scale_and_noise_are_what_was_asked() -> None:
    setup = replace(
        SETUP,
        gyr_bias=np.array([0.01, -0.02, 0.03]),
        acc_scale=np.array([1.0, 1.0, 1.1]),
        model=replace(NO_ERRORS, gyr_noise=0.001, acc_noise=0.02),
    )
    block = sampled(setup, duration_s=20.0, size=0.0)
    np.testing.assert_allclose(block.gyr.mean(axis=0), setup.gyr_bias, atol=1e-4)
    np.testing.assert_allclose(block.gyr.std(axis=0), 0.001 * np.sqrt(2), rtol=0.1)
    np.testing.assert_allclose(block.acc.std(axis=0), 0.02, rtol=0.1)
    assert block.acc[:, 2].mean() == pytest.approx(1.1 * GRAVITY, abs=0.002)


def test_the_bias_walks_as_the_root_of_time() -> None:
    model = replace(NO_ERRORS, gyr_walk=0.01)
    ends = [Sampler(replace(SETUP, model=model), (k,))._gyr_error(12000)[-1] for k in range(60)]
    assert np.std(ends) == pytest.approx(0.01, rel=0.2)


def test_samples_are_lost_alone_and_in_bursts() -> None:
    alone = sampled(replace(SETUP, model=replace(NO_ERRORS, loss=0.1)), duration_s=30.0)
    assert len(alone) == pytest.approx(0.9 * 6000, abs=120)
    bursts = sampled(replace(SETUP, model=replace(NO_ERRORS, bursts_per_min=20.0, burst_s=0.3)), duration_s=30.0)
    gaps = np.diff(bursts.time)
    assert 2 <= (gaps > 0.02).sum() <= 20
    assert gaps.max() > 0.1


def test_low_pass_keeps_the_mean_and_has_no_delay() -> None:
    taps = lowpass_taps(80.0)
    assert taps.sum() == pytest.approx(1.0)
    np.testing.assert_allclose(taps, taps[::-1])


def test_reading_between_points_is_exact_for_cubics() -> None:
    at, place = np.arange(20.0), np.array([3.0, 7.25, 11.9])
    np.testing.assert_allclose(cubic_at(at**3 - 2 * at, place), place**3 - 2 * place)
