from dataclasses import replace
from math import degrees, hypot, isnan, nan, radians

import pytest
from hypothesis import given
from hypothesis import strategies as st

from firmware_bridge.samples import Side
from legcycle_imu.cycle import EventKind, Phase
from legcycle_imu.kinematics import heel_above_knee
from legcycle_imu.model import GaitEvent
from legcycle_imu.runner import LegGeometry
from legcycle_imu.targets import Lift, Preset, Targets
from legcycle_imu.view.stick import Aim, aim_of, drive_ray, first_aims, ghost, in_legs, lift_metric, line_y, stick
from tests.legcycle_imu.view.made import GEOMETRY, judged, stride

UNKNOWN = LegGeometry()
ANGLES = st.floats(-3.0, 1.5)
LEVEL = Aim("heel_lift_cm", 0.0)


def peak(kind: EventKind, *flags: str) -> GaitEvent:
    return GaitEvent(10.1, 10.0, Side.LEFT, kind, frozenset(flags))


def distance(a: tuple[float, float], b: tuple[float, float]) -> float:
    return hypot(a[0] - b[0], a[1] - b[1])


@given(ANGLES, ANGLES, st.sampled_from([GEOMETRY, UNKNOWN]))
def test_rods_keep_their_lengths_and_the_leg_is_the_unit(thigh, shank, geometry):
    points = stick(thigh, shank, in_legs(geometry))
    assert points is not None
    assert points.hip == (0.0, 0.0)
    assert distance(points.hip, points.knee) + distance(points.knee, points.ankle) == pytest.approx(1.0)


def test_standing_the_leg_hangs_down_and_forward_is_positive():
    points = stick(0.0, 0.0, in_legs(GEOMETRY))
    assert points is not None
    assert points.ankle == pytest.approx((0.0, -1.0))
    assert points.heel[0] < 0.0
    raised = stick(radians(50.0), 0.0, in_legs(GEOMETRY))
    assert raised is not None
    assert raised.knee[0] > 0.0


@pytest.mark.parametrize(("thigh", "shank"), [(nan, 0.0), (0.0, nan)])
def test_without_both_angles_there_is_no_leg(thigh, shank):
    assert stick(thigh, shank, in_legs(GEOMETRY)) is None
    assert ghost(peak(EventKind.PEAK_HEEL_LIFT), thigh, shank, LEVEL, GEOMETRY) is None


def test_a_thigh_at_its_target_lies_on_the_ray():
    ray = drive_ray(50.0, in_legs(GEOMETRY))
    points = stick(radians(50.0), 0.0, in_legs(GEOMETRY))
    assert ray is not None
    assert points is not None
    (hip, end), knee = ray, points.knee
    assert hip == points.hip
    assert end[0] * knee[1] == pytest.approx(end[1] * knee[0])
    assert distance(hip, end) > distance(hip, knee)
    assert drive_ray(nan, in_legs(GEOMETRY)) is None


@given(ANGLES, st.sampled_from([GEOMETRY, UNKNOWN]), st.sampled_from(["heel_lift_cm", "heel_lift_pct"]))
def test_the_heel_is_above_the_line_just_where_it_reaches_the_target(shank, geometry, metric):
    if metric == "heel_lift_cm" and isnan(geometry.leg_m):
        return
    aim = Aim(metric, 5.0)
    seen = ghost(peak(EventKind.PEAK_HEEL_LIFT), 0.3, shank, aim, geometry)
    assert seen is not None
    assert seen.line_y is not None
    assert seen.value is not None
    assert seen.mark is not None
    assert (seen.mark.word == "OK") == (seen.value >= 5.0)
    if abs(seen.value - 5.0) > 1e-6:
        assert (seen.stick.heel[1] >= seen.line_y) == (seen.value >= 5.0)


def test_back_of_the_knee_is_the_knees_own_height_even_without_lengths():
    assert line_y(-0.4, LEVEL, UNKNOWN) == -0.4
    assert line_y(-0.4, LEVEL, GEOMETRY) == -0.4
    assert line_y(-0.4, Aim("heel_lift_cm", 5.0), GEOMETRY) == pytest.approx(-0.4 + 0.05 / GEOMETRY.leg_m)


