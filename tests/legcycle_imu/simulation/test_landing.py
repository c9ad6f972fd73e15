import numpy as np
import pytest

from firmware_bridge.samples import Segment
from legcycle_imu.simulation.body import bend
from legcycle_imu.simulation.landing import DELAY_S, DURATION_S, THIGH_SHARE, landing
from legcycle_imu.simulation.motion import GRID_HZ
from legcycle_imu.simulation.truth import Contacts

INDEX = np.arange(-512, 3 * GRID_HZ)
TIME = INDEX / GRID_HZ
PEAK = 17.0


def contacts(*time: float, speed: float = 3.5, run_share: float = 1.0, presence: float = 1.0) -> Contacts:
    at = np.array(time)
    same = np.ones_like(at)
    return Contacts(at, 0 * at, 0 * at, speed * same, presence * same, run_share * same, 0 * at)


def acceleration(segment: Segment = Segment.SHANK, **how: float) -> np.ndarray:
    return bend(landing(PEAK, segment, contacts(0.5, **how), INDEX))


def test_it_decelerates_the_falling_leg_first() -> None:
    jolt = acceleration()
    assert jolt.max() == pytest.approx(PEAK, rel=0.03)
    assert jolt.argmax() < jolt.argmin()
    assert 0.5 + DELAY_S < TIME[jolt.argmax()] < 0.53


def test_it_leaves_neither_speed_nor_shift_behind() -> None:
    shift = landing(PEAK, Segment.SHANK, contacts(0.5, 1.2, 1.9), INDEX)
    assert np.abs(shift[TIME > 1.9 + DELAY_S + DURATION_S]).max() == 0
    assert abs(bend(shift).mean()) < 1e-6 * PEAK


def test_it_begins_after_contact_and_never_before() -> None:
    begun = TIME[np.flatnonzero(landing(PEAK, Segment.SHANK, contacts(0.5), INDEX))[0]]
    assert begun == pytest.approx(0.5 + DELAY_S, abs=3 / GRID_HZ)


def test_it_is_harder_and_shorter_at_speed() -> None:
    slow, fast = acceleration(speed=3.5), acceleration(speed=9.5)
    assert fast.max() > 3 * slow.max()
    assert np.count_nonzero(fast) < 0.6 * np.count_nonzero(slow)


def test_it_is_less_at_the_thigh_in_walking_and_absent_in_standing() -> None:
    assert acceleration(Segment.THIGH).max() == pytest.approx(THIGH_SHARE * PEAK, rel=0.03)
    assert acceleration(run_share=0.0).max() < 0.4 * PEAK
    assert np.abs(acceleration(presence=0.0)).max() == 0
