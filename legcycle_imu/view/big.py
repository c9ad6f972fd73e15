"""What is read from 30 m away: one word, one shape, one number."""

from collections.abc import Iterable

from firmware_bridge.samples import Side
from legcycle_imu.cycle import Phase
from legcycle_imu.view.state import BigView, Cue, History
from legcycle_imu.view.words import NOT_KNOWN

WORST_FIRST = ("✖", "▲", "✔", NOT_KNOWN)
"""Of two legs the one that misses by more decides on the shape."""


def big_view(cue: Cue, histories: Iterable[History], seen: Iterable[Side]) -> BigView:
    """Give the cue's phase with its last strides: the mean of the legs that it is about, and the worse one's shape.

    Parameters
    ----------
    cue : what is to be thought of
    histories : every phase's foremost metric comes first
    seen : legs with data
    """
    if cue.phase is Phase.UNKNOWN:
        return BigView(cue.mark.word.upper(), cue.mark.shape, None, "")
    history = next(history for history in histories if history.phase is cue.phase)
    legs = [history.legs[side] for side in (seen if cue.side is None else (cue.side,))]
    last = [leg.dots[-1] for leg in legs if leg.latest is not None]
    if not last:
        return BigView(cue.phase.upper(), NOT_KNOWN, None, history.unit)
    shape = min((dot.mark.shape for dot in last), key=WORST_FIRST.index)
    return BigView(cue.phase.upper(), shape, sum(dot.value for dot in last) / len(last), history.unit)
