from collections import Counter

import numpy as np
import pytest

from firmware_bridge.samples import Placement, Segment, Side
from legcycle_imu.drills import Drill, Fault
from legcycle_imu.runner import Runner
from legcycle_imu.simulation import draw_sensors
from legcycle_imu.simulation.drill_moves import FAULTS, MOVES, draw_flicks, draw_manner, draw_move
from legcycle_imu.simulation.drill_people import motion_of, run_script, simulate_drill
from legcycle_imu.simulation.gaits import GRAVITY
from legcycle_imu.simulation.script import SectionKind
from legcycle_imu.simulation.sensors import NO_ERRORS

GEOMETRY = Runner(height_m=1.75).geometry
ON_THE_SPOT = (*MOVES, Drill.PRONE_FLICKS)


def test_the_same_seed_gives_the_same_set():
    first, second = (simulate_drill(Drill.PUSH_LIFT, 3, repetitions=2, rate_hz=50.0) for _ in range(2))
    assert first.set.repetitions == second.set.repetitions
    for placement, block in first.samples.items():
        np.testing.assert_array_equal(block.gyr, second.samples[placement].gyr)


@pytest.mark.parametrize("drill", ON_THE_SPOT)
def test_right_sets_have_as_many_repetitions_as_asked_for(drill: Drill):
    true = simulate_drill(drill, 1, repetitions=3, sensors=()).set.repetitions
    assert all(one.fault is None for one in true)
    assert all(one.start_s < one.end_s for one in true)
    if drill is not Drill.PRONE_FLICKS:
        assert Counter(one.side for one in true) == {Side.LEFT: 3, Side.RIGHT: 3}


@pytest.mark.parametrize("drill", ON_THE_SPOT)
def test_every_fault_of_a_drill_occurs(drill: Drill):
    seen = {
        one.fault
        for seed in range(25)
        for one in simulate_drill(drill, seed, repetitions=6, wrong=0.7, sensors=()).set.repetitions
    }
    assert seen >= set(FAULTS[drill])


@pytest.mark.parametrize("drill", MOVES)
@pytest.mark.parametrize("seed", range(5))
def test_a_movement_begins_and_ends_at_rest(drill: Drill, seed: int):
    rng = np.random.default_rng(seed)
    for fault in (None, *FAULTS[drill]):
        move = draw_move(drill, rng, draw_manner(rng), GEOMETRY, fault)
        for knots in (move.thigh, move.shank):
            at = [time for time, _ in knots]
            assert knots[0] == (0.0, 0.0)
            assert knots[-1][1] == 0.0
            assert at == sorted(at)


def test_flicks_of_both_legs_go_in_turn_unless_they_are_wrong():
    flicks = draw_flicks(np.random.default_rng(1), 10.0)
    left, right = (flicks[side].at[1::2] for side in Side)
    apart = [min(abs(a - b) for b in right) for a in left[1:-1]]
    assert min(apart) > 0.2
    together = draw_flicks(np.random.default_rng(1), 10.0, Fault.TOGETHER)
    left, right = (together[side].at[1::2] for side in Side)
    assert max(min(abs(a - b) for b in right) for a in left[:3]) < 0.3
    alone = draw_flicks(np.random.default_rng(1), 10.0, Fault.NOT_ALTERNATING)
    assert sorted(len(one.faults) > 0 for one in alone.values()) == [False, True]


def test_lying_the_thigh_is_level_and_the_heel_comes_up():
    simulated = simulate_drill(Drill.PRONE_FLICKS, 2, repetitions=6, sensors=())
    motion = motion_of(simulated.set, simulated.runner, 2)
    first, last = simulated.set.repetitions[0].start_s, simulated.set.repetitions[-1].start_s
    during = (motion.time > first) & (motion.time < last)
    for leg in motion.legs.values():
        assert np.degrees(leg.thigh[during]).mean() == pytest.approx(-90.0, abs=10.0)
        assert np.degrees(leg.shank[during]).min() < -180.0


@pytest.mark.parametrize("drill", ON_THE_SPOT)
def test_sensors_feel_gravity_and_the_turns_of_the_bones(drill: Drill):
    sensors = draw_sensors(1, rate_hz=100.0, model=NO_ERRORS)
    simulated = simulate_drill(drill, 1, repetitions=2, sensors=sensors)
    motion = motion_of(simulated.set, simulated.runner, 1)
    for setup in sensors:
        block = simulated.samples[setup.placement]
        assert np.linalg.norm(block.acc[:150], axis=1).mean() == pytest.approx(GRAVITY, rel=0.01)
        turned = np.cumsum((block.gyr @ setup.mounting.T)[:, 2]) / 100.0
        angle = motion.legs[setup.placement.side].angle(setup.placement.segment)
        true = np.interp(block.time, motion.time, angle) - angle[0]
        assert np.degrees(np.abs(turned - true)).max() < 6.0  # it turns a little about its other axes, too


def test_the_standing_foot_stays_where_it_is():
    simulated = simulate_drill(Drill.HEEL_DRAG, 1, repetitions=2, sensors=())
    motion, geometry = motion_of(simulated.set, simulated.runner, 1), simulated.runner.geometry
    one = simulated.set.repetitions[1]
    during = (motion.time > one.start_s + 0.1) & (motion.time < one.end_s - 0.1)
    leg = motion.legs[Side.RIGHT if one.side is Side.LEFT else Side.LEFT]
    foot = motion.pelvis[0] + geometry.thigh_m * np.sin(leg.thigh) + geometry.shank_m * np.sin(leg.shank)
    assert np.ptp(foot[during]) < 0.01


def test_runs_have_rests_between_them():
    kinds = [section.kind for section in run_script((6.0, 3.0), 5.0).sections]
    assert kinds.count(SectionKind.RUN) == kinds.count(SectionKind.WALK) == 2


def test_all_four_segments_move():
    legs = simulate_drill(Drill.PUSH_LIFT, 1, repetitions=1, rate_hz=50.0).samples
    assert set(legs) == {Placement(side, segment) for side in Side for segment in Segment}
