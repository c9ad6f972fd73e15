"""What knee lifts say against what is believed, for every way in which four sensors may be worn."""

from itertools import permutations

import pytest

from calibration.guidance import Step
from calibration.routine.verdict import Again, Passed
from calibration.routine.wearing import Leg, Wearing
from firmware_bridge.samples import Placement, Segment, Side
from legcycle_imu.simulation.sensors import PLACEMENTS

ALL = list(permutations(PLACEMENTS))


def leg_of(truth: tuple[Placement, ...], side: Side) -> Leg:
    """The numbers of the sensors on a leg."""
    return truth.index(Placement(side, Segment.THIGH)), truth.index(Placement(side, Segment.SHANK))


@pytest.mark.parametrize(
    "truth", ALL, ids=lambda truth: "-".join("LR"[p.side is Side.RIGHT] + p.segment[0] for p in truth)
)
def test_who_lifts_what_is_asked_for_is_known_after_two_lifts_of_each_knee(truth: tuple[Placement, ...]) -> None:
    wearing, asked = Wearing(PLACEMENTS), []
    step = wearing.first_step
    while step is not Step.STAND:
        side = Side.RIGHT if step is Step.RIGHT_KNEE else Side.LEFT
        asked.append(side)
        verdict = wearing.lifted(side, leg_of(truth, side))
        step = verdict.next if isinstance(verdict, Passed) else verdict.step  # type: ignore[union-attr]
    assert asked.count(Side.RIGHT) <= 2
    assert asked.count(Side.LEFT) <= 2
    assert wearing.placements == dict(enumerate(truth))
    assert wearing.corrected == {k: PLACEMENTS[k] for k in range(4) if truth[k] != PLACEMENTS[k]}
    assert bool(wearing.notices) == bool(wearing.corrected)
    assert all(notice.endswith("put right.") for notice in wearing.notices)
    assert wearing.sides_corrected == any(truth[k].side is not PLACEMENTS[k].side for k in range(4))


@pytest.mark.parametrize("truth", ALL[::5])
def test_the_same_leg_twice_begins_anew(truth: tuple[Placement, ...]) -> None:
    wearing = Wearing(PLACEMENTS)
    right = leg_of(truth, Side.RIGHT)
    while not wearing.legs:
        wearing.lifted(Side.RIGHT, right)
    again = wearing.lifted(Side.LEFT, right)
    assert isinstance(again, Again)
    assert again.step is Step.RIGHT_KNEE
    assert "same leg" in again.trouble.reason
    assert not wearing.legs


def test_a_contradiction_that_is_not_repeated_is_forgotten() -> None:
    wearing = Wearing(PLACEMENTS)
    left, right = (leg_of(PLACEMENTS, side) for side in Side)
    assert isinstance(wearing.lifted(Side.RIGHT, left), Again)
    assert wearing.lifted(Side.RIGHT, right) == Passed(Step.LEFT_KNEE)
    assert wearing.lifted(Side.LEFT, left) == Passed(Step.STAND)
    assert not wearing.corrected


def test_two_different_contradictions_confirm_nothing() -> None:
    wearing = Wearing(PLACEMENTS)
    thigh, shank = leg_of(PLACEMENTS, Side.RIGHT)
    for leg in ((shank, thigh), leg_of(PLACEMENTS, Side.LEFT), (shank, thigh)):
        assert isinstance(wearing.lifted(Side.RIGHT, leg), Again)
    assert not wearing.legs


def test_one_sensor_on_both_legs_cannot_be() -> None:
    wearing = Wearing(PLACEMENTS)
    thigh, shank = leg_of(PLACEMENTS, Side.RIGHT)
    wearing.lifted(Side.RIGHT, (thigh, shank))
    again = wearing.lifted(Side.LEFT, (thigh, 0))
    assert isinstance(again, Again)
    assert "do not fit together" in again.trouble.reason


@pytest.mark.parametrize("side", Side)
def test_of_one_leg_its_own_knee_is_asked_for(side: Side) -> None:
    believed = [Placement(side, segment) for segment in Segment]
    wearing = Wearing(believed)
    assert wearing.sides == [side]
    assert wearing.lifted(side, (0, 1)) == Passed(Step.STAND)
    assert not wearing.notices


@pytest.mark.parametrize("count", [0, 1, 3, 5])
def test_other_numbers_of_sensors_are_refused(count: int) -> None:
    with pytest.raises(ValueError, match="expected two or four sensors"):
        Wearing((*PLACEMENTS, *PLACEMENTS)[:count])
