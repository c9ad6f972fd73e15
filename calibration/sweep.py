"""How the vertical sweeps through a sensor's frame while its segment swings, and with it how the sensor is turned."""

from math import radians, sqrt
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from calibration.evidence import SensorHold
from calibration.movement import Span, bouts, last_bias, unit
from calibration.strapdown import Strapdown
from firmware_bridge.samples import Floats, Vectors

ENOUGH_SIGHTINGS = 6
"""Sightings of the vertical from which its drift is told."""
_USUAL_BIAS_RAD_S = radians(0.6)
"""Bias of the gyroscopes that people own: within 1 deg/s, anywhere in it. A stride unlike the others would else be
taken for a bias of several deg/s."""
_FEW_SIGHTINGS_SD_RAD_S = radians(1.0)
"""Of a drift that is not told."""


class Sighting(NamedTuple):
    """The vertical, seen in the drifting frame of a strapdown integration."""

    time: float
    up: Floats


class Course(NamedTuple):
    """A stretch of one sensor's samples, integrated.

    Attributes
    ----------
    time : (n,) s
    gyr : (n, 3) angular rate in the sensor frame, bias removed, rad/s
    acc : (n, 3) specific force in the sensor frame, m/s^2
    axes : (n, 3, 3) rotation from the sensor frame to the drifting frame
    force : (n, 3) specific force in the drifting frame, m/s^2
    """

    time: Floats
    gyr: Vectors
    acc: Vectors
    axes: NDArray[np.float64]
    force: Vectors


class Sweep(NamedTuple):
    """One bout of windows that adjoin each other.

    Attributes
    ----------
    time : (n,) s
    up : (n, 3) the vertical in the sensor frame
    gyr, acc : (n, 3) angular rate, rad/s, and specific force, m/s^2, in the sensor frame
    level : (n, 3, 3) rotation from the sensor frame to a frame whose y is the vertical; its heading is arbitrary and
        drifts with the bias
    spans : its windows
    bias, bias_sd : what the drift of the vertical tells of the gyroscope's bias, sensor frame, and how surely, rad/s
    """

    time: Floats
    up: Vectors
    gyr: Vectors
    acc: Vectors
    level: NDArray[np.float64]
    spans: list[Span]
    bias: Floats
    bias_sd: float


def sweeps(hold: SensorHold, spans: list[Span]) -> list[Sweep]:
    """Give the sweeps of the windows of which the sensor has every sample."""
    return [_sweep(hold, bout) for bout in bouts(hold, spans)]


def _sweep(hold: SensorHold, spans: list[Span]) -> Sweep:
    course = _integrated(hold, spans[0].start, spans[-1].end)
    vertical, drift, drift_sd = _vertical(_sightings(course, spans), course.time)
    # the vertical drifts with (mean rotation . bias) x vertical
    turning, mean = np.cross(vertical[len(vertical) // 2], drift), course.axes.mean(axis=0)
    doubt = (drift_sd / _USUAL_BIAS_RAD_S) ** 2
    bias = np.linalg.solve(mean.T @ mean + doubt * np.eye(3), mean.T @ turning)
    up = np.einsum("nji,nj->ni", course.axes, vertical)
    level = _level(course.axes, vertical)
    return Sweep(course.time, up, course.gyr, course.acc, level, spans, bias, drift_sd / sqrt(1.0 + doubt))


def _integrated(hold: SensorHold, start: float, end: float) -> Course:
    part = hold.samples[slice(*np.searchsorted(hold.samples.time, (start, end)).tolist())]
    bias = last_bias(hold)
    gyr = part.gyr if bias is None else part.gyr - bias
    axes = np.stack(Strapdown(hold.rate_hz).push(gyr), axis=1).reshape(-1, 3, 3)
    return Course(part.time, gyr, part.acc, axes, np.einsum("nij,nj->ni", axes, part.acc))


def _sightings(course: Course, spans: list[Span]) -> list[Sighting]:
    """Give the vertical as the mean specific force between equal phases shows it."""
    sum_ = np.cumsum(course.force, axis=0)
    sightings = []
    for span in spans:
        a, b = np.searchsorted(course.time, span)
        if b - 1 > a:
            sightings.append(Sighting(0.5 * (span.start + span.end), unit(sum_[b - 1] - sum_[a])))
    return sightings


def _vertical(sightings: list[Sighting], time: Floats) -> tuple[Vectors, Floats, float]:
    """Give the vertical over time, shape (n, 3), its drift (rad/s) and how sure that is, as the line's scatter shows.

    The sightings lie on a straight line, since the bias is constant over so short a time.
    """
    times = np.array([s.time for s in sightings])
    ups = np.array([s.up for s in sightings])
    middle = times.mean()
    level, slope, slope_sd = ups.mean(axis=0), np.zeros(3), _FEW_SIGHTINGS_SD_RAD_S
    if len(times) >= ENOUGH_SIGHTINGS:
        slope, level = np.polyfit(times - middle, ups, 1)
        left = ups - level - (times - middle)[:, None] * slope
        each = (left * left).sum() / (2 * (len(times) - 2))  # both ways in which a unit vector can be off
        slope_sd = sqrt(each / ((times - middle) ** 2).sum())
    path: Vectors = level + (time - middle)[:, None] * slope
    return path / np.sqrt((path * path).sum(axis=1))[:, None], slope, slope_sd


def _level(axes: NDArray[np.float64], vertical: Vectors) -> NDArray[np.float64]:
    """Turn a drifting frame so that the vertical becomes its y."""
    aside = np.zeros(3)
    aside[np.abs(vertical.mean(axis=0)).argmin()] = 1.0
    x = np.cross(vertical, aside)
    x /= np.sqrt((x * x).sum(axis=1))[:, None]
    upright = np.stack([x, vertical, np.cross(x, vertical)], axis=1)
    return np.asarray(np.einsum("nij,njk->nik", upright, axes))
