"""Simulated people at their drills: a set in the order of its repetitions, its motion, its samples, its truth."""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise
from math import radians
from typing import NamedTuple

import numpy as np

from firmware_bridge.samples import Placement, SampleBlock, Side
from legcycle_imu.drills.faults import Fault
from legcycle_imu.drills.kinds import Drill
from legcycle_imu.simulation.drill_moves import FAULTS, Flicks, Knots, Manner, draw_flicks, draw_manner, draw_move
from legcycle_imu.simulation.motion import GRID_HZ, MARGIN, SWAY_KNOT_S, LegMotion, Motion, Tracks
from legcycle_imu.simulation.noise import knots, smooth_noise
from legcycle_imu.simulation.norms import Floats
from legcycle_imu.simulation.runner import SIDES, SimulatedRunner, draw_runner
from legcycle_imu.simulation.sampling import Sampler
from legcycle_imu.simulation.script import Script, Section, SectionKind, Track
from legcycle_imu.simulation.sensors import SensorSetup, draw_sensors
from legcycle_imu.simulation.simulate import felt
from legcycle_imu.simulation.truth import draw_timing

BEFORE_S, AFTER_S = 3.0, 3.0
"""Standing still, or lying, before the first repetition and after the last one, s."""
LIE_DOWN_S = 5.0
"""Time to kneel down and lie down, and to get up again, s."""
SWAY_DEG = 0.4
"""SD of the angles of who stands on one leg with a hand on a wall, deg; standing on both it is 0.15."""
REPLACED_DEG = (1.5, 2.0)
"""SD of where thigh and shank rest from one repetition to the next, deg: the foot comes down 2 to 3 cm off."""
SIDEWAYS_DEG = 4.0
"""Largest turn of a segment out of the sagittal plane in a repetition, deg."""
SHIFT_S = 0.4
"""Time in which the weight is taken onto the other leg, s."""
LONGEST_PAUSE_S = 1.2
"""Between two repetitions, s."""


class TrueRepetition(NamedTuple):
    """What a simulated person did: which leg, from when to when, s, and what was wrong with it."""

    side: Side
    start_s: float
    end_s: float
    fault: Fault | None


@dataclass(frozen=True)
class Pose:
    """Angles of one leg over time about the vertical, and how much each of its segments is out of the plane."""

    thigh: Track
    shank: Track
    sideways: Track


@dataclass(frozen=True)
class DrillSet:
    """A set: what both legs do, and what is true of it.

    Parameters
    ----------
    drill : which
    duration_s : of the whole, s
    legs : angles of each leg
    weight : share of the weight that is on the left leg
    down : share of the way from standing to lying
    repetitions : in the order of their beginnings
    """

    drill: Drill
    duration_s: float
    legs: dict[Side, Pose]
    weight: Track
    down: Track
    repetitions: tuple[TrueRepetition, ...]


@dataclass(frozen=True)
class SimulatedDrill:
    """Samples of a set and what is true of it."""

    set: DrillSet
    runner: SimulatedRunner
    sensors: tuple[SensorSetup, ...]
    samples: dict[Placement, SampleBlock]


class _Performed(NamedTuple):
    """One repetition on its way into the motion."""

    side: Side
    start: float
    thigh: Knots
    shank: Knots
    lean_deg: float


def simulate_drill(
    drill: Drill,
    seed: int = 0,
    *,
    repetitions: int = 8,
    wrong: float = 0.0,
    faults: Iterable[Fault] | None = None,
    rate_hz: float = 100.0,
    sensors: tuple[SensorSetup, ...] | None = None,
) -> SimulatedDrill:
    """Simulate a set of a drill that is done on the spot.

    Parameters
    ----------
    drill : heel-drag, push-lift, push-lift-drive (first one leg, then the other) or prone-flicks
    seed : of person, sensors, tempo and range
    repetitions : of each leg
    wrong : share of repetitions with a fault
    faults : those to draw from; all of the drill by default
    rate_hz : of the sensors, where none are given
    """
    rng = np.random.default_rng([seed, 31])
    runner = draw_runner(seed)
    among = tuple(FAULTS[drill] if faults is None else faults)
    lying = drill is Drill.PRONE_FLICKS
    done = (
        _lying_set(rng, runner, repetitions, wrong, among)
        if lying
        else _standing_set(drill, rng, runner, repetitions, wrong, among)
    )
    worn = draw_sensors(seed, rate_hz=rate_hz) if sensors is None else sensors
    return SimulatedDrill(done, runner, worn, samples_of(done, runner, worn, seed))


