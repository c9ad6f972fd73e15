import json
from math import radians
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from calibration.model import (
    FORMAT_VERSION,
    CalibrationSet,
    IntrinsicCalibration,
    LegCalibration,
    SegmentCalibration,
    WornSensor,
    ZeroSource,
    to_segment_frame,
)
from firmware_bridge.samples import Placement, SampleBlock, Segment, Side
from firmware_bridge.source import SensorFacts
from tests.strategies import Matrix, rotations, rows


def seat(rotation: Matrix, *bias: float) -> SegmentCalibration:
    return SegmentCalibration(rows(rotation), bias or (0.0, 0.0, 0.0), 0.01, 0.02, radians(2.0))


def leg(rotation: Matrix, side: Side = Side.LEFT) -> LegCalibration:
    thigh, shank = seat(rotation, 0.01, -0.02, 0.03), seat(rotation.T)
    return LegCalibration(side, thigh, shank, ZeroSource.RUNNING, 0.8, 12, "tighten the strap")


@given(rotations())
def test_json_brings_back_the_same_to_the_bit(rotation: Matrix):
    stored = CalibrationSet((leg(rotation), leg(rotation.T, Side.RIGHT)))
    again = CalibrationSet.from_json(stored.to_json())
    assert again == stored
    assert again.to_json() == stored.to_json()


def test_a_given_calibration_of_which_no_more_is_said_can_be_read_back():
    stored = CalibrationSet((LegCalibration(Side.LEFT, seat(np.eye(3)), seat(np.eye(3)), ZeroSource.GIVEN),))
    assert CalibrationSet.from_json(stored.to_json()) == stored
    assert stored.legs[0].sign_margin == 1.0


@pytest.mark.parametrize("version", [0, FORMAT_VERSION + 1])
def test_another_version_is_refused(version: int):
    text = json.dumps(json.loads(CalibrationSet((leg(np.eye(3)),)).to_json()) | {"format_version": version})
    with pytest.raises(ValueError, match=f"expected calibration format 1 to {FORMAT_VERSION}, got {version}"):
        CalibrationSet.from_json(text)


@pytest.mark.parametrize(
    "frame",
    [
        np.zeros((3, 3)),
        np.diag([1.0, 1.0, -1.0]),
        np.diag([2.0, 1.0, 1.0]),
        np.diag([1.0, 1.0, 1.1]),
        np.diag([1e300, 1.0, 1.0]),
        [[1.0, 0.1, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]],
        np.full((3, 3), np.nan),
    ],
)
def test_a_frame_that_is_no_rotation_is_refused(frame: Matrix):
    with pytest.raises(ValueError, match="expected a rotation: three unit vectors at right angles, got"):
        seat(np.array(frame))


def test_it_is_refused_in_a_file_and_said_where_it_stands():
    text = CalibrationSet((leg(np.eye(3)),)).to_json().replace("[1.0,0.0,0.0]", "[1.0,0.5,0.0]", 1)
    with pytest.raises(ValueError, match=r"expected a rotation.* at `\$.legs\[0\].thigh`"):
        CalibrationSet.from_json(text)


@given(rotations())
def test_a_rotation_that_a_person_typed_with_three_decimals_is_one(rotation: Matrix):
    assert seat(np.round(rotation, 3)).matrix() == pytest.approx(rotation, abs=0.0006)


@pytest.mark.parametrize(
    "wrong",
    [
        {"acc_matrix": rows(np.zeros((3, 3)))},
        {"acc_matrix": rows(np.eye(3) * 9.81)},
        {"acc_matrix": rows(np.eye(3) * np.nan)},
        {"gyr_scale": (1.0, 0.0, 1.0)},
        {"gyr_scale": (1.0, 1.0, 57.3)},
    ],
)
def test_a_correction_that_no_sensor_needs_is_refused(wrong: dict[str, Any]):
    with pytest.raises(ValueError, match=r"expected corrections within 0\.5 of none, got acc_matrix"):
        IntrinsicCalibration("device", **wrong)


def test_two_calibrations_of_one_leg_are_refused():
    with pytest.raises(ValueError, match="expected at most one calibration a leg, got left, left"):
        CalibrationSet((leg(np.eye(3)), leg(np.eye(3))))


def test_a_calibration_of_the_first_version_is_read():
    stored = CalibrationSet((leg(np.eye(3)),))
    fields = json.loads(stored.to_json())
    first = {"legs": fields["legs"], "format_version": 1}
    assert CalibrationSet.from_json(json.dumps(first)).legs == stored.legs


