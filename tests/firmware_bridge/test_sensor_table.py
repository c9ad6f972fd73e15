import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from firmware_bridge.sensor_table import (
    ACC_UNITS,
    GYR_UNITS,
    TIME_UNITS,
    USUAL_ACC_RANGES_M_S2,
    USUAL_GYR_RANGES_RAD_S,
    SensorTable,
    inferred_range,
    rate_hz,
    seconds,
)

G, M_S2 = ACC_UNITS
DEG_S, RAD_S = GYR_UNITS


def table(time, acc, gyr=None, unit=G) -> SensorTable:
    gyr = np.zeros((len(time), 3)) if gyr is None else gyr
    return SensorTable("a.csv", np.asarray(time, float), gyr, acc, TIME_UNITS[0], DEG_S, unit)


def test_sizes_are_in_g_and_rad_s_whatever_the_unit():
    acc, gyr = np.array([[3.0, 4.0, 0.0]]), np.array([[0.0, 180.0, 0.0]])

    assert table([0.0], acc).acc_g == pytest.approx([5.0])
    assert table([0.0], acc * 9.80665, unit=M_S2).acc_g == pytest.approx([5.0])
    assert table([0.0], acc, gyr).gyr_rad_s == pytest.approx([math.pi])


@settings(max_examples=60, derandomize=True)
@given(
    st.sampled_from([50.0, 104.0, 200.0, 416.0, 1000.0]),
    st.floats(-1e4, 1e4),
    st.sampled_from([0.0, 0.05, 0.2]),
    st.floats(0, 0.2),
    st.integers(0, 99),
)
def test_gaps_and_jitter_do_not_bias_the_rate(rate, start, jitter, loss, seed):
    rng = np.random.default_rng(seed)
    ticks = np.arange(2000) + jitter * rng.uniform(-1, 1, 2000)
    time = start + ticks[rng.random(2000) >= loss] / rate

    assert rate_hz(np.delete(time, slice(300, 700))) == pytest.approx(rate, rel=0.01)


def test_coarse_time_stamps_do_not_bias_the_rate():
    assert rate_hz(np.round(np.arange(2000) / 208, 3)) == pytest.approx(208, rel=0.001)


def test_stamps_that_come_in_bursts():
    assert rate_hz(np.repeat(np.arange(100) * 0.03, 6)) == pytest.approx(200, rel=0.02)


@pytest.mark.parametrize("time", [[], [1.0], [1.0, 1.0, 1.0]])
def test_time_that_does_not_move_has_no_rate(time):
    assert math.isnan(rate_hz(np.array(time)))


@pytest.mark.parametrize(
    ("rail", "unit", "usual", "expected"),
    [
        (15.9995, G, USUAL_ACC_RANGES_M_S2, 16 * 9.80665),
        (-8.1, G, USUAL_ACC_RANGES_M_S2, 8 * 9.80665),
        (156.9, M_S2, USUAL_ACC_RANGES_M_S2, 16 * 9.80665),
        (-1999.9, DEG_S, USUAL_GYR_RANGES_RAD_S, math.radians(2000)),
        (17.45, RAD_S, USUAL_GYR_RANGES_RAD_S, math.radians(1000)),
        (11.0, G, USUAL_ACC_RANGES_M_S2, math.inf),
    ],
)
def test_the_range_is_where_the_largest_values_stop(rail, unit, usual, expected):
    values = np.random.default_rng(0).normal(scale=abs(rail) / 10, size=(500, 3))
    values[[7, 90, 300], 1] = rail

    assert inferred_range(values, unit, usual) == pytest.approx(expected)


def test_a_single_peak_is_no_rail():
    values = np.random.default_rng(0).normal(size=(500, 3))
    values[[7, 90], 1] = 16.0

    assert inferred_range(values, G, USUAL_ACC_RANGES_M_S2) == math.inf


def test_a_value_beyond_disproves_the_range():
    values = np.random.default_rng(0).normal(size=(500, 3))
    values[[7, 90, 300], 1] = 8.0
    assert inferred_range(values, G, USUAL_ACC_RANGES_M_S2) == pytest.approx(8 * 9.80665)
    values[5, 2] = -8.5

    assert inferred_range(values, G, USUAL_ACC_RANGES_M_S2) == math.inf


def test_figures_of_each_second():
    time = np.arange(-0.02, 3.0, 0.01)
    acc = np.zeros((len(time), 3))
    acc[:, 2] = 1.0
    acc[(time >= 1) & (time < 2), 2] += 0.5 * np.array([1, -1] * 50)
    acc[time >= 2] = np.where(np.arange(np.sum(time >= 2))[:, None] % 2, [1.0, 0, 0], [0, 1.0, 0])

    figures = seconds(table(time, acc))

    assert figures.number.tolist() == [0, 1, 2]
    assert figures.mean_g == pytest.approx([1, 1, 1])
    assert figures.spread_g == pytest.approx([0, 0.5, 0], abs=1e-9)
    assert figures.wander == pytest.approx([0, 0.5, math.sqrt(0.5)], abs=1e-9)


def test_nothing_weighs_nothing():
    assert seconds(table(np.arange(100) / 50, np.zeros((100, 3)))).wander == pytest.approx([0, 0])
