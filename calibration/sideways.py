"""How legs leave the sagittal plane while they swing: what 13 runners did, as a prior for the mediolateral axis."""

from dataclasses import dataclass
from math import radians, sqrt
from typing import NamedTuple

import numpy as np

from firmware_bridge.samples import Floats, Side

HARMONICS = 3
"""Harmonics of the swing that are told apart; what is above is small in running."""
COEFFICIENTS = 2 * HARMONICS + 1
"""Of one tilt: its mean, then real and imaginary part of each harmonic."""


class Wave(NamedTuple):
    """One harmonic of a tilt over the swing: Re(z exp(i k phase)), phase 0 where the segment is farthest forward.

    Attributes
    ----------
    real_deg, imag_deg : mean of z over legs, deg
    sd_deg : spread of z between legs: root mean square of its distance from the mean, deg
    """

    real_deg: float
    imag_deg: float
    sd_deg: float


@dataclass(frozen=True, slots=True)
class Tilt:
    """One way in which a segment of the left leg leaves the sagittal plane; of the right leg it is the mirror image.

    Parameters
    ----------
    mean_deg, mean_sd_deg : mean over the swing, against standing, and its spread between legs, deg
    waves : its harmonics
    """

    mean_deg: float
    mean_sd_deg: float
    waves: tuple[Wave, Wave, Wave]

    def mean(self) -> Floats:
        """Give the means of its coefficients, (COEFFICIENTS,), rad."""
        parts = [self.mean_deg, *(part for wave in self.waves for part in (wave.real_deg, wave.imag_deg))]
        return np.radians(parts)

    def sd(self) -> Floats:
        """Give their spreads, (COEFFICIENTS,), rad."""
        each = [wave.sd_deg / sqrt(2.0) for wave in self.waves for _ in range(2)]
        return np.radians([self.mean_sd_deg, *each])


@dataclass(frozen=True, slots=True)
class Sideways:
    """How a segment leaves the sagittal plane.

    Parameters
    ----------
    adduction : about x, against standing; negative for a left leg whose distal end is nearer to the other leg
    rotation : about y, the segment's own length
    standing_deg : adduction while standing, against the frame about whose z the sagittal angle turns, deg
    """

    adduction: Tilt
    rotation: Tilt
    standing_deg: float = 0.0

    def standing(self, side: Side) -> float:
        """Give the adduction while standing of a leg, rad."""
        return radians(self.standing_deg) * (1.0 if side is Side.LEFT else -1.0)


_NO_MEAN_DEG = 0.2
"""The mediolateral axis is where it points on average over the stride: the mean of the rotation is 0 by definition."""
RUNNING_THIGH = Sideways(
    Tilt(-7.5, 2.6, (Wave(-0.6, 1.1, 1.3), Wave(-0.5, 0.1, 0.9), Wave(0.1, -0.7, 0.7))),
    Tilt(0.0, _NO_MEAN_DEG, (Wave(-4.8, 0.4, 4.3), Wave(-0.8, -1.7, 2.0), Wave(-0.5, -0.8, 1.7))),
    4.5,
)
RUNNING_SHANK = Sideways(
    Tilt(-7.2, 1.7, (Wave(-0.6, 1.9, 2.2), Wave(-0.8, 1.1, 1.5), Wave(0.5, 0.1, 0.8))),
    Tilt(0.0, _NO_MEAN_DEG, (Wave(-2.1, 1.1, 3.5), Wave(-0.3, 4.8, 2.6), Wave(0.7, 1.2, 2.0))),
    3.3,
)
"""Means and spreads over 78 legs of 13 runners at 2.5, 3.5 and 4.5 m/s (benchmarks/fit_sideways.py)."""
_STILL = Wave(0.0, 0.0, 1.0), Wave(0.0, 0.0, 0.7), Wave(0.0, 0.0, 0.5)
_TURNING = Wave(0.0, 0.0, 2.0), Wave(0.0, 0.0, 1.4), Wave(0.0, 0.0, 1.0)
SLOW = Sideways(Tilt(0.0, 2.0, _STILL), Tilt(0.0, _NO_MEAN_DEG, _TURNING))
"""Knee lifts and walking, both segments. Chosen, no measurement: a lift goes where the knee points, give or take."""
UNKNOWN_RAD = radians(20.0)
"""Spread of what is asked of the data alone."""
