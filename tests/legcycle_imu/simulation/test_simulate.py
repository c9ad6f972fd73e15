import numpy as np
import pytest
from scipy.interpolate import CubicSpline

from firmware_bridge.samples import Placement, Segment, Side
from legcycle_imu.simulation import (
    Script,
    Section,
    SectionKind,
    SensorSetup,
    Simulation,
    Variation,
    draw_runner,
    draw_sensors,
    simulate,
    simulate_pieces,
    simulate_run,
)
from legcycle_imu.simulation.body import orientation, slope
from legcycle_imu.simulation.gaits import GRAVITY
from legcycle_imu.simulation.impact import ringing
from legcycle_imu.simulation.motion import GRID_HZ, draw_noise, motions
from legcycle_imu.simulation.norms import Floats
from legcycle_imu.simulation.script import running_script
from legcycle_imu.simulation.sensors import NO_ERRORS, PLACEMENTS, random_rotation
from legcycle_imu.simulation.simulate import felt, into_sensor, strides_of, turned
from legcycle_imu.simulation.truth import contacts_of, draw_timing

PLANAR = Variation(out_of_plane=0.0, impact=0.0)
PLACE = np.array([0.05, -0.2, 0.03])
START = Script((Section(SectionKind.STAND, 1), Section(SectionKind.TRANSITION, 3), Section(SectionKind.RUN, 4, 9.0)))


def perfect(rate_hz: float = 400.0) -> tuple[SensorSetup, ...]:
    return tuple(SensorSetup(p, PLACE, rate_hz=rate_hz) for p in PLACEMENTS)


def angle_at(simulation: Simulation, placement: Placement, time: Floats) -> Floats:
    return CubicSpline(simulation.angles.time, simulation.angles.angle[placement])(time)


@pytest.fixture(scope="module")
def planar() -> Simulation:
    return simulate(running_script(3.5, 12.0), draw_runner(3, PLANAR), perfect(), 1)


@pytest.mark.parametrize("placement", PLACEMENTS, ids=str)
def test_the_gyroscope_integrates_to_the_true_angle(planar: Simulation, placement: Placement) -> None:
    block = planar.samples[placement]
    turn = CubicSpline(block.time, block.gyr[:, 2]).antiderivative()(block.time)
    true = angle_at(planar, placement, block.time)
    assert np.degrees(np.abs((turn - turn[0]) - (true - true[0]))).max() < 0.02


def test_the_gyroscope_integrates_to_the_true_angle_through_a_start() -> None:
    simulation = simulate(START, draw_runner(4, PLANAR), perfect(), 2)
    for placement, samples in simulation.samples.items():
        block = samples[slice(int(np.searchsorted(samples.time, START.duration_s - 0.02)))]
        turn = CubicSpline(block.time, block.gyr[:, 2]).antiderivative()(block.time)
        true = angle_at(simulation, placement, block.time)
        assert np.degrees(np.abs((turn - turn[0]) - (true - true[0]))).max() < 0.15


@pytest.mark.parametrize("placement", PLACEMENTS, ids=str)
def test_standing_still_the_accelerometer_shows_gravity(planar: Simulation, placement: Placement) -> None:
    block = planar.samples[placement][slice(400, 1600)]
    np.testing.assert_allclose(np.linalg.norm(block.acc, axis=1), GRAVITY, atol=0.03)
    tilt = np.arctan2(block.acc[:, 0], block.acc[:, 1])
    assert np.degrees(np.abs(tilt - angle_at(planar, placement, block.time))).max() < 0.3