def test_who_wears_what_and_how_sensors_err_can_be_read_back():
    worn = WornSensor("5EED0001", 2, Side.RIGHT, Segment.SHANK)
    intrinsic = IntrinsicCalibration("5EED0001", 2, "2026-11-23T10:00:00+00:00", temperature_c=21.5, poses=12)
    stored = CalibrationSet((leg(np.eye(3)),), sensors=(worn,), intrinsics=(intrinsic,), made="2026-11-23T10:01:00Z")
    assert CalibrationSet.from_json(stored.to_json()) == stored
    assert stored.sensors[0].placement == Placement(Side.RIGHT, Segment.SHANK)


FACTS = SensorFacts(Placement(Side.LEFT, Segment.THIGH), "leglink", 200.0, 156.9, 34.9, device="A", node=1)
OTHER = FACTS._replace(placement=Placement(Side.LEFT, Segment.SHANK), device="B", node=2)


def test_sensors_are_worn_where_the_calibration_says():
    swapped = CalibrationSet(
        (), sensors=(WornSensor("B", 2, Side.LEFT, Segment.THIGH), WornSensor("A", 1, Side.LEFT, Segment.SHANK))
    )
    assert [facts.placement for facts in swapped.placed([FACTS, OTHER])] == [OTHER.placement, FACTS.placement]
    assert [facts.device for facts in swapped.placed([FACTS, OTHER])] == ["A", "B"]


def test_a_sensor_of_which_a_calibration_says_nothing_stays_where_it_is():
    strangers = CalibrationSet((), sensors=(WornSensor("C", 1, Side.RIGHT, Segment.THIGH),))
    assert strangers.placed([FACTS, OTHER]) == [FACTS, OTHER]
    nameless = CalibrationSet((), sensors=(WornSensor("", 0, Side.RIGHT, Segment.THIGH),))
    assert nameless.placed([FACTS._replace(device="", node=0)])[0].placement == FACTS.placement


def test_two_sensors_are_not_worn_at_one_place():
    both = CalibrationSet((), sensors=(WornSensor("B", 2, Side.LEFT, Segment.THIGH),))
    with pytest.raises(ValueError, match="A on the left thigh, B on the left thigh"):
        both.placed([FACTS, OTHER])


def test_an_intrinsic_calibration_belongs_to_one_sensor():
    mine = IntrinsicCalibration("A", 1, poses=12)
    calibration = CalibrationSet((), intrinsics=(IntrinsicCalibration("A", 2), mine, IntrinsicCalibration("")))
    assert calibration.intrinsic(FACTS) == mine
    assert calibration.intrinsic(OTHER) is None
    assert calibration.intrinsic(FACTS._replace(device="", node=0)) is None


@pytest.mark.parametrize("text", ["", "{}", "[]", '{"legs": [], "colour": 1}', '{"legs": [{"side": "middle"}]}'])
def test_what_is_no_calibration_is_refused(text: str):
    with pytest.raises(ValueError, match="expected a calibration in JSON"):
        CalibrationSet.from_json(text)


def test_a_leg_is_found_by_its_side():
    known = CalibrationSet((leg(np.eye(3)),))
    assert known.leg(Side.LEFT) is known.legs[0]
    assert known.leg(Side.RIGHT) is None
    assert known.legs[0][Segment.THIGH] is known.legs[0].thigh
    assert known.legs[0][Segment.SHANK] is known.legs[0].shank


@given(rotations(), st.integers(0, 100), st.booleans())
def test_turned_samples_are_rotation_times_sample(rotation: Matrix, seed: int, by_columns: bool):
    rng = np.random.default_rng(seed)
    gyr, acc = (np.array(rng.normal(size=(20, 3)), order="F" if by_columns else "C") for _ in range(2))
    block = SampleBlock(np.arange(20.0), gyr, acc, np.zeros(20, np.uint8))
    bias = (0.1, -0.2, 0.3)
    turned = to_segment_frame(block, seat(rotation, *bias))
    np.testing.assert_allclose(turned.gyr, (gyr - np.array(bias)) @ rotation.T, atol=1e-12)
    np.testing.assert_allclose(turned.acc, acc @ rotation.T, atol=1e-12)
    np.testing.assert_array_equal(turned.time, block.time)


def test_turning_changes_no_length():
    rng = np.random.default_rng(0)
    block = SampleBlock(np.arange(5.0), rng.normal(size=(5, 3)), rng.normal(size=(5, 3)), np.zeros(5, np.uint8))
    x, y, z = np.eye(3)
    turned = to_segment_frame(block, seat(np.array([z, x, y])))
    np.testing.assert_allclose(np.linalg.norm(turned.acc, axis=1), np.linalg.norm(block.acc, axis=1))
    np.testing.assert_array_equal(turned.acc[:, 1], block.acc[:, 0])
