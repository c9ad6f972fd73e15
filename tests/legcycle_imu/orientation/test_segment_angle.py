from math import pi, radians

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from calibration.model import SegmentCalibration, to_segment_frame
from firmware_bridge.samples import Floats, Placement, Quality, SampleBlock, Segment, Side
from legcycle_imu.model import SegmentAngles
from legcycle_imu.orientation import Orientation
from tests.strategies import Matrix, Session, rotations, rows

RATE_HZ = 100.0
GRAVITY = 9.81
SHANK = Placement(Side.LEFT, Segment.SHANK)


def turning(angle: Floats, bias: tuple[float, float, float] = (0.0, 0.0, 0.0)) -> SampleBlock:
    """A segment whose sensor sits on the axis of its turning, in the segment frame."""
    time = np.arange(len(angle)) / RATE_HZ
    gyr = np.tile(np.array(bias), (len(angle), 1))
    gyr[:, 2] += np.gradient(angle, 1.0 / RATE_HZ)
    acc = GRAVITY * np.column_stack([np.sin(angle), np.cos(angle), np.zeros(len(angle))])
    return SampleBlock(time, gyr, acc, np.zeros(len(angle), np.uint8))


def measured(block: SampleBlock, bias_sd_rad_s: float = 0.002) -> SegmentAngles:
    return Orientation(SHANK, RATE_HZ, bias_sd_rad_s).push(block)


def course(*legs: tuple[float, float]) -> Floats:
    """An angle that goes smoothly to each of (angle in degrees, time it takes in s), from 0."""
    angle = [np.zeros(1)]
    for to_deg, duration_s in legs:
        share = np.linspace(0.0, 1.0, round(duration_s * RATE_HZ) + 1)[1:]
        smooth = share * share * (3 - 2 * share)
        angle.append(angle[-1][-1] + smooth * (radians(to_deg) - angle[-1][-1]))
    return np.concatenate(angle)


@given(st.floats(-170.0, 170.0))
def test_a_segment_held_still_has_the_angle_of_gravity(angle_deg: float):
    angles = measured(turning(np.full(300, radians(angle_deg)))).angle
    known = angles[~np.isnan(angles)]
    assert len(known) >= 200
    np.testing.assert_allclose(known, radians(angle_deg), atol=1e-9)


def test_it_is_positive_with_the_distal_end_in_front():
    forward = np.array([np.sin(radians(30.0)), np.cos(radians(30.0)), 0.0]) * GRAVITY
    block = turning(np.zeros(300))
    lifted = SampleBlock(block.time, block.gyr, np.tile(forward, (300, 1)), block.quality)
    assert measured(lifted).angle[-1] == pytest.approx(radians(30.0))


def test_it_is_not_known_before_gravity_was_seen():
    angles = measured(turning(np.zeros(90))).angle
    assert np.isnan(angles).all()


@settings(max_examples=10)
@given(st.lists(st.tuples(st.floats(20.0, 80.0), st.floats(0.4, 1.5)), min_size=1, max_size=6))
def test_it_follows_what_the_gyroscope_says(legs: list[tuple[float, float]]):
    """Swings to and fro; a turn as slow as a gyroscope's bias, for a second, would be taken for a rest."""
    true = course((0.0, 2.0), *((angle * (-1.0) ** k, seconds) for k, (angle, seconds) in enumerate(legs)))
    found = measured(turning(true)).angle
    assert np.abs(found[200:] - true[200:]).max() < radians(0.3)


@pytest.mark.parametrize("turns", [-2, 2])
def test_two_whole_turns_do_not_wrap(turns: int):
    true = course((0.0, 2.0), (turns * 360.0, 2.0), (turns * 360.0, 1.0))
    found = measured(turning(true)).angle
    assert found[-1] == pytest.approx(turns * 2 * pi, abs=radians(0.5))
    assert np.abs(np.diff(found[200:])).max() < radians(8.0)


def test_prone_the_shank_may_point_beyond_the_horizontal():
    found = measured(turning(course((0.0, 2.0), (-90.0, 1.0), (-230.0, 1.0), (-230.0, 1.0)))).angle
    assert found[-1] == pytest.approx(radians(-230.0), abs=radians(0.5))


def test_the_bias_is_found_at_rest():
    bias = tuple(radians(b) for b in (1.0, -0.7, 0.8))
    true = course((0.0, 6.0), (60.0, 1.0), (-60.0, 1.0), (0.0, 1.0))
    found = measured(turning(true, bias), bias_sd_rad_s=radians(1.0)).angle
    assert np.abs(found[300:] - true[300:]).max() < radians(0.5)
    blind = measured(turning(true, bias)[600:], bias_sd_rad_s=radians(1.0)).angle
    assert np.nanmax(np.abs(blind - true[600:])) > radians(0.5) or np.isnan(blind).all()


def test_the_rate_is_that_about_the_mediolateral_axis():
    block = turning(course((0.0, 2.0), (60.0, 1.0)))
    np.testing.assert_array_equal(measured(block).rate, block.gyr[:, 2])


@pytest.mark.parametrize("segment", Segment)
def test_running_it_follows_the_bone_but_for_an_offset(run: Session, segment: Segment):
    for side in Side:
        placement = Placement(side, segment)
        found = Orientation(placement, RATE_HZ, 0.002).push(run.turned(placement))
        truth = run.simulation.angles
        error = np.interp(truth.time, found.time, found.angle) - truth.angle[placement]
        error = error[(truth.time > 4.0) & (truth.time < found.time[-1])]
        assert abs(error.mean()) < radians(3.0)
        assert error.std() < radians(2.0)


def test_a_long_gap_makes_it_unknown_and_a_short_one_does_not():
    true = course((0.0, 3.0), (40.0, 1.0), (0.0, 1.0))
    block = turning(true)
    for missing, known in ((5, True), (100, False)):
        after = block[350 + missing :]
        after.quality[0] = Quality.AFTER_GAP
        stage = Orientation(SHANK, RATE_HZ, 0.002)
        stage.push(block[:350])
        angle = stage.push(after).angle
        assert np.isnan(angle[0]) != known


@settings(max_examples=10)
@given(rotations())
def test_the_sensors_mounting_makes_no_difference(mounting: Matrix):
    block = turning(course((0.0, 2.0), (50.0, 1.0), (-30.0, 1.0)))
    strapped = SampleBlock(block.time, block.gyr @ mounting, block.acc @ mounting, block.quality)
    again = to_segment_frame(strapped, SegmentCalibration(rows(mounting)))
    np.testing.assert_allclose(measured(again).angle, measured(block).angle, atol=1e-9)


def test_nothing_gives_nothing():
    assert len(measured(SampleBlock.empty())) == 0
