from statistics import median

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from legcycle_imu.view.trend import FALLING, HALF, RISING, trend

VALUES = st.lists(st.floats(20.0, 70.0), min_size=2 * HALF, max_size=2 * HALF)
AROUND = [40.0, 41.0] * (HALF // 2)


def test_a_change_beyond_the_scatter_is_told_by_shape_and_word() -> None:
    assert trend([*AROUND, *(value + 5.0 for value in AROUND)]) == RISING == ("▲", "rising")
    assert trend([*AROUND, *(value - 5.0 for value in AROUND)]) == FALLING == ("▼", "falling")


def test_a_change_within_the_scatter_is_none() -> None:
    assert trend([*AROUND, *(value + 1.0 for value in AROUND)]) is None
    assert trend(AROUND * 2) is None


@pytest.mark.parametrize("count", [0, 1, 2 * HALF - 1])
def test_too_few_strides_have_no_trend(count: int) -> None:
    assert trend([float(10 * place) for place in range(count)]) is None


def test_one_stumble_is_no_trend() -> None:
    assert trend([*AROUND, *AROUND[:-1], -300.0]) is None


@given(VALUES)
def test_mirrored_values_have_the_mirrored_trend(values: list[float]) -> None:
    mirrored = {RISING: FALLING, FALLING: RISING, None: None}
    assert trend([-value for value in values]) == mirrored[trend(values)]


@given(VALUES)
def test_a_trend_goes_the_way_the_medians_go(values: list[float]) -> None:
    change = median(values[HALF:]) - median(values[:HALF])
    found = trend(values)
    assert found is None or (found is RISING) == (change > 0.0)


@given(VALUES, st.lists(st.floats(-100.0, 200.0), max_size=5))
def test_only_the_last_20_count(values: list[float], older: list[float]) -> None:
    assert trend(older + values) == trend(values)


def test_strides_without_a_trend_seldom_seem_to_have_one() -> None:
    rng = np.random.default_rng(1)
    seeming = sum(trend(rng.normal(size=2 * HALF).tolist()) is not None for _ in range(1000))
    moved = sum(trend([*rng.normal(size=HALF), *rng.normal(3.0, size=HALF)]) is RISING for _ in range(200))
    assert seeming <= 60
    assert moved >= 190
