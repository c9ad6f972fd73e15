"""The simulated runners keep the gyroscope's cues where people have them, or events found on them prove nothing."""

from functools import cache

import numpy as np
import pytest
from scipy.interpolate import CubicSpline
from scipy.signal import butter, sosfiltfilt

from firmware_bridge.samples import Placement, Segment, Side
from legcycle_imu.simulation import draw_runner, running_script, simulate

STEP_S = 0.001
RUNNERS = range(24)


def zero_phase_rate(time, angle):
    """Give a fine time axis and the rate, deg/s, low-passed at 25 Hz without delay."""
    fine = np.arange(time[0], time[-1], STEP_S)
    rate = np.degrees(CubicSpline(time, angle).derivative()(fine))
    return fine, sosfiltfilt(butter(2, 25.0, fs=1 / STEP_S, output="sos"), rate)


@cache
def cue_offsets(speed: float) -> tuple[list[np.ndarray], list[np.ndarray]]:
    """Give, per leg, how long after contact and toe-off (ms) their cues in the shank's rate come."""
    contact, toe_off = [], []
    for seed in RUNNERS:
        simulation = simulate(running_script(speed, 6.0, preamble=False), draw_runner(seed), (), seed)
        for side in Side:
            angle = simulation.angles.angle[Placement(side, Segment.SHANK)]
            time, rate = zero_phase_rate(simulation.angles.time, angle)
            strides = [s for s in simulation.strides if s.side is side][1:-1]
            contact.append(np.array([contact_cue(time, rate, s) for s in strides]))
            toe_off.append(np.array([toe_off_cue(time, rate, s) for s in strides]))
    return contact, toe_off


def contact_cue(time, rate, stride) -> float:
    """Time the last zero crossing, from + to -, before the next contact."""
    part = slice(*np.searchsorted(time, [stride.peak_knee_drive_s - 0.03, stride.next_initial_contact_s + 0.03]))
    falls = np.flatnonzero((rate[part][:-1] > 0) & (rate[part][1:] <= 0))
    return float(1000 * (time[part][falls[-1]] - stride.next_initial_contact_s))


def toe_off_cue(time, rate, stride) -> float:
    """Time the fall through -100 deg/s / stride time after the maximum in stance."""
    start = stride.initial_contact_s + 0.3 * stride.contact_time_s
    stance = slice(*np.searchsorted(time, [start, stride.toe_off_s + 0.03]))
    top = stance.start + int(np.argmax(rate[stance]))
    falls = top + int(np.argmax(rate[top:] < -100 / stride.stride_time_s))
    return float(1000 * (time[falls] - stride.toe_off_s))


@pytest.mark.parametrize("speed", [2.5, 3.5, 4.5])
def test_the_shank_turns_back_before_contact_as_in_people(speed: float) -> None:
    contact, _ = cue_offsets(speed)
    assert np.mean([c.mean() for c in contact]) == pytest.approx(-26.6, abs=4.0)
    assert 6.0 < np.std([c.mean() for c in contact]) < 12.0
    assert 2.5 < np.mean([c.std() for c in contact]) < 5.5


@pytest.mark.parametrize(("speed", "offset", "within_ms"), [(2.5, 16.3, 8.0), (3.5, 19.4, 5.0), (4.5, 15.7, 5.0)])
def test_the_shank_falls_after_toe_off_as_in_people(speed: float, offset: float, within_ms: float) -> None:
    """At 2.5 m/s the mean curve, over which runners differ most, shows the fall some 6 ms early."""
    _, toe_off = cue_offsets(speed)
    assert np.mean([c.mean() for c in toe_off]) == pytest.approx(offset, abs=within_ms)
    assert 2.5 < np.std([c.mean() for c in toe_off]) < 10.0
    assert 1.0 < np.mean([c.std() for c in toe_off]) < 4.5
