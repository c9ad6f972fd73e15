"""Where a recording is and how fast it goes: a line with its markers to click on, in words below."""

from collections.abc import Sequence
from typing import Protocol

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QMouseEvent, QPainter, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QWidget

from legcycle_imu.live.canvas import LEFT, RIGHT, Canvas, faded

SPEEDS = (0.1, 0.25, 0.5, 1.0, 2.0, 4.0, 8.0, 16.0)
"""Times as fast as it was, from slow motion to skimming."""
LINE_LEFT_PX = 128.0
LINE_RIGHT_PX = 150.0
HEIGHT_PX = 34


class Transport(Protocol):
    """What can be done with a recording that plays: see `legcycle_imu.player.Player`."""

    @property
    def playing(self) -> bool:
        """Whether time goes on."""

    @property
    def speed(self) -> float:
        """How many times as fast as it was."""

    @property
    def position_s(self) -> float:
        """Session time up to which everything has passed, s."""

    duration_s: float
    markers: Sequence[tuple[float, str]]
    """When marks were set, s, and what they say."""

    def play(self) -> None:
        """Let time go on."""

    def pause(self) -> None:
        """Let time stand still."""

    def set_speed(self, speed: float) -> None:
        """Let time go so many times as fast as it was."""

    def seek(self, position_s: float) -> None:
        """Go to a place, s."""

    def step_stride(self, forward: bool) -> None:
        """Go to the next contact, or to the one before."""

    def step_sample(self, forward: bool) -> None:
        """Go on or back by about a sample."""

    def step_marker(self, forward: bool) -> None:
        """Go to the next mark, or to the one before."""


class TransportBar(Canvas):
    """The transport of a recording. A click on the line goes there, one on the sign left of it plays or pauses."""

    def __init__(self, transport: Transport, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.transport = transport
        self._shown = ("", "", 0)
        self.setFixedHeight(HEIGHT_PX)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setToolTip("\n".join(f"{minutes(at_s)}  {text}" for at_s, text in transport.markers))

    def refresh(self) -> None:
        """Draw again if the place or the speed is another one."""
        shown = (self._place(), self._pace(), int(self._x_of(self.transport.position_s)))
        if shown != self._shown:
            self._shown = shown
            self.update()

    def draw(self, painter: QPainter) -> None:
        """Draw sign and time, the line with its markers, the speed."""
        middle = self.height() / 2.0
        self._draw_sign(painter, QRectF(12, middle - 8, 14, 16))
        self.write(painter, QRectF(38, 0, 84, self.height()), self._place(), self.theme.ink, 14, LEFT, bold=True)
        left, right = LINE_LEFT_PX, self.width() - LINE_RIGHT_PX
        here = self._x_of(self.transport.position_s)
        painter.fillRect(QRectF(left, middle - 2, right - left, 4), self.theme.line)
        painter.fillRect(QRectF(left, middle - 2, here - left, 4), self.theme.ink)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(faded(self.theme.ink, 1.0))
        for at_s, _ in self.transport.markers:
            x = self._x_of(at_s)
            painter.drawPolygon(QPolygonF([QPointF(x - 5, 2), QPointF(x + 5, 2), QPointF(x, 10)]))
        painter.drawEllipse(QPointF(here, middle), 7, 7)
        self.write(painter, QRectF(right + 12, 0, 130, self.height()), self._pace(), self.theme.quiet, 13, RIGHT)

    def mousePressEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        """Qt's call when the mouse is pressed."""
        x = event.position().x()
        left, right = LINE_LEFT_PX, self.width() - LINE_RIGHT_PX
        if x < 36.0:
            turn(self.transport)
        elif left - 8.0 <= x <= right + 8.0 and right > left:
            share = min(max((x - left) / (right - left), 0.0), 1.0)
            self.transport.seek(share * self.transport.duration_s)

    def _draw_sign(self, painter: QPainter, box: QRectF) -> None:
        """Draw what a click does: two bars pause, a triangle plays."""
        if self.transport.playing:
            for left in (box.left(), box.right() - 5):
                painter.fillRect(QRectF(left, box.top(), 5, box.height()), self.theme.ink)
            return
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(faded(self.theme.ink, 1.0))
        painter.drawPolygon(QPolygonF([box.topLeft(), QPointF(box.right(), box.center().y()), box.bottomLeft()]))

    def _x_of(self, at_s: float) -> float:
        share = min(max(at_s / self.transport.duration_s, 0.0), 1.0) if self.transport.duration_s > 0.0 else 0.0
        return LINE_LEFT_PX + share * (self.width() - LINE_LEFT_PX - LINE_RIGHT_PX)

    def _place(self) -> str:
        return minutes(self.transport.position_s)

    def _pace(self) -> str:
        state = f"{self.transport.speed:g} ×" if self.transport.playing else "paused"
        return f"{state}   of {minutes(self.transport.duration_s)}"


def turn(transport: Transport) -> None:
    """Pause what plays, play what pauses."""
    (transport.pause if transport.playing else transport.play)()


def faster(transport: Transport) -> None:
    """Take the next speed."""
    transport.set_speed(next((speed for speed in SPEEDS if speed > transport.speed), SPEEDS[-1]))


def slower(transport: Transport) -> None:
    """Take the speed before."""
    transport.set_speed(next((speed for speed in reversed(SPEEDS) if speed < transport.speed), SPEEDS[0]))


def minutes(seconds: float) -> str:
    """Give a time in minutes, seconds and tenths."""
    tenths = int(10.0 * seconds + 1e-6)
    return f"{tenths // 600}:{tenths // 10 % 60:02d}.{tenths % 10}"
