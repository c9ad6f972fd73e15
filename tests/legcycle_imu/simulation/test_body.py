import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from firmware_bridge.samples import Segment, Side
from legcycle_imu.simulation import Variation, draw_runner
from legcycle_imu.simulation.body import (
    Orientation,
    about_x,
    about_y,
    about_z,
    bend,
    orientation,
    segment_origin,
    slope,
    specific_force,
)
from legcycle_imu.simulation.gaits import GRAVITY
from legcycle_imu.simulation.motion import GRID_HZ, draw_noise, motions
from legcycle_imu.simulation.script import running_script

TIME = np.arange(3200) / GRID_HZ
INSIDE = slice(4, -4)


def turning() -> Orientation:
    return Orientation(0.4 * TIME, np.sin(9 * TIME), 0.1 * np.cos(7 * TIME), 0.2 * np.sin(11 * TIME + 1))


def test_slope_and_bend_are_derivatives() -> None:
    curve = np.sin(2 * np.pi * 15 * TIME)
    omega = 2 * np.pi * 15
    np.testing.assert_allclose(slope(curve)[INSIDE], omega * np.cos(omega * TIME)[INSIDE], atol=1e-4 * omega)
    np.testing.assert_allclose(bend(curve)[INSIDE], -(omega**2) * curve[INSIDE], atol=1e-4 * omega**2)


@pytest.mark.parametrize("turn", [about_x, about_y, about_z])
def test_a_quarter_turn_is_right_handed(turn) -> None:
    axis = "xyz".index(turn.__name__[-1])
    start, to = np.zeros((3, 1)), np.zeros((3, 1))
    start[(axis + 1) % 3], to[(axis + 2) % 3] = 1.0, 1.0
    np.testing.assert_allclose(turn(start, np.array([np.pi / 2])), to, atol=1e-15)


@settings(max_examples=30, derandomize=True)
@given(st.lists(st.floats(-3.0, 3.0), min_size=7, max_size=7))
def test_to_world_and_back_is_where_it_began(values: list[float]) -> None:
    where = Orientation(*(np.array([v]) for v in values[:4]))
    vector = np.array(values[4:])[:, np.newaxis]
    np.testing.assert_allclose(where.to_segment(where.to_world(vector)), vector, atol=1e-12)


@settings(max_examples=30, derandomize=True)
@given(st.floats(-1.4, 1.4), st.floats(-0.3, 0.3), st.floats(-0.5, 0.5))
def test_the_long_axis_makes_the_sagittal_angle_with_the_vertical(sagittal: float, tilt: float, spin: float) -> None:
    where = Orientation(np.zeros(1), np.array([sagittal]), np.array([tilt]), np.array([spin]))
    down = where.to_world(np.array([[0.0], [-1.0], [0.0]]))[:, 0]
    assert np.arctan2(down[0], -down[1]) == pytest.approx(sagittal)


def test_the_rate_is_that_of_the_turning_axes() -> None:
    where = turning()
    axes = [where.to_world(np.repeat(np.eye(3)[:, [k]], len(TIME), axis=1)) for k in range(3)]
    rate = where.rate()
    for axis, vector in enumerate(axes):
        moved = where.to_segment(slope(vector))
        np.testing.assert_allclose(moved[:, INSIDE], np.cross(rate.T, np.eye(3)[axis]).T[:, INSIDE], atol=2e-4)


def test_a_pendulum_feels_what_its_formula_says() -> None:
    length, angle, omega = 0.8, 0.6, 5.0
    theta = angle * np.cos(omega * TIME)
    where = Orientation(np.zeros_like(TIME), theta, np.zeros_like(TIME), np.zeros_like(TIME))
    rod = np.zeros((3, len(TIME)))
    rod[1] = -length
    force = where.to_segment(specific_force(where.to_world(rod)))[:, INSIDE]
    rate, turn = (-angle * omega * np.sin(omega * TIME))[INSIDE], -(omega**2) * theta[INSIDE]
    np.testing.assert_allclose(force[0], length * turn + GRAVITY * np.sin(theta[INSIDE]), atol=1e-4)
    np.testing.assert_allclose(force[1], length * rate**2 + GRAVITY * np.cos(theta[INSIDE]), atol=1e-4)
    np.testing.assert_allclose(force[2], 0.0, atol=1e-9)


def test_the_knee_is_a_thigh_s_length_from_the_hip() -> None:
    runner, script = draw_runner(1), running_script(4.0, 2.0, preamble=False)
    motion = next(motions(script, runner, draw_noise(script, np.random.default_rng(0)), 10.0))
    hip, knee = (segment_origin(motion, Side.LEFT, s, runner.geometry) for s in (Segment.THIGH, Segment.SHANK))
    np.testing.assert_allclose(np.linalg.norm(knee - hip, axis=0), runner.geometry.thigh_m, rtol=1e-12)
    thigh = orientation(motion, Side.LEFT, Segment.THIGH)
    np.testing.assert_allclose(thigh.sagittal, motion.legs[Side.LEFT].thigh)


def test_without_out_of_plane_motion_everything_stays_in_the_plane() -> None:
    runner, script = draw_runner(1, Variation(out_of_plane=0.0)), running_script(4.0, 2.0, preamble=False)
    motion = next(motions(script, runner, draw_noise(script, np.random.default_rng(0)), 10.0))
    rate = orientation(motion, Side.RIGHT, Segment.SHANK).rate()
    assert not rate[:2].any()
