import pytest

from calibration.guidance import Step
from firmware_bridge.samples import Segment, Side
from legcycle_imu.view.poses import POSES, UPRIGHT, WORN_AT, worn_at

LEVEL = 0.12
"""Lengths of the leg: so far from the level a thigh is still level to the eye."""


def test_every_step_has_what_is_drawn() -> None:
    assert set(POSES) == set(Step)
    assert all(set(pose.legs) == set(Side) for poses in POSES.values() for pose in poses)


@pytest.mark.parametrize(("step", "side"), [(Step.RIGHT_KNEE, Side.RIGHT), (Step.LEFT_KNEE, Side.LEFT)])
def test_the_knee_that_is_asked_for_is_lifted_and_the_other_leg_stands(step: Step, side: Side) -> None:
    (pose,) = POSES[step]
    other = next(one for one in Side if one is not side)
    assert pose.moving == {side}
    assert pose.legs[side].knee[1] > -LEVEL
    assert pose.legs[side].knee[0] > 0.4
    assert pose.legs[other] == UPRIGHT
    assert side in pose.words


def test_a_person_stands_on_the_lower_foot() -> None:
    for poses in POSES.values():
        for pose in poses:
            assert -1.2 < pose.floor_y < -0.8
            assert all(leg.heel[1] >= pose.floor_y for leg in pose.legs.values())


def test_jogging_and_lifting_are_two_ways_of_one_step() -> None:
    jog, lift = POSES[Step.MOVE]
    assert jog.legs[Side.RIGHT].knee[0] > 0.0 > jog.legs[Side.LEFT].knee[0]
    assert lift.words.startswith("or ")


@pytest.mark.parametrize("segment", Segment)
def test_a_sensor_sits_in_the_lower_third_of_its_segment(segment: Segment) -> None:
    assert 2 / 3 <= WORN_AT[segment] < 0.85
    (_, y), above = worn_at(UPRIGHT, segment), segment is Segment.THIGH
    top, bottom = (UPRIGHT.hip, UPRIGHT.knee) if above else (UPRIGHT.knee, UPRIGHT.ankle)
    assert bottom[1] < y < top[1]
