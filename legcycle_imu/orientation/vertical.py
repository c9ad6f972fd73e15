"""The vertical in a slowly drifting frame, held to what gravity shows once a stride.

Tilt and drift have the same uncertainty about every horizontal axis, so one covariance of 2 x 2 numbers serves
both axes, and the corrections are vectors (the idea of VQF's bias estimation, Laidig & Seel 2023,
10.1016/j.inffus.2022.10.014, moved from samples to strides).
"""

from dataclasses import dataclass
from math import acos, inf, radians, sqrt
from typing import NamedTuple

import numpy as np

from firmware_bridge.samples import Floats

Vector = tuple[float, float, float]
Columns = tuple[Floats, Floats, Floats]


@dataclass(frozen=True, slots=True)
class VerticalSettings:
    """Noises of the filter that tracks the vertical.

    Parameters
    ----------
    stride_sd_rad : error of the vertical that one stride's mean force shows. On a treadmill it scatters by
        0.9 deg (39 recordings, docs/algorithms.md); over ground a change of speed of 0.25 m/s in a
        stride of 0.7 s adds 2 deg
    irregular_sd_rad : the same for a window that is not a whole stride
    rest_sd_rad : the same at rest: the accelerometer's bias, of which standing during the
        calibration has already removed most
    upright_sd_rad : the same where the alignment tells it, from the strides that follow
    tilt_walk_rad_s05 : random walk of the tilt, rad per square root of second: gyroscope scale,
        non-linearity and soft tissue, not only noise
    bias_walk_rad_s15 : random walk of the bias, rad/s per square root of second
        (.02 deg/s per square root of minute)
    rest_bias_sd_rad_s : error of the bias that a second of standing shows: the sway of a person
    bias_floor_sd_rad_s : the bias is never taken for better known than that: rests are averaged over some 3 s, so that
        the sway of a person, which a quarter of a second shows as 0.5 deg/s and more, does not become bias
    moving_drift_sd_rad_s : drift that movement alone makes, however well a rest has shown the bias: scale errors of
        1 % do not cancel over a stride in which the segment turns about all its axes (0.1 deg/s median, 0.3 to 0.5
        at most, on the thighs of 13 runners, docs/algorithms.md)
    doubt_sd : a disagreement of this many standard deviations is believed by half, larger ones ever less: a
        change of speed, not a tilt
    ramp_s : a correction is spread over this time, so that no angle jumps inside an event's window
    """

    stride_sd_rad: float = radians(2.0)
    irregular_sd_rad: float = radians(8.0)
    rest_sd_rad: float = radians(0.5)
    upright_sd_rad: float = radians(1.0)
    tilt_walk_rad_s05: float = radians(0.1)
    bias_walk_rad_s15: float = radians(0.02) / sqrt(60.0)
    rest_bias_sd_rad_s: float = radians(0.1)
    bias_floor_sd_rad_s: float = radians(0.03)
    moving_drift_sd_rad_s: float = radians(0.2)
    doubt_sd: float = 2.0
    ramp_s: float = 0.1


class _Piece(NamedTuple):
    """The vertical from a time on, until the next piece begins: value + slope x (t - start)."""

    start: float
    value: Vector
    slope: Vector

    def at(self, time: float) -> Vector:
        (x, y, z), (u, v, w), dt = self.value, self.slope, time - self.start
        return (x + u * dt, y + v * dt, z + w * dt)


