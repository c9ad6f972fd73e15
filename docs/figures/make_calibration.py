"""Draw docs/figures/calibration-*.svg: where the sensors sit, what the guided calibration asks for, the twelve poses.

Usage: python docs/figures/make_calibration.py [--check]

The people of the steps are those of the window (`legcycle_imu.view.poses`), the twelve poses those of the intrinsic
calibration (`calibration.poses`). With --check nothing is written; the exit code is 1 if a committed figure is not
current.
"""

import sys
from collections.abc import Callable, Iterable, Sequence
from itertools import pairwise
from math import asin, cos, hypot, radians, sin, tan
from pathlib import Path
from typing import NamedTuple

from calibration.guidance import Step
from calibration.poses import POSES as LAID
from calibration.poses import Pose as Laid
from firmware_bridge.samples import Segment, Side
from legcycle_imu.view.poses import POSES, WORN_AT, Pose, worn_at
from legcycle_imu.view.stick import toe_of

FIGURE = Path(__file__).with_name("calibration-steps.svg")
"""The others lie beside it."""
INK, QUIET, PALE, SKIN, GROUND = "#1a1a1a", "#5c5c5c", "#9a9a9a", "#e4e0da", "#c9c9c9"
SENSOR, STRAP, GOOD = "#D55E00", "#3a3a3a", "#0072B2"
"""Okabe and Ito's vermillion and blue, told apart with any colour vision."""
BOLD = ' font-weight="700"'
MIDDLE = ' text-anchor="middle"'

Point = tuple[float, float]
Triple = tuple[float, float, float]


def words(at: Point, text: str, size: float, colour: str = INK, extra: str = "") -> str:
    """Write one line of text."""
    return f'<text x="{at[0]:.1f}" y="{at[1]:.1f}" font-size="{size:g}" fill="{colour}"{extra}>{text}</text>'


def line(points: Iterable[Point], colour: str, width: float, extra: str = "") -> str:
    """Draw a line through points."""
    return (
        f'<polyline points="{_path(points)}" fill="none" stroke="{colour}" stroke-width="{width:g}" '
        f'stroke-linecap="round" stroke-linejoin="round"{extra}/>'
    )


def area(points: Iterable[Point], colour: str, edge: str = "none", extra: str = "") -> str:
    """Draw a filled area."""
    return (
        f'<polygon points="{_path(points)}" fill="{colour}" stroke="{edge}" stroke-width="1.5" '
        f'stroke-linejoin="round"{extra}/>'
    )


def dot(at: Point, radius: float, colour: str, edge: str = "none") -> str:
    """Draw a filled circle."""
    return (
        f'<circle cx="{at[0]:.1f}" cy="{at[1]:.1f}" r="{radius:g}" fill="{colour}" stroke="{edge}" stroke-width="2"/>'
    )


def whole(size: Point, title: str, parts: Iterable[str]) -> str:
    """Give a figure as SVG text."""
    width, height = size
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:g} {height:g}" role="img" '
        'aria-labelledby="title" font-family="Helvetica, Arial, DejaVu Sans, sans-serif">'
    )
    ground = f'<rect width="{width:g}" height="{height:g}" rx="14" fill="#ffffff"/>'
    return "\n".join([head, f'<title id="title">{title}</title>', ground, *parts, "</svg>", ""])


def _path(points: Iterable[Point]) -> str:
    return " ".join(f"{x:.1f},{y:.1f}" for x, y in points)


# What the steps ask for

STEP_SIZE = (1180.0, 445.0)
LEG_PX = 150.0
FLOOR_Y = 378.0
SHOWN = (Step.RIGHT_KNEE, Step.LEFT_KNEE, Step.STAND, Step.MOVE)


def steps() -> str:
    """Draw a person who does what the guided calibration asks for, step by step."""
    poses = [(step, pose) for step in SHOWN for pose in POSES[step]]
    apart = STEP_SIZE[0] / len(poses)
    parts = [line([(30.0, FLOOR_Y + 4.0), (STEP_SIZE[0] - 30.0, FLOOR_Y + 4.0)], GROUND, 3.0)]
    for number, (step, pose) in enumerate(poses):
        x = apart * (number + 0.5)
        parts += _person((x - 8.0, FLOOR_Y + LEG_PX * (pose.floor_y - 0.03)), pose)
        if not pose.words.startswith("or "):
            parts.append(words((x, 40.0), f"{SHOWN.index(step) + 1}. {step}", 20.0, INK, BOLD + MIDDLE))
        parts.append(words((x, FLOOR_Y + 40.0), pose.words, 18.0, QUIET, MIDDLE))
    return whole(STEP_SIZE, f"The guided calibration: {'; '.join(pose.words for _, pose in poses)}.", parts)


