"""What is read from 30 m: one word, one shape, one number."""

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPolygonF
from PySide6.QtWidgets import QWidget

from legcycle_imu.cycle import Phase
from legcycle_imu.live.canvas import CENTRE, RIGHT, Canvas, faded, pen
from legcycle_imu.view.state import BigView

HUE = {phase.upper(): phase for phase in Phase}


class BigPanel(Canvas):
    """The big display. A hit is a full disc, close a triangle, a miss a cross, unknown a bar: shapes carry it."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.big: BigView | None = None

    def show_big(self, big: BigView) -> None:
        """Show another word, shape and number from now on."""
        if big != self.big:
            self.big = big
            self.update()

    def draw(self, painter: QPainter) -> None:
        """Draw the word above, shape and number below as large as there is room."""
        if self.big is None:
            return
        width, height = float(self.width()), float(self.height())
        known = self.big.number is not None
        ink = self.theme.ink if known else self.theme.missing
        word = self.big.word.upper()
        hue = self.theme.phases[HUE.get(word, Phase.UNKNOWN)]
        painter.fillRect(QRectF(0.0, 0.0, width, height * 0.03), hue)
        painter.fillRect(QRectF(0.0, height * 0.97, width, height * 0.03), hue)
        box = QRectF(width * 0.04, height * 0.05, width * 0.92, height * 0.28)
        self.write(painter, box, word, ink, height * 0.26, CENTRE, bold=True)
        side = min(height * 0.5, width * 0.28)
        self._draw_shape(painter, QRectF(width * 0.05, height * 0.65 - side / 2.0, side, side), self.big.shape, ink)
        number = QRectF(width * 0.05 + side, height * 0.36, width * 0.90 - side, height * 0.58)
        degree = "°" if known and self.big.unit == "°" else ""
        self.write(painter, number, f"{self.big.text}{degree}", ink, height * 0.56, CENTRE, bold=True)
        unit = QRectF(width * 0.80, height * 0.84, width * 0.17, height * 0.11)
        self.write(painter, unit, "" if degree or not known else self.big.unit.strip(), ink, height * 0.1, RIGHT)

    def _draw_shape(self, painter: QPainter, box: QRectF, shape: str, ink: str) -> None:
        box = box.adjusted(box.width() * 0.1, box.height() * 0.1, -box.width() * 0.1, -box.height() * 0.1)
        thick = pen(ink, box.width() * 0.16)
        painter.setPen(thick)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        if shape == "✔":
            turn, low = QPointF(box.left() + box.width() * 0.36, box.bottom()), box.center().y()
            painter.drawPolyline(QPolygonF([QPointF(box.left(), low + box.height() * 0.1), turn, box.topRight()]))
        elif shape == "▲":
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(faded(ink, 1.0))
            painter.drawPolygon(QPolygonF([box.bottomLeft(), QPointF(box.center().x(), box.top()), box.bottomRight()]))
        elif shape == "✖":
            painter.drawLine(box.topLeft(), box.bottomRight())
            painter.drawLine(box.bottomLeft(), box.topRight())
        else:
            painter.drawLine(QPointF(box.left(), box.center().y()), QPointF(box.right(), box.center().y()))
