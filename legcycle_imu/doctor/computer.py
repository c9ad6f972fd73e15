"""Checks of the computer itself: versions, config file, room for recordings, clock, window, sound."""

import os
import platform
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from importlib import import_module, metadata
from importlib.util import find_spec
from pathlib import Path

from firmware_bridge.recording_format import software_version
from legcycle_imu.config import ConfigError, find_config, load_config
from legcycle_imu.doctor.examination import Finding, State

PACKAGES = (
    "bleak",
    "cobs",
    "fastcrc",
    "jinja2",
    "matplotlib",
    "miniaudio",
    "msgspec",
    "numpy",
    "platformdirs",
    "pyqtgraph",
    "pyserial",
    "PySide6-Essentials",
    "rich",
    "scipy",
    "tomlkit",
    "typer",
    "vqf",
)
"""What is installed along with legcycle."""
SILENT = ("Discard all samples", "NULL")
"""How devices begin that play nothing: ALSA's and miniaudio's own."""
RECORDED_BYTES_S = 20e3
"""What a session of four LegLink sensors at 200 Hz takes, bytes/s: 0.29 MB in 15 s."""
SHORT_S, LONG_S = 3600.0, 20 * 3600.0
"""Room for less than a training is none; room for a week of training is enough, s."""
COARSE_S = 1e-3
"""Steps of the clock beyond this show in the arrival times that sensors' clocks are fitted to, s."""


def versions() -> Finding:
    """Say what runs here."""
    about = f"{software_version()}, Python {platform.python_version()}, {platform.platform()}"
    return Finding(State.OK, f"{about}.")


def packages(names: Sequence[str] = PACKAGES) -> Finding:
    """Say which packages are there, and which are missing."""
    found, missing = [], []
    for name in names:
        try:
            found.append(f"{name} {metadata.version(name)}")
        except metadata.PackageNotFoundError:
            missing.append(name)
    if missing:
        advice = f"Install what is missing: {sys.executable} -m pip install {' '.join(missing)}"
        return Finding(State.BROKEN, f"Missing: {', '.join(missing)}.", advice)
    return Finding(State.OK, f"{', '.join(found)}.")


def config_file() -> Finding:
    """Say which config file is in force, and whether it is valid."""
    path = find_config()
    if path is None:
        return Finding(State.OK, "There is none; the defaults are in force.", "To write one: legcycle config init")
    try:
        load_config(path)
    except ConfigError as error:
        return Finding(State.BROKEN, error.sentence, error.advice)
    return Finding(State.OK, f"{path} is in force and valid.")


def room(folder: Path, free_bytes: Callable[[Path], float] = lambda folder: shutil.disk_usage(folder).free) -> Finding:
    """Say whether recordings can be written to a folder, and for how long."""
    try:
        with tempfile.TemporaryFile(dir=folder):
            pass
        free = free_bytes(folder)
    except OSError as error:
        sentence = f"Nothing can be written to {folder.resolve()}: {error.strerror or error}."
        return Finding(State.BROKEN, sentence, "Work in a folder that may be written to.")
    lasts_s = free / RECORDED_BYTES_S
    sentence = f"{free / 1e9:.1f} GB are free at {folder.resolve()}: {lasts_s / 3600.0:.0f} h with four sensors."
    if lasts_s >= LONG_S:
        return Finding(State.OK, sentence)
    return Finding(State.ATTENTION if lasts_s >= SHORT_S else State.BROKEN, sentence, "Make room on that disk.")


def clock(resolution_s: float | None = None) -> Finding:
    """Say in what steps arrival times come."""
    step_s = time.get_clock_info("monotonic").resolution if resolution_s is None else resolution_s
    if step_s > COARSE_S:
        sentence = f"Arrival times come in steps of {1e3 * step_s:.1f} ms; sensors' clocks are fitted less well."
        return Finding(State.ATTENTION, sentence, "Use Python 3.13 or newer, which has a finer clock on Windows.")
    return Finding(State.OK, f"Arrival times come in steps of {1e9 * step_s:.0f} ns.")


def window() -> Finding:
    """Say whether a window could be opened."""
    if find_spec("PySide6") is None:
        sentence = "Qt is not installed; everything is shown in the terminal."
        return Finding(State.ATTENTION, sentence, f"For a window: {sys.executable} -m pip install PySide6-Essentials")
    try:
        app = import_module("legcycle_imu.live.app")
    except ImportError as error:
        sentence = f"Qt is installed but cannot be loaded: {error}."
        return Finding(State.ATTENTION, sentence, "Install the library that it names with the system's packages.")
    if sys.platform == "linux" and not (os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")):
        sentence = "Qt is installed, but there is no display here."
        return Finding(State.ATTENTION, sentence, "Start it from the desktop, or use --no-window.")
    if trouble := app.unusable_display():
        return Finding(State.ATTENTION, trouble, "Until then everything is shown in the terminal.")
    return Finding(State.OK, f"Qt is installed: PySide6 {metadata.version('PySide6-Essentials')}.")


def sound() -> Finding:
    """Say whether sounds could be played."""
    if find_spec("miniaudio") is None:
        sentence = "miniaudio is not installed; there is no sound."
        return Finding(State.ATTENTION, sentence, f"For sound: {sys.executable} -m pip install miniaudio")
    try:
        names = [device["name"] for device in import_module("miniaudio").Devices().get_playbacks()]
    except Exception as error:  # what the sound system raises is its own
        sentence = f"The sound system cannot be used: {' '.join(str(error).split())}."
        return Finding(State.ATTENTION, sentence, "Is a loudspeaker or headset connected?")
    names = [name for name in names if not name.startswith(SILENT)]
    if not names:
        return Finding(State.ATTENTION, "There is nothing to play sound on.", "Connect a loudspeaker or headset.")
    return Finding(State.OK, f"Sound can be played on {', '.join(names)}.")
