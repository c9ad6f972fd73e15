"""Draw docs/figures/demo.svg: what `legcycle demo` shows in a terminal, at one instant of a fixed run.

Usage: python docs/figures/make_demo.py [--check]

The strides stand in this file, so that the picture changes only when the view does. With --check nothing is
written; the exit code is 1 if the committed figure is not current.
"""

import io
import re
import sys
from math import nan, radians
from pathlib import Path

import numpy as np
from rich.console import Console

from firmware_bridge.samples import Placement, Segment, Side
from legcycle_imu.cycle import CYCLE
from legcycle_imu.model import GaitEvent, SegmentAngles, Stride, Update
from legcycle_imu.runner import Runner
from legcycle_imu.terminal_view import PANEL_WIDTH, CycleView

FIGURE = Path(__file__).with_name("demo.svg")
GEOMETRY = Runner(height_m=1.75).geometry
NOW_S = 12.30
STRIDE_S = 0.64
PHASES_S = {"push": 0.16, "lift": 0.19, "drive": 0.14, "place": 0.15}
"""Durations of the phases of the fixed stride, in their order, s."""
BEGUN_S = {Side.LEFT: 11.66, Side.RIGHT: 11.98}
"""A contact of each leg, s."""
ANGLES_DEG = {
    Placement(Side.LEFT, Segment.THIGH): 22.0,
    Placement(Side.LEFT, Segment.SHANK): 3.0,
    Placement(Side.RIGHT, Segment.THIGH): 8.0,
    Placement(Side.RIGHT, Segment.SHANK): -104.0,
}
LIFT_CM = {Side.LEFT: 4.2, Side.RIGHT: -1.6}
DRIVE_DEG = {Side.LEFT: 52.4, Side.RIGHT: 43.1}


def stride(side: Side) -> Stride:
    """Give the last stride of a leg."""
    start = BEGUN_S[side] - STRIDE_S
    instants = start + np.cumsum([0.0, *PHASES_S.values()])
    return Stride(
        side,
        17,
        *instants.tolist(),
        stride_time_s=STRIDE_S,
        contact_time_s=PHASES_S["push"],
        flight_time_s=0.16,
        cadence_spm=120.0 / STRIDE_S,
        **{f"{phase}_s": duration for phase, duration in PHASES_S.items()},
        hip_extension_deg=24.0,
        peak_hip_extension_deg=25.0,
        heel_lift_cm=LIFT_CM[side],
        heel_lift_pct=nan,
        knee_drive_deg=DRIVE_DEG[side],
        placement_cm=21.0,
        shank_at_contact_deg=7.0,
        peak_knee_flexion_deg=112.0,
        initial_contact_known_s=nan,
        toe_off_known_s=nan,
        peak_heel_lift_known_s=nan,
        peak_knee_drive_known_s=nan,
    )


def events(side: Side) -> list[GaitEvent]:
    """Give a leg's events of the last two strides."""
    found = []
    t = BEGUN_S[side] - 2 * STRIDE_S
    for rule in CYCLE * 4:
        if t < NOW_S:
            found.append(GaitEvent(t, t, side, rule.begins))
        t += PHASES_S[rule.phase]
    return found


def angles() -> list[SegmentAngles]:
    """Give the legs' posture now."""
    now, rate, quality = np.array([NOW_S]), np.zeros(1), np.zeros(1, np.uint8)
    return [SegmentAngles(p, now, np.array([radians(deg)]), rate, quality) for p, deg in ANGLES_DEG.items()]


def drawing() -> str:
    """Give the figure as SVG."""
    view = CycleView(Side, geometry=GEOMETRY, title="legcycle demo", duration_s=20.0)
    view.push(Update(angles(), [event for side in Side for event in events(side)], [], [stride(side) for side in Side]))
    console = Console(
        record=True, width=2 * PANEL_WIDTH, file=io.StringIO(), force_terminal=True, color_system="truecolor"
    )
    console.print(view)
    return console.export_svg(title="legcycle demo", unique_id="demo")


def words(svg: str) -> list[str]:
    """Give all that can be read in a figure: what must be current, whatever release of rich drew it."""
    return re.findall(r">([^<]+)</text>", svg)


def main(arguments: list[str]) -> int:
    """Write the figure, or with --check compare it."""
    text = drawing()
    if "--check" not in arguments:
        FIGURE.write_text(text, encoding="utf-8", newline="\n")
        return 0
    if words(FIGURE.read_text(encoding="utf-8")) == words(text):
        return 0
    sys.stderr.write(f"{FIGURE} is not current; run: python docs/figures/make_demo.py\n")
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
