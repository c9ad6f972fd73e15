from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.identification import Verdict, judged
from benchmarks.knee_lifts import Manner, drawn, mistakes
from calibration.identify import BOTH_LEGS, LOW, MISSING, NOBODY, ONE_SENSOR, UNCLEAR, LiftedLeg, lifted_leg
from firmware_bridge.samples import Placement, SampleBlock, Segment
from legcycle_imu.simulation.sensors import random_rotation

REASONS = {
    "a low lift, 8 to 20 degrees": {LOW},
    "the heel alone comes up": {ONE_SENSOR, LOW},
    "one knee, then the other": {BOTH_LEGS},
    "the other knee before the first is down": {BOTH_LEGS},
    "walks": {BOTH_LEGS},
    "runs": {BOTH_LEGS},
    "the thigh's sensor lies still": {ONE_SENSOR, LOW},
    "the shank's sensor lies still": {ONE_SENSOR},
    "two sensors, a thigh and the other leg's shank": {ONE_SENSOR},
    "two sensors, both thighs": {ONE_SENSOR},
}


def answer(blocks: list[SampleBlock], rate_hz: float) -> LiftedLeg:
    found = lifted_leg(blocks, [rate_hz] * len(blocks))
    assert isinstance(found, LiftedLeg), found
    return found


def turned(block: SampleBlock, turn: np.ndarray) -> SampleBlock:
    """Give what the sensor would feel, mounted otherwise."""
    return replace(block, gyr=block.gyr @ turn.T, acc=block.acc @ turn.T)


@pytest.mark.parametrize("manner", Manner)
@pytest.mark.parametrize("seed", range(4))
def test_a_lifted_knee_tells_its_leg_and_thigh_from_shank(seed: int, manner: Manner):
    draw = drawn(seed, manner)
    places = list(draw.samples)
    found = answer(list(draw.samples.values()), draw.rate_hz)
    assert places[found.thigh] == Placement(draw.lift.side, Segment.THIGH)
    assert places[found.shank] == Placement(draw.lift.side, Segment.SHANK)
    assert draw.lift.start_s - 0.4 < found.lift_s[0] < draw.lift.start_s + 0.3
    assert draw.lift.end_s - 0.3 < found.lift_s[1] < draw.lift.end_s + 0.4
    assert found.margin > 1.5


@pytest.mark.parametrize("manner", Manner)
@pytest.mark.parametrize("seed", range(20, 22))
def test_two_steps_before_the_lift_do_not_mislead(seed: int, manner: Manner):
    assert judged(drawn(seed, manner, step=True), [2, 3, 1, 0])[0] is Verdict.RIGHT


@pytest.mark.parametrize("manner", Manner)
def test_the_two_sensors_of_a_leg_are_enough(manner: Manner):
    draw = drawn(7, manner)
    leg = [draw.samples[Placement(draw.lift.side, segment)] for segment in Segment]
    assert answer(leg, draw.rate_hz)[:2] == (0, 1)
    assert answer(leg[::-1], draw.rate_hz)[:2] == (1, 0)


@pytest.mark.parametrize("seed", [50, 90, 141])
def test_a_knee_that_is_held_up_for_long_is_one_lift(seed: int):
    draw = drawn(seed, Manner.HANGING, step=seed != 50)
    assert judged(draw, [3, 0, 2, 1])[0] is Verdict.RIGHT


@settings(max_examples=8, deadline=None, derandomize=True)
@given(st.integers(0, 2**31), st.permutations(range(4)), st.floats(-1e3, 1e6))
def test_mounting_order_and_the_clock_s_zero_change_nothing(seed: int, order: list[int], shift_s: float):
    draw, rng = drawn(3, Manner.HEEL_BEHIND), np.random.default_rng(seed)
    blocks = list(draw.samples.values())
    plain = answer(blocks, draw.rate_hz)
    other = [turned(replace(b, time=b.time + shift_s), random_rotation(rng)) for b in blocks]
    found = answer([other[k] for k in order], draw.rate_hz)
    assert (order[found.thigh], order[found.shank]) == (plain.thigh, plain.shank)
    assert found.margin == pytest.approx(plain.margin, rel=0.2)
    assert found.lift_s[0] - shift_s == pytest.approx(plain.lift_s[0], abs=0.05)


