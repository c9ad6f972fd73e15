"""What is done for each entry of the table of actions."""

from collections.abc import Callable
from datetime import datetime
from functools import partial
from itertools import cycle
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt

from firmware_bridge.errors import LegcycleError
from legcycle_imu.cycle import CYCLE, Phase
from legcycle_imu.live.palette import other
from legcycle_imu.live.transport_bar import Transport, faster, minutes, slower, turn

if TYPE_CHECKING:
    from legcycle_imu.live.window import LiveWindow

Deed = Callable[[], object]
LENGTHS_S = (1.5, 3.0, 6.0, 12.0, 24.0)
"""Lengths of the curves to choose from, s; how much is kept the model decides."""


class Deeds:
    """Does what is asked for by key or menu.

    Parameters
    ----------
    window : to which it is done
    """

    def __init__(self, window: "LiveWindow") -> None:
        self.window = window
        self.laps = 0
        sides = window.dashboard.shown
        self._sides = cycle([*((side,) for side in sides), sides] if len(sides) > 1 else [sides])

    def handlers(self) -> dict[str, Deed]:
        """Give what is called for each name of the table; nothing for what there is not."""
        window = self.window
        handlers: dict[str, Deed] = {
            "picture": self.save_picture,
            "quit": window.close,
            "pause": window.pause,
            "side": self.next_side,
            "longer": lambda: self.lengthen(1),
            "shorter": lambda: self.lengthen(-1),
            "big": lambda: window.show_big(not window.is_big),
            "full_screen": self.turn_full_screen,
            "back": self.back,
            "theme": lambda: window.set_theme(other(window.theme)),
            "help": self.turn_help,
        }
        handlers |= {f"focus_{rule.phase}": partial(self.focus, rule.phase) for rule in CYCLE}
        if window.intake.recorder is not None:
            handlers |= {"marker": lambda: self.mark("marker"), "lap": self.lap}
        if window.intake.calibration is not None:
            handlers |= {"calibrate": self.calibrate, "accept": self.accept, "again": self.again}
        if window.sound is not None:
            handlers["mute"] = self.mute
        if window.targets is not None:
            handlers["targets"] = window.targets.turn
        if (drill := window.intake.drill) is not None:
            handlers |= {
                "drill_start": lambda: self.drill(drill.start),
                "drill_rest": lambda: self.drill(drill.rest),
                "drill_end": lambda: self.drill(drill.end),
                "drill_page": lambda: window.show_drill(not window.shows_drill),
            }
        transport = window.intake.transport
        return handlers | ({} if transport is None else _transport_handlers(transport))

    def mark(self, text: str) -> None:
        """Set a marker in the recording."""
        if self.window.intake.recorder is not None:
            self.window.intake.recorder.marker(text)
            self.window.say(f"{text.capitalize()} set at {minutes(self.window.intake.now_s())}.")

    def lap(self) -> None:
        """Begin the next lap."""
        self.laps += 1
        self.mark(f"lap {self.laps}")

    def calibrate(self) -> None:
        """Begin a guided calibration, unless one is made already."""
        calibration = self.window.intake.calibration
        if calibration is not None and calibration.guidance is None:
            calibration.start()
            self._show_now()

    def accept(self) -> None:
        """Take the calibration that is shown."""
        calibration = self.window.intake.calibration
        guidance = None if calibration is None else calibration.guidance
        if calibration is None or guidance is None or not guidance.done:
            return
        try:
            calibration.accept()
        except LegcycleError as error:
            self.window.say(f"The calibration holds from now on. {error}")
        else:
            self.window.say("The calibration holds from now on.")
        self._show_now()

    def again(self) -> None:
        """Begin the calibration that is made again."""
        calibration = self.window.intake.calibration
        if calibration is not None and calibration.guidance is not None:
            calibration.start()
            self._show_now()

    def drill(self, asked: Deed) -> None:
        """Do what is asked of the drill, and show it."""
        if self.window.intake.ended is None:
            asked()
        self.window.show_drill()
        self._show_now()

    def mute(self) -> None:
        """Silence the cues, or let them sound again."""
        if self.window.sound is not None:
            self.window.sound.muted = not self.window.sound.muted
            self.window.say("Sound off." if self.window.sound.muted else "Sound on.")

    def focus(self, phase: Phase) -> None:
        """Cue one phase alone; asked for again, all."""
        dashboard = self.window.dashboard
        dashboard.focus = None if dashboard.focus is phase else phase
        self.window.intake.model.focus(dashboard.focus)
        self.window.say("Looking at all phases." if dashboard.focus is None else f"Looking at {phase} alone.")

    def next_side(self) -> None:
        """Show left, right, both in turn."""
        self.window.dashboard.show_sides(next(self._sides))
        self.window.draw_state(self.window.state)

    def lengthen(self, by: int) -> None:
        """Show longer or shorter curves, no longer than the model keeps."""
        curves, panel = self.window.state.curves, self.window.dashboard.curves
        lengths = [length for length in LENGTHS_S if length < curves.end_s - curves.start_s + 1e-6]
        here = min(range(len(lengths)), key=lambda place: abs(lengths[place] - panel.length_s))
        panel.length_s = lengths[min(max(here + by, 0), len(lengths) - 1)]
        self.window.say(f"Curves of {panel.length_s:g} s.")

    def turn_full_screen(self) -> None:
        """Fill the screen, or be a window again."""
        self.window.setWindowState(self.window.windowState() ^ Qt.WindowState.WindowFullScreen)

    def turn_help(self) -> None:
        """Show or hide the keys."""
        self.window.help.turn()

    def back(self) -> None:
        """Leave help, a calibration, the big display and the full screen."""
        self.window.help.hide()
        calibration = self.window.intake.calibration
        if calibration is not None and calibration.guidance is not None:
            calibration.cancel()
            self.window.say("All is as it was before the calibration.")
            self._show_now()
            return
        if self.window.is_big:
            self.window.show_big(False)
        if self.window.isFullScreen():
            self.window.showNormal()

    def _show_now(self) -> None:
        """Show what was asked for at once, also where the picture stood still."""
        self.window.paused = False
        self.window.frame()

    def save_picture(self) -> None:
        """Save a picture under the time that is now."""
        path = self.window.pictures / f"legcycle-{datetime.now():%Y%m%d-%H%M%S}.png"
        try:
            self.window.save_picture(path)
        except OSError as error:
            self.window.say(str(error))
        else:
            self.window.say(f"Picture saved: {path}.")


def _transport_handlers(transport: Transport) -> dict[str, Deed]:
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
