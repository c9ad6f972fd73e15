"""The sensors: where and how each is strapped on, and what it makes of the motion it sees."""

from dataclasses import dataclass, field
from math import inf, pi

import numpy as np

from firmware_bridge.samples import Placement, Quality, SampleBlock, Segment, Side
from legcycle_imu.simulation.motion import GRID_HZ
from legcycle_imu.simulation.norms import Booleans, Floats
from legcycle_imu.simulation.shapes import GRAVITY

PLACEMENTS = tuple(Placement(side, segment) for side in Side for segment in Segment)
"""All four places."""
DEGREE = pi / 180


@dataclass(frozen=True, slots=True)
class ErrorModel:
    """Errors of a kind of sensor; the defaults are the error model of the shared running recordings.

    Parameters
    ----------
    gyr_bias : largest bias, rad/s (1 deg/s)
    gyr_walk : growth of the bias's random walk, rad/s per root minute (0.02 deg/s)
    gyr_noise : white noise, rad/s rms at 100 Hz, growing with the root of the rate (0.05 deg/s)
    gyr_scale : largest scale error (1 %)
    acc_bias : largest bias, m/s^2 (25 mg)
    acc_noise : white noise, m/s^2 rms (3 mg)
    acc_scale : largest scale error (0.5 %)
    bits : resolution over the whole range; 0 = not rounded
    lowpass : cut-off as a share of the sampling rate (80 Hz at 200 Hz); without delay
    clock_ppm : largest clock error, parts per million (0; crystals have 20 to 40)
    loss : probability that a sample is lost by itself
    bursts_per_min : bursts of loss per minute
    burst_s : mean length of a burst, s
    """

    gyr_bias: float = 1.0 * DEGREE
    gyr_walk: float = 0.02 * DEGREE
    gyr_noise: float = 0.05 * DEGREE
    gyr_scale: float = 0.01
    acc_bias: float = 0.025 * GRAVITY
    acc_noise: float = 0.003 * GRAVITY
    acc_scale: float = 0.005
    bits: int = 16
    lowpass: float = 0.4
    clock_ppm: float = 0.0
    loss: float = 0.0
    bursts_per_min: float = 0.0
    burst_s: float = 0.1


NO_ERRORS = ErrorModel(0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, bits=0)
"""A perfect sensor; only its low-pass and its rate are left."""


@dataclass(frozen=True)
class SensorSetup:
    """One sensor as it is worn, with its own errors.

    Parameters
    ----------
    placement : segment
    place : (3,) where on the segment, m, from its proximal end, segment frame
    mounting : (3, 3) turns sensor-frame vectors into the segment frame
    rate_hz : sampling rate by its own clock
    phase : first sample's time in samples, 0 to 1
    acc_range, gyr_range : full scale, m/s^2 and rad/s; infinite = none
    gyr_bias, acc_bias : (3,) rad/s, m/s^2
    gyr_scale, acc_scale : (3,) factors
    clock_ppm : how much too fast its clock goes, parts per million; its time stamps carry it
    model : what else it errs by
    """

    placement: Placement
    place: Floats
    mounting: Floats = field(default_factory=lambda: np.eye(3))
    rate_hz: float = 200.0
    phase: float = 0.0
    acc_range: float = inf
    gyr_range: float = inf
    gyr_bias: Floats = field(default_factory=lambda: np.zeros(3))
    acc_bias: Floats = field(default_factory=lambda: np.zeros(3))
    gyr_scale: Floats = field(default_factory=lambda: np.ones(3))
    acc_scale: Floats = field(default_factory=lambda: np.ones(3))
    clock_ppm: float = 0.0
    model: ErrorModel = NO_ERRORS

    def __post_init__(self) -> None:
        if not 20.0 <= self.rate_hz <= GRID_HZ / 4:
            raise ValueError(f"expected a rate from 20 to {GRID_HZ / 4:.0f} Hz, got {self.rate_hz}")


def draw_sensors(
    seed: int,
    placements: tuple[Placement, ...] = PLACEMENTS,
    *,
    rate_hz: float = 200.0,
    acc_range_g: float = 16.0,
    gyr_range_deg_s: float = 2000.0,
    model: ErrorModel | None = None,
    mountings: dict[Placement, Floats] | None = None,
) -> tuple[SensorSetup, ...]:
    """Draw sensors: any mounting unless given, a usual place on the segment, errors by the model."""
    given, errors = mountings or {}, model or ErrorModel()
    rng = np.random.default_rng([seed, 2])
    setups = []
    for placement in placements:
        mounting, drawn = random_rotation(rng), rng.uniform(-1.0, 1.0, (4, 3))
        setups.append(
            SensorSetup(
                placement,
                place=_draw_place(placement, rng),
                mounting=given.get(placement, mounting),
                rate_hz=rate_hz,
                phase=float(rng.uniform()),
                acc_range=acc_range_g * GRAVITY,
                gyr_range=gyr_range_deg_s * DEGREE,
                gyr_bias=errors.gyr_bias * drawn[0],
                acc_bias=errors.acc_bias * drawn[1],
                gyr_scale=1.0 + errors.gyr_scale * drawn[2],
                acc_scale=1.0 + errors.acc_scale * drawn[3],
                clock_ppm=errors.clock_ppm * float(rng.uniform(-1.0, 1.0)),
                model=errors,
            )
        )
    return tuple(setups)


def random_rotation(rng: np.random.Generator) -> Floats:
    """Draw a rotation matrix, uniform over all rotations (a random unit quaternion)."""
    w, x, y, z = (q := rng.standard_normal(4)) / np.linalg.norm(q)
    return np.array(
        [
            [1 - 2 * (y * y + z * z), 2 * (x * y - w * z), 2 * (x * z + w * y)],
            [2 * (x * y + w * z), 1 - 2 * (x * x + z * z), 2 * (y * z - w * x)],
            [2 * (x * z - w * y), 2 * (y * z + w * x), 1 - 2 * (x * x + y * y)],
        ]
    )


def _draw_place(placement: Placement, rng: np.random.Generator) -> Floats:
    """Draw a place, m: thigh 60 % down, 5.5 to 8.5 cm off the bone; shank 35 to 70 % down, 3 to 5 cm off."""
    thigh = placement.segment is Segment.THIGH
    down = 0.41 * rng.uniform(0.55, 0.65) if thigh else 0.42 * rng.uniform(0.35, 0.70)
    off = rng.uniform(0.055, 0.085) if thigh else rng.uniform(0.03, 0.05)
    toward_side = rng.uniform(0.0, pi / 2)
    lateral = 1.0 if placement.side is Side.RIGHT else -1.0
    return np.array([off * np.cos(toward_side), -down, lateral * off * np.sin(toward_side)])


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