def test_an_aim_that_is_no_height_has_no_line():
    assert line_y(-0.4, Aim("peak_knee_flexion_deg", 120.0), GEOMETRY) is None
    assert line_y(-0.4, Aim("heel_lift_cm", nan), GEOMETRY) is None


def test_ghosts_carry_the_numbers_of_the_coach():
    thigh, shank = radians(46.0), radians(-100.0)
    lift = ghost(peak(EventKind.PEAK_HEEL_LIFT), thigh, shank, LEVEL, GEOMETRY)
    drive = ghost(peak(EventKind.PEAK_KNEE_DRIVE), thigh, shank, Aim("knee_drive_deg", 50.0), GEOMETRY)
    assert lift is not None
    assert drive is not None
    assert (lift.phase, drive.phase) == (Phase.LIFT, Phase.DRIVE)
    assert lift.value == pytest.approx(100.0 * heel_above_knee(shank, GEOMETRY))
    assert drive.value == pytest.approx(46.0)
    assert (drive.text, drive.mark) == ("46.0°", ("▲", "close"))
    assert drive.line_y is None


def test_a_ghost_without_lengths_is_in_percent():
    seen = ghost(peak(EventKind.PEAK_HEEL_LIFT), 0.3, radians(-100.0), Aim("heel_lift_pct", 0.0), UNKNOWN)
    assert seen is not None
    assert seen.unit == "%"
    unknown = ghost(peak(EventKind.PEAK_HEEL_LIFT), 0.3, radians(-100.0), LEVEL, UNKNOWN)
    assert unknown is not None
    assert (unknown.value, unknown.text, unknown.mark) == (None, "–", None)


def test_the_knees_bend_is_the_number_where_the_heel_goes_to_the_buttock():
    seen = ghost(peak(EventKind.PEAK_HEEL_LIFT), 0.5, -1.5, Aim("peak_knee_flexion_deg", 120.0), GEOMETRY)
    assert seen is not None
    assert seen.value == pytest.approx(degrees(2.0))


def test_walking_is_held_against_nothing():
    seen = ghost(peak(EventKind.PEAK_KNEE_DRIVE, "walk"), 0.5, 0.0, Aim("knee_drive_deg", 50.0), GEOMETRY)
    assert seen is not None
    assert seen.mark is None


@pytest.mark.parametrize(
    ("lift", "geometry", "aim"),
    [
        (Lift.BACK_OF_KNEE, GEOMETRY, Aim("heel_lift_cm", 0.0)),
        (Lift.BACK_OF_KNEE, UNKNOWN, Aim("heel_lift_pct", 0.0)),
        (Lift.ABOVE_KNEE, GEOMETRY, Aim("heel_lift_cm", 5.0)),
        (Lift.BUTTOCK, UNKNOWN, Aim("peak_knee_flexion_deg", 120.0)),
    ],
)
def test_what_is_aimed_at_before_a_stride_is_what_the_first_stride_is_held_against(lift, geometry, aim):
    targets = Targets(lift=lift)
    assert first_aims(targets, geometry)[Phase.LIFT] == aim
    one = stride() if geometry is GEOMETRY else stride(heel_lift_cm=nan)
    assert next(aim_of(v) for v in judged(one, targets) if v.phase is Phase.LIFT) == aim


def test_above_the_knee_without_lengths_has_no_target():
    targets = Targets(lift=Lift.ABOVE_KNEE)
    assert lift_metric(targets, UNKNOWN) == "heel_lift_pct"
    assert isnan(first_aims(targets, UNKNOWN)[Phase.LIFT].target)


def test_ones_own_strides_give_no_aim_before_they_are_known():
    aims = first_aims(replace(Targets(), preset=Preset.BASELINE), GEOMETRY)
    assert all(isnan(aim.target) for aim in aims.values())