def _person(hip: Point, pose: Pose) -> Iterable[str]:
    """Draw a person who looks to the right; the leg that moves stands out."""

    def at(point: Point) -> Point:
        return hip[0] + LEG_PX * point[0], hip[1] - LEG_PX * point[1]

    yield from _leg(at, pose, Side.LEFT)
    yield line([at((0.0, 0.0)), at((0.05, 0.56))], PALE, 18.0)
    yield dot(at((0.08, 0.80)), 18.0, PALE)
    yield from _leg(at, pose, Side.RIGHT)
    if len(pose.moving) == 1:
        (side,) = pose.moving
        knee = at(pose.legs[side].knee)
        yield words((knee[0] + 4.0, knee[1] - 26.0), side.upper(), 18.0, INK, BOLD + MIDDLE)


def _leg(at: Callable[[Point], Point], pose: Pose, side: Side) -> Iterable[str]:
    leg, colour = pose.legs[side], INK if side in pose.moving else PALE
    yield line([at(leg.hip), at(leg.knee), at(leg.ankle)], "#ffffff", 17.0)
    yield line([at(leg.ankle), at(leg.heel), at(toe_of(leg))], colour, 6.0)
    yield line([at(leg.hip), at(leg.knee), at(leg.ankle)], colour, 12.0)
    for segment in Segment:
        yield dot(at(worn_at(leg, segment)), 8.5, SENSOR, "#ffffff")


# Where the sensors sit

WORN_SIZE = (1180.0, 520.0)
HIP_Y, KNEE_Y, ANKLE_Y = 90.0, 275.0, 455.0
THIGH_PX, KNEE_PX, CALF_PX, ANKLE_PX = 46.0, 27.0, 32.0, 15.0
"""Half the width of a leg at hip, knee, calf and ankle."""


class Seat(NamedTuple):
    """Where a sensor sits as seen from one side: across the segment, from -1 to 1, and how wide the good stretch is."""

    segment: Segment
    across: float
    stretch: tuple[float, float]


FRONT = (Seat(Segment.THIGH, -0.55, (-0.95, 0.1)), Seat(Segment.SHANK, 0.45, (-0.9, 0.75)))
OUTSIDE = (Seat(Segment.THIGH, 0.35, (-0.25, 0.95)), Seat(Segment.SHANK, 0.42, (-0.15, 0.95)))
"""The right leg from the front (its outer side is at the left), and from its outer side (its front is at the right)."""
ADVICE = (
    ("Thigh", "lower third, front to outer side,", "a hand's breadth above the kneecap"),
    ("Shank", "lower third, on the flat of the shin", "or on the outer side"),
    ("Strap", "tight enough that a finger", "hardly goes under it"),
    ("Any way round", "upside down or turned round:", "the calibration finds out"),
)


def worn() -> str:
    """Draw the right leg from the front and from its outer side, with the sensors on it."""
    parts = [words((40.0, 50.0), "Where the sensors sit", 26.0, INK, BOLD)]
    for x, seats, title in ((200.0, FRONT, "from the front"), (470.0, OUTSIDE, "from the outside")):
        parts += _limb(x, sideways=seats is OUTSIDE)
        for seat in seats:
            parts += _seat(x, seat)
        parts.append(words((x, 505.0), f"right leg, {title}", 17.0, QUIET, MIDDLE))
    parts += [
        words((112.0, 200.0), "outside", 15.0, QUIET, MIDDLE),
        words((288.0, 200.0), "inside", 15.0, QUIET, MIDDLE),
    ]
    parts += [words((392.0, 200.0), "back", 15.0, QUIET, MIDDLE), words((552.0, 200.0), "front", 15.0, QUIET, MIDDLE)]
    for number, (name, *said) in enumerate(ADVICE):
        y = 120.0 + 98.0 * number
        parts.append(words((650.0, y), name, 21.0, INK, BOLD))
        parts += [words((650.0, y + 27.0 + 23.0 * row), text, 18.0, QUIET) for row, text in enumerate(said)]
    parts += [area([(1000.0, 482.0), (1034.0, 482.0), (1034.0, 500.0), (1000.0, 500.0)], GOOD, extra=' opacity="0.35"')]
    parts.append(words((1044.0, 497.0), "good places", 16.0, QUIET))
    return whole(WORN_SIZE, "Where the sensors sit: the lower third of thigh and shank, any way round.", parts)


