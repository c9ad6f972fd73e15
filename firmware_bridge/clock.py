"""A sensor's clock: from its own time, or from counting alone, to the session's time line. Pure.

A packet cannot arrive before it was ready, and is often late: it waits for its turn on the radio, is sent again, waits
for the computer. So arrival less device time is the clocks' offset plus a delay that is never negative, and the offset
is the *lower envelope* of what was seen, never its mean (Moon, Skelly and Towsley 1999; Zhang, Liu and Xia 2002).

    pairs (device time, arrival) -> the least of each second -> the line under all of them -> the target
    samples -> the time line follows the target, at a bounded rate, so that no two samples are moved apart by a jump

What a sample was given at its arrival stands: the map is learned from what came before, and only the future changes.
"""

from collections import deque
from dataclasses import dataclass, field
from math import floor, inf

import numpy as np

from firmware_bridge.protocols.packets import Readings, TimeReply, TimeSent
from firmware_bridge.protocols.row import ClockKind
from firmware_bridge.samples import Floats

NS = 1e-9
TOKENS_KEPT = 8
"""Answers to time requests that wait for word of when they left; later word of older ones is of no use."""


@dataclass(frozen=True, slots=True)
class ClockSettings:
    """Settings of `SensorClock`.

    Parameters
    ----------
    block_s : of the delays in so long a time only the least counts, s
    blocks : how many of these the line is laid under; a minute, in which crystals keep their rate
    drift : largest difference in rate of a sensor's clock, as a share (100 ppm: crystals have 20 to 40, and a
        temperature coefficient)
    rate_error : largest error of a nominal sampling rate where samples are counted (3 %: the free-running oscillators
        of inertial chips; ST states 1 to 3 %, Bosch 1 %)
    slew, young_slew : how fast the time line follows its target, s per s: later, and in the first `young_s` after a
        start; 2 % of an angle over the time of a correction of 10 ms is below what is measured
    young_s : how long a time line counts as young, s
    late_s : a sample that arrives later than this, or earlier than `early_s` before its own time, does not belong to
        the line: the sensor's clock began anew
    early_s : see `late_s`
    repeat_s : a stamp that lies no more than this behind the last one is a repetition, or was overtaken on its way
    lost_blocks : so many blocks in a row in which every sample is later than one period and a half mean that samples
        were lost, where only counting could have told
    smooth_packets : where stamps are coarse, a line is laid through about so many of them
    """

    block_s: float = 1.0
    blocks: int = 60
    drift: float = 100e-6
    rate_error: float = 0.03
    slew: float = 0.002
    young_slew: float = 0.02
    young_s: float = 10.0
    late_s: float = 10.0
    early_s: float = 0.25
    repeat_s: float = 0.5
    lost_blocks: int = 2
    smooth_packets: int = 40


@dataclass(slots=True)
class Envelope:
    """The line under (device time, offset) pairs of one run of a clock: offset = `level` + `slope` * (t - `origin`)."""

    origin: float
    level: float
    slope: float = 0.0
    minima: deque[tuple[float, float]] = field(default_factory=deque)
    """Device time and offset of the least of each block that has ended."""
    block_end: float = inf
    least: tuple[float, float] | None = None
    """The least pair of the block that goes on."""
    late_blocks: int = 0

    def at(self, device_s: float) -> float:
        """Give the offset at an instant of the device's clock, s."""
        return self.level + self.slope * (device_s - self.origin)


@dataclass(slots=True)
class Smoothed:
    """A straight line through the stamps of a coarse clock, by recursive least squares of fading memory."""

    next_s: float
    """Where the line expects the first sample of the next packet, s."""
    period_s: float
    """Time from sample to sample, s."""
    packets: int = 1


@dataclass(slots=True)
class ClockState:
    """What a `SensorClock` carries; a deep copy continues identically."""

    envelope: Envelope | None = None
    offset: float = 0.0
    """Offset that the last sample was given."""
    device_s: float = 0.0
    """Device time of the last sample, unwrapped."""
    session_s: float = -inf
    """Session time of the last sample."""
    started_s: float = 0.0
    """Device time at which this run began."""
    count: int = 0
    """Samples counted, where the sensor stamps nothing."""
    answers: dict[int, int] = field(default_factory=dict)
    """Token -> arrival of the answer, ns."""
    restarts: int = 0
    smoothed: Smoothed | None = None
    lost: int = 0
    """Samples that must have been lost although nothing but the delay tells."""


