"""A widget that paints itself: the ground on which every hand-drawn panel stands."""

import sys
from collections.abc import Callable, Hashable

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPaintEvent, QPen, QPixmap
from PySide6.QtWidgets import QSizePolicy, QWidget

from legcycle_imu.live.palette import DARK, Theme

LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
CENTRE = Qt.AlignmentFlag.AlignCenter
WRAPPED = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop | Qt.TextFlag.TextWordWrap
SMALLEST_PX = 9
"""Text shrinks to its box down to this height, then ends in an ellipsis."""


class Canvas(QWidget):
    """A widget that paints on a card of the theme; a subclass says what, in `draw`."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.theme = DARK
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self._still: tuple[Hashable, QPixmap] | None = None
        self._fonts: dict[tuple[int, bool], QFont] = {}
        self._fitting: dict[tuple[str, int, bool, int], tuple[QFont, str]] = {}

    def set_theme(self, theme: Theme) -> None:
        """Draw in another theme from now on."""
        self.theme = theme
        self._still = None
        self.update()

    def draw(self, painter: QPainter) -> None:
        """Draw what is to be seen; the card is there already."""
        raise NotImplementedError

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802
        """Qt's call to paint."""
        painter = QPainter(self)
        try:
            painter.fillRect(self.rect(), QColor(self.theme.card))
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            self.draw(painter)
        except Exception as error:  # let out of here, Qt would add words of its own for every widget
            sys.excepthook(type(error), error, error.__traceback__)
        finally:
            painter.end()  # Qt does not survive a widget that is still being painted

    def draw_still(self, painter: QPainter, key: Hashable, draw: Callable[[QPainter], None]) -> None:
        """Draw what seldom changes: kept as a picture until `key`, theme or size are others."""
        ratio = self.devicePixelRatioF()
        size = self.size() * ratio
        if self._still is None or self._still[0] != key or self._still[1].size() != size:
            picture = QPixmap(size)
            picture.setDevicePixelRatio(ratio)
            picture.fill(self.theme.card)
            still = QPainter(picture)
            still.setRenderHint(QPainter.RenderHint.Antialiasing)
            draw(still)
            still.end()
            self._still = key, picture
        painter.drawPixmap(0, 0, self._still[1])

    def write(
        self,
        painter: QPainter,
        box: QRectF,
        text: str,
        colour: str,
        px: float,
        align: Qt.AlignmentFlag = LEFT,
        *,
        bold: bool = False,
    ) -> None:
        """Write one line into a box; it shrinks to fit and, below a readable size, ends in an ellipsis."""
        font, shown = self._fitted(text, max(int(px), SMALLEST_PX), bold, int(box.width()))
        painter.setFont(font)
        painter.setPen(QColor(colour))
        painter.drawText(box, int(align), shown)

    def write_wrapped(self, painter: QPainter, box: QRectF, text: str, colour: str, px: float) -> None:
        """Write a sentence into a box, line after line, as large as fits and no larger than asked."""
        size = max(int(px), SMALLEST_PX)
        while size > SMALLEST_PX and not self._holds(box, text, size):
            size -= 1
        painter.setFont(self.font_of(size))
        painter.setPen(QColor(colour))
        painter.drawText(box, int(WRAPPED), text)

    def font_of(self, px: int, *, bold: bool = False) -> QFont:
        """Give the window's font in a size."""
        key = (px, bold)
        if key not in self._fonts:
            font = QFont(self.font())
            font.setPixelSize(px)
            font.setBold(bold)
            self._fonts[key] = font
        return self._fonts[key]

    def width_of(self, text: str, px: int, *, bold: bool = False) -> float:
        """Give how wide a text is."""
        return QFontMetricsF(self.font_of(px, bold=bold)).horizontalAdvance(text)

    def _fitted(self, text: str, px: int, bold: bool, width: int) -> tuple[QFont, str]:
        key = (text, px, bold, width)
        if key not in self._fitting:
            if len(self._fitting) > 500:  # numbers change for ever; what is on the screen now is soon there again
                self._fitting.clear()
            self._fitting[key] = self._fit(text, px, bold, width)
        return self._fitting[key]

    def _fit(self, text: str, px: int, bold: bool, width: int) -> tuple[QFont, str]:
        while px > SMALLEST_PX and self.width_of(text, px, bold=bold) > width:
            px -= 1
        font = self.font_of(px, bold=bold)
        return font, QFontMetricsF(font).elidedText(text, Qt.TextElideMode.ElideRight, width + 1)

    def _holds(self, box: QRectF, text: str, px: int) -> bool:
        room = QRectF(0.0, 0.0, box.width(), 1e6)
        needed = QFontMetricsF(self.font_of(px)).boundingRect(room, int(WRAPPED), text)
        return needed.height() <= box.height() and needed.width() <= box.width()


def pen(
    colour: str | QColor, width: float = 1.0, style: Qt.PenStyle = Qt.PenStyle.SolidLine, alpha: float = 1.0
) -> QPen:
    """Give a pen with round ends."""
    made = QPen(faded(colour, alpha), width, style)
    made.setCapStyle(Qt.PenCapStyle.RoundCap if style is Qt.PenStyle.SolidLine else Qt.PenCapStyle.FlatCap)
    made.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
    return made


def mixed(colour: str, ground: str, share: float) -> QColor:
    """Give a colour mixed into a ground: as if it lay on it with that opacity, and quicker to draw."""
    over, under = QColor(colour), QColor(ground)
    red, green, blue = (
        round(share * a + (1.0 - share) * b)
        for a, b in zip(over.getRgb()[:3], under.getRgb()[:3], strict=True)  # type: ignore[index]
    )
    return QColor(red, green, blue)


def faded(colour: str | QColor, alpha: float) -> QColor:
    """Give a colour with an opacity, 0 to 1."""
    made = QColor(colour)
    made.setAlphaF(alpha)
    return made


def spaced(unit: str) -> str:
    """Give a unit as it follows a number: 46°, but 5 cm."""
    unit = unit.strip()
    return unit if unit in ("", "°") else f" {unit}"
