"""Sagittal angle of a segment from its gyroscope, held to gravity once per stride.

The gyroscope alone is integrated in three dimensions, from the segment frame into an almost inertial frame
that drifts with what is left of the bias. In that frame the vertical is tracked:

- Between two instants of equal phase, one stride apart, the mean acceleration of any point of the leg is its
  change of speed over the stride's duration: the mean specific force is gravity, but for speeding up or
  slowing down. Impact and swing drop out exactly, where a low-pass filter would keep some of them.
- How far that mean is believed is told by a Kalman filter of two states (tilt, drift), whose uncertainty
  grows with time and is small after a rest: a start or a stop, when the mean lies by several degrees,
  hardly moves it, and a large disagreement is cut off.
- At rest, gravity is seen directly, and so is the bias.

The anchors come from the segment's own rate, so that nothing here depends on gait events.
The angle is that of the vertical in the segment's x-y plane (docs/conventions.md): continuous, free of heading.
"""

from dataclasses import dataclass, field
from math import atan2, isnan, nan, pi, radians

import numpy as np

from calibration.rest import RestDetector, RestSettings
from calibration.slip import SlipSettings
from calibration.strapdown import Axes, Strapdown
from calibration.swept_plane import CoarseAttitude, sighting
from calibration.turn_watch import TurnWatch, Watched
from firmware_bridge.samples import Floats, Placement, SampleBlock, Vectors, parts_between_gaps
from legcycle_imu.model import SegmentAngles
from legcycle_imu.orientation.facing import Facing
from legcycle_imu.orientation.vertical import Columns, Vector, Vertical, VerticalSettings
from legcycle_imu.orientation.windows import Window, Windows, WindowSettings

_FEWEST_INSTANTS = 8
"""Coarse instants in a stride from which its swept plane is told."""


@dataclass(frozen=True, slots=True)
class OrientationSettings:
    """Settings of the orientation filter.

    Parameters
    ----------
    shortest_window_s : windows that are no whole stride say something from this length on, once the vertical is
        known at all; before, only the longest do
    longest_gap_s : over a gap of up to so long the attitude is carried; after a longer one it is not known
    gap_sd_rad, gap_rate_share : uncertainty that such a gap adds: so much, and this share of the rate at its edges
        over its duration
    rest : when the sensor counts as still
    windows : over what the specific force is averaged
    vertical : how the vertical is tracked
    slip : when the sensor counts as turned round the leg
    """

    shortest_window_s: float = 0.5
    longest_gap_s: float = 0.1
    gap_sd_rad: float = radians(1.0)
    gap_rate_share: float = 0.25
    rest: RestSettings = field(default_factory=RestSettings)
    windows: WindowSettings = field(default_factory=WindowSettings)
    vertical: VerticalSettings = field(default_factory=VerticalSettings)
    slip: SlipSettings = field(default_factory=SlipSettings)


