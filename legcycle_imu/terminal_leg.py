"""A leg drawn with braille dots: hip at the top, thigh, shank and foot, and the target of the knee drive."""

from itertools import pairwise
from math import cos, isnan, radians, sin

from rich.text import Text

from legcycle_imu.kinematics import leg_points
from legcycle_imu.runner import LegGeometry

COLUMNS, ROWS = 18, 8
"""Size of the drawing, characters; a character holds 2 x 4 dots, which are about square."""
DOTS_PER_M = 31.0
HIP_DOT = (17.0, 1.0)
"""Where the hip is, dots from the left and from the top."""
USUAL = LegGeometry(0.40, 0.41)
"""A leg for a runner whose lengths are not known; only its look depends on it."""
FOOT_M = 0.16
TARGET_REACH = 1.1
"""Length of the target's line in lengths of the thigh."""
TARGET_DOTS = 3
"""Every so many dots of the target's line one is drawn."""
DOT_BITS = ((0x01, 0x08), (0x02, 0x10), (0x04, 0x20), (0x40, 0x80))
"""Bit of each dot of a braille character, by row and column (Unicode, block 2800)."""

Dot = tuple[int, int]
Point = tuple[float, float]


def leg_drawing(thigh: float, shank: float, geometry: LegGeometry, colour: str, target_deg: float) -> Text:
    """Draw a leg of the right side seen from the right: forward is to the right.

    Parameters
    ----------
    thigh, shank : angles to the vertical, rad
    geometry : lengths
    colour : of the leg
    target_deg : knee drive to reach, deg; a dotted line from the hip; NaN for none
    """
    lengths = USUAL if isnan(geometry.leg_m) else geometry
    leg = _leg_dots(thigh, shank, lengths)
    if isnan(target_deg):
        return Text("\n").join(_row(row, leg, set(), colour) for row in range(ROWS))
    goal = radians(target_deg)
    reach = lengths.thigh_m * TARGET_REACH
    target = _line((0.0, 0.0), (reach * sin(goal), -reach * cos(goal)))
    lines = [_row(row, leg, set(target[::TARGET_DOTS]), colour) for row in range(ROWS)]
    x, y = target[-1]
    _label(lines[y // 4], x // 2 + 1, f"{target_deg:.0f}°")
    return Text("\n").join(lines)


def _label(line: Text, column: int, words: str) -> None:
    """Put words over an empty part of a line."""
    if not line.plain[column : column + len(words)].strip():
        line.plain = line.plain[:column] + words + line.plain[column + len(words) :]


def _leg_dots(thigh: float, shank: float, geometry: LegGeometry) -> set[Dot]:
    points = leg_points(thigh, shank, geometry)
    toe = (points.heel[0] + FOOT_M * cos(shank), points.heel[1] + FOOT_M * sin(shank))
    path = [(0.0, 0.0), points.knee, points.ankle, points.heel, toe]
    return {dot for start, end in pairwise(path) for dot in _line(start, end)}


def _line(start: Point, end: Point) -> list[Dot]:
    """Give the dots from one point to another, m from the hip."""
    (x0, y0), (x1, y1) = _dots(start), _dots(end)
    steps = max(1, round(max(abs(x1 - x0), abs(y1 - y0))))
    return [(round(x0 + (x1 - x0) * k / steps), round(y0 + (y1 - y0) * k / steps)) for k in range(steps + 1)]


def _dots(point: Point) -> Point:
    return HIP_DOT[0] + DOTS_PER_M * point[0], HIP_DOT[1] - DOTS_PER_M * point[1]


def _row(row: int, leg: set[Dot], target: set[Dot], colour: str) -> Text:
    line = Text()
    for column in range(COLUMNS):
        of_leg, of_target = _bits(row, column, leg), _bits(row, column, target)
        sign = chr(0x2800 + (of_leg | of_target)) if of_leg | of_target else " "
        line.append(sign, f"bold {colour}" if of_leg else "dim")
    return line


def _bits(row: int, column: int, dots: set[Dot]) -> int:
    return sum(
        bit for y, bits in enumerate(DOT_BITS) for x, bit in enumerate(bits) if (2 * column + x, 4 * row + y) in dots
    )
