import numpy as np
import pytest

from calibration.identify_moving import NO_KNEE, TOO_LITTLE, Legs, moving_legs
from firmware_bridge.samples import Placement, SampleBlock, Segment, Side
from legcycle_imu.simulation import Script, Section, SectionKind, Simulation, draw_runner, draw_sensors, simulate

KINDS = {
    "run": Section(SectionKind.RUN, 6.0, 3.2),
    "sprint": Section(SectionKind.RUN, 6.0, 7.0),
    "walk": Section(SectionKind.WALK, 6.0, 1.4),
    "knee lifts": Section(SectionKind.KNEE_LIFTS, 6.0),
}
RATE_HZ = 100.0


def simulated(kind: str, seed: int = 4) -> Simulation:
    return simulate(Script((KINDS[kind],)), draw_runner(seed), draw_sensors(seed, rate_hz=RATE_HZ), seed)


@pytest.fixture(scope="module", params=KINDS)
def moving(request: pytest.FixtureRequest) -> Simulation:
    return simulated(request.param)


def named(found: Legs | str, places: list[Placement]) -> list[tuple[Placement, Placement]]:
    assert isinstance(found, Legs), found
    return sorted((places[thigh], places[shank]) for thigh, shank in found.legs)


def true_legs(places: list[Placement]) -> list[tuple[Placement, Placement]]:
    sides = {p.side for p in places}
    return sorted((Placement(side, Segment.THIGH), Placement(side, Segment.SHANK)) for side in sides)


@pytest.mark.parametrize("seed", range(3))
def test_four_sensors_in_any_order_find_their_legs(moving: Simulation, seed: int):
    order = np.random.default_rng(seed).permutation(4).tolist()
    places = [list(moving.samples)[k] for k in order]
    found = moving_legs([moving.samples[p] for p in places], [RATE_HZ] * 4)
    assert named(found, places) == true_legs(places)


@pytest.mark.parametrize("swapped", [False, True])
def test_two_sensors_of_a_leg_tell_thigh_from_shank(moving: Simulation, swapped: bool):
    places = list(moving.samples)[:2][:: -1 if swapped else 1]
    found = moving_legs([moving.samples[p] for p in places], [RATE_HZ] * 2)
    assert named(found, places) == true_legs(places)


@pytest.mark.parametrize("other", [(0, 3), (1, 2), (3, 0)])
def test_a_thigh_and_the_other_leg_s_shank_share_no_knee(moving: Simulation, other: tuple[int, int]):
    blocks = list(moving.samples.values())
    assert moving_legs([blocks[k] for k in other], [RATE_HZ] * 2) == NO_KNEE


def test_standing_is_too_little():
    stand = simulate(Script((Section(SectionKind.STAND, 8.0),)), draw_runner(1), draw_sensors(1, rate_hz=RATE_HZ), 1)
    assert moving_legs(list(stand.samples.values()), [RATE_HZ] * 4) == TOO_LITTLE
    assert moving_legs([SampleBlock.empty()] * 4, [RATE_HZ] * 4) == TOO_LITTLE


def test_one_leg_alone_that_is_lifted_does_not_tell_four_sensors():
    lifts = Section(SectionKind.KNEE_LIFTS, 6.0, side=Side.LEFT)
    one = simulate(Script((lifts,)), draw_runner(2), draw_sensors(2, rate_hz=RATE_HZ), 2)
    assert moving_legs(list(one.samples.values()), [RATE_HZ] * 4) == TOO_LITTLE


def test_a_sensor_that_was_silent_leaves_the_window_out():
    run = simulated("run")
    blocks = list(run.samples.values())
    blocks[2] = SampleBlock.join([blocks[2][:250], blocks[2][350:]])
    assert moving_legs(blocks, [RATE_HZ] * 4) == TOO_LITTLE


def test_three_sensors_are_a_mistake_of_the_caller():
    with pytest.raises(ValueError, match="expected 2 or 4 sensors, got 3"):
        moving_legs([SampleBlock.empty()] * 3, [RATE_HZ] * 3)
