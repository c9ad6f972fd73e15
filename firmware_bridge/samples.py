"""What every sensor becomes: blocks of samples on the session's clock, in SI units."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import IntFlag, StrEnum
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
"""One-dimensional float64 array, shape (n,)."""
Vectors = NDArray[np.float64]
"""float64 array of 3-vectors, shape (n, 3), stored by rows or by columns; stages work column by column."""
Flags = NDArray[np.uint8]
"""Quality flags of n samples, shape (n,)."""


class Side(StrEnum):
    """Body side of the wearer."""

    LEFT = "left"
    RIGHT = "right"


class Segment(StrEnum):
    """Body segment that carries a sensor."""

    THIGH = "thigh"
    SHANK = "shank"


class Placement(NamedTuple):
    """Where a sensor is worn."""

    side: Side
    segment: Segment

    def __str__(self) -> str:
        return f"{self.side} {self.segment}"


class Quality(IntFlag):
    """What is known against a sample; 0 is a clean one."""

    CLEAN = 0
    ACC_SATURATED = 1
    """At least one accelerometer axis is at the end of its range."""
    GYR_SATURATED = 2
    """At least one gyroscope axis is at the end of its range."""
    FILLED = 4
    """Interpolated over a short gap; no event may rest on it."""
    AFTER_GAP = 8
    """First sample after a gap too long to fill."""


@dataclass(frozen=True, slots=True)
class SampleBlock:
    """Consecutive samples of one sensor.

    Parameters
    ----------
    time : (n,) session time of each sample, s, strictly increasing
    gyr : (n, 3) angular velocity, rad/s
    acc : (n, 3) specific force, m/s^2: +9.81 upward at rest
    quality : (n,) `Quality` flags

    The arrays are shared, never written to.
    """

    time: Floats
    gyr: Vectors
    acc: Vectors
    quality: Flags

    def __len__(self) -> int:
        return len(self.time)

    def __getitem__(self, part: slice) -> "SampleBlock":
        return SampleBlock(self.time[part], self.gyr[part], self.acc[part], self.quality[part])

    @classmethod
    def empty(cls) -> "SampleBlock":
        """Give a block of no samples."""
        return cls(np.empty(0), np.empty((0, 3)), np.empty((0, 3)), np.empty(0, np.uint8))

    @classmethod
    def join(cls, blocks: "list[SampleBlock]") -> "SampleBlock":
        """Put consecutive blocks of one sensor together."""
        if len(blocks) == 1:
            return blocks[0]
        if not blocks:
            return cls.empty()
        return cls(
            np.concatenate([b.time for b in blocks]),
            np.concatenate([b.gyr for b in blocks]),
            np.concatenate([b.acc for b in blocks]),
            np.concatenate([b.quality for b in blocks]),
        )


def parts_between_gaps(quality: Flags) -> Iterator[tuple[slice, bool]]:
    """Give the parts of a block that no unfilled gap divides, each with whether such a gap lies before it."""
    if len(quality) == 0:
        return
    after_gap = np.flatnonzero(quality & Quality.AFTER_GAP).tolist()
    for start, stop in pairwise(sorted({0, *after_gap, len(quality)})):
        yield slice(start, stop), bool(quality[start] & Quality.AFTER_GAP)
