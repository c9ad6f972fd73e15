"""Smooth random curves: uniform cubic B-splines of random knots, so continuous to the second derivative."""

import numpy as np

from legcycle_imu.simulation.norms import Floats

MEAN_SQUARE = 151.0 / 315.0
"""Mean square of a cubic B-spline of white knots of unit variance."""


def knots(rng: np.random.Generator, count: int, curves: int) -> Floats:
    """Draw the knots (count + 3, curves) of smooth random curves of unit variance over [0, count]."""
    return np.asarray(rng.standard_normal((count + 3, curves)) / np.sqrt(MEAN_SQUARE))


def smooth_noise(knots: Floats, at: Floats) -> Floats:
    """Give the curves (n, curves) at places (n,), one knot apart; held where the knots end."""
    place = np.clip(at, 0.0, len(knots) - 3 - 1e-9)
    i = place.astype(np.int64)
    u = (place - i)[:, np.newaxis]
    v = 1.0 - u
    weights = (v**3, 3 * u**3 - 6 * u**2 + 4, 3 * v**3 - 6 * v**2 + 4, u**3)
    total: Floats = sum((w * knots[i + k] for k, w in enumerate(weights)), np.zeros(1)) / 6.0
    return total
