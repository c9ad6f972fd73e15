"""Units in which inertial sensors speak, and what is no measurement of theirs. Pure."""

from collections.abc import Iterable
from math import pi

STANDARD_GRAVITY_M_S2 = 9.80665
"""One g (CGPM 1901)."""
DEGREE_RAD = pi / 180
LARGEST = 1e6
"""No inertial sensor measures so much, in whatever unit it speaks; what does is a damaged float."""


def measured(values: Iterable[float]) -> bool:
    """Tell whether all numbers are finite and of a size that a sensor can measure."""
    return all(abs(value) < LARGEST for value in values)
