"""One sensor's samples as a file gives them, and what they say about the sensor. Pure."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from firmware_bridge.protocols.units import STANDARD_GRAVITY_M_S2
from firmware_bridge.samples import Floats, Vectors

SMALLEST_G = 1e-12
"""Keeps a share of nothing from being divided by 0."""
RAILS_AT_LEAST = 3
"""Samples that must share the largest value exactly before it counts as the end of the range."""
RAIL_TOLERANCE = 0.02
"""How far a rail may be from a usual range: factory scale factors differ by 1 or 2 %."""


@dataclass(frozen=True, slots=True)
class Unit:
    """Unit of a column: the end of its name, how people write it, its size in SI."""

    suffix: str
    written: str
    size: float


GYR_UNITS = (Unit("deg_s", "deg/s", math.pi / 180), Unit("rad_s", "rad/s", 1.0))
ACC_UNITS = (Unit("g", "g", STANDARD_GRAVITY_M_S2), Unit("m_s2", "m/s2", 1.0))
TIME_UNITS = (Unit("s", "seconds", 1.0), Unit("ms", "milliseconds", 1e-3), Unit("us", "microseconds", 1e-6))

USUAL_ACC_RANGES_M_S2 = tuple(g * STANDARD_GRAVITY_M_S2 for g in (2, 4, 8, 16, 32))
USUAL_GYR_RANGES_RAD_S = tuple(math.radians(dps) for dps in (125, 250, 500, 1000, 2000, 4000))
"""Full scales that makers of sensors offer."""


@dataclass(frozen=True, slots=True)
class SensorTable:
    """Samples of one sensor in the file's own units.

    Parameters
    ----------
    name : file they came from
    time : (n,) s
    gyr, acc : (n, 3) in `gyr_unit` and `acc_unit`
    time_unit : unit that the file has its time in
    left_out : rows of the file without a number in every column
    """

    name: str
    time: Floats
    gyr: Vectors
    acc: Vectors
    time_unit: Unit
    gyr_unit: Unit
    acc_unit: Unit
    left_out: int = 0

    def __len__(self) -> int:
        return len(self.time)

    @property
    def acc_g(self) -> Floats:
        """(n,) size of the specific force, in g."""
        return _size(self.acc) * (self.acc_unit.size / STANDARD_GRAVITY_M_S2)

    @property
    def gyr_rad_s(self) -> Floats:
        """(n,) size of the angular velocity, rad/s."""
        return _size(self.gyr) * self.gyr_unit.size


@dataclass(frozen=True, slots=True)
class Seconds:
    """Figures of each second of a table that is there for the greater part.

    Parameters
    ----------
    number : (m,) which second of session time: [number, number + 1)
    mean_g, spread_g : (m,) mean and standard deviation of the size of the specific force, g
    wander : (m,) standard deviation of the specific force as a vector, as a share of its mean size
    """

    number: NDArray[np.int64]
    mean_g: Floats
    spread_g: Floats
    wander: Floats


def seconds(table: SensorTable) -> Seconds:
    """Give the figures of each second of session time that the table has samples in."""
    which = np.floor(table.time).astype(np.int64)
    first = np.flatnonzero(np.diff(which, prepend=which[0] - 1))
    counts = np.diff(first, append=len(which))
    mean, variance = _mean_and_variance(table.acc_g, first, counts)
    axes = table.acc * (table.acc_unit.size / STANDARD_GRAVITY_M_S2)
    vector = np.add.reduce([_mean_and_variance(axes[:, axis], first, counts)[1] for axis in range(3)])
    wander = np.sqrt(vector) / np.maximum(mean, SMALLEST_G)
    full = counts > 0.5 * counts.max()
    return Seconds(which[first][full], mean[full], np.sqrt(variance)[full], wander[full])


def _mean_and_variance(values: Floats, first: NDArray[np.int64], counts: NDArray[np.int64]) -> tuple[Floats, Floats]:
    mean = np.add.reduceat(values, first) / counts
    rest = values - np.repeat(mean, counts)
    return mean, np.add.reduceat(rest * rest, first) / counts


def _size(vectors: Vectors) -> Floats:
    x, y, z = vectors.T
    return np.asarray(np.sqrt(x * x + y * y + z * z), np.float64)


def rate_hz(time: Floats) -> float:
    """Estimate the sampling rate from time stamps: gaps, jitter and coarse stamps do not bias it.

    Steps that are no gap are averaged; NaN where time does not move.
    """
    steps = np.diff(time)
    usual = float(np.median(steps)) if len(steps) else 0.0
    if usual <= 0.0:  # stamps that come in bursts
        span = float(time[-1] - time[0]) if len(time) else 0.0
        return len(steps) / span if span > 0 else math.nan
    single = steps < 1.5 * usual
    return float(np.count_nonzero(single) / steps[single].sum())


def inferred_range(values: Vectors, unit: Unit, usual: tuple[float, ...]) -> float:
    """Give the range at whose end the values stop, SI; infinite where they never reach one.

    A rail shows as an axis' largest value that several samples share; it must lie near a usual
    range beyond which no axis goes.
    """
    largest = float(np.abs(values).max()) * unit.size
    extremes = np.concatenate([values.max(axis=0), values.min(axis=0)])
    shared = np.count_nonzero(np.hstack([values, values]) == extremes, axis=0) >= RAILS_AT_LEAST
    for full_scale in usual:
        near = np.abs(np.abs(extremes) * unit.size / full_scale - 1.0) < RAIL_TOLERANCE
        if (shared & near).any() and largest < (1.0 + RAIL_TOLERANCE) * full_scale:
            return full_scale
    return math.inf
