from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from firmware_bridge.protocols.leglink import DEFAULTS
from firmware_bridge.protocols.leglink_batch import Batcher, Scales
from firmware_bridge.samples import SampleBlock

ONES = Scales(1000.0, 1000.0, 1.0, 1.0)


def at(*time):
    n = len(time)
    return SampleBlock(np.array(time, float), np.zeros((n, 3)), np.zeros((n, 3)), np.zeros(n, np.uint8))


def one(*acc):
    return SampleBlock(np.zeros(1), np.zeros((1, 3)), np.array([acc], float), np.zeros(1, np.uint8))


def batcher(n):
    made = Batcher(1.0)
    made.n = n
    return made


def times(groups):
    return [group.time.tolist() for group in groups]


def test_groups_of_n_and_what_is_left_over_waits():
    made = batcher(3)
    assert times(made.push(at(0, 1, 2, 3))) == [[0, 1, 2]]
    assert times(made.push(at(4))) == []
    assert times(made.push(at(5, 6))) == [[3, 4, 5]]


@pytest.mark.parametrize(
    ("time", "expected"),
    [
        ((0, 1, 3, 4, 5), [[0, 1], [3, 4, 5]]),
        ((0, 2, 4, 6), [[0], [2], [4]]),
        ((0, 1.49, 2.49), [[0, 1.49, 2.49]]),
        ((0, 1.51, 2.51), [[0]]),
        ((0, 0.51, 1.51), [[0, 0.51, 1.51]]),
        ((0, 0.49, 1.49), [[0]]),
        ((5, 6, 0, 1, 2), [[5, 6], [0, 1, 2]]),
        ((0, 1, 2, 9, 10, 11), [[0, 1, 2], [9, 10, 11]]),
        ((3, 3, 4, 5), [[3], [3, 4, 5]]),
    ],
)
def test_unequal_steps_end_a_group(time, expected):
    assert times(batcher(3).push(at(*time))) == expected


@given(
    st.lists(st.sampled_from([1.0, 1.0, 1.0, 1.2, 3.0, -5.0, np.nan]), max_size=40),
    st.lists(st.integers(0, 40), max_size=6),
    st.integers(1, 19),
)
def test_groups_are_the_same_for_any_cutting(steps, cuts, n):
    whole = at(*np.cumsum([0.0, *np.nan_to_num(steps)]))
    whole.acc[1:][np.isnan(steps)] = np.nan
    some, other = batcher(n), batcher(n)
    parts = [whole[slice(*ends)] for ends in pairwise([0, *sorted(cuts), 41])]
    assert times([group for part in parts for group in some.push(part)]) == times(other.push(whole))


@given(st.lists(st.floats(-1e6, 1e6), max_size=60), st.integers(1, 19))
def test_no_group_is_larger_or_uneven_and_no_sample_is_lost_or_doubled(time, n):
    made = batcher(n)
    groups = made.push(at(*time))
    assert all(1 <= len(group) <= n for group in groups)
    assert all((np.abs(np.diff(group.time) - 1) <= 0.5).all() for group in groups)
    sent = [t for group in groups for t in group.time]
    assert sent == time[: len(sent)]
    assert len(time) - len(sent) < n


def test_clear_forgets_what_waits():
    made = batcher(3)
    made.push(at(0, 1))
    made.clear()
    assert times(made.push(at(2, 3, 4))) == [[2, 3, 4]]


def test_the_step_of_a_group_is_measured_and_of_a_single_sample_nominal():
    made = Batcher(4.0)
    assert made.step_s(at(0.0, 0.3, 0.6)) == pytest.approx(0.3)
    assert made.step_s(at(7.0)) == 0.25


@pytest.mark.parametrize(
    ("acc", "raw", "end"),
    [
        ((1.4, -1.6, 0.0), (1, -2, 0), False),
        ((999.4, 0.0, 0.0), (999, 0, 0), False),
        ((0.0, -1000.0, 0.0), (0, -1000, 0), True),
        ((0.0, 0.0, 1e9), (0, 0, 32767), True),
        ((0.0, 0.0, -1e9), (0, 0, -32768), True),
    ],
)
def test_numbers_of_the_wire(acc, raw, end):
    numbers, saturated = ONES.raw(one(*acc))
    assert numbers.dtype == np.dtype("<i2")
    assert numbers.tolist() == [[*raw, 0, 0, 0]]
    assert saturated is end


def test_a_range_that_fills_an_i16_saturates_at_its_last_number():
    scales = Scales.of_ranges(16, 2000)
    last = 32767 * scales.acc_scale
    assert scales.raw(one(last, 0, 0))[1]
    assert scales.raw(one(-last, 0, 0))[1]
    assert not scales.raw(one(last - scales.acc_scale, 0, 0))[1]


def test_an_infinite_range_saturates_at_the_end_of_an_i16():
    scales = Scales(np.inf, np.inf, 1.0, 1.0)
    assert scales.raw(one(32767, 0, 0))[1]
    assert not scales.raw(one(32766, 0, 0))[1]


def test_the_usual_ranges_are_those_of_the_defaults():
    usual, given_ = Scales.of_ranges(16, 2000), Scales.of(DEFAULTS)
    assert usual == given_
    assert 9.80665 / usual.acc_scale == pytest.approx(2048, rel=1e-6)
    assert np.radians(1) / usual.gyr_scale == pytest.approx(16.384, rel=1e-6)


def test_a_range_between_two_numbers_saturates_at_the_lower():
    scales = Scales(1000.4, 1000.4, 1.0, 1.0)
    assert scales.raw(one(1000.4, 0, 0))[1]
    assert not scales.raw(one(999.4, 0, 0))[1]
