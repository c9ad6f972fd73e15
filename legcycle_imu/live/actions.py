"""What a person can do in the window: one table, from which menus, shortcuts and the help are made."""

from collections.abc import Callable, Mapping
from typing import Final, NamedTuple

from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QMainWindow


class Doing(NamedTuple):
    """One thing to do.

    Attributes
    ----------
    name : by which the window knows it
    menu : under which it stands
    text : what it says there, and in the help
    keys : any of these does it
    """

    name: str
    menu: str
    text: str
    keys: tuple[str, ...]


DOINGS: Final = (
    Doing("marker", "Session", "Set a marker", ("M",)),
    Doing("lap", "Session", "Begin the next lap", ("L",)),
    Doing("calibrate", "Session", "Calibrate", ("C",)),
    Doing("accept", "Session", "Take the calibration that is shown", ("Return", "Enter")),
    Doing("again", "Session", "Begin the calibration again", ("R",)),
    Doing("targets", "Session", "Targets", ("T",)),
    Doing("picture", "Session", "Save a picture of the window", ("S",)),
    Doing("quit", "Session", "Close the window", ("Q", "Ctrl+Q")),
    Doing("drill_start", "Drill", "Begin the drill, or begin it anew", ("G",)),
    Doing("drill_rest", "Drill", "Stop the count, or go on with it", ("P",)),
    Doing("drill_end", "Drill", "End the drill", ("E",)),
    Doing("drill_page", "Drill", "The drill, or all panels", ("V",)),
    Doing("pause", "Play", "Pause the picture, or play on", ("Space",)),
    Doing("previous_stride", "Play", "Previous stride", ("Left",)),
    Doing("next_stride", "Play", "Next stride", ("Right",)),
    Doing("previous_sample", "Play", "Previous sample", (",",)),
    Doing("next_sample", "Play", "Next sample", (".",)),
    Doing("previous_marker", "Play", "Previous marker", ("Ctrl+Left",)),
    Doing("next_marker", "Play", "Next marker", ("Ctrl+Right",)),
    Doing("slower", "Play", "Slower", ("[",)),
    Doing("faster", "Play", "Faster", ("]",)),
    Doing("focus_push", "Cue", "Look at push alone, or at all", ("1",)),
    Doing("focus_lift", "Cue", "Look at lift alone, or at all", ("2",)),
    Doing("focus_drive", "Cue", "Look at drive alone, or at all", ("3",)),
    Doing("focus_place", "Cue", "Look at place alone, or at all", ("4",)),
    Doing("mute", "Cue", "Sound on or off", ("A",)),
    Doing("side", "View", "Left leg, right leg, both", ("Tab",)),
    Doing("longer", "View", "Longer curves", ("+", "=")),
    Doing("shorter", "View", "Shorter curves", ("-",)),
    Doing("big", "View", "One number for far away", ("B",)),
    Doing("full_screen", "View", "Full screen", ("F",)),
    Doing("back", "View", "Back to the window, leaving a calibration", ("Esc",)),
    Doing("theme", "View", "Dark or light", ("D",)),
    Doing("help", "Help", "Keys", ("?", "F1")),
)
"""In the order of the menus."""


def install(window: QMainWindow, handlers: Mapping[str, Callable[[], object]]) -> dict[str, QAction]:
    """Give the window a menu bar and shortcuts; what nobody handles is left out.

    Parameters
    ----------
    window : to be equipped
    handlers : what is called for each name of the table
    """
    actions = {doing.name: _action(window, doing, handlers[doing.name]) for doing in offered(handlers)}
    bar = window.menuBar()
    for menu in dict.fromkeys(doing.menu for doing in offered(handlers)):
        entry = bar.addMenu(menu)
        entry.addActions([actions[doing.name] for doing in offered(handlers) if doing.menu == menu])
    return actions


def offered(handlers: Mapping[str, object]) -> list[Doing]:
    """Give what can be done where these are handled."""
    return [doing for doing in DOINGS if doing.name in handlers]


def _action(window: QMainWindow, doing: Doing, handler: Callable[[], object]) -> QAction:
    action = QAction(doing.text, window)
    action.setShortcuts([QKeySequence(key) for key in doing.keys])
    action.triggered.connect(lambda _checked=False: handler())
    window.addAction(action)  # shortcuts work while the menu bar is hidden
    return action
