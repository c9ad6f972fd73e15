"""The ground of the guided calibration's panels: sizes that grow with the window, cards, boxes that are cut up."""

from PySide6.QtCore import QRectF
from PySide6.QtGui import QColor, QPainter
from PySide6.QtWidgets import QWidget

from legcycle_imu.live.canvas import LEFT, Canvas, pen
from legcycle_imu.view.calibration import CalibrationView

SIZE = (1200.0, 800.0)
"""Sizes of letters are for a window of this size; they grow and shrink with it."""
GAP_PX = 12.0
NOTICE_PX = 32.0


class Sheet(Canvas):
    """A part of the guided calibration's page."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.view: CalibrationView | None = None

    def show_view(self, view: CalibrationView) -> None:
        """Show how the calibration stands from now on."""
        if view != self.view:
            self.view = view
            self.update()

    def draw(self, painter: QPainter) -> None:
        """Draw what there is to be seen."""
        painter.fillRect(self.rect(), QColor(self.theme.window))
        if self.view is not None:
            self.draw_view(painter, QRectF(self.rect()), self.view)

    def draw_view(self, painter: QPainter, box: QRectF, view: CalibrationView) -> None:
        """Draw this part of a view into a box."""
        raise NotImplementedError

    def px(self, size: float) -> float:
        """Give a size in pixels for the window as it is."""
        whole = self.window()
        return size * min(whole.width() / SIZE[0], whole.height() / SIZE[1])

    def draw_card(self, painter: QPainter, box: QRectF, *, filled: bool = False, known: bool = True) -> str:
        """Draw a card, filled where it asks for attention; give the colour that is readable on it."""
        painter.setPen(pen(self.theme.ink if filled else self.theme.line, 1.5))
        painter.setBrush(QColor(self.theme.ink if filled else self.theme.card))
        painter.drawRoundedRect(box.adjusted(1, 1, -1, -1), 9.0, 9.0)
        return self.theme.card if filled else self.theme.ink if known else self.theme.missing

    def draw_notices(self, painter: QPainter, box: QRectF, view: CalibrationView) -> None:
        """Draw what was found that differs from what was believed, below; the box is what is left of it."""
        for notice in reversed(view.notices):
            line = cut_bottom(box, self.px(NOTICE_PX))
            self.write(painter, line, f"▲ {notice}", self.theme.ink, self.px(24.0), LEFT, bold=True)
        cut_bottom(box, self.px(GAP_PX))


def cut_top(box: QRectF, height: float) -> QRectF:
    """Take so much off a box from above, and give it."""
    cut = QRectF(box.left(), box.top(), box.width(), height)
    box.setTop(box.top() + height)
    return cut


def cut_bottom(box: QRectF, height: float) -> QRectF:
    """Take so much off a box from below, and give it."""
    cut = QRectF(box.left(), box.bottom() - height, box.width(), height)
    box.setBottom(box.bottom() - height)
    return cut


def parts(box: QRectF, count: int, gap: float) -> list[QRectF]:
    """Cut a box into equal parts side by side."""
    width = (box.width() - gap * (count - 1)) / max(count, 1)
    return [QRectF(box.left() + place * (width + gap), box.top(), width, box.height()) for place in range(count)]
