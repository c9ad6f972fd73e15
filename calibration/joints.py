"""What joints tell of the sensors about them: the thigh turns about the hip, and both segments share the knee.

For any point at r from a sensor on the same rigid segment, the specific force there is

    f + (dw/dt) x r + w x (w x r)

with f and w what the sensor feels. At the hip of a person who stands on the other leg this is hardly more than
gravity; at the knee it is the same whether told by the thigh's sensor or by the shank's (Seel et al. 2014,
10.3390/s140406891). What is left when a part is tried on sensors is told as a mean square, in (m/s^2)^2.
Places of joints are not free: they are expected above or below the sensor as legs are long.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import degrees
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.signal import butter, sosfiltfilt

from calibration.strapdown import Strapdown
from firmware_bridge.samples import Floats, SampleBlock, Vectors

_AS_STILL = 4.0
"""Windows whose rate has a variance up to so many times the least are as still as that."""
Matrices = NDArray[np.float64]
"""float64 array of 3 x 3 matrices, shape (n, 3, 3)."""


@dataclass(frozen=True, slots=True)
class JointSettings:
    """How the signals are prepared, and what is known of legs.

    Parameters
    ----------
    grid_hz : rate of the common grid on which sensors are compared
    cutoff_hz : low-pass before that, without delay; a knee lift holds nothing above
    longest_gap_s : a longer stretch without samples is not bridged
    bias_window_s : the first still window of this length shows gravity and the gyroscope's bias
    largest_bias_rad_s : a rate beyond this is movement, no bias
    hip_above_m : distance of the hip above the sensor of a thigh, standing
    knee_below_m, knee_above_m : distance of the knee below the thigh's sensor and above the shank's
    stiffness : what a metre of a joint's place off the expected one is worth, m/s^2: 0.1 m for the uncertainty
        of the place, and 0.3 m/s^2 for that of the force
    rate_scale_m : what 1 rad/s of a sensor that should not turn is worth in m/s^2
    """

    grid_hz: float = 50.0
    cutoff_hz: float = 8.0
    longest_gap_s: float = 0.1
    bias_window_s: float = 0.4
    largest_bias_rad_s: float = 0.1
    hip_above_m: float = 0.25
    knee_below_m: float = 0.18
    knee_above_m: float = 0.20
    stiffness: float = 3.0
    rate_scale_m: float = 1.0


@dataclass(frozen=True)
class Movement:
    """One sensor's movement on the common grid, in a level frame (z up) that keeps its heading.

    Parameters
    ----------
    time : (n,) s
    axes : (n, 3, 3) from the sensor frame to the level one
    rate : (n, 3) angular rate in the sensor frame, bias removed, rad/s
    force : (n, 3) specific force, level frame, m/s^2
    lever : (n, 3, 3) what a place in the sensor frame, m, adds to the specific force, level frame
    up : (3,) the vertical at the begin, sensor frame
    gravity : size of the specific force while it was still, m/s^2
    whole : (n,) whether samples were here
    """

    time: Floats
    axes: Matrices
    rate: Vectors
    force: Vectors
    lever: Matrices
    up: Floats
    gravity: float
    whole: NDArray[np.bool_]

    def between(self, part: slice) -> "Movement":
        """Give a part of it, whose vertical is that of its begin."""
        axes = self.axes[part]
        columns = (self.rate[part], self.force[part], self.lever[part])
        return Movement(self.time[part], axes, *columns, up=axes[0, 2], gravity=self.gravity, whole=self.whole[part])

    def levelled(self) -> "Movement":
        """Give the same with its mean force as the vertical, which it is where begin and end are at one speed."""
        level = _level(self.force.mean(axis=0))
        axes, lever = (np.einsum("ij,njk->nik", level, m) for m in (self.axes, self.lever))
        force, up = np.einsum("ij,nj->ni", level, self.force), axes.mean(axis=0)[2]
        up = up / np.sqrt((up * up).sum())
        return Movement(self.time, axes, self.rate, force, lever, up, self.gravity, self.whole)

    @property
    def turned_deg(self) -> float:
        """How far it turned from its first attitude, at most, deg."""
        trace = np.einsum("nij,ij->n", self.axes, self.axes[0])
        return degrees(float(np.arccos(np.clip(0.5 * (trace - 1.0), -1.0, 1.0)).max()))


class Joint(NamedTuple):
    """A joint that was tried: mean square of what is left, (m/s^2)^2, its place in the sensor frames (k, 3), m."""

    misfit: float
    places: Vectors


def movements(blocks: Sequence[SampleBlock], rates_hz: Sequence[float], settings: JointSettings) -> list[Movement]:
    """Bring the samples of several sensors to a common grid; [] where they have less than a second in common."""
    first = max((float(b.time[0]) if len(b) else np.inf) for b in blocks)
    last = min((float(b.time[-1]) if len(b) else -np.inf) for b in blocks)
    if not last - first >= 1.0:
        return []
    time = np.arange(int((last - first) * settings.grid_hz)) / settings.grid_hz
    return [_movement(b, rate, first, time, settings) for b, rate in zip(blocks, rates_hz, strict=True)]


def _movement(block: SampleBlock, rate_hz: float, first: float, grid: Floats, settings: JointSettings) -> Movement:
    even, whole = _even(block, rate_hz, first, grid[-1] + 1.0 / settings.grid_hz, settings.longest_gap_s)
    steps = np.arange(len(even)) / rate_hz
    gyr, acc = even[:, :3], even[:, 3:]
    still = _first_still(gyr, max(2, round(settings.bias_window_s * rate_hz)))
    bias = gyr[still].mean(axis=0)
    if float(np.abs(bias).max()) < settings.largest_bias_rad_s:
        gyr = gyr - bias
    axes = np.stack(Strapdown(rate_hz).push(np.ascontiguousarray(gyr)), axis=1).reshape(-1, 3, 3)
    gravity = np.einsum("nij,nj->ni", axes[still], acc[still]).mean(axis=0)
    level = _level(gravity)
    axes = np.einsum("ij,njk->nik", level, axes)
    sos = butter(2, min(settings.cutoff_hz, 0.4 * rate_hz), fs=rate_hz, output="sos")
    rate = sosfiltfilt(sos, gyr, axis=0)
    force = sosfiltfilt(sos, np.einsum("nij,nj->ni", axes, acc), axis=0)
    at = np.searchsorted(steps, grid).clip(max=len(steps) - 1)
    lever = np.einsum("nij,njk->nik", axes, _lever(rate, np.gradient(rate, 1.0 / rate_hz, axis=0)))
    return Movement(
        first + grid,
        axes[at],
        _on(grid, steps, rate),
        _on(grid, steps, force),
        _on(grid, steps, lever.reshape(-1, 9)).reshape(-1, 3, 3),
        axes[at[0], 2],
        float(np.sqrt((gravity * gravity).sum())),
        np.interp(grid, steps, whole.astype(float)) > 0.5,
    )


def _even(
    block: SampleBlock, rate_hz: float, first: float, duration_s: float, gap_s: float
) -> tuple[Vectors, NDArray[np.bool_]]:
    """Give rate and force (m, 6) evenly in time from `first` on, and where samples were near enough."""
    own = block.time - first
    time = np.arange(max(2, int(duration_s * rate_hz) + 1)) / rate_hz
    after = np.searchsorted(own, time).clip(1, len(own) - 1)
    whole = own[after] - own[after - 1] <= gap_s
    return _on(time, own, np.concatenate([block.gyr, block.acc], axis=1)), whole


def _on(time: Floats, own: Floats, columns: Vectors) -> Vectors:
    return np.stack([np.interp(time, own, column) for column in columns.T], axis=1)


def _first_still(gyr: Vectors, size: int) -> slice:
    """Give the first window that is about as still as the stillest: people stand before they move."""
    size = min(size, len(gyr))
    sums = [np.concatenate([np.zeros((1, 3)), np.cumsum(x, axis=0)]) for x in (gyr, gyr * gyr)]
    mean, square = ((s[size:] - s[:-size]) / size for s in sums)
    variance = (square - mean * mean).sum(axis=1)
    start = int(np.argmax(variance <= _AS_STILL * variance.min()))
    return slice(start, start + size)


def _level(up: Floats) -> Vectors:
    """Give the rotation that turns a vector to z, by the shortest way."""
    x, y, z = up / np.sqrt((up * up).sum())
    if z < -0.999999:
        return np.diag([1.0, -1.0, -1.0])
    k = 1.0 / (1.0 + z)
    return np.array([[1 - k * x * x, -k * x * y, -x], [-k * x * y, 1 - k * y * y, -y], [x, y, z]])


def _lever(rate: Vectors, slope: Vectors) -> Matrices:
    """Give the matrices (n, 3, 3) that turn a place on the segment into the acceleration of it against the sensor's."""
    x, y, z = rate.T
    a, b, c = slope.T
    rows = [[-y * y - z * z, x * y - c, x * z + b], [x * y + c, -x * x - z * z, y * z - a]]
    rows.append([x * z - b, y * z + a, -x * x - y * y])
    return np.moveaxis(np.array(rows), 2, 0)