@pytest.mark.parametrize("script", [running_script(3.5, 6.0, preamble=False), START], ids=["steady", "start"])
@pytest.mark.parametrize("placement", PLACEMENTS[:2], ids=str)
def test_specific_force_over_a_stride_is_gravity_and_the_change_of_velocity(
    script: Script, placement: Placement
) -> None:
    """Impact and wobble included: what the sensor feels, turned into the world, has no other mean."""
    runner, setup = draw_runner(6), SensorSetup(placement, PLACE, random_rotation(np.random.default_rng(1)))
    motion = next(motions(script, runner, draw_noise(script, np.random.default_rng(1)), 60.0))
    timing = draw_timing(script.duration_s, np.random.default_rng(2))
    _, force = felt(motion, runner, timing, setup)
    contacts = contacts_of(motion, placement.side, runner, timing)
    ring = ringing(runner.impact, placement.segment, contacts, 1.0, motion.index)
    axis = runner.impact.wobble_axis[0 if placement.segment is Segment.THIGH else 1]
    bone = orientation(motion, *placement)
    world = bone.to_world(turned(into_sensor(force, setup.mounting.T), axis, ring.twist))
    # The path anew, by the formula of a rigid chain with the sensor moved along the segment.
    place = np.repeat(PLACE[:, np.newaxis], len(motion.time), axis=1)
    place[1] += ring.shift
    leg, thigh = motion.legs[placement.side], orientation(motion, placement.side, Segment.THIGH)
    turned_hip = np.array(
        [np.cos(motion.tracks.heading) * leg.hip[0], leg.hip[1], leg.hip[2] * np.cos(motion.tracks.heading)]
    )
    path = motion.pelvis + turned_hip + bone.to_world(place)
    if placement.segment is Segment.SHANK:
        path = path + thigh.to_world(np.array([[0.0], [-runner.geometry.thigh_m], [0.0]]) * np.ones(len(motion.time)))
    velocity = slope(path)
    whole = contacts.time[(contacts.time > 0.1) & (contacts.time < script.duration_s - 0.1)]
    first, last = (np.searchsorted(motion.time, whole[k]) for k in (slice(None, -1), slice(1, None)))
    assert len(first) > 5
    for a, b in zip(first, last, strict=True):
        stride_s = (b - a) / GRID_HZ
        trapezoid = 0.5 * (world[:, a:b] + world[:, a + 1 : b + 1]).mean(axis=1)
        change = (velocity[:, b] - velocity[:, a]) / stride_s
        np.testing.assert_allclose(trapezoid - change, [0.0, GRAVITY, 0.0], atol=0.02)


def test_steady_running_has_the_mean_of_gravity_whatever_the_impacts() -> None:
    simulation = simulate(
        running_script(4.0, 20.0, preamble=False), draw_runner(8, Variation(out_of_plane=0)), perfect()
    )
    for placement, block in simulation.samples.items():
        strides = [s for s in simulation.strides if s.side is placement.side]
        start, end = strides[0].initial_contact_s, strides[-1].next_initial_contact_s
        angle = angle_at(simulation, placement, block.time)
        up = CubicSpline(block.time, block.acc[:, 0] * np.sin(angle) + block.acc[:, 1] * np.cos(angle))
        assert up.integrate(start, end) / (end - start) == pytest.approx(GRAVITY, abs=0.15)


def test_one_axis_alone_does_not_give_the_angle_where_the_leg_turns_out_of_plane() -> None:
    simulation = simulate(running_script(4.0, 20.0, preamble=False), draw_runner(9, Variation(impact=0.0)), perfect())
    errors = []
    for placement, block in simulation.samples.items():
        turn = CubicSpline(block.time, block.gyr[:, 2]).antiderivative()(block.time)
        true = angle_at(simulation, placement, block.time)
        errors.append(np.degrees(np.ptp((turn - turn[0]) - (true - true[0]))))
    assert max(errors) > 2.0


def test_impacts_show_in_the_acceleration_after_contact() -> None:
    script = running_script(3.5, 6.0, preamble=False)
    shaken, calm = (simulate(script, draw_runner(10, Variation(impact=k)), perfect(), 3) for k in (1.0, 0.0))
    shank = Placement(Side.LEFT, Segment.SHANK)
    contacts = np.array([s.initial_contact_s for s in shaken.strides if s.side is Side.LEFT])
    time = shaken.samples[shank].time
    since = time - contacts[np.searchsorted(contacts, time) - 1]
    difference = np.linalg.norm(shaken.samples[shank].acc - calm.samples[shank].acc, axis=1)
    assert difference[(since > 0.0) & (since < 0.08)].max() > 20.0
    assert difference[(since > 0.3) & (since < 0.55)].max() < 0.5
    assert [s.toe_off_s for s in shaken.strides] == [s.toe_off_s for s in calm.strides]


