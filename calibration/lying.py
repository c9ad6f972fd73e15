"""What one sensor feels, quarter of a second by quarter of a second, and whether it lies still meanwhile."""

from math import nan, radians
from typing import NamedTuple

import numpy as np

from calibration.model import Triple
from calibration.rest import RestDetector, RestSettings
from firmware_bridge.samples import Quality, SampleBlock, parts_between_gaps

HAND = RestSettings(gyr_sd_rad_s=radians(3.0))
"""A sensor in a hand that is held still trembles more than one that is strapped on: 1 to 3 deg/s."""


class Moment(NamedTuple):
    """A window of the stream.

    Attributes
    ----------
    end : time of its last sample, s
    duration_s : time since the last sample of the window before it, s
    gyr : mean angular rate, rad/s
    acc : mean specific force, m/s^2; NaN where it does not lie still
    still : whether it lies still
    clipped : whether the gyroscope was at the end of its range
    begins : whether samples are missing before it
    """

    end: float
    duration_s: float
    gyr: Triple
    acc: Triple
    still: bool
    clipped: bool
    begins: bool


class Moments:
    """Cut a sensor's stream into moments. Streaming; any chunking gives the same.

    Parameters
    ----------
    rate_hz : nominal sampling rate
    settings : when it counts as still
    """

    def __init__(self, rate_hz: float, settings: RestSettings = HAND) -> None:
        self.window_s = max(2, round(settings.window_s * rate_hz)) / rate_hz
        self._detector = RestDetector(rate_hz, settings)
        self._last = nan
        self._flags = 0

    def push(self, block: SampleBlock) -> list[Moment]:
        """Take the next samples, give the moments that they complete."""
        moments: list[Moment] = []
        for part, after_gap in parts_between_gaps(block.quality):
            if after_gap:
                self._detector.reset()
                self._last, self._flags = nan, 0
            moments += self._of_part(block[part])
        return moments

    def _of_part(self, block: SampleBlock) -> list[Moment]:
        windows = self._detector.push(block)
        begins = [0, *windows.end.tolist()]
        moments = []
        for k, end in enumerate(windows.end.tolist()):
            flags = self._flags | _all_flags(block[begins[k] : end])
            self._flags = 0
            time, begun = float(block.time[end - 1]), self._last != self._last
            duration_s = self.window_s if begun else time - self._last
            gyr, acc = _triple(windows.gyr[k]), _triple(windows.acc[k])
            clipped = bool(flags & Quality.GYR_SATURATED)
            moments.append(Moment(time, duration_s, gyr, acc, bool(windows.still[k]), clipped, begun))
            self._last = time
        self._flags |= _all_flags(block[begins[-1] :])
        return moments


def _all_flags(block: SampleBlock) -> int:
    return int(np.bitwise_or.reduce(block.quality)) if len(block) else 0


def _triple(values: np.ndarray) -> Triple:
    x, y, z = values.tolist()
    return x, y, z
