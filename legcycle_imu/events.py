"""Causal detectors of the four events of one leg, each from one sensor's own samples.

Shank, in the order of a running stride (research: docs/algorithms.md, "Events"):

1. swing: the shank's rate rises above a share of its usual peak;
2. landing: it falls through zero, about 26 ms before contact;
3. initial contact: the acceleration along the shank, low-passed at 15 Hz, has risen by a share of its usual rise:
   the landing's deceleration, not the impact's spike, whose delay differs from person to person;
4. toe-off: after its flat stretch in stance the rate falls through -100/T deg/s (T: last stride's duration);
5. heel lift: the rate comes back through zero: the shank is at its rearmost.

Thigh: knee drive is where the thigh's rate falls through zero.

Each step looks for the first sample that meets its condition, so that a cut anywhere changes nothing. What takes
too long, or lies behind a gap, ends the step in `Lost`: nothing is guessed.
"""

from collections import deque
from dataclasses import dataclass, field
from enum import Enum, auto
from math import inf, radians
from statistics import median
from typing import NamedTuple

import numpy as np

from firmware_bridge.samples import Flags, Floats
from legcycle_imu.cycle import EventKind
from legcycle_imu.lowpass import Lowpass, LowpassDesign
from legcycle_imu.track import Track, first_true, last_true, parts_between_gaps


class Detection(NamedTuple):
    """What a detector found.

    Attributes
    ----------
    t_known : stream time of the sample that decided, s
    t : when it happened, s
    kind : the event; None where the thread was lost and what follows stands for itself
    walking : whether the leg was walking when it happened
    gap : whether the thread was lost by a gap in the samples
    """

    t_known: float
    t: float
    kind: EventKind | None
    walking: bool = False
    gap: bool = False


@dataclass(frozen=True, slots=True)
class EventSettings:
    """Settings of the detectors.

    Parameters
    ----------
    rate_lowpass : filter of the angular rates: running holds nothing above 25 Hz there; delay removed
    axial_lowpass : filter of the acceleration along the shank: lets the landing's rise through and
        little of an impact's spike (15-40 Hz)
    swing_share, swing_rad_s : a swing is where the rate exceeds this share of its median peak of late,
        the second value before any is known (knee lifts on the spot stay below)
    least_swing_rad_s : and never less than this
    contact_window_s : the landing's rise is looked for from this long before the rate's zero to this long after
    contact_share : share of the usual rise at which contact is called
    contact_delay_s : by how much that instant follows 50 N of force: one constant for everyone
        (mean of 13 runners at three speeds, with and without an impact; benchmarks/fit_constants.py)
    usual_rise_m_s2 : the rise before any is known
    gyr_contact_s : contact after the rate's zero, where no rise is found (26 ms: 13 + 74 runners)
    toe_off_rad : the rate's threshold at toe-off times the stride's duration (-100 deg/s x s)
    toe_off_fall_rad_s : the rate must have fallen at least so far from its stance maximum
    toe_off_delay_s : by how much the threshold follows toe-off in running
    sprint_stride_s, run_stride_s : the delay shrinks to nothing from the second duration to the first
    shortest_contact : share of the stride's duration before which no toe-off is looked for: soft tissue shakes
    usual_stride_s : duration of a stride before any is known
    shortest_stride_s, longest_stride_s : what lies outside is not taken for a stride's duration
    longest_contact_s, longest_swing_s, longest_flight_s : a step that takes longer is lost
    turn_rad_s : the rate must have come this far beyond zero for a peak to count
    drive_rad_s : and the thigh must have swung forward with at least this
    walk_stride_s : longer strides may be walking
    walk_push_m_s2 : they are where the acceleration along the shank in late stance stays below this: 11 to 17
        walking at 1.0 to 2.1 m/s (simulated), 20 to 31 in 13 runners at 2.5 m/s
    walk_toe_off_s : in walking, heel lift follows toe-off by this (66-104 ms)
    memory : strides over whose median "usual" is taken
    """

    rate_lowpass: LowpassDesign = field(default_factory=lambda: LowpassDesign(25.0, 2))
    axial_lowpass: LowpassDesign = field(default_factory=lambda: LowpassDesign(15.0, 1))
    swing_share: float = 0.4
    swing_rad_s: float = radians(200.0)
    least_swing_rad_s: float = radians(120.0)
    contact_window_s: tuple[float, float] = (0.015, 0.100)
    contact_share: float = 0.2
    contact_delay_s: float = 0.0046
    usual_rise_m_s2: float = 40.0
    gyr_contact_s: float = 0.026
    toe_off_rad: float = radians(-100.0)
    toe_off_fall_rad_s: float = radians(80.0)
    toe_off_delay_s: float = 0.0166
    sprint_stride_s: float = 0.44
    run_stride_s: float = 0.62
    shortest_contact: float = 0.15
    usual_stride_s: float = 0.7
    shortest_stride_s: float = 0.35
    longest_stride_s: float = 1.6
    longest_contact_s: float = 0.9
    longest_swing_s: float = 0.8
    longest_flight_s: float = 1.2
    turn_rad_s: float = radians(15.0)
    drive_rad_s: float = radians(60.0)
    walk_stride_s: float = 0.85
    walk_push_m_s2: float = 18.0
    walk_toe_off_s: float = 0.085
    memory: int = 6


