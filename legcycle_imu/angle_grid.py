"""Angles of up to four sensors, each at its own instants, on one common grid of times.

`AnglesResampler.push(angles)` gives the rows that became known; rows are in order, none is ever taken back.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from math import floor, inf, isinf
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from firmware_bridge.samples import Floats, Placement, Segment, Side
from legcycle_imu.model import SegmentAngles

PLACEMENTS: tuple[Placement, ...] = tuple(Placement(side, segment) for side in Side for segment in Segment)
"""Order of the columns: left thigh, left shank, right thigh, right shank."""


class AngleRows(NamedTuple):
    """Consecutive rows of the angles table.

    Attributes
    ----------
    time : (n,) session time, s, whole multiples of the grid's step
    angle : (n, 4) angle to the vertical in the order of `PLACEMENTS`, rad; NaN where not known
    """

    time: Floats
    angle: NDArray[np.float64]

    def since(self, row: int) -> "AngleRows":
        """Give the rows from one on."""
        return AngleRows(self.time[row:], self.angle[row:])


@dataclass(frozen=True, slots=True)
class GridSettings:
    """How angles are put on the grid."""

    rate_hz: float = 100.0
    """Rows a second; what motion laboratories use."""
    longest_gap_s: float = 0.100
    """Longest time between two samples that is bridged; beyond it the rows are blank."""
    silent_s: float = 60.0
    """A sensor so far behind the others is not waited for, so that memory stays bounded; twice the 30 s
    for which samples are held while a leg is aligned. A stream whose sensors are further apart than this
    is the one case in which the rows depend on how it was cut."""

    def __post_init__(self) -> None:
        for name in ("rate_hz", "longest_gap_s", "silent_s"):
            if not getattr(self, name) > 0.0:
                raise ValueError(f"expected {name} above 0, got {getattr(self, name):g}")


@dataclass(slots=True)
class Track:
    """What is still needed of one segment: blocks of (time, angle, rate), oldest first."""

    blocks: list[tuple[Floats, Floats, Floats]] = field(default_factory=list)
    latest: float = -inf

    def add(self, angles: SegmentAngles) -> None:
        """Take in the next block."""
        if len(angles):
            self.blocks.append((angles.time, angles.angle, angles.rate))
            self.latest = float(angles.time[-1])

    def first(self) -> float:
        """Give the time of the oldest sample that is held."""
        return float(self.blocks[0][0][0]) if self.blocks else inf

    def at(self, time: Floats, longest_gap_s: float) -> Floats:
        """Give the angle at these times; NaN in gaps and outside."""
        if not self.blocks:
            return np.full(len(time), np.nan)
        if len(self.blocks) > 1:
            columns = zip(*self.blocks, strict=True)
            known, angle, rate = (np.concatenate(column) for column in columns)
            self.blocks = [(known, angle, rate)]
        return _interpolated(time, *self.blocks[0], longest_gap_s)

    def forget_before(self, time: float) -> None:
        """Drop samples that no later row needs: all but the last one up to this time."""
        if self.blocks:
            keep = max(int(np.searchsorted(self.blocks[0][0], time, "right")) - 1, 0)
            known, angle, rate = self.blocks[0]
            self.blocks[0] = known[keep:].copy(), angle[keep:].copy(), rate[keep:].copy()


@dataclass(slots=True)
class GridState:
    """What the resampler remembers: the next row's number (None before the first) and a track a segment."""

    tracks: dict[Placement, Track]
    next_row: int | None = None


class AnglesResampler:
    """Streaming stage: segment angles in, rows on the grid k / rate_hz out.

    Between samples a cubic through angles and rates is used, so that the grid costs no accuracy. A row is
    given once every segment has passed its time.

    Parameters
    ----------
    placements : segments that are present; the columns of the others stay blank
    settings, state : see there; a copy of the state continues identically
    """

    def __init__(
        self,
        placements: Iterable[Placement] = PLACEMENTS,
        settings: GridSettings | None = None,
        state: GridState | None = None,
    ) -> None:
        self.settings = settings or GridSettings()
        self.state = state or GridState({placement: Track() for placement in placements})

    def push(self, angles: Iterable[SegmentAngles]) -> AngleRows:
        """Take in blocks in their order; angles of segments that are not present are ignored."""
        for block in angles:
            if block.placement in self.state.tracks:
                self.state.tracks[block.placement].add(block)
        latest = [track.latest for track in self.state.tracks.values()]
        passed = max(min(latest, default=-inf), max(latest, default=-inf) - self.settings.silent_s)
        return self._rows_up_to(passed)

    def flush(self) -> AngleRows:
        """Give the rows up to the last sample of any segment."""
        return self._rows_up_to(max((track.latest for track in self.state.tracks.values()), default=-inf))

    def _rows_up_to(self, passed: float) -> AngleRows:
        first, end = self._next_row(), self._row_at_or_before(passed)
        if first is None or end is None or first > end:
            return AngleRows(np.empty(0), np.empty((0, len(PLACEMENTS))))
        time = np.arange(first, end + 1) / self.settings.rate_hz
        angle = np.full((len(time), len(PLACEMENTS)), np.nan)
        for placement, track in self.state.tracks.items():
            angle[:, PLACEMENTS.index(placement)] = track.at(time, self.settings.longest_gap_s)
            track.forget_before(float(time[-1]))
        self.state.next_row = end + 1
        return AngleRows(time, angle)

    def _next_row(self) -> int | None:
        if self.state.next_row is not None:
            return self.state.next_row
        start = min((track.first() for track in self.state.tracks.values()), default=inf)
        row = self._row_at_or_before(start)
        return row if row is None or row / self.settings.rate_hz == start else row + 1

    def _row_at_or_before(self, time: float) -> int | None:
        if isinf(time):
            return None
        row = floor(time * self.settings.rate_hz)  # a rounding error away from the row in either direction
        if row / self.settings.rate_hz > time:
            return row - 1
        return row + 1 if (row + 1) / self.settings.rate_hz <= time else row


def _interpolated(at: Floats, time: Floats, angle: Floats, rate: Floats, longest_gap_s: float) -> Floats:
    """Give the cubic through angles and rates; NaN outside of the samples and in gaps too long."""
    before = np.searchsorted(time, at, "right") - 1
    i = np.clip(before, 0, len(time) - 1)
    j = np.minimum(i + 1, len(time) - 1)
    step = np.where(j > i, time[j] - time[i], 1.0)
    s = (at - time[i]) / step
    value = _hermite(s, angle[i], angle[j], rate[i] * step, rate[j] * step)
    inside = (before >= 0) & (j > i) & (step <= longest_gap_s)
    on_sample = (before >= 0) & (at == time[i])
    return np.where(on_sample, angle[i], np.where(inside, value, np.nan))


def _hermite(s: Floats, start: Floats, end: Floats, start_slope: Floats, end_slope: Floats) -> Floats:
    rest = 1.0 - s
    from_start = rest * rest * (start * (1.0 + 2.0 * s) + start_slope * s)
    from_end = s * s * (end * (1.0 + 2.0 * rest) - end_slope * rest)
    return from_start + from_end
