"""Knee lifts of simulated people who were asked for one, in all manners, and what they may do instead.

Runners, mountings, places, sensor errors and rates are drawn anew each time, and so are the lifts: 35 to 90 degrees (60
with a stiff knee), 0.6 to 2 s up and down, hips that move up to 6 cm, two small steps before.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from math import radians

import numpy as np

from firmware_bridge.samples import Placement, SampleBlock, Side
from legcycle_imu.simulation import Script, Section, SectionKind, draw_runner, draw_sensors, simulate
from legcycle_imu.simulation.script import KneeLift
from legcycle_imu.simulation.sensors import PLACEMENTS

Pair = tuple[float, float]


class Manner(StrEnum):
    """How a knee is lifted."""

    HANGING = "shank hanging"
    HEEL_BEHIND = "heel behind"
    STIFF = "stiff knee"


SHANK_SHARES: dict[Manner, Pair] = {
    Manner.HANGING: (-0.35, 0.15),
    Manner.HEEL_BEHIND: (-1.6, -0.6),
    Manner.STIFF: (0.6, 1.0),
}
"""The shank's angle as a share of the thigh's, least and largest."""
HEIGHTS_DEG: Pair = (35.0, 90.0)
STIFF_HEIGHT_DEG = 60.0
"""Nobody lifts a straight leg higher."""
TEMPOS_S: Pair = (0.6, 2.0)
RAMPS: Pair = (0.25, 0.5)
"""Share of a lift's time that goes into lifting; what is left between, the knee stays up."""
SHANK_LAGS_S: Pair = (-0.05, 0.1)
"""How much later the shank moves than the thigh."""
HIP_FORWARD_SD_M, HIP_UP_M, HIP_OVER_M = 0.02, 0.03, 0.06
"""How the hips move: forward and back; up, at most; over the standing foot, at most."""
STEP_DEG: Pair = (12.0, 20.0)
STEP_S, STEP_AHEAD_M, STEP_SHANK = 0.5, 0.08, -0.8
RATES_HZ = (100.0, 200.0)


@dataclass(frozen=True)
class Draw:
    """One knee lift, and what four sensors felt of it."""

    lift: KneeLift
    samples: dict[Placement, SampleBlock]
    rate_hz: float


def drawn(seed: int, manner: Manner, *, step: bool = False) -> Draw:
    """Draw person, sensors and lift."""
    rng = np.random.default_rng([seed, 77])
    rate_hz = float(rng.choice(RATES_HZ))
    steps = drawn_steps(rng) if step else []
    lift = drawn_lift(rng, manner, steps[-1].end_s if step else rng.uniform(0.4, 1.0))
    script = Script((Section(SectionKind.STAND, lift.end_s + rng.uniform(0.6, 1.5)),), lifts=(*steps, lift))
    simulation = simulate(script, draw_runner(seed), draw_sensors(seed, rate_hz=rate_hz), seed)
    return Draw(lift, simulation.samples, rate_hz)


def drawn_steps(rng: np.random.Generator) -> list[KneeLift]:
    """Draw a step of one leg, and the other one that follows it."""
    start = rng.uniform(1.0, 2.0)
    return [
        KneeLift(side, at, at + STEP_S, radians(rng.uniform(*STEP_DEG)), STEP_SHANK, 0.0, (STEP_AHEAD_M, 0.0, 0.0))
        for side, at in ((Side.LEFT, start), (Side.RIGHT, start + 0.9 * STEP_S))
    ]


def drawn_lift(rng: np.random.Generator, manner: Manner, earliest_s: float) -> KneeLift:
    """Draw a knee lift of either leg."""
    side = list(Side)[int(rng.integers(2))]
    start = earliest_s + rng.uniform(0.6, 1.0)
    height = rng.uniform(HEIGHTS_DEG[0], STIFF_HEIGHT_DEG if manner is Manner.STIFF else HEIGHTS_DEG[1])
    over = (1.0 if side is Side.LEFT else -1.0) * rng.uniform(0.0, HIP_OVER_M)
    hip = (HIP_FORWARD_SD_M * rng.standard_normal(), rng.uniform(0.0, HIP_UP_M), over)
    share, lag, ramp = (rng.uniform(*pair) for pair in (SHANK_SHARES[manner], SHANK_LAGS_S, RAMPS))
    return KneeLift(side, start, start + rng.uniform(*TEMPOS_S), radians(height), share, lag, hip, ramp)


# What people may do instead

Samples = dict[Placement, SampleBlock]
STANDS = Section(SectionKind.STAND, 6.0)
GOES = Section(SectionKind.TRANSITION, 1.0)
LOW_DEG: Pair = (8.0, 20.0)


def mistakes(seed: int) -> Iterator[tuple[str, Samples]]:
    """Give what is no lift of one knee, and what sensors feel of it; they may be two, of no one leg."""
    rng = np.random.default_rng([seed, 5])
    length, height, share = rng.uniform(*TEMPOS_S), rng.uniform(*HEIGHTS_DEG), rng.uniform(-1.2, 0.1)
    left = _plain(Side.LEFT, 1.2, length, height, share)
    after = _plain(Side.RIGHT, left.end_s + rng.uniform(0.0, 1.5), length, height, share)
    within = _plain(Side.RIGHT, left.start_s + rng.uniform(0.1, 0.5) * length, length, height, share)
    yield "a low lift, 8 to 20 degrees", _played(seed, _plain(Side.LEFT, 1.2, length, rng.uniform(*LOW_DEG), -0.3))
    yield "the heel alone comes up", _played(seed, _plain(Side.LEFT, 1.2, length, 5.0, -14.0))
    yield "one knee, then the other", _played(seed, left, after)
    yield "the other knee before the first is down", _played(seed, left, within)
    yield "walks", _played(seed, between=(GOES, Section(SectionKind.WALK, 3.0, 1.3), GOES, STANDS))
    yield "runs", _played(seed, between=(GOES, Section(SectionKind.RUN, 3.0, 2.7), GOES, STANDS))
    one, still = _played(seed, left), _played(seed)
    thigh, shank, other_thigh, other_shank = PLACEMENTS
    yield "the thigh's sensor lies still", {**one, thigh: still[thigh]}
    yield "the shank's sensor lies still", {**one, shank: still[shank]}
    yield "two sensors, a thigh and the other leg's shank", {p: one[p] for p in (thigh, other_shank)}
    yield "two sensors, both thighs", {p: one[p] for p in (thigh, other_thigh)}


def _plain(side: Side, start_s: float, length_s: float, height_deg: float, share: float) -> KneeLift:
    return KneeLift(side, start_s, start_s + length_s, radians(height_deg), share, 0.0, (0.0, 0.01, 0.0))


def _played(seed: int, *lifts: KneeLift, between: tuple[Section, ...] = ()) -> Samples:
    sensors = draw_sensors(seed, rate_hz=RATES_HZ[0])
    return simulate(Script((STANDS, *between), lifts=lifts), draw_runner(seed), sensors, seed).samples
