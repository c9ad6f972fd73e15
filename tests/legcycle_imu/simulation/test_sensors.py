import numpy as np
import pytest

from firmware_bridge.samples import Placement, Segment, Side
from legcycle_imu.simulation import SensorSetup, draw_sensors
from legcycle_imu.simulation.sensors import DEGREE, PLACEMENTS, random_rotation

PLACE = Placement(Side.LEFT, Segment.SHANK)


def test_drawn_sensors_keep_to_the_error_model() -> None:
    for seed in range(20):
        for setup in draw_sensors(seed):
            assert np.abs(setup.gyr_bias).max() <= DEGREE
            assert np.abs(setup.acc_scale - 1.0).max() <= 0.005
            thigh = setup.placement.segment is Segment.THIGH
            off = np.hypot(setup.place[0], setup.place[2])
            assert (0.055 if thigh else 0.03) <= off <= (0.085 if thigh else 0.05)
            assert setup.place[2] * (1 if setup.placement.side is Side.RIGHT else -1) >= 0


def test_mountings_can_be_given_and_are_rotations_otherwise() -> None:
    given_one = draw_sensors(1, mountings={PLACE: np.eye(3)})
    for setup in given_one:
        np.testing.assert_allclose(setup.mounting @ setup.mounting.T, np.eye(3), atol=1e-12)
        assert np.linalg.det(setup.mounting) == pytest.approx(1.0)
        assert (setup.placement == PLACE) == bool((setup.mounting == np.eye(3)).all())


def test_one_leg_alone_can_be_asked_for() -> None:
    leg = tuple(p for p in PLACEMENTS if p.side is Side.LEFT)
    assert [s.placement for s in draw_sensors(1, leg)] == list(leg)


def test_random_rotations_have_no_favourite_direction() -> None:
    rng = np.random.default_rng(5)
    mean = np.mean([random_rotation(rng) for _ in range(3000)], axis=0)
    assert np.abs(mean).max() < 0.04


@pytest.mark.parametrize("rate_hz", [10.0, 500.0, float("nan")])
def test_rates_out_of_reach_are_refused(rate_hz: float) -> None:
    with pytest.raises(ValueError, match="expected a rate"):
        SensorSetup(PLACE, np.zeros(3), rate_hz=rate_hz)
