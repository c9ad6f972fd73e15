"""All panels on one page: health above, the legs and the cue, the last seconds, the last strides."""

from collections.abc import Iterable

from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout, QWidget

from firmware_bridge.samples import Side
from legcycle_imu.cycle import Phase
from legcycle_imu.live.balance_panel import BalancePanel
from legcycle_imu.live.canvas import Canvas
from legcycle_imu.live.cue_panel import CuePanel
from legcycle_imu.live.curves_panel import CurvesPanel
from legcycle_imu.live.leg_card import LegCard, card
from legcycle_imu.live.palette import Theme
from legcycle_imu.live.sensors_bar import SensorsBar
from legcycle_imu.live.strides_panel import StridesPanel
from legcycle_imu.view.state import LiveState

METRICS = 5
"""Histories that have a place."""
GAP_PX = 8
SIDE_PX = (210, 420)
"""Least and most width of the column beside the legs."""
LOW_PX = 560
"""A lower page has no room for the curves and the balance."""


class Dashboard(QWidget):
    """The page of all panels."""

    def __init__(self, sides: Iterable[Side]) -> None:
        super().__init__()
        self.setObjectName("page")
        sides = tuple(sides)
        self.sensors = SensorsBar()
        self.legs = {side: LegCard(side) for side in sides}
        self.cue = CuePanel(legs=len(sides))
        self.balance = BalancePanel()
        self.curves = CurvesPanel(sides)
        self._balance_card, self._curves_card = card((self.balance, 1)), card((self.curves, 1))
        self.strides = tuple(StridesPanel() for _ in range(METRICS))
        self.shown = sides
        """The legs that are shown."""
        self.focus: Phase | None = None
        self.muted: bool | None = None
        self.column = QVBoxLayout(self)
        self.column.setContentsMargins(GAP_PX, GAP_PX, GAP_PX, GAP_PX)
        self.column.setSpacing(GAP_PX)
        self.column.addWidget(self.sensors)
        self.column.addLayout(self._upper_row(), 10)
        self.column.addWidget(self._curves_card, 6)
        self.column.addLayout(self._lower_row(), 6)

    def set_theme(self, theme: Theme) -> None:
        """Draw in another theme from now on."""
        for canvas in self.findChildren(Canvas):
            canvas.set_theme(theme)
        self.curves.set_theme(theme)

    def show_sides(self, sides: tuple[Side, ...]) -> None:
        """Show these legs only."""
        self.shown = sides
        for side, leg in self.legs.items():
            leg.frame.setVisible(side in sides)
            self.curves.columns[side].setVisible(side in sides)

    def show_state(self, state: LiveState) -> None:
        """Show a state; what has not changed is not drawn again."""
        self.sensors.show_state(state)
        for side in self.shown:
            self.legs[side].show_leg(state.legs[side])
        self.cue.show_cue(state.cue, muted=self.muted)
        self.balance.show_state(state)
        if not self._curves_card.isHidden():
            self.curves.show_curves(state.curves)
        for panel, history in zip(self.strides, state.histories, strict=False):
            panel.show_history(history, self.shown, focused=history.phase is self.focus)

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802
        """Qt's call after the page changed its size: where it is low, what matters least makes room."""
        for frame in (self._balance_card, self._curves_card):
            frame.setVisible(self.height() >= LOW_PX)
        super().resizeEvent(event)

    def _upper_row(self) -> QHBoxLayout:
        beside = QVBoxLayout()
        beside.setSpacing(GAP_PX)
        for panel in (card((self.cue, 1)), self._balance_card):
            panel.setMinimumWidth(SIDE_PX[0])
            panel.setMaximumWidth(SIDE_PX[1])
            beside.addWidget(panel)
        beside.setStretch(0, 6)
        beside.setStretch(1, 4)
        row = _row(leg.frame for leg in self.legs.values())
        row.addLayout(beside)
        for place in range(len(self.legs)):
            row.setStretch(place, 3)
        row.setStretch(len(self.legs), 2)
        return row

    def _lower_row(self) -> QHBoxLayout:
        return _row(card((panel, 1)) for panel in self.strides)


def _row(frames: Iterable[QFrame]) -> QHBoxLayout:
    row = QHBoxLayout()
    row.setSpacing(GAP_PX)
    for frame in frames:
        row.addWidget(frame)
    return row