def _standing_set(
    drill: Drill, rng: np.random.Generator, runner: SimulatedRunner, count: int, wrong: float, faults: tuple[Fault, ...]
) -> DrillSet:
    manner, now = draw_manner(rng), BEFORE_S
    first = list(Side)[int(rng.integers(2))]
    performed: list[_Performed] = []
    true: list[TrueRepetition] = []
    for turn in (first, _other(first)):
        for number in range(count):
            fault = faults[int(rng.integers(len(faults)))] if faults and rng.uniform() < wrong else None
            if fault is Fault.WRONG_SIDE and number in (0, count - 1):
                fault = None  # whose turn it is must be clear
            side = _other(turn) if fault is Fault.WRONG_SIDE else turn
            move = draw_move(drill, rng, manner, runner.geometry, fault)
            performed.append(_Performed(side, now, move.thigh, move.shank, move.lean_deg))
            true.append(TrueRepetition(side, now, now + move.duration_s, fault))
            now += move.duration_s + _pause(rng, manner, side_changes=fault is Fault.WRONG_SIDE)
        now += rng.uniform(1.0, 2.5)
    end = now + AFTER_S
    legs = {side: _standing_pose(side, performed, runner, rng) for side in Side}
    return DrillSet(drill, end, legs, _weight(performed, end), _still(0.0), tuple(true))


def _pause(rng: np.random.Generator, manner: Manner, *, side_changes: bool) -> float:
    """Draw the rest between two repetitions: often none."""
    pause = max(rng.uniform(-0.3, LONGEST_PAUSE_S), 0.0)
    return 0.05 + manner.tempo * pause + (0.5 if side_changes else 0.0)


def _standing_pose(side: Side, performed: list[_Performed], runner: SimulatedRunner, rng: np.random.Generator) -> Pose:
    style = runner.legs[side]
    stand = np.degrees([style.thigh_stand, style.shank_stand])
    thigh, shank, sideways = [(0.0, stand[0])], [(0.0, stand[1])], [(0.0, 0.0)]
    rest = stand
    for one in performed:
        if one.side is side:
            after = stand + REPLACED_DEG * np.clip(rng.standard_normal(2), -2.0, 2.0)
            thigh += _carried(one.start, one.thigh, rest[0], after[0])
            shank += _carried(one.start, one.shank, rest[1], after[1])
            out, middle, end = rng.uniform(-SIDEWAYS_DEG, SIDEWAYS_DEG), 0.5 * one.thigh[-1][0], one.thigh[-1][0]
            sideways += [(one.start, 0.0), (one.start + middle, out), (one.start + end, 0.0)]
            rest = after
        else:
            end, lean = one.thigh[-1][0], -one.lean_deg
            for row, at in ((thigh, rest[0]), (shank, rest[1])):
                row += [(one.start, at), (one.start + 0.5 * end, at + lean), (one.start + end, at)]
    return Pose(_track(thigh), _track(shank), _track(sideways))


def _carried(start: float, points: Knots, before: float, after: float) -> list[tuple[float, float]]:
    """Put a movement between two rests; its turning points are about their middle on the way."""
    *first, last = points
    return [(start + t, before + value) for t, value in first] + [(start + last[0], after + last[1])]


def _weight(performed: list[_Performed], end: float) -> Track:
    """Give which leg carries: the one that does not move."""
    rows = [(0.0, 50.0)]
    for one in performed:
        on = 0.0 if one.side is Side.LEFT else 100.0
        rows += [(one.start - 0.05 if rows[-1][1] == on else max(one.start - SHIFT_S, rows[-1][0] + 0.02), rows[-1][1])]
        rows += [(one.start, on), (one.start + one.thigh[-1][0], on)]
    return _track([*rows, (end, 50.0)], unit=0.01)


