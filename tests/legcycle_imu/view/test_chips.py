from math import inf

import pytest

from firmware_bridge.backlog import Amount
from firmware_bridge.recorder_state import Condition, RecorderState
from firmware_bridge.samples import Side
from firmware_bridge.sensor_health import SensorHealth, State
from legcycle_imu.view.chips import recorder_chip, sensor_chip, unreported
from tests.legcycle_imu.view.made import sensors

THIGH, SHANK = sensors(Side.LEFT)
GOOD = SensorHealth(State.STREAMING, (), 0.02, 199.6, 199.6, 0.001, 0.031, 0.035, 0.0, 0.0, 0.87)


def test_a_chip_has_state_by_shape_and_word_and_all_numbers():
    chip = sensor_chip(THIGH, GOOD)
    assert (chip.label, chip.mark, chip.here) == ("LT", ("●", "streaming"), True)
    assert (chip.rate_hz, chip.loss, chip.battery, chip.age_s) == (199.6, 0.001, 0.87, 0.02)
    assert chip.text == "200 Hz · loss 0.1 % · battery 87 % · 0.0 s"
    assert chip.sentence == "Streams."


def test_what_is_not_known_is_a_dash():
    chip = sensor_chip(SHANK, SensorHealth())
    assert (chip.label, chip.mark, chip.here) == ("LS", ("○", "waiting"), False)
    assert chip.text == "– · loss – · battery – · –"


def test_labels_tell_all_sensors_apart():
    assert len({sensor_chip(facts, GOOD).label for facts in sensors()}) == 4


def test_a_lost_sensor_says_why():
    chip = sensor_chip(SHANK, SensorHealth(State.LOST, ("Lost 3 s ago: out of reach",), 3.0))
    assert (chip.mark, chip.here, chip.sentence) == (("✖", "lost"), False, "Lost 3 s ago: out of reach")


@pytest.mark.parametrize(
    ("latest_s", "state", "age_s"),
    [(-inf, State.WAITING, None), (9.9, State.STREAMING, 0.1), (10.02, State.STREAMING, 0.0), (7.0, State.LOST, 3.0)],
)
def test_samples_alone_tell_whether_a_sensor_is_there(latest_s, state, age_s):
    health = unreported(latest_s, 10.0, 1.5)
    assert health.state is state
    assert health.age_s == (None if age_s is None else pytest.approx(age_s))
    assert health.rate_hz is None


@pytest.mark.parametrize(
    ("condition", "shape"), [(Condition.RECORDING, "●"), (Condition.WAITING, "▲"), (Condition.FAILING, "✖")]
)
def test_the_recorder_tells_its_state_size_and_time(condition, shape):
    nothing = Amount()
    state = RecorderState(condition, "Said.", 63.0, Amount(9, 3_100_000), nothing, Amount(2, 80), 0.3, alarm=True)
    chip = recorder_chip(state)
    assert chip.mark == (shape, str(condition))
    assert chip.text == "0:01:03 · 3.1 MB"
    assert (chip.bytes, chip.lost, chip.lag_s, chip.alarm, chip.sentence) == (3_100_000, 2, 0.3, True, "Said.")
