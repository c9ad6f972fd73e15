"""Draw docs/figures/leg-cycle.svg: the four phases as arcs of one stride, the leg at the instants between them.

Usage: python docs/figures/make_leg_cycle.py [--check]

The phases and their order come from `legcycle_imu.cycle.CYCLE`, their shares of the stride and the leg's angles
from the mean of 13 runners at 3.5 m/s (`legcycle_imu/running_norms.json`). With --check nothing is written; the
exit code is 1 if the committed figure is not current.
"""

import json
import sys
import textwrap
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from math import cos, degrees, pi, radians, sin
from pathlib import Path
from typing import Any, NamedTuple

from legcycle_imu.cycle import CYCLE, EventKind, Phase, PhaseRule
from legcycle_imu.kinematics import heel_above_knee, hip_extension, leg_points, placement
from legcycle_imu.runner import Runner

ROOT = Path(__file__).parents[2]
FIGURE = ROOT / "docs" / "figures" / "leg-cycle.svg"
SPEED_M_S = "3.5"
LEG = Runner(height_m=1.75).geometry

WIDTH, HEIGHT = 1180, 1010
CENTRE = (590.0, 600.0)
RADIUS, ARC_WIDTH = 250.0, 30.0
SCALE = 220.0
"""Pixels a metre of leg."""

COLOUR = {Phase.PUSH: "#D55E00", Phase.LIFT: "#56B4E9", Phase.DRIVE: "#CC79A7", Phase.PLACE: "#0072B2"}
"""Okabe and Ito's colours that are told apart with any colour vision; blue for yellow, on white."""
INK, QUIET, BONE = "#1a1a1a", "#5c5c5c", "#3a3a3a"

ROUND = 'stroke-linecap="round" stroke-linejoin="round"'

PixelPoint = tuple[float, float]


@dataclass(frozen=True)
class Posture:
    """The mean leg at one event."""

    fraction: float
    """Of the stride, from initial contact."""
    thigh: float
    """Angle, rad."""
    shank: float


class Pose(NamedTuple):
    """How an event is shown: where the hip is drawn, its name, and what is measured there."""

    hip: PixelPoint
    title: str
    caption: PixelPoint
    measured: Callable[[Posture], str]


POSES: dict[EventKind, Pose] = {
    EventKind.INITIAL_CONTACT: Pose(
        (572.0, 62.0),
        "initial contact",
        (700.0, 150.0),
        lambda p: f"ankle {100 * placement(p.thigh, p.shank, LEG):.0f} cm ahead of the hip",
    ),
    EventKind.TOE_OFF: Pose(
        (1015.0, 555.0),
        "toe-off",
        (905.0, 810.0),
        lambda p: f"thigh {degrees(hip_extension(p.thigh)):.0f}° behind the vertical",
    ),
    EventKind.PEAK_HEEL_LIFT: Pose(
        (300.0, 770.0),
        "peak heel lift",
        (60.0, 935.0),
        lambda p: f"heel {100 * heel_above_knee(p.shank, LEG):.0f} cm above its own knee",
    ),
    EventKind.PEAK_KNEE_DRIVE: Pose(
        (150.0, 400.0),
        "peak knee drive",
        (60.0, 320.0),
        lambda p: f"thigh {degrees(p.thigh):.0f}° in front of the vertical",
    ),
}


def postures() -> dict[EventKind, Posture]:
    """Give the mean leg at each event."""
    text = (ROOT / "legcycle_imu" / "running_norms.json").read_text(encoding="utf-8")
    norms: dict[str, Any] = json.loads(text)["speeds_m_s"][SPEED_M_S]
    fractions = {EventKind.INITIAL_CONTACT: 0.0} | {
        kind: float(norms[f"{kind}_fraction"]["mean"]) for kind in EventKind if kind != EventKind.INITIAL_CONTACT
    }
    return {kind: _posture(norms, fraction) for kind, fraction in fractions.items()}


