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
from itertools import pairwise
from math import isnan, nan, pi, radians
from typing import NamedTuple

import numpy as np

from calibration.rest import RestDetector, RestSettings
from calibration.strapdown import Axes, Strapdown
from firmware_bridge.samples import Floats, Placement, Quality, SampleBlock, Vectors
from legcycle_imu.lowpass import Lowpass, LowpassDesign
from legcycle_imu.model import SegmentAngles
from legcycle_imu.vertical import Vector, Vertical, VerticalSettings


@dataclass(frozen=True, slots=True)
class OrientationSettings:
    """Settings of the orientation filter.

    Parameters
    ----------
    anchor_lowpass : filter of the rate from which anchors are taken
    anchor_rate_rad_s : an anchor is where the rate rises through this, having been below its negative since
        the last one; joggers' thighs reach -230 and +280 deg/s, walkers' about -100 and +150
    longest_window_s : without an anchor for so long, the time since the last one is used as it is
    shortest_window_s : other windows say something from this length on, once the vertical is known at all
    shortest_stride_s, longest_stride_s : duration of a window that counts as a whole stride
    saturated_samples : with more saturated accelerations than this a window says nothing: a clipped impact
        is rectified and would bend the mean by many degrees (docs/algorithms.md)
    gap_rate_share : share of the rate before a gap by which the rate inside it is unsure
    rest : when the sensor counts as still
    vertical : how the vertical is tracked
    """

    anchor_lowpass: LowpassDesign = field(default_factory=lambda: LowpassDesign(4.0, 2))
    anchor_rate_rad_s: float = radians(70.0)
    longest_window_s: float = 1.6
    shortest_window_s: float = 0.5
    shortest_stride_s: float = 0.35
    longest_stride_s: float = 1.5
    saturated_samples: int = 3
    gap_rate_share: float = 0.5
    rest: RestSettings = field(default_factory=RestSettings)
    vertical: VerticalSettings = field(default_factory=VerticalSettings)


class _WindowEdge(NamedTuple):
    """Edge of a window: when, the integral of the specific force until then, and what else to know of it."""

    time: float
    force: Vector
    saturated: int
    axes: list[float]
    is_anchor: bool


