"""Windows over which the specific force is averaged: from one anchor of a segment's swing to the next.

An anchor is where the segment's own rate, low-passed, rises through a threshold: one instant of equal phase a stride.
Where no anchor comes for a while, the time since the last one is a window too, if a less telling one.
"""

from dataclasses import dataclass, field
from math import radians
from typing import NamedTuple, TypeVar

import numpy as np

from calibration.strapdown import Axes
from firmware_bridge.samples import Flags, Floats, Quality, SampleBlock, Vectors
from legcycle_imu.lowpass import Lowpass, LowpassDesign
from legcycle_imu.orientation.vertical import Vector

Element = TypeVar("Element", float, Floats)


@dataclass(frozen=True, slots=True)
class WindowSettings:
    """Settings of the windows.

    Parameters
    ----------
    anchor_lowpass : filter of the rate from which anchors are taken: a leg strides at 0.7 to 2.5 Hz; joggers' thighs
        nod twice a stride, and soft tissue shakes at 8 Hz and more
    anchor_rate_rad_s : an anchor is where that rate rises through this, having been below its negative since
        the last one; joggers' thighs reach -230 and +280 deg/s, walkers' about -100 and +150
    longest_s : without an anchor for so long, the time since the last one is used as it is
    shortest_stride_s, longest_stride_s : duration of a window that counts as a whole stride
    saturated_samples : with more saturated accelerations than this a window says nothing: a clipped impact
        is rectified and would bend the mean by many degrees (docs/algorithms.md)
    """

    anchor_lowpass: LowpassDesign = field(default_factory=lambda: LowpassDesign(2.0, 2))
    anchor_rate_rad_s: float = radians(70.0)
    longest_s: float = 1.6
    shortest_stride_s: float = 0.35
    longest_stride_s: float = 1.5
    saturated_samples: int = 3


class Window(NamedTuple):
    """Mean specific force over a window.

    Attributes
    ----------
    start, end : s
    known : stream time at which it is known, s
    up : direction of the mean force in the drifting frame, unit vector
    is_stride : whether it is one whole stride
    axes_before, axes_after : attitude at start and end, nine elements row by row
    """

    start: float
    end: float
    known: float
    up: Vector
    is_stride: bool
    axes_before: list[float]
    axes_after: list[float]


class _Edge(NamedTuple):
    """Edge of a window: when, the integral of the specific force until then, and what else to know of it.

    At an anchor `time` lies between two samples; `sample_time` is that of the later one, with which it was known.
    """

    time: float
    sample_time: float
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


