"""Fourier series of periodic curves over the stride."""

import numpy as np

from legcycle_imu.simulation.norms import Floats

HARMONICS = 16
"""Kept harmonics of the stride: 23 Hz, a little above the norms' bandwidth, at 0.7 s a stride."""


def series_of(curve: Floats) -> Floats:
    """Give the Fourier coefficients (2 * HARMONICS + 1, ...) of curves (PERCENT, ...): see `waves`."""
    spectrum = np.fft.rfft(curve, axis=0)[: HARMONICS + 1] * (2.0 / len(curve))
    spectrum[0] *= 0.5
    return np.concatenate([spectrum.real, -spectrum.imag[1:]])


def waves(phase: Floats) -> Floats:
    """Give 1, cos(2 pi k phase), sin(2 pi k phase) for k to HARMONICS, as columns (n, 2 * HARMONICS + 1)."""
    turn = np.exp(2j * np.pi * phase)
    powers = np.empty((HARMONICS + 1, len(phase)), complex)
    powers[0] = 1.0
    for k in range(1, HARMONICS + 1):
        np.multiply(powers[k - 1], turn, out=powers[k])
    return np.concatenate([powers.real, powers.imag[1:]]).T


def integrate_twice(acceleration: Floats) -> Floats:
    """Integrate a periodic curve of zero mean twice over its period (= 1); the result has zero mean."""
    spectrum = np.fft.rfft(acceleration)
    spectrum[1:] /= -((2 * np.pi * np.arange(1, len(spectrum))) ** 2)
    spectrum[0] = 0.0
    return np.asarray(np.fft.irfft(spectrum, len(acceleration)))
