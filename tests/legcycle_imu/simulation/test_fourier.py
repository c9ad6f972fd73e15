import numpy as np

from legcycle_imu.simulation.fourier import HARMONICS, integrate_twice, series_of, waves


def test_series_of_a_band_limited_curve_gives_it_back() -> None:
    phase = np.arange(100) / 100
    curve = 1.0 + np.cos(2 * np.pi * (3 * phase + 0.1)) + 0.5 * np.sin(2 * np.pi * HARMONICS * phase)
    np.testing.assert_allclose(waves(phase) @ series_of(curve), curve, atol=1e-12)


def test_integrating_twice_undoes_differentiating_twice() -> None:
    phase = np.arange(100) / 100
    curve = np.cos(2 * np.pi * 2 * phase)
    np.testing.assert_allclose(integrate_twice(-((4 * np.pi) ** 2) * curve), curve, atol=1e-12)
