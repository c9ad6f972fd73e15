"""Initial contact, toe-off and peak heel lift, from the shank.

In the order of a running stride:

1. swing: the shank's rate rises above a share of its usual peak;
2. landing: it falls through zero, about 26 ms before contact;
3. initial contact: the acceleration along the shank, low-passed at 15 Hz, has risen by a share of its usual rise:
   the landing's deceleration, not the impact's spike, whose delay differs from person to person;
4. toe-off: after its flat stretch in stance the rate falls through -100/T deg/s (T: last stride's duration);
5. heel lift: the rate comes back through zero: the shank is at its rearmost.

docs/algorithms.md, "Events", has the figures.
"""

from collections import deque
from enum import Enum, auto
from math import inf
from statistics import median

import numpy as np

from firmware_bridge.samples import Flags, Floats, parts_between_gaps
from legcycle_imu.cycle import EventKind
from legcycle_imu.events.detection import Detection, EventSettings
from legcycle_imu.events.track import Track, first_true, last_true
from legcycle_imu.lowpass import Lowpass


class _Step(Enum):
    SWING = auto()
    LANDING = auto()
    CONTACT = auto()
    TOE_OFF = auto()
    HEEL_LIFT = auto()


_RATE, _AXIAL = 1, 2


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
        stop = track.deadline(self.settings.longest_turn_s)
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
        detection = self._detection(number, self._contact, EventKind.INITIAL_CONTACT)
        found.append(detection if hit is not None else detection._replace(inferred=True))
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
