"""Each sign convention pinned by a pose that a person can act out."""

from math import isnan, radians

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from legcycle_imu.kinematics import (
    heel_above_knee,
    heel_lift_ratio,
    hip_extension,
    knee_flexion,
    leg_points,
    placement,
)
from legcycle_imu.runner import LegGeometry, Runner

RUNNER = Runner(height_m=1.75).geometry
UNKNOWN = Runner().geometry
angles = st.floats(radians(-120), radians(120))
shanks = st.floats(radians(-170), radians(60))


def test_a_leg_hanging_straight_down() -> None:
    assert knee_flexion(0.0, 0.0) == 0.0
    assert placement(0.0, 0.0, RUNNER) == 0.0
    assert heel_above_knee(0.0, RUNNER) == pytest.approx(-(RUNNER.shank_m + RUNNER.heel_below_m))
    knee, ankle, heel = leg_points(0.0, 0.0, RUNNER)
    assert knee == pytest.approx((0.0, -RUNNER.thigh_m))
    assert ankle == pytest.approx((0.0, -RUNNER.leg_m))
    assert heel[0] == pytest.approx(-RUNNER.heel_behind_m)  # behind the ankle
    assert heel[1] == pytest.approx(-RUNNER.leg_m - RUNNER.heel_below_m)  # and below it


def test_a_bent_knee_takes_the_shank_back_and_is_positive() -> None:
    assert knee_flexion(0.0, radians(-90)) == pytest.approx(radians(90))
    _, ankle, _ = leg_points(0.0, radians(-90), RUNNER)
    assert ankle == pytest.approx((-RUNNER.shank_m, -RUNNER.thigh_m))


def test_a_raised_knee_is_in_front_and_its_thigh_angle_positive() -> None:
    knee, _, _ = leg_points(radians(90), 0.0, RUNNER)
    assert knee == pytest.approx((RUNNER.thigh_m, 0.0))


def test_a_thigh_behind_the_vertical_is_positive_hip_extension() -> None:
    assert hip_extension(radians(-21)) == pytest.approx(radians(21))
    knee, _, _ = leg_points(radians(-21), 0.0, RUNNER)
    assert knee[0] < 0


def test_an_ankle_ahead_of_the_hip_is_positive_placement() -> None:
    assert placement(radians(20), radians(10), RUNNER) > 0
    assert placement(radians(-20), radians(-10), RUNNER) < 0


def test_the_heel_reaches_the_knee_a_little_before_the_shank_is_horizontal() -> None:
    """13 runners: at a shank angle of -78 deg the heel marker is 1.0 cm below the own knee."""
    assert heel_above_knee(radians(-78), RUNNER) == pytest.approx(-0.010, abs=0.002)
    assert heel_above_knee(radians(-93), RUNNER) > 0.08
    assert heel_above_knee(radians(-70), RUNNER) < 0


def test_prone_with_the_shank_upright_the_heel_is_a_shank_above_the_knee() -> None:
    assert heel_above_knee(radians(-180), RUNNER) == pytest.approx(RUNNER.shank_m + RUNNER.heel_below_m)


@given(thigh=angles, shank=angles)
def test_mirrored_in_time_of_the_vertical_what_was_ahead_is_behind(thigh: float, shank: float) -> None:
    assert placement(-thigh, -shank, RUNNER) == pytest.approx(-placement(thigh, shank, RUNNER))
    assert knee_flexion(-thigh, -shank) == pytest.approx(-knee_flexion(thigh, shank))
    mirrored = LegGeometry(RUNNER.thigh_m, RUNNER.shank_m, RUNNER.heel_below, -RUNNER.heel_behind)
    assert heel_above_knee(-shank, mirrored) == pytest.approx(heel_above_knee(shank, RUNNER))


@given(thigh=angles, shank=shanks)
def test_the_formulas_agree_with_the_points(thigh: float, shank: float) -> None:
    knee, ankle, heel = leg_points(thigh, shank, RUNNER)
    assert placement(thigh, shank, RUNNER) == pytest.approx(ankle[0], abs=1e-12)
    assert heel_above_knee(shank, RUNNER) == pytest.approx(heel[1] - knee[1], abs=1e-12)
    assert np.hypot(*knee) == pytest.approx(RUNNER.thigh_m)
    assert np.hypot(ankle[0] - knee[0], ankle[1] - knee[1]) == pytest.approx(RUNNER.shank_m)


@given(thigh=angles, shank=shanks, scale=st.floats(1.0, 2.5))
def test_lengths_scale_with_the_body_and_ratios_do_not(thigh: float, shank: float, scale: float) -> None:
    taller = Runner(height_m=scale).geometry
    share = scale / 1.75
    assert placement(thigh, shank, taller) == pytest.approx(share * placement(thigh, shank, RUNNER), abs=1e-12)
    assert heel_lift_ratio(shank, taller) == pytest.approx(heel_lift_ratio(shank, UNKNOWN), abs=1e-12)


def test_without_lengths_metres_are_unknown_and_the_ratio_is_known() -> None:
    assert isnan(placement(0.3, 0.1, UNKNOWN))
    assert isnan(heel_above_knee(-1.4, UNKNOWN))
    assert heel_lift_ratio(radians(-78), UNKNOWN) == pytest.approx(-0.010 / (0.236 * 1.75), abs=0.005)


def test_with_the_shank_alone_heel_lift_is_known_and_placement_is_not() -> None:
    geometry = Runner(shank_m=RUNNER.shank_m).geometry
    assert heel_above_knee(-1.4, geometry) == pytest.approx(heel_above_knee(-1.4, RUNNER))
    assert isnan(placement(0.3, 0.1, geometry))


@given(st.lists(shanks, min_size=1, max_size=20))
def test_arrays_give_what_scalars_give(values: list[float]) -> None:
    shank = np.array(values)
    thigh = 0.5 * shank + 0.1
    for i in range(len(shank)):
        assert heel_above_knee(shank, RUNNER)[i] == pytest.approx(heel_above_knee(float(shank[i]), RUNNER))
        assert placement(thigh, shank, RUNNER)[i] == pytest.approx(placement(float(thigh[i]), float(shank[i]), RUNNER))
    assert np.array_equal(knee_flexion(thigh, shank), thigh - shank)
