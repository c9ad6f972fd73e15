"""Draw docs/figures/on-the-track.svg: three ways to record a run over 30 m.

Usage: python docs/figures/make_on_the_track.py [--check]

The runner's legs are the mean of 13 runners at 3.5 m/s (`legcycle_imu/running_norms.json`). With --check nothing is
written; the exit code is 1 if the committed figure is not current.
"""

import json
import sys
from collections.abc import Iterable
from math import radians
from pathlib import Path
from typing import NamedTuple

from legcycle_imu.kinematics import leg_points
from legcycle_imu.runner import Runner

ROOT = Path(__file__).parents[2]
FIGURE = ROOT / "docs" / "figures" / "on-the-track.svg"
LEG = Runner(height_m=1.75).geometry
LEGS = (0.36, 0.86)
"""Instants of the stride in which the far and the near leg are drawn, as shares of it: half a stride apart."""

WIDTH, HEIGHT = 1180, 735
LEFT, RIGHT = 470.0, 1110.0
"""Where the 30 m begin and end, pixels."""
LENGTH_M = 30.0
ROW, FIRST_ROW = 225.0, 235.0
"""Distance of the rows, and where the first one's ground is, pixels."""
SCALE = 92.0
"""Pixels a metre of body."""
INK, QUIET, BONE, GROUND = "#1a1a1a", "#5c5c5c", "#3a3a3a", "#c9c9c9"
FAR_LEG = "#9a9a9a"
SENSOR, COMPUTER = "#D55E00", "#0072B2"
"""Okabe and Ito's colours that are told apart with any colour vision."""

Point = tuple[float, float]


class Way(NamedTuple):
    """A way to record: its name, what is done, what is typed, where the runner is, m."""

    title: str
    said: tuple[str, ...]
    typed: str
    at_m: float


WAYS = (
    Way(
        "A laptop half-way",
        ("beside the lane, at the middle of the 30 m:", "no sensor is ever more than about 15 m away"),
        "legcycle live --record run.legcycle",
        4.0,
    ),
    Way(
        "A small computer carried along",
        ("in a belt bag, with its own battery:", "a metre from every sensor, wherever you run"),
        "legcycle record -o run.legcycle",
        21.0,
    ),
    Way(
        "Logging on the sensor",
        ("where it has a memory of its own;", "afterwards its files become a recording"),
        "legcycle import csv ... -o run.legcycle",
        26.0,
    ),
)


def words(at: Point, text: str, size: float, colour: str = INK, extra: str = "") -> str:
    """Write one line of text."""
    return f'<text x="{at[0]:.1f}" y="{at[1]:.1f}" font-size="{size:g}" fill="{colour}"{extra}>{text}</text>'


def line(points: Iterable[Point], colour: str, width: float, extra: str = "") -> str:
    """Draw a line through points."""
    path = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
    return (
        f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="{width:g}" '
        f'stroke-linecap="round" stroke-linejoin="round"{extra}/>'
    )


def dot(at: Point, radius: float, colour: str) -> str:
    """Draw a filled circle."""
    return f'<circle cx="{at[0]:.1f}" cy="{at[1]:.1f}" r="{radius:g}" fill="{colour}"/>'


def box(corner: Point, size: Point, colour: str) -> str:
    """Draw a filled box with round corners."""
    return (
        f'<rect x="{corner[0]:.1f}" y="{corner[1]:.1f}" width="{size[0]:.1f}" height="{size[1]:.1f}" '
        f'rx="3" fill="{colour}"/>'
    )


def drawing() -> str:
    """Give the whole figure as SVG text."""
    parts = [*_frame()]
    for number, (way, tool) in enumerate(zip(WAYS, (_laptop, _carried, _logged), strict=True)):
        ground = FIRST_ROW + ROW * number
        hip = (_x(way.at_m), ground - 0.95 * SCALE)
        parts += [*_text(way, ground), *_track(ground), *_runner(hip), *tool(hip, ground)]
    return "\n".join([*parts, "</svg>", ""])


def _frame() -> Iterable[str]:
    yield (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" '
        'aria-labelledby="title" font-family="Helvetica, Arial, DejaVu Sans, sans-serif">'
    )
    yield f'<title id="title">Three ways to record a run: {"; ".join(way.title for way in WAYS)}.</title>'
    yield f'<rect width="{WIDTH}" height="{HEIGHT}" rx="14" fill="#ffffff"/>'
    yield words((40, 58), "On the track", 30, extra=' font-weight="700"')
    yield dot((920, 50), 7, SENSOR) + words((934, 56), "sensor", 16, QUIET)
    yield box((1000, 43), (14, 14), COMPUTER) + words((1022, 56), "computer", 16, QUIET)


