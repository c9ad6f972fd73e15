import numpy as np
import pytest

from firmware_bridge.samples import Segment
from legcycle_imu.simulation import draw_runner
from legcycle_imu.simulation.body import bend, slope
from legcycle_imu.simulation.impact import ring_peak, ring_shape, ringing
from legcycle_imu.simulation.motion import GRID_HZ
from legcycle_imu.simulation.truth import Contacts

INDEX = np.arange(-512, 3 * GRID_HZ)
TIME = INDEX / GRID_HZ


def contacts(*time: float, speed: float = 3.5, run_share: float = 1.0, presence: float = 1.0, draw: float = 0.0):
    at = np.array(time)
    same = np.ones_like(at)
    return Contacts(at, 0 * at, 0 * at, speed * same, presence * same, run_share * same, draw * same)


def test_an_impact_has_its_peak_and_starts_upward() -> None:
    impact = draw_runner(1).impact
    jolt = bend(ringing(impact, Segment.SHANK, contacts(0.5), 1.0, INDEX).shift)
    assert np.abs(jolt).max() == pytest.approx(impact.peak, rel=0.05)
    assert jolt[np.flatnonzero(np.abs(jolt) > 0.05 * impact.peak)[0]] > 0
    thigh = bend(ringing(impact, Segment.THIGH, contacts(0.5), 1.0, INDEX).shift)
    assert np.abs(thigh).max() == pytest.approx(0.4 * impact.peak, rel=0.05)


@pytest.mark.parametrize(("which", "segment"), [(0, Segment.THIGH), (1, Segment.SHANK)])
def test_a_wobble_has_its_rate_and_comes_back(which: int, segment: Segment) -> None:
    impact = draw_runner(2).impact
    twist = ringing(impact, segment, contacts(0.5), 1.0, INDEX).twist
    assert np.abs(slope(twist)).max() == pytest.approx(impact.wobble_rate[which], rel=0.02)
    assert np.abs(slope(twist)[TIME > 0.64]).max() < 0.02 * impact.wobble_rate[which]
    assert abs(twist[-1]) < 1e-6


def test_momentum_is_kept() -> None:
    impact = draw_runner(3).impact
    jolt = bend(ringing(impact, Segment.SHANK, contacts(0.5, 1.2, 1.9), 1.0, INDEX).shift)
    assert abs(jolt.mean()) < 1e-6 * impact.peak


@pytest.mark.parametrize(("shift", "draw"), [(0.0, 0.0), (0.02, 0.0), (0.0, 2.0)])
def test_it_begins_after_its_delay(shift: float, draw: float) -> None:
    impact = draw_runner(4, impact_delay_s=0.012, impact_delay_shift_s=shift).impact
    begun = TIME[np.flatnonzero(ringing(impact, Segment.SHANK, contacts(0.5, draw=draw), 1.0, INDEX).shift)[0]]
    assert begun == pytest.approx(0.5 + 0.012 + shift + 0.003 * draw, abs=1.5 / GRID_HZ)


def test_it_never_begins_under_two_milliseconds() -> None:
    impact = draw_runner(4, impact_delay_s=0.002).impact
    begun = TIME[np.flatnonzero(ringing(impact, Segment.SHANK, contacts(0.5, draw=-2.5), 1.0, INDEX).shift)[0]]
    assert begun >= 0.502


def test_it_grows_with_speed_and_is_less_in_walking_and_absent_in_standing() -> None:
    impact = draw_runner(5).impact

    def size(**how: float) -> float:
        return float(np.abs(ringing(impact, Segment.SHANK, contacts(0.5, **how), 1.0, INDEX).shift).max())

    assert size(speed=9.0) > size(speed=3.5) > size(speed=3.5, run_share=0.0) > 0.0
    assert size(presence=0.0) == 0.0
    assert size(speed=7.0) == pytest.approx(np.sqrt(2) * size(speed=3.5))


def test_a_ring_begins_at_rest() -> None:
    early = np.array([-1.0, 0.0, 1e-6])
    assert ring_shape(early, 20.0) == pytest.approx([0.0, 0.0, 0.0], abs=1e-15)
    assert ring_peak(20.0, 2) > 0


def test_impacts_outside_the_grid_are_left_out() -> None:
    impact = draw_runner(6).impact
    assert not ringing(impact, Segment.SHANK, contacts(-5.0, 50.0), 1.0, INDEX).shift.any()