def test_sensors_of_different_rates_are_compared():
    draw = next(d for d in (drawn(seed, Manner.HANGING) for seed in range(20)) if d.rate_hz == 200.0)
    places, blocks = list(draw.samples), list(draw.samples.values())
    blocks[0] = SampleBlock(
        *(column[::2] for column in (blocks[0].time, blocks[0].gyr, blocks[0].acc, blocks[0].quality))
    )
    found = lifted_leg(blocks, [100.0, 200.0, 200.0, 200.0])
    assert isinstance(found, LiftedLeg)
    assert places[found.thigh] == Placement(draw.lift.side, Segment.THIGH)


def test_forces_and_rates_in_other_units_are_refused():
    draw = drawn(5, Manner.HANGING)
    in_g = [replace(b, acc=b.acc / 9.80665) for b in draw.samples.values()]
    in_degrees = [replace(b, gyr=np.degrees(b.gyr)) for b in draw.samples.values()]
    for blocks in (in_g, in_degrees):
        assert isinstance(lifted_leg(blocks, [draw.rate_hz] * 4), str)


@pytest.mark.parametrize("seed", range(2))
def test_what_is_no_lift_of_one_knee_is_refused_with_its_reason(seed: int):
    for kind, samples in mistakes(seed):
        assert lifted_leg(list(samples.values()), [100.0] * len(samples)) in REASONS[kind], kind


def test_samples_missing_in_the_lift_are_said():
    draw = drawn(1, Manner.HANGING)
    blocks = list(draw.samples.values())
    middle = int(0.5 * (draw.lift.start_s + draw.lift.end_s) * draw.rate_hz)
    blocks[1] = SampleBlock.join([blocks[1][:middle], blocks[1][middle + int(0.2 * draw.rate_hz) :]])
    assert lifted_leg(blocks, [draw.rate_hz] * 4) == MISSING


def test_sensors_that_stand_are_nobody_s_lift():
    draw = drawn(0, Manner.HANGING)
    still = [block[: int((draw.lift.start_s - 0.1) * draw.rate_hz)] for block in draw.samples.values()]
    assert lifted_leg(still, [draw.rate_hz] * 4) == NOBODY
    assert lifted_leg([SampleBlock.empty()] * 2, [100.0] * 2) == NOBODY


def test_two_sensors_on_one_segment_have_no_thigh_and_shank():
    draw = drawn(2, Manner.HANGING)
    thigh = draw.samples[Placement(draw.lift.side, Segment.THIGH)]
    assert lifted_leg([thigh, thigh], [draw.rate_hz] * 2) == UNCLEAR


def test_three_sensors_are_a_mistake_of_the_caller():
    with pytest.raises(ValueError, match="expected 2 or 4 sensors, got 3"):
        lifted_leg([SampleBlock.empty()] * 3, [100.0] * 3)


@pytest.mark.soak
@pytest.mark.parametrize("manner", Manner)
def test_many_lifts_are_told_right_and_none_wrong(manner: Manner):
    verdicts = [judged(drawn(seed, manner, step=seed % 2 == 1), [1, 3, 0, 2])[0] for seed in range(1000, 1200)]
    assert Verdict.WRONG not in verdicts
    assert verdicts.count(Verdict.RIGHT) >= 0.995 * len(verdicts)


@pytest.mark.soak
def test_none_of_many_mistakes_is_taken_for_a_lift():
    for seed in range(100, 160):
        for kind, samples in mistakes(seed):
            assert isinstance(lifted_leg(list(samples.values()), [100.0] * len(samples)), str), (kind, seed)
