"""Cards: what lies on the window, with a border of the theme; and the one of a leg."""

from PySide6.QtWidgets import QFrame, QHBoxLayout, QWidget

from firmware_bridge.samples import Side
from legcycle_imu.live.leg_panel import LegPanel
from legcycle_imu.live.palette import Theme
from legcycle_imu.live.ring_panel import RingPanel
from legcycle_imu.view.state import LegView

CARD = "card"
"""Name by which the style sheet knows cards."""
PADDING_PX = 6


def card(*contents: tuple[QWidget, int]) -> QFrame:
    """Give a card with contents side by side, each with its share of the width."""
    frame = QFrame()
    frame.setObjectName(CARD)
    row = QHBoxLayout(frame)
    row.setContentsMargins(PADDING_PX, PADDING_PX, PADDING_PX, PADDING_PX)
    row.setSpacing(PADDING_PX)
    for content, share in contents:
        row.addWidget(content, share)
    return frame


def style_of(theme: Theme) -> str:
    """Give the style sheet of the window in a theme."""
    return f"""
        QMainWindow, QWidget#page {{ background: {theme.window}; }}
        QFrame#{CARD} {{ background: {theme.card}; border: 1px solid {theme.line}; border-radius: 9px; }}
        QMenuBar, QStatusBar {{ background: {theme.window}; color: {theme.quiet}; }}
        QMenuBar::item:selected, QMenu::item:selected {{ background: {theme.line}; color: {theme.ink}; }}
        QMenu {{ background: {theme.card}; color: {theme.ink}; border: 1px solid {theme.line}; }}
        QStatusBar::item {{ border: none; }}
        QStatusBar QLabel {{ color: {theme.quiet}; }}
        QDialog {{ background: {theme.card}; border: 1px solid {theme.line}; }}
        QDialog QLabel {{ color: {theme.ink}; }}
        QDialog QLabel#quiet {{ color: {theme.quiet}; }}
        QDialog QLineEdit, QDialog QComboBox, QDialog QPushButton, QDialog QAbstractItemView {{
            background: {theme.window}; color: {theme.ink}; border: 1px solid {theme.line}; padding: 5px 8px;
            selection-background-color: {theme.line}; selection-color: {theme.ink};
        }}
        QDialog QLineEdit:focus, QDialog QComboBox:focus, QDialog QPushButton:focus {{ border-color: {theme.ink}; }}
        QDialog QLineEdit:disabled, QDialog QComboBox:disabled {{ color: {theme.missing}; }}
        QToolTip {{ background: {theme.card}; color: {theme.ink}; border: 1px solid {theme.line}; }}
    """


class LegCard:
    """Stick leg and ring of one side on a card."""

    def __init__(self, side: Side) -> None:
        self.side = side
        self.leg = LegPanel()
        self.ring = RingPanel()
        self.frame = card((self.leg, 8), (self.ring, 5))

    def show_leg(self, leg: LegView) -> None:
        """Show a leg from now on."""
        self.leg.show_leg(leg)
        self.ring.show_leg(leg)
