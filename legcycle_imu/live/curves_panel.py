"""Thigh, shank and knee over the last seconds, on the phases they belong to; gaps are hatched.

Ranges are fixed and time runs to the right edge, which is now: axes never change, so nothing but the curves is made
anew for a frame. The lines are not smoothed: that takes as long as all the rest of a frame.
"""

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QPointF, QRect, QRectF, Qt
from PySide6.QtGui import QBrush, QColor, QPainter
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from firmware_bridge.samples import Side
from legcycle_imu.cycle import Phase
from legcycle_imu.live.canvas import LEFT, RIGHT, Canvas, faded, mixed, pen
from legcycle_imu.live.palette import DARK, Theme
from legcycle_imu.view.state import Curves, LegCurves

GRID_DEG = 45.0
GRID_S = 1.0
RIBBON_PX = 9
"""Height of the ribbon of phases along the top."""
HATCH_SHARE = 0.85


class Ground(pg.GraphicsObject):  # type: ignore[misc]  # pyqtgraph has no types
    """What lies behind the curves: grid, phases, gaps. Drawn in pixels, which keeps lines and hatching even."""

    def __init__(self) -> None:
        super().__init__()
        self.set_theme(DARK)
        self.range = QRectF(-6.0, -150.0, 6.0, 300.0)
        """What the plot shows: s before now, deg."""
        self.now_s = 0.0
        self.leg: LegCurves | None = None

    def boundingRect(self) -> QRectF:  # noqa: N802
        """Qt's question where this draws."""
        return self.range

    def paint(self, painter: QPainter, *_: object) -> None:
        """Qt's call to paint."""
        shown = painter.transform().mapRect(self.range)
        painter.save()
        painter.resetTransform()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        if self.leg is not None:
            self._draw_phases(painter, shown, self.leg)
        self._draw_grid(painter, shown)
        if self.leg is not None:
            self._draw_gaps(painter, shown, self.leg)
        painter.restore()

    def set_theme(self, theme: Theme) -> None:
        """Draw in another theme from now on."""
        self.theme = theme
        self.hues = {phase: (mixed(hue, theme.card, theme.tint), QColor(hue)) for phase, hue in theme.phases.items()}
        self.hatching = QBrush(faded(theme.missing, HATCH_SHARE), Qt.BrushStyle.BDiagPattern)
        self.card = QColor(theme.card)
        self.grid, self.zero = pen(theme.line), pen(theme.quiet)

    def _draw_phases(self, painter: QPainter, shown: QRectF, leg: LegCurves) -> None:
        for band in leg.phases:
            if band.phase is Phase.UNKNOWN:
                continue
            tint, hue = self.hues[band.phase]
            box = self._stretch(shown, band.start, band.end)
            painter.fillRect(box, tint)
            box.setHeight(RIBBON_PX)
            painter.fillRect(box, hue)

    def _draw_gaps(self, painter: QPainter, shown: QRectF, leg: LegCurves) -> None:
        for gap in leg.gaps:
            box = self._stretch(shown, gap.start, gap.end)
            painter.fillRect(box, self.card)
            painter.fillRect(box, self.hatching)

    def _draw_grid(self, painter: QPainter, shown: QRectF) -> None:
        bottom, top = self.range.top(), self.range.bottom()  # angles grow upward, Qt's rectangles downward
        for angle in np.arange(np.ceil(bottom / GRID_DEG) * GRID_DEG, top, GRID_DEG):
            y = shown.bottom() - (angle - bottom) / (top - bottom) * shown.height()
            painter.setPen(self.zero if angle == 0.0 else self.grid)
            painter.drawLine(QPointF(shown.left(), y), QPointF(shown.right(), y))

    def _stretch(self, shown: QRectF, start: float, end: float) -> QRect:
        """Give the box over a stretch of session time, within what is shown."""
        per_s = shown.width() / self.range.width()
        left = max(shown.right() + (start - self.now_s) * per_s, shown.left())
        right = min(shown.right() + (end - self.now_s) * per_s, shown.right())
        top, height = round(shown.top()), round(shown.height())
        return QRect(round(left), top, max(round(right) - round(left), 0), height)


