"""Peak knee drive, from the thigh: where its rate, having swung forward, falls through zero."""

from firmware_bridge.samples import Flags, Floats, parts_between_gaps
from legcycle_imu.cycle import EventKind
from legcycle_imu.events.detection import Detection, EventSettings
from legcycle_imu.events.track import Track, first_true, last_true
from legcycle_imu.lowpass import Lowpass

_RATE = 1
_LOOK_AHEAD = 256  # samples: where nothing limits a search, a long block is looked through piece by piece


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
        track.skip_to(number)
        return True
