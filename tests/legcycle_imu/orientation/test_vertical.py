from math import cos, radians, sin, sqrt

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from legcycle_imu.orientation import Vertical, VerticalSettings

UP = (0.0, 1.0, 0.0)
SETTINGS = VerticalSettings()


def tilted(deg: float) -> tuple[float, float, float]:
    return (sin(radians(deg)), cos(radians(deg)), 0.0)


def tilt_deg(vertical: Vertical, time: float) -> float:
    x, y, z = vertical.at(time)
    return float(np.degrees(np.arctan2(sqrt(x * x + z * z), y)))


def upright(drift_sd_rad_s: float = radians(0.1)) -> Vertical:
    vertical = Vertical(drift_sd_rad_s, SETTINGS)
    vertical.seen(0.0, 0.0, UP, SETTINGS.rest_sd_rad)
    return vertical


def test_it_is_unknown_until_it_was_seen():
    vertical = Vertical(0.01, SETTINGS)
    assert not vertical.known
    assert np.isnan(vertical.over(np.array([0.0, 1.0]))).all()
    vertical.seen(0.5, 0.5, UP, 0.01)
    assert vertical.known
    x, y, z = vertical.over(np.array([0.4, 0.5, 2.0]))
    assert np.isnan([x[0], y[0], z[0]]).all()
    np.testing.assert_allclose([x[1:], y[1:], z[1:]], np.array([UP, UP]).T, atol=1e-12)


def test_what_agrees_moves_nothing():
    vertical = upright()
    for time in range(1, 20):
        vertical.seen(float(time), float(time), UP, SETTINGS.stride_sd_rad)
    assert tilt_deg(vertical, 20.0) < 1e-9


@given(st.floats(-5.0, 5.0).filter(lambda deg: abs(deg) > 0.1))
def test_what_disagrees_moves_it_towards_itself_and_not_beyond(deg: float):
    vertical = upright()
    vertical.seen(1.0, 1.0, tilted(deg), SETTINGS.stride_sd_rad)
    moved = tilt_deg(vertical, 1.0 + SETTINGS.ramp_s)
    assert 0.0 < moved < abs(deg)
    assert np.sign(vertical.at(1.0 + SETTINGS.ramp_s)[0]) == np.sign(deg)


def test_a_correction_comes_in_over_the_ramp():
    vertical = upright()
    vertical.seen(1.0, 1.0, tilted(3.0), SETTINGS.stride_sd_rad)
    time = np.linspace(0.9, 1.0 + SETTINGS.ramp_s, 50)
    x, _, _ = vertical.over(time)
    assert np.abs(np.diff(x)).max() < 2.0 * (x[-1] - x[0]) / 25
    assert x[time <= 1.0] == pytest.approx(0.0, abs=1e-9)


def test_large_disagreements_are_believed_less():
    def moved_share(deg: float) -> float:
        vertical = upright()
        vertical.seen(1.0, 1.0, tilted(deg), SETTINGS.stride_sd_rad)
        return tilt_deg(vertical, 1.0 + SETTINGS.ramp_s) / deg

    assert moved_share(1.0) > moved_share(8.0) > moved_share(30.0) > 0.0


def test_doubt_makes_it_believe_what_it_sees():
    sure, unsure = upright(), upright()
    unsure.doubt(radians(20.0))
    for vertical in (sure, unsure):
        vertical.seen(1.0, 1.0, tilted(4.0), SETTINGS.stride_sd_rad)
    assert tilt_deg(sure, 2.0) < 2.0
    assert tilt_deg(unsure, 2.0) > 3.5


def test_a_steady_drift_is_learnt():
    vertical = upright(drift_sd_rad_s=radians(1.0))
    for k in range(1, 60):
        vertical.seen(float(k), float(k), tilted(0.5 * k), SETTINGS.rest_sd_rad)
    assert tilt_deg(vertical, 61.0) == pytest.approx(30.5, abs=0.7)


def test_a_rest_makes_the_bias_surer():
    vertical = upright(drift_sd_rad_s=radians(1.0))
    gains = [vertical.rest_bias_gain() for _ in range(5)]
    assert gains == sorted(gains, reverse=True)
    assert 0.9 < gains[0] < 1.0


def test_forgotten_it_is_unknown_again():
    vertical = upright()
    vertical.forget()
    assert not vertical.known
    assert np.isnan(vertical.over(np.array([1.0]))).all()


@given(st.lists(st.floats(0.1, 1.5), min_size=1, max_size=20), st.integers(0, 1000))
def test_what_was_read_is_never_changed_by_a_correction(steps: list[float], seed: int):
    directions = np.random.default_rng(seed).normal((0.0, 10.0, 0.0), 1.0, (len(steps), 3))
    vertical, now = upright(), 0.0
    for step, direction in zip(steps, directions, strict=True):
        time = np.linspace(now, now + step, 10, endpoint=False)
        before = vertical.over(time)
        now += step
        vertical.seen(now, now - 0.5 * step, tuple((direction / np.linalg.norm(direction)).tolist()), 0.03)
        after = vertical.over(time)
        for a, b in zip(before, after, strict=True):
            np.testing.assert_array_equal(a, b)