def _half_px(y: float) -> float:
    """Give half the width of a leg at a height."""
    stops = ((HIP_Y, THIGH_PX), (KNEE_Y, KNEE_PX), (KNEE_Y + 60.0, CALF_PX), (ANKLE_Y, ANKLE_PX))
    for (above, wide), (below, narrow) in pairwise(stops):
        if y <= below:
            return wide + (narrow - wide) * (y - above) / (below - above)
    return ANKLE_PX


def _limb(x: float, *, sideways: bool) -> Iterable[str]:
    heights = [HIP_Y + (ANKLE_Y - HIP_Y) * k / 40.0 for k in range(41)]
    outline = [(x - _half_px(y), y) for y in heights] + [(x + _half_px(y), y) for y in reversed(heights)]
    toe, heel = (74.0, -20.0) if sideways else (20.0, -20.0)
    yield area([(x + heel, 478.0), (x - 14.0, ANKLE_Y - 4), (x + 14.0, ANKLE_Y - 4), (x + toe, 478.0)], SKIN, PALE)
    yield area(outline, SKIN, PALE)
    kneecap = x + (16.0 if sideways else 0.0)
    yield f'<ellipse cx="{kneecap:.1f}" cy="{KNEE_Y:.1f}" rx="{9 if sideways else 15}" ry="17" fill="#d3cdc4"/>'


def _seat(x: float, seat: Seat) -> Iterable[str]:
    top, bottom = (HIP_Y, KNEE_Y) if seat.segment is Segment.THIGH else (KNEE_Y, ANKLE_Y)
    y = top + WORN_AT[seat.segment] * (bottom - top)
    half = _half_px(y)
    zone_top, zone_bottom = top + (2.0 / 3.0 - 0.03) * (bottom - top), top + 0.86 * (bottom - top)
    low, high = seat.stretch
    corners = [(x + side * _half_px(at), at) for side, at in ((low, zone_top), (high, zone_top))]
    corners += [(x + side * _half_px(at), at) for side, at in ((high, zone_bottom), (low, zone_bottom))]
    yield area(corners, GOOD, extra=' opacity="0.35"')
    yield line([(x - half, y), (x + half, y)], STRAP, 9.0)
    at = x + seat.across * half
    yield area(
        [(at - 9.0, y - 13.0), (at + 9.0, y - 13.0), (at + 9.0, y + 13.0), (at - 9.0, y + 13.0)], SENSOR, "#ffffff"
    )


# The twelve poses

LAID_SIZE = (1180.0, 460.0)
COLUMNS = 6
BOX: Triple = (1.0, 0.7, 0.42)
"""Half the size of a sensor along its axes, as drawn."""
BOX_PX = 52.0
ABOVE = radians(30.0)
ASIDE = asin(tan(ABOVE))
"""So that of a sensor on its edge two faces are seen and the third one just not."""
SEEN_FROM: Triple = (sin(ASIDE) * cos(ABOVE), -cos(ASIDE) * cos(ABOVE), sin(ABOVE))
SHADES = ("#f0c9a8", "#e39a63", "#c97a3f")
"""Of the faces along x, y and z."""


def laid() -> str:
    """Draw a sensor in each of the twelve poses: six faces, six edges."""
    parts = [words((40.0, 48.0), "Twelve poses: each face up once, then each kind of edge", 24.0, INK, BOLD)]
    for number, pose in enumerate(LAID):
        row, column = divmod(number, COLUMNS)
        x, y = LAID_SIZE[0] / COLUMNS * (column + 0.5), 205.0 + 190.0 * row
        parts += _box((x, y), pose)
        parts.append(words((x, y + 32.0), _signs(f"{pose.name} up"), 18.0, INK, MIDDLE + BOLD))
    return whole(LAID_SIZE, f"Twelve poses of a sensor: {', '.join(_signs(pose.name) for pose in LAID)} up.", parts)


