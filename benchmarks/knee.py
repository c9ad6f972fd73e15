"""The lag between a leg's two sensors from the knee that they share: by correlation, or by a fit with their places.

The specific force of the knee follows from either sensor: f + dw/dt x r + w x (w x r), with r from the sensor to the
knee (Seel, Raisch and Schauer 2014). What follows here is not causal: it shows the best that can be had.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import NDArray
from scipy.interpolate import CubicSpline
from scipy.signal import butter, sosfiltfilt

from firmware_bridge.samples import Floats, SampleBlock

SEARCHED_S = np.arange(-0.025, 0.0251, 0.0025)
"""Lags that are tried; between them the peak is that of a parabola."""
WINDOW_S, WINDOWS = 5.0, 6
"""An estimate is made over so long, and so many of them are averaged: 30 s."""
CUTOFF_HZ, LOW_CUTOFF_HZ = 30.0, 12.0
"""Low-pass of both sensors before anything else, without delay, and of the force's size in one variant."""
LARGEST_CUTOFF = 0.4
"""The same at most, as a share of the sampling rate."""
AFTER_CONTACT_S = 0.06
"""So long after each true contact is left out by some variants: most of impact and wobble."""
PLACE_SD_M, TILT_SD_RAD, LAG_SD_S, FORCE_SD = 0.03, 0.1, 0.01, 3.0
"""What the fit expects: of the sensors' places, of the angle between both, of the lag, of the rest in m/s^2."""
FIT_STEPS = 6
SKIPPED_S = 2.0
"""Begin of the run that is left out."""

Booleans = NDArray[np.bool_]


@dataclass(frozen=True)
class Worn:
    """One sensor's samples in the frame of its segment, their sagittal angles, rad, and where the knee is, m."""

    block: SampleBlock
    angle: Floats
    to_knee: Floats
    rate_hz: float


@dataclass(frozen=True)
class Leg:
    """What a leg shows while it runs: its two sensors, when it ran, its contacts, s."""

    thigh: Worn
    shank: Worn
    start_s: float
    contacts: Floats


# The courses that both sensors see


def filtered(worn: Worn) -> tuple[Floats, Floats, Floats]:
    """Give rate, its slope and specific force of a sensor, (3, n) each, low-passed without delay."""
    cutoff_hz = min(CUTOFF_HZ, LARGEST_CUTOFF * worn.rate_hz)
    rate, force = (lowpassed(values.T, cutoff_hz, worn.rate_hz) for values in (worn.block.gyr, worn.block.acc))
    return rate, np.gradient(rate, worn.block.time, axis=1), force


def lowpassed(curves: Floats, cutoff_hz: float, rate_hz: float) -> Floats:
    """Low-pass curves (k, n) without delay."""
    return np.asarray(sosfiltfilt(butter(2, cutoff_hz, fs=rate_hz, output="sos"), curves, axis=1))


def lever(rate: Floats, slope: Floats) -> Floats:
    """Give the matrices (3, 3, n) that turn a place on the segment into the acceleration of it against the sensor's."""
    x, y, z = rate
    a, b, c = slope
    return np.array(
        [
            [-y * y - z * z, x * y - c, x * z + b],
            [x * y + c, -x * x - z * z, y * z - a],
            [x * z - b, y * z + a, -x * x - y * y],
        ]
    )


def knee_force(worn: Worn) -> Floats:
    """Give the specific force of the knee (3, n) in the segment's frame."""
    rate, slope, force = filtered(worn)
    return np.asarray(force + np.einsum("ijn,j->in", lever(rate, slope), worn.to_knee))


def upright(planar: Floats, angle: Floats) -> Floats:
    """Turn the first two components (2, ..., n) of a segment's frame to forward and up."""
    c, s = np.cos(angle), np.sin(angle)
    return np.stack([c * planar[0] - s * planar[1], s * planar[0] + c * planar[1]])


def norm(worn: Worn) -> Floats:
    """Size of the knee's specific force: free of the frame."""
    return np.asarray(np.linalg.norm(knee_force(worn), axis=0, keepdims=True))


def slow(worn: Worn) -> Floats:
    """That size without most of impact and wobble."""
    return lowpassed(norm(worn), LOW_CUTOFF_HZ, worn.rate_hz)


def whitened(worn: Worn) -> Floats:
    """Slope of that size: its spectrum is flatter."""
    return np.asarray(np.gradient(norm(worn), worn.block.time, axis=1))


def planar(worn: Worn) -> Floats:
    """Forward and upward components of the knee's specific force."""
    return upright(knee_force(worn)[:2], worn.angle)


def hinge(worn: Worn) -> Floats:
    """Size of the angular rate across the knee's axis, which a hinge would share: free of the sensors' places."""
    across = filtered(worn)[0][:2]
    return np.asarray(np.hypot(across[:1], across[1:]))


# Lag by correlation


Course = Callable[[Worn], Floats]
Variant = Callable[[Leg], Floats]


