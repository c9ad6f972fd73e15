"""The end of the guided calibration: the legs as it shows them now, and how good it is."""

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter

from firmware_bridge.samples import Side
from legcycle_imu.live.calibration_sheet import GAP_PX, Sheet, cut_bottom, cut_top, parts
from legcycle_imu.live.canvas import LEFT, RIGHT, faded, mixed, pen
from legcycle_imu.live.drawn_legs import draw_leg, placing
from legcycle_imu.view.calibration import QUESTION, CalibrationView, LegLooked
from legcycle_imu.view.poses import UPRIGHT
from legcycle_imu.view.quality import Quality

LEG_SHARE = 0.58
"""Share of a card for the leg; the rest is for its figures."""
DEPTH, BREADTH, HIP_AT = 1.24, 1.60, (0.55, 0.05)
"""What is seen of a leg, lengths of it; where its hip is, shares of what is seen: a foot swings far back."""


class ResultSheet(Sheet):
    """Does this look like you? The legs that move, and the calibration's quality in words."""

    def draw_view(self, painter: QPainter, box: QRectF, view: CalibrationView) -> None:
        """Draw the question, and a card a leg below it."""
        px = self.px
        self.draw_notices(painter, box, view)
        self.write(painter, cut_top(box, px(54.0)), QUESTION, self.theme.ink, px(44.0), LEFT, bold=True)
        self.write_wrapped(painter, cut_top(box, px(88.0)), view.instruction, self.theme.ink, px(31.0))
        for part, (side, leg) in zip(parts(box, len(view.legs), px(GAP_PX)), view.legs.items(), strict=True):
            self._draw_card_of(painter, part, side, leg)

    def _draw_card_of(self, painter: QPainter, box: QRectF, side: Side, leg: LegLooked) -> None:
        self.draw_card(painter, box)
        inner = box.adjusted(self.px(14.0), self.px(6.0), -self.px(12.0), -self.px(8.0))
        name = cut_top(inner, self.px(46.0))
        self.write(painter, name, side.upper(), self.theme.ink, self.px(38.0), LEFT, bold=True)
        seen = "forward →" if leg.stick is not None else "– not seen now"
        shown = QRectF(inner.left(), inner.top(), inner.width() * LEG_SHARE, inner.height())
        self.write(painter, cut_bottom(QRectF(shown), self.px(30.0)), seen, self.theme.quiet, self.px(20.0), RIGHT)
        self._draw_leg(painter, shown, leg)
        self._draw_quality(painter, inner.adjusted(shown.width() + self.px(14.0), -self.px(28.0), 0, 0), leg)

    def _draw_quality(self, painter: QPainter, box: QRectF, leg: LegLooked) -> None:
        for quality in leg.quality:
            self._draw_figure(painter, cut_top(box, self.px(82.0)), quality)
        self.write_wrapped(painter, box, leg.meaning, self.theme.quiet, self.px(18.0))

    def _draw_figure(self, painter: QPainter, box: QRectF, quality: Quality) -> None:
        words = f"{quality.mark.shape} {quality.name}: {quality.mark.word}"
        self.write(painter, cut_top(box, self.px(28.0)), words, self.theme.ink, self.px(22.0), LEFT, bold=True)
        self.write_wrapped(painter, box, quality.text, self.theme.ink, self.px(19.0))

    def _draw_leg(self, painter: QPainter, box: QRectF, leg: LegLooked) -> None:
        scale = min(box.height() / DEPTH, box.width() / BREADTH)
        left = box.center().x() - scale * BREADTH / 2.0
        at = placing(QPointF(left + scale * BREADTH * HIP_AT[0], box.top() + scale * DEPTH * HIP_AT[1]), scale)
        painter.setPen(pen(self.theme.quiet, 1.5, Qt.PenStyle.DashLine))
        painter.drawLine(at((0.0, 0.0)), at((0.0, -1.12)))
        hue = self.theme.ink if leg.stick is not None else mixed(self.theme.missing, self.theme.card, 0.45)
        draw_leg(painter, at, UPRIGHT if leg.stick is None else leg.stick, hue, scale * 0.085)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(faded(self.theme.quiet, 1.0))
        painter.drawEllipse(at((0.0, 0.0)), scale * 0.05, scale * 0.05)
