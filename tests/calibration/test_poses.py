from math import cos, degrees, radians, sin

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from calibration.intrinsic import AccelerometerFit, fit_accelerometer
from calibration.poses import EDGES, FACES, POSES, TOLERANCE_RAD, pose_of


def test_there_are_six_faces_and_six_edges_of_unit_length():
    assert (len(FACES), len(EDGES), len({pose.name for pose in POSES})) == (6, 6, 12)
    np.testing.assert_allclose([np.linalg.norm(pose.up) for pose in POSES], 1.0)


def test_every_pair_of_axes_has_both_its_ways():
    products = sorted((round(2 * x * y), round(2 * y * z), round(2 * x * z)) for x, y, z in (p.up for p in EDGES))
    assert products == sorted([(1, 0, 0), (-1, 0, 0), (0, 1, 0), (0, -1, 0), (0, 0, 1), (0, 0, -1)])


def test_the_twelve_are_enough_for_the_fit():
    fit = fit_accelerometer(9.80665 * np.array([pose.up for pose in POSES]))
    assert isinstance(fit, AccelerometerFit)


@settings(max_examples=60)
@given(st.sampled_from(POSES), st.floats(0.0, 0.99), st.integers(0, 2**32 - 1), st.floats(0.5, 20.0))
def test_a_pose_is_known_up_to_its_tolerance_whatever_the_size(pose, share, seed, size):
    up, angle = np.array(pose.up), share * TOLERANCE_RAD
    across = np.cross(up, np.random.default_rng(seed).standard_normal(3))
    force = size * (cos(angle) * up + sin(angle) * across / np.linalg.norm(across))
    assert pose_of(force.tolist()) == pose
    if not pose.is_face:
        assert pose_of((-force).tolist()) == pose


@pytest.mark.parametrize("force", [(1.0, 1.0, 1.0), (1.0, -1.0, 1.0), (cos(radians(22.5)), sin(radians(22.5)), 0.0)])
def test_what_lies_between_is_none(force):
    assert pose_of(force) is None


def test_nothing_felt_is_no_pose():
    assert pose_of((0.0, 0.0, 0.0)) is None


def test_no_two_poses_can_be_taken_for_each_other():
    ups = [np.array(pose.up) for pose in POSES]
    apart = [degrees(np.arccos(abs(a @ b))) for k, a in enumerate(ups) for b in ups[:k] if abs(a @ b) < 0.999]
    assert min(apart) > 2 * degrees(TOLERANCE_RAD)
