import pickle
from math import isnan, nan
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from firmware_bridge.samples import Side
from legcycle_imu.cycle import Phase
from legcycle_imu.model import STRIDE_COLUMNS, Stride
from legcycle_imu.summary import (
    METRICS,
    SYMMETRY_METRICS,
    Hits,
    Moments,
    Statistics,
    Summing,
    summarise,
    symmetry,
)
from legcycle_imu.targets import Preset, Targets

KNOWN = {
    "stride_time_s": 0.70,
    "contact_time_s": 0.21,
    "flight_time_s": 0.12,
    "cadence_spm": 120 / 0.70,
    "knee_drive_deg": 40.0,
    "heel_lift_cm": 3.0,
    "placement_cm": 20.0,
}


def a_stride(side: Side = Side.LEFT, *flags: str, **known: Any) -> Stride:
    nothing = dict.fromkeys(STRIDE_COLUMNS, nan) | {"side": side, "stride": 0, "flags": frozenset(flags)}
    return Stride(**(nothing | KNOWN | known))


def statistics(*values: float) -> Statistics:
    moments = Moments()
    for value in values:
        moments.push(value)
    return moments.statistics()


def test_nothing_gives_nothing_known() -> None:
    summary = summarise([])
    assert isnan(summary.cadence_spm)
    assert isnan(summary.flight_time_s)
    assert isnan(summary.duty_factor)
    for side in Side:
        assert summary.legs[side].strides == 0
        assert summary.legs[side].metrics["knee_drive_deg"].known == 0
        assert summary.legs[side].hits == {}
    assert all(isnan(s.index_pct) for s in summary.symmetry.values())


@given(st.lists(st.floats(20, 60), min_size=2, max_size=30))
def test_a_leg_has_mean_median_and_sd_of_its_own_strides(drives: list[float]) -> None:
    strides = [a_stride(knee_drive_deg=d) for d in drives] + [a_stride(Side.RIGHT, knee_drive_deg=0.0)]
    leg = summarise(strides).legs[Side.LEFT]
    assert leg.strides == len(drives)
    known, mean, sd = leg.metrics["knee_drive_deg"]
    assert known == len(drives)
    assert mean == pytest.approx(np.mean(drives))
    assert sd == pytest.approx(np.std(drives, ddof=1), abs=1e-9)


@pytest.mark.parametrize("flag", ["walk", "gap", "inferred", "out_of_order", "drill", "virtual"])
def test_strides_that_do_not_count_are_counted_and_left_out(flag: str) -> None:
    strides = [a_stride(), a_stride(Side.LEFT, flag, "saturated", knee_drive_deg=90.0, cadence_spm=100.0)]
    summary = summarise(strides)
    leg = summary.legs[Side.LEFT]
    assert leg.strides == 1
    assert leg.left_out == {flag: 1, "saturated": 1}
    assert leg.metrics["knee_drive_deg"].mean == 40.0
    assert summary.cadence_spm == KNOWN["cadence_spm"]
    assert leg.hits[Phase.DRIVE].judged == 1


def test_informing_flags_stay_in_and_are_not_counted_as_left_out() -> None:
    leg = summarise([a_stride(Side.LEFT, "saturated")]).legs[Side.LEFT]
    assert (leg.strides, leg.left_out) == (1, {})


def test_unknown_values_are_left_out_of_their_metric_alone() -> None:
    strides = [a_stride(heel_lift_cm=nan, knee_drive_deg=30.0), a_stride(knee_drive_deg=50.0)]
    metrics = summarise(strides).legs[Side.LEFT].metrics
    assert metrics["heel_lift_cm"].known == 1
    assert isnan(metrics["heel_lift_cm"].sd)
    assert metrics["knee_drive_deg"].mean == 40.0


def test_both_legs_together() -> None:
    strides = [
        a_stride(Side.LEFT, contact_time_s=0.20, stride_time_s=0.80, flight_time_s=0.10, cadence_spm=150.0),
        a_stride(Side.RIGHT, contact_time_s=0.30, stride_time_s=0.80, flight_time_s=-0.02, cadence_spm=160.0),
    ]
    summary = summarise(strides)
    assert summary.duty_factor == pytest.approx((0.25 + 0.375) / 2)
    assert summary.flight_time_s == pytest.approx(0.04)
    assert summary.cadence_spm == pytest.approx(155.0)


def test_hits_a_phase_and_leg() -> None:
    strides = [a_stride(knee_drive_deg=d) for d in (40.0, 51.0, 55.0)] + [a_stride(Side.RIGHT)]
    summary = summarise(strides)
    left, right = summary.legs[Side.LEFT].hits, summary.legs[Side.RIGHT].hits
    assert left[Phase.DRIVE] == Hits(2, 3)
    assert left[Phase.LIFT] == Hits(3, 3)
    assert right[Phase.DRIVE] == Hits(0, 1)
    assert Phase.PUSH not in left  # the method has no figure for it
    assert Phase.PLACE not in left  # lengths and shank angle are not known


