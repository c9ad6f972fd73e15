from math import inf, isnan, nan, radians

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from firmware_bridge.samples import Placement, Segment, Side
from legcycle_imu.model import SegmentAngles
from legcycle_imu.strides import StrideBuilder
from legcycle_imu.view.recent_angles import MOST_BLOCKS, RecentAngles
from tests.legcycle_imu.view.made import GEOMETRY, angles

RATE_HZ = 100.0


def block(time: np.ndarray, angle: np.ndarray | None = None) -> SegmentAngles:
    angle = np.sin(7.0 * time) if angle is None else angle
    nothing = np.zeros(len(time))
    return SegmentAngles(Placement(Side.LEFT, Segment.THIGH), time, angle, nothing, nothing.astype(np.uint8))


def test_before_anything_came_nothing_is_known():
    recent = RecentAngles(RATE_HZ, 8.0)
    assert recent.latest == -inf
    assert recent.first_known == inf
    assert isnan(recent.at(1.0))
    assert np.isnan(recent.on(np.arange(5.0))).all()


@given(st.lists(st.integers(1, 399), max_size=20), st.floats(1.0, 4.0))
def test_blocks_make_no_difference(cuts, t):
    time = 1.0 + np.arange(400) / RATE_HZ
    whole, cut = RecentAngles(RATE_HZ, 8.0), RecentAngles(RATE_HZ, 8.0)
    whole.push(block(time))
    for part in np.split(time, sorted(cuts)):
        cut.push(block(part))
    assert whole.at(t) == cut.at(t) or isnan(whole.at(t))
    grid = np.arange(0.0, 6.0, 0.01)
    assert np.array_equal(whole.on(grid), cut.on(grid), equal_nan=True)


@given(st.floats(1.05, 4.9))
def test_an_angle_is_that_of_the_stride_table(t):
    """The table's own memory is the reference."""
    time = 1.0 + np.arange(400) / RATE_HZ
    recent, builder = RecentAngles(RATE_HZ, 8.0), StrideBuilder(Side.LEFT, GEOMETRY, RATE_HZ, RATE_HZ)
    recent.push(block(time))
    builder.push_angles(block(time))
    assert recent.at(t) == builder._thigh.at(t)


def test_a_gap_is_not_bridged_and_a_single_lost_sample_is():
    time = np.arange(400) / RATE_HZ
    kept = time[((time < 1.0) | (time >= 1.3)) & (np.arange(400) != 200)]
    recent = RecentAngles(RATE_HZ, 8.0)
    recent.push(block(kept))
    assert isnan(recent.at(1.1))
    assert recent.at(2.0) == pytest.approx(np.sin(14.0), abs=0.01)
    grid = np.arange(0.5, 3.0, 0.01)
    lacking = grid[np.isnan(recent.on(grid))]
    assert lacking.min() == pytest.approx(1.0, abs=0.011)
    assert lacking.max() == pytest.approx(1.29, abs=0.011)
    assert len(lacking) == pytest.approx(30, abs=2)


def test_the_grid_shows_the_angle():
    recent = RecentAngles(RATE_HZ, 8.0)
    recent.push(block(np.arange(400) / RATE_HZ + 0.003))
    grid = np.arange(0.5, 3.0, 0.01)
    assert np.abs(recent.on(grid) - np.sin(7.0 * grid)).max() < 1e-3


def test_angles_that_are_not_numbers_are_not_known_yet():
    recent = RecentAngles(RATE_HZ, 8.0)
    time = np.arange(20) / RATE_HZ
    recent.push(block(time, np.full(20, nan)))
    assert recent.first_known == inf
    recent.push(block(time + 0.2, np.r_[np.full(5, nan), np.ones(15)]))
    assert recent.first_known == pytest.approx(0.25)
    assert recent.latest_known == pytest.approx(0.39)
    recent.push(block(time + 0.4, np.full(20, nan)))
    assert recent.latest_known == pytest.approx(0.39)
    assert recent.latest == pytest.approx(0.59)
    assert isnan(recent.at(0.1))


def test_memory_is_bounded_whether_asked_or_not():
    recent = RecentAngles(RATE_HZ, 2.0)
    for k in range(5 * MOST_BLOCKS):
        recent.push(angles(0.05 * k, 0.05 * k + 0.05)[0])
        assert len(recent.state.waiting) <= MOST_BLOCKS
    assert recent.at(recent.latest - 1.0) == pytest.approx(radians(20.0))
    assert isnan(recent.at(recent.latest - 2.5))
    assert len(recent.state.time) <= 2.0 * RATE_HZ + 1
