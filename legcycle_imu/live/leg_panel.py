"""One leg as it stands now, with what it aims at and how far it came last, in the same picture."""

from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QWidget

from legcycle_imu.cycle import Phase
from legcycle_imu.live.canvas import LEFT, RIGHT, Canvas, faded, mixed, pen
from legcycle_imu.live.drawn_legs import draw_leg
from legcycle_imu.live.palette import Theme
from legcycle_imu.view.state import Ghost, LegState, LegView, Point, Stick

REACH = (-0.88, 0.70)
"""What is seen behind and in front of the hip, lengths of the leg: a sprinter's toe is .84 behind it."""
DEPTH = 1.14
"""What is seen below the hip, lengths of the leg: the leg and the heel below its ankle."""
HEAD_PX = 74.0
"""Height of the heading and of the two numbers below it."""
BESIDE_PX = 36.0
"""So far down is the hip where the panel is wide enough for it to be between the two numbers."""
WIDE_PX = 215
SENTENCE_PX = 62.0
SIGN = {
    LegState.NO_DATA: "–  no data",
    LegState.ALIGNING: "○  aligning",
    LegState.POOR: "▲  poor calibration",
    LegState.LIVE: "",
}
NAME = {Phase.LIFT: "heel lift", Phase.DRIVE: "knee drive"}
STANDING = Stick((0.0, 0.0), (0.0, -0.49), (0.0, -1.0), (-0.11, -1.07))
"""Stands in grey where there is no leg of now."""


