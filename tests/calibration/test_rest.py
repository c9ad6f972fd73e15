from math import radians

import numpy as np
import pytest

from calibration.rest import RestDetector, RestSettings
from firmware_bridge.samples import SampleBlock

RATE_HZ = 100.0
WINDOW = round(RestSettings().window_s * RATE_HZ)


def block(seconds: float, gyr: float = 0.0, noise: float = 0.0, acc_noise: float = 0.0) -> SampleBlock:
    n, rng = round(seconds * RATE_HZ), np.random.default_rng(1)
    rates, forces = rng.normal(0.0, noise, (n, 3)) + gyr, rng.normal((0.0, 9.81, 0.0), acc_noise, (n, 3))
    return SampleBlock(np.arange(n) / RATE_HZ, rates, forces, np.zeros(n, np.uint8))


def test_a_second_of_stillness_is_rest():
    windows = RestDetector(RATE_HZ).push(block(3.0, gyr=0.01))
    assert windows.still.all()
    assert windows.resting.tolist() == [False] * 3 + [True] * 9
    np.testing.assert_array_equal(windows.end, np.arange(1, 13) * WINDOW)
    np.testing.assert_allclose(windows.gyr, 0.01)
    np.testing.assert_allclose(windows.acc, np.tile([0.0, 9.81, 0.0], (12, 1)))


@pytest.mark.parametrize(
    "moving",
    [
        pytest.param(block(3.0, noise=radians(5.0)), id="turning to and fro"),
        pytest.param(block(3.0, acc_noise=1.0), id="shaking"),
        pytest.param(block(3.0, gyr=radians(20.0)), id="turning slowly and steadily"),
    ],
)
def test_movement_is_no_rest(moving: SampleBlock):
    assert not RestDetector(RATE_HZ).push(moving).still.any()


def test_a_person_standing_rests():
    assert RestDetector(RATE_HZ).push(block(3.0, gyr=radians(1.0), noise=radians(0.3), acc_noise=0.05)).resting[-1]


def test_movement_begins_the_count_anew():
    detector = RestDetector(RATE_HZ)
    assert detector.push(block(2.0)).resting[-1]
    detector.push(block(1.0, noise=radians(50.0)))
    assert detector.push(block(1.0)).resting.tolist() == [False, False, False, True]


def test_a_reset_begins_the_count_and_the_window_anew():
    detector = RestDetector(RATE_HZ)
    detector.push(block(2.1))
    detector.reset()
    assert detector.push(block(1.0)).resting.tolist() == [False, False, False, True]


def test_ends_count_from_the_block_even_of_windows_begun_before():
    detector = RestDetector(RATE_HZ)
    assert len(detector.push(block(0.2)).end) == 0
    assert detector.push(block(0.3)).end.tolist() == [5, 30]
