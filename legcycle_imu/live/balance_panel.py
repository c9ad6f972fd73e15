"""Cadence, and left against right."""

from PySide6.QtCore import QRectF
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QWidget

from legcycle_imu.live.canvas import LEFT, RIGHT, Canvas
from legcycle_imu.view.state import Balance, LiveState

ROW_PX = 24.0
HEAD_PX = 42.0


class BalancePanel(Canvas):
    """Cadence as a large number; below it a line for each metric that is compared."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.cadence = "–"
        self.balances: tuple[Balance, ...] = ()
        self.setMinimumSize(160, 90)

    def show_state(self, state: LiveState) -> None:
        """Show cadence and balance from now on."""
        cadence = "–" if state.cadence_spm is None else f"{state.cadence_spm:.0f}"
        if (cadence, state.balances) != (self.cadence, self.balances):
            self.cadence, self.balances = cadence, state.balances
            self.update()

    def draw(self, painter: QPainter) -> None:
        """Draw as many lines as there is room for."""
        width = self.width() - 16.0
        ink = self.theme.missing if self.cadence == "–" else self.theme.ink
        self.write(painter, QRectF(8, 2, width * 0.4, 36), self.cadence, ink, 30, LEFT, bold=True)
        box = QRectF(8 + width * 0.4, 8, width * 0.6, 36)
        self.write(painter, box, "steps per minute", self.theme.quiet, 13, RIGHT)
        room = int((self.height() - HEAD_PX) / ROW_PX)
        for row, balance in enumerate(self.balances[:room]):
            self._draw_balance(painter, QRectF(8, HEAD_PX + row * ROW_PX, width, ROW_PX), balance)

    def _draw_balance(self, painter: QPainter, box: QRectF, balance: Balance) -> None:
        painter.fillRect(QRectF(box.left(), box.top(), box.width(), 1.0), self.theme.line)
        known = balance.left is not None and balance.right is not None
        ink = self.theme.ink if known else self.theme.missing
        mark = balance.mark.shape if balance.mark.word in ("", "–") else " ".join(balance.mark)
        name, text, how = (
            QRectF(box.left() + start * box.width(), box.top() + 1.0, share * box.width() - 4.0, ROW_PX)
            for start, share in ((0.0, 0.32), (0.32, 0.40), (0.72, 0.28))
        )
        self.write(painter, name, balance.name, self.theme.quiet, 12, LEFT)
        self.write(painter, text, balance.text, ink, 14, LEFT, bold=True)
        self.write(painter, how, mark, ink, 12, RIGHT)