class LegPlot(pg.PlotWidget):  # type: ignore[misc]
    """The curves of one leg."""

    def __init__(self) -> None:
        super().__init__()
        self.ground = Ground()
        self.addItem(self.ground)
        self.curves = tuple(pg.PlotCurveItem(connect="finite") for _ in range(3))
        for curve in self.curves:
            self.addItem(curve)
        item = self.getPlotItem()
        item.setMenuEnabled(False)
        item.hideButtons()
        item.setMouseEnabled(False, False)
        item.getViewBox().setDefaultPadding(0.0)
        item.disableAutoRange()
        self.setViewportUpdateMode(self.ViewportUpdateMode.FullViewportUpdate)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumSize(120, 60)
        self._set_axes()

    def _set_axes(self) -> None:
        left, bottom = self.getAxis("left"), self.getAxis("bottom")
        left.setTickSpacing(2.0 * GRID_DEG, GRID_DEG)
        bottom.setTickSpacing(GRID_S, GRID_S)
        left.setWidth(36)
        bottom.setHeight(20)
        for axis in (left, bottom):
            axis.setStyle(tickLength=0, maxTickLevel=0)

    def set_theme(self, theme: Theme) -> None:
        """Draw in another theme from now on."""
        self.ground.set_theme(theme)
        self.setBackground(theme.card)
        for curve, colour, width in zip(
            self.curves, (theme.knee, theme.shank, theme.thigh), (1.0, 2.0, 2.0), strict=True
        ):
            curve.setPen(pg.mkPen(colour, width=width))
        for name in ("left", "bottom"):
            self.getAxis(name).setPen(theme.line)
            self.getAxis(name).setTextPen(theme.quiet)

    def show_leg(self, curves: Curves, leg: LegCurves, length_s: float) -> None:
        """Show a leg's curves over the last seconds."""
        self._set_range(length_s, curves.low_deg, curves.high_deg)
        self.ground.leg, self.ground.now_s = leg, curves.end_s
        first = int(np.searchsorted(curves.time_s, curves.end_s - length_s))
        before_now_s = curves.time_s[first:] - curves.end_s
        for curve, angle in zip(self.curves, (leg.knee_deg, leg.shank_deg, leg.thigh_deg), strict=True):
            curve.setData(before_now_s, angle[first:])
        self.ground.update()

    def _set_range(self, length_s: float, low_deg: float, high_deg: float) -> None:
        wanted = QRectF(-length_s, low_deg, length_s, high_deg - low_deg)
        if wanted != self.ground.range or self.ground.now_s == 0.0:
            self.ground.prepareGeometryChange()
            self.ground.range = wanted
            self.getViewBox().setRange(wanted, padding=0.0)


class CurvesHeading(Canvas):
    """Whose curves, and which is which."""

    def __init__(self, side: Side) -> None:
        super().__init__()
        self.side = side
        self.setFixedHeight(20)

    def draw(self, painter: QPainter) -> None:
        """Draw the side and a piece of each curve with its name."""
        self.write(painter, QRectF(4, 0, 60, 20), self.side.upper(), self.theme.ink, 13, LEFT, bold=True)
        x = 70.0
        named = (("thigh", self.theme.thigh, 2.5), ("shank", self.theme.shank, 2.5), ("knee", self.theme.knee, 1.5))
        for name, colour, width in named:
            painter.setPen(pen(colour, width))
            painter.drawLine(QPointF(x, 10.5), QPointF(x + 20, 10.5))
            self.write(painter, QRectF(x + 25, 0, 50, 20), name, self.theme.quiet, 12)
            x += 78.0
        self.write(
            painter, QRectF(x, 0, self.width() - x - 6, 20), "degrees · seconds from now", self.theme.quiet, 12, RIGHT
        )


class CurvesPanel(QWidget):
    """The curves of every leg, side by side."""

    def __init__(self, sides: tuple[Side, ...], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.length_s = 6.0
        self.plots = {side: LegPlot() for side in sides}
        self.headings = {side: CurvesHeading(side) for side in sides}
        self.columns: dict[Side, QWidget] = {}
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(12)
        for side in sides:
            self.columns[side] = QWidget()
            column = QVBoxLayout(self.columns[side])
            column.setContentsMargins(0, 0, 0, 0)
            column.setSpacing(0)
            column.addWidget(self.headings[side])
            column.addWidget(self.plots[side])
            row.addWidget(self.columns[side])

    def set_theme(self, theme: Theme) -> None:
        """Draw in another theme from now on."""
        for side, plot in self.plots.items():
            plot.set_theme(theme)
            self.headings[side].set_theme(theme)

    def show_curves(self, curves: Curves) -> None:
        """Show the last seconds."""
        for side, plot in self.plots.items():
            if not self.columns[side].isHidden() and side in curves.legs:
                plot.show_leg(curves, curves.legs[side], min(self.length_s, curves.end_s - curves.start_s))
