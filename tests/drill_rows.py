"""Legs that do drills, as angles: rows of turning points, and simulated sets without sensors."""

from functools import cache

import numpy as np

from firmware_bridge.samples import Placement, Segment, Side
from legcycle_imu.drills.kinds import Drill
from legcycle_imu.drills.movement import Row
from legcycle_imu.model import SegmentAngles
from legcycle_imu.simulation.drill_moves import Knots, Move
from legcycle_imu.simulation.drill_people import motion_of, simulate_drill
from legcycle_imu.simulation.script import Track

REST_DEG = (-4.0, -3.0)


def course(*knots: tuple[float, float], rest: float = 0.0) -> Track:
    """A smooth curve through (s, deg)."""
    at, value = (np.array(column, dtype=np.float64) for column in zip(*knots, strict=True))
    return Track(np.r_[at[0] - 1.0, at, at[-1] + 1.0], np.radians(np.r_[value[0], value, value[-1]] + rest))


def rows(
    thigh: Knots,
    shank: Knots,
    *,
    until: float,
    rest: tuple[float, float] = REST_DEG,
    rate_hz: float = 100.0,
    drift_deg_s: float = 0.0,
) -> list[Row]:
    """Rows of one leg about its rest."""
    time = np.arange(round(until * rate_hz)) / rate_hz
    drift = np.radians(drift_deg_s) * time
    columns = (time, course(*thigh, rest=rest[0])(time) + drift, course(*shank, rest=rest[1])(time) + drift)
    return [Row(*row) for row in np.stack(columns, axis=-1).tolist()]


def moves(*starts: tuple[float, Move]) -> tuple[Knots, Knots]:
    """Movements one after the other as turning points of thigh and shank."""
    thigh = tuple((start + at, value) for start, move in starts for at, value in move.thigh)
    shank = tuple((start + at, value) for start, move in starts for at, value in move.shank)
    return thigh, shank


DRAG = Move(((0.0, 0.0), (0.8, -16.0), (1.0, -16.0), (1.8, 0.0)), ((0.0, 0.0), (0.8, -26.0), (1.0, -26.0), (1.8, 0.0)))
LIFT = Move(((0.0, 0.0), (0.5, -15.0), (0.9, 0.0), (1.7, 0.0)), ((0.0, 0.0), (0.4, -20.0), (0.9, -130.0), (1.7, 0.0)))
DRIVE = Move(
    ((0.0, 0.0), (0.5, -15.0), (0.85, 2.0), (1.3, 95.0), (2.1, 0.0)),
    ((0.0, 0.0), (0.4, -20.0), (0.85, -105.0), (1.3, -8.0), (2.1, 0.0)),
)
STILL: Knots = ((0.0, 0.0), (1.0, 0.0))


@cache
def angles(drill: Drill, seed: int = 0, repetitions: int = 2) -> tuple[SegmentAngles, ...]:
    """The true angles of a simulated set, a block of one sample each, in the order of their times."""
    simulated = simulate_drill(drill, seed, repetitions=repetitions, sensors=())
    motion = motion_of(simulated.set, simulated.runner, seed)
    singles = []
    for number, placement in enumerate(Placement(side, segment) for side in Side for segment in Segment):
        time = np.arange(0.003 * number, simulated.set.duration_s, 0.02 - 0.001 * number)
        angle = np.interp(time, motion.time, motion.legs[placement.side].angle(placement.segment))
        rate, quality = np.gradient(angle, time), np.zeros(len(time), np.uint8)
        singles += [
            SegmentAngles(placement, *(column[k : k + 1] for column in (time, angle, rate, quality)))
            for k in range(len(time))
        ]
    return tuple(sorted(singles, key=lambda one: (float(one.time[0]), PLACES[one.placement])))


PLACES = {placement: k for k, placement in enumerate(Placement(side, segment) for side in Side for segment in Segment)}
