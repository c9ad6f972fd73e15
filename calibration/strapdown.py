"""Attitude by integrating the gyroscope alone, in three dimensions, into a frame that drifts with the bias."""

import numpy as np
from scipy.spatial.transform import Rotation
from vqf import BasicVQF

from firmware_bridge.samples import Floats, Vectors

Axes = list[Floats]
"""Nine columns, shape (n,): the rotation from the body to the drifting frame, row by row."""


class Strapdown:
    """Streaming strapdown integration (the quaternion update of the vqf package, fed with no acceleration).

    Parameters
    ----------
    rate_hz : sampling rate
    """

    def __init__(self, rate_hz: float) -> None:
        self._period = 1.0 / rate_hz
        self._attitude = np.array([[1.0, 0.0, 0.0, 0.0]])
        self._gyr: Vectors | None = None

    @property
    def speed_rad_s(self) -> float:
        """Size of the last angular rate; 0 before the first sample and after a gap."""
        return 0.0 if self._gyr is None else float(np.sqrt((self._gyr * self._gyr).sum()))

    def push(self, gyr: Vectors) -> Axes:
        """Integrate the next rates (rad/s, bias removed), give the attitude at each sample."""
        if len(gyr) == 0:
            return [np.empty(0)] * 9
        before = gyr[0] if self._gyr is None else self._gyr[0]
        # The mean of two samples turns from the one to the other, so that attitude and acceleration belong to the
        # same instant: half a sample between them doubled the error (docs/algorithms.md).
        between = np.empty((len(gyr), 3))
        for k in range(3):
            rate = gyr[:, k]
            between[0, k] = 0.5 * (rate[0] + before[k])
            between[1:, k] = 0.5 * (rate[1:] + rate[:-1])
        self._gyr = np.array(gyr[-1:])
        attitude = self._turned(between, self._period)
        self._attitude = attitude[-1:].copy()
        return _matrix_elements(attitude)

    def turn(self, rotation: Vectors) -> None:
        """Go on with a body frame that is turned, new = rotation . old: the drifting frame stays as it is."""
        w, x, y, z = self._attitude[0]
        attitude = Rotation.from_quat((x, y, z, w)) * Rotation.from_matrix(rotation).inv()
        self._attitude = np.roll(attitude.as_quat(), 1)[np.newaxis]
        if self._gyr is not None:
            self._gyr = (rotation * self._gyr).sum(axis=1)[np.newaxis]

    def bridge(self, duration_s: float, gyr: Vectors) -> None:
        """Carry the attitude over a gap to the sample after it, whose rate (1, 3) is `gyr`: along a straight line."""
        if self._gyr is not None:
            self._attitude = self._turned(0.5 * (self._gyr + gyr), duration_s)
        self._gyr = None

    def _turned(self, gyr: Vectors, period_s: float) -> Vectors:
        integrator = BasicVQF(period_s)
        state = integrator.state
        state["gyrQuat"] = self._attitude[0].tolist()
        integrator.state = state
        attitude: Vectors = integrator.updateBatch(gyr, np.zeros_like(gyr))["quat6D"]
        return attitude


def _matrix_elements(attitude: Vectors) -> Axes:
    w, x, y, z = np.ascontiguousarray(attitude.T)
    x2, y2, z2 = x + x, y + y, z + z
    xx, yy, zz = x * x2, y * y2, z * z2
    xy, xz, yz = x * y2, x * z2, y * z2
    wx, wy, wz = w * x2, w * y2, w * z2
    return [1 - (yy + zz), xy - wz, xz + wy, xy + wz, 1 - (xx + zz), yz - wx, xz - wy, yz + wx, 1 - (xx + yy)]