class SensorClock:
    """Gives the samples of one sensor their session time, at their arrival and for good.

    Parameters
    ----------
    kind : what the sensor tells of time
    rate_hz : nominal sampling rate
    wrap_s : after how long its clock begins anew, s
    resolution_s : step of its stamps where that is coarse, s; 0 where it is not
    settings : see `ClockSettings`
    """

    def __init__(
        self,
        kind: ClockKind,
        rate_hz: float,
        wrap_s: float = inf,
        resolution_s: float = 0.0,
        settings: ClockSettings | None = None,
    ) -> None:
        self.state = ClockState()
        self.settings = settings or ClockSettings()
        self._kind = kind
        self._period_s = 1.0 / rate_hz
        self._wrap_s = wrap_s
        self._resolution_s = resolution_s
        self._steepest = self.settings.rate_error if kind is ClockKind.NONE else self.settings.drift

    def stamp(self, readings: Readings, arrival_ns: int) -> tuple[Floats, bool]:
        """Give the session time of each sample, s, and whether a new run of the clock begins with them."""
        if self._kind is ClockKind.SESSION:
            assert readings.time is not None
            return readings.time, False
        arrival_s = arrival_ns * NS
        device = self._device_time(readings, arrival_s)
        if self._resolution_s > 0.0:
            device = self._smooth(device)
        begins = self._begins_anew(float(device[0]), float(device[-1]), arrival_s)
        if begins:
            self._begin(float(device[0]), float(device[-1]), arrival_s)
        self._learn(float(device[-1]), arrival_s)
        return self._follow(device), begins

    def passes_over(self, readings: Readings, arrival_ns: int) -> bool:
        """Tell whether samples have no place: they were there already, were overtaken by later ones, or are too early.

        Where the first packets of a run came very late, its line lies ahead of time; it can begin anew once that time
        has come.
        """
        if self._kind is not ClockKind.DEVICE or readings.time is None or self.state.envelope is None:
            return False
        arrival_s = arrival_ns * NS
        first_s = self._unwrapped(float(readings.time[0]), arrival_s)
        if 0.0 <= self.state.device_s - first_s <= self.settings.repeat_s:
            return True
        last_s = first_s + float(readings.time[-1] - readings.time[0])
        return arrival_s <= self.state.session_s and self._begins_anew(first_s, last_s, arrival_s)

    def answered(self, reply: TimeReply, arrival_ns: int) -> None:
        """Note when the answer to a time request arrived."""
        answers = self.state.answers
        answers[reply.token] = arrival_ns
        while len(answers) > TOKENS_KEPT:
            del answers[next(iter(answers))]

    def sent(self, word: TimeSent) -> None:
        """Learn when an answer that has arrived had left: a delay without any waiting in it."""
        arrival_ns = self.state.answers.pop(word.token, None)
        if arrival_ns is None or self.state.envelope is None:
            return
        device_s = self._unwrapped(word.sent_s, arrival_ns * NS)
        if self._belongs(device_s, arrival_ns * NS):
            self._learn(device_s, arrival_ns * NS)

    def reconnected(self) -> None:
        """Take note that the link was down: what was counted until then counts no more."""
        self.state.answers.clear()
        if self._kind is ClockKind.NONE:
            self.state.envelope = None

    def _device_time(self, readings: Readings, arrival_s: float) -> Floats:
        """Give the samples' time on the device's clock, unwrapped; counted where it stamps nothing."""
        if readings.time is None:
            first = self.state.count
            self.state.count += len(readings.gyr)
            return np.arange(first, self.state.count, dtype=np.float64) * self._period_s
        first_s = float(readings.time[0])
        return np.asarray(readings.time + (self._unwrapped(first_s, arrival_s) - first_s))

    def _smooth(self, device: Floats) -> Floats:
        """Lay samples on the line through the stamps; a stamp off by more than a sample begins a line of its own."""
        line, first_s, count = self.state.smoothed, float(device[0]), len(device)
        if line is None or abs(first_s - line.next_s) > max(self._period_s, 1.5 * self._resolution_s):
            self.state.smoothed = Smoothed(first_s + count * self._period_s, self._period_s)
            return device
        line.packets = k = min(line.packets + 1, self.settings.smooth_packets)
        # Gains of the expanding-memory polynomial filter of degree 1 (Morrison 1969, chapter 9).
        deviation = first_s - line.next_s
        start_s = line.next_s + deviation * 2.0 * (2 * k - 1) / (k * (k + 1))
        line.period_s += deviation * 6.0 / (k * (k + 1)) / count
        line.next_s = start_s + count * line.period_s
        return np.asarray(start_s + line.period_s * np.arange(count), np.float64)

    def _unwrapped(self, device_s: float, arrival_s: float) -> float:
        """Give the time among all that the wrapped stamp may mean that is the latest possible one."""
        if self._wrap_s == inf or self.state.envelope is None:
            return device_s
        latest = arrival_s - self.state.offset + self.settings.early_s
        return device_s + self._wrap_s * floor((latest - device_s) / self._wrap_s)

    def _begins_anew(self, first_s: float, last_s: float, arrival_s: float) -> bool:
        if self.state.envelope is None:
            return True
        return first_s <= self.state.device_s or not self._belongs(last_s, arrival_s)

    def _belongs(self, device_s: float, arrival_s: float) -> bool:
        """Tell whether a stamp can be of this run of the clock: it came neither before its time nor far too late."""
        delay = arrival_s - device_s - self.state.offset
        return -self.settings.early_s <= delay <= self.settings.late_s

    def _begin(self, first_s: float, last_s: float, arrival_s: float) -> None:
        """Begin a run of the clock: until more is known the last of these samples was measured as it arrived."""
        state = self.state
        state.restarts += state.session_s > -inf
        state.offset = max(arrival_s - last_s, state.session_s + self._period_s - first_s)
        state.envelope = Envelope(last_s, arrival_s - last_s, block_end=last_s + self.settings.block_s)
        state.started_s = state.device_s = first_s - self._period_s

    def _learn(self, device_s: float, arrival_s: float) -> None:
        """Lower the line where a pair lies below it; lay it anew when a block has ended."""
        envelope = self.state.envelope
        assert envelope is not None
        offset = arrival_s - device_s
        envelope.level += min(0.0, offset - envelope.at(device_s))
        if device_s >= envelope.block_end and envelope.least is not None:
            self._end_block(envelope)
            envelope.block_end = device_s + self.settings.block_s
        if envelope.least is None or offset - envelope.slope * device_s < (
            envelope.least[1] - envelope.slope * envelope.least[0]
        ):
            envelope.least = (device_s, offset)

    def _end_block(self, envelope: Envelope) -> None:
        assert envelope.least is not None
        if self._kind is ClockKind.NONE and self._samples_were_lost(envelope, *envelope.least):
            return
        envelope.minima.append(envelope.least)
        envelope.least = None
        if len(envelope.minima) > self.settings.blocks:
            envelope.minima.popleft()
        if len(envelope.minima) > 1:
            envelope.origin, envelope.level, envelope.slope = line_under(envelope.minima, self._steepest)

    def _samples_were_lost(self, envelope: Envelope, device_s: float, offset: float) -> bool:
        """Count on over samples that must have been lost, as every sample has been late for long."""
        late = offset - envelope.at(device_s)
        envelope.late_blocks = envelope.late_blocks + 1 if late > 1.5 * self._period_s else 0
        if envelope.late_blocks < self.settings.lost_blocks:
            return False
        lost = round(late / self._period_s)
        self.state.count += lost
        self.state.lost += lost
        envelope.late_blocks = 0
        envelope.least = None
        return True

    def _follow(self, device: Floats) -> Floats:
        """Let the time line follow its target over these samples."""
        state, envelope = self.state, self.state.envelope
        assert envelope is not None
        last_s = float(device[-1])
        step = last_s - state.device_s
        young = last_s - state.started_s < self.settings.young_s
        most = (self.settings.young_slew if young else self.settings.slew) * step
        drifted = state.offset + envelope.slope * step
        offset = drifted + min(max(envelope.at(last_s) - drifted, -most), most)
        share = (device - state.device_s) / step
        time = device + (state.offset + (offset - state.offset) * share)
        state.offset, state.device_s, state.session_s = offset, last_s, float(time[-1])
        return np.asarray(time)


