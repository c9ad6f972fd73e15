"""The cycle of one leg as a ring: four arcs as long as their phases, a hand at now, and the milliseconds."""

from math import cos, pi, sin

from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QWidget

from legcycle_imu.cycle import CYCLE, Phase
from legcycle_imu.live.canvas import CENTRE, LEFT, RIGHT, Canvas, faded, pen
from legcycle_imu.view.state import LegView, PhaseShare

ROW_PX = 19
"""Height of a line of the table below the ring."""
TABLE_FROM_PX = 190
"""A lower panel has the ring alone."""
THICK = 0.30
"""Thickness of the ring in its radius."""
TURN = 16 * 360
"""A whole turn, as Qt counts arcs: sixteenths of a degree."""


class RingPanel(Canvas):
    """The phase ring. It begins at the top, initial contact, and turns as a clock does."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.leg: LegView | None = None
        self.setMinimumSize(120, 150)

    def show_leg(self, leg: LegView) -> None:
        """Show a leg's cycle from now on."""
        seen = self.leg
        self.leg = leg
        if seen is None or (seen.phase, seen.hand, seen.shares) != (leg.phase, leg.hand, leg.shares):
            self.update()

    def draw(self, painter: QPainter) -> None:
        """Draw ring, hand, word and table; what changes once a stride is kept as a picture."""
        if self.leg is None:
            return
        shares = self.leg.shares
        self.draw_still(painter, shares, lambda still: self._draw_still(still, shares))
        ring = self._ring()
        if self.leg.hand is not None:
            self._draw_hand(painter, ring, self.leg.hand)
        self._draw_word(painter, ring, self.leg.phase)

    def _ring(self) -> QRectF:
        """Give the square that holds the ring."""
        below = len(CYCLE) * ROW_PX + 22.0 if self.height() >= TABLE_FROM_PX else 8.0
        side = max(min(self.width() - 8.0, self.height() - below), 40.0)
        return QRectF((self.width() - side) / 2.0, 8.0, side, side)

    def _draw_still(self, painter: QPainter, shares: tuple[PhaseShare, ...]) -> None:
        self._draw_arcs(painter, shares)
        if self.height() >= TABLE_FROM_PX:
            self._draw_table(painter, shares)

    def _draw_arcs(self, painter: QPainter, shares: tuple[PhaseShare, ...]) -> None:
        ring = self._ring()
        thick = ring.width() / 2.0 * THICK
        band = ring.adjusted(thick / 2, thick / 2, -thick / 2, -thick / 2)
        if not shares:
            painter.setPen(pen(self.theme.missing, 2.0, Qt.PenStyle.DashLine))
            painter.drawEllipse(band)
        for share in shares:
            arc = pen(self.theme.phases[share.phase], thick)
            arc.setCapStyle(Qt.PenCapStyle.FlatCap)
            painter.setPen(arc)
            painter.drawArc(band, round(TURN * (0.25 - share.start)), -round(TURN * share.share))
        painter.setPen(pen(self.theme.card, 3.0))
        for share in shares:
            painter.drawLine(self._radius(ring, share.start, 1.0 - THICK - 0.02, 1.02))

    def _draw_table(self, painter: QPainter, shares: tuple[PhaseShare, ...]) -> None:
        known = {share.phase: share for share in shares}
        top = self._ring().bottom() + 10.0
        left, right = max(self.width() / 2.0 - 82.0, 4.0), min(self.width() / 2.0 + 82.0, self.width() - 4.0)
        for row, rule in enumerate(CYCLE):
            y = top + row * ROW_PX
            share = known.get(rule.phase)
            painter.fillRect(QRectF(left, y + 3, 12, 12), self._hue(rule.phase, known=share is not None))
            ink = self.theme.missing if share is None else self.theme.ink
            per_cent, duration = ("–", "–") if share is None else (f"{100 * share.share:.0f} %", _ms(share))
            width = right - left
            self.write(painter, QRectF(left + 18, y, width * 0.40, ROW_PX), rule.phase, ink, 13, LEFT)
            self.write(painter, QRectF(left + width * 0.34, y, width * 0.28, ROW_PX), per_cent, ink, 13, RIGHT)
            self.write(painter, QRectF(right - width * 0.36, y, width * 0.36, ROW_PX), duration, ink, 13, RIGHT)

    def _hue(self, phase: Phase, *, known: bool) -> str:
        return self.theme.phases[phase if known else Phase.UNKNOWN]

    def _draw_hand(self, painter: QPainter, ring: QRectF, hand: float) -> None:
        for colour, width in ((self.theme.card, 8.0), (self.theme.ink, 4.0)):
            painter.setPen(pen(colour, width))
            painter.drawLine(self._radius(ring, hand, 1.0 - THICK - 0.10, 1.02))

    def _draw_word(self, painter: QPainter, ring: QRectF, phase: Phase) -> None:
        word = "–" if phase is Phase.UNKNOWN else phase.upper()
        inner = ring.width() * (1.0 - THICK - 0.14) * 0.5
        middle = ring.center()
        tall = ring.width() * 0.17
        box = QRectF(middle.x() - inner, middle.y() - tall * 0.6, 2.0 * inner, tall)
        colour = self.theme.missing if phase is Phase.UNKNOWN else self.theme.ink
        self.write(painter, box, word, colour, ring.width() * 0.14, CENTRE, bold=True)
        painter.fillRect(
            QRectF(middle.x() - inner * 0.5, box.bottom(), inner, 5.0), faded(self.theme.phases[phase], 1.0)
        )

    def _radius(self, ring: QRectF, turn: float, inner: float, outer: float) -> QLineF:
        """Give a piece of the radius at a share of the turn."""
        angle = 2.0 * pi * turn
        middle, reach = ring.center(), ring.width() / 2.0
        along = QPointF(sin(angle), -cos(angle)) * reach
        return QLineF(middle + along * inner, middle + along * outer)


def _ms(share: PhaseShare) -> str:
    return f"{share.duration_ms:.0f} ms"
