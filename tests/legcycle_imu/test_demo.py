import numpy as np
import pytest

from calibration.model import CalibrationSet, ZeroSource
from firmware_bridge.recording import Recording
from firmware_bridge.samples import Placement, Segment, Side
from legcycle_imu import analyse
from legcycle_imu.config import Config
from legcycle_imu.demo import bundled_recording, make, true_calibration
from legcycle_imu.simulation import draw_sensors


@pytest.fixture(scope="module")
def run():
    with bundled_recording() as path:
        return analyse(path, config=Config())


def test_the_bundled_recording_is_small_and_lasts_a_minute():
    with bundled_recording() as path, Recording.open(path) as recording:
        assert recording.duration_s == pytest.approx(60.0, abs=0.5)
        assert path.stat().st_size < 700_000


def test_it_starts_in_running_and_strides_come_at_once(run):
    for side in Side:
        first = next(s for s in run.strides if s.side is side)
        assert first.initial_contact_s < 1.5
        assert first.initial_contact_known_s - first.initial_contact_s < 0.2


def test_heel_and_knee_miss_their_targets_at_first_and_reach_them_when_it_gets_fast(run):
    slow = [s for s in run.strides if 1.0 < s.initial_contact_s < 4.0]
    fast = [s for s in run.strides if 15.0 < s.initial_contact_s < 25.0]
    assert all(s.knee_drive_deg < 40 for s in slow)
    assert np.nanmax([s.heel_lift_cm for s in slow]) < 0
    assert all(s.knee_drive_deg > 50 for s in fast)
    assert all(s.heel_lift_cm > 0 for s in fast)


def test_the_calibration_is_the_true_one():
    sensors = draw_sensors(5)
    known = CalibrationSet.from_json(true_calibration(sensors).to_json())
    for setup in sensors:
        leg = known.leg(setup.placement.side)
        assert leg is not None
        assert leg.zero_source is ZeroSource.GIVEN
        segment = leg[setup.placement.segment]
        np.testing.assert_array_equal(segment.matrix(), setup.mounting)
        np.testing.assert_array_equal(segment.gyr_bias_rad_s, setup.gyr_bias)


def test_one_leg_has_a_calibration_of_its_own():
    left = tuple(Placement(Side.LEFT, segment) for segment in Segment)
    assert [leg.side for leg in true_calibration(draw_sensors(1, left)).legs] == [Side.LEFT]


def test_it_can_be_made_anew(tmp_path, run):
    path = tmp_path / "demo.legcycle"
    make(path)
    again = analyse(path, config=Config())
    assert len(again.strides) == len(run.strides)
    times = [[s.initial_contact_s for s in found] for found in (again.strides, run.strides)]
    np.testing.assert_allclose(*times, atol=1e-6)
