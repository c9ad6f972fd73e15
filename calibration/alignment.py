"""Self-alignment: how the two sensors of a leg sit on it, found from what the runner does.

Nothing is asked of the mounting. From the samples of the last half minute:

1. At rest, the gyroscope shows its bias, and gravity the standing posture.
2. Integrated gyroscope and the mean specific force of whole strides give the vertical in the sensor's frame at
   every sample. While the leg swings, the vertical sweeps the sagittal plane: the plane's normal is the
   mediolateral axis. (The main axis of the angular rate itself is up to 30 degrees off at the thigh, which turns
   about its own length while it swings; gravity does not see that.)
3. Votes decide the sign: knees bend one way only, and the shank comes forward faster than it goes back.
4. The zero of the angle: standing, plus how people stand; and the mean posture of running, which differs between
   people no more than standing does, and independently of it. Both together halve the error.

docs/algorithms.md, "Alignment", has the figures and where they come from.
"""

from math import inf
from typing import NamedTuple

from calibration.evidence import AlignmentSettings, SensorHold
from calibration.fit import Fit, Upright, fit_leg
from calibration.model import LegCalibration
from firmware_bridge.samples import SampleBlock, Segment, Side


class Alignment(NamedTuple):
    """What the aligner found.

    Attributes
    ----------
    at : stream time at which it was found, s
    calibration : the leg's
    uprights : where the vertical was, for each segment, at an instant among the held samples
    thigh, shank : the samples that were held back until then, sensor frame
    lost_s : duration of what came before and was too old to be held, s
    """

    at: float
    calibration: LegCalibration
    uprights: dict[Segment, Upright]
    thigh: SampleBlock
    shank: SampleBlock
    lost_s: float


_NOTHING_YET = "no samples of the leg have come yet"


class LegAligner:
    """Hold the samples of a leg until they tell how its sensors sit. Streaming; any chunking gives the same.

    Attempts are made at whole multiples of `every_s` after the first sample, each with just the samples until then.

    Parameters
    ----------
    side : which leg
    thigh_rate_hz, shank_rate_hz : nominal sampling rates
    settings : see `AlignmentSettings`
    """

    def __init__(
        self, side: Side, thigh_rate_hz: float, shank_rate_hz: float, settings: AlignmentSettings | None = None
    ) -> None:
        self.settings = settings or AlignmentSettings()
        self._side = side
        self._thigh = SensorHold(thigh_rate_hz, self.settings)
        self._shank = SensorHold(shank_rate_hz, self.settings)
        self.next_attempt = -inf
        """Stream time before which no alignment can be found any more, s."""
        self._enough_since = inf
        self.trouble = _NOTHING_YET
        """Why there is no alignment yet, one sentence with what to do."""

    @property
    def reached(self) -> float:
        """Stream time until which both sensors are here, s."""
        return min(self._thigh.reached, self._shank.reached)

    def push(self, thigh: SampleBlock, shank: SampleBlock) -> Alignment | None:
        """Take the next samples of both sensors; give the alignment once it is found."""
        self._thigh.push(thigh)
        self._shank.push(shank)
        if self.next_attempt == -inf and self.reached > -inf:
            self.next_attempt = max(self._thigh.first, self._shank.first) + self.settings.every_s
        while -inf < self.next_attempt <= self.reached:
            fit = self._attempt(self.next_attempt)
            if fit is not None:
                return self._found(self.next_attempt, fit)
            self.next_attempt += self.settings.every_s
        for hold in (self._thigh, self._shank):
            if hold.reached - self.reached > self.settings.silent_s:
                hold.drop_before(hold.reached - self.settings.silent_s)
        return None

    def flush(self) -> Alignment | None:
        """Try with all that is here: less will do, since no more is to come."""
        if self.reached == -inf:
            return None
        self._thigh.take_until(inf)
        self._shank.take_until(inf)
        outcome = fit_leg(self._side, self._thigh, self._shank, self.settings, last_chance=True)
        if isinstance(outcome, str):
            self.trouble = outcome
            return None
        return self._found(max(self._thigh.reached, self._shank.reached), outcome)

    def end_with(self, calibration: LegCalibration, at: float) -> Alignment:
        """End the search: a calibration has come from elsewhere, at a stream time; give what was held for it."""
        return self._found(max(at, self._thigh.reached, self._shank.reached), Fit(calibration, {}, ran=False))

    def _attempt(self, now: float) -> Fit | None:
        """Try with the samples until now; without running, wait as long as nothing is lost by it."""
        self._thigh.take_until(now)
        self._shank.take_until(now)
        if not self._shank.moved_lately() and now - self._enough_since < self.settings.hold_s:
            if self.trouble == _NOTHING_YET:
                self.trouble = (
                    f"the {self._side} leg has hardly moved yet: lift the knee five times, or run a few strides"
                )
            return None
        outcome = fit_leg(self._side, self._thigh, self._shank, self.settings)
        if isinstance(outcome, str):
            self.trouble = outcome
            return None
        self._enough_since = min(self._enough_since, now)
        if outcome.ran or now - self._enough_since >= self.settings.hold_s:
            return outcome
        self.trouble = f"standing and swings of the {self._side} leg were seen; running now makes its alignment better"
        return None

    def _found(self, now: float, fit: Fit) -> Alignment:
        lost = max(self._thigh.lost_s, self._shank.lost_s)
        return Alignment(now, fit.calibration, fit.uprights, self._thigh.release(), self._shank.release(), lost)
