"""The page of a drill: count, whose turn it is and what to do now, in letters that are read from 5 m."""

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPolygonF
from PySide6.QtWidgets import QWidget

from firmware_bridge.samples import Side
from legcycle_imu.live.calibration_sheet import GAP_PX, SIZE, cut_bottom, cut_top, parts
from legcycle_imu.live.canvas import CENTRE, LEFT, RIGHT, Canvas, mixed, pen
from legcycle_imu.view.drill import DrillPage

COUNT_PX = 250.0
"""Height of the big number's letters in a window of 1200 x 800: on a screen of 30 cm height 9 cm."""
SIDE_SHARE = 0.27
"""Share of the width for the prompt of each leg."""
SENTENCE_PX, CLOCK_PX = 48.0, 60.0
MARGIN_PX = 22.0


class DrillPanel(Canvas):
    """The drill: its name above, the count between both legs, time, sentence and the last repetitions below."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.page: DrillPage | None = None

    def show_page(self, page: DrillPage) -> None:
        """Show how the drill stands from now on."""
        if page != self.page:
            self.page = page
            self.update()

    def draw(self, painter: QPainter) -> None:
        """Draw all that there is to be seen."""
        painter.fillRect(self.rect(), QColor(self.theme.window))
        page = self.page
        if page is None:
            return
        px, margin = self.px, self.px(MARGIN_PX)
        box = QRectF(self.rect()).adjusted(margin, px(14.0), -margin, -px(8.0))
        self._draw_head(painter, cut_top(box, px(56.0)), page)
        self.write(painter, cut_bottom(box, px(34.0)), page.keys, self.theme.quiet, px(20.0), CENTRE)
        self._draw_figures(painter, cut_bottom(box, px(36.0)), page)
        self._draw_dots(painter, cut_bottom(box, px(50.0)), page)
        self._draw_last(painter, cut_bottom(box, px(42.0)), page)
        cut_bottom(box, px(GAP_PX))
        self.write_wrapped(painter, cut_bottom(box, px(126.0)), page.sentence, self.theme.ink, px(SENTENCE_PX))
        cut_bottom(box, px(GAP_PX))
        if page.clock:
            self._draw_clock(painter, cut_bottom(box, px(66.0)), page)
        self._draw_turn(painter, box.adjusted(0.0, px(GAP_PX), 0.0, -px(GAP_PX)), page)

    def px(self, size: float) -> float:
        """Give a size in pixels for the window as it is."""
        whole = self.window()
        return size * min(whole.width() / SIZE[0], whole.height() / SIZE[1])

    def _draw_head(self, painter: QPainter, box: QRectF, page: DrillPage) -> None:
        name, state, part = parts(box, 3, self.px(GAP_PX))
        self.write(painter, name, page.title.upper(), self.theme.ink, self.px(34.0), LEFT, bold=True)
        self.write(
            painter, state, f"{page.state.shape} {page.state.word}", self.theme.ink, self.px(38.0), CENTRE, bold=True
        )
        whose = page.turn.word if len(page.turn.sides) > 1 else ""
        said = " · ".join(filter(None, (page.part, whose)))
        self.write(painter, part, said, self.theme.quiet, self.px(28.0), RIGHT)

    def _draw_turn(self, painter: QPainter, box: QRectF, page: DrillPage) -> None:
        """Draw the count between both legs; the one whose turn it is is filled, and points to its side."""
        width = SIDE_SHARE * box.width()
        for side in Side:
            left = box.left() if side is Side.LEFT else box.right() - width
            self._draw_side(painter, QRectF(left, box.top(), width, box.height()), side, on=side in page.turn.sides)
        middle = box.adjusted(width + self.px(GAP_PX), 0.0, -width - self.px(GAP_PX), 0.0)
        resting = page.clock_of == "rest"
        below = "rest" if resting else page.goal or "repetitions"
        self.write(painter, cut_bottom(middle, self.px(46.0)), below, self.theme.quiet, self.px(36.0), CENTRE)
        number = page.clock if resting else page.count
        self.write(painter, middle, number, self.theme.ink, min(self.px(COUNT_PX), middle.height()), CENTRE, bold=True)

    def _draw_side(self, painter: QPainter, box: QRectF, side: Side, *, on: bool) -> None:
        painter.setPen(pen(self.theme.ink if on else self.theme.line, 2.0))
        painter.setBrush(QColor(self.theme.ink if on else self.theme.card))
        painter.drawRoundedRect(box.adjusted(1, 1, -1, -1), 14.0, 14.0)
        ink = QColor(self.theme.card) if on else mixed(self.theme.missing, self.theme.card, 0.5)
        word = cut_bottom(box, self.px(84.0))
        colour = self.theme.card if on else self.theme.missing
        self.write(
            painter, word, side.upper() if on else str(side), colour, self.px(60.0 if on else 40.0), CENTRE, bold=on
        )
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(ink)
        painter.drawPolygon(_arrow(box, side, self.px(150.0)))

    def _draw_clock(self, painter: QPainter, box: QRectF, page: DrillPage) -> None:
        """Draw the time that is left, in a rest how much is done, and a bar that fills."""
        said = f"{page.count} {page.goal}" if page.clock_of == "rest" else f"{page.clock} {page.clock_of}"
        words = QRectF(box.left(), box.top(), 0.34 * box.width(), box.height())
        self.write(painter, words, said, self.theme.ink, self.px(CLOCK_PX), LEFT, bold=True)
        bar = box.adjusted(words.width(), box.height() * 0.3, 0.0, -box.height() * 0.3)
        painter.setPen(pen(self.theme.quiet, 1.5))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRoundedRect(bar, 6.0, 6.0)
        inner = bar.adjusted(4, 4, -4, -4)
        inner.setWidth(inner.width() * page.elapsed)
        painter.fillRect(inner, QColor(self.theme.ink))

    def _draw_last(self, painter: QPainter, box: QRectF, page: DrillPage) -> None:
        if page.last_mark is not None:
            said = f"{page.last_mark.shape} {page.last}"
            self.write(painter, box, said, self.theme.ink, self.px(28.0), LEFT, bold=True)

    def _draw_dots(self, painter: QPainter, box: QRectF, page: DrillPage) -> None:
        """Draw how the last repetitions were: a tick on a disc, a cross in a square, a disc."""
        size = self.px(38.0)
        for place, dot in enumerate(page.dots):
            at = QRectF(box.left() + place * 1.3 * size, box.center().y() - size / 2, size, size)
            good = dot.shape == "✔"
            painter.setPen(pen(self.theme.ink, 2.0))
            painter.setBrush(QColor(self.theme.ink) if good else Qt.BrushStyle.NoBrush)
            if good:
                painter.drawEllipse(at)
            else:
                painter.drawRect(at)
            ink = self.theme.window if good else self.theme.ink
            self.write(painter, at, dot.shape, ink, 0.7 * size, CENTRE, bold=True)
        self.write(painter, box, page.good, self.theme.ink, self.px(30.0), RIGHT, bold=True)

    def _draw_figures(self, painter: QPainter, box: QRectF, page: DrillPage) -> None:
        self.write(painter, box, "   ·   ".join(page.figures), self.theme.quiet, self.px(24.0), LEFT)


def _arrow(box: QRectF, side: Side, size: float) -> QPolygonF:
    """Give an arrow to a leg's side, in the middle of a box."""
    size = min(size, 0.8 * box.height(), 0.8 * box.width())
    way, at = (-1.0 if side is Side.LEFT else 1.0), box.center()
    shape = ((0.5, 0.0), (0.0, 0.5), (0.0, 0.2), (-0.5, 0.2), (-0.5, -0.2), (0.0, -0.2), (0.0, -0.5))
    return QPolygonF([QPointF(at.x() + way * x * size, at.y() + y * size) for x, y in shape])