def _box(on: Point, pose: Laid) -> Iterable[str]:
    """Draw a box that lies on the ground as the pose says, its visible faces named."""
    axes = _upright(pose.up)
    corners = [_turned(axes, (a, b, c)) for a in (-1, 1) for b in (-1, 1) for c in (-1, 1)]
    lowest = min(_seen(corner)[1] for corner in corners)

    def at(point: Triple) -> Point:
        across, up = _seen(point)
        return on[0] + BOX_PX * across, on[1] - BOX_PX * (up - lowest)

    yield line([(on[0] - 80.0, on[1] + 3.0), (on[0] + 80.0, on[1] + 3.0)], GROUND, 3.0)
    for k, sign in _visible(axes):
        face = [_turned(axes, _on_face(k, sign, a, b)) for a, b in ((-1, -1), (-1, 1), (1, 1), (1, -1))]
        yield area(map(at, face), SHADES[k], INK)
        middle = at(_turned(axes, _on_face(k, sign, 0.0, 0.0)))
        yield words((middle[0], middle[1] + 6.0), _signs(f"{'+' if sign > 0 else '-'}{'xyz'[k]}"), 16.0, INK, MIDDLE)


def _signs(text: str) -> str:
    """Give a text with minus signs for its hyphens."""
    return text.replace("-", "−")


def _upright(up: Triple) -> Sequence[Triple]:
    """Give the sensor's axes in a world in which `up` points up: the rows of the rotation, turned to be well seen."""
    thinnest = min(range(3), key=lambda k: (abs(up[k]) > 0.5, BOX[k]))
    side = tuple(float(k == thinnest) for k in range(3))
    back = _unit(_less((side[0], side[1], side[2]), up))
    right = _cross(back, up)
    return [(right[k], back[k], up[k]) for k in range(3)]


def _turned(axes: Sequence[Triple], corner: Triple) -> Triple:
    x, y, z = (sum(BOX[k] * corner[k] * axes[k][m] for k in range(3)) for m in range(3))
    return x, y, z


def _visible(axes: Sequence[Triple]) -> list[tuple[int, float]]:
    seen = [(k, sum(a * b for a, b in zip(axes[k], SEEN_FROM, strict=True))) for k in range(3)]
    return [(k, 1.0 if towards > 0 else -1.0) for k, towards in seen if abs(towards) > 0.02]


def _on_face(k: int, sign: float, a: float, b: float) -> Triple:
    corner = [0.0, 0.0, 0.0]
    corner[k], corner[(k + 1) % 3], corner[(k + 2) % 3] = sign, a, b
    return corner[0], corner[1], corner[2]


def _seen(point: Triple) -> Point:
    """Give where a point of the world is seen: across and up."""
    right = _unit((-SEEN_FROM[1], SEEN_FROM[0], 0.0))
    above = _cross(SEEN_FROM, right)
    across, up = (sum(a * b for a, b in zip(point, axis, strict=True)) for axis in (right, above))
    return across, up


def _less(vector: Triple, along: Triple) -> Triple:
    share = sum(a * b for a, b in zip(vector, along, strict=True))
    x, y, z = (a - share * b for a, b in zip(vector, along, strict=True))
    return x, y, z


def _cross(a: Triple, b: Triple) -> Triple:
    return a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]


def _unit(vector: Triple) -> Triple:
    size = hypot(*vector)
    return vector[0] / size, vector[1] / size, vector[2] / size


DRAWINGS: dict[str, Callable[[], str]] = {
    "calibration-steps": steps,
    "calibration-sensors": worn,
    "calibration-twelve-poses": laid,
}


def path_of(name: str) -> Path:
    """Give where a figure lies."""
    return FIGURE if name == "calibration-steps" else FIGURE.with_name(f"{name}.svg")


def main(arguments: list[str]) -> int:
    """Write the figures, or with --check compare them."""
    for name, drawing in DRAWINGS.items():
        path, text = path_of(name), drawing()
        if "--check" not in arguments:
            path.write_text(text, encoding="utf-8", newline="\n")
        elif path.read_text(encoding="utf-8") != text:
            sys.stderr.write(f"{path} is not current; run: python docs/figures/make_calibration.py\n")
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
