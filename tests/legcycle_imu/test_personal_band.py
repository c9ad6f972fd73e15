import copy
from math import isnan, nan
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from firmware_bridge.samples import Side
from legcycle_imu.model import STRIDE_COLUMNS, Stride
from legcycle_imu.personal_band import (
    DRILL,
    LEFT_OUT,
    BandSettings,
    BandState,
    PersonalBand,
    is_drill,
    is_good,
)

drives = st.lists(st.floats(20, 80), max_size=60)


def a_stride(**known: Any) -> Stride:
    return Stride(
        **(dict.fromkeys(STRIDE_COLUMNS, nan) | {"side": Side.LEFT, "stride": 0, "flags": frozenset()} | known)
    )


def band_of(values: list[float], state: BandState | None = None) -> PersonalBand:
    band = PersonalBand(Side.LEFT, "knee_drive_deg", state=state)
    for value in values:
        band.push(a_stride(knee_drive_deg=value))
    return band


@given(drives)
def test_the_band_is_median_and_robust_sd_of_the_last_twenty(values: list[float]) -> None:
    band = band_of(values).band()
    last = np.array(values[-20:])
    if len(last) < 8:
        assert all(isnan(edge) for edge in band)
        return
    reach = 1.5 * 1.4826 * np.median(np.abs(last - np.median(last)))
    assert band.median == pytest.approx(np.median(last))
    assert band.low == pytest.approx(np.median(last) - reach)
    assert band.high == pytest.approx(np.median(last) + reach)


def test_one_freak_stride_hardly_moves_the_band() -> None:
    usual = [40.0 + 0.1 * i for i in range(19)]
    assert band_of([*usual, 400.0]).band().high == pytest.approx(band_of(usual).band().high, abs=0.3)


@pytest.mark.parametrize("flag", sorted(LEFT_OUT | DRILL))
def test_strides_that_do_not_count_leave_the_band_alone(flag: str) -> None:
    band = band_of([40.0] * 8)
    before = band.band()
    for _ in range(20):
        band.push(a_stride(knee_drive_deg=90.0, flags=frozenset({flag})))
    assert band.band() == before


def test_the_other_leg_and_unknown_values_leave_the_band_alone() -> None:
    band = band_of([40.0] * 8)
    for _ in range(20):
        band.push(a_stride(side=Side.RIGHT, knee_drive_deg=90.0))
        band.push(a_stride(knee_drive_deg=nan))
    assert band.band() == (40.0, 40.0, 40.0)


@given(drives, drives)
def test_a_copy_of_the_state_continues_identically(first: list[float], then: list[float]) -> None:
    halfway = copy.deepcopy(band_of(first).state)
    resumed, whole = band_of(then, halfway).band(), band_of(first + then).band()
    assert repr(resumed) == repr(whole)


def test_memory_is_bounded() -> None:
    band = PersonalBand(Side.LEFT, "knee_drive_deg", BandSettings(strides=20))
    for value in range(1000):
        band.push(a_stride(knee_drive_deg=float(value)))
    assert list(band.state.recent) == [float(value) for value in range(980, 1000)]


def test_flags_that_merely_inform_do_not_disqualify() -> None:
    assert is_good(a_stride(flags=frozenset({"saturated", "low_lift"})))
    assert not is_good(a_stride(flags=frozenset({"saturated", "gap"})))
    assert not is_drill(a_stride(flags=frozenset({"low_lift"})))
    assert is_drill(a_stride(flags=frozenset({"virtual"})))