def _lying_set(
    rng: np.random.Generator, runner: SimulatedRunner, count: int, wrong: float, faults: tuple[Fault, ...]
) -> DrillSet:
    fault = faults[int(rng.integers(len(faults)))] if faults and rng.uniform() < wrong else None
    flicks = draw_flicks(rng, 1.2 * count, fault)
    begin = BEFORE_S + LIE_DOWN_S + 1.5
    over = begin + max(one.at[-1] for one in flicks.values()) + 1.5
    end = over + LIE_DOWN_S + AFTER_S
    legs = {side: _lying_pose(side, flicks[side], begin, over, runner, rng) for side in Side}
    true = [
        TrueRepetition(side, begin + a, begin + b, wrong_one)
        for side, one in flicks.items()
        for (a, b), wrong_one in zip(pairwise(one.at[::2]), one.faults, strict=True)
    ]
    down = [(0.0, 0.0), (BEFORE_S, 0.0), (BEFORE_S + LIE_DOWN_S, 1.0), (over, 1.0), (over + LIE_DOWN_S, 0.0)]
    both = Track(*(np.array(column) for column in zip(*down, strict=True)))
    return DrillSet(
        Drill.PRONE_FLICKS, end, legs, _still(0.5), both, tuple(sorted(true, key=lambda one: (one.start_s, one.side)))
    )


def _lying_pose(
    side: Side, flicks: Flicks, begin: float, over: float, runner: SimulatedRunner, rng: np.random.Generator
) -> Pose:
    """Stand, kneel down, lie down, flick, get up again."""
    style = runner.legs[side]
    stand = np.degrees([style.thigh_stand, style.shank_stand])
    flat = np.array([-90.0, -90.0]) + rng.uniform(-5.0, 5.0, 2)
    kneel = BEFORE_S + 0.5 * LIE_DOWN_S
    thigh = [(0.0, stand[0]), (BEFORE_S, stand[0]), (kneel, rng.uniform(-10.0, 5.0)), (BEFORE_S + LIE_DOWN_S, flat[0])]
    shank = [(0.0, stand[1]), (BEFORE_S, stand[1]), (kneel, -88.0), (BEFORE_S + LIE_DOWN_S, flat[1])]
    sideways = [(0.0, 0.0)]
    raised = rng.uniform(0.0, 3.0)
    for number, (at, flexion) in enumerate(zip(flicks.at, flicks.flexion_deg, strict=True)):
        thigh.append((begin + at, flat[0] - raised * (number % 2)))
        line = flat[0] - raised * (number % 2) if number else flat[1]
        shank.append((begin + at, line - flexion))
        sideways.append((begin + at, rng.uniform(-SIDEWAYS_DEG, SIDEWAYS_DEG) if number % 2 else 0.0))
    thigh += [(over, flat[0]), (over + 0.5 * LIE_DOWN_S, 0.0), (over + LIE_DOWN_S, stand[0])]
    shank += [(over, flat[1]), (over + 0.5 * LIE_DOWN_S, -88.0), (over + LIE_DOWN_S, stand[1])]
    return Pose(_track(thigh), _track(shank), _track(sideways))


def _track(rows: list[tuple[float, float]], unit: float = np.pi / 180) -> Track:
    """Join turning points, deg, in the order of their times; of two at one time the later one counts."""
    at, value = (np.array(column, dtype=np.float64) for column in zip(*sorted(rows, key=lambda r: r[0]), strict=True))
    kept = np.r_[np.diff(at) > 1e-6, True]
    at, value = at[kept], value[kept] * unit
    return Track(np.r_[at[0] - 1.0, at, at[-1] + 1.0], np.r_[value[0], value, value[-1]])


def _still(value: float) -> Track:
    return Track(np.array([0.0, 1.0]), np.array([value, value]))


