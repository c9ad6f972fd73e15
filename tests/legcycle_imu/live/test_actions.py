"""What can be done: one table for menus, keys and help."""

from collections import Counter

import pytest

pytest.importorskip(
    "PySide6.QtWidgets",
    reason="Qt cannot be loaded: apt-get install libegl1 libxkbcommon0 libdbus-1-3",
    exc_type=ImportError,
)
from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMainWindow

from legcycle_imu.live.actions import DOINGS, install, offered


def test_no_key_does_two_things_and_none_is_misspelt() -> None:
    keys = [key for doing in DOINGS for key in doing.keys]
    assert [key for key, count in Counter(keys).items() if count > 1] == []
    assert all(QKeySequence(key).toString() for key in keys)


def test_names_are_unique_and_everything_says_what_it_does() -> None:
    assert len({doing.name for doing in DOINGS}) == len(DOINGS)
    assert all(doing.text and doing.menu for doing in DOINGS)


def test_only_what_is_handled_is_offered() -> None:
    assert [doing.name for doing in offered({"theme": print, "marker": print, "unknown": print})] == ["marker", "theme"]


def test_a_key_and_a_menu_entry_do_the_same(app: QApplication) -> None:
    done: list[str] = []
    window = QMainWindow()
    actions = install(window, {name: (lambda name=name: done.append(name)) for name in ("marker", "theme", "side")})
    window.show()
    window.activateWindow()
    app.processEvents()
    QTest.keyClick(window, Qt.Key.Key_M)
    QTest.keyClick(window, Qt.Key.Key_Tab)
    actions["theme"].trigger()
    assert done == ["marker", "side", "theme"]
    assert [action.text() for action in window.menuBar().actions()] == ["Session", "View"]
    window.close()
