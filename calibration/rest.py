"""Rest: stretches in which a sensor does not move, when gravity and the gyroscope's bias show plainly."""

from dataclasses import dataclass
from math import radians
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from firmware_bridge.samples import SampleBlock, Vectors


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
    gyr, acc : (k, 3) means over each window; NaN for acc where it was not still
    still : (k,) whether the sensor was still in it
    resting : (k,) whether it and enough windows before it were still
    """

    end: NDArray[np.int64]
    gyr: Vectors
    acc: Vectors
    still: NDArray[np.bool_]
    resting: NDArray[np.bool_]

    @classmethod
    def none(cls) -> "StillWindows":
        """Give no windows."""
        nothing = np.zeros(0, np.bool_)
        return cls(np.zeros(0, np.int64), np.empty((0, 3)), np.empty((0, 3)), nothing, nothing)


class RestDetector:
    """Cut a sensor's stream into windows and tell which are rest. Streaming; any chunking gives the same."""

    def __init__(self, rate_hz: float, settings: RestSettings | None = None) -> None:
        self.settings = settings or RestSettings()
        self._size = max(2, round(self.settings.window_s * rate_hz))
        self._waiting = SampleBlock.empty()
        self._run = 0

    def push(self, block: SampleBlock) -> StillWindows:
        """Take the next samples, give the windows that they complete."""
        held = len(self._waiting)
        samples = SampleBlock.join([self._waiting, block]) if held else block
        count = len(samples) // self._size
        self._waiting = samples[count * self._size :]
        if count == 0:
            return StillWindows.none()
        gyr, steady = self._judge(samples.gyr, count, self.settings.gyr_sd_rad_s)
        still = steady & (np.abs(gyr) < self.settings.gyr_mean_rad_s).all(axis=0)
        acc = np.full_like(gyr, np.nan)
        if still.any():  # which is rare: the accelerations need not be looked at else
            acc, steady = self._judge(samples.acc, count, self.settings.acc_sd_m_s2)
            still &= steady
        acc[:, ~still] = np.nan
        end = (np.arange(count, dtype=np.int64) + 1) * self._size - held
        return StillWindows(end, gyr.T, acc.T, still, self._in_a_row(still))

    def reset(self) -> None:
        """Begin anew after a gap."""
        self._waiting = SampleBlock.empty()
        self._run = 0

    def _judge(self, vectors: Vectors, count: int, limit: float) -> tuple[Vectors, NDArray[np.bool_]]:
        """Give each window's mean, shape (3, count), and whether no axis scattered more than the limit."""
        windows = np.ascontiguousarray(vectors.T[:, : count * self._size]).reshape(3, count, self._size)
        mean = np.add.reduce(windows, axis=2) / self._size
        deviation = windows - mean[:, :, np.newaxis]
        variance = np.add.reduce(deviation * deviation, axis=2) / self._size
        return mean, (variance < limit * limit).all(axis=0)

    def _in_a_row(self, still: NDArray[np.bool_]) -> NDArray[np.bool_]:
        """Tell which windows end a row of still ones that is long enough."""
        resting = np.zeros(len(still), np.bool_)
        for k in range(len(still)) if still.any() else ():
            self._run = self._run + 1 if still[k] else 0
            resting[k] = self._run >= self.settings.windows
        if not still[-1]:
            self._run = 0
        return resting