def _posture(norms: dict[str, Any], fraction: float) -> Posture:
    thigh, shank = (_at(norms[f"{segment}_deg"]["mean"], fraction) for segment in ("thigh", "shank"))
    return Posture(fraction, radians(thigh), radians(shank))


def _at(cycle: list[float], fraction: float) -> float:
    position = fraction * len(cycle)
    before = int(position)
    share = position - before
    return cycle[before % len(cycle)] * (1.0 - share) + cycle[(before + 1) % len(cycle)] * share


def on_ring(fraction: float, radius: float) -> PixelPoint:
    """Give the point of the ring at a fraction of the stride: clockwise from the top."""
    turn = 2.0 * pi * fraction
    return CENTRE[0] + radius * sin(turn), CENTRE[1] - radius * cos(turn)


def line(a: PixelPoint, b: PixelPoint, colour: str, width: float, extra: str = "") -> str:
    """Draw a line."""
    return (
        f'<line x1="{a[0]:.1f}" y1="{a[1]:.1f}" x2="{b[0]:.1f}" y2="{b[1]:.1f}" '
        f'stroke="{colour}" stroke-width="{width:g}" stroke-linecap="round"{extra}/>'
    )


def dot(at: PixelPoint, radius: float, colour: str) -> str:
    """Draw a filled circle."""
    return f'<circle cx="{at[0]:.1f}" cy="{at[1]:.1f}" r="{radius:g}" fill="{colour}"/>'


def words(
    at: PixelPoint, text: str, size: float, colour: str = INK, *, anchor: str = "start", bold: bool = False
) -> str:
    """Write one line of text."""
    weight = ' font-weight="700"' if bold else ""
    return (
        f'<text x="{at[0]:.1f}" y="{at[1]:.1f}" font-size="{size:g}" fill="{colour}" '
        f'text-anchor="{anchor}"{weight}>{text}</text>'
    )


def drawing() -> str:
    """Give the whole figure as SVG text."""
    at = postures()
    parts = [
        *_frame(),
        *(part for rule in CYCLE for part in _phase(rule, at)),
        *(_boundary(at[rule.begins]) for rule in CYCLE),
        *(part for rule in CYCLE for part in _event(rule, at[rule.ends])),
    ]
    return "\n".join([*parts, "</svg>", ""])


def _frame() -> Iterable[str]:
    yield (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" '
        'aria-labelledby="title" font-family="Helvetica, Arial, DejaVu Sans, sans-serif">'
    )
    spoken = ", ".join(f"{rule.phase} until {POSES[rule.ends].title}" for rule in CYCLE)
    yield f'<title id="title">The leg cycle of one leg, runner facing right: {spoken}.</title>'
    yield f'<rect width="{WIDTH}" height="{HEIGHT}" rx="14" fill="#ffffff"/>'
    yield words((40, 62), "The leg cycle", 30, bold=True)
    yield words((40, 92), "One stride of one leg. The runner faces right.", 16, QUIET)
    yield words((40, 114), "Mean of 13 runners at 3.5 m/s.", 16, QUIET)
    yield words((WIDTH - 40, HEIGHT - 28), "Motion: Fukuchi, Fukuchi and Duarte 2017, CC BY", 13, QUIET, anchor="end")


def _phase(rule: PhaseRule, at: dict[EventKind, Posture]) -> Iterable[str]:
    start, end = at[rule.begins].fraction, at[rule.ends].fraction or 1.0
    yield _arc(start, end, COLOUR[rule.phase])
    yield _chevron((start + end) / 2.0)
    middle = on_ring((start + end) / 2.0, LABEL_RADIUS[rule.phase])
    yield words(middle, rule.phase.upper(), 25, anchor="middle", bold=True)
    yield dot((middle[0], middle[1] - 31.0), 7.0, COLOUR[rule.phase])
    for number, text in enumerate(COACH[rule.phase]):
        yield words((middle[0], middle[1] + 24.0 + 19.0 * number), text, 15, anchor="middle")
    below = middle[1] + 24.0 + 19.0 * len(COACH[rule.phase])
    yield words((middle[0], below), f"{100.0 * (end - start):.0f} % of the stride", 13, QUIET, anchor="middle")


