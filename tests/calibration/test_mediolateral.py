from math import degrees, radians

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from calibration.evidence import AlignmentSettings, SensorHold
from calibration.mediolateral import Movement, coefficients, phase_of, refined, tilts_of
from calibration.movement import running_strides, slow_swings, swings
from calibration.sideways import COEFFICIENTS, RUNNING_SHANK, RUNNING_THIGH, SLOW, Sideways, Tilt, Wave
from calibration.sweep import Sweep, sweeps
from firmware_bridge.samples import Placement, Segment, Side
from tests.strategies import Matrix, Session

SIDEWAYS = {Segment.THIGH: RUNNING_THIGH, Segment.SHANK: RUNNING_SHANK}


def turned(about_x_deg: float, about_y_deg: float) -> Matrix:
    a, b = radians(about_x_deg), radians(about_y_deg)
    about_x = np.array([[1, 0, 0], [0, np.cos(a), -np.sin(a)], [0, np.sin(a), np.cos(a)]])
    about_y = np.array([[np.cos(b), 0, np.sin(b)], [0, 1, 0], [-np.sin(b), 0, np.cos(b)]])
    return about_x @ about_y


def held(session: Session, placement: Placement) -> SensorHold:
    hold = SensorHold(100.0, AlignmentSettings())
    hold.push(session.block(placement))
    hold.take_until(np.inf)
    return hold


def running(session: Session, placement: Placement) -> list[Sweep]:
    shank = held(session, Placement(placement.side, Segment.SHANK))
    return sweeps(held(session, placement), running_strides(shank, AlignmentSettings()))


def true_frame(session: Session, placement: Placement) -> Matrix:
    leg = session.calibration.leg(placement.side)
    assert leg is not None
    return leg[placement.segment].matrix()


@pytest.mark.parametrize("stood", [False, True])
@pytest.mark.parametrize("segment", Segment)
def test_a_frame_that_is_off_is_turned_back_wherever_it_begins(run: Session, segment: Segment, stood: bool):
    placement = Placement(Side.RIGHT, segment)
    true, sweep = true_frame(run, placement), running(run, placement)
    movement = Movement(sweep, SIDEWAYS[segment])
    starts = [(0.0, 0.0), (0.0, 6.0), (0.0, -6.0)] + ([] if stood else [(5.0, 4.0), (-5.0, -4.0)])
    ends = [refined(turned(*start) @ true, [movement], Side.RIGHT, stood=stood)[2] for start in starts]
    for end in ends:
        np.testing.assert_allclose(end, ends[0], atol=radians(0.2))
    assert degrees(np.arccos((ends[0] * true[2]).sum())) < 8.0


def test_the_plane_of_standing_is_kept(run: Session):
    placement = Placement(Side.LEFT, Segment.THIGH)
    frame = turned(3.0, 2.0) @ true_frame(run, placement)
    moved = refined(frame, [Movement(running(run, placement), RUNNING_THIGH)], Side.LEFT, stood=True)
    assert abs((moved[2] * frame[1]).sum()) < 1e-3
    free = refined(frame, [Movement(running(run, placement), RUNNING_THIGH)], Side.LEFT, stood=False)
    assert abs((free[2] * frame[1]).sum()) > 1e-2


def test_the_frame_stays_a_rotation(run: Session):
    placement = Placement(Side.LEFT, Segment.SHANK)
    sweep = running(run, placement)
    frame = refined(true_frame(run, placement), [Movement(sweep, RUNNING_SHANK)], Side.LEFT, stood=False)
    np.testing.assert_allclose(frame @ frame.T, np.eye(3), atol=1e-12)
    assert np.linalg.det(frame) == pytest.approx(1.0)


def test_a_leg_that_lifts_its_knee_straight_ahead_is_seen_to(preamble: Session):
    """Knee lifts alone: the simulated ones hardly leave the plane."""
    placement = Placement(Side.LEFT, Segment.THIGH)
    hold = held(preamble, placement)
    strides = running_strides(held(preamble, Placement(Side.LEFT, Segment.SHANK)), AlignmentSettings())
    lifts = slow_swings(hold, strides, AlignmentSettings())
    assert 0 < len(lifts) < len(swings(hold, AlignmentSettings()))
    true = true_frame(preamble, placement)
    found = refined(turned(0.0, 9.0) @ true, [Movement(sweeps(hold, lifts), SLOW)], Side.LEFT, stood=True)
    assert degrees(np.arccos((found[2] * true[2]).sum())) < 3.0


def test_tilts_of_the_true_frame_are_the_simulated_ones(run: Session):
    placement = Placement(Side.LEFT, Segment.THIGH)
    sweep = running(run, placement)[0]
    tilts = tilts_of(sweep, true_frame(run, placement))
    truth = run.simulation.angles
    angle = np.interp(sweep.time, truth.time, truth.angle[placement])
    assert np.abs(tilts.swing - angle).max() < radians(8.0)  # the wobble of the sensor on the bone is in it
    assert np.sqrt(np.mean((tilts.swing - angle) ** 2)) < radians(2.0)
    assert degrees(np.abs(tilts.adduction).max()) < 25.0


@settings(max_examples=25, deadline=None, derandomize=True)
@given(st.lists(st.floats(-0.2, 0.2), min_size=COEFFICIENTS, max_size=COEFFICIENTS))
def test_coefficients_are_those_of_the_series(parts: list[float]):
    phase = 2 * np.pi * np.arange(400) / 100
    mean, *waves = parts
    pairs = zip(waves[::2], waves[1::2], strict=True)
    series = mean + sum((complex(*z) * np.exp(1j * k * phase)).real for k, z in enumerate(pairs, 1))
    np.testing.assert_allclose(coefficients(np.asarray(series), phase), parts, atol=1e-12)


def test_the_phase_begins_where_the_segment_is_farthest_forward(run: Session):
    placement = Placement(Side.LEFT, Segment.THIGH)
    sweep = running(run, placement)[0]
    swing = tilts_of(sweep, true_frame(run, placement)).swing
    phase = phase_of(swing, sweep)
    assert abs(coefficients(swing, phase)[2]) < 1e-2 * coefficients(swing, phase)[1]
    assert coefficients(swing, phase)[1] > 0


def test_the_prior_has_a_mean_and_a_spread_for_each_coefficient():
    tilt = Tilt(1.0, 2.0, (Wave(3.0, 4.0, 5.0), Wave(6.0, 7.0, 8.0), Wave(9.0, 10.0, 11.0)))
    np.testing.assert_allclose(np.degrees(tilt.mean()), [1, 3, 4, 6, 7, 9, 10])
    np.testing.assert_allclose(np.degrees(tilt.sd()), np.array([2, 5, 5, 8, 8, 11, 11]) / [1, *[2**0.5] * 6])


def test_a_right_leg_is_the_mirror_image_of_a_left_one(run: Session):
    """The same samples, taken for the other leg's, give an axis that leans the other way."""
    placement = Placement(Side.LEFT, Segment.SHANK)
    sweep, true = running(run, placement), true_frame(run, placement)
    leaning = Sideways(Tilt(-8.0, 0.1, SLOW.adduction.waves), SLOW.rotation)
    left, right = (refined(true, [Movement(sweep, leaning)], side, stood=False)[2] for side in Side)
    assert degrees(np.arccos((left * right).sum())) > 8.0