def stillness(sensor: Movement, settings: JointSettings) -> float:
    """Try that a sensor does not move: what is left, rate included."""
    left = sensor.force - _line(sensor, sensor.force)
    rate = settings.rate_scale_m * sensor.rate
    return float((left * left).sum(axis=1).mean() + (rate * rate).sum(axis=1).mean())


def hip(thigh: Movement, settings: JointSettings) -> Joint:
    """Try that a sensor turns about a point that stays where it is, above it: a thigh about its hip."""
    place = settings.hip_above_m * thigh.up
    at = _fitted(thigh, [thigh.lever], thigh.force + np.einsum("nij,j->ni", thigh.lever, place), settings)
    return Joint(at.misfit, at.places + place)


def knee(thigh: Movement, shank: Movement, settings: JointSettings) -> Joint:
    """Try that two sensors share a knee, below the first one and above the second."""
    below, above = -settings.knee_below_m * thigh.up, settings.knee_above_m * shank.up
    told = thigh.force + np.einsum("nij,j->ni", thigh.lever, below)
    off = np.zeros(3)
    best = Joint(np.inf, np.zeros((2, 3)))
    for _ in range(4):
        force = shank.force + np.einsum("nij,j->ni", shank.lever, above + off)
        heading = _heading(force - force.mean(axis=0), told - told.mean(axis=0))
        lever = np.einsum("ij,njk->nik", heading, shank.lever)
        turned = np.einsum("ij,nj->ni", heading, shank.force + np.einsum("nij,j->ni", shank.lever, above))
        base = thigh.force + np.einsum("nij,j->ni", thigh.lever, below)
        found = _fitted(thigh, [thigh.lever, -lever], base - turned, settings)
        if found.misfit < best.misfit:
            best = Joint(found.misfit, found.places + np.array([below, above]))
        off = found.places[1]
        told = base + np.einsum("nij,j->ni", thigh.lever, found.places[0])
    return best


