"""Which way the shank points in knee lifts, told by the knee that it shares with the thigh."""

from functools import cache
from math import radians

import numpy as np
import pytest

from benchmarks.alignment import RATE_HZ, aligned, hold_of
from calibration.evidence import AlignmentSettings
from calibration.forward import same_knee
from calibration.movement import slow_swings
from calibration.swing import Swing, swing_of
from firmware_bridge.samples import Placement, Segment, Side
from legcycle_imu.simulation import Script, Section, SectionKind, Simulation, draw_runner, draw_sensors, simulate
from legcycle_imu.simulation.script import KneeLift

SHARES = (-0.9, -0.3, 0.3, 0.6)
"""Of the thigh's lift that the shank turns with it: heel drawn to the seat, hanging, knee held stiff."""
SETTINGS = AlignmentSettings()


@cache
def lifting(share: float, seed: int = 3) -> Simulation:
    """Give a runner who stands, then lifts both knees by turns."""
    lifts = tuple(
        KneeLift(side, start + offset, start + offset + 1.2, radians(75.0), shank_share=share)
        for start in np.arange(3.0, 13.0, 2.4)
        for side, offset in ((Side.LEFT, 0.0), (Side.RIGHT, 1.2))
    )
    script = Script((Section(SectionKind.STAND, 16.0),), lifts=lifts)
    return simulate(script, draw_runner(seed), draw_sensors(seed, rate_hz=RATE_HZ), seed)


def swings(simulation: Simulation, side: Side) -> list[Swing]:
    """Give thigh and shank, each pointing forward."""
    holds = [hold_of(simulation.samples[Placement(side, s)]) for s in Segment]
    lifts = slow_swings(holds[0], [], SETTINGS)
    found = []
    for segment, hold in zip(Segment, holds, strict=True):
        swing = swing_of(hold, lifts, radians(65.0))
        assert swing is not None
        mounting = next(s for s in simulation.sensors if s.placement == Placement(side, segment)).mounting
        found.append(swing.turned(float(np.sign(swing.z @ mounting[2]))))
    return found


@pytest.mark.parametrize("side", Side)
@pytest.mark.parametrize("share", SHARES)
def test_thigh_and_shank_tell_the_same_knee(share: float, side: Side):
    thigh, shank = swings(lifting(share), side)
    assert same_knee(thigh, shank) > 0.9


@pytest.mark.parametrize("side", Side)
def test_a_shank_seen_from_the_other_side_tells_the_opposite(side: Side):
    thigh, shank = swings(lifting(-0.3), side)
    alike = same_knee(thigh, shank)
    for one, other in ((thigh, shank.turned(-1.0)), (thigh.turned(-1.0), shank)):
        assert same_knee(one, other) == pytest.approx(-alike, abs=1e-9)
    assert same_knee(thigh.turned(-1.0), shank.turned(-1.0)) == pytest.approx(alike, abs=1e-9)


@pytest.mark.parametrize("side", Side)
def test_shanks_of_two_legs_share_no_knee(side: Side):
    other = next(s for s in Side if s is not side)
    thigh, _ = swings(lifting(-0.9), side)
    _, shank = swings(lifting(-0.9), other)
    assert abs(same_knee(thigh, shank)) < 0.5


@pytest.mark.parametrize("side", Side)
@pytest.mark.parametrize("share", SHARES)
def test_however_the_knee_is_lifted_both_signs_are_right(share: float, side: Side):
    found = aligned(lifting(share), side)
    assert not isinstance(found, str), found
    assert all(error.right for error in found)
    assert not any("hard to tell" in error.said for error in found)
