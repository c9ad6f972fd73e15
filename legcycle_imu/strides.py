"""From events and angles to strides: one row of the table per leg and stride."""

from dataclasses import dataclass
from math import degrees, inf, nan
from typing import NamedTuple

import numpy as np

from firmware_bridge.samples import Floats, Quality, Segment, Side
from legcycle_imu import kinematics
from legcycle_imu.cycle import EventKind
from legcycle_imu.model import GaitEvent, SegmentAngles, Stride
from legcycle_imu.phases import INFERRED, OUT_OF_ORDER, WALK
from legcycle_imu.runner import LegGeometry

GAP = "gap"
SATURATED = "saturated"
LOW_LIFT = "low_lift"
RECALIBRATED = "recalibrated"

_APART = 2.5  # sampling periods: samples further apart have a gap between them that was too long to fill
_DROP_AT_ONCE = 500  # samples: dropping fewer costs more than keeping them


@dataclass(frozen=True, slots=True)
class StrideSettings:
    """Settings of the stride builder.

    Parameters
    ----------
    longest_s : two contacts further apart than this are not one stride; slow walking takes 1.4 s
    shortest_s : nor are two closer than this; sprinters take 0.42 s
    hidden_share : a stride with a gap that takes so many times the last one without is two or more: a contact lay
        in the gap; from stride to stride a runner varies by some percent
    low_lift_rad : strides whose knee bends less get the flag `low_lift`
    memory_s : how far back from the events to come angles are kept: more than the longest stride
    """

    longest_s: float = 1.6
    shortest_s: float = 0.3
    hidden_share: float = 1.5
    low_lift_rad: float = 0.7854
    memory_s: float = 4.0


class _Mark(NamedTuple):
    """A span of time whose strides carry a flag."""

    word: str
    start: float
    end: float


class _AngleMemory:
    """The last seconds of one segment's angle."""

    def __init__(self, rate_hz: float) -> None:
        self.period_s = 1.0 / rate_hz
        self.time: Floats = np.empty(0)
        self.angle: Floats = np.empty(0)
        self._quality = np.empty(0, np.uint8)
        self._flagged = False

    def append(self, angles: SegmentAngles) -> None:
        """Take the next angles."""
        self._flagged = self._flagged or bool(angles.quality.any())
        self.time = np.concatenate((self.time, angles.time))
        self.angle = np.concatenate((self.angle, angles.angle))
        self._quality = np.concatenate((self._quality, angles.quality))

    def forget_before(self, time: float) -> None:
        """Drop what is older."""
        k = int(self.time.searchsorted(time))
        if k > _DROP_AT_ONCE:
            self.time, self.angle = self.time[k:].copy(), self.angle[k:].copy()
            self._quality = self._quality[k:].copy()
            self._flagged = bool(self._quality.any())

    def at(self, t: float) -> float:
        """Give the angle at a time, rad; NaN where there is none."""
        k = int(self.time.searchsorted(t))
        if not 0 < k < len(self.time):
            return nan
        t0, t1 = self.time.item(k - 1), self.time.item(k)
        if t1 - t0 > _APART * self.period_s:
            return nan
        a, b = self.angle.item(k - 1), self.angle.item(k)
        angle: float = a + (t - t0) / (t1 - t0) * (b - a)
        return angle

    def between(self, start: float, end: float) -> slice:
        """Give the samples of [start, end)."""
        return slice(int(self.time.searchsorted(start)), int(self.time.searchsorted(end)))

    def arrived(self, part: slice, duration: float) -> float:
        """Give the share of a duration's samples that really came, 0..1."""
        lacking = 0.0 if self.unbroken(part, duration) else self._lacking(part, duration)
        if self._flagged:
            lacking += int(np.count_nonzero(self._quality[part] & Quality.FILLED))
        return max(1.0 - lacking * self.period_s / duration, 0.0)

    def unbroken(self, part: slice, duration: float) -> bool:
        """Tell whether all samples of a duration are there, those included that were filled in."""
        return self._lacking(part, duration) < 1.5  # one sample more or less at the ends is not a gap

    def _lacking(self, part: slice, duration: float) -> float:
        samples: int = part.stop - part.start
        return duration / self.period_s - samples

    def saturated(self, part: slice) -> bool:
        """Tell whether a gyroscope axis was at the end of its range."""
        return self._flagged and bool((self._quality[part] & Quality.GYR_SATURATED).any())