class Orientation:
    """One segment's sagittal angle. Streaming; any chunking gives the same.

    Parameters
    ----------
    placement : the segment
    rate_hz : nominal sampling rate
    gyr_bias_sd_rad_s : uncertainty of the bias that the calibration has removed
    settings : see `OrientationSettings`
    """

    def __init__(
        self,
        placement: Placement,
        rate_hz: float,
        gyr_bias_sd_rad_s: float,
        settings: OrientationSettings | None = None,
    ) -> None:
        self.settings = settings or OrientationSettings()
        self._placement = placement
        self._rest = RestDetector(rate_hz, self.settings.rest)
        self._strapdown = Strapdown(rate_hz)
        self._windows = Windows(rate_hz, self.settings.windows)
        self._vertical = Vertical(gyr_bias_sd_rad_s, self.settings.vertical)
        self._watch = TurnWatch(self.settings.slip)
        self._coarse = CoarseAttitude(rate_hz, self.settings.windows.longest_stride_s)
        self._watched: list[Watched] = []
        self._facing = Facing()
        self._bias = np.zeros(3)
        self._angle = nan
        self._turns = 0.0

    def push(self, block: SampleBlock) -> SegmentAngles:
        """Take the next samples in the segment frame, give their angles (NaN until the vertical is known)."""
        parts: list[Floats] = [np.empty(0)]
        for part, after_gap in parts_between_gaps(block.quality):
            run = block[part]
            if after_gap and self._windows.time is not None:
                self._bridge_gap(float(run.time[0]) - self._windows.time, run.gyr[:1] - self._bias)
            windows = self._rest.push(run)
            start = 0
            for k in np.flatnonzero(windows.resting):
                end = int(windows.end[k])
                parts.append(self._moving(run[start:end]))
                self._resting(windows.gyr[k], windows.acc[k])
                start = end
            if start < len(run):
                parts.append(self._moving(run[start:]))
        rate = self._facing.z(block.time, block.gyr)
        self._facing.forget()
        return SegmentAngles(self._placement, block.time, np.concatenate(parts), rate, block.quality)

    def see_vertical(self, up: Vector) -> None:
        """Take where the vertical is at the last sample, in the segment frame, unless a rest has told it better."""
        now, sd = self._windows.time, self.settings.vertical.upright_sd_rad
        if now is not None and self._vertical.sd_rad > sd:
            self._vertical.set(now, self._windows.into_drifting_frame(up), sd)

    def watched(self) -> list[Watched]:
        """Give the strides that were looked at since the last call."""
        watched, self._watched = self._watched, []
        return watched

    def turn(self, rotation: Vectors, bias_rad_s: Floats) -> None:
        """Go on with a segment frame that is turned: another calibration holds for the samples to come.

        The vertical, and what is known of bias and drift, are carried on.

        Parameters
        ----------
        rotation : (3, 3) new frame = rotation . old frame
        bias_rad_s : (3,) what the samples to come have had removed beyond those before, new frame, rad/s
        """
        self._bias = (rotation * self._bias).sum(axis=1) - bias_rad_s
        self._strapdown.turn(rotation)
        self._windows.turn(rotation)
        self._rest.reset()
        self._coarse.reset()
        self._watch = TurnWatch(self.settings.slip)
        self._facing = Facing()
        now = self._windows.time
        if now is not None and not isnan(self._angle):
            x, y, _ = self._windows.into_segment_frame(self._vertical.at(now))
            before, self._angle = self._angle + 2 * pi * self._turns, atan2(x, y)
            self._turns = float(round((before - self._angle) / (2 * pi)))

    def _moving(self, block: SampleBlock) -> Floats:
        gyr = np.subtract(block.gyr, self._bias, order="F")
        axes = self._strapdown.push(gyr)
        self._coarse.push(block.time, axes)
        for window in self._windows.push(block, gyr[:, 2], axes):
            if not (window.is_stride and self._watch.wants() and self._deviates(window)):
                self._correct(window)
        self._coarse.forget()
        return self._angle_in_plane(block.time, axes, self._vertical.over(block.time))

    def _deviates(self, window: Window) -> bool:
        """Tell whether a stride shows the sensor turned; once that is settled, let its frame turn along."""
        axes = self._coarse.between(window.start, window.end)
        if axes.shape[1] < _FEWEST_INSTANTS:
            return False
        watched = self._watch.push(sighting(window.start, window.end, window.known, window.up, axes))
        self._watched.append(watched)
        if watched.turned is not None:
            self._face(window.known)
        return watched.deviates

    def _face(self, now: float) -> None:
        """Turn the frame along with the sensor, and let what errs along with it be learned anew."""
        s = self.settings.slip
        self._facing.turn(now, self._watch.turn)
        up = self._watch.vertical()
        if self._vertical.off(now, up) > s.off_vertical_rad:
            self._vertical.set(now, up, self.settings.vertical.upright_sd_rad)
        self._vertical.doubt(s.tilt_sd_rad, s.drift_sd_rad_s)

    def _correct(self, window: Window) -> None:
        """Hold the vertical to the mean force over a window."""
        s, vertical = self.settings, self._vertical
        if window.is_stride:
            vertical.turn_drift(window.axes_before, window.axes_after)
        elif window.end - window.start < (s.shortest_window_s if vertical.known else s.windows.longest_s):
            return
        sd = s.vertical.stride_sd_rad if window.is_stride else s.vertical.irregular_sd_rad
        vertical.seen(window.known, 0.5 * (window.start + window.end), window.up, sd)

    def _resting(self, gyr: Vectors, acc: Vectors) -> None:
        """Take gravity and the bias from a still window that has just ended."""
        now, size = self._windows.time, float(np.sqrt((acc * acc).sum()))
        if now is not None and size > 0:
            x, y, z = (acc / size).tolist()
            up = self._windows.into_drifting_frame((x, y, z))
            self._vertical.seen(now, now, up, self.settings.vertical.rest_sd_rad)
        self._bias = self._bias + self._vertical.rest_bias_gain() * (gyr - self._bias)
        self._windows.restart()

    def _bridge_gap(self, duration_s: float, gyr: Vectors) -> None:
        """Carry the attitude over a short gap, and doubt it accordingly; after a long one nothing is known."""
        s = self.settings
        if duration_s > s.longest_gap_s:
            self._vertical.forget()
            self._angle = nan
        else:
            speed = max(self._strapdown.speed_rad_s, float(np.sqrt((gyr * gyr).sum())))
            self._vertical.doubt(s.gap_sd_rad + s.gap_rate_share * speed * duration_s)
        self._strapdown.bridge(duration_s, np.ascontiguousarray(gyr))
        self._windows.reset()
        self._rest.reset()

    def _angle_in_plane(self, time: Floats, axes: Axes, up: Columns) -> Floats:
        """Give the angle of the vertical in the x-y plane, in whole turns continuous with what came before."""
        ahead = self._facing.x(time, axes, up)
        x, y, z = up
        raw = np.arctan2(ahead, axes[1] * x + axes[4] * y + axes[7] * z)
        before = float(raw[0]) if isnan(self._angle) else self._angle
        self._angle = float(raw[-1])
        if max(before, np.maximum.reduce(raw)) - min(before, np.minimum.reduce(raw)) <= pi:
            return raw + 2 * pi * self._turns if self._turns else raw  # no step can be longer than the whole range
        steps = np.nan_to_num(np.diff(raw, prepend=before))
        turns = np.cumsum(np.concatenate(([self._turns], -np.round(steps / (2 * pi)))))[1:]
        self._turns = float(turns[-1])
        angle: Floats = raw + 2 * pi * turns
        return angle