def test_the_same_seed_gives_the_same_samples_and_another_does_not() -> None:
    one, two, other = (simulate_run(3.0, 3.0, preamble=False, seed=seed) for seed in (4, 4, 5))
    for placement in PLACEMENTS:
        np.testing.assert_array_equal(one.samples[placement].acc, two.samples[placement].acc)
    assert one.strides == two.strides != other.strides


def test_pieces_of_any_length_give_the_same() -> None:
    script, runner, sensors = running_script(3.5, 3.0), draw_runner(6), draw_sensors(6)
    whole = simulate(script, runner, sensors, 6)
    pieces = list(simulate_pieces(script, runner, sensors, 6, piece_s=4.1))
    for mine, yours in zip(strides_of(pieces, runner), whole.strides, strict=True):
        assert mine.toe_off_s == pytest.approx(yours.toe_off_s, abs=1e-9)
    for placement in PLACEMENTS:
        acc = np.concatenate([p.samples[placement].acc for p in pieces])
        np.testing.assert_allclose(acc, whole.samples[placement].acc, atol=0.01)
    time = np.concatenate([p.angles.time for p in pieces])
    np.testing.assert_allclose(time, np.arange(0, script.duration_s, 0.01), atol=1e-9)


def test_the_default_is_four_sensors_with_the_shared_preamble() -> None:
    simulation = simulate_run(3.5, 4.0)
    assert set(simulation.samples) == set(PLACEMENTS)
    assert simulation.script.duration_s == pytest.approx(20.0 + 4.0 + 4.0)
    for block in simulation.samples.values():
        assert len(block) == pytest.approx(28.0 * 200, abs=2)
        assert block.gyr.flags.c_contiguous
        assert block.acc.flags.c_contiguous
        assert np.linalg.norm(block.acc[200:800], axis=1).mean() == pytest.approx(GRAVITY, rel=0.05)


@pytest.mark.parametrize("rate_hz", [100.0, 200.0, 400.0])
@pytest.mark.parametrize("speed", [2.0, 9.5])
def test_speeds_and_rates_of_the_whole_range_can_be_simulated(speed: float, rate_hz: float) -> None:
    simulation = simulate_run(speed, 3.0, rate_hz=rate_hz, preamble=False, acc_range_g=8.0)
    assert len(simulation.strides) >= 4
    for block in simulation.samples.values():
        assert np.isfinite(block.acc).all()
        assert np.abs(block.acc).max() <= 8 * GRAVITY
        assert np.diff(block.time) == pytest.approx(1 / rate_hz)


def test_eight_g_are_not_enough_for_a_sprint() -> None:
    simulation = simulate_run(9.0, 3.0, preamble=False, acc_range_g=8.0)
    assert any((block.quality > 0).any() for block in simulation.samples.values())


def test_a_shifted_impact_delay_moves_the_impact_and_nothing_else() -> None:
    script, sensors = running_script(3.5, 3.0, preamble=False), draw_sensors(1)
    now, later = (simulate(script, draw_runner(1, impact_delay_shift_s=k), sensors, 1) for k in (0.0, 0.02))
    assert now.strides == later.strides
    shank = Placement(Side.LEFT, Segment.SHANK)
    assert np.abs(now.samples[shank].acc - later.samples[shank].acc).max() > 5.0


def test_mounting_turns_what_is_felt_and_no_more() -> None:
    script, runner = running_script(3.5, 2.0, preamble=False), draw_runner(2)
    turn = random_rotation(np.random.default_rng(3))
    plain, mounted = (
        simulate(script, runner, (SensorSetup(PLACEMENTS[1], PLACE, m, model=NO_ERRORS),), 1).samples[PLACEMENTS[1]]
        for m in (np.eye(3), turn)
    )
    np.testing.assert_allclose(mounted.acc, plain.acc @ turn, atol=1e-9)
    np.testing.assert_allclose(mounted.gyr, plain.gyr @ turn, atol=1e-9)
