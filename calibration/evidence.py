"""What the self-alignment goes by: the last samples of a sensor, its rests, and what is known of people's posture."""

from dataclasses import dataclass, field, replace
from math import inf, radians
from typing import NamedTuple

import numpy as np

from calibration.rest import RestDetector, RestSettings
from calibration.sideways import RUNNING_SHANK, RUNNING_THIGH, Sideways
from firmware_bridge.samples import Floats, SampleBlock, parts_between_gaps


@dataclass(frozen=True, slots=True)
class Posture:
    """How people hold a segment: means over 13 runners at 2.5, 3.5 and 4.5 m/s (benchmarks/fit_constants.py).

    Parameters
    ----------
    standing_rad, standing_sd_rad : angle when standing still, and its spread between people
    running_rad, running_per_rad, typical_range_rad : mean angle over running strides:
        running_rad + running_per_rad x (range of the angle over a stride - typical_range_rad)
    running_sd_rad : spread between people of what is left
    """

    standing_rad: float
    standing_sd_rad: float
    running_rad: float
    running_per_rad: float
    typical_range_rad: float
    running_sd_rad: float

    def mean_when_running(self, range_rad: float) -> float:
        """Give the mean angle over running strides in which the segment covers a range, rad."""
        return self.running_rad + self.running_per_rad * (range_rad - self.typical_range_rad)

    def with_running_sd(self, sd_rad: float) -> "Posture":
        """Give the same with another uncertainty of running."""
        return replace(self, running_sd_rad=sd_rad)


THIGH_POSTURE = Posture(radians(-3.8), radians(2.6), radians(9.0), 0.0, radians(63.0), radians(2.5))
SHANK_POSTURE = Posture(radians(-3.7), radians(2.8), radians(-39.4), -0.267, radians(108.0), radians(2.0))


@dataclass(frozen=True, slots=True)
class Habits:
    """How people hold and move a segment.

    Parameters
    ----------
    posture : in the sagittal plane
    running : out of it, while running
    standing_within_rad : a rest farther than this from the mean angle of the movement was not standing
    """

    posture: Posture
    running: Sideways
    standing_within_rad: float


THIGH_HABITS = Habits(THIGH_POSTURE, RUNNING_THIGH, radians(45.0))
SHANK_HABITS = Habits(SHANK_POSTURE, RUNNING_SHANK, radians(65.0))
"""From standing, the mean angle of the thigh is 5 to 21 deg in running and 30 in high knee lifts, that of the shank 20
to 48 (78 recorded legs); sitting, a thigh is 75 deg from its running mean."""


@dataclass(frozen=True, slots=True)
class AlignmentSettings:
    """Settings of the self-alignment.

    Parameters
    ----------
    hold_s : samples that arrive before the alignment are kept for so long, and processed when it is found
    every_s : time between two attempts
    strides : running strides on which an alignment rests
    lifts : without running, swings of the thigh (knee lifts, walking) that serve with standing
    longest_lift_s : longest time from one such swing to the next; between slower ones people do something else
    running_stride_s : shortest and longest duration of a running stride
    running_shank_rad_s : in a running stride the shank reaches this rate; walkers' about 400 deg/s, but in
        longer strides
    swing_rad_s : rate beyond which a segment swings, for counting strides
    standing_agrees_sd : a rest whose zero differs from that of running by more than so many standard deviations
        was not standing upright (a sensor on a table)
    fast_stride_s, fast_running_sd_rad : in shorter strides than this nothing is known of the mean
        posture but that it is further forward
    aside : a knee lift counts beside running where the vertical stays so near to the plane of running (as a share
        of its own way, and as the sine of an angle)
    loose_spread : share of the vertical's movement outside the plane above which a sensor is called loose
    clear_margin : votes below this margin leave the direction of running in doubt
    silent_s : samples of one sensor wait no longer than this for those of the leg's other one
    rest : when a sensor counts as still
    habits : what is known of how people hold and move thigh and shank
    """

    hold_s: float = 30.0
    every_s: float = 1.0
    strides: int = 8
    lifts: int = 3
    longest_lift_s: float = 6.0
    running_stride_s: tuple[float, float] = (0.35, 0.85)
    running_shank_rad_s: float = radians(300.0)
    swing_rad_s: float = radians(70.0)
    standing_agrees_sd: float = 4.0
    fast_stride_s: float = 0.58
    fast_running_sd_rad: float = radians(12.0)
    aside: float = 0.35
    loose_spread: float = 0.12
    clear_margin: float = 0.25
    silent_s: float = 60.0
    rest: RestSettings = field(default_factory=RestSettings)
    habits: tuple[Habits, Habits] = (THIGH_HABITS, SHANK_HABITS)


