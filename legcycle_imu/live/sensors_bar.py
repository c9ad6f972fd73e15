"""How sensors and recorder do: a chip each, by shape, word and filling; then coverage and delay."""

from typing import NamedTuple

from PySide6.QtCore import QRectF
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QSizePolicy, QWidget

from firmware_bridge.recorder_state import Condition
from firmware_bridge.sensor_health import State
from legcycle_imu.live.canvas import LEFT, RIGHT, Canvas, faded, pen
from legcycle_imu.view.state import LiveState, RecorderChip, SensorChip
from legcycle_imu.view.words import NOT_KNOWN

GAP_PX = 6.0
TITLE_PX = 14
HEIGHT_PX = 62
"""Three lines."""


class Chip(NamedTuple):
    """What a chip says.

    Attributes
    ----------
    title, word : its first line: what it is, and how it does
    lines : below, smaller
    calm : all is well, or nothing is to be said: outlined; else it is filled
    known : else grey
    hint : when the mouse rests on it
    """

    title: str
    word: str
    lines: tuple[str, ...]
    calm: bool = True
    known: bool = True
    hint: str = ""


def chips_of(state: LiveState, *, live: bool) -> tuple[Chip, ...]:
    """Give the chips of a state, in their order; a recording that plays has none of a recorder."""
    recorder = (_recorder(state.recorder),) if live else ()
    return (*map(_sensor, state.sensors), *recorder, _delivery(state))


def _sensor(chip: SensorChip) -> Chip:
    rate_and_loss, battery_and_age = chip.text.split(" · ")[:2], chip.text.split(" · ")[2:]
    age = f"{_known(battery_and_age)} ago" if chip.age_s is not None else ""
    return Chip(
        f"{chip.mark.shape} {chip.label}",
        chip.mark.word,
        tuple(line for line in (_known(rate_and_loss), age) if line),
        calm=chip.state in (State.STREAMING, State.WAITING),
        known=chip.here or chip.state is State.LOST,
        hint=f"{chip.placement} ({chip.name}). {chip.sentence}".strip(),
    )


def _known(numbers: list[str]) -> str:
    """Join those that are known: many sensors never tell their battery."""
    return " · ".join(number for number in numbers if NOT_KNOWN not in number)


def _recorder(chip: RecorderChip | None) -> Chip:
    if chip is None:
        return Chip("○", "not recording", (), known=False)
    return Chip(
        f"{chip.mark.shape} REC",
        chip.mark.word,
        tuple(chip.text.split(" · ")),
        calm=not chip.alarm and chip.condition is Condition.RECORDING,
        hint=chip.sentence,
    )


def _delivery(state: LiveState) -> Chip:
    coverage = "–" if state.coverage is None else f"{100.0 * state.coverage:.1f} %"
    delay = "–" if state.latency is None else f"{1e3 * state.latency.total_s:.0f} ms"
    return Chip(
        "DATA",
        f"{state.strides} strides",
        (f"complete {coverage}", f"known after {delay}"),
        known=state.coverage is not None or state.latency is not None,
        hint="How much of the strides' time has data, and how long after an event it is known.",
    )


class SensorsBar(Canvas):
    """The line of chips."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.chips: tuple[Chip, ...] = ()
        self.live = True
        """Whether what is shown might be recorded."""
        self.setFixedHeight(HEIGHT_PX)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def show_state(self, state: LiveState) -> None:
        """Show a state's chips from now on."""
        chips = chips_of(state, live=self.live)
        if chips != self.chips:
            self.chips = chips
            self.setToolTip("\n".join(chip.hint for chip in chips if chip.hint))
            self.update()

    def draw(self, painter: QPainter) -> None:
        """Draw the chips, equally wide."""
        painter.fillRect(self.rect(), self.theme.window)
        width = (self.width() - GAP_PX * (len(self.chips) - 1)) / max(len(self.chips), 1)
        for place, chip in enumerate(self.chips):
            self._draw_chip(painter, QRectF(place * (width + GAP_PX), 1.0, width, HEIGHT_PX - 2.0), chip)

    def _draw_chip(self, painter: QPainter, box: QRectF, chip: Chip) -> None:
        ink = self.theme.ink if chip.known else self.theme.missing
        small = self.theme.quiet if chip.known else self.theme.missing
        painter.setPen(pen(self.theme.line if chip.calm else self.theme.ink, 1.0))
        painter.setBrush(faded(self.theme.card if chip.calm else self.theme.ink, 1.0))
        painter.drawRoundedRect(box.adjusted(0.5, 0.5, -0.5, -0.5), 8.0, 8.0)
        if not chip.calm:
            ink = small = self.theme.card
        inner = box.adjusted(10.0, 4.0, -10.0, -4.0)
        line = QRectF(inner.left(), inner.top(), inner.width(), inner.height() / 3.0)
        title_px = self.width_of(chip.title, TITLE_PX, bold=True) + 4.0
        self.write(painter, line, chip.title, ink, TITLE_PX, LEFT, bold=True)
        self.write(painter, line.adjusted(title_px, 0.0, 0.0, 0.0), chip.word, ink, 13, RIGHT)
        for text in chip.lines:
            line.translate(0.0, inner.height() / 3.0)
            self.write(painter, line, text, small, 12, LEFT)
