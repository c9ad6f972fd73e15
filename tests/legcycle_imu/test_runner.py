from dataclasses import FrozenInstanceError
from math import isnan, nan

import pytest
from hypothesis import given
from hypothesis import strategies as st

from legcycle_imu.runner import PLAUSIBLE, Runner, looks_like_name

heights = st.floats(1.0, 2.5)
lengths = st.floats(0.2, 0.7)


def test_nothing_known_leaves_the_lengths_unknown_and_keeps_the_ratios() -> None:
    geometry = Runner("anna").geometry
    assert isnan(geometry.thigh_m)
    assert isnan(geometry.shank_m)
    assert isnan(geometry.leg_m)
    assert geometry.heel_below == pytest.approx(0.032 / 0.236)
    assert geometry.heel_behind == pytest.approx(0.051 / 0.236)


@given(height=heights)
def test_height_alone_gives_every_length(height: float) -> None:
    geometry = Runner(height_m=height).geometry
    assert geometry.thigh_m == pytest.approx(0.228 * height)
    assert geometry.shank_m == pytest.approx(0.236 * height)
    assert geometry.heel_below_m == pytest.approx(0.032 * height)
    assert geometry.heel_behind_m == pytest.approx(0.051 * height)


@given(thigh=lengths, shank=lengths)
def test_both_lengths_without_height_give_the_height_that_scales_the_heel(thigh: float, shank: float) -> None:
    geometry = Runner(thigh_m=thigh, shank_m=shank).geometry
    assert (geometry.thigh_m, geometry.shank_m) == (thigh, shank)
    height = (thigh + shank) / 0.464
    assert geometry.heel_below_m == pytest.approx(0.032 * height)
    assert geometry.heel_behind_m == pytest.approx(0.051 * height)


@given(height=heights, thigh=lengths, shank=lengths)
def test_measured_lengths_win_over_those_from_height(height: float, thigh: float, shank: float) -> None:
    geometry = Runner(height_m=height, thigh_m=thigh, shank_m=shank).geometry
    assert (geometry.thigh_m, geometry.shank_m) == (thigh, shank)
    assert geometry.leg_m == thigh + shank
    assert geometry.heel_below_m == pytest.approx(0.032 * height)


def test_height_fills_in_the_length_that_was_not_measured() -> None:
    geometry = Runner(height_m=1.75, shank_m=0.43).geometry
    assert geometry.thigh_m == pytest.approx(0.228 * 1.75)
    assert geometry.shank_m == 0.43


def test_one_length_without_height_is_kept_and_the_other_is_not_guessed() -> None:
    shank_only = Runner(shank_m=0.43).geometry
    assert isnan(shank_only.thigh_m)
    assert shank_only.shank_m == 0.43
    assert shank_only.heel_below_m == pytest.approx(0.43 * 0.032 / 0.236)
    thigh_only = Runner(thigh_m=0.40).geometry
    assert thigh_only.thigh_m == 0.40
    assert isnan(thigh_only.heel_below_m)


@given(height=heights)
def test_lengths_from_height_and_height_from_lengths_agree(height: float) -> None:
    by_height = Runner(height_m=height).geometry
    by_lengths = Runner(thigh_m=by_height.thigh_m, shank_m=by_height.shank_m).geometry
    assert by_lengths.heel_below == pytest.approx(by_height.heel_below)
    assert by_lengths.heel_behind == pytest.approx(by_height.heel_behind)


@pytest.mark.parametrize("field", PLAUSIBLE)
@pytest.mark.parametrize("share", [0.99, 1.01, -1.0, nan])
def test_a_length_out_of_range_is_refused_by_name(field: str, share: float) -> None:
    bound = PLAUSIBLE[field].low if share < 1 else PLAUSIBLE[field].high
    with pytest.raises(ValueError, match=f"expected {field}, .* between .* m, got"):
        Runner(**{field: bound * share})


@pytest.mark.parametrize("field", PLAUSIBLE)
def test_the_ends_of_the_range_are_allowed(field: str) -> None:
    for bound in (PLAUSIBLE[field].low, PLAUSIBLE[field].high):
        assert getattr(Runner(**{field: bound}), field) == bound


def test_centimetres_are_recognised_as_such() -> None:
    with pytest.raises(ValueError, match=r"got 175; is it in centimetres\?$"):
        Runner(height_m=175)
    with pytest.raises(ValueError, match=r"got 3$"):
        Runner(height_m=3)


def test_a_runner_is_not_changed_after_the_fact() -> None:
    runner = Runner(height_m=1.75)
    with pytest.raises(FrozenInstanceError):
        runner.height_m = 1.80  # type: ignore[misc]


@pytest.mark.parametrize("code", ["Anna Muster", "anna muster", "AnnaMuster", "Anna_Muster", "Anna.Muster", "Änne-Öz"])
def test_a_code_that_seems_to_be_a_name_is_noticed(code):
    assert looks_like_name(code)


@pytest.mark.parametrize("code", ["", "anna", "Anna", "r07", "R-07", "S01", "A.M.", "LAB-A", "fast_runner", "anna-2"])
def test_a_pseudonym_is_none(code):
    assert not looks_like_name(code)
