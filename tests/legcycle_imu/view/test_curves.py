from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from firmware_bridge.samples import Side
from legcycle_imu.cycle import Phase
from legcycle_imu.view.curves import CurveSettings, leg_curves, phase_bands, time_grid
from legcycle_imu.view.recent_angles import RecentAngles
from legcycle_imu.view.state import PhaseBand
from tests.legcycle_imu.view.made import RATE_HZ, angles, spans

SETTINGS = CurveSettings()


def curves(now_s: float, *parts: tuple[float, float], shank: tuple[tuple[float, float], ...] | None = None):
    thigh_angles, shank_angles = RecentAngles(RATE_HZ, 8.0), RecentAngles(RATE_HZ, 8.0)
    for part in parts:
        thigh_angles.push(angles(*part)[0])
    for part in parts if shank is None else shank:
        shank_angles.push(angles(*part)[1])
    return leg_curves(time_grid(now_s, SETTINGS), thigh_angles, shank_angles, (), SETTINGS)


@given(st.floats(0.0, 36000.0))
def test_the_grid_always_has_as_many_whole_multiples_and_ends_now(now_s):
    grid = time_grid(now_s, SETTINGS)
    assert len(grid) == 600
    assert now_s - 0.01 - 1e-6 < grid[-1] <= now_s + 1e-6
    assert np.array_equal(grid, np.round(grid * 100.0) / 100.0)


def test_points_stand_still_while_time_goes_on():
    before, after = time_grid(10.004, SETTINGS), time_grid(10.038, SETTINGS)
    assert set(after[:-4]) <= set(before)


def test_curves_are_in_degrees_and_the_knee_is_their_difference():
    seen = curves(12.0, (9.0, 12.0))
    known = ~np.isnan(seen.knee_deg)
    assert seen.thigh_deg[known] == pytest.approx(20.0)
    assert seen.shank_deg[known] == pytest.approx(-40.0)
    assert seen.knee_deg[known] == pytest.approx(60.0)
    assert seen.gaps == ()


def test_before_the_first_angle_is_blank_but_no_gap():
    seen = curves(12.0, (9.0, 12.0))
    assert np.isnan(seen.thigh_deg[:299]).all()
    assert curves(12.0).gaps == ()
    assert np.isnan(curves(12.0).knee_deg).all()


def test_a_gap_of_one_sensor_is_a_gap_of_the_leg_and_leaves_the_other_curve():
    seen = curves(12.0, (6.0, 12.0), shank=((6.0, 8.0), (8.5, 12.0)))
    (gap,) = seen.gaps
    assert (gap.start, gap.end) == pytest.approx((8.0, 8.5), abs=0.02)
    inside = (time_grid(12.0, SETTINGS) > 8.05) & (time_grid(12.0, SETTINGS) < 8.45)
    assert np.isnan(seen.knee_deg[inside]).all()
    assert not np.isnan(seen.thigh_deg[inside]).any()


@pytest.mark.parametrize(("late_s", "gaps"), [(0.1, 0), (0.35, 0), (0.5, 1), (5.9, 1), (7.0, 1)])
def test_what_is_on_its_way_is_no_gap_and_what_does_not_come_is(late_s, gaps):
    seen = curves(15.0, (6.0, 15.0 - late_s))
    assert len(seen.gaps) == gaps
    if gaps:
        assert seen.gaps[-1].start == pytest.approx(max(15.0 - late_s, 9.0), abs=0.02)
        assert seen.gaps[-1].end == pytest.approx(15.0, abs=0.011)


def test_phases_follow_each_other_and_the_last_one_goes_on():
    found = phase_bands(spans(12.0), PhaseBand(Phase.DRIVE, 11.95, 12.0), 6.0)
    assert all(a.end == pytest.approx(b.start) for a, b in pairwise(found))
    assert found[-1] == (Phase.DRIVE, 11.95, 12.0)
    assert found[0].phase is Phase.PUSH


def test_phases_outside_of_the_window_are_left_out_and_cut():
    found = phase_bands(spans(12.0, Side.LEFT), None, 11.0)
    assert found[0].start == 11.0
    assert all(band.end > 11.0 for band in found)
