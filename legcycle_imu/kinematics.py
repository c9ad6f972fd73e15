"""The leg as two rods in the sagittal plane: angles and lengths to knee, ankle, heel and the cycle's metrics.

Hip as origin, x forward, y up. Angles are to the vertical, rad, positive with the distal end in front; the
same for both legs. Every function takes scalars or arrays, broadcasts them, and gives SI units. A length that
is not known (NaN) makes what depends on it NaN.
"""

from typing import NamedTuple, TypeVar

import numpy as np
from numpy.typing import NDArray

from legcycle_imu.runner import LegGeometry

Angle = TypeVar("Angle", float, NDArray[np.float64])
"""A scalar or an array; a function gives what it was given."""


class LegPoints(NamedTuple):
    """Sagittal positions relative to the hip, each (x forward, y up), m."""

    knee: tuple[float, float]
    ankle: tuple[float, float]
    heel: tuple[float, float]


def knee_flexion(thigh: Angle, shank: Angle) -> Angle:
    """Give the knee's flexion, rad: 0 straight, positive bent."""
    return thigh - shank


def hip_extension(thigh: Angle) -> Angle:
    """Give the thigh's angle behind the vertical, rad: positive behind; the pelvis is not seen."""
    return -thigh


def heel_lift_ratio(shank: Angle, geometry: LegGeometry) -> Angle:
    """Give the heel's height above the same leg's knee in lengths of the shank; needs no length.

    Zero where the heel is level with the knee, -1 - q/Ls with the shank vertical.
    """
    ratio: Angle = -(1.0 + geometry.heel_below) * np.cos(shank) - geometry.heel_behind * np.sin(shank)
    return ratio


def heel_above_knee(shank: Angle, geometry: LegGeometry) -> Angle:
    """Give the heel's height above the same leg's knee, m: -(Ls + q) cos shank - p sin shank."""
    return geometry.shank_m * heel_lift_ratio(shank, geometry)


def placement(thigh: Angle, shank: Angle, geometry: LegGeometry) -> Angle:
    """Give how far the ankle is ahead of the hip, m; read at initial contact."""
    ahead: Angle = geometry.thigh_m * np.sin(thigh) + geometry.shank_m * np.sin(shank)
    return ahead


def leg_points(thigh: float, shank: float, geometry: LegGeometry) -> LegPoints:
    """Give knee, ankle and heel of one leg for drawing it."""
    knee = np.array([np.sin(thigh), -np.cos(thigh)]) * geometry.thigh_m
    along, forward = np.array([np.sin(shank), -np.cos(shank)]), np.array([np.cos(shank), np.sin(shank)])
    ankle = knee + geometry.shank_m * along
    heel = ankle + geometry.heel_below_m * along - geometry.heel_behind_m * forward
    return LegPoints(_pair(knee), _pair(ankle), _pair(heel))


def _pair(point: NDArray[np.float64]) -> tuple[float, float]:
    return float(point[0]), float(point[1])
