from itertools import pairwise
from math import cos, radians, sin

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from calibration.strapdown import Strapdown
from calibration.swept_plane import CoarseAttitude, Sighting, sighting
from legcycle_imu.simulation.sensors import random_rotation

RATE_HZ = 200.0
TIME = np.arange(0.0, 0.7, 1.0 / RATE_HZ)
ANGLE = radians(10.0) + radians(32.0) * np.sin(2 * np.pi * TIME / 0.7)


def about(axis: int, angle: float) -> np.ndarray:
    c, s = cos(angle), sin(angle)
    x, y = [(1, 2), (2, 0), (0, 1)][axis]
    turn = np.eye(3)
    turn[x, x] = turn[y, y] = c
    turn[x, y], turn[y, x] = -s, s
    return turn


def stride(frame: np.ndarray, up: np.ndarray | None = None, drift: int = 0) -> Sighting:
    """A leg that swings about z, seen in a frame that is turned from the segment's; `up` in the runner's frame."""
    world = random_rotation(np.random.default_rng(drift))
    attitude = np.stack([world @ about(2, angle) @ frame.T for angle in ANGLE])
    direction = world @ (np.array([0.0, 1.0, 0.0]) if up is None else up)
    axes = np.ascontiguousarray(attitude[::6].reshape(-1, 9).T)
    return sighting(0.0, 0.7, 0.71, tuple(direction.tolist()), axes)


def test_a_sensor_that_sits_well_shows_the_angle_in_its_plane():
    seen = stride(np.eye(3))
    mean, lean = seen.pose(0.0)
    assert seen.turn == pytest.approx(0.0, abs=1e-9)
    assert mean == pytest.approx(radians(10.0), abs=radians(1.0))
    assert lean == pytest.approx(0.0, abs=1e-9)
    assert seen.spread == pytest.approx(ANGLE.std(), rel=0.1)
    assert seen.rough == pytest.approx(0.0, abs=1e-6)
    assert seen.duration == 0.7


@settings(max_examples=30)
@given(st.floats(-60.0, 60.0), st.integers(0, 100))
def test_a_turn_about_the_leg_shows_whatever_the_drifting_frame(turned_deg: float, drift: int):
    """A frame turned by minus so much takes that turn to be right again."""
    seen = stride(about(1, radians(-turned_deg)), drift=drift)
    assert seen.turn == pytest.approx(radians(turned_deg), abs=1e-6)
    mean, lean = seen.pose(seen.turn)
    assert mean == pytest.approx(stride(np.eye(3)).pose(0.0)[0], abs=1e-6)
    assert lean == pytest.approx(0.0, abs=1e-6)


@pytest.mark.parametrize("tilt_deg", [-15.0, 15.0])
def test_a_tilt_in_the_plane_shows_in_the_mean_alone(tilt_deg: float):
    plain, tilted = stride(np.eye(3)), stride(about(2, radians(tilt_deg)))
    assert tilted.pose(0.0)[0] - plain.pose(0.0)[0] == pytest.approx(radians(-tilt_deg), abs=1e-6)
    assert tilted.turn == pytest.approx(0.0, abs=1e-6)
    assert tilted.spread == pytest.approx(plain.spread, abs=1e-9)


def test_a_tilt_out_of_the_plane_shows_in_the_lean():
    assert abs(stride(about(0, radians(15.0))).pose(0.0)[1]) > radians(12.0)


def test_a_force_that_leans_sideways_hardly_looks_like_a_turn():
    """A bend that the runner does not lean into: the vertical's path is a cone, and no plane through the origin."""
    beta = radians(14.0)
    seen = stride(np.eye(3), up=np.array([0.0, cos(beta), sin(beta)]))
    assert abs(seen.turn) < radians(2.0)
    assert abs(seen.pose(0.0)[1]) == pytest.approx(beta, abs=1e-6)


@settings(max_examples=20)
@given(st.lists(st.integers(0, 400), max_size=8))
def test_the_coarse_attitude_does_not_depend_on_how_the_stream_is_cut(places: list[int]):
    rng = np.random.default_rng(1)
    time, gyr = np.arange(400) / RATE_HZ, rng.normal(0.0, 2.0, (400, 3))
    axes = Strapdown(RATE_HZ).push(gyr)
    whole, cut = CoarseAttitude(RATE_HZ, 1.5), CoarseAttitude(RATE_HZ, 1.5)
    whole.push(time, axes)
    edges = [0, *sorted(places), 400]
    for a, b in pairwise(edges):
        cut.push(time[a:b], [column[a:b] for column in axes])
        cut.forget()
    expected = whole.between(1.2, 1.9)
    assert expected.shape[0] == 9
    assert 20 <= expected.shape[1] <= 28
    np.testing.assert_array_equal(cut.between(1.2, 1.9), expected)


def test_what_is_older_than_a_stride_is_let_go():
    coarse = CoarseAttitude(RATE_HZ, 1.5)
    time = np.arange(2000) / RATE_HZ
    coarse.push(time, [np.zeros(2000)] * 9)
    coarse.forget()
    assert coarse.between(0.0, 8.0).shape == (9, 0)
    assert coarse.between(8.6, 10.0).shape[1] > 40
    coarse.reset()
    assert coarse.between(8.6, 10.0).shape == (9, 0)
