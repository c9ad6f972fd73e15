"""What a zero that is off does to each metric is what the geometry says, by the geometry itself."""

from math import cos, degrees, isnan, nan, radians

import pytest
from hypothesis import given
from hypothesis import strategies as st

from firmware_bridge.samples import Segment
from legcycle_imu.kinematics import heel_above_knee, heel_lift_ratio, placement
from legcycle_imu.model import STRIDE_COLUMNS
from legcycle_imu.progress.metrics import (
    ANGLE_BETWEEN_DAYS_RAD,
    BY_KEY,
    METRICS,
    between_days,
    per_rad,
    value_of,
)
from legcycle_imu.runner import LegGeometry, Runner

LENGTHS = Runner(height_m=1.75).geometry
STEP = 1e-5
MEANS = {
    "thigh_range_deg": 66.0,
    "peak_hip_extension_deg": 26.0,
    "knee_drive_deg": 40.0,
    "heel_lift_pct": 20.0,
    "heel_lift_cm": 8.0,
    "placement_cm": 20.0,
    "shank_at_contact_deg": 9.0,
    "peak_knee_flexion_deg": 105.0,
    "contact_time_s": 0.22,
    "cadence_spm": 172.0,
}


def test_every_metric_is_a_column_of_the_stride_table_but_the_thighs_range() -> None:
    assert {metric.key for metric in METRICS} - set(STRIDE_COLUMNS) == {"thigh_range_deg"}


@pytest.mark.parametrize("metric", METRICS, ids=lambda metric: metric.key)
def test_just_the_zeros_that_are_named_move_a_metric(metric) -> None:
    assert set(per_rad(metric.key, MEANS, LENGTHS)) == set(metric.zeros)


@given(st.floats(-140.0, -60.0))
def test_heel_lift_moves_as_the_heel_does_when_the_shank_is_turned(shank_deg: float) -> None:
    shank = radians(shank_deg)
    means = MEANS | {"heel_lift_pct": 100.0 * heel_lift_ratio(shank, LENGTHS)}
    slope = 100.0 * (heel_above_knee(shank + STEP, LENGTHS) - heel_above_knee(shank - STEP, LENGTHS)) / (2 * STEP)
    assert per_rad("heel_lift_cm", means, LENGTHS)[Segment.SHANK] == pytest.approx(abs(slope), rel=1e-4, abs=1e-3)
    share = per_rad("heel_lift_pct", means, LENGTHS)[Segment.SHANK] * LENGTHS.shank_m
    assert share == pytest.approx(abs(slope), rel=1e-4, abs=1e-3)


@given(st.floats(5.0, 50.0), st.floats(-15.0, 25.0))
def test_placement_moves_as_the_ankle_does_when_either_segment_is_turned(thigh_deg: float, shank_deg: float) -> None:
    thigh, shank = radians(thigh_deg), radians(shank_deg)
    ahead = 100.0 * placement(thigh, shank, LENGTHS)
    slopes = per_rad("placement_cm", MEANS | {"placement_cm": ahead, "shank_at_contact_deg": shank_deg}, LENGTHS)
    by_thigh = 100.0 * (placement(thigh + STEP, shank, LENGTHS) - placement(thigh - STEP, shank, LENGTHS)) / (2 * STEP)
    by_shank = 100.0 * (placement(thigh, shank + STEP, LENGTHS) - placement(thigh, shank - STEP, LENGTHS)) / (2 * STEP)
    assert slopes[Segment.THIGH] == pytest.approx(by_thigh, rel=1e-4)
    assert slopes[Segment.SHANK] == pytest.approx(by_shank, rel=1e-4)


def test_a_lift_as_high_as_can_be_is_moved_by_nothing() -> None:
    assert per_rad("heel_lift_pct", MEANS | {"heel_lift_pct": 400.0}, LENGTHS) == {Segment.SHANK: 0.0}


def test_without_lengths_centimetres_are_not_known_and_the_rest_is() -> None:
    assert isnan(between_days("heel_lift_cm", MEANS, LegGeometry()))
    assert isnan(between_days("placement_cm", MEANS | {"placement_cm": nan}, LegGeometry()))
    assert between_days("heel_lift_pct", MEANS, LegGeometry()) > 0.0


def test_days_differ_by_what_is_published() -> None:
    assert between_days("knee_drive_deg", MEANS, LENGTHS) == pytest.approx(2.7)
    assert between_days("peak_knee_flexion_deg", MEANS, LENGTHS) == pytest.approx(2.7)
    assert between_days("thigh_range_deg", MEANS, LENGTHS) == pytest.approx(2.7)
    assert between_days("cadence_spm", MEANS, LENGTHS) == pytest.approx(0.025 * 172.0)
    thigh, shank = per_rad("placement_cm", MEANS, LENGTHS).values()
    assert between_days("placement_cm", MEANS, LENGTHS) == pytest.approx(
        ANGLE_BETWEEN_DAYS_RAD * (thigh**2 + shank**2) ** 0.5
    )
    assert shank == pytest.approx(100.0 * LENGTHS.shank_m * cos(radians(9.0)))


def test_the_thighs_range_is_of_one_stride_and_no_zero_moves_it(strides_of_leg) -> None:
    (stride,) = strides_of_leg("left", 1, 0.0, 1)
    assert value_of("thigh_range_deg", stride) == pytest.approx(66.0)
    off = stride._replace(knee_drive_deg=43.0, peak_hip_extension_deg=23.0)
    assert value_of("thigh_range_deg", off) == value_of("thigh_range_deg", stride)
    assert value_of("knee_drive_deg", off) == 43.0


def test_values_are_shown_in_their_units() -> None:
    assert BY_KEY["contact_time_s"].text(0.2214) == "221"
    assert BY_KEY["contact_time_s"].signed(-0.012) == "-12"
    assert BY_KEY["knee_drive_deg"].signed(1.26) == "+1.3"
    assert BY_KEY["knee_drive_deg"].text(nan) == BY_KEY["knee_drive_deg"].signed(nan) == "–"
    assert degrees(1.0) == per_rad("knee_drive_deg", MEANS, LENGTHS)[Segment.THIGH]
