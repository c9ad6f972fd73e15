"""The dialog of the targets: what is changed holds at once, what means nothing is said, what is kept is kept."""

from pathlib import Path
from typing import Any

import pytest

pytest.importorskip(
    "PySide6.QtWidgets",
    reason="Qt cannot be loaded: apt-get install libegl1 libxkbcommon0 libdbus-1-3",
    exc_type=ImportError,
)
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QComboBox, QLabel, QLineEdit, QMainWindow

from firmware_bridge.errors import LegcycleError, Reason
from legcycle_imu.aiming import Aiming
from legcycle_imu.live.leg_card import style_of
from legcycle_imu.live.palette import DARK, LIGHT, Theme
from legcycle_imu.live.targets_dialog import TargetsDialog
from legcycle_imu.targets import Lift, Preset, Targets


class Opened:
    """A dialog over an empty window."""

    def __init__(self, targets: Targets, theme: Theme = DARK, **given: Any) -> None:
        self.told: list[Targets] = []
        self.aiming = Aiming(targets, self.told.append, **given)
        self.window = QMainWindow()
        self.window.setStyleSheet(style_of(theme))
        self.dialog = TargetsDialog(self.aiming, self.window)
        self.dialog.turn()

    def line(self, key: str) -> QLineEdit:
        widget = self.dialog.inputs[key]
        line = widget.lineEdit() if isinstance(widget, QComboBox) else widget
        assert line is not None
        return line

    def type(self, key: str, text: str) -> None:
        self.line(key).setFocus()
        self.line(key).selectAll()
        QTest.keyClicks(self.line(key), text)
        QTest.keyClick(self.line(key), Qt.Key.Key_Return)

    def choose(self, preset: Preset) -> None:
        place = self.dialog.preset.findText(str(preset))
        self.dialog.preset.setCurrentIndex(place)
        self.dialog.preset.activated.emit(place)


@pytest.fixture
def open_dialog(app: QApplication) -> Any:
    made: list[Opened] = []

    def opened(targets: Targets | None = None, **given: Any) -> Opened:
        made.append(Opened(targets or Targets(), **given))
        app.processEvents()
        return made[-1]

    yield opened
    for each in made:
        each.window.close()
        each.window.deleteLater()
    app.processEvents()


def test_it_shows_the_targets_in_force(open_dialog: Any) -> None:
    opened = open_dialog(Targets(lift=8.0, drive_deg=44.0))
    assert opened.dialog.preset.currentText() == "custom"
    assert [opened.line(key).text() for key in ("lift", "drive_deg", "place")] == ["8 cm", "44°", "norm"]
    assert opened.told == []


def test_an_edited_threshold_holds_at_once_and_the_preset_is_custom(open_dialog: Any) -> None:
    opened = open_dialog()
    opened.type("drive_deg", "42")
    assert opened.told == [Targets(drive_deg=42.0)]
    assert opened.dialog.preset.currentText() == "custom"
    assert opened.line("drive_deg").text() == "42°"
    opened.type("lift", "above knee")
    assert opened.told[-1] == Targets(lift=Lift.ABOVE_KNEE, drive_deg=42.0)


def test_a_preset_sets_its_thresholds(open_dialog: Any) -> None:
    opened = open_dialog(Targets(drive_deg=42.0))
    opened.choose(Preset.DRILL)
    assert opened.line("drive_deg").text() == "90°"
    opened.choose(Preset.BASELINE)
    assert not opened.dialog.inputs["drive_deg"].isEnabled()
    assert opened.dialog.inputs["drill_drive_deg"].isEnabled()
    opened.choose(Preset.METHOD)
    assert opened.line("drive_deg").text() == "50°"
    assert opened.dialog.inputs["drive_deg"].isEnabled()
    assert [targets.preset for targets in opened.told] == [Preset.DRILL, Preset.BASELINE, Preset.METHOD]


def test_what_means_nothing_is_said_and_changes_nothing(open_dialog: Any) -> None:
    opened = open_dialog()
    opened.type("drive_deg", "fifty")
    assert opened.dialog.said.text() == "✖ Knee drive: expected a number, got text."
    assert opened.told == []
    opened.dialog.keep.click()  # nothing is kept while something is wrong
    assert opened.dialog.said.text().startswith("✖")


def test_what_is_half_typed_is_forgotten_on_esc(open_dialog: Any) -> None:
    opened = open_dialog()
    opened.line("drive_deg").setFocus()
    opened.line("drive_deg").selectAll()
    QTest.keyClicks(opened.line("drive_deg"), "42")
    QTest.keyClick(opened.dialog, Qt.Key.Key_Escape)
    assert opened.dialog.isHidden()
    assert opened.told == []
    assert opened.line("drive_deg").text() == "50°"


def test_what_holds_is_kept_where_it_says(open_dialog: Any) -> None:
    kept: list[Targets] = []

    def save(targets: Targets) -> Path:
        kept.append(targets)
        return Path("legcycle.toml")

    opened = open_dialog(save=save)
    opened.type("place", "20")
    assert kept == []
    opened.dialog.keep.click()
    assert kept == [Targets(place=20.0)]
    assert opened.dialog.said.text() == "✔ Kept in legcycle.toml."


def test_a_file_that_cannot_be_written_is_said(open_dialog: Any) -> None:
    def full(_targets: Targets) -> Path:
        raise LegcycleError(Reason.NOT_WRITABLE, "legcycle.toml cannot be written: No space left.", "Make room.")

    opened = open_dialog(save=full)
    opened.dialog.keep.click()
    assert "No space left" in opened.dialog.said.text()


def test_key_t_opens_and_closes_it(open_dialog: Any) -> None:
    opened = open_dialog()
    assert opened.dialog.isVisible()
    opened.dialog.turn()
    assert opened.dialog.isHidden()


@pytest.mark.parametrize("theme", [DARK, LIGHT], ids=lambda theme: theme.name)
def test_it_is_of_the_windows_theme_and_nothing_is_cut(open_dialog: Any, theme: Theme, app: QApplication) -> None:
    opened = open_dialog(theme=theme)
    image = opened.dialog.grab().toImage()
    assert image.pixelColor(5, 5).name().lower() == theme.card.lower()
    for label in opened.dialog.findChildren(QLabel):
        assert label.height() >= label.heightForWidth(label.width()) or not label.text() or not label.wordWrap()
    for key in opened.dialog.inputs:
        line = opened.line(key)
        assert line.fontMetrics().horizontalAdvance(line.text()) < line.width()
