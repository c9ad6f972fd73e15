"""The live window: takes what became known from its queue, and draws it many times a second.

It is the last in the chain and delays nobody: what it does not take in time its queue drops and counts.
"""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from itertools import cycle
from pathlib import Path
from typing import Protocol

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QCloseEvent, QResizeEvent
from PySide6.QtWidgets import QLabel, QMainWindow, QMessageBox, QStackedWidget

from firmware_bridge.sensor_health import SensorHealth
from legcycle_imu.cycle import CYCLE, Phase
from legcycle_imu.live.actions import install, offered
from legcycle_imu.live.big_view import BigPanel
from legcycle_imu.live.dashboard import Dashboard
from legcycle_imu.live.help_overlay import HelpOverlay
from legcycle_imu.live.intake import Following, Intake, Recording
from legcycle_imu.live.leg_card import card, style_of
from legcycle_imu.live.palette import DARK, Theme, other
from legcycle_imu.live.transport_bar import Transport, TransportBar, faster, minutes, slower, turn
from legcycle_imu.view.live_model import LiveModel
from legcycle_imu.view.state import LiveState

FRAME_MS = 28
"""Time between two pictures, ms: 35 a second, smooth to the eye."""
SIZE_PX = (1200, 800)
SMALLEST_PX = (800, 500)
LENGTHS_S = (1.5, 3.0, 6.0, 12.0, 24.0)
"""Lengths of the curves to choose from, s; what is kept is set by the model."""
NOTICE_MS = 5000


class Sound(Protocol):
    """What can be silenced."""

    muted: bool


