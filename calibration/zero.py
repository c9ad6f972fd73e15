"""Where a segment's angle is zero: standing, weighed against the mean posture of running."""

from math import cos, sin, sqrt
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from calibration.evidence import AlignmentSettings, Posture
from calibration.swing import Swing


class Zero(NamedTuple):
    """Where a segment's angle is zero: to be added to the swing's angle, its uncertainty, what it rests on."""

    offset: float
    sd: float
    stood: bool


def zero_of(swing: Swing, posture: Posture, settings: AlignmentSettings) -> Zero:
    """Weigh the zero of standing against that of running by their uncertainties."""
    range_rad = float(np.percentile(swing.angle, 99) - np.percentile(swing.angle, 1))
    running = posture.mean_when_running(range_rad) - float(swing.angle.mean())
    standing = posture.standing_rad - swing.standing
    a, b = posture.standing_sd_rad**-2, posture.running_sd_rad**-2
    if np.isnan(standing) or abs(standing - running) > settings.standing_agrees_sd * sqrt(1 / a + 1 / b):
        return Zero(running, posture.running_sd_rad, False)
    return Zero((a * standing + b * running) / (a + b), 1.0 / sqrt(a + b), True)


def upright_frame(swing: Swing, zero: Zero) -> NDArray[np.float64]:
    """Give the segment's frame, in which the angle has its zero: rows x, y, z in the sensor frame."""
    x, y, z = swing.frame
    upright = cos(zero.offset) * y - sin(zero.offset) * x
    return np.array([np.cross(upright, z), upright, z])
