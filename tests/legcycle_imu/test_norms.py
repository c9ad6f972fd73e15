from math import isnan

import pytest
from hypothesis import given
from hypothesis import strategies as st

from legcycle_imu.model import STRIDE_COLUMNS
from legcycle_imu.norms import (
    CADENCE_SPM,
    FASTEST_SPM,
    LEG_CM,
    NORMS,
    SLOWEST_SPM,
    SPEED_M_S,
    covers,
    usual,
)
from legcycle_imu.runner import LegGeometry, Runner

MEAN_LEG = LegGeometry(0.4, LEG_CM / 100.0 - 0.4)


def test_every_norm_is_of_a_column_and_has_a_figure_a_speed() -> None:
    for metric, norm in NORMS.items():
        assert metric in STRIDE_COLUMNS
        assert len(norm.mean) == len(norm.sd) == len(CADENCE_SPM) == len(SPEED_M_S)
        assert min(norm.sd) > 0.0


@pytest.mark.parametrize(("metric", "norm"), NORMS.items())
def test_at_the_cadence_of_a_speed_the_figures_are_those_of_the_speed(metric: str, norm: object) -> None:
    for place, cadence in enumerate(CADENCE_SPM):
        found = usual(metric, cadence, MEAN_LEG)
        assert found == pytest.approx((NORMS[metric].mean[place], NORMS[metric].sd[place]))


@given(st.floats(100.0, 300.0), st.floats(100.0, 300.0))
def test_faster_runners_drive_higher_and_touch_the_ground_for_less_long(one: float, other: float) -> None:
    slow, fast = sorted((one, other))
    assert usual("knee_drive_deg", slow, MEAN_LEG).mean <= usual("knee_drive_deg", fast, MEAN_LEG).mean
    assert usual("contact_time_s", slow, MEAN_LEG).mean >= usual("contact_time_s", fast, MEAN_LEG).mean


def test_beyond_the_three_speeds_the_nearest_holds() -> None:
    for beyond, nearest in ((120.0, CADENCE_SPM[0]), (220.0, CADENCE_SPM[-1])):
        for metric in NORMS:
            assert usual(metric, beyond, MEAN_LEG) == usual(metric, nearest, MEAN_LEG)


def test_what_was_measured_is_said() -> None:
    assert all(covers(cadence) for cadence in (SLOWEST_SPM, *CADENCE_SPM, FASTEST_SPM))
    assert not covers(SLOWEST_SPM - 0.1)
    assert not covers(FASTEST_SPM + 0.1)
    assert not covers(float("nan"))


def test_lengths_grow_with_the_leg_and_angles_do_not() -> None:
    half = LegGeometry(0.5 * MEAN_LEG.thigh_m, 0.5 * MEAN_LEG.shank_m)
    for metric, norm in NORMS.items():
        factor = 0.5 if norm.is_length else 1.0
        whole = usual(metric, 171.0, MEAN_LEG)
        assert usual(metric, 171.0, half) == pytest.approx((factor * whole.mean, factor * whole.sd))


def test_nothing_is_said_where_nothing_is_known() -> None:
    unknown = Runner().geometry
    assert not usual("placement_cm", 171.0, unknown).known
    assert usual("knee_drive_deg", 171.0, unknown).known
    assert isnan(usual("flight_time_s", 171.0, MEAN_LEG).mean)