def _other(side: Side) -> Side:
    return Side.RIGHT if side is Side.LEFT else Side.LEFT


# Motion and samples


def motion_of(done: DrillSet, runner: SimulatedRunner, seed: int) -> Motion:
    """Give the motion of a set on the grid."""
    index = np.arange(-MARGIN, round(done.duration_s * GRID_HZ) + MARGIN + 1)
    time = index / GRID_HZ
    rng = np.random.default_rng([seed, 32])
    swaying = knots(rng, int(done.duration_s / SWAY_KNOT_S) + 4, 4)
    sway = np.radians(SWAY_DEG) * smooth_noise(swaying, time / SWAY_KNOT_S)
    still, half = np.zeros_like(time), np.full_like(time, 0.5)
    legs = {}
    for k, side in enumerate(SIDES):
        pose, style = done.legs[side], runner.legs[side]
        out = pose.sideways(time)[:, np.newaxis] * np.array([0.5, 1.0, 0.5, 1.0])
        sideways = (0.5 if side is Side.RIGHT else -0.5) * runner.hip_width_m
        hip = np.stack([still, still, np.full_like(time, sideways)])
        thigh, shank = pose.thigh(time) + sway[:, 2 * k], pose.shank(time) + sway[:, 2 * k + 1]
        legs[side] = LegMotion(side, half, half, half, thigh, shank, style.tilts_stand + out, hip)
    tracks = Tracks(still, still, still, still)
    return Motion(index, time, 0.0, done.duration_s, tracks, _pelvis(done, runner, legs, time), legs)


def _pelvis(done: DrillSet, runner: SimulatedRunner, legs: dict[Side, LegMotion], time: Floats) -> Floats:
    """Give the pelvis, (3, n), m: above the foot that carries; lying, at rest on the floor."""
    length = runner.geometry.thigh_m + runner.geometry.shank_m
    left, right = (_above_foot(legs[side], runner) for side in SIDES)
    weight, down = done.weight(time), done.down(time)
    standing = weight * left + (1.0 - weight) * right
    lying = np.array([[0.5 * length], [-0.95 * length], [0.0]])
    return np.asarray((1.0 - down) * standing + down * lying)


def _above_foot(leg: LegMotion, runner: SimulatedRunner) -> Floats:
    geometry = runner.geometry
    forward = -geometry.thigh_m * np.sin(leg.thigh) - geometry.shank_m * np.sin(leg.shank)
    up = geometry.thigh_m * np.cos(leg.thigh) + geometry.shank_m * np.cos(leg.shank) - geometry.leg_m
    return np.stack([forward, up, np.zeros_like(up)])


def samples_of(
    done: DrillSet, runner: SimulatedRunner, sensors: tuple[SensorSetup, ...], seed: int
) -> dict[Placement, SampleBlock]:
    """Give what sensors make of a set."""
    motion = motion_of(done, runner, seed)
    timing = draw_timing(1.0, np.random.default_rng([seed, 33]))
    samples = {}
    for number, setup in enumerate(sensors):
        rate, force = felt(motion, runner, timing, setup)
        samples[setup.placement] = Sampler(setup, (seed, 34, number)).push(-MARGIN, rate, force, done.duration_s)
    return samples


def run_script(speeds_m_s: Iterable[float], seconds: float, rest_s: float = 8.0) -> Script:
    """Give the script of runs with walks and rests between: starts and stops as on a track."""
    go, stand = Section(SectionKind.TRANSITION, 1.5), Section(SectionKind.STAND, 4.0)
    sections = [stand]
    for speed in speeds_m_s:
        change = Section(SectionKind.TRANSITION, max(1.0, speed / 3.5))
        sections += [change, Section(SectionKind.RUN, seconds, speed), change, stand]
        sections += [go, Section(SectionKind.WALK, rest_s, 1.3), go, stand]
    return Script(tuple(sections))


__all__ = ["DrillSet", "SimulatedDrill", "TrueRepetition", "motion_of", "radians", "run_script", "simulate_drill"]
