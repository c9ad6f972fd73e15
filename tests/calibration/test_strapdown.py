from math import pi

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from calibration.strapdown import Strapdown
from legcycle_imu.simulation.sensors import random_rotation

RATE_HZ = 200.0


def attitude(axes: list[np.ndarray], at: int = -1) -> np.ndarray:
    return np.array([column[at] for column in axes]).reshape(3, 3)


def about(axis: int, angle: float) -> np.ndarray:
    c, s = np.cos(angle), np.sin(angle)
    x, y = [k for k in range(3) if k != axis]
    turn = np.eye(3)
    turn[x, x] = turn[y, y] = c
    turn[x, y], turn[y, x] = (-s, s) if axis != 1 else (s, -s)
    return turn


@pytest.mark.parametrize("axis", range(3))
@given(rate=st.floats(-20.0, 20.0))
def test_a_steady_turn_is_rate_times_time(axis: int, rate: float):
    gyr = np.zeros((201, 3))
    gyr[:, axis] = rate
    axes = Strapdown(RATE_HZ).push(gyr)
    turned = about(axis, rate * 201 / RATE_HZ)
    np.testing.assert_allclose(attitude(axes), turned, atol=1e-9)


@given(st.integers(0, 1000))
def test_attitudes_are_rotations(seed: int):
    axes = Strapdown(RATE_HZ).push(np.random.default_rng(seed).normal(0.0, 10.0, (50, 3)))
    for k in (0, 25, 49):
        turn = attitude(axes, k)
        np.testing.assert_allclose(turn @ turn.T, np.eye(3), atol=1e-12)
        assert np.linalg.det(turn) == pytest.approx(1.0)


def test_standing_still_changes_nothing():
    np.testing.assert_array_equal(attitude(Strapdown(RATE_HZ).push(np.zeros((100, 3)))), np.eye(3))


def test_speed_is_that_of_the_last_sample():
    stage = Strapdown(RATE_HZ)
    assert stage.speed_rad_s == 0.0
    stage.push(np.array([[0.0, 0.0, 9.0], [1.0, 2.0, 2.0]]))
    assert stage.speed_rad_s == pytest.approx(3.0)


def test_a_steady_turn_goes_on_through_a_gap():
    gyr = np.tile([0.0, 0.0, pi], (100, 1))
    stage, whole = Strapdown(RATE_HZ), Strapdown(RATE_HZ).push(np.tile([0.0, 0.0, pi], (150, 1)))
    stage.push(gyr[:50])
    stage.bridge(51 / RATE_HZ, gyr[:1])  # to the first sample behind the gap
    bridged = stage.push(gyr[:50])
    angle, true = (np.arctan2(a[1, 0], a[0, 0]) for a in (attitude(bridged), attitude(whole)))
    assert angle == pytest.approx(true, abs=1.5 * pi / RATE_HZ)


def test_a_body_frame_that_is_turned_in_mid_stream_has_the_same_drifting_frame():
    rng = np.random.default_rng(5)
    gyr = rng.normal(0.0, 2.0, (60, 3))
    turn = random_rotation(rng)
    plain, turning = Strapdown(100.0), Strapdown(100.0)
    whole = np.stack(plain.push(gyr), axis=1).reshape(-1, 3, 3)
    turning.push(gyr[:30])
    turning.turn(turn)
    rest = np.stack(turning.push(gyr[30:] @ turn.T), axis=1).reshape(-1, 3, 3)
    np.testing.assert_allclose(rest @ turn, whole[30:], atol=1e-12)
