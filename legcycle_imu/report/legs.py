"""Pictures of legs: the best and the worst stride at their events, and the thigh-shank cyclogram."""

from collections.abc import Mapping, Sequence
from math import degrees, isnan
from typing import NamedTuple

import numpy as np

from firmware_bridge.samples import Side
from legcycle_imu.cycle import EventKind, Phase
from legcycle_imu.report.charts import dot
from legcycle_imu.report.curves import Curve, CurveStatistics
from legcycle_imu.report.drawing import WIDTH, XY, Axis, Drawing, axis_over, tick_text
from legcycle_imu.report.extremes import Extreme
from legcycle_imu.report.words import FIGURES, value
from legcycle_imu.runner import LegGeometry
from legcycle_imu.view.state import Stick
from legcycle_imu.view.stick import aim_of, drive_ray, in_legs, line_y, stick, toe_of

LEG_PX = 92.0
"""Length of the leg as it is drawn."""
HIP_Y = 22.0


class Cell(NamedTuple):
    """Where an event's leg is drawn, and what is written below it."""

    hip_x: float
    name_x: float
    name: str


CELLS: dict[EventKind, Cell] = {
    EventKind.INITIAL_CONTACT: Cell(30.0, 48.0, "contact"),
    EventKind.TOE_OFF: Cell(156.0, 132.0, "toe-off"),
    EventKind.PEAK_HEEL_LIFT: Cell(232.0, 222.0, "heel lift"),
    EventKind.PEAK_KNEE_DRIVE: Cell(296.0, 310.0, "knee drive"),
}
"""From left to right as a stride goes; the legs of toe-off and heel lift lie behind their hips."""
MARKS = {kind: str(number) for number, kind in enumerate(CELLS, start=1)}
SAME_SIZE = 50
"""Every other point of a curve is enough for a picture."""


def extremes_picture(pair: Sequence[Extreme], geometry: LegGeometry) -> str:
    """Draw best and worst stride of a leg, one over the other, at the four events."""
    drawing = Drawing(168.0)
    unit = in_legs(geometry)
    best = pair[0]
    _aims(drawing, best, geometry, unit)
    for extreme in reversed(pair):
        for kind, cell in CELLS.items():
            posture = extreme.postures[kind]
            drawn = stick(posture.thigh, posture.shank, unit)
            if drawn is not None:
                _leg(drawing, cell.hip_x, drawn, extreme.word)
    for cell in CELLS.values():
        drawing.disc((cell.hip_x, HIP_Y), 3.0, "ink fill")
        drawing.text((cell.name_x, 160.0), cell.name, "small", "middle")
    said = "; ".join(f"{e.word} {value(e.metric, e.verdict.value)}" for e in pair)
    where = f"The {best.stride.side} leg at contact, toe-off, heel lift and knee drive"
    return drawing.svg(f"{where}: {FIGURES[best.metric].name} {said}.")


def cyclogram(curves: Mapping[Side, CurveStatistics]) -> str:
    """Draw the shank's angle over the thigh's: the mean stride of each leg, and some single ones."""
    drawn = [np.degrees(curve) for leg in curves.values() for curve in (leg.mean, *leg.some)]
    x_axis = axis_over(_ends(drawn, 0), 44.0, WIDTH - 24.0, 20.0)
    y_axis = axis_over(_ends(drawn, 1), 300.0, 24.0, 20.0)
    drawing = Drawing(340.0)
    _grid(drawing, x_axis, y_axis)
    for side, leg in curves.items():
        for curve in leg.some:
            drawing.polyline(_points(curve, x_axis, y_axis), f"single {side}")
    for side, leg in curves.items():
        drawing.polyline(_points(leg.mean, x_axis, y_axis), f"mean {side}")
        for kind, (thigh, shank) in mean_postures(leg).items():
            at = x_axis(degrees(thigh)), y_axis(degrees(shank))
            dot(drawing, side, *at)
            if side is next(iter(curves)):
                drawing.text((at[0] + 8.0, at[1] - 7.0), MARKS[kind], "number")
    return drawing.svg(
        "Thigh-shank cyclogram: the shank's angle over the thigh's in the mean stride of "
        + " and ".join(f"the {side} leg ({leg.strides} strides)" for side, leg in curves.items())
        + "; its figures are in the table below."
    )


def mean_postures(leg: CurveStatistics) -> dict[EventKind, XY]:
    """Give the mean thigh and shank at each event, rad."""
    found = {}
    for kind in CELLS:
        angles = np.array([postures[kind] for postures in leg.postures.values()])
        thigh, shank = angles.mean(axis=0)
        found[kind] = float(thigh), float(shank)
    return found


def _leg(drawing: Drawing, hip_x: float, leg: Stick, style: str) -> None:
    points = [_px(hip_x, point) for point in (leg.hip, leg.knee, leg.ankle, leg.heel)]
    drawing.polyline([*points, _px(hip_x, toe_of(leg))], f"leg {style}")
    drawing.disc(points[1], 3.0, f"joint {style}")


def _aims(drawing: Drawing, extreme: Extreme, geometry: LegGeometry, unit: LegGeometry) -> None:
    """Draw what the phase aims at: the height that the heel shall reach, the ray that the thigh shall."""
    aim = aim_of(extreme.verdict)
    if isnan(aim.target):
        return
    if extreme.phase is Phase.LIFT:
        posture = extreme.postures[EventKind.PEAK_HEEL_LIFT]
        drawn = stick(posture.thigh, posture.shank, unit)
        height = None if drawn is None else line_y(drawn.knee[1], aim, geometry)
        if height is not None:
            x = CELLS[EventKind.PEAK_HEEL_LIFT].hip_x
            drawing.line(_px(x, (-0.6, height)), _px(x, (0.35, height)), "target")
    elif extreme.phase is Phase.DRIVE:
        ray = drive_ray(aim.target, unit)
        if ray is not None:
            x = CELLS[EventKind.PEAK_KNEE_DRIVE].hip_x
            drawing.line(_px(x, ray[0]), _px(x, ray[1]), "target")


def _px(hip_x: float, point: XY) -> XY:
    return hip_x + LEG_PX * point[0], HIP_Y - LEG_PX * point[1]


def _ends(curves: Sequence[Curve], row: int) -> list[float]:
    return [float(end) for curve in curves for end in (curve[row].min(), curve[row].max())]


def _points(curve: Curve, x_axis: Axis, y_axis: Axis) -> list[XY]:
    thigh, shank = np.degrees(curve[:, :: (curve.shape[1] - 1) // SAME_SIZE])
    return [(x_axis(x), y_axis(y)) for x, y in zip(thigh.tolist(), shank.tolist(), strict=True)]


def _grid(drawing: Drawing, x_axis: Axis, y_axis: Axis) -> None:
    for tick in x_axis.ticks(6):
        drawing.line((x_axis(tick), 24.0), (x_axis(tick), 300.0), "grid")
        drawing.text((x_axis(tick), 316.0), tick_text(tick), "small", "middle")
    for tick in y_axis.ticks(6):
        drawing.line((44.0, y_axis(tick)), (WIDTH - 24.0, y_axis(tick)), "grid")
        drawing.text((40.0, y_axis(tick) + 4.0), tick_text(tick), "small", "end")
    drawing.text((WIDTH - 24.0, 333.0), "thigh, ° in front of the vertical", "small", "end")
    drawing.text((8.0, 14.0), "shank, °", "small")
