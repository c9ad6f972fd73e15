import numpy as np
import pytest
from scipy.interpolate import CubicSpline

from firmware_bridge.samples import Placement
from legcycle_imu.simulation import SensorSetup, Simulation, Variation, draw_runner, simulate, simulate_run
from legcycle_imu.simulation.script import running_script
from legcycle_imu.simulation.sensors import PLACEMENTS
from legcycle_imu.simulation.shapes import GRAVITY

PLANAR = Variation(out_of_plane=0.0, impact=0.0)


def perfect(rate_hz: float = 400.0) -> tuple[SensorSetup, ...]:
    return tuple(SensorSetup(p, np.array([0.05, -0.2, 0.03]), rate_hz=rate_hz) for p in PLACEMENTS)


def angle_at(sim: Simulation, placement: Placement, time: np.ndarray) -> np.ndarray:
    return CubicSpline(sim.angles.time, sim.angles.angle[placement])(time)


@pytest.fixture(scope="module")
def planar() -> Simulation:
    return simulate(running_script(3.5, 12.0), draw_runner(3, PLANAR), perfect(), 1)


@pytest.fixture(scope="module")
def full() -> Simulation:
    return simulate_run(3.5, 12.0, seed=5)


@pytest.mark.parametrize("placement", PLACEMENTS, ids=str)
def test_the_gyroscope_integrates_to_the_true_angle(planar: Simulation, placement: Placement) -> None:
    block = planar.samples[placement]
    turned = CubicSpline(block.time, block.gyr[:, 2]).antiderivative()(block.time)
    true = angle_at(planar, placement, block.time)
    assert np.degrees(np.abs((turned - turned[0]) - (true - true[0]))).max() < 0.02


@pytest.mark.parametrize("placement", PLACEMENTS, ids=str)
def test_standing_still_the_accelerometer_shows_gravity(planar: Simulation, placement: Placement) -> None:
    block = planar.samples[placement][slice(400, 1600)]
    np.testing.assert_allclose(np.linalg.norm(block.acc, axis=1), GRAVITY, atol=0.03)
    tilt = np.arctan2(block.acc[:, 0], block.acc[:, 1])
    assert np.degrees(np.abs(tilt - angle_at(planar, placement, block.time))).max() < 0.3
