"""Opens a window: the application around it, and what to say where none can be opened."""

import os
import signal
import sys
from collections.abc import Callable, Mapping
from types import FrameType

from PySide6.QtCore import QCoreApplication
from PySide6.QtWidgets import QApplication

from legcycle_imu.live.window import LiveWindow

NAME = "legcycle"


def missing_display(environment: Mapping[str, str] = os.environ, platform: str = sys.platform) -> str:
    """Give why no window can be opened here, "" where one can: Qt itself would end the program."""
    chosen = environment.get("QT_QPA_PLATFORM")
    if chosen or platform in ("win32", "darwin"):
        return ""
    if environment.get("DISPLAY") or environment.get("WAYLAND_DISPLAY"):
        return ""
    return "There is no display."


def application(*, offscreen: bool = False) -> QApplication:
    """Give the application; one a process. One that is made offscreen needs no display."""
    there = QCoreApplication.instance()
    if isinstance(there, QApplication):
        return there
    made = QApplication([NAME, "-platform", "offscreen"] if offscreen else [NAME])
    made.setApplicationName(NAME)
    made.setStyle("Fusion")  # the same on every system: the window's colours are its own
    return made


def run(make: Callable[[], LiveWindow], *, big: bool = False, stays: bool = True) -> BaseException | None:
    """Open a window and stay until it is closed; it closes by itself when something breaks the session off.

    Parameters
    ----------
    make : makes the window, once there is an application
    big : one number for far away, over the full screen
    stays : the window stays when nothing will come any more; else it closes

    Returns
    -------
    error : what broke the session off, or None
    """
    app = application()
    window = make()
    errors: list[BaseException] = []

    def note(error: BaseException | None) -> None:
        if error is not None:
            errors.append(error)
        if errors or not stays:
            app.quit()

    def interrupt(_number: int, _frame: FrameType | None) -> None:
        app.quit()

    window.ended.connect(note)
    window.show()
    if big:
        window.show_big()
        window.showFullScreen()
    before = signal.signal(signal.SIGINT, interrupt)
    try:
        app.exec()
    finally:
        signal.signal(signal.SIGINT, before)
        window.asks = False
        window.close()
    return errors[0] if errors else None