def test_hits_follow_the_targets_given() -> None:
    strides = [a_stride()] * 10
    assert summarise(strides, Targets(drive_deg=35.0)).legs[Side.LEFT].hits[Phase.DRIVE] == Hits(10, 10)
    baseline = summarise(strides, Targets(Preset.BASELINE)).legs[Side.LEFT].hits
    assert baseline[Phase.DRIVE] == Hits(2, 2)  # eight strides make the band


def test_other_targets_hold_for_the_strides_to_come() -> None:
    summing = Summing()
    for _ in range(3):
        summing.push(a_stride(knee_drive_deg=40.0))
    summing.aim(Targets(drive_deg=35.0))
    summing.push(a_stride(knee_drive_deg=40.0))
    assert summing.result().legs[Side.LEFT].hits[Phase.DRIVE] == Hits(1, 4)


@given(st.floats(0.1, 1.0), st.floats(0.1, 1.0))
def test_the_symmetry_index_and_its_mirror(left: float, right: float) -> None:
    one, other = Statistics(10, left, 0.0), Statistics(10, right, 0.0)
    index = symmetry(one, other)
    assert index.index_pct == pytest.approx(200 * (left - right) / (left + right))
    assert symmetry(other, one).index_pct == pytest.approx(-index.index_pct)
    assert index.half_width_pct == 0.0


def test_symmetry_needs_eight_strides_a_side() -> None:
    def index(left: int, right: int) -> float:
        strides = [a_stride(Side.LEFT, contact_time_s=0.22)] * left + [a_stride(Side.RIGHT)] * right
        return summarise(strides).symmetry["contact_time_s"].index_pct

    assert isnan(index(8, 7))
    assert isnan(index(7, 8))
    assert index(8, 8) == pytest.approx(200 * 0.01 / 0.43)


def test_the_interval_of_the_symmetry_index_covers_the_truth_as_often_as_it_says() -> None:
    rng = np.random.default_rng(5)
    truth = 200 * (0.22 - 0.21) / (0.22 + 0.21)
    covered = 0
    for _ in range(1000):
        left = statistics(*rng.normal(0.22, 0.01, 40))
        right = statistics(*rng.normal(0.21, 0.01, 40))
        index = symmetry(left, right)
        covered += abs(index.index_pct - truth) <= index.half_width_pct
    assert 0.92 <= covered / 1000 <= 0.97


def test_no_symmetry_of_what_may_be_zero_or_negative() -> None:
    assert not {"heel_lift_cm", "placement_cm", "shank_at_contact_deg"} & set(SYMMETRY_METRICS)
    assert isnan(symmetry(Statistics(10, -0.02, 0), Statistics(10, 0.05, 0)).index_pct)


def test_instants_have_no_mean() -> None:
    assert not [m for m in METRICS if m.endswith("_known_s")]
    assert "initial_contact_s" not in METRICS
    assert {"stride_time_s", "cadence_spm", "peak_knee_flexion_deg"} <= set(METRICS)


@given(st.lists(st.floats(0.15, 0.35), min_size=2, max_size=50), st.sampled_from([0.0, 1e3, -1e6]))
def test_moments_are_those_of_all_values_at_once(values: list[float], shift: float) -> None:
    shifted = [value + shift for value in values]
    found = statistics(nan, *shifted, nan)
    assert found.known == len(values)
    assert found.mean == pytest.approx(np.mean(shifted), rel=1e-12)
    assert found.sd == pytest.approx(np.std(shifted, ddof=1), rel=1e-6, abs=1e-8)


def test_one_value_has_a_mean_and_no_deviation() -> None:
    assert statistics(3.0)[:2] == (1, 3.0)
    assert isnan(statistics(3.0).sd)
    assert statistics().known == 0
    assert isnan(statistics(nan).mean)


def test_a_summary_may_be_taken_at_any_time_and_changes_nothing() -> None:
    strides = [a_stride(side, knee_drive_deg=30.0 + 3 * n) for n in range(10) for side in Side]
    summing = Summing()
    for count, stride in enumerate(strides, start=1):
        summing.push(stride)
        # as text, in which one NaN is like another
        assert repr(summing.result()) == repr(summarise(strides[:count]))


def test_what_is_kept_does_not_grow_with_the_strides() -> None:
    def kept_bytes(strides: int) -> int:
        summing = Summing()
        for n in range(strides):
            summing.push(a_stride(Side.LEFT, *(["walk"] if n % 7 == 0 else []), knee_drive_deg=40.0 + n % 11))
        return len(pickle.dumps(summing.state))

    assert kept_bytes(3000) < 1.05 * kept_bytes(300)