class _Step(Enum):
    SWING = auto()
    LANDING = auto()
    CONTACT = auto()
    TOE_OFF = auto()
    HEEL_LIFT = auto()


_TIME, _RATE, _AXIAL = 0, 1, 2
_LOOK_AHEAD = 256  # samples: where nothing limits a search, a long block is looked through piece by piece


class ShankDetector:
    """Initial contact, toe-off and peak heel lift from the shank. Streaming.

    Parameters
    ----------
    rate_hz : the sensor's nominal sampling rate
    settings : see `EventSettings`
    """

    def __init__(self, rate_hz: float, settings: EventSettings | None = None) -> None:
        self.settings = s = settings or EventSettings()
        self._rate_filter = Lowpass(s.rate_lowpass, rate_hz)
        self._axial_filter = Lowpass(s.axial_lowpass, rate_hz)
        self._rate_delay = s.rate_lowpass.delay_s(rate_hz)
        self._axial_delay = s.axial_lowpass.delay_s(rate_hz)
        self._track = Track(3, rate_hz, {_RATE: self._rate_delay, _AXIAL: self._axial_delay})
        self._peaks: deque[float] = deque(maxlen=s.memory)
        self._rises: deque[float] = deque(maxlen=s.memory)
        self._step = _Step.SWING
        self._swing_number = 0
        self._landing = -inf
        self._contact = -inf
        self._stride = s.usual_stride_s
        self._walking = False
        self._push = inf

    def push(self, time: Floats, rate: Floats, axial: Floats, quality: Flags) -> list[Detection]:
        """Take the next samples: time (s), mediolateral rate (rad/s), acceleration along the shank (m/s^2)."""
        found: list[Detection] = []
        for part, after_gap in parts_between_gaps(quality):
            if after_gap:
                self._rate_filter.reset()
                self._axial_filter.reset()
                self._lose(float(time[part][0]), self._track.end, found, gap=True)
            self._track.append(time[part], self._rate_filter.push(rate[part]), self._axial_filter.push(axial[part]))
            while self._advance(found):
                pass
        return found

    def _advance(self, found: list[Detection]) -> bool:
        """Take one step, if the samples that are here decide it."""
        match self._step:
            case _Step.SWING:
                return self._seek_swing(found)
            case _Step.LANDING:
                return self._seek_landing(found)
            case _Step.CONTACT:
                return self._seek_contact(found)
            case _Step.TOE_OFF:
                return self._seek_toe_off(found)
            case _Step.HEEL_LIFT:
                return self._seek_heel_lift(found)

    def _seek_swing(self, found: list[Detection]) -> bool:
        track = self._track
        stop = track.deadline(self.settings.longest_flight_s)
        hit = first_true(track.ahead(_RATE, stop) >= self._swing_gate())
        if hit is None:
            if stop < track.end:
                return self._give_up_at(stop, found)
            track.move_to(stop)
            return False
        self._swing_number = track.cursor + hit
        return self._next(_Step.LANDING, self._swing_number)

    def _seek_landing(self, found: list[Detection]) -> bool:
        stop = self._track.deadline(self.settings.longest_swing_s)
        rate = self._track.ahead(_RATE, stop)
        hit = first_true(rate <= 0.0)
        if hit is None:
            return self._give_up_at(stop, found)
        number = self._track.cursor + hit
        self._peaks.append(float(np.maximum.reduce(rate[: hit + 1])))
        self._learn_stride(self._track.crossing(_RATE, number, 0.0))
        return self._next(_Step.CONTACT, number)

    def _seek_contact(self, found: list[Detection]) -> bool:
        s, track = self.settings, self._track
        start, stop = self._contact_window()
        axial = track.ahead(_AXIAL, stop, start)
        level = np.minimum.accumulate(axial) + s.contact_share * self._usual_rise()
        hit = first_true(axial >= level)
        if hit is not None:
            self._contact = track.crossing(_AXIAL, start + hit, level.item(hit)) - s.contact_delay_s
            number = max(start + hit, track.cursor)
        elif stop < track.end:
            self._contact = self._landing + s.gyr_contact_s
            number = stop
        else:
            return False
        found.append(self._detection(number, self._contact, EventKind.INITIAL_CONTACT))
        return self._next(_Step.TOE_OFF, number)

    def _seek_toe_off(self, found: list[Detection]) -> bool:
        s, track = self.settings, self._track
        earliest = self._contact + s.shortest_contact * self._stride + self._rate_delay
        start = max(track.number_at(earliest), track.cursor)
        stop = track.deadline(s.longest_contact_s)
        rate = track.ahead(_RATE, stop, start)
        fallen = np.maximum.accumulate(rate) - s.toe_off_fall_rad_s
        level = np.minimum(fallen, s.toe_off_rad / self._stride)
        hit = first_true(rate <= level)
        if hit is None:
            return self._give_up_at(stop, found)
        number = start + hit
        self._learn_stance(start, number)
        if not self._walking:
            t = track.crossing(_RATE, number, level.item(hit)) - self._toe_off_delay()
            found.append(self._detection(number, t, EventKind.TOE_OFF))
        return self._next(_Step.HEEL_LIFT, number)

    def _seek_heel_lift(self, found: list[Detection]) -> bool:
        s, track = self.settings, self._track
        stop = track.deadline(s.longest_swing_s)
        rate = track.ahead(_RATE, stop)
        hit = first_true(rate >= s.turn_rad_s)
        if hit is None:
            return self._give_up_at(stop, found)
        number = track.cursor + hit
        zero = track.cursor + last_true(rate[:hit] < 0.0) + 1
        rearmost = track.crossing(_RATE, zero, 0.0)
        if self._walking:
            found.append(self._detection(number, rearmost - s.walk_toe_off_s, EventKind.TOE_OFF))
        found.append(self._detection(number, rearmost, EventKind.PEAK_HEEL_LIFT))
        track.forget_before(number)
        return self._next(_Step.SWING, number)

    def _next(self, step: _Step, number: int) -> bool:
        self._step = step
        self._track.enter(number)
        return True

    def _give_up_at(self, stop: int, found: list[Detection]) -> bool:
        if stop >= self._track.end:
            return False
        self._lose(self._track.time(stop), stop, found)
        return True

    def _lose(self, time: float, number: int, found: list[Detection], *, gap: bool = False) -> None:
        if self._step is not _Step.SWING or self._track.waiting:
            found.append(Detection(time, time, None, gap=gap))
        self._step = _Step.SWING
        self._track.skip_to(number)
        self._landing = -inf
        self._walking = False
        self._peaks.clear()

    def _detection(self, number: int, t: float, kind: EventKind) -> Detection:
        return Detection(self._track.time(number), t, kind, self._walking)

    def _swing_gate(self) -> float:
        s = self.settings
        usual = s.swing_share * median(self._peaks) if self._peaks else s.swing_rad_s
        return max(usual, s.least_swing_rad_s)

    def _contact_window(self) -> tuple[int, int]:
        before, after = self.settings.contact_window_s
        start = self._track.number_at(self._landing - before + self._axial_delay)
        stop = self._track.number_at(self._landing + after + self._axial_delay)
        return max(start, self._swing_number), stop

    def _usual_rise(self) -> float:
        return median(self._rises) if self._rises else self.settings.usual_rise_m_s2

    def _learn_stance(self, late: int, toe_off: int) -> None:
        """Remember how far the landing rose, and how hard the leg pushed in late stance."""
        start, stop = self._contact_window()
        axial = self._track.ahead(_AXIAL, min(stop, toe_off), start)
        peak = int(axial.argmax())
        self._rises.append(axial.item(peak) - float(np.minimum.reduce(axial[: peak + 1])))
        self._push = float(np.maximum.reduce(self._track.ahead(_AXIAL, toe_off, late)))

    def _learn_stride(self, landing: float) -> None:
        s = self.settings
        duration, self._landing = landing - self._landing, landing
        if duration < s.longest_stride_s:
            self._stride = max(duration, s.shortest_stride_s)
        self._walking = s.walk_stride_s < duration < s.longest_stride_s and self._push < s.walk_push_m_s2

    def _toe_off_delay(self) -> float:
        s = self.settings
        share = (self._stride - s.sprint_stride_s) / (s.run_stride_s - s.sprint_stride_s)
        return s.toe_off_delay_s * min(max(share, 0.0), 1.0)


