"""The virtual sensor: its clock errs as it is told to, its packets are ready after their last sample."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from firmware_bridge.samples import SampleBlock
from firmware_bridge.virtual.sensor import PROCESSING_S, VirtualClock, VirtualSensor

clocks = st.builds(
    VirtualClock,
    ppm=st.floats(-100, 100),
    offset_s=st.floats(0, 5000),
    warming_ppm=st.floats(-50, 50),
    warming_s=st.floats(10, 600),
)


class Echo:
    """A program that says what it was given: times of samples, of questions, of packets that left."""

    def __init__(self, serial: int = 0) -> None:
        self.serial = serial

    def push(self, block: SampleBlock) -> list[bytes]:
        return [f"{self.serial} samples {len(block)} from {block.time[0]:.4f}".encode()] if len(block) else []

    def received(self, data: bytes, at_s: float) -> list[bytes]:
        return [b"%d got %s at %.4f" % (self.serial, data, at_s)]

    def left(self, data: bytes, at_s: float) -> list[bytes]:
        return [b"%d left at %.4f" % (self.serial, at_s)] if b"got" in data else []

    def info(self) -> bytes:
        return b"echo"


def block(time: np.ndarray) -> SampleBlock:
    return SampleBlock(time, np.zeros((len(time), 3)), np.zeros((len(time), 3)), np.zeros(len(time), np.uint8))


@settings(max_examples=50, derandomize=True, deadline=None)
@given(clock=clocks, times=st.lists(st.floats(0, 7200), min_size=1, max_size=20))
def test_the_time_at_which_a_clock_shows_something_is_found_again(clock: VirtualClock, times: list[float]) -> None:
    true = np.array(times)
    assert clock.true_s(clock.run_s(true)) == pytest.approx(true, abs=1e-9)


def test_a_clock_gains_its_parts_per_million() -> None:
    shown = VirtualClock(ppm=40.0, offset_s=5.0).read(np.array([0.0, 60.0]))
    assert shown == pytest.approx([5.0, 65.0 + 60 * 40e-6], abs=1e-12)


def test_a_clock_that_warms_gains_more_and_more() -> None:
    clock = VirtualClock(warming_ppm=20.0, warming_s=100.0)
    rate = np.diff(clock.run_s(np.array([0.0, 1.0, 1000.0, 1001.0])))[[0, 2]] - 1.0
    assert rate == pytest.approx([20e-6 * 0.005, 20e-6], rel=0.01)


def test_a_clock_that_starts_anew_shows_nought() -> None:
    clock = VirtualClock(offset_s=700.0, restarts_s=(10.0, 20.0))
    assert clock.read(np.array([9.0, 10.0, 12.0, 21.5])) == pytest.approx([709.0, 0.0, 2.0, 1.5])


def test_groups_have_a_packets_samples_for_any_cutting() -> None:
    time = np.arange(100) / 200.0
    cut, whole = (VirtualSensor(Echo, VirtualClock(), 7) for _ in range(2))
    groups = [group for part in np.split(time, [3, 4, 30, 31, 90]) for group in cut.groups(block(part))]
    assert [group.time.tolist() for group in groups] == [group.time.tolist() for group in whole.groups(block(time))]
    assert {len(group) for group in groups} == {7}
    assert len(groups) == 100 // 7


def test_a_packet_is_ready_after_its_last_sample_and_carries_the_sensors_time() -> None:
    sensor = VirtualSensor(Echo, VirtualClock(offset_s=100.0), 5)
    (group,) = sensor.groups(block(1.0 + np.arange(5) / 200.0))
    (packet,) = sensor.measured(group)
    assert packet.ready_s == pytest.approx(1.02 + PROCESSING_S)
    assert packet.data == b"0 samples 5 from 101.0000"


def test_answers_carry_the_sensors_time_and_are_ready_at_once() -> None:
    sensor = VirtualSensor(Echo, VirtualClock(offset_s=100.0), 5)
    (answer,) = sensor.received(b"ping", 3.0)
    assert answer == (3.0, b"0 got ping at 103.0000")
    assert sensor.left(answer.data, 3.5) == [(3.5, b"0 left at 103.5000")]
    assert sensor.left(b"samples", 3.5) == []
    assert sensor.info() == b"echo"


def test_a_restart_makes_the_program_anew_and_forgets_what_it_had_measured() -> None:
    serials = iter(range(9))
    sensor = VirtualSensor(lambda: Echo(next(serials)), VirtualClock(offset_s=100.0, restarts_s=(1.012,)), 5)
    (group,) = sensor.groups(block(1.0 + np.arange(5) / 200.0))
    assert sensor.measured(group)[0].data == b"1 samples 2 from 0.0030"
    assert sensor.received(b"ping", 2.012)[0].data == b"1 got ping at 1.0000"