LABEL_RADIUS = {Phase.PUSH: 122.0, Phase.LIFT: 122.0, Phase.DRIVE: 118.0, Phase.PLACE: 136.0}
"""Where a phase is named inside of the ring, pixels from its centre."""


def _broken(text: str, width: int = 24) -> list[str]:
    return textwrap.wrap(text, width)


COACH = {rule.phase: _broken(rule.coach) for rule in CYCLE}


def _arc(start: float, end: float, colour: str) -> str:
    gap = 0.004
    a, b = on_ring(start + gap, RADIUS), on_ring(end - gap, RADIUS)
    large = int(end - start > 0.5)
    return (
        f'<path d="M {a[0]:.1f} {a[1]:.1f} A {RADIUS:g} {RADIUS:g} 0 {large} 1 {b[0]:.1f} {b[1]:.1f}" '
        f'fill="none" stroke="{colour}" stroke-width="{ARC_WIDTH:g}"/>'
    )


def _chevron(fraction: float) -> str:
    """Show which way the stride goes."""
    back = fraction - 0.010
    tips = on_ring(back, RADIUS - 8.0), on_ring(fraction, RADIUS), on_ring(back, RADIUS + 8.0)
    path = " L ".join(_xy(tip) for tip in tips)
    return f'<path d="M {path}" fill="none" stroke="#ffffff" stroke-width="5" {ROUND}/>'


def _boundary(posture: Posture) -> str:
    inner = on_ring(posture.fraction, RADIUS - ARC_WIDTH / 2.0 - 6.0)
    outer = on_ring(posture.fraction, RADIUS + ARC_WIDTH / 2.0 + 16.0)
    return line(inner, outer, INK, 3.0)


def _event(rule: PhaseRule, posture: Posture) -> Iterable[str]:
    pose = POSES[rule.ends]
    yield from MEASURE[rule.ends](posture, pose.hip, COLOUR[rule.phase])
    yield from _leg(posture, pose.hip)
    x, y = pose.caption
    yield words((x, y), pose.title, 19, bold=True)
    yield words((x, y + 22.0), f"{rule.phase} ends: {LINK[rule.phase]}", 15, QUIET)
    yield words((x, y + 43.0), pose.measured(posture), 16)


LINK = {
    Phase.PUSH: "hip extension is read",
    Phase.LIFT: "heel lift is read",
    Phase.DRIVE: "knee drive is read",
    Phase.PLACE: "placement is read",
}


def _leg(posture: Posture, hip: PixelPoint) -> Iterable[str]:
    points = leg_points(posture.thigh, posture.shank, LEG)
    knee, ankle, heel = (_pixel(hip, point) for point in points)
    toe = _toe(posture, points.heel, hip)
    foot = f"M {_xy(ankle)} L {_xy(heel)} L {_xy(toe)} Z"
    yield f'<path d="{foot}" fill="{BONE}" stroke="{BONE}" stroke-width="6" {ROUND}/>'
    yield line(hip, knee, BONE, 13.0)
    yield line(knee, ankle, BONE, 10.0)
    yield dot(hip, 9.0, "#ffffff") + _circle(hip, 9.0)
    yield dot(knee, 7.5, "#ffffff") + _circle(knee, 7.5)


def _toe(posture: Posture, heel: PixelPoint, hip: PixelPoint) -> PixelPoint:
    sole = posture.shank + POINTED[posture.fraction > 0.0]
    return _pixel(hip, (heel[0] + FOOT_M * cos(sole), heel[1] + FOOT_M * sin(sole)))


FOOT_M = 0.24
POINTED = {False: radians(-8.0), True: radians(-14.0)}
"""Angle of the sole to the shank's normal; drawn for looks, no sensor sees the foot."""


