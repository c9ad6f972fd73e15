"""Causal low-pass filters that carry their state, and the delay by which they date events late."""

from dataclasses import dataclass
from math import pi

import numpy as np
from numpy.typing import NDArray
from scipy.signal import butter, freqz, lfilter, lfilter_zi

from firmware_bridge.samples import Floats

_HIGHEST_SHARE = 0.4  # of the sampling rate: a filter can cut off no higher than half of it, and slow sensors exist


@dataclass(frozen=True, slots=True)
class LowpassDesign:
    """Butterworth low-pass of a given order.

    Parameters
    ----------
    cutoff_hz : -3 dB frequency, Hz
    order : filter order
    """

    cutoff_hz: float
    order: int

    def coefficients(self, rate_hz: float) -> tuple[Floats, Floats]:
        """Give numerator and denominator for a sampling rate."""
        cutoff_hz = min(self.cutoff_hz, _HIGHEST_SHARE * rate_hz)
        # orders of 1 and 2 lose nothing as one fraction, and lfilter costs a fifth of sosfilt on short chunks
        numerator, denominator = butter(self.order, cutoff_hz, fs=rate_hz)
        return numerator, denominator

    def delay_s(self, rate_hz: float) -> float:
        """Give the group delay at low frequencies, s: subtract it from the time of what the output shows."""
        low_hz = np.array([0.5, 1.5])  # the stride's own frequencies: the delay is flat there
        _, response = freqz(*self.coefficients(rate_hz), worN=low_hz, fs=rate_hz)
        phase = np.unwrap(np.angle(response))
        return float(-(phase[1] - phase[0]) / (2 * pi * (low_hz[1] - low_hz[0])))


class Lowpass:
    """One channel through a `LowpassDesign`, started at rest on its first sample."""

    def __init__(self, design: LowpassDesign, rate_hz: float) -> None:
        self._numerator, self._denominator = design.coefficients(rate_hz)
        self._state: NDArray[np.float64] | None = None

    def push(self, values: Floats) -> Floats:
        """Filter the next values, shape (n,)."""
        if len(values) == 0:
            return values
        if self._state is None:
            self._state = lfilter_zi(self._numerator, self._denominator) * values[0]
        filtered: Floats
        filtered, self._state = lfilter(self._numerator, self._denominator, values, zi=self._state)
        return filtered

    def reset(self) -> None:
        """Forget the past: the next sample starts the filter at rest."""
        self._state = None
