"""Which way a segment's frame faces: turned about its length from stated instants on."""

from collections.abc import Iterator
from math import cos, inf, sin

import numpy as np

from calibration.strapdown import Axes
from firmware_bridge.samples import Floats, Vectors
from legcycle_imu.orientation.vertical import Columns


class Facing:
    """Turns about y of the frame in which a segment's samples are given. What the turns change begins with them."""

    def __init__(self) -> None:
        self._pieces = [(-inf, 1.0, 0.0)]

    def turn(self, time: float, turn_rad: float) -> None:
        """Face another way from a time on: turned by so much from the frame of the samples."""
        self._pieces.append((time, cos(turn_rad), sin(turn_rad)))

    def x(self, time: Floats, axes: Axes, vector: Columns) -> Floats:
        """Give the x component of a vector of the drifting frame at each time."""
        x, y, z = vector
        ahead: Floats = axes[0] * x + axes[3] * y + axes[6] * z
        for part, c, s in self._turned(time):
            beside = axes[2][part] * x[part] + axes[5][part] * y[part] + axes[8][part] * z[part]
            ahead[part] = c * ahead[part] + s * beside
        return ahead

    def z(self, time: Floats, vectors: Vectors) -> Floats:
        """Give the z component of vectors of the samples' frame at each time."""
        beside = np.array(vectors[:, 2])
        for part, c, s in self._turned(time):
            beside[part] = c * beside[part] - s * vectors[part, 0]
        return beside

    def forget(self) -> None:
        """Let go of all turns but the last: what is to come lies behind it."""
        del self._pieces[:-1]

    def _turned(self, time: Floats) -> Iterator[tuple[slice, float, float]]:
        """Give the parts that are turned, each with cosine and sine."""
        if len(self._pieces) == 1 and self._pieces[0][2] == 0.0:
            return
        starts = [*time.searchsorted([start for start, _, _ in self._pieces]).tolist(), len(time)]
        for k, (_, c, s) in enumerate(self._pieces):
            if s != 0.0 and starts[k] < starts[k + 1]:
                yield slice(starts[k], starts[k + 1]), c, s
