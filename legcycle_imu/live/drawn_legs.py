"""Figures that several panels draw: the leg as rods, and a person who shows what to do."""

from collections.abc import Callable

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPolygonF

from firmware_bridge.samples import Segment, Side
from legcycle_imu.live.canvas import faded, pen
from legcycle_imu.live.palette import VERMILLION, Theme
from legcycle_imu.view.poses import Pose, worn_at
from legcycle_imu.view.state import Point, Stick
from legcycle_imu.view.stick import toe_of

SHOULDER, HEAD, HEAD_RADIUS = (0.05, 0.64), (0.09, 0.89), 0.14
"""Above the hip, lengths of the leg."""
TALL = HEAD[1] + HEAD_RADIUS
"""From the hip to the top of the head, lengths of the leg."""
WIDE = (-0.66, 0.72)
"""What a person takes behind and in front of the hip, lengths of the leg."""

Place = Callable[[Point], QPointF]
"""From lengths of the leg to pixels."""


def placing(hip: QPointF, scale: float) -> Place:
    """Give where points lie that are known from the hip, x forward and y up, in lengths of the leg."""
    return lambda point: QPointF(hip.x() + scale * point[0], hip.y() - scale * point[1])


def draw_leg(painter: QPainter, at: Place, stick: Stick, hue: QColor | str, thick: float, wider: float = 0.0) -> None:
    """Draw thigh, shank and a foot.

    Parameters
    ----------
    at : where points lie
    stick, hue, thick : the leg, its colour, the width of its rods in pixels
    wider : so much is added to every line, for an outline below the leg
    """
    hip, knee, ankle, heel, toe = (at(point) for point in (*stick, toe_of(stick)))
    painter.setPen(pen(hue, thick * 0.5 + wider))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawPolyline(QPolygonF([ankle, heel, toe]))
    painter.setPen(pen(hue, thick + wider))
    painter.drawPolyline(QPolygonF([hip, knee, ankle]))


def draw_person(painter: QPainter, box: QRectF, pose: Pose, theme: Theme) -> Place:
    """Draw a person seen from the right, as large as the box allows; give where the points lie.

    The legs that the pose is about stand out; sensors are dots.
    """
    scale = min(box.height() / (TALL - pose.floor_y + 0.04), box.width() / (WIDE[1] - WIDE[0]))
    hip = QPointF(box.center().x() - scale * (WIDE[0] + WIDE[1]) / 2.0, box.bottom() + scale * (pose.floor_y - 0.04))
    at, thick = placing(hip, scale), max(scale * 0.085, 3.0)
    painter.setPen(pen(theme.line, 2.0))
    floor = at((0.0, pose.floor_y - 0.035)).y()
    painter.drawLine(QPointF(box.left(), floor), QPointF(box.right(), floor))
    _draw_side(painter, at, pose, Side.LEFT, theme, thick)
    painter.setPen(pen(theme.missing, thick * 1.5))
    painter.drawLine(at((0.0, 0.0)), at(SHOULDER))
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(faded(theme.missing, 1.0))
    painter.drawEllipse(at(HEAD), HEAD_RADIUS * scale, HEAD_RADIUS * scale)
    _draw_side(painter, at, pose, Side.RIGHT, theme, thick)
    return at


def _draw_side(painter: QPainter, at: Place, pose: Pose, side: Side, theme: Theme, thick: float) -> None:
    leg, moves = pose.legs[side], side in pose.moving
    draw_leg(painter, at, leg, theme.card, thick, wider=4.0)
    draw_leg(painter, at, leg, theme.ink if moves else theme.missing, thick)
    for segment in Segment:
        painter.setPen(pen(theme.card, 2.0))
        painter.setBrush(faded(VERMILLION, 1.0))
        painter.drawEllipse(at(worn_at(leg, segment)), thick * 0.75, thick * 0.75)
