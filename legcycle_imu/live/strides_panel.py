"""One metric over the last strides: a dot a stride and leg, the target, what is usual, the distance, then the hits."""

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QWidget

from firmware_bridge.samples import Side
from legcycle_imu.live.canvas import LEFT, RIGHT, Canvas, faded, pen, spaced
from legcycle_imu.view.state import Dot, History, SideHistory

SHOWN = 20
"""Strides that have a place."""
HEAD_PX = 26.0
FOOT_PX = 58.0
"""Height of the values below the dots."""
WIDE_PX = 80
"""A narrower leg has its trend and its mark as shapes alone."""
LINE_PX = 18.0
NO_TARGET = "no target"
SMALL_PX = 10
"""Target and norm are no smaller; where there is no room for both the norm is left out."""
DOT_PX = 3.4
GAP_PX = 14.0
"""Between the legs."""


class StridesPanel(Canvas):
    """The dots of one metric: full where the target was reached, a cross where not, hollow where it does not count."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.history: History | None = None
        self.sides: tuple[Side, ...] = ()
        self.focused = False
        self.setMinimumSize(110, 90)

    def show_history(self, history: History, sides: tuple[Side, ...], *, focused: bool) -> None:
        """Show a metric of these legs from now on."""
        if history is self.history and (sides, focused) == (self.sides, self.focused):
            return
        if (history, sides, focused) != (self.history, self.sides, self.focused):
            self.update()
        self.history, self.sides, self.focused = history, sides, focused

    def draw(self, painter: QPainter) -> None:
        """Draw the name, then each leg's strides with its last value below."""
        history = self.history
        if history is None:
            return
        self._draw_name(painter, history)
        sides = [(side, history.legs[side]) for side in self.sides]
        width = (self.width() - 8.0 - GAP_PX * (len(sides) - 1)) / max(len(sides), 1)
        for place, (side, leg) in enumerate(sides):
            left = 4.0 + place * (width + GAP_PX)
            plot = QRectF(left, HEAD_PX + 4.0, width, self.height() - HEAD_PX - FOOT_PX - 8.0)
            self._draw_leg(painter, plot, history, leg)
            self._draw_last(painter, QRectF(left, plot.bottom() + 4.0, width, FOOT_PX), side, leg)

    def _draw_name(self, painter: QPainter, history: History) -> None:
        hue = self.theme.phases[history.phase]
        painter.fillRect(QRectF(0, 0, self.width(), 5.0 if self.focused else 3.0), hue)
        width = self.width() - 8.0
        name = f"▸ {history.name}" if self.focused else history.name
        name_px = min(self.width_of(name, 14, bold=True) + 6.0, width * 0.6)
        self.write(painter, QRectF(4, 6, name_px, 20), name, self.theme.ink, 14, LEFT, bold=True)
        beside = QRectF(4 + name_px, 6, width - name_px, 20)
        fits = [text for text in _aims(history) if self.width_of(text, SMALL_PX) <= beside.width()]
        self.write(painter, beside, fits[0] if fits else "", self.theme.quiet, 12, RIGHT)

    def _draw_leg(self, painter: QPainter, plot: QRectF, history: History, leg: SideHistory) -> None:
        painter.setPen(pen(self.theme.line))
        painter.drawLine(plot.bottomLeft(), plot.bottomRight())
        if leg.band is not None:
            top, bottom = (_height(plot, history, value) for value in (leg.band.high, leg.band.low))
            painter.fillRect(QRectF(plot.left(), top, plot.width(), max(bottom - top, 1.0)), self.theme.line)
        if leg.target is not None:
            y = _height(plot, history, leg.target)
            painter.setPen(pen(self.theme.ink, 1.6, Qt.PenStyle.DashLine))
            painter.drawLine(QPointF(plot.left(), y), QPointF(plot.right(), y))
        step = plot.width() / SHOWN
        for place, dot in enumerate(leg.dots, start=SHOWN - len(leg.dots)):
            if dot.value == dot.value:  # not NaN
                point = QPointF(plot.left() + (place + 0.5) * step, _height(plot, history, dot.value))
                self._draw_dot(painter, point, dot, self.theme.phases[history.phase], min(DOT_PX, step * 0.5))

    def _draw_dot(self, painter: QPainter, at: QPointF, dot: Dot, hue: str, radius: float) -> None:
        if not dot.counted:
            painter.setPen(pen(self.theme.missing, 1.2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawEllipse(at, radius, radius)
        elif dot.hit is False:
            painter.setPen(pen(hue, 2.0))
            for slope in (1.0, -1.0):
                arm = QPointF(radius, slope * radius)
                painter.drawLine(at - arm, at + arm)
        else:
            painter.setPen(pen(self.theme.outline, 1.0))
            painter.setBrush(faded(hue, 1.0))
            painter.drawEllipse(at, radius + 0.6, radius + 0.6)

    def _draw_last(self, painter: QPainter, box: QRectF, side: Side, leg: SideHistory) -> None:
        seen = leg.latest is not None
        ink = self.theme.ink if seen else self.theme.missing
        wide = box.width() >= WIDE_PX
        value = f"{side[0].upper()} {leg.text}"
        self._line(painter, box, 0, value, ink, 16, bold=True)
        distance = leg.distance if wide or self.history is None else leg.distance.replace(spaced(self.history.unit), "")
        self._line(painter, box, 1, distance or _trend(leg, wide), ink, 13)
        self._line(painter, box, 2, _hits(leg, wide), self.theme.quiet, 12)

    def _line(
        self, painter: QPainter, box: QRectF, place: int, text: str, ink: str, px: float, *, bold: bool = False
    ) -> None:
        line = QRectF(box.left(), box.top() + LINE_PX * place, box.width(), LINE_PX)
        self.write(painter, line, text, ink, px, LEFT, bold=bold)


def _trend(leg: SideHistory, wide: bool) -> str:
    if leg.trend is None:
        return ""
    return f"{leg.trend.shape} {leg.trend.word}" if wide else leg.trend.shape


def _hits(leg: SideHistory, wide: bool) -> str:
    """Give the trend, where there is one, then how many hit."""
    if not leg.hits.judged:
        return "grey: usual" if leg.band else ""
    if leg.trend is not None:
        return f"{_trend(leg, wide)} · {leg.hits.hit}/{leg.hits.judged}"
    judged = leg.latest is not None and bool(leg.dots) and leg.dots[-1].hit is not None
    mark = f"{leg.dots[-1].mark.shape} " if judged and wide else ""
    return f"{mark}{leg.hits.hit} of {leg.hits.judged} hit"


def _aims(history: History) -> tuple[str, ...]:
    """Give target and norm in words, then what is said where there is less room."""
    target = _target(history)
    if not history.norm:
        return (target,)
    if target == NO_TARGET:
        return f"{history.norm}{spaced(history.unit)}", history.norm, target
    return f"{target} · {history.norm}", target


def _target(history: History) -> str:
    """Give the target in words; the legs' own targets may differ, then it is left to the lines."""
    if not any(leg.dots for leg in history.legs.values()):
        return history.unit
    targets = {f"{leg.target:.0f}" for leg in history.legs.values() if leg.target is not None}
    if not targets or history.larger_is_better is None:
        return NO_TARGET
    if len(targets) > 1:
        return history.unit
    return f"{'≥' if history.larger_is_better else '≤'} {targets.pop()}{spaced(history.unit)}"


def _height(plot: QRectF, history: History, value: float) -> float:
    """Give where a value lies; what is beyond the scale lies at its end."""
    share = (value - history.scale.low) / (history.scale.high - history.scale.low)
    return plot.bottom() - min(max(share, 0.0), 1.0) * plot.height()
