"""Flicks of one leg of a person who lies on the belly: the heel up and down again.

The thigh lies on the floor and hardly moves, so it is taken where it was when the person lay still: the shank alone
is followed, whose angle every flick holds to gravity. Angles are those of docs/conventions.md: thigh about -90 deg,
shank -90 (flat) to -230 deg.
"""

from dataclasses import dataclass
from math import inf, isnan, nan
from typing import NamedTuple

from legcycle_imu.drills.finding import FlickSettings
from legcycle_imu.drills.movement import Row


class Flick(NamedTuple):
    """One flick.

    Attributes
    ----------
    start, peak_at, end : heel leaves, is highest, is down again, s
    known : stream time at which that was known, s
    flexion : of the knee at the peak, rad
    gap : whether rows were missing
    """

    start: float
    peak_at: float
    end: float
    known: float
    flexion: float
    gap: bool = False


@dataclass(slots=True)
class FlickState:
    """What a leg remembers."""

    lying_since: float = inf
    thigh: float = nan
    last: Row | None = None
    flexion: float = nan
    rising: bool = False
    extreme: tuple[float, float] | None = None
    """Time and flexion of the extreme since the last turn."""
    start: tuple[float, float] | None = None
    peak: tuple[float, float] | None = None
    flat_since: float = inf
    gap: bool = False


class LegFlicks:
    """Find the flicks of one leg. Streaming, row by row; a copy continues alike."""

    def __init__(self, settings: FlickSettings | None = None) -> None:
        self.settings = settings or FlickSettings()
        self.state = FlickState()

    @property
    def lying(self) -> bool:
        """Whether the person lies on the belly."""
        state = self.state
        return state.last is not None and state.last.time - state.lying_since >= self.settings.lying_s

    @property
    def flexion(self) -> float:
        """Flexion of the knee now, rad; NaN where the person does not lie."""
        return self.state.flexion

    @property
    def moving(self) -> bool:
        """Whether a heel is on its way."""
        return self.state.peak is not None or self.state.rising

    def push(self, row: Row) -> Flick | None:
        """Take the next row, give the flick that it ends."""
        if isnan(row.thigh) or isnan(row.shank):
            self._blank(row)
            return None
        self._lie(row)
        if not self.lying:
            return None
        state = self.state
        state.flexion = state.thigh - row.shank
        return self._turns(row.time, state.flexion)

    def _lie(self, row: Row) -> None:
        """Follow whether the person lies, and where the thigh is."""
        s, state = self.settings, self.state
        last, state.last = state.last, row
        if not s.lying_rad[0] < row.thigh < s.lying_rad[1]:
            self._forget()
            return
        if state.lying_since == inf:
            state.lying_since = row.time
        settled = last is not None and abs(row.thigh - last.thigh) < s.settle_rad_s * (row.time - last.time)
        if isnan(state.thigh) or (settled and abs(row.thigh - row.shank) < s.flat_rad):
            state.thigh = row.thigh

    def _turns(self, time: float, flexion: float) -> Flick | None:
        s, state = self.settings, self.state
        if flexion >= s.flat_rad:
            state.flat_since = inf
        elif state.flat_since == inf:
            state.flat_since = time
        if state.extreme is None:
            state.extreme = (time, flexion)
        sign = 1.0 if state.rising else -1.0
        if sign * (flexion - state.extreme[1]) > 0.0:
            state.extreme = (time, flexion)
        turned = sign * (state.extreme[1] - flexion) >= s.turn_rad
        if state.rising and turned:
            state.peak, state.extreme, state.rising = state.extreme, (time, flexion), False
            return None
        if state.rising or not (turned or self._down(time)):
            return None
        flick = self._flick(time)
        if turned:
            state.start, state.extreme, state.rising = state.extreme, (time, flexion), True
        return flick

    def _down(self, time: float) -> bool:
        """Tell whether the heel has come down and stays there."""
        return self.state.peak is not None and time - self.state.flat_since >= self.settings.flat_s

    def _flick(self, time: float) -> Flick | None:
        """Give the flick that ends at the lowest point since its peak, if it was one."""
        state = self.state
        start, peak, low = state.start, state.peak, state.extreme
        state.peak, gap, state.gap = None, state.gap, False
        if start is None or peak is None or low is None:
            return None
        if min(peak[1] - start[1], peak[1] - low[1]) < self.settings.least_rad:
            return None
        return Flick(start[0], peak[0], low[0], time, peak[1], gap)

    def _blank(self, row: Row) -> None:
        state = self.state
        state.gap = state.gap or self.moving
        if state.last is not None and row.time - state.last.time > self.settings.gap_s:
            self._forget()
            state.last = None

    def _forget(self) -> None:
        """Give up what is under way: the person does not lie, or was not seen for too long."""
        state = self.state
        state.lying_since, state.thigh, state.flexion, state.rising = inf, nan, nan, False
        state.extreme = state.start = state.peak = None
        state.flat_since, state.gap = inf, False
