"""Scale of a gyroscope from whole turns on a table: what it integrates to, against whole turns.

The sensor lies on a face and is turned about the vertical until it lies as it lay before. Which way, how fast and
about which of its axes it is turned is not asked; nor need the face be square: with the angles A integrated along the
three axes, n turns say (f_x A_x)^2 + (f_y A_y)^2 + (f_z A_z)^2 = (n 360 deg)^2, which is linear in the squares of the
factors. (Ferraris, Grimaldi & Parvis 1995 take one exact turn an axis, and more unknowns.)
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import cos, hypot, pi, radians
from typing import NamedTuple

import numpy as np

from calibration.model import Triple

TURN_RAD = 2.0 * pi


@dataclass(frozen=True, slots=True)
class TurnSettings:
    """What counts as turned.

    Parameters
    ----------
    largest_scale_error : more is no whole number of turns; gyroscopes leave the factory with up to 3 %
    most_turns : of more, nobody could tell how many they were, at that scale error
    largest_tilt_rad : of the axis of turning to the nearest axis of the sensor
    return_sd_rad : how well a person lays it back as it lay, against the edge of a book; an assumption
    """

    largest_scale_error: float = 0.05
    most_turns: int = 8
    largest_tilt_rad: float = radians(15.0)
    return_sd_rad: float = radians(1.0)


class Turn(NamedTuple):
    """Whole turns about the vertical.

    Attributes
    ----------
    angle_rad : what the gyroscope integrates to along each of its axes, bias removed, rad
    axis : number of the sensor's axis that was upright, 0 to 2
    turns : how many whole turns
    """

    angle_rad: Triple
    axis: int
    turns: int


class GyroscopeFit(NamedTuple):
    """What the turns say of a gyroscope.

    Attributes
    ----------
    scale : factor for each axis; 1 where it was not turned about
    scale_sd : standard uncertainty of the worst axis that was, as a share
    turns : whole turns, all axes together
    """

    scale: Triple
    scale_sd: float
    turns: int


def turn_of(angle_rad: Triple, settings: TurnSettings | None = None) -> Turn | str:
    """Understand a rotation as whole turns.

    Parameters
    ----------
    angle_rad : integrated along each axis of the sensor, bias removed, rad

    Returns
    -------
    the turns, or a sentence on why it is none
    """
    settings = settings or TurnSettings()
    size = hypot(*angle_rad)
    turns = round(size / TURN_RAD)
    if turns == 0 or abs(size / (turns * TURN_RAD) - 1.0) > settings.largest_scale_error:
        return f"it was turned by about {np.degrees(size):.0f} degrees, which is no whole number of turns"
    if turns > settings.most_turns:
        return f"it was turned about {turns} times, and nobody can tell how often exactly"
    axis = int(np.argmax(np.abs(angle_rad)))
    if abs(angle_rad[axis]) < size * cos(settings.largest_tilt_rad):
        return "it did not lie flat on one of its faces while it was turned"
    return Turn(angle_rad, axis, turns)


def fit_gyroscope(turns: Sequence[Turn], settings: TurnSettings | None = None) -> GyroscopeFit:
    """Find the factors with which all turns are whole; an axis that was not turned about keeps 1."""
    settings = settings or TurnSettings()
    axes = sorted({turn.axis for turn in turns})
    if not axes:
        return GyroscopeFit((1.0, 1.0, 1.0), 0.0, 0)
    number = np.array([turn.turns for turn in turns], np.float64)
    squares = (np.array([turn.angle_rad for turn in turns]) / (TURN_RAD * number[:, np.newaxis])) ** 2
    others = [k for k in range(3) if k not in axes]
    wanted = 1.0 - squares[:, others].sum(axis=1)
    weighted = squares[:, axes] * number[:, np.newaxis]
    factors = np.ones(3)
    factors[axes] = np.sqrt(np.linalg.lstsq(weighted, wanted * number)[0])
    # The error of one return, in turns, is twice that in the square of a factor, which the root halves again.
    spread = np.sqrt(np.diag(np.linalg.inv(weighted.T @ weighted))) * settings.return_sd_rad / TURN_RAD
    x, y, z = factors.tolist()
    return GyroscopeFit((x, y, z), float(spread.max()), int(number.sum()))
