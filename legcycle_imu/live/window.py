"""The live window: takes what became known from its queue, and draws it many times a second.

It is the last in the chain and delays nobody: what it does not take in time its queue drops and counts.
"""

import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Protocol

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QCloseEvent, QResizeEvent
from PySide6.QtWidgets import QLabel, QMainWindow, QMessageBox, QStackedWidget

from firmware_bridge.sensor_health import SensorHealth
from legcycle_imu.aiming import Aiming
from legcycle_imu.live.actions import install, offered
from legcycle_imu.live.big_view import BigPanel
from legcycle_imu.live.calibration_panel import CalibrationPanel
from legcycle_imu.live.dashboard import Dashboard
from legcycle_imu.live.deeds import Deeds
from legcycle_imu.live.drill_panel import DrillPanel
from legcycle_imu.live.help_overlay import HelpOverlay
from legcycle_imu.live.intake import Calibrating, Drilling, Following, Intake, Recording
from legcycle_imu.live.leg_card import card, style_of
from legcycle_imu.live.palette import DARK, Theme
from legcycle_imu.live.targets_dialog import TargetsDialog
from legcycle_imu.live.transport_bar import Transport, TransportBar, minutes
from legcycle_imu.view.live_model import LiveModel
from legcycle_imu.view.state import LiveState

FRAME_MS = 30
"""Time between two pictures, ms: 33 a second, smooth to the eye."""
SIZE_PX = (1200, 800)
SMALLEST_PX = (800, 500)
NOTICE_MS = 5000


class Sound(Protocol):
    """What can be silenced."""

    muted: bool