class _Course(NamedTuple):
    """A block in the drifting frame.

    All columns but the axes begin with the sample before the block, so that an index into them is one more
    than into the axes.
    """

    time: Floats
    slow_rate: Floats
    force: list[Floats]
    saturated: Floats
    axes: Axes

    def axes_at(self, index: int) -> list[float]:
        """Give the nine elements of the attitude at an index of the other columns."""
        k = max(index - 1, 0)
        return [column.item(k) for column in self.axes]


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
        self._period = 1.0 / rate_hz
        self._rest = RestDetector(rate_hz, self.settings.rest)
        self._slow = Lowpass(self.settings.anchor_lowpass, rate_hz)
        self._vertical = Vertical(gyr_bias_sd_rad_s, self.settings.vertical)
        self._bias = np.zeros(3)
        self._strapdown = Strapdown(rate_hz)
        self._last: _Course | None = None
        self._edge: _WindowEdge | None = None
        self._went_back = False
        self._angle = nan
        self._turns = 0.0

    def push(self, block: SampleBlock) -> SegmentAngles:
        """Take the next samples in the segment frame, give their angles (NaN until the vertical is known)."""
        parts: list[Floats] = [np.empty(0)]
        for run in _without_gaps(block):
            if run.quality[0] & Quality.AFTER_GAP and self._last is not None:
                self._bridge_gap(float(run.time[0] - self._last.time[-1]))
            windows = self._rest.push(run)
            start = 0
            for k in np.flatnonzero(windows.resting):
                end = int(windows.end[k])
                parts.append(self._moving(run[start:end]))
                self._resting(windows.gyr[k], windows.acc[k])
                start = end
            if start < len(run):
                parts.append(self._moving(run[start:]))
        rate = np.ascontiguousarray(block.gyr[:, 2])
        return SegmentAngles(self._placement, block.time, np.concatenate(parts), rate, block.quality)

    def see_vertical(self, up: Vector) -> None:
        """Take where the vertical is at the last sample, in the segment frame, from someone who knows."""
        if self._last is not None:
            now, sd = float(self._last.time[-1]), self.settings.vertical.upright_sd_rad
            self._vertical.seen(now, now, self._in_drifting_frame(up), sd)

    def _moving(self, block: SampleBlock) -> Floats:
        gyr = np.subtract(block.gyr, self._bias, order="F")
        axes = self._strapdown.push(gyr)
        course = self._course(block, gyr[:, 2], axes)
        for index, is_anchor in self._window_ends(course):
            self._end_window(_edge_at(course, index, is_anchor, self.settings.anchor_rate_rad_s))
        return self._angle_in_plane(axes, self._vertical.over(block.time))

    def _course(self, block: SampleBlock, rate: Floats, axes: Axes) -> _Course:
        x, y, z = (block.acc[:, k] for k in range(3))
        slow = self._slow.push(rate)
        clipped = (block.quality & Quality.ACC_SATURATED) != 0
        last = self._last or _Course(block.time[:1], slow[:1], [np.zeros(1)] * 3, np.zeros(1), axes)
        force = [
            _running_sum(total, axes[3 * k] * x + axes[3 * k + 1] * y + axes[3 * k + 2] * z, self._period)
            for k, total in enumerate(last.force)
        ]
        saturated = _running_sum(last.saturated, clipped, 1.0) if clipped.any() else None
        course = _Course(
            np.concatenate((last.time, block.time)),
            np.concatenate((last.slow_rate, slow)),
            force,
            np.full(len(block) + 1, last.saturated[0]) if saturated is None else saturated,
            axes,
        )
        self._last = _tail(course)
        if self._edge is None:
            self._edge = _edge_at(course, 1, False, 0.0)
        return course

    def _window_ends(self, course: _Course) -> list[tuple[int, bool]]:
        """Give where windows end (index into the course), and whether at an anchor or for want of one."""
        assert self._edge is not None
        anchors = self._anchors(course.slow_rate)
        longest, last = self.settings.longest_window_s, len(course.time)
        ends: list[tuple[int, bool]] = []
        begun = self._edge.time
        for anchor in [*anchors, last]:
            until = float(course.time[min(anchor, last - 1)])
            while until - begun > longest:
                late = int(course.time.searchsorted(begun + longest, side="right"))
                if late >= anchor:
                    break
                ends.append((late, False))
                begun = float(course.time[late])
            if anchor < last:
                ends.append((anchor, True))
                begun = until
        return ends

    def _anchors(self, slow_rate: Floats) -> list[int]:
        """Give where the rate rises through the threshold, having been below its negative since the last time."""
        threshold = self.settings.anchor_rate_rad_s
        marks = np.flatnonzero(np.abs(slow_rate[1:]) > threshold) + 1
        if len(marks) == 0:
            return []
        ahead = slow_rate[marks] > threshold
        rising = ahead.copy()
        rising[1:] &= ~ahead[:-1]
        rising[0] &= self._went_back
        self._went_back = not bool(ahead[-1])
        anchors: list[int] = marks[rising].tolist()
        return anchors

    def _end_window(self, edge: _WindowEdge) -> None:
        s = self.settings
        start, self._edge = self._edge, edge
        assert start is not None
        duration = edge.time - start.time
        stride = edge.is_anchor and start.is_anchor and s.shortest_stride_s <= duration <= s.longest_stride_s
        long_enough = s.shortest_window_s if self._vertical.known else s.longest_window_s
        enough = stride or duration >= long_enough
        if not enough or edge.saturated - start.saturated > s.saturated_samples:
            return
        (x0, y0, z0), (x1, y1, z1) = start.force, edge.force
        x, y, z = x1 - x0, y1 - y0, z1 - z0
        size = (x * x + y * y + z * z) ** 0.5
        if stride:
            self._vertical.turn_drift(start.axes, edge.axes)
        sd = s.vertical.stride_sd_rad if stride else s.vertical.irregular_sd_rad
        middle = 0.5 * (start.time + edge.time)
        self._vertical.seen(edge.time, middle, (x / size, y / size, z / size), sd)

    def _resting(self, gyr: Vectors, acc: Vectors) -> None:
        """Take gravity and the bias from a still window that has just ended."""
        assert self._last is not None
        x, y, z = self._in_drifting_frame((float(acc[0]), float(acc[1]), float(acc[2])))
        size = (x * x + y * y + z * z) ** 0.5
        now = float(self._last.time[-1])
        if size > 0:
            sd = self.settings.vertical.rest_sd_rad
            self._vertical.seen(now, now, (x / size, y / size, z / size), sd)
        self._bias = self._bias + self._vertical.rest_bias_gain() * (gyr - self._bias)
        self._edge = _edge_at(self._last, 0, False, 0.0)

    def _in_drifting_frame(self, vector: Vector) -> Vector:
        assert self._last is not None
        axes = [float(a[-1]) for a in self._last.axes]
        x, y, z = (sum(axes[3 * k + j] * vector[j] for j in range(3)) for k in range(3))
        return (x, y, z)

    def _bridge_gap(self, duration_s: float) -> None:
        """Carry the attitude over a gap at the last rate, and doubt it accordingly."""
        doubt = self.settings.gap_rate_share * self._strapdown.speed_rad_s * duration_s + radians(1.0)
        self._vertical.doubt(min(doubt, radians(90.0)))
        self._strapdown.bridge(duration_s)
        self._slow.reset()
        self._rest.reset()
        self._went_back = False
        self._edge = None
        self._last = None

    def _angle_in_plane(self, axes: Axes, up: tuple[Floats, Floats, Floats]) -> Floats:
        x, y, z = up
        raw = np.arctan2(axes[0] * x + axes[3] * y + axes[6] * z, axes[1] * x + axes[4] * y + axes[7] * z)
        before = float(raw[0]) if isnan(self._angle) else self._angle
        self._angle = float(raw[-1])
        step = raw[1:] - raw[:-1]
        if abs(raw[0] - before) <= pi and not (np.abs(step) > pi).any():
            return raw + 2 * pi * self._turns if self._turns else raw
        steps = np.nan_to_num(np.concatenate(([raw[0] - before], step)))
        turns = np.cumsum(np.concatenate(([self._turns], -np.round(steps / (2 * pi)))))[1:]
        self._turns = float(turns[-1])
        angle: Floats = raw + 2 * pi * turns
        return angle


