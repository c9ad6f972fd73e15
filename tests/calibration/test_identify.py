import pytest

from benchmarks.identification import Manner, Verdict, drawn, judged
from calibration.identify import NOBODY, LiftedLeg, lifted_leg
from firmware_bridge.samples import Placement, SampleBlock, Segment


@pytest.mark.parametrize("manner", Manner)
@pytest.mark.parametrize("seed", range(3))
def test_a_lifted_knee_tells_its_leg_and_thigh_from_shank(seed: int, manner: Manner):
    draw = drawn(seed, manner)
    places = list(draw.samples)
    answer = lifted_leg(list(draw.samples.values()), [draw.rate_hz] * 4)
    assert isinstance(answer, LiftedLeg), answer
    assert places[answer.thigh] == Placement(draw.lift.side, Segment.THIGH)
    assert places[answer.shank] == Placement(draw.lift.side, Segment.SHANK)


def test_two_sensors_that_stand_are_nobody_s_lift():
    draw = drawn(0, Manner.HANGING)
    still = [block[: int(0.9 * draw.lift.start_s * draw.rate_hz)] for block in draw.samples.values()]
    assert lifted_leg(still, [draw.rate_hz] * 4) == NOBODY
    assert lifted_leg([SampleBlock.empty()] * 2, [100.0] * 2) == NOBODY


def test_three_sensors_are_a_mistake_of_the_caller():
    with pytest.raises(ValueError, match="expected 2 or 4 sensors, got 3"):
        lifted_leg([SampleBlock.empty()] * 3, [100.0] * 3)


@pytest.mark.parametrize("seed", [50, 90, 141])
def test_a_knee_that_is_held_up_for_long_is_one_lift(seed: int):
    draw = drawn(seed, Manner.HANGING, step=seed != 50)
    assert judged(draw, [3, 0, 2, 1])[0] is Verdict.RIGHT