class LegPanel(Canvas):
    """The stick leg: knee-height line, ray of the knee drive, ghosts with their numbers."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.leg: LegView | None = None
        self.setMinimumSize(150, 150)
        self._dashes = pen(self.theme.ink, 1.6, Qt.PenStyle.DashLine, 0.8)

    def set_theme(self, theme: Theme) -> None:
        """Draw in another theme from now on."""
        self._dashes = pen(theme.ink, 1.6, Qt.PenStyle.DashLine, 0.8)
        super().set_theme(theme)

    def show_leg(self, leg: LegView) -> None:
        """Show a leg from now on."""
        if leg != self.leg:
            self.leg = leg
            self.update()

    def draw(self, painter: QPainter) -> None:
        """Draw the legs that were first, then the targets, then the leg that is."""
        leg = self.leg
        if leg is None:
            return
        self._place(leg)
        still = leg.state, leg.sentence, leg.ghosts, leg.stick is None
        self.draw_still(painter, still, lambda still: self._draw_still(still, leg))
        if leg.stick is not None:
            self._draw_targets(painter, leg)
            self._draw_now(painter, leg, leg.stick)
            self._name_line(painter, leg)

    def _place(self, leg: LegView) -> None:
        """Fit what is seen into the panel."""
        beside = self.width() >= WIDE_PX and not leg.sentence  # a sentence takes the room that lets the hip hang lower
        top = BESIDE_PX if beside else HEAD_PX
        room = self.height() - top - (SENTENCE_PX if leg.sentence else 8.0)
        self._scale = max(min(self.width() / (REACH[1] - REACH[0]), room / DEPTH), 1.0)
        self._hip = QPointF(
            self.width() * -REACH[0] / (REACH[1] - REACH[0]),
            top + max(room - self._scale * DEPTH, 0.0) * 0.5,
        )

    def _at(self, point: Point) -> QPointF:
        return QPointF(self._hip.x() + self._scale * point[0], self._hip.y() - self._scale * point[1])

    def _draw_still(self, painter: QPainter, leg: LegView) -> None:
        self._draw_heading(painter, leg)
        if leg.stick is None:
            self._draw_stick(painter, STANDING, self.theme.missing, 0.45)
        for ghost in leg.ghosts:
            self._draw_stick(painter, ghost.stick, self.theme.phases[ghost.phase], self.theme.ghost)
            self._draw_ghost_line(painter, ghost)
        self._draw_sentence(painter, leg.sentence)

    def _draw_heading(self, painter: QPainter, leg: LegView) -> None:
        width = self.width()
        self.write(painter, QRectF(4, 2, width * 0.4, 24), leg.side.upper(), self.theme.ink, 17, LEFT, bold=True)
        self.write(painter, QRectF(width * 0.4, 2, width * 0.6 - 4, 24), SIGN[leg.state], self.theme.ink, 13, RIGHT)
        ghosts = {ghost.phase: ghost for ghost in leg.ghosts}
        for phase, align in ((Phase.LIFT, LEFT), (Phase.DRIVE, RIGHT)):
            self._draw_number(painter, phase, ghosts.get(phase), align)

    def _draw_number(self, painter: QPainter, phase: Phase, ghost: Ghost | None, align: Qt.AlignmentFlag) -> None:
        half = self.width() * 0.5 - 16.0
        left = 4.0 if align == LEFT else self.width() - half - 4.0
        mark = "" if ghost is None or ghost.mark is None else ghost.mark.shape
        text = "–" if ghost is None else f"{ghost.text} {mark}".strip()
        colour = self.theme.missing if ghost is None else self.theme.ink
        bar = QRectF(left if align == LEFT else left + half - 34.0, 29, 34, 4)
        painter.fillRect(bar, self.theme.phases[Phase.UNKNOWN if ghost is None else phase])
        self.write(painter, QRectF(left, 33, half, 16), NAME[phase], self.theme.quiet, 12, align)
        self.write(painter, QRectF(left, 48, half, 24), text, colour, 19, align, bold=True)

    def _draw_targets(self, painter: QPainter, leg: LegView) -> None:
        height = leg.knee_y if leg.line_y is None else leg.line_y
        if height is not None:
            line = QLineF(self._at((REACH[0], height)), self._at((0.30, height)))
            painter.setPen(self._dashes)
            painter.drawLine(line)
        if leg.drive_ray is not None and leg.drive_deg is not None:
            ray = QLineF(self._at(leg.drive_ray[0]), self._at(leg.drive_ray[1]))
            painter.setPen(self._dashes)
            painter.drawLine(ray)
            box = QRectF(ray.x2() + 3, ray.y2() - 4, 44, 16)
            self.write(painter, box, f"{leg.drive_deg:.0f}°", self.theme.quiet, 12)

    def _name_line(self, painter: QPainter, leg: LegView) -> None:
        """Say what the level line is, over the legs so that it can be read."""
        height = leg.knee_y if leg.line_y is None else leg.line_y
        if height is not None:
            name = "knee height" if leg.line_y in (None, leg.knee_y) else "heel to here"
            at = self._at((REACH[0], height))
            box = QRectF(at.x(), at.y() + 3.0, self.width_of(name, 11) + 6.0, 14.0)
            painter.fillRect(box, faded(self.theme.card, 0.75))
            self.write(painter, box.adjusted(2, 0, 0, 0), name, self.theme.quiet, 11)

    def _draw_ghost_line(self, painter: QPainter, ghost: Ghost) -> None:
        """Draw where the target was when the heel was highest, so that the distance is seen."""
        if ghost.line_y is None:
            return
        x, y = ghost.stick.heel
        painter.setPen(pen(self.theme.phases[ghost.phase], 1.6))
        painter.drawLine(self._at((x - 0.09, ghost.line_y)), self._at((x + 0.09, ghost.line_y)))
        painter.drawLine(self._at((x, ghost.line_y)), self._at((x, y)))

    def _draw_now(self, painter: QPainter, leg: LegView, stick: Stick) -> None:
        hue = self.theme.phases[leg.phase]
        self._draw_stick(painter, stick, self.theme.outline, 1.0, wider=3.0)
        self._draw_stick(painter, stick, hue, 1.0)
        painter.setPen(pen(self.theme.outline, 1.5))
        painter.setBrush(faded(self.theme.ink, 1.0))
        for joint, radius in ((stick.hip, 6.0), (stick.knee, 5.0), (stick.ankle, 3.5)):
            painter.drawEllipse(self._at(joint), radius, radius)

    def _draw_stick(self, painter: QPainter, stick: Stick, colour: str, alpha: float, wider: float = 0.0) -> None:
        thick = max(self._scale * 0.05, 4.0)
        draw_leg(painter, self._at, stick, mixed(colour, self.theme.card, alpha), thick, wider)

    def _draw_sentence(self, painter: QPainter, sentence: str) -> None:
        if sentence:
            box = QRectF(6, self.height() - SENTENCE_PX + 6.0, self.width() - 12, SENTENCE_PX - 8.0)
            self.write_wrapped(painter, box, sentence, self.theme.ink, 13)
