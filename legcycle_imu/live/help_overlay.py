"""The keys, over the window, until they are sent away."""

from collections.abc import Sequence

from PySide6.QtCore import QRectF
from PySide6.QtGui import QKeySequence, QMouseEvent, QPainter
from PySide6.QtWidgets import QWidget

from legcycle_imu.live.actions import Doing
from legcycle_imu.live.canvas import LEFT, RIGHT, Canvas, pen

ROW_PX = 25
COLUMN_PX = 360
MARGIN_PX = 26
HEAD_PX = 46


class HelpOverlay(Canvas):
    """A card in the middle of the window with every key and what it does."""

    def __init__(self, doings: Sequence[Doing], parent: QWidget) -> None:
        super().__init__(parent)
        self.doings = doings
        self._over = parent
        self.rows = (len(doings) + 1) // 2
        self.hide()

    def turn(self) -> None:
        """Show or hide it."""
        room = self._over.rect()
        width = min(2 * COLUMN_PX + 2 * MARGIN_PX, room.width())
        height = min(HEAD_PX + self.rows * ROW_PX + 2 * MARGIN_PX, room.height())
        self.setGeometry((room.width() - width) // 2, (room.height() - height) // 2, width, height)
        self.setVisible(self.isHidden())
        self.raise_()

    def mousePressEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        """Qt's call when the mouse is pressed: it goes away."""
        event.accept()
        self.hide()

    def draw(self, painter: QPainter) -> None:
        """Draw the table in two columns."""
        painter.setPen(pen(self.theme.ink, 2.0))
        painter.drawRect(self.rect().adjusted(1, 1, -1, -1))
        inner = QRectF(self.rect()).adjusted(MARGIN_PX, MARGIN_PX, -MARGIN_PX, -MARGIN_PX)
        head = QRectF(inner.left(), inner.top() - 8.0, inner.width(), 30.0)
        self.write(painter, head, "Keys", self.theme.ink, 22, LEFT, bold=True)
        self.write(painter, head, "? closes this", self.theme.quiet, 14, RIGHT)
        row_px = min((inner.height() - HEAD_PX) / self.rows, ROW_PX)
        for place, doing in enumerate(self.doings):
            column, row = divmod(place, self.rows)
            box = QRectF(
                inner.left() + column * inner.width() / 2.0,
                inner.top() + HEAD_PX + row * row_px,
                inner.width() / 2.0,
                row_px,
            )
            self._draw_doing(painter, box, doing)

    def _draw_doing(self, painter: QPainter, box: QRectF, doing: Doing) -> None:
        key = QKeySequence(doing.keys[0]).toString(QKeySequence.SequenceFormat.NativeText)
        key_px = 92.0
        self.write(
            painter, QRectF(box.left(), box.top(), key_px, box.height()), key, self.theme.ink, 15, LEFT, bold=True
        )
        rest = QRectF(box.left() + key_px + 6.0, box.top(), box.width() - key_px - 16.0, box.height())
        self.write(painter, rest, doing.text, self.theme.ink, 15, LEFT)