def _heading(one: Vectors, other: Vectors) -> Vectors:
    """Give the turn about the vertical that brings vectors (n, 3) nearest to others."""
    along = float((one[:, 0] * other[:, 0] + one[:, 1] * other[:, 1]).sum())
    across = float((one[:, 0] * other[:, 1] - one[:, 1] * other[:, 0]).sum())
    size = float(np.hypot(along, across)) or 1.0
    c, s = along / size, across / size
    return np.array([[c, -s, 0.0], [s, c, 0.0], [0.0, 0.0, 1.0]])


def _fitted(sensor: Movement, levers: list[Matrices], force: Vectors, settings: JointSettings) -> Joint:
    """Find the places that leave the least of a force but for a straight line over time (gravity, drift, biases).

    Places are told as deviations from the expected ones, which count by their stiffness.
    """
    unknowns = 3 * len(levers)
    columns = np.concatenate(levers, axis=2)
    for k in range(unknowns):
        columns[:, :, k] -= _line(sensor, columns[:, :, k])
    matrix, wanted = columns.reshape(-1, unknowns), -(force - _line(sensor, force)).ravel()
    count = len(force)
    normal = matrix.T @ matrix / count + settings.stiffness**2 * np.eye(unknowns)
    places = np.linalg.solve(normal, matrix.T @ wanted / count)
    left = wanted - matrix @ places
    misfit = float((left * left).sum() / count + settings.stiffness**2 * (places * places).sum())
    return Joint(misfit, np.asarray(places.reshape(-1, 3)))


def _line(sensor: Movement, values: Vectors) -> Vectors:
    """Give the straight line over time through values (n, 3)."""
    time = sensor.time - sensor.time.mean()
    slope = (time[:, np.newaxis] * values).sum(axis=0) / (time * time).sum()
    return np.asarray(values.mean(axis=0) + time[:, np.newaxis] * slope)
