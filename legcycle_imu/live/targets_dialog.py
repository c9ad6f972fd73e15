"""Preset and thresholds, to be changed while the session goes on; they hold at once, for the strides to come."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QComboBox,
    QDialog,
    QFormLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from firmware_bridge.errors import LegcycleError
from legcycle_imu.aiming import Aiming
from legcycle_imu.targets import Preset, Targets
from legcycle_imu.view.target_fields import MEANING, RUNNING, STANDING, Field, edited, norms_in_words, texts_of

WIDTH_PX = 460
MARGIN_PX = 18


class TargetsDialog(QDialog):
    """A small window beside the session's; the session goes on while it is open.

    Parameters
    ----------
    aiming : the targets in force, and what follows them
    parent : the session's window
    """

    def __init__(self, aiming: Aiming, parent: QWidget) -> None:
        super().__init__(parent)
        self.aiming = aiming
        self.setWindowTitle("Targets")
        self.setModal(False)
        self.setFixedWidth(WIDTH_PX)
        self.preset = QComboBox()
        self.preset.addItems([str(preset) for preset in Preset])
        self.preset.activated.connect(self._choose)
        self.inputs = {field.key: self._input(field) for field in (*RUNNING, *STANDING)}
        self.meaning, self.said, self.norms = _quiet(), QLabel(), _quiet(norms_in_words())
        self.said.setWordWrap(True)
        self.keep = QPushButton("Keep in the config file")
        self.done_with = QPushButton("Close")
        self.keep.clicked.connect(self._keep)
        self.done_with.clicked.connect(self.hide)
        self._lay_out()
        self.show_targets()
        self.show_targets()

    def turn(self) -> None:
        """Open it, or close it."""
        self.setVisible(self.isHidden())
        if self.isVisible():
            self.said.setText("")
            self.show_targets()
            self.activateWindow()
            self.preset.setFocus()

    def show_targets(self) -> None:
        """Show the targets in force."""
        targets = self.aiming.targets
        self.preset.setCurrentText(str(targets.preset))
        self.meaning.setText(MEANING[targets.preset])
        for key, text in texts_of(targets).items():
            _line_of(self.inputs[key]).setText(text)
        for field in RUNNING:
            self.inputs[field.key].setEnabled(targets.preset is not Preset.BASELINE)

    def edit(self) -> bool:
        """Take what stands in the fields; give whether it means something: else that is said, and nothing changes."""
        texts = {key: _line_of(widget).text() for key, widget in self.inputs.items()}
        try:
            self._aim(edited(self.aiming.targets, texts))
        except ValueError as error:
            self.said.setText(f"✖ {error}")
            return False
        return True

    def reject(self) -> None:
        """Qt's call on Esc: what is half typed is forgotten."""
        self.show_targets()
        super().reject()

    def _choose(self) -> None:
        self._aim(self.aiming.targets.of_preset(Preset(self.preset.currentText())))

    def _aim(self, targets: Targets) -> None:
        if targets != self.aiming.targets:
            self.aiming.aim(targets)
            self.said.setText("✔ Holds for the strides to come.")
        self.show_targets()

    def _keep(self) -> None:
        if not self.edit():
            return
        try:
            path = self.aiming.keep()
        except LegcycleError as error:
            self.said.setText(f"✖ {error}")
        else:
            self.said.setText(f"✔ Kept in {path}.")

    def _input(self, field: Field) -> QComboBox | QLineEdit:
        if not field.choices:
            line = QLineEdit()
            line.editingFinished.connect(self.edit)
            return line
        box = QComboBox()
        box.setEditable(True)
        box.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
        box.addItems(list(field.choices))
        box.activated.connect(self.edit)
        _line_of(box).editingFinished.connect(self.edit)
        return box

    def _lay_out(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(MARGIN_PX, MARGIN_PX, MARGIN_PX, MARGIN_PX)
        column.setSpacing(MARGIN_PX // 2)
        form = QFormLayout()
        form.setLabelAlignment(Qt.AlignmentFlag.AlignLeft)
        form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        form.addRow("Preset", self.preset)
        form.addRow("", self.meaning)
        for field in (*RUNNING, *STANDING):
            form.addRow(field.name, self.inputs[field.key])
        column.addLayout(form)
        column.addWidget(self.norms)
        column.addWidget(self.said)
        buttons = QHBoxLayout()
        for button in (self.keep, self.done_with):
            button.setAutoDefault(False)  # Enter ends the editing of a field, and presses nothing
            buttons.addWidget(button)
        column.addLayout(buttons)


def _line_of(widget: QComboBox | QLineEdit) -> QLineEdit:
    line = widget if isinstance(widget, QLineEdit) else widget.lineEdit()
    assert line is not None
    return line


def _quiet(text: str = "") -> QLabel:
    label = QLabel(text)
    label.setObjectName("quiet")
    label.setWordWrap(True)
    return label