def _text(way: Way, ground: float) -> Iterable[str]:
    top = ground - 96.0
    yield words((40, top), way.title, 21, extra=' font-weight="700"')
    for number, text in enumerate(way.said):
        yield words((40, top + 28.0 + 22.0 * number), text, 16, QUIET)
    mono = ' font-family="DejaVu Sans Mono, Consolas, monospace"'
    yield words((40, top + 84.0), way.typed, 15, COMPUTER, mono)


def _track(ground: float) -> Iterable[str]:
    yield line([(LEFT - 20.0, ground), (RIGHT + 20.0, ground)], GROUND, 5.0)
    for metres in (0.0, LENGTH_M / 2.0, LENGTH_M):
        yield line([(_x(metres), ground), (_x(metres), ground + 9.0)], QUIET, 2.0)
        yield words((_x(metres), ground + 26.0), f"{metres:g} m", 14, QUIET, ' text-anchor="middle"')


def _x(metres: float) -> float:
    return LEFT + (RIGHT - LEFT) * metres / LENGTH_M


def _runner(hip: Point) -> Iterable[str]:
    """Draw a runner to the right: both legs, a trunk that leans, a head; sensors on thigh and shank."""
    shoulder = (hip[0] + 0.06 * SCALE, hip[1] - 0.52 * SCALE)
    yield line([hip, shoulder], BONE, 9.0)
    yield dot((shoulder[0] + 0.04 * SCALE, shoulder[1] - 0.2 * SCALE), 0.11 * SCALE, BONE)
    for share, colour in zip(LEGS, (FAR_LEG, BONE), strict=True):
        points = leg_points(*_angles(share), LEG)
        knee, ankle = (_pixel(hip, point) for point in (points.knee, points.ankle))
        yield line([hip, knee, ankle], colour, 7.0)
        yield dot(_between(hip, knee), 6.0, SENSOR) + dot(_between(knee, ankle), 6.0, SENSOR)


def _angles(share: float) -> tuple[float, float]:
    text = (ROOT / "legcycle_imu" / "running_norms.json").read_text(encoding="utf-8")
    norms = json.loads(text)["speeds_m_s"]["3.5"]
    thigh, shank = (norms[f"{segment}_deg"]["mean"] for segment in ("thigh", "shank"))
    return radians(thigh[int(share * len(thigh))]), radians(shank[int(share * len(shank))])


def _pixel(hip: Point, point: Point) -> Point:
    return hip[0] + SCALE * point[0], hip[1] - SCALE * point[1]


def _between(a: Point, b: Point) -> Point:
    return 0.5 * (a[0] + b[0]), 0.5 * (a[1] + b[1])


DASHED = ' stroke-dasharray="3 8"'


def _laptop(hip: Point, ground: float) -> Iterable[str]:
    """A laptop on a table at the middle, and how far the radio must reach."""
    x, top = _x(LENGTH_M / 2.0), ground - 52.0
    yield line([(hip[0] + 48.0, hip[1] + 4.0), (x - 30.0, top - 14.0)], SENSOR, 3.0, DASHED)
    yield line([(x - 26.0, top), (x + 26.0, top)], BONE, 4.0)
    yield line([(x - 20.0, top), (x - 24.0, ground - 3.0)], BONE, 3.0)
    yield line([(x + 20.0, top), (x + 24.0, ground - 3.0)], BONE, 3.0)
    yield box((x - 18.0, top - 7.0), (36.0, 5.0), COMPUTER) + box((x + 12.0, top - 32.0), (5.0, 26.0), COMPUTER)


def _carried(hip: Point, _ground: float) -> Iterable[str]:
    """A box at the runner's back."""
    yield box((hip[0] - 26.0, hip[1] - 26.0), (19.0, 25.0), COMPUTER)


def _logged(_hip: Point, ground: float) -> Iterable[str]:
    """A computer at home, to which the files go."""
    x, top = _x(9.0), ground - 34.0
    yield line([(x + 150.0, top - 8.0), (x + 62.0, top - 8.0)], SENSOR, 3.0, DASHED)
    yield line([(x + 72.0, top - 16.0), (x + 60.0, top - 8.0), (x + 72.0, top)], SENSOR, 3.0)
    yield words((x + 82.0, top - 22.0), "files, later", 14, QUIET)
    yield box((x, top), (44.0, 6.0), COMPUTER) + box((x + 4.0, top - 30.0), (36.0, 26.0), COMPUTER)


def main(arguments: list[str]) -> int:
    """Write the figure, or with --check compare it."""
    text = drawing()
    if "--check" not in arguments:
        FIGURE.write_text(text, encoding="utf-8", newline="\n")
        return 0
    if FIGURE.read_text(encoding="utf-8") == text:
        return 0
    sys.stderr.write(f"{FIGURE} is not current; run: python docs/figures/make_on_the_track.py\n")
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
