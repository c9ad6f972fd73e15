"""Tones of a drill: the legs change, a rest or the drill is over. Pure."""

from firmware_bridge.samples import Side
from legcycle_imu.cues import PAN, PITCH_HZ
from legcycle_imu.cycle import Phase
from legcycle_imu.drill_standing import Standing
from legcycle_imu.drills import DrillState
from legcycle_imu.tones import Tone

LENGTH_S = 0.5
"""Four times a stride's tone, so that it is not taken for one. Our choice."""
OVER = (DrillState.READY, DrillState.DONE)
"""After a time that was counted down."""


class DrillTones:
    """Tells which tone a drill calls for: at the ear of the leg whose turn begins, at both where a time is over.

    Parameters
    ----------
    volume : 0 to 1
    """

    def __init__(self, volume: float) -> None:
        self._volume = volume
        self._state: DrillState | None = None

    def push(self, standing: Standing) -> Tone | None:
        """Take how the drill stands now; give the tone that is due."""
        if standing.view is None:
            return None
        before, self._state = self._state, standing.view.state
        if before in (None, self._state):
            return None
        side = standing.view.side
        if self._state is DrillState.SWITCH and side is not None:
            return self._tone(side, PAN[side])
        return self._tone(Side.RIGHT, 0.0) if self._state in OVER or self._state is DrillState.REST else None

    def _tone(self, side: Side, pan: float) -> Tone:
        return Tone(side, 0, Phase.UNKNOWN, PITCH_HZ[side], pan, LENGTH_S, self._volume)