class Vertical:
    """The vertical as a function of time, in straight pieces; what a correction changes begins with it.

    Parameters
    ----------
    drift_sd_rad_s : how fast it may drift: uncertainty of the gyroscope's bias
    settings : see `VerticalSettings`
    """

    _MEMORY_S = 4.0  # no window reaches further back

    def __init__(self, drift_sd_rad_s: float, settings: VerticalSettings) -> None:
        self.settings = settings
        self._pieces: list[_Piece] = []
        self._drift: Vector = (0.0, 0.0, 0.0)
        self._updated = 0.0
        self._tilt_var = 0.0
        self._cross_var = 0.0
        self._drift_var = drift_sd_rad_s**2 + settings.moving_drift_sd_rad_s**2
        self._bias_var = self._drift_var

    @property
    def known(self) -> bool:
        """Whether it has been seen at all."""
        return bool(self._pieces)

    @property
    def sd_rad(self) -> float:
        """Its uncertainty when it was last seen; infinite before."""
        return sqrt(self._tilt_var) if self._pieces else inf

    def seen(self, time: float, middle: float, direction: Vector, sd_rad: float) -> None:
        """Correct by a direction (unit vector) that was the mean around `middle` and became known at `time`."""
        if not self._pieces:
            self.set(time, direction, sd_rad)
            return
        self._grow(time)
        ux, uy, uz = self.at(middle)
        vx, vy, vz = direction
        along = (ux * vx + uy * vy + uz * vz) / (ux * ux + uy * uy + uz * uz)
        ex, ey, ez = vx - along * ux, vy - along * uy, vz - along * uz
        variance = self._tilt_var + sd_rad**2
        belief = 1.0 / (1.0 + (ex * ex + ey * ey + ez * ez) / (self.settings.doubt_sd**2 * variance))
        gain, drift_gain = self._tilt_var / variance, self._cross_var / variance
        self._drift_var -= drift_gain * self._cross_var
        self._cross_var *= 1 - gain
        self._tilt_var *= 1 - gain
        dx, dy, dz = self._drift
        drifting = belief * drift_gain
        self._drift = (dx + drifting * ex, dy + drifting * ey, dz + drifting * ez)
        share = belief * gain
        self._bend(time, (share * ex, share * ey, share * ez))

    def set(self, time: float, direction: Vector, sd_rad: float) -> None:
        """Take a direction from someone who knows, whatever was seen before."""
        self._pieces = [piece for piece in self._pieces if piece.start < time]
        self._pieces.append(_Piece(time, direction, self._drift))
        self._updated = time
        self._tilt_var = sd_rad**2
        self._cross_var = 0.0

    def rest_bias_gain(self) -> float:
        """Give the share of a rest's mean rate to take as bias, and count the drift as known that much better."""
        s = self.settings
        gain = self._bias_var / (self._bias_var + s.rest_bias_sd_rad_s**2)
        self._bias_var = max((1 - gain) * self._bias_var, s.bias_floor_sd_rad_s**2)
        left = s.rest_bias_sd_rad_s**2 / (self._drift_var + s.rest_bias_sd_rad_s**2)
        self._drift_var = max(left * self._drift_var, s.moving_drift_sd_rad_s**2)
        self._cross_var *= left
        x, y, z = self._drift
        self._drift = (left * x, left * y, left * z)
        return gain

    def turn_drift(self, before: list[float], now: list[float]) -> None:
        """Turn the drift along with the runner: it is fixed to the sensor, which comes back each stride."""
        x, y, z = self._drift
        u = before[0] * x + before[3] * y + before[6] * z
        v = before[1] * x + before[4] * y + before[7] * z
        w = before[2] * x + before[5] * y + before[8] * z
        self._drift = (
            now[0] * u + now[1] * v + now[2] * w,
            now[3] * u + now[4] * v + now[5] * w,
            now[6] * u + now[7] * v + now[8] * w,
        )

    def doubt(self, tilt_sd_rad: float, drift_sd_rad_s: float = 0.0) -> None:
        """Add uncertainty: the attitude was bridged over a gap, the sensor has moved on its segment."""
        self._tilt_var += tilt_sd_rad**2
        self._drift_var += drift_sd_rad_s**2

    def forget(self) -> None:
        """Know it no more, but for how it drifts: a gap was too long to carry it over."""
        self._pieces.clear()

    def at(self, time: float) -> Vector:
        """Give the vertical at one instant (not normalised)."""
        pieces = self._pieces
        k = len(pieces) - 1
        while k > 0 and pieces[k].start > time:
            k -= 1
        return pieces[k].at(time)

    def off(self, time: float, direction: Vector) -> float:
        """Give the angle between the vertical and a direction (unit vector), rad; infinite while it is not known."""
        if not self._pieces:
            return inf
        x, y, z = self.at(time)
        along = (x * direction[0] + y * direction[1] + z * direction[2]) / sqrt(x * x + y * y + z * z)
        return acos(min(max(along, -1.0), 1.0))

    def over(self, time: Floats) -> Columns:
        """Give the vertical at many instants in order (not normalised), NaN where it is not known yet."""
        starts = [piece.start for piece in self._pieces]
        edges = [*time.searchsorted(starts).tolist(), len(time)]
        counts = np.diff(edges)
        columns = [
            np.concatenate((np.full(edges[0], np.nan), np.repeat(column, counts)))
            for column in np.array([(p.start, *p.value, *p.slope) for p in self._pieces]).reshape(-1, 7).T
        ]
        start, x, y, z, u, v, w = columns
        dt = time - start
        if len(time):
            self._forget_before(time.item(-1) - self._MEMORY_S)
        return x + u * dt, y + v * dt, z + w * dt

    def _grow(self, time: float) -> None:
        s = self.settings
        dt = max(time - self._updated, 0.0)
        self._updated = time
        self._tilt_var += 2 * dt * self._cross_var + dt * dt * self._drift_var + s.tilt_walk_rad_s05**2 * dt
        self._cross_var += dt * self._drift_var
        self._drift_var += s.bias_walk_rad_s15**2 * dt
        self._bias_var += s.bias_walk_rad_s15**2 * dt

    def _bend(self, time: float, correction: Vector) -> None:
        """Lead over to the corrected vertical, and drift on from there."""
        ramp = self.settings.ramp_s
        here = self.at(time)
        dx, dy, dz = self._drift
        x = here[0] + correction[0] + ramp * dx
        y = here[1] + correction[1] + ramp * dy
        z = here[2] + correction[2] + ramp * dz
        size = sqrt(x * x + y * y + z * z)
        there = (x / size, y / size, z / size)
        slope = ((there[0] - here[0]) / ramp, (there[1] - here[1]) / ramp, (there[2] - here[2]) / ramp)
        pieces = self._pieces
        while pieces and pieces[-1].start >= time:
            pieces.pop()
        pieces += (_Piece(time, here, slope), _Piece(time + ramp, there, self._drift))

    def _forget_before(self, time: float) -> None:
        old = 0
        while old + 1 < len(self._pieces) and self._pieces[old + 1].start < time:
            old += 1
        del self._pieces[:old]
