"""A detector's working memory: the recent samples, the place from which it looks ahead, and since when."""

from collections.abc import Iterator
from itertools import pairwise
from math import inf

import numpy as np
from numpy.typing import NDArray

from firmware_bridge.samples import Flags, Floats, Quality


class Track:
    """Recent samples in columns (the first is the time), numbered from the stream's first sample.

    What lies behind the cursor is dropped when the cursor moves, but for a margin, so that memory stays bounded
    as long as every search has a deadline.

    Parameters
    ----------
    columns : how many, the time included
    delays_s : by how much the filtered columns lag, s
    """

    _MARGIN = 1  # a crossing looks at the sample before

    def __init__(self, columns: int, delays_s: dict[int, float]) -> None:
        self._data: NDArray[np.float64] = np.empty((columns, 0))
        self._delays = delays_s
        self._first = 0
        self.cursor = 0
        """Number of the first sample not yet decided on."""
        self.since = inf
        """Time at which the present search began; infinite where nothing is awaited."""

    @property
    def end(self) -> int:
        """Number of the sample that will come next."""
        return self._first + int(self._data.shape[1])

    def append(self, *columns: Floats) -> None:
        """Take the next samples, one array of shape (n,) per column."""
        self._data = np.concatenate((self._data, np.array(columns)), axis=1)

    def enter(self, number: int) -> None:
        """Begin a search at a sample."""
        self.since = self.time(number)
        self.cursor = number

    def skip_to(self, number: int) -> None:
        """Move on to a sample, await nothing, forget what lies behind."""
        self.cursor = number
        self.since = inf
        keep = number - self._MARGIN - self._first
        if keep > 0:
            self._data = self._data[:, keep:].copy()
            self._first += keep

    def forget_before(self, number: int) -> None:
        """Drop the samples that lie more than a margin before one."""
        keep = number - self._MARGIN - self._first
        if keep > 0:
            self._data = self._data[:, keep:].copy()
            self._first += keep

    def ahead(self, column: int, stop: int | None = None, start: int | None = None) -> Floats:
        """Give a column from the cursor (or `start`) on, to before `stop`."""
        begin = (self.cursor if start is None else start) - self._first
        part: Floats = self._data[column, begin : None if stop is None else stop - self._first]
        return part

    def time(self, number: int) -> float:
        """Give the time of a sample."""
        return float(self._data[0, number - self._first])

    def number_at(self, time: float) -> int:
        """Give the number of the first sample at or after a time; `end` where none has come yet."""
        return self._first + int(np.searchsorted(self._data[0], time))

    def deadline(self, limit_s: float) -> int:
        """Give the number of the first sample too late for the present search; `end` where it has not come."""
        return self.number_at(self.since + limit_s)

    def crossing(self, column: int, number: int, level: float) -> float:
        """Give when a column crossed a level on its way to a sample, its filter's delay taken off."""
        k = number - self._first
        before, after = float(self._data[column, k - 1]), float(self._data[column, k])
        t0, t1 = float(self._data[0, k - 1]), float(self._data[0, k])
        share = min(max((level - before) / (after - before), 0.0), 1.0) if after != before else 1.0
        return t0 + share * (t1 - t0) - self._delays.get(column, 0.0)


def first_true(mask: NDArray[np.bool_]) -> int | None:
    """Give the index of the first True, None where there is none."""
    if len(mask) == 0:
        return None
    index = int(mask.argmax())
    return index if mask[index] else None


def parts_between_gaps(quality: Flags) -> Iterator[tuple[slice, bool]]:
    """Give the parts of a block that no gap divides, each with whether a gap lies before it."""
    if len(quality) == 0:
        return
    after_gap = np.flatnonzero(quality & Quality.AFTER_GAP).tolist()
    for start, stop in pairwise(sorted({0, *after_gap, len(quality)})):
        yield slice(start, stop), bool(quality[start] & Quality.AFTER_GAP)
