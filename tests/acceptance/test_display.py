"""The window on a display as people have it: an X server that nobody looks at."""

import os
import subprocess
import sys
from pathlib import Path
from shutil import which

import pytest

pytest.importorskip(
    "PySide6.QtGui",
    reason="Qt cannot be loaded: apt-get install libegl1 libxkbcommon0 libdbus-1-3",
    exc_type=ImportError,
)
from PySide6.QtGui import QImage

from firmware_bridge.recording import Recording
from legcycle_imu.cycle import CYCLE
from legcycle_imu.live.palette import DARK
from tests.pixels import count

ROOT = Path(__file__).parents[2]
SCREEN = "-screen 0 1280x900x24"
APT = "apt-get install xvfb xauth libxcb-cursor0 libxcb-icccm4 libxcb-keysyms1 libxkbcommon-x11-0"
PERSON = """
import sys
from PySide6.QtCore import Qt, QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMessageBox
from legcycle_imu.cli import main
from legcycle_imu.live.window import LiveWindow

frame = LiveWindow.frame

def looks(window):
    frame(window)
    if window.frames == 40:
        window.screen().grabWindow(0).save("screen.png")
        QTimer.singleShot(0, says_yes)
        window.close()  # as by its frame: without a window manager no window has the keys

def says_yes():
    box = QApplication.activeModalWidget()
    if isinstance(box, QMessageBox):
        print("asked:", box.text(), flush=True)
        QTest.mouseClick(box.button(QMessageBox.StandardButton.Yes), Qt.MouseButton.LeftButton)
    else:
        QTimer.singleShot(20, says_yes)

LiveWindow.frame = looks
main()
"""
"""The program, and a person who looks at the screen after a second, closes the window and says that they mean it."""


@pytest.mark.skipif(which("xvfb-run") is None, reason=f"there is no X server to try: {APT}")
def test_the_demo_is_to_be_seen_and_closed_on_a_display(tmp_path: Path) -> None:
    environment = {
        name: value for name, value in os.environ.items() if name not in ("QT_QPA_PLATFORM", "WAYLAND_DISPLAY")
    }
    home = {"HOME": str(tmp_path), "XDG_CONFIG_HOME": str(tmp_path), "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        ["xvfb-run", "-a", "-s", SCREEN, sys.executable, "-c", PERSON, "demo", "--record", "run.legcycle"],
        capture_output=True,
        encoding="utf-8",
        check=False,
        timeout=60,
        cwd=tmp_path,
        env=environment | home,
    )
    if "Qt lacks a library" in done.stderr:
        pytest.skip(f"Qt cannot open a window: {APT}")
    assert done.returncode == 0, done.stderr
    assert "Traceback" not in done.stderr
    assert "terminal it is" not in done.stderr
    assert "asked: A recording is running. End it and close the window?" in done.stdout
    with Recording.open(tmp_path / "run.legcycle") as recording:
        assert not recording.recovered
        assert recording.duration_s > 4.0
    screen = QImage(str(tmp_path / "screen.png"))
    assert (screen.width(), screen.height()) == (1280, 900)
    assert count(screen, DARK.card) > 200_000
    for rule in CYCLE:
        assert count(screen, DARK.phases[rule.phase]) > 1000
