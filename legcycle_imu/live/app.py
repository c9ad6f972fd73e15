"""Opens a window: the application around it, and what to say where none can be opened."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from types import FrameType, TracebackType

from PySide6.QtCore import QCoreApplication
from PySide6.QtWidgets import QApplication

from legcycle_imu.live.window import LiveWindow

NAME = "legcycle"
PROBE = "from PySide6.QtGui import QGuiApplication; QGuiApplication([])"
PROBE_S = 10.0
"""How long a display is waited for, s; one that is there takes 0.1 s."""
XCB = "libxcb-cursor0 libxcb-icccm4 libxcb-keysyms1 libxkbcommon-x11-0"
"""What Qt needs for a window beyond what a bare Debian or Ubuntu has."""


def missing_display(environment: Mapping[str, str] = os.environ, platform: str = sys.platform) -> str:
    """Give why no window can be opened here, "" where one can: Qt itself would end the program."""
    chosen = environment.get("QT_QPA_PLATFORM")
    if chosen or platform in ("win32", "darwin"):
        return ""
    if environment.get("DISPLAY") or environment.get("WAYLAND_DISPLAY"):
        return ""
    return "There is no display."


def unusable_display(platform: str = sys.platform) -> str:
    """Give why Qt cannot use the display that there is, "" where it can.

    Tried in another process: where a display does not answer, or a system's library is missing, Qt aborts.
    """
    if platform in ("win32", "darwin"):
        return ""
    try:
        tried = subprocess.run(
            [sys.executable, "-c", PROBE], capture_output=True, text=True, timeout=PROBE_S, check=False
        )
    except subprocess.TimeoutExpired:
        return f"The display has not answered for {PROBE_S:.0f} s."
    if not tried.returncode:
        return ""
    if "could not connect to display" in tried.stderr:
        return f"The display {os.environ.get('DISPLAY', '')} does not answer.".replace("  ", " ")
    return f"Qt lacks a library of the system for its windows (on Debian and Ubuntu: sudo apt install {XCB})."


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

    Ctrl-C and a request to terminate close it, too, and nobody is asked.

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
            app.exit()  # not quit(), which asks the window whether it may

    window.ended.connect(note)
    window.show()
    if big:
        window.show_big()
        window.showFullScreen()
    try:
        with _interrupted(app.exit), _mistakes(note):
            app.exec()
    finally:
        window.asks = False
        window.close()
    return errors[0] if errors else None


@contextmanager
def _interrupted(end: Callable[[], object]) -> Iterator[None]:
    def asked(_number: int, _frame: FrameType | None) -> None:
        end()

    before = {number: signal.signal(number, asked) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


@contextmanager
def _mistakes(note: Callable[[BaseException], object]) -> Iterator[None]:
    """Take what is raised within Qt's calls, of painting or of keys: Qt would print it and go on."""

    def raised(_kind: type[BaseException], error: BaseException, _trace: TracebackType | None) -> None:
        note(error)

    before, sys.excepthook = sys.excepthook, raised
    try:
        yield
    finally:
        sys.excepthook = before
