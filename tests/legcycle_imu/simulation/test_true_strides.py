from itertools import pairwise
from math import isnan

import numpy as np
import pytest

from firmware_bridge.samples import Placement, Segment, Side
from legcycle_imu.cycle import EventKind
from legcycle_imu.model import Stride
from legcycle_imu.simulation import Script, Section, SectionKind, Simulation, draw_runner, simulate
from legcycle_imu.simulation.norms import RunningNorm, running_norms
from legcycle_imu.simulation.script import running_script


def ran(speed: float, seed: int, duration_s: float = 6.0) -> list[Stride]:
    return simulate(running_script(speed, duration_s, preamble=False), draw_runner(seed), (), seed).strides


@pytest.fixture(scope="module")
def run() -> Simulation:
    return simulate(running_script(3.5, 15.0), draw_runner(2), (), 2)


def test_strides_are_sorted_numbered_and_end_to_end(run: Simulation) -> None:
    assert run.strides == sorted(run.strides, key=lambda s: (s.initial_contact_s, s.side))
    for side in Side:
        own = [s for s in run.strides if s.side is side]
        assert [s.stride for s in own] == list(range(len(own)))
        assert all(a.next_initial_contact_s == b.initial_contact_s for a, b in pairwise(own))
        assert len(own) == pytest.approx(15.0 / own[0].stride_time_s, abs=2)


@pytest.mark.parametrize("speed", [2.0, 2.5, 3.5, 4.5, 5.5, 6.5, 7.5, 8.5, 9.5])
def test_phases_come_in_their_order_at_every_speed(speed: float) -> None:
    for seed in range(8):
        for s in ran(speed, seed, 3.0):
            order = (
                s.initial_contact_s,
                s.toe_off_s,
                s.peak_heel_lift_s,
                s.peak_knee_drive_s,
                s.next_initial_contact_s,
            )
            assert all(b - a > 0.02 for a, b in pairwise(order))
            assert s.push_s + s.lift_s + s.drive_s + s.place_s == pytest.approx(s.stride_time_s)
            assert s.flight_time_s > 0
            assert not s.flags


@pytest.mark.parametrize("norm", running_norms(), ids=lambda n: f"{n.speed} m/s")
def test_runners_are_those_of_the_norms(norm: RunningNorm) -> None:
    people = [ran(norm.speed, seed, 4.0) for seed in range(24)]

    def mean_and_sd(name: str) -> tuple[float, float]:
        each = [np.mean([getattr(s, name) for s in strides]) for strides in people]
        return float(np.mean(each)), float(np.std(each))

    for name, spread in (("stride_time_s", norm.stride_time), ("contact_time_s", norm.contact_time)):
        mean, sd = mean_and_sd(name)
        assert abs(mean - spread.mean) < 0.6 * spread.between
        assert 0.6 * spread.between < sd < 1.6 * spread.between
    degree = np.pi / 180
    mean, sd = mean_and_sd("knee_drive_deg")
    top = int(np.argmax(norm.thigh.mean))
    assert abs(mean - norm.thigh.mean[top] / degree) < 0.6 * norm.thigh.between[top] / degree
    assert 2.5 < sd < 6.5
    mean, _ = mean_and_sd("shank_at_contact_deg")
    assert abs(mean - norm.shank.mean[0] / degree) < 1.5
    mean, _ = mean_and_sd("peak_knee_flexion_deg")
    assert abs(mean - (norm.thigh.mean - norm.shank.mean).max() / degree) < 5.0


def test_strides_of_one_runner_vary_as_measured() -> None:
    norm = running_norms()[1]
    strides = [ran(3.5, seed, 15.0) for seed in range(6)]
    within = np.mean([np.std([s.stride_time_s for s in one]) for one in strides])
    assert 0.6 * norm.stride_time.within < within < 1.5 * norm.stride_time.within
    within = np.mean([np.std([s.contact_time_s for s in one if s.side is Side.LEFT]) for one in strides])
    assert 0.6 * norm.contact_time.within < within < 1.7 * norm.contact_time.within


def test_sprinters_reach_the_figures_of_sprinting() -> None:
    strides = [s for seed in range(10) for s in ran(9.5, seed, 3.0)]

    def mean(name: str) -> float:
        return float(np.mean([getattr(s, name) for s in strides]))

    assert 0.085 < mean("contact_time_s") < 0.12
    assert 240 < mean("cadence_spm") < 290
    assert 65 < mean("knee_drive_deg") < 80
    assert 115 < mean("peak_knee_flexion_deg") < 135


def test_walking_has_double_support_and_its_flag() -> None:
    script = Script((Section(SectionKind.WALK, 15, 1.5),))
    for seed in range(6):
        strides = simulate(script, draw_runner(seed), (), seed).strides
        assert len(strides) > 20
        assert all("walk" in s.flags and s.flight_time_s < 0 for s in strides)
        lifts = np.array([s.lift_s for s in strides])
        assert lifts.min() > 0.045
        assert lifts.max() < 0.13


def test_a_fast_walk_often_has_no_peak_of_the_thigh_before_contact() -> None:
    script = Script((Section(SectionKind.WALK, 15, 2.1),))
    strides = [s for seed in range(8) for s in simulate(script, draw_runner(seed), (), seed).strides]
    without = [s for s in strides if "no_peak" in s.flags]
    assert 0 < len(without) < len(strides)
    assert all(s.place_s == 0 and s.peak_knee_drive_s == s.next_initial_contact_s for s in without)


def test_transitions_standing_and_knee_lifts_give_no_strides() -> None:
    kinds = SectionKind
    script = Script(
        (
            Section(kinds.STAND, 2),
            Section(kinds.KNEE_LIFTS, 4.8),
            Section(kinds.TRANSITION, 1),
            Section(kinds.WALK, 5, 1.5),
            Section(kinds.TRANSITION, 1),
            Section(kinds.RUN, 5, 3.0),
            Section(kinds.TRANSITION, 1),
            Section(kinds.STAND, 2),
        )
    )
    simulation = simulate(script, draw_runner(5), (), 5)
    within = [(a, b) for s, a, b in script.timeline() if s.kind in (kinds.WALK, kinds.RUN)]
    for stride in simulation.strides:
        assert any(a <= stride.initial_contact_s and stride.next_initial_contact_s <= b + 1.0 for a, b in within)
        assert ("walk" in stride.flags) == (stride.initial_contact_s < within[0][1] + 0.5)


def test_metrics_are_read_at_their_events(run: Simulation) -> None:
    for stride in run.strides[::5]:
        thigh, shank = (
            np.degrees(np.interp(stride.toe_off_s, run.angles.time, run.angles.angle[Placement(stride.side, g)]))
            for g in Segment
        )
        assert -stride.hip_extension_deg == pytest.approx(thigh, abs=0.15)
        assert thigh - shank < stride.peak_knee_flexion_deg
        assert stride.peak_hip_extension_deg >= stride.hip_extension_deg - 1e-9


def test_every_event_stands_once_in_order(run: Simulation) -> None:
    times = [event.t for event in run.events]
    assert times == sorted(times)
    assert len({(e.t, e.side, e.kind) for e in run.events}) == len(run.events)
    for side in Side:
        strides = [s for s in run.strides if s.side is side]
        count = {kind: sum(e.side is side and e.kind is kind for e in run.events) for kind in EventKind}
        assert count[EventKind.INITIAL_CONTACT] == len(strides) + 1
        assert count[EventKind.TOE_OFF] == count[EventKind.PEAK_KNEE_DRIVE] == len(strides)
    assert not any(isnan(t) for t in times)
