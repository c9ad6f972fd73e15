"""Which way is forward: votes on the sign of the mediolateral axes of a leg's two sensors."""

from math import radians

import numpy as np
from scipy.signal import butter, sosfiltfilt

from calibration.joints import JointSettings
from calibration.swing import Swing
from firmware_bridge.samples import Floats

LEG = JointSettings()
"""Where the knee is from the sensors; 0.1 m either way changes little."""
SLOW_HZ = 5.0
"""A knee lift holds nothing above."""


def turning_ratio(thigh: Swing, shank: Swing) -> float:
    """Give how many times as fast the shank turns as the thigh, by the 95th percentiles of their rates."""
    return float(np.percentile(np.abs(shank.rate), 95) / np.percentile(np.abs(thigh.rate), 95))


def relative_sign(thigh: Swing, shank: Swing) -> float:
    """Give the sign for the shank: while the thigh swings forward, the shank is behind."""
    return 1.0 if _behind(thigh, shank) >= 0 else -1.0


def togetherness(thigh: Swing, shank: Swing) -> float:
    """Give how closely the shank's angle follows the thigh's rate, 0 to 1, whichever way they point."""
    return abs(_behind(thigh, shank))


def _behind(thigh: Swing, shank: Swing) -> float:
    rate = np.interp(shank.time, thigh.time, thigh.rate)
    return -float(np.corrcoef(shank.angle, rate)[0, 1])


def same_knee(thigh: Swing, shank: Swing) -> float:
    """Give how alike thigh and shank tell the knee's acceleration ahead, -1 to 1: negative where they point apart.

    For slow movement: forces and angular accelerations of running hold impacts and what the skin makes of them.
    """
    told = np.interp(shank.time, thigh.time, _ahead(thigh, -LEG.knee_below_m))
    return float(np.corrcoef(told, _ahead(shank, LEG.knee_above_m))[0, 1])


def _ahead(swing: Swing, along_m: float) -> Floats:
    """Give the acceleration ahead, (n,), m/s^2, of the point so far up the segment from its sensor."""
    place = along_m * swing.frame[1]
    told = []
    for sweep in swing.sweeps:
        rate_hz = (len(sweep.time) - 1) / (sweep.time[-1] - sweep.time[0])
        turning = np.cross(np.gradient(sweep.gyr, 1.0 / rate_hz, axis=0), place)
        force = sweep.acc + turning + np.cross(sweep.gyr, np.cross(sweep.gyr, place))
        ahead = np.cross(sweep.up, swing.z)
        along = (force * ahead).sum(axis=1) / np.sqrt((ahead * ahead).sum(axis=1))
        told.append(sosfiltfilt(butter(2, SLOW_HZ, fs=rate_hz, output="sos"), along))
    return np.concatenate(told)


def own_vote_of_thigh(thigh: Swing) -> float:
    """Give what the thigh by itself says of its sign, -1 to 1: positive where it points forward."""
    votes = [-_skewness(thigh.angle) / 0.4]
    ahead = float(thigh.angle.mean()) - thigh.standing
    if not np.isnan(ahead):
        votes += [ahead / radians(12.5)] * 2  # a running thigh is ahead of the standing one by 5 to 21 deg
    return float(np.clip(votes, -1.0, 1.0).mean())


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