def _pixel(hip: PixelPoint, point: PixelPoint) -> PixelPoint:
    return hip[0] + SCALE * point[0], hip[1] - SCALE * point[1]


def _xy(at: PixelPoint) -> str:
    return f"{at[0]:.1f} {at[1]:.1f}"


def _circle(at: PixelPoint, radius: float) -> str:
    return f'<circle cx="{at[0]:.1f}" cy="{at[1]:.1f}" r="{radius:g}" fill="none" stroke="{BONE}" stroke-width="4"/>'


DASHED = ' stroke-dasharray="2 7"'


def _angle(posture: Posture, hip: PixelPoint, colour: str) -> Iterable[str]:
    """Show the thigh's angle to the vertical."""
    length = LEG.thigh_m * 1.25
    yield line(hip, _pixel(hip, (0.0, -length)), QUIET, 3.0, DASHED)
    radius = SCALE * LEG.thigh_m * 0.8
    start = (hip[0], hip[1] + radius)
    end = (hip[0] + radius * sin(posture.thigh), hip[1] + radius * cos(posture.thigh))
    sweep = int(posture.thigh < 0.0)
    yield (
        f'<path d="M {_xy(hip)} L {_xy(start)} A {radius:.1f} {radius:.1f} 0 0 {sweep} {_xy(end)} Z" '
        f'fill="{colour}" fill-opacity="0.45" stroke="{colour}" stroke-width="3"/>'
    )


def _drive(posture: Posture, hip: PixelPoint, colour: str) -> Iterable[str]:
    yield from _angle(posture, hip, colour)
    goal = radians(50.0)
    length = LEG.thigh_m * 1.3
    end = _pixel(hip, (length * sin(goal), -length * cos(goal)))
    yield line(hip, end, colour, 3.0, DASHED)
    yield words((end[0] + 8.0, end[1] + 4.0), "50°", 15, bold=True)


def _height(posture: Posture, hip: PixelPoint, colour: str) -> Iterable[str]:
    """Show the heel's height above the knee."""
    points = leg_points(posture.thigh, posture.shank, LEG)
    knee, heel = _pixel(hip, points.knee), _pixel(hip, points.heel)
    x = heel[0] - 16.0
    yield line((x - 22.0, knee[1]), (knee[0] + 60.0, knee[1]), QUIET, 3.0, DASHED)
    yield words((knee[0] + 22.0, knee[1] + 22.0), "knee", 14, QUIET)
    yield line((x, knee[1]), (x, heel[1]), colour, 6.0)
    yield line((x - 10.0, heel[1]), (x + 10.0, heel[1]), colour, 4.0)


def _ahead(posture: Posture, hip: PixelPoint, colour: str) -> Iterable[str]:
    """Show how far the ankle is ahead of the hip."""
    ankle = _pixel(hip, leg_points(posture.thigh, posture.shank, LEG).ankle)
    y = ankle[1] + 36.0
    yield line(hip, (hip[0], y), QUIET, 3.0, DASHED)
    yield line(ankle, (ankle[0], y), QUIET, 3.0, DASHED)
    yield line((hip[0], y), (ankle[0], y), colour, 6.0)


MEASURE = {
    EventKind.INITIAL_CONTACT: _ahead,
    EventKind.TOE_OFF: _angle,
    EventKind.PEAK_HEEL_LIFT: _height,
    EventKind.PEAK_KNEE_DRIVE: _drive,
}


def main(arguments: list[str]) -> int:
    """Write the figure, or with --check compare it."""
    text = drawing()
    if "--check" not in arguments:
        FIGURE.write_text(text, encoding="utf-8", newline="\n")
        return 0
    if FIGURE.read_text(encoding="utf-8") == text:
        return 0
    sys.stderr.write(f"{FIGURE} is not current; run: python docs/figures/make_leg_cycle.py\n")
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