class StrideBuilder:
    """Strides of one leg, without what the other leg adds. Streaming.

    Parameters
    ----------
    side : which leg
    geometry : lengths of the leg
    thigh_rate_hz, shank_rate_hz : nominal sampling rates
    settings : see `StrideSettings`
    first_stride : number of the first stride
    """

    def __init__(
        self,
        side: Side,
        geometry: LegGeometry,
        thigh_rate_hz: float,
        shank_rate_hz: float,
        settings: StrideSettings | None = None,
        *,
        first_stride: int = 0,
    ) -> None:
        self.settings = settings or StrideSettings()
        self._side = side
        self._geometry = geometry
        self._thigh = _AngleMemory(thigh_rate_hz)
        self._shank = _AngleMemory(shank_rate_hz)
        self._events: dict[EventKind, GaitEvent] = {}
        self.next_stride = first_stride
        """Number of the next stride."""
        self._usual_s = inf
        self._marks: list[_Mark] = []

    def push_angles(self, angles: SegmentAngles) -> None:
        """Take the next angles of either segment."""
        memory = self._thigh if angles.placement.segment is Segment.THIGH else self._shank
        memory.append(angles)

    def forget_before(self, time: float) -> None:
        """Drop the angles that no event to come, from this time on, can need."""
        self._thigh.forget_before(time - self.settings.memory_s)
        self._shank.forget_before(time - self.settings.memory_s)

    def mark(self, word: str, start: float, end: float) -> None:
        """Flag the strides to come of which a part lies in [start, end], s."""
        self._marks.append(_Mark(word, start, end))

    def unmark(self, end: float) -> None:
        """Let all marks end, s."""
        self._marks = [mark._replace(end=min(mark.end, end)) for mark in self._marks]

    def forget(self) -> None:
        """Drop the stride that is under way: it was not one."""
        self._events.clear()

    def push(self, event: GaitEvent) -> Stride | None:
        """Take the leg's next event; give the stride that it closes."""
        if event.kind is not EventKind.INITIAL_CONTACT:
            self._events[event.kind] = event
            return None
        events, self._events = self._events, {event.kind: event}
        start = events.get(EventKind.INITIAL_CONTACT)
        s = self.settings
        if start is None or not s.shortest_s <= event.t - start.t <= s.longest_s:
            return None
        stride = self._stride(events, start, event)
        if GAP not in stride.flags:
            self._usual_s = stride.stride_time_s
        elif stride.stride_time_s > s.hidden_share * self._usual_s:
            return None
        self.next_stride += 1
        return stride

    def _stride(self, events: dict[EventKind, GaitEvent], start: GaitEvent, end: GaitEvent) -> Stride:
        if WALK in end.flags and WALK not in events.get(EventKind.TOE_OFF, end).flags:
            # that it walks was not known yet: the toe-off is running's, 0.15 s early
            events = {kind: event for kind, event in events.items() if kind is not EventKind.TOE_OFF}
        toe_off, lift, drive = (
            events.get(kind) for kind in (EventKind.TOE_OFF, EventKind.PEAK_HEEL_LIFT, EventKind.PEAK_KNEE_DRIVE)
        )
        duration = end.t - start.t
        thigh, shank = self._thigh, self._shank
        thigh_part, shank_part = thigh.between(start.t, end.t), shank.between(start.t, end.t)
        flexion = self._knee_flexion(thigh_part, shank_part)
        coverage = min(thigh.arrived(thigh_part, duration), shank.arrived(shank_part, duration))
        geometry = self._geometry
        thigh_start, shank_start, shank_lift = thigh.at(start.t), shank.at(start.t), _at(shank, lift)
        heel_lift_pct = 100.0 * float(kinematics.heel_lift_ratio(shank_lift, geometry))
        known = [nan if e is None else e.t_known for e in (start, toe_off, lift, drive)]
        flags = self._flags(events, end, flexion, ((thigh, thigh_part), (shank, shank_part)))
        return Stride(
            self._side,
            self.next_stride,
            start.t,
            _t(toe_off),
            _t(lift),
            _t(drive),
            end.t,
            stride_time_s=duration,
            contact_time_s=_t(toe_off) - start.t,
            flight_time_s=nan,
            cadence_spm=120.0 / duration,
            push_s=_t(toe_off) - start.t,
            lift_s=_t(lift) - _t(toe_off),
            drive_s=_t(drive) - _t(lift),
            place_s=end.t - _t(drive),
            hip_extension_deg=degrees(kinematics.hip_extension(_at(thigh, toe_off))),
            peak_hip_extension_deg=-degrees(_least(thigh.angle[thigh_part])),
            heel_lift_cm=heel_lift_pct * geometry.shank_m,
            heel_lift_pct=heel_lift_pct,
            knee_drive_deg=degrees(_at(thigh, drive)),
            placement_cm=100.0 * float(kinematics.placement(thigh_start, shank_start, geometry)),
            shank_at_contact_deg=degrees(shank_start),
            peak_knee_flexion_deg=degrees(flexion),
            initial_contact_known_s=known[0],
            toe_off_known_s=known[1],
            peak_heel_lift_known_s=known[2],
            peak_knee_drive_known_s=known[3],
            coverage_pct=100.0 * coverage,
            flags=flags,
        )

    def _knee_flexion(self, thigh_part: slice, shank_part: slice) -> float:
        """Give the largest knee flexion, rad: the thigh is read at the shank's instants."""
        time, shank = self._shank.time[shank_part], self._shank.angle[shank_part]
        if len(time) == 0 or thigh_part.stop - thigh_part.start < 2:
            return nan
        thigh = np.interp(time, self._thigh.time[thigh_part], self._thigh.angle[thigh_part])
        return -_least(-kinematics.knee_flexion(thigh, shank))

    def _flags(
        self,
        events: dict[EventKind, GaitEvent],
        end: GaitEvent,
        flexion: float,
        parts: tuple[tuple[_AngleMemory, slice], ...],
    ) -> frozenset[str]:
        start = events[EventKind.INITIAL_CONTACT]
        flags = end.flags.union(*[event.flags for event in events.values() if event is not start])
        flags |= start.flags & {INFERRED}
        gap = not all(memory.unbroken(part, end.t - start.t) for memory, part in parts)
        more = [
            (GAP, gap),
            (SATURATED, any(memory.saturated(part) for memory, part in parts)),
            (LOW_LIFT, flexion < self.settings.low_lift_rad),
            (OUT_OF_ORDER, len(events) < len(EventKind) and not gap and WALK not in flags),
        ]
        flags = flags.union(word for word, holds in more if holds)
        return flags.union(self._marked(start.t, end.t)) if self._marks else flags

    def _marked(self, start: float, end: float) -> list[str]:
        self._marks = [mark for mark in self._marks if mark.end >= start]
        return [mark.word for mark in self._marks if mark.start < end]


def _t(event: GaitEvent | None) -> float:
    return nan if event is None else event.t


def _at(memory: _AngleMemory, event: GaitEvent | None) -> float:
    return nan if event is None else memory.at(event.t)


def _least(values: Floats) -> float:
    """Give the smallest value; NaN where there is none or one of them is not known."""
    return float(np.minimum.reduce(values)) if len(values) else nan
