"""The one thing to think of: a phase, how it does, one sentence."""

from PySide6.QtCore import QRectF
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QWidget

from legcycle_imu.cycle import Phase
from legcycle_imu.live.canvas import LEFT, RIGHT, Canvas
from legcycle_imu.view.state import Cue

SENTENCE_PX = (16.0, 25.0)
"""Size of the sentence where there is room, by the width of the panel."""


class CuePanel(Canvas):
    """The cue, with how often its target was reached lately.

    Parameters
    ----------
    legs : how many are measured; of one alone it need not be said which is meant
    """

    def __init__(self, parent: QWidget | None = None, *, legs: int = 2) -> None:
        super().__init__(parent)
        self.legs = legs
        self.cue: Cue | None = None
        self.muted: bool | None = None
        """Whether the sound is off; None where there is none."""
        self.setMinimumSize(160, 100)

    def show_cue(self, cue: Cue, *, muted: bool | None) -> None:
        """Show a cue from now on."""
        if (cue, muted) != (self.cue, self.muted):
            self.cue, self.muted = cue, muted
            self.update()

    def draw(self, painter: QPainter) -> None:
        """Draw the phase in its hue, the mark, the sentence."""
        cue = self.cue
        if cue is None:
            return
        known = cue.phase is not Phase.UNKNOWN
        width = self.width() - 12.0
        painter.fillRect(QRectF(0, 0, 8, self.height()), self.theme.phases[cue.phase])
        self.write(painter, QRectF(18, 4, width * 0.5, 18), "THINK OF" if known else "", self.theme.quiet, 12)
        side = f"{cue.side} leg" if cue.side else "both legs"
        whose = QRectF(18 + width * 0.4, 4, width * 0.6 - 12, 18)
        self.write(painter, whose, side if known and self.legs > 1 else "", self.theme.quiet, 13, RIGHT)
        word = cue.phase.upper() if known else cue.mark.word.upper()
        ink = self.theme.ink if known else self.theme.missing
        self.write(painter, QRectF(18, 20, width * 0.55, 42), word, ink, 33, LEFT, bold=True)
        how = QRectF(18 + width * 0.55, 21, width * 0.45 - 12, 40)
        self.write(painter, how, (cue.distance or _mark(cue)) if known else "", ink, 21, RIGHT, bold=True)
        bottom = self._draw_foot(painter, cue, width)
        self.write_wrapped(
            painter,
            QRectF(18, 66, width - 12, bottom - 68),
            cue.sentence,
            self.theme.ink,
            min(max(width * 0.075, SENTENCE_PX[0]), SENTENCE_PX[1]),
        )

    def _draw_foot(self, painter: QPainter, cue: Cue, width: float) -> float:
        """Draw the mark, the hit rate and the sound; give where they begin."""
        top = self.height() - 24.0
        rate = f"{cue.hits.hit} of the last {cue.hits.judged} hit" if cue.hits.judged else ""
        rate = f"{_mark(cue)} · {rate}" if cue.distance else rate
        sound = "" if self.muted is None else "sound off" if self.muted else "sound on"
        room = width * 0.62 if sound else width - 12
        self.write(painter, QRectF(18, top, room, 20), rate, self.theme.quiet, 13)
        self.write(painter, QRectF(18 + width * 0.62, top, width * 0.38 - 12, 20), sound, self.theme.quiet, 13, RIGHT)
        return top


def _mark(cue: Cue) -> str:
    return f"{cue.mark.shape} {cue.mark.word}"