class Windows:
    """Find the windows in a segment's samples. Streaming; any chunking gives the same.

    Parameters
    ----------
    rate_hz : nominal sampling rate
    settings : see `WindowSettings`
    """

    def __init__(self, rate_hz: float, settings: WindowSettings) -> None:
        self.settings = settings
        self._period = 1.0 / rate_hz
        self._slow = Lowpass(settings.anchor_lowpass, rate_hz)
        self._last: _Course | None = None
        self._edge: _Edge | None = None
        self._went_back = False

    @property
    def time(self) -> float | None:
        """Time of the last sample, s; None before the first one and after a gap."""
        return None if self._last is None else self._last.time.item(0)

    def push(self, block: SampleBlock, rate: Floats, axes: Axes) -> list[Window]:
        """Take the next samples with their rate and attitude, give the windows that end among them."""
        course = self._course(block, rate, axes)
        if self._edge is None:
            self._edge = _edge_at(course, 1)
        windows = []
        for index, is_anchor in self._ends(course, self._edge.sample_time):
            start, end = self._edge, _edge_at(course, index, self.settings.anchor_rate_rad_s if is_anchor else None)
            self._edge = end
            if end.saturated - start.saturated <= self.settings.saturated_samples:
                windows.append(self._window(start, end, course.time.item(index)))
        return windows

    def restart(self) -> None:
        """Begin a window at the last sample: what came before was a rest."""
        if self._last is not None:
            self._edge = _edge_at(self._last, 0)

    def reset(self) -> None:
        """Begin anew after a gap."""
        self._slow.reset()
        self._last = None
        self._edge = None
        self._went_back = False

    def turn(self, rotation: Vectors) -> None:
        """Go on with a segment frame that is turned, new = rotation . old."""
        if self._last is not None:
            self._last = self._last._replace(axes=_turned(self._last.axes, rotation))
        if self._edge is not None:
            self._edge = self._edge._replace(axes=_turned(self._edge.axes, rotation))

    def into_drifting_frame(self, vector: Vector) -> Vector:
        """Turn a vector of the segment frame by the attitude of the last sample."""
        assert self._last is not None
        axes = [column.item(-1) for column in self._last.axes]
        x, y, z = (sum(axes[3 * k + j] * vector[j] for j in range(3)) for k in range(3))
        return (x, y, z)

    def into_segment_frame(self, vector: Vector) -> Vector:
        """Turn a vector of the drifting frame back by the attitude of the last sample."""
        assert self._last is not None
        axes = [column.item(-1) for column in self._last.axes]
        x, y, z = (sum(axes[3 * k + j] * vector[k] for k in range(3)) for j in range(3))
        return (x, y, z)

    def _course(self, block: SampleBlock, rate: Floats, axes: Axes) -> _Course:
        x, y, z = (block.acc[:, k] for k in range(3))
        slow = self._slow.push(rate)
        last = self._last or _Course(block.time[:1], slow[:1], [np.zeros(1)] * 3, np.zeros(1), axes)
        force = [
            _running_sum(total, axes[3 * k] * x + axes[3 * k + 1] * y + axes[3 * k + 2] * z, self._period)
            for k, total in enumerate(last.force)
        ]
        course = _Course(
            np.concatenate((last.time, block.time)),
            np.concatenate((last.slow_rate, slow)),
            force,
            self._saturated(last.saturated, block.quality),
            axes,
        )
        self._last = _tail(course)
        return course

    @staticmethod
    def _saturated(before: Floats, quality: Flags) -> Floats:
        clipped = (quality & Quality.ACC_SATURATED) != 0
        return _running_sum(before, clipped, 1.0) if clipped.any() else np.broadcast_to(before, len(quality) + 1)

    def _ends(self, course: _Course, begun: float) -> list[tuple[int, bool]]:
        """Give where windows end (index into the course), and whether at an anchor or for want of one."""
        longest, last = self.settings.longest_s, len(course.time)
        ends: list[tuple[int, bool]] = []
        for anchor in [*self._anchors(course.slow_rate), last]:
            until = course.time.item(min(anchor, last - 1))
            while until > begun + longest:
                late = int(course.time.searchsorted(begun + longest, side="right"))
                if late >= anchor:
                    break
                ends.append((late, False))
                begun = course.time.item(late)
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

    def _window(self, start: _Edge, end: _Edge, known: float) -> Window:
        s = self.settings
        (x0, y0, z0), (x1, y1, z1) = start.force, end.force
        x, y, z = x1 - x0, y1 - y0, z1 - z0
        size = max((x * x + y * y + z * z) ** 0.5, 1e-12)
        whole = start.is_anchor and end.is_anchor and s.shortest_stride_s <= end.time - start.time <= s.longest_stride_s
        return Window(start.time, end.time, known, (x / size, y / size, z / size), whole, start.axes, end.axes)


def _turned(axes: list[Element], rotation: Vectors) -> list[Element]:
    """Give an attitude, or many, of a body frame that is turned, new = rotation . old."""
    turn = rotation.tolist()
    return [sum(axes[3 * i + k] * turn[j][k] for k in range(3)) for i in range(3) for j in range(3)]


def _running_sum(total: Floats, values: Floats, factor: float) -> Floats:
    """Give the running sum of values times a factor, begun with a total: one element more than values."""
    terms = np.empty(len(values) + 1)
    terms[0] = total[0]
    np.multiply(values, factor, out=terms[1:])
    return np.cumsum(terms)


def _tail(course: _Course) -> _Course:
    """Give the last sample of a course, as what precedes the next one."""
    return _Course(
        course.time[-1:].copy(),
        course.slow_rate[-1:].copy(),
        [x[-1:].copy() for x in course.force],
        course.saturated[-1:].copy(),
        [a[-1:].copy() for a in course.axes],
    )


def _edge_at(course: _Course, index: int, threshold: float | None = None) -> _Edge:
    """Give the edge at a sample; at an anchor, where the rate rose through the threshold just before it."""
    before = max(index - 1, 0)
    share = 1.0
    if threshold is not None:
        low, high = course.slow_rate.item(before), course.slow_rate.item(index)
        share = (threshold - low) / (high - low) if high > low else 1.0
    time, *force = (
        column.item(before) + share * (column.item(index) - column.item(before))
        for column in (course.time, *course.force)
    )
    x, y, z = force
    axes = [column.item(before) for column in course.axes]
    return _Edge(
        time, course.time.item(index), (x, y, z), int(course.saturated.item(index)), axes, threshold is not None
    )
