"""A detector's working memory: the recent samples, the place from which it looks ahead, and since when."""

from math import ceil

import numpy as np
from numpy.typing import NDArray

from firmware_bridge.samples import Floats

_JITTER = 0.25  # of a sampling period: so far off its place in the grid a sample still counts as in it
_NEVER = 1 << 62  # a sample number that no stream reaches


class Track:
    """Recent samples in columns (the first is the time), numbered from the stream's first sample.

    What lies behind the cursor is dropped when the cursor moves, but for a margin, so that memory stays bounded
    as long as every search has a deadline.

    Parameters
    ----------
    columns : how many, the time included
    rate_hz : nominal sampling rate
    delays_s : by how much each filtered column lags, s
    """

    _MARGIN = 1  # a crossing looks at the sample before

    def __init__(self, columns: int, rate_hz: float, delays_s: dict[int, float]) -> None:
        self._hold(np.empty((columns, 0)))
        self._rate_hz = rate_hz
        self._delays = delays_s
        self._first = 0
        self._needed = 0
        self.cursor = 0
        """Number of the first sample not yet decided on."""
        self._begun = _NEVER

    @property
    def waiting(self) -> bool:
        """Whether a search is under way that a deadline can end."""
        return self._begun < _NEVER

    @property
    def end(self) -> int:
        """Number of the sample that will come next."""
        return self._first + int(self._data.shape[1])

    def append(self, *columns: Floats) -> None:
        """Take the next samples, one array of shape (n,) per column; what was to be forgotten goes now."""
        drop = max(self._needed - self._first, 0)
        self._first += drop
        self._hold(np.concatenate((self._data[:, drop:], columns), axis=1))

    def enter(self, number: int) -> None:
        """Begin a search at a sample."""
        self._begun = number
        self.cursor = number

    def move_to(self, number: int) -> None:
        """Go on with the present search at a sample, forget what lies behind."""
        self.cursor = number
        self.forget_before(number)

    def skip_to(self, number: int) -> None:
        """Move on to a sample, await nothing, forget what lies behind."""
        self.cursor = number
        self._begun = _NEVER
        self.forget_before(number)

    def forget_before(self, number: int) -> None:
        """Let the samples that lie more than a margin before one go, when the next ones come."""
        self._needed = number - self._MARGIN

    def _hold(self, data: NDArray[np.float64]) -> None:
        self._data = data
        self._time: Floats = data[0]

    def ahead(self, column: int, stop: int | None = None, start: int | None = None) -> Floats:
        """Give a column from the cursor (or `start`) on, to before `stop`."""
        begin = (self.cursor if start is None else start) - self._first
        part: Floats = self._data[column, begin : None if stop is None else stop - self._first]
        return part

    def time(self, number: int) -> float:
        """Give the time of a sample."""
        return self._time.item(number - self._first)

    def number_at(self, time: float) -> int:
        """Give the number of the sample at or after a time near the cursor's; `end` where none has come yet.

        Counted, not searched for: between gaps the samples lie on a grid.
        """
        steps = ceil((time - self._time.item(self.cursor - self._first)) * self._rate_hz - _JITTER)
        return min(self.cursor + steps, self.end)

    def deadline(self, limit_s: float) -> int:
        """Give the number of the first sample too late for the present search; `end` where it has not come."""
        return min(self._begun + int(limit_s * self._rate_hz) + 1, self.end)

    def crossing(self, column: int, number: int, level: float) -> float:
        """Give when a column crossed a level on its way to a sample, its filter's delay taken off."""
        k = number - self._first
        before, after = self._data.item(column, k - 1), self._data.item(column, k)
        t0, t1 = self._time.item(k - 1), self._time.item(k)
        share = min(max((level - before) / (after - before), 0.0), 1.0) if after != before else 1.0
        crossed: float = t0 + share * (t1 - t0) - self._delays[column]
        return crossed


def first_true(mask: NDArray[np.bool_]) -> int | None:
    """Give the index of the first True, None where there is none."""
    if mask.size == 0:
        return None
    index = int(mask.argmax())
    return index if mask.item(index) else None


def last_true(mask: NDArray[np.bool_]) -> int:
    """Give the index of the last True; there must be one."""
    return mask.size - 1 - int(mask[::-1].argmax())
