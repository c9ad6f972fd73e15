"""From what a sensor truly feels to its samples: low-pass, sampling instants, errors, range, rounding, loss."""

from math import inf

import numpy as np

from firmware_bridge.samples import Quality, SampleBlock
from legcycle_imu.simulation.motion import GRID_HZ
from legcycle_imu.simulation.norms import Booleans, Floats
from legcycle_imu.simulation.sensors import SensorSetup


class Sampler:
    """Turns one sensor's true rate and specific force, piece by piece, into its samples.

    The samples are the same for any length of the pieces.

    Parameters
    ----------
    setup : the sensor
    seed : of all its random errors
    """

    def __init__(self, setup: SensorSetup, seed: tuple[int, ...]) -> None:
        self._setup = setup
        self._gyr_noise, self._acc_noise, self._walk, self._loss = (np.random.default_rng([*seed, k]) for k in range(4))
        self._taps = lowpass_taps(setup.model.lowpass * setup.rate_hz)
        self._next = 0
        self._wandered = np.zeros(3)
        self._lost_until = -inf

    def push(self, first: int, rate: Floats, force: Floats, end_s: float) -> SampleBlock:
        """Sample a piece.

        Parameters
        ----------
        first : index on the grid of the first point
        rate, force : (3, n) in the sensor frame on the grid, margins included, rad/s and m/s^2
        end_s : end of the piece, s; samples up to it are taken
        """
        setup = self._setup
        period = 1.0 / (setup.rate_hz * (1.0 + 1e-6 * setup.clock_ppm))
        count = max(0, int(np.ceil(end_s / period - setup.phase)) - self._next)
        number = np.arange(self._next, self._next + count, dtype=np.float64) + setup.phase
        self._next += count
        at = number * period * GRID_HZ - first
        gyr, gyr_over = self._measured(self._seen(rate, at), setup.gyr_scale, self._gyr_error(count), setup.gyr_range)
        acc_error = setup.acc_bias + setup.model.acc_noise * self._acc_noise.standard_normal((count, 3))
        acc, acc_over = self._measured(self._seen(force, at), setup.acc_scale, acc_error, setup.acc_range)
        quality = (gyr_over * int(Quality.GYR_SATURATED) + acc_over * int(Quality.ACC_SATURATED)).astype(np.uint8)
        kept = self._arrived(number / setup.rate_hz)
        return SampleBlock(number[kept] / setup.rate_hz, gyr[kept], acc[kept], quality[kept])

    def _seen(self, curve: Floats, at: Floats) -> Floats:
        """Low-pass (3, n) and read it at grid places (m,), (m, 3)."""
        half = len(self._taps) // 2
        return np.stack([cubic_at(np.convolve(row, self._taps, "valid"), at - half) for row in curve], axis=-1)

    def _gyr_error(self, count: int) -> Floats:
        setup, model = self._setup, self._setup.model
        steps = model.gyr_walk / np.sqrt(60.0 * setup.rate_hz) * self._walk.standard_normal((count, 3))
        wandered = np.cumsum(np.concatenate([self._wandered[np.newaxis], steps]), axis=0)
        self._wandered = wandered[-1]
        noise = model.gyr_noise * np.sqrt(setup.rate_hz / 100.0) * self._gyr_noise.standard_normal((count, 3))
        return np.asarray(setup.gyr_bias + wandered[1:] + noise)

    def _measured(self, true: Floats, scale: Floats, error: Floats, full: float) -> tuple[Floats, Booleans]:
        """Add errors, cut at the range, round: values (n, 3) and whether any axis was cut (n,)."""
        value = np.clip(true * scale + error, -full, full)
        over = np.asarray((np.abs(value) >= full).any(axis=1))
        if self._setup.model.bits and np.isfinite(full):
            step = full / 2 ** (self._setup.model.bits - 1)
            value = step * np.clip(np.round(value / step), -(2 ** (self._setup.model.bits - 1)), None)
        return np.ascontiguousarray(value), over

    def _arrived(self, time: Floats) -> Booleans:
        """Tell which samples (n,) arrive."""
        model = self._setup.model
        draws = self._loss.random((len(time), 3))
        starts = draws[:, 0] < model.bursts_per_min / (60.0 * self._setup.rate_hz)
        until = np.where(starts, time - model.burst_s * np.log1p(-draws[:, 1]), -inf)
        until = np.maximum.accumulate(np.r_[self._lost_until, until])
        self._lost_until = float(until[-1])
        return np.asarray((time >= until[1:]) & (draws[:, 2] >= model.loss))


def lowpass_taps(cutoff_hz: float) -> Floats:
    """Give a symmetric low-pass for the grid: windowed sinc, -6 dB at the cut-off, sum 1."""
    half = round(2.0 * GRID_HZ / cutoff_hz)
    at = np.arange(-half, half + 1)
    taps = np.sinc(2.0 * cutoff_hz / GRID_HZ * at) * np.hamming(2 * half + 1)
    return np.asarray(taps / taps.sum())


def cubic_at(curve: Floats, at: Floats) -> Floats:
    """Read a curve (n,) between its points at places (m,), by the cubic through the four nearest."""
    i = np.clip(at.astype(np.int64), 1, len(curve) - 3)
    u = at - i
    a, b, c, d = (curve[i + k] for k in (-1, 0, 1, 2))
    third = (d - a) / 6.0 + 0.5 * (b - c)
    second = 0.5 * (a + c) - b
    return np.asarray(b + u * (c - b - second - third + u * (second + u * third)))
