"""What one stride shows of how a sensor sits: the plane that the vertical sweeps in its frame, and where in it.

The vertical is the stride's own mean force, turned back into the segment's frame by the integrated gyroscope. No
filter's memory is in it: a sensor that has moved shows in the first whole stride after.
"""

from math import asin, atan, atan2, cos, log, sin, sqrt
from typing import NamedTuple

import numpy as np

from calibration.strapdown import Axes
from firmware_bridge.samples import Floats

Vector = tuple[float, float, float]

_COARSE_HZ = 32.0
"""Instants a second at which the vertical is looked at: it moves with the stride, at 1 to 3 Hz."""
_UPRIGHT_DOUBT = 0.09
"""Slope against the upright component is held to 0 +- this (as a variance): over a swing of 60 degrees that component
hardly changes, and a force that leans sideways, as in a bend, would go into it."""


class Sighting(NamedTuple):
    """One segment over one stride, in its calibrated frame.

    Attributes
    ----------
    start, end : of the stride, s
    known : stream time at which it was known, s
    turn : by how much the frame must be turned about y for the swept plane to be its x-y plane, rad
    mean : mean of the vertical, a unit vector, over the stride: the shorter, the further it swung
    rough : movement out of the plane, root mean square of the vertical's component
    up : the mean force's direction in the frame that drifts
    """

    start: float
    end: float
    known: float
    turn: float
    mean: Vector
    rough: float
    up: Vector

    @property
    def duration(self) -> float:
        """How long the stride took, s."""
        return self.end - self.start

    @property
    def spread(self) -> float:
        """Circular standard deviation of the segment's angle, rad."""
        x, y, z = self.mean
        return sqrt(-log(min(max(x * x + y * y + z * z, 1e-12), 1.0)))

    def pose(self, turn: float) -> tuple[float, float]:
        """Give mean angle and how far the mean force leaned sideways, in a frame turned about y; rad."""
        x, y, z = self.mean
        c, s = cos(turn), sin(turn)
        return atan2(c * x + s * z, y), asin(min(max(c * z - s * x, -1.0), 1.0))


def sighting(start: float, end: float, known: float, up: Vector, axes: Floats) -> Sighting:
    """Give what one stride shows.

    Parameters
    ----------
    start, end, known, up : see `Sighting`
    axes : (9, n) attitude at instants over the stride, nine elements row by row
    """
    share = 1.0 / axes.shape[1]
    x, y, z = axes.reshape(3, 3, -1)
    seen = up[0] * x + up[1] * y + up[2] * z
    (sx, sy, sz) = (np.add.reduce(seen, axis=1) * share).tolist()
    (xx, xy, xz), (_, yy, yz), (_, _, zz) = (np.einsum("in,jn->ij", seen, seen) * share).tolist()
    xx, xy, xz, yy, yz, zz = xx - sx * sx, xy - sx * sy, xz - sx * sz, yy - sy * sy, yz - sy * sz, zz - sz * sz
    held = yy + _UPRIGHT_DOUBT
    determinant = max(xx * held - xy * xy, 1e-12)
    ahead, upright = (xz * held - yz * xy) / determinant, (yz * xx - xz * xy) / determinant
    rough = sqrt(max(zz - ahead * xz - upright * yz, 0.0) / (1.0 + ahead * ahead))
    return Sighting(start, end, known, atan(ahead), (sx, sy, sz), rough, up)


class CoarseAttitude:
    """The attitude over the last stride, at instants a coarse step apart. Streaming; any chunking gives the same.

    Parameters
    ----------
    rate_hz : sampling rate of the attitude
    memory_s : how long it is kept: the longest stride
    """

    def __init__(self, rate_hz: float, memory_s: float) -> None:
        self._step = max(round(rate_hz / _COARSE_HZ), 1)
        self._memory_s = memory_s
        self._count = 0
        self._parts: list[tuple[int, Floats, Axes]] = []

    def push(self, time: Floats, axes: Axes) -> None:
        """Take the attitude at the next instants."""
        if len(time):
            self._parts.append((self._count, time, axes))
            self._count += len(time)

    def between(self, start: float, end: float) -> Floats:
        """Give the attitude at coarse instants in [start, end), shape (9, n)."""
        pieces = [piece for part in self._parts if part[1][-1] >= start and (piece := self._piece(part, start, end))]
        if not pieces:
            return np.empty((9, 0))
        columns = pieces[0] if len(pieces) == 1 else [np.concatenate(parts) for parts in zip(*pieces, strict=True)]
        return np.concatenate(columns).reshape(9, -1)

    def forget(self) -> None:
        """Let go of what is older than the longest stride."""
        if not self._parts:
            return
        oldest = self._parts[-1][1].item(-1) - self._memory_s
        while self._parts[0][1].item(-1) < oldest:
            del self._parts[0]
        count, time, axes = self._parts[0]
        if time.item(-1) - time.item(0) > self._memory_s:
            k = int(time.searchsorted(oldest))
            self._parts[0] = (count + k, time[k:].copy(), [column[k:].copy() for column in axes])

    def reset(self) -> None:
        """Begin anew: the body's frame has changed."""
        self._parts.clear()

    def _piece(self, part: tuple[int, Floats, Axes], start: float, end: float) -> Axes | None:
        count, time, axes = part
        first, last = time.searchsorted((start, end)).tolist()
        first += -(count + first) % self._step
        return [column[first : last : self._step] for column in axes] if first < last else None
