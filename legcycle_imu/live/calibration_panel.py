"""The page of the guided calibration: what to do now in letters that are read from 3 m, and what went wrong."""

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QPainter
from PySide6.QtWidgets import QStackedWidget, QVBoxLayout, QWidget

from legcycle_imu.live.calibration_result import ResultSheet
from legcycle_imu.live.calibration_sheet import GAP_PX, Sheet, cut_bottom, cut_top, parts
from legcycle_imu.live.canvas import CENTRE, LEFT, pen
from legcycle_imu.live.drawn_legs import draw_person
from legcycle_imu.live.palette import Theme
from legcycle_imu.view.calibration import AGAIN, NOW, TO_COME, CalibrationView, Said
from legcycle_imu.view.poses import Pose

INSTRUCTION_PX, COUNTDOWN_PX, ADVICE_PX = 46.0, 140.0, 32.0
TROUBLE_PX, BAR_PX = 230.0, 30.0
LEFT_SHARE = 0.60
"""Share of the width for what is said; the rest shows it."""
SHARES = (8, 74, 14)
"""Of the height: the steps, what is to be done, sensors and keys."""


class CalibrationPanel(QWidget):
    """The page of the guided calibration: steps above, what to do or the result, sensors and keys below."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("page")
        self.to_do, self.result = ToDoSheet(), ResultSheet()
        self.middle = QStackedWidget()
        for sheet in (self.to_do, self.result):
            self.middle.addWidget(sheet)
        self._sheets: tuple[Sheet, ...] = (StepsSheet(), self.to_do, self.result, FootSheet())
        column = QVBoxLayout(self)
        column.setContentsMargins(20, 12, 20, 6)
        column.setSpacing(int(GAP_PX))
        for part, share in zip((self._sheets[0], self.middle, self._sheets[-1]), SHARES, strict=True):
            column.addWidget(part, share)

    def set_theme(self, theme: Theme) -> None:
        """Draw in another theme from now on."""
        for sheet in self._sheets:
            sheet.set_theme(theme)

    def show_view(self, view: CalibrationView) -> None:
        """Show how the calibration stands from now on."""
        self.middle.setCurrentWidget(self.result if view.done else self.to_do)
        for sheet in self._sheets:
            sheet.show_view(view)


class StepsSheet(Sheet):
    """The row of steps: done, now, to come."""

    def draw_view(self, painter: QPainter, box: QRectF, view: CalibrationView) -> None:
        """Draw a card a step; the one that is done now is filled."""
        for step, part in zip(view.steps, parts(box, len(view.steps), self.px(6.0)), strict=True):
            ink = self.draw_card(painter, part, filled=step.mark in (NOW, AGAIN), known=step.mark != TO_COME)
            inner = part.adjusted(4, 3, -4, -4)
            name = cut_top(inner, inner.height() * 0.6)
            self.write(painter, name, f"{step.mark.shape} {step.name}", ink, self.px(23.0), CENTRE, bold=True)
            self.write(painter, inner, step.mark.word, ink, self.px(16.0), CENTRE)


class ToDoSheet(Sheet):
    """What to do now, in words and as a person who does it."""

    def draw_view(self, painter: QPainter, box: QRectF, view: CalibrationView) -> None:
        """Draw the instruction at the left, the person at the right."""
        self.draw_notices(painter, box, view)
        said = QRectF(box.left(), box.top(), box.width() * LEFT_SHARE, box.height())
        self._draw_words(painter, said, view)
        self._draw_poses(painter, box.adjusted(said.width() + self.px(2 * GAP_PX), 0.0, 0.0, 0.0), view.poses)

    def _draw_words(self, painter: QPainter, box: QRectF, view: CalibrationView) -> None:
        px = self.px
        self.write(painter, cut_top(box, px(32.0)), view.attempt, self.theme.quiet, px(24.0))
        self._draw_bar(painter, cut_bottom(box, px(BAR_PX)), view.progress)
        cut_bottom(box, px(GAP_PX))
        if view.trouble is not None:
            self._draw_trouble(painter, cut_bottom(box, px(TROUBLE_PX)), view.trouble)
            cut_bottom(box, px(GAP_PX))
        if view.countdown:
            count = cut_bottom(box, px(COUNTDOWN_PX * (0.6 if view.trouble else 1.0)))
            self.write(painter, count, view.countdown, self.theme.ink, count.height() * 0.9, LEFT, bold=True)
        self.write_wrapped(painter, box, view.instruction, self.theme.ink, px(INSTRUCTION_PX))

    def _draw_bar(self, painter: QPainter, box: QRectF, progress: float) -> None:
        painter.setPen(pen(self.theme.quiet, 1.5))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRoundedRect(box.adjusted(1, 1, -1, -1), 6.0, 6.0)
        inner = box.adjusted(5, 5, -5, -5)
        inner.setWidth(inner.width() * progress)
        painter.fillRect(inner, QColor(self.theme.ink))

    def _draw_trouble(self, painter: QPainter, box: QRectF, trouble: Said) -> None:
        ink, px = self.draw_card(painter, box, filled=True), self.px
        inner = box.adjusted(px(16.0), px(8.0), -px(16.0), -px(8.0))
        head = f"{trouble.mark.shape} {trouble.mark.word}"
        self.write(painter, cut_top(inner, px(30.0)), head, ink, px(23.0), LEFT, bold=True)
        self.write_wrapped(painter, cut_top(inner, inner.height() * 0.44), trouble.reason, ink, px(25.0))
        self.write_wrapped(painter, inner, trouble.advice, ink, px(ADVICE_PX))

    def _draw_poses(self, painter: QPainter, box: QRectF, poses: tuple[Pose, ...]) -> None:
        for pose, part in zip(poses, parts(box, len(poses), self.px(GAP_PX)), strict=True):
            words = cut_bottom(part, self.px(40.0))
            self.write(painter, words, pose.words, self.theme.ink, self.px(27.0), CENTRE, bold=True)
            at = draw_person(painter, part, pose, self.theme)
            for side in pose.moving if len(pose.moving) == 1 else ():
                knee, size = at(pose.legs[side].knee), self.px(30.0)
                name = QRectF(part.right() - 5 * size, knee.y() - 2.6 * size, 5 * size, 1.5 * size)
                self.write(painter, name, side.upper(), self.theme.ink, size, CENTRE, bold=True)


class FootSheet(Sheet):
    """Every sensor, where it is believed to be worn and how it streams; and the keys."""

    def draw_view(self, painter: QPainter, box: QRectF, view: CalibrationView) -> None:
        """Draw a card a sensor, filled where it asks for attention; the keys below."""
        self.write(painter, cut_bottom(box, self.px(34.0)), view.keys, self.theme.quiet, self.px(20.0), CENTRE)
        for worn, part in zip(view.sensors, parts(box, len(view.sensors), self.px(6.0)), strict=True):
            ink = self.draw_card(painter, part, filled=worn.meant or not worn.here)
            inner = part.adjusted(self.px(14.0), 4, -self.px(10.0), -4)
            place = cut_top(inner, inner.height() * 0.5)
            self.write(painter, place, worn.place, ink, self.px(23.0), LEFT, bold=True)
            how = f"{worn.mark.shape} {worn.mark.word}" + (f" · was {worn.was}" if worn.was else "")
            self.write(painter, inner, how, ink, self.px(19.0), LEFT)
