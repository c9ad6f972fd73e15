"""The sensors: where and how each is strapped on, and what it makes of the motion it sees."""

from dataclasses import dataclass, field
from math import inf, pi

import numpy as np

from firmware_bridge.samples import Placement, Segment, Side
from legcycle_imu.simulation.gaits import GRAVITY
from legcycle_imu.simulation.motion import GRID_HZ
from legcycle_imu.simulation.norms import Floats

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
