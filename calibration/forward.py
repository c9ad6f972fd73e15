"""Which way is forward: votes on the sign of the mediolateral axes of a leg's two sensors."""

from math import radians

import numpy as np

from calibration.swing import Swing
from firmware_bridge.samples import Floats


def turning_ratio(thigh: Swing, shank: Swing) -> float:
    """Give how many times as fast the shank turns as the thigh, by the 95th percentiles of their rates."""
    return float(np.percentile(np.abs(shank.rate), 95) / np.percentile(np.abs(thigh.rate), 95))


def relative_sign(thigh: Swing, shank: Swing) -> float:
    """Give the sign for the shank: while the thigh swings forward, the shank is behind."""
    rate = np.interp(shank.time, thigh.time, thigh.rate)
    behind = -float(np.corrcoef(shank.angle, rate)[0, 1])
    return 1.0 if behind >= 0 else -1.0


def forward_when_running(thigh: Swing, shank: Swing) -> tuple[float, float]:
    """Give the sign for both segments and how clearly the votes agree on it, 0..1.

    Each vote is divided by its usual size (medians over 78 legs; docs/algorithms.md, "Alignment").
    """
    knee = np.interp(shank.time, thigh.time, thigh.angle) - shank.angle
    votes = [_skewness(shank.rate) / 0.5, _skewness(knee) / 0.5, -_skewness(thigh.angle) / 0.4]
    bent = float(knee.mean()) - (thigh.standing - shank.standing)
    if not np.isnan(bent):
        votes += [bent / radians(45.0)] * 2  # standing, the knee is known to be straight: worth two
    ballot = np.clip(votes, -1.0, 1.0)
    result = float(ballot.mean())
    return (1.0 if result >= 0 else -1.0), abs(result)


def _skewness(values: Floats) -> float:
    centred = values - values.mean()
    return float((centred**3).mean() / (centred**2).mean() ** 1.5)