class LiveWindow(QMainWindow):
    """The window on a session.

    Parameters
    ----------
    following : what passes
    model : makes of it what is to be seen
    theme : dark or light
    transport : controls of a recording that plays; None: live
    recorder : where markers go; None: nothing is recorded
    health : gives how the sensors do now; None: not known
    sound : cues that can be silenced; None: there are none
    aiming : targets that can be changed; None: they stay as they are
    calibration : guides a calibration, which has the window while it is made; None: that cannot be done
    drill : counts a drill, which then has a page of its own; None: there is none
    title : what is shown
    asks : closing while recording asks first
    pictures : folder for pictures of the window
    clock : monotonic seconds

    Attributes
    ----------
    frames : how often it was drawn
    """

    ended = Signal(object)
    """Nothing will come any more: the exception that broke it off, or None."""

    def __init__(
        self,
        following: Following,
        model: LiveModel,
        *,
        theme: Theme = DARK,
        transport: Transport | None = None,
        recorder: Recording | None = None,
        health: Callable[[], Sequence[SensorHealth]] | None = None,
        sound: Sound | None = None,
        aiming: Aiming | None = None,
        calibration: Calibrating | None = None,
        drill: Drilling | None = None,
        title: str = "legcycle",
        asks: bool = True,
        pictures: Path = Path(),
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        super().__init__()
        self.intake = Intake(following, model, transport, recorder, health, clock, calibration, drill)
        self.sound, self.asks, self.pictures = sound, asks, pictures
        self.targets = None if aiming is None else TargetsDialog(aiming, self)
        self.frames = 0
        self.paused = False
        self.state: LiveState = self.intake.state()
        self._build(title)
        self.set_theme(theme)
        self._timer = QTimer(self)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self._tick)
        self._timer.start(FRAME_MS)

    def frame(self) -> None:
        """Take in what came, and show how things stand now."""
        over = self.intake.ended
        self.intake.take()
        if not self.paused:
            self.draw_state(self.intake.state())
        self.frames += 1
        if self.intake.ended is not over:
            self.ended.emit(self.intake.ended.error if self.intake.ended else None)

    def draw_state(self, state: LiveState) -> None:
        """Show a state."""
        self.state = state
        self._turn_page()
        if state.calibration is not None:
            self.guide.show_view(state.calibration)
            self._tell_standing()
            return
        if self.is_big:
            self.big.show_big(state.big)
            return
        if state.drill is not None and self.shows_drill:
            self.drill.show_page(state.drill)
            self._tell_standing()
            return
        self.dashboard.muted = None if self.sound is None else self.sound.muted
        self.dashboard.show_state(state)
        if self.bar is not None:
            self.bar.refresh()
        self._tell_standing()

    def pause(self) -> None:
        """Let the picture stand still, or go on; what comes is taken in all the same."""
        self.paused = not self.paused
        self._tell_standing()

    @property
    def is_big(self) -> bool:
        """Whether only one number is shown."""
        return self._big

    def show_big(self, big: bool = True) -> None:
        """Show one number for far away, over the full screen; or all panels."""
        self._big = big
        self.draw_state(self.state)

    def show_drill(self, drill: bool = True) -> None:
        """Show the drill that is done; or all panels."""
        self.shows_drill = drill
        self.draw_state(self.state)

    def set_theme(self, theme: Theme) -> None:
        """Draw in another theme from now on."""
        self.theme = theme
        self.setStyleSheet(style_of(theme))
        self.dashboard.set_theme(theme)
        self.big.set_theme(theme)
        self.guide.set_theme(theme)
        self.drill.set_theme(theme)
        self.help.set_theme(theme)

    def save_picture(self, path: Path) -> None:
        """Save what the window shows as PNG.

        Raises
        ------
        OSError : it cannot be written there
        """
        if not self.grab().save(str(path), "PNG"):
            raise OSError(f"The picture cannot be written to {path}.")

    def say(self, sentence: str) -> None:
        """Show a sentence for some seconds."""
        self.statusBar().showMessage(sentence, NOTICE_MS)

    def closeEvent(self, event: QCloseEvent) -> None:  # noqa: N802
        """Qt's call before the window closes: a recording is not ended by mistake."""
        if self.intake.recorder is not None and self.asks and self.intake.ended is None and not self._may_close():
            event.ignore()
            return
        self._timer.stop()
        event.accept()

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802
        """Qt's call after the window changed its size."""
        self.help.hide()
        super().resizeEvent(event)

    def _build(self, title: str) -> None:
        self.setWindowTitle(title)
        self.setMinimumSize(*SMALLEST_PX)
        self.resize(*SIZE_PX)
        self.dashboard = Dashboard(self.state.legs)
        self.big, self.guide, self.drill = BigPanel(), CalibrationPanel(), DrillPanel()
        self._big, self.shows_drill = False, True
        transport = self.intake.transport
        self.bar = None if transport is None else TransportBar(transport)
        if self.bar is not None:
            self.dashboard.column.addWidget(card((self.bar, 1)))
            self.dashboard.sensors.live = False
        self.pages = QStackedWidget()
        for page in (self.dashboard, self.big, self.guide, self.drill):
            self.pages.addWidget(page)
        self.setCentralWidget(self.pages)
        self.standing = QLabel()
        self.statusBar().addPermanentWidget(self.standing)
        self.statusBar().setSizeGripEnabled(False)
        self.statusBar().setContentsMargins(8, 0, 8, 0)
        handlers = Deeds(self).handlers()
        self.help = HelpOverlay(offered(handlers), self)
        self.actions_by_name = install(self, handlers)

    def _turn_page(self) -> None:
        """Turn to the calibration while one is made, else to the big display, to the drill or to all panels."""
        bare = self._big and self.state.calibration is None
        panels = self.drill if self.state.drill is not None and self.shows_drill else self.dashboard
        page = self.guide if self.state.calibration is not None else self.big if bare else panels
        if page is not self.pages.currentWidget():
            self.pages.setCurrentWidget(page)
            self.menuBar().setVisible(not bare)
            self.statusBar().setVisible(not bare)

    def _tell_standing(self) -> None:
        dropped = self.intake.following.dropped
        skipped = f" · {dropped} steps not shown" if dropped else ""
        how = "the session has ended · " if self.intake.ended else ""
        how += "picture paused, space goes on · " if self.paused else ""
        text = f"{how}{minutes(self.state.now_s)}{skipped} · ? for keys"
        if text != self.standing.text():
            self.standing.setText(text)

    def _tick(self) -> None:
        """Draw a frame; what goes wrong here ends the session in a sentence, not in a stream of tracebacks."""
        try:
            self.frame()
        except Exception as error:
            self._timer.stop()
            self.ended.emit(error)

    def _may_close(self) -> bool:
        answer = QMessageBox.question(self, "Close the window?", "A recording is running. End it and close the window?")
        return answer is QMessageBox.StandardButton.Yes