def _running_sum(total: Floats, values: Floats, factor: float) -> Floats:
    """Give the running sum of values times a factor, begun with a total: one element more than values."""
    terms = np.empty(len(values) + 1)
    terms[0] = total[0]
    np.multiply(values, factor, out=terms[1:])
    return np.cumsum(terms)


def _without_gaps(block: SampleBlock) -> list[SampleBlock]:
    after_gap = np.flatnonzero(block.quality & Quality.AFTER_GAP)
    if len(after_gap) == 0:
        return [block] if len(block) else []
    edges = sorted({0, *after_gap.tolist(), len(block)})
    return [block[a:b] for a, b in pairwise(edges)]


def _tail(course: _Course) -> _Course:
    """Give the last sample of a course, as what precedes the next one."""
    return _Course(
        course.time[-1:].copy(),
        course.slow_rate[-1:].copy(),
        [x[-1:].copy() for x in course.force],
        course.saturated[-1:].copy(),
        [a[-1:].copy() for a in course.axes],
    )


def _edge_at(course: _Course, index: int, is_anchor: bool, threshold: float) -> _WindowEdge:
    """Give the edge at a sample; at an anchor, where the rate rose through the threshold just before it."""
    before = max(index - 1, 0)
    share = 1.0
    if is_anchor:
        low, high = course.slow_rate.item(before), course.slow_rate.item(index)
        share = (threshold - low) / (high - low) if high > low else 1.0
    time, *force = (
        column.item(before) + share * (column.item(index) - column.item(before))
        for column in (course.time, *course.force)
    )
    x, y, z = force
    return _WindowEdge(time, (x, y, z), int(course.saturated.item(index)), course.axes_at(index), is_anchor)