def correlated(leg: Leg, course: Course, *, calm: bool = False) -> Floats:
    """Give the lag of the shank, s, in each window, by the correlation of a course that both sensors see."""
    time, kept = leg.shank.block.time, used(leg, calm=calm)
    spline = CubicSpline(leg.thigh.block.time, course(leg.thigh), axis=1)
    shank = course(leg.shank)
    by_lag = [[likeness(spline(time[k] - lag), shank[:, k]) for k in kept] for lag in SEARCHED_S]
    return np.array([peak(column) for column in np.array(by_lag).T])


def used(leg: Leg, *, calm: bool) -> list[Booleans]:
    """Give which of the shank's samples each window has; calm leaves out what follows a contact."""
    time = leg.shank.block.time
    window = np.floor((time - leg.start_s - SKIPPED_S) / WINDOW_S)
    after = time - leg.contacts[np.maximum(np.searchsorted(leg.contacts, time) - 1, 0)]
    excluded = calm & (after >= 0.0) & (after < AFTER_CONTACT_S)
    return [(window == k) & ~excluded for k in range(WINDOWS)]


def likeness(one: Floats, other: Floats) -> float:
    """Give the correlation of two courses (k, n), each component less its mean."""
    a, b = (x - x.mean(axis=1, keepdims=True) for x in (one, other))
    return float((a * b).sum() / np.sqrt((a * a).sum() * (b * b).sum()))


def peak(likenesses: Floats) -> float:
    """Give where the likeness is largest, between the lags by a parabola; at the edge the edge."""
    k = int(np.argmax(likenesses))
    if k in (0, len(likenesses) - 1):
        return float(SEARCHED_S[k])
    a, b, c = likenesses[k - 1 : k + 2]
    return float(SEARCHED_S[k] + 0.5 * (a - c) / (a - 2 * b + c) * (SEARCHED_S[1] - SEARCHED_S[0]))


# Lag by a fit, together with the sensors' places


def fitted(leg: Leg, *, calm: bool = False) -> Floats:
    """Give the lag, s, in each window, from a fit of lag, both places and the angle between the frames."""
    thigh, shank = seen(leg.thigh), seen(leg.shank)
    spline = CubicSpline(leg.thigh.block.time, thigh, axis=2)
    return np.array([fit(spline, leg.shank.block.time[k], shank[:, :, k], leg) for k in used(leg, calm=calm)])


def seen(worn: Worn) -> Floats:
    """Give forward and upward specific force of the sensor, and what each component of its place adds, (2, 4, n)."""
    rate, slope, force = filtered(worn)
    return upright(np.concatenate([force[:2, np.newaxis], lever(rate, slope)[:2]], axis=1), worn.angle)


def fit(thigh: CubicSpline, time: Floats, shank: Floats, leg: Leg) -> float:
    """Fit the lag, s: Gauss-Newton with what is expected of every unknown."""
    places = np.concatenate([leg.thigh.to_knee, leg.shank.to_knee])
    expected = np.concatenate([[0.0, 0.0], places])
    weight = FORCE_SD**2 / np.array([LAG_SD_S, TILT_SD_RAD, *[PLACE_SD_M] * 6]) ** 2
    found = expected
    for _ in range(FIT_STEPS):
        columns, left = linearised(thigh, time, shank, found)
        normal = columns @ columns.T + np.diag(weight)
        found = found - np.linalg.solve(normal, columns @ left + weight * (found - expected))
    return float(found[0])


def linearised(thigh: CubicSpline, time: Floats, shank: Floats, at: Floats) -> tuple[Floats, Floats]:
    """Give how the difference of both forces changes with each unknown (8, 2n), and the difference (2n,)."""
    lag, tilt, thigh_place, shank_place = at[0], at[1], np.r_[1.0, at[2:5]], np.r_[1.0, at[5:]]
    now = thigh(time - lag)
    one, other = (np.einsum("ijn,j->in", x, r) for x, r in ((now, thigh_place), (shank, shank_place)))
    drift = np.einsum("ijn,j->in", thigh(time - lag, 1), thigh_place)
    across = np.stack([-other[1], other[0]])
    rows = [-drift, -across, *now[:, 1:].transpose(1, 0, 2), *-shank[:, 1:].transpose(1, 0, 2)]
    left = one - other - tilt * across
    return np.stack([row.ravel() for row in rows]), left.ravel()


VARIANTS: dict[str, Variant] = {
    "size of the force": partial(correlated, course=norm),
    f"size below {LOW_CUTOFF_HZ:g} Hz": partial(correlated, course=slow),
    f"size but {1e3 * AFTER_CONTACT_S:g} ms after contact": partial(correlated, course=norm, calm=True),
    "slope of the size": partial(correlated, course=whitened),
    "forward and up": partial(correlated, course=planar),
    "fit with places": fitted,
    f"fit but {1e3 * AFTER_CONTACT_S:g} ms after contact": partial(fitted, calm=True),
    "rate across the hinge": partial(correlated, course=hinge),
}
