"""Rest: stretches in which a sensor does not move, when gravity and the gyroscope's bias show plainly."""

from dataclasses import dataclass
from math import radians
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from firmware_bridge.samples import Floats, SampleBlock, Vectors


@dataclass(frozen=True, slots=True)
class RestSettings:
    """When a sensor counts as still.

    Parameters
    ----------
    window_s : length of one window, s; a quarter second holds several periods of tremor (8-12 Hz)
    windows : still windows in a row that make a rest; 4 x 0.25 s, the second that
        VQF-like rest detectors ask for (Laidig & Seel 2023, 10.1016/j.inffus.2022.10.014: 1.5 s)
    gyr_sd_rad_s : largest standard deviation of the angular rate in a window (about 1.5 deg/s)
    acc_sd_m_s2 : largest standard deviation of the specific force in a window
    gyr_mean_rad_s : largest mean rate that can be a bias (gyroscopes leave the factory with up to
        1-3 deg/s): more is a slow turn
    """

    window_s: float = 0.25
    windows: int = 4
    gyr_sd_rad_s: float = radians(1.5)
    acc_sd_m_s2: float = 0.3
    gyr_mean_rad_s: float = radians(5.0)


class StillWindows(NamedTuple):
    """Windows of equal length, still or not.

    Attributes
    ----------
    end : (k,) index of the first sample after each window, counted from the block's first sample;
        a window may have begun in an earlier block
    gyr, acc : (k, 3) means over each window
    still : (k,) whether the sensor was still in it
    resting : (k,) whether it and enough windows before it were still
    """

    end: NDArray[np.int64]
    gyr: Vectors
    acc: Vectors
    still: NDArray[np.bool_]
    resting: NDArray[np.bool_]


class RestDetector:
    """Cut a sensor's stream into windows and tell which are rest. Streaming; any chunking gives the same."""

    def __init__(self, rate_hz: float, settings: RestSettings | None = None) -> None:
        self.settings = settings or RestSettings()
        self._size = max(2, round(self.settings.window_s * rate_hz))
        self._waiting = np.empty((0, 6))
        self._run = 0

    def push(self, block: SampleBlock) -> StillWindows:
        """Take the next samples, give the windows that they complete."""
        fresh = np.concatenate((block.gyr, block.acc), axis=1)
        held = len(self._waiting)
        samples = np.concatenate((self._waiting, fresh)) if held else fresh
        count = len(samples) // self._size
        cut = count * self._size
        self._waiting = samples[cut:].copy()
        mean, sd = self._moments(samples[:cut].reshape(count, self._size, 6))
        s = self.settings
        still = (
            (sd[:, :3].max(axis=1, initial=0.0) < s.gyr_sd_rad_s)
            & (sd[:, 3:].max(axis=1, initial=0.0) < s.acc_sd_m_s2)
            & (np.abs(mean[:, :3]).max(axis=1, initial=0.0) < s.gyr_mean_rad_s)
        )
        resting = np.zeros(count, np.bool_)
        if still.any():
            for k in range(count):
                self._run = self._run + 1 if still[k] else 0
                resting[k] = self._run >= s.windows
        elif count:
            self._run = 0
        end = (np.arange(count, dtype=np.int64) + 1) * self._size - held
        return StillWindows(end, mean[:, :3].copy(), mean[:, 3:].copy(), still, resting)

    def reset(self) -> None:
        """Begin anew after a gap."""
        self._waiting = self._waiting[:0]
        self._run = 0

    @staticmethod
    def _moments(windows: NDArray[np.float64]) -> tuple[Floats, Floats]:
        if len(windows) == 0:
            return np.empty((0, 6)), np.empty((0, 6))
        # one row after the other, so that the sum does not depend on how many windows came at once
        total = np.add.accumulate(windows, axis=1)[:, -1]
        mean = total / windows.shape[1]
        square = np.add.accumulate((windows - mean[:, None, :]) ** 2, axis=1)[:, -1]
        return mean, np.sqrt(square / windows.shape[1])