def line_under(points: "deque[tuple[float, float]]", steepest: float) -> tuple[float, float, float]:
    """Give the line under all points that is nearest to them on the whole: an edge of their lower hull.

    The sum of the distances is least for the edge over the mean of the points' places (Moon et al. 1999).

    Parameters
    ----------
    points : at least two (place, height), by rising place
    steepest : largest slope up or down

    Returns
    -------
    tuple of float
        a place, the line's height there, and its slope
    """
    hull: list[tuple[float, float]] = []
    for point in points:
        while len(hull) > 1 and _above(hull[-1], hull[-2], point):
            hull.pop()
        hull.append(point)
    middle = sum(x for x, _ in points) / len(points)
    right = next((k for k in range(1, len(hull)) if hull[k][0] >= middle), len(hull) - 1)
    (x0, y0), (x1, y1) = hull[right - 1], hull[right]
    slope = min(max((y1 - y0) / (x1 - x0), -steepest), steepest)
    return x0, min(y - slope * (x - x0) for x, y in points), slope


def _above(point: tuple[float, float], left: tuple[float, float], right: tuple[float, float]) -> bool:
    """Tell whether a point lies on or above the line from left to right."""
    (x, y), (x0, y0), (x1, y1) = point, left, right
    return (y - y0) * (x1 - x0) >= (y1 - y0) * (x - x0)
