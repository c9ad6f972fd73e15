"""The lag from the knee: exact where the knee is one point, and counted with the right sign."""

from functools import cache

import numpy as np
import pytest

from benchmarks import clocks
from benchmarks.knee import SEARCHED_S, VARIANTS, WINDOWS, Leg, Worn, likeness, peak
from benchmarks.leg_lag import LAGS_S, Simulated, clock_errors, lagging, row_of, simulated_legs, spread
from firmware_bridge.samples import Floats, SampleBlock

RIGID = (
    "size of the force",
    "size below 12 Hz",
    "size but 60 ms after contact",
    "slope of the size",
    "fit with places",
)
"""Variants that need no more than a knee that is one point."""


@cache
def rigid() -> list[dict[str, Floats]]:
    """Give the errors for a runner whose feet never hit the ground."""
    return simulated_legs(Simulated(3.5, 1, places=True, landing=False))


@pytest.mark.parametrize("name", RIGID)
def test_finds_every_lag_where_both_segments_are_rigid(name: str) -> None:
    for leg in rigid():
        assert leg[name].shape == (len(LAGS_S), WINDOWS)
        assert np.abs(leg[name]).max() < 0.0012


def test_error_is_the_same_for_any_lag_put_in() -> None:
    for leg in rigid():
        assert np.ptp(leg["size of the force"], axis=0).max() < 0.0001


def test_landing_moves_the_lag_by_more_than_rigid_segments_do() -> None:
    landed = simulated_legs(Simulated(3.5, 1, places=True))
    for hit, clean in zip(landed, rigid(), strict=True):
        assert np.abs(hit["size of the force"]).mean() > 3 * np.abs(clean["size of the force"]).mean()


def test_peak_lies_between_the_lags_that_were_tried() -> None:
    assert peak(1.0 - (SEARCHED_S - 0.0043) ** 2) == pytest.approx(0.0043, abs=1e-9)
    assert peak(SEARCHED_S) == SEARCHED_S[-1]


def test_likeness_does_not_see_offset_and_scale() -> None:
    course = np.random.default_rng(0).standard_normal((2, 50))
    assert likeness(course, 3.0 * course + 7.0) == pytest.approx(1.0)
    assert likeness(course, -course) == pytest.approx(-1.0)


def test_row_tells_bias_and_spread_of_legs_apart() -> None:
    legs = [dict.fromkeys(VARIANTS, np.full((3, 6), error)) for error in (0.001, 0.003)]
    assert row_of("forward and up", legs)[1:] == ["2.00 / 3.00", "2.00 / 3.00", "+2.00", "1.00", "0.00"]


def test_spread_takes_sizes() -> None:
    assert spread(np.array([-1.0, 1.0, -1.0])) == "1.00 / 1.00"


def test_clock_errors_less_their_last_mean_are_smaller_where_they_are_steady() -> None:
    case = next(c for c in clocks.cases() if c.title == "Movella DOT, radio 30 ms")
    whole, left = clock_errors((case, 0))
    assert len(whole) == len(left) > 400
    assert np.median(np.abs(left)) < np.median(np.abs(whole))


def test_late_stamps_move_the_shank_alone() -> None:
    leg = short_leg()
    late = lagging(leg, 0.01)
    assert late.shank.block.time == pytest.approx(leg.shank.block.time + 0.01)
    assert late.thigh is leg.thigh
    assert late.contacts == pytest.approx(leg.contacts + 0.01)


def short_leg() -> Leg:
    """Give a leg of few samples."""
    time = np.arange(5) / 200.0
    worn = Worn(SampleBlock(time, np.zeros((5, 3)), np.zeros((5, 3)), np.zeros(5, np.uint8)), time, np.zeros(3), 200.0)
    return Leg(worn, worn, 0.0, np.array([0.01]))