class ThighDetector:
    """Peaks of the thigh's forward swing. Streaming; candidates for peak knee drive.

    Parameters
    ----------
    rate_hz : the sensor's nominal sampling rate
    settings : see `EventSettings`
    """

    def __init__(self, rate_hz: float, settings: EventSettings | None = None) -> None:
        self.settings = s = settings or EventSettings()
        self._filter = Lowpass(s.rate_lowpass, rate_hz)
        self._track = Track(2, rate_hz, {_RATE: s.rate_lowpass.delay_s(rate_hz)})
        self._driving = False

    def push(self, time: Floats, rate: Floats, quality: Flags) -> list[Detection]:
        """Take the next samples: time (s) and mediolateral rate (rad/s)."""
        found: list[Detection] = []
        for part, after_gap in parts_between_gaps(quality):
            if after_gap:
                self._filter.reset()
                self._driving = False
                self._track.skip_to(self._track.end)
                found.append(Detection(float(time[part][0]), float(time[part][0]), None, gap=True))
            self._track.append(time[part], self._filter.push(rate[part]))
            while self._advance(found):
                pass
        return found

    def _advance(self, found: list[Detection]) -> bool:
        return self._seek_turn(found) if self._driving else self._seek_drive()

    def _seek_drive(self) -> bool:
        stop = min(self._track.cursor + _LOOK_AHEAD, self._track.end)
        hit = first_true(self._track.ahead(_RATE, stop) >= self.settings.drive_rad_s)
        if hit is None:
            self._track.skip_to(stop)
            return stop < self._track.end
        self._track.enter(self._track.cursor + hit)
        self._driving = True
        return True

    def _seek_turn(self, found: list[Detection]) -> bool:
        track = self._track
        stop = track.deadline(self.settings.longest_swing_s)
        rate = track.ahead(_RATE, stop)
        hit = first_true(rate <= -self.settings.turn_rad_s)
        if hit is None and stop >= track.end:
            return False
        self._driving = False
        if hit is None:
            track.skip_to(stop)
            return True
        number = track.cursor + hit
        zero = track.cursor + last_true(rate[:hit] > 0.0) + 1
        found.append(Detection(track.time(number), track.crossing(_RATE, zero, 0.0), EventKind.PEAK_KNEE_DRIVE))
        track.enter(number)
        return True
