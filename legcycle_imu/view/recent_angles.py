"""The angles of one segment over the last seconds: at an instant, or on a grid of times."""

from dataclasses import dataclass, field
from math import inf, isnan, nan

import numpy as np

from firmware_bridge.samples import Floats
from legcycle_imu.model import SegmentAngles

APART = 2.5
"""Sampling periods: samples further apart have a gap between them (as for the stride table)."""
MOST_BLOCKS = 200
"""Blocks are put together when they are asked for; after so many in any case, so that memory stays bounded."""


@dataclass(slots=True)
class RecentState:
    """What is remembered: times and angles, and blocks that came since they were put together."""

    time: Floats = field(default_factory=lambda: np.empty(0))
    angle: Floats = field(default_factory=lambda: np.empty(0))
    waiting: list[SegmentAngles] = field(default_factory=list)
    first_known: float = inf
    latest: float = -inf
    latest_known: float = -inf


class RecentAngles:
    """The last seconds of one segment's angle.

    Parameters
    ----------
    rate_hz : nominal sampling rate
    memory_s : how much is kept
    state : a copy continues identically
    """

    def __init__(self, rate_hz: float, memory_s: float, state: RecentState | None = None) -> None:
        self.state = state or RecentState()
        self._longest_step_s = APART / rate_hz
        self._memory_s = memory_s

    @property
    def first_known(self) -> float:
        """Time of the first angle that was a number, s; infinite before it."""
        return self.state.first_known

    @property
    def latest(self) -> float:
        """Time of the latest angle, s; minus infinite before the first."""
        return self.state.latest

    @property
    def latest_known(self) -> float:
        """Time of the latest block that ended in a number, s; minus infinite before the first."""
        return self.state.latest_known

    def push(self, angles: SegmentAngles) -> None:
        """Take the next angles."""
        state = self.state
        if len(angles):
            state.waiting.append(angles)
            state.latest = angles.time.item(-1)
            if not isnan(angles.angle.item(-1)):
                state.latest_known = state.latest
            if state.first_known == inf:
                known = np.flatnonzero(~np.isnan(angles.angle))
                state.first_known = angles.time.item(known[0]) if len(known) else inf
        if len(state.waiting) > MOST_BLOCKS:
            self._put_together()

    def at(self, t: float) -> float:
        """Give the angle at a time, rad; NaN in gaps and where it is not remembered.

        Computed as for the stride table, so that both give the same number.
        """
        self._put_together()
        time, angle = self.state.time, self.state.angle
        k = int(time.searchsorted(t))
        if not 0 < k < len(time):
            return nan
        t0, t1 = time.item(k - 1), time.item(k)
        if t1 - t0 > self._longest_step_s:
            return nan
        a, b = angle.item(k - 1), angle.item(k)
        interpolated: float = a + (t - t0) / (t1 - t0) * (b - a)
        return interpolated

    def on(self, grid: Floats) -> Floats:
        """Give the angle at each of these increasing times, rad; NaN in gaps and where it is not remembered."""
        self._put_together()
        time, angle = self.state.time, self.state.angle
        if not len(time):
            return np.full(len(grid), nan)
        values = np.interp(grid, time, angle, nan, nan)
        gaps = np.flatnonzero(np.diff(time) > self._longest_step_s)
        for start, end in zip(time[gaps], time[gaps + 1], strict=True):
            values[grid.searchsorted(start, "right") : grid.searchsorted(end)] = nan
        return values

    def _put_together(self) -> None:
        state = self.state
        if not state.waiting:
            return
        time = np.concatenate([state.time, *(block.time for block in state.waiting)])
        angle = np.concatenate([state.angle, *(block.angle for block in state.waiting)])
        keep = int(time.searchsorted(state.latest - self._memory_s))
        state.time, state.angle = time[keep:], angle[keep:]
        state.waiting.clear()
