"""The gyroscope's bias, as strides show it where nobody has stood still."""

from math import radians

import numpy as np
import pytest

from benchmarks.alignment import RATE_HZ, Case, hold_of, script_of
from calibration.evidence import AlignmentSettings, SensorHold
from calibration.movement import running_strides
from calibration.sweep import Sweep, sweeps
from firmware_bridge.samples import Placement, SampleBlock, Segment, Side
from legcycle_imu.simulation import Simulation, draw_runner, draw_sensors, simulate


@pytest.fixture(scope="module")
def run() -> Simulation:
    return simulate(script_of(Case.RUN, 3.0), draw_runner(4), draw_sensors(4, rate_hz=RATE_HZ), 4)


def shank(run: Simulation, pushed_m_s2: float = 0.0) -> SensorHold:
    """Give the left shank, which something pushes sideways throughout the last stride."""
    block = run.samples[Placement(Side.LEFT, Segment.SHANK)]
    acc = block.acc.copy()
    last = running_strides(hold_of(block), AlignmentSettings())[-1]
    aside = next(s for s in run.sensors if s.placement == Placement(Side.LEFT, Segment.SHANK)).mounting[2]
    acc[slice(*np.searchsorted(block.time, last).tolist())] += pushed_m_s2 * aside
    return hold_of(SampleBlock(block.time, block.gyr, acc, block.quality))


def longest(hold: SensorHold) -> Sweep:
    return max(sweeps(hold, running_strides(hold, AlignmentSettings())), key=lambda sweep: len(sweep.spans))


def test_a_bias_that_is_added_is_seen(run: Simulation):
    block = run.samples[Placement(Side.LEFT, Segment.SHANK)]
    added = np.radians([0.5, -0.3, 0.2])
    before, after = (
        longest(hold_of(SampleBlock(block.time, block.gyr + more, block.acc, block.quality))) for more in (0.0, added)
    )
    assert np.abs(after.bias - before.bias - added).max() < radians(0.15)
    assert before.bias_sd < radians(0.4)


def test_one_stride_unlike_the_others_makes_no_bias(run: Simulation):
    calm, pushed = longest(shank(run)), longest(shank(run, 8.0))
    assert pushed.bias_sd > 4 * calm.bias_sd
    assert np.sqrt((pushed.bias**2).sum()) < radians(1.0)