@dataclass(slots=True)
class Counts:
    """What the window did."""

    frames: int = 0
    laps: int = 0


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
    title : what is shown
    asks : closing while recording asks first
    pictures : folder for pictures of the window
    clock : monotonic seconds
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
        title: str = "legcycle",
        asks: bool = True,
        pictures: Path = Path(),
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        super().__init__()
        self.intake = Intake(following, model, transport, recorder, health, clock)
        self.sound, self.asks, self.pictures = sound, asks, pictures
        self.counts = Counts()
        self.paused = False
        """The picture stands still; what comes is taken in all the same."""
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
        self.counts.frames += 1
        if self.intake.ended is not over:
            self.ended.emit(self.intake.ended.error if self.intake.ended else None)

    def draw_state(self, state: LiveState) -> None:
        """Show a state."""
        self.state = state
        if self.is_big:
            self.big.show_big(state.big)
            return
        self.dashboard.muted = None if self.sound is None else self.sound.muted
        self.dashboard.show_state(state)
        if self.bar is not None:
            self.bar.refresh()
        self._tell_standing()

    @property
    def is_big(self) -> bool:
        """Whether only one number is shown."""
        return self.pages.currentWidget() is self.big

    def show_big(self, big: bool = True) -> None:
        """Show one number for far away, over the full screen; or all panels."""
        self.pages.setCurrentWidget(self.big if big else self.dashboard)
        self.menuBar().setVisible(not big)
        self.statusBar().setVisible(not big)
        self.draw_state(self.state)

    def set_theme(self, theme: Theme) -> None:
        """Draw in another theme from now on."""
        self.theme = theme
        self.setStyleSheet(style_of(theme))
        self.dashboard.set_theme(theme)
        self.big.set_theme(theme)
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
        self.big = BigPanel()
        transport = self.intake.transport
        self.bar = None if transport is None else TransportBar(transport)
        if self.bar is not None:
            self.dashboard.column.addWidget(card((self.bar, 1)))
            self.dashboard.sensors.live = False
        self.pages = QStackedWidget()
        for page in (self.dashboard, self.big):
            self.pages.addWidget(page)
        self.setCentralWidget(self.pages)
        self.standing = QLabel()
        self.statusBar().addPermanentWidget(self.standing)
        self.statusBar().setSizeGripEnabled(False)
        self.statusBar().setContentsMargins(8, 0, 8, 0)
        sides = self.dashboard.shown
        self._sides = cycle([*((side,) for side in sides), sides] if len(sides) > 1 else [sides])
        handlers = self._handlers()
        self.help = HelpOverlay(offered(handlers), self)
        self.actions_by_name = install(self, handlers)

    def _handlers(self) -> dict[str, Callable[[], object]]:
        handlers: dict[str, Callable[[], object]] = {
            "picture": self._save,
            "quit": self.close,
            "pause": self._pause,
            "side": self._next_side,
            "longer": lambda: self._lengthen(1),
            "shorter": lambda: self._lengthen(-1),
            "big": lambda: self.show_big(not self.is_big),
            "full_screen": self._turn_full_screen,
            "back": self._back,
            "theme": lambda: self.set_theme(other(self.theme)),
            "help": self._turn_help,
        }
        handlers |= {f"focus_{rule.phase}": partial(self._focus, rule.phase) for rule in CYCLE}
        if self.intake.recorder is not None:
            handlers |= {"marker": lambda: self._mark("marker"), "lap": self._lap}
        if self.sound is not None:
            handlers["mute"] = self._mute
        transport = self.intake.transport
        return handlers | ({} if transport is None else _transport_handlers(transport))

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

    def _turn_help(self) -> None:
        self.help.turn()

    def _pause(self) -> None:
        self.paused = not self.paused
        self._tell_standing()

    def _mark(self, text: str) -> None:
        if self.intake.recorder is not None:
            self.intake.recorder.marker(text)
            self.say(f"{text.capitalize()} set at {minutes(self.intake.now_s())}.")

    def _lap(self) -> None:
        self.counts.laps += 1
        self._mark(f"lap {self.counts.laps}")

    def _mute(self) -> None:
        if self.sound is not None:
            self.sound.muted = not self.sound.muted
            self.say("Sound off." if self.sound.muted else "Sound on.")

    def _focus(self, phase: Phase) -> None:
        self.dashboard.focus = None if self.dashboard.focus is phase else phase
        self.intake.model.focus(self.dashboard.focus)
        self.say("Looking at all phases." if self.dashboard.focus is None else f"Looking at {phase} alone.")

    def _next_side(self) -> None:
        self.dashboard.show_sides(next(self._sides))
        self.draw_state(self.state)

    def _lengthen(self, by: int) -> None:
        kept_s = self.state.curves.end_s - self.state.curves.start_s
        lengths = [length for length in LENGTHS_S if length < kept_s + 1e-6]
        here = min(range(len(lengths)), key=lambda place: abs(lengths[place] - self.dashboard.curves.length_s))
        self.dashboard.curves.length_s = lengths[min(max(here + by, 0), len(lengths) - 1)]
        self.say(f"Curves of {self.dashboard.curves.length_s:g} s.")

    def _turn_full_screen(self) -> None:
        self.setWindowState(self.windowState() ^ Qt.WindowState.WindowFullScreen)

    def _back(self) -> None:
        self.help.hide()
        if self.is_big:
            self.show_big(False)
        if self.isFullScreen():
            self.showNormal()

    def _save(self) -> None:
        path = self.pictures / f"legcycle-{datetime.now():%Y%m%d-%H%M%S}.png"
        try:
            self.save_picture(path)
        except OSError as error:
            self.say(str(error))
        else:
            self.say(f"Picture saved: {path}.")

    def _may_close(self) -> bool:
        answer = QMessageBox.question(self, "Close the window?", "A recording is running. End it and close the window?")
        return answer is QMessageBox.StandardButton.Yes


def _transport_handlers(transport: Transport) -> dict[str, Callable[[], object]]:
    return {
        "pause": lambda: turn(transport),
        "previous_stride": lambda: transport.step_stride(False),
        "next_stride": lambda: transport.step_stride(True),
        "previous_sample": lambda: transport.step_sample(False),
        "next_sample": lambda: transport.step_sample(True),
        "previous_marker": lambda: transport.step_marker(False),
        "next_marker": lambda: transport.step_marker(True),
        "slower": lambda: slower(transport),
        "faster": lambda: faster(transport),
    }