class Rest(NamedTuple):
    """Mean of a rest: its length in windows, rate (rad/s) and specific force (m/s^2) in the sensor frame."""

    windows: int
    gyr: Floats
    acc: Floats


class SensorHold:
    """The last samples of one sensor until a given time, those that wait beyond it, and the rests seen so far."""

    _RESTS = 20  # more rests than this are not kept: the longest and the last decide

    def __init__(self, rate_hz: float, settings: AlignmentSettings) -> None:
        self.rate_hz = rate_hz
        self.first = inf
        """Time of the first sample, s."""
        self.reached = -inf
        """Time of the last sample, s."""
        self.rests: list[Rest] = []
        self.samples = SampleBlock.empty()
        """The held samples, no later than the time last given to `take_until`."""
        self._waiting: list[SampleBlock] = []
        self._hold_s = settings.hold_s
        self._every_s = settings.every_s
        self._swing_rad_s = settings.swing_rad_s
        self._detector = RestDetector(rate_hz, settings.rest)
        self._resting = False

    @property
    def lost_s(self) -> float:
        """Duration of what was too old to be held, s."""
        return float(self.samples.time[0]) - self.first if len(self.samples) else 0.0

    def push(self, block: SampleBlock) -> None:
        """Take the next samples."""
        if len(block) == 0:
            return
        self.first = min(self.first, float(block.time[0]))
        self.reached = float(block.time[-1])
        self._waiting.append(block)

    def take_until(self, time: float) -> None:
        """Move the samples up to a time into the hold, and drop from it what is too old."""
        waiting = SampleBlock.join(self._waiting)
        count = int(np.searchsorted(waiting.time, time, side="right"))
        taken, self._waiting = waiting[:count], [waiting[count:]]
        self._note_rests(taken)
        held = SampleBlock.join([self.samples, taken])
        oldest = held.time[-1] - self._hold_s if len(held) else 0.0
        self.samples = held[int(np.searchsorted(held.time, oldest)) :]

    def drop_before(self, time: float) -> None:
        """Let go of waiting samples that are older: the leg's other sensor has been silent for too long."""
        waiting = SampleBlock.join(self._waiting)
        self._waiting = [waiting[int(np.searchsorted(waiting.time, time)) :]]

    def release(self) -> SampleBlock:
        """Give all that is held, and what waits."""
        return SampleBlock.join([self.samples, *self._waiting])

    def moved_lately(self) -> bool:
        """Tell whether the sensor swung since the attempt before the last one."""
        times = self.samples.time
        lately = self.samples.gyr[int(np.searchsorted(times, times[-1] - 2 * self._every_s)) :] if len(times) else times
        return bool((np.abs(lately) > self._swing_rad_s).any())

    def _note_rests(self, block: SampleBlock) -> None:
        for part, after_gap in parts_between_gaps(block.quality):
            if after_gap:
                self._detector.reset()
                self._resting = False
            windows = self._detector.push(block[part])
            for gyr, acc, resting in zip(windows.gyr, windows.acc, windows.resting, strict=True):
                self._note(gyr, acc, bool(resting))

    def _note(self, gyr: Floats, acc: Floats, resting: bool) -> None:
        if resting and self._resting:
            n, g, a = self.rests[-1]
            self.rests[-1] = Rest(n + 1, g + (gyr - g) / (n + 1), a + (acc - a) / (n + 1))
        elif resting:
            self.rests.append(Rest(1, gyr, acc))
            if len(self.rests) > self._RESTS:
                del self.rests[min(range(self._RESTS), key=lambda k: self.rests[k].windows)]
        self._resting = resting
