"""Published vectors: `dot_*` (Movella DOT BLE Service Specification XD0506P revision C, July 2023)."""

import math
import struct

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from firmware_bridge.protocols import PROTOCOLS, ClockKind
from firmware_bridge.protocols.dot import DEVICE_CONTROL, DEVICE_INFO, MEASURE, ROW, DotDecoder, DotEncoder
from firmware_bridge.protocols.packets import Introduction, Report
from firmware_bridge.protocols.profiles import Advert, Read
from firmware_bridge.samples import SampleBlock

DEG = math.pi / 180
RATE_QUANTITIES = bytes.fromhex("40420f0000000000000000000ae81c410000803f000000c000409643")
CUSTOM_5 = bytes.fromhex("1b4100000000803f00000000000000000000000000000000000000000ae81c41000000000000000000000000")
CLEAN = {"unknown": 0, "not_measured": 0}
f32 = st.floats(-9e4, 9e4, width=32)


def decoder(**facts) -> DotDecoder:
    return DotDecoder([ROW.defaults._replace(**facts)])


@pytest.mark.parametrize("length", [28, 29, 40, 43])
def test_published_rate_quantities_have_their_values_at_any_length(length):
    (readings,) = decoder(node=1).push(RATE_QUANTITIES.ljust(length, b"\0"))

    assert readings.node == 1
    assert readings.time.tolist() == [1.0]
    assert readings.acc[0] == pytest.approx([0.0, 0.0, 9.80665], rel=1e-7)
    assert readings.gyr[0] / DEG == pytest.approx([1.0, -2.0, 300.5])


@pytest.mark.parametrize("length", [44, 45, 63, 64])
def test_published_custom_5_has_its_values_at_any_length(length):
    (readings,) = decoder().push(CUSTOM_5.ljust(length, b"\0"))

    assert readings.time.tolist() == [0.016667]
    assert readings.acc[0] == pytest.approx([0.0, 0.0, 9.80665], rel=1e-7)
    assert readings.gyr[0].tolist() == [0.0, 0.0, 0.0]


def test_rates_of_custom_5_are_those_behind_quaternion_and_acceleration():
    (readings,) = decoder().push(struct.pack("<I10f", 5, 0.1, 0.2, 0.3, 0.4, 1.0, 2.0, 3.0, 10.0, 20.0, 30.0))

    assert readings.acc[0].tolist() == [1.0, 2.0, 3.0]
    assert readings.gyr[0] / DEG == pytest.approx([10.0, 20.0, 30.0])


@settings(max_examples=60, derandomize=True)
@given(st.lists(st.tuples(*[f32] * 6), min_size=1, max_size=10), st.integers(0, 2**32 - 20))
def test_samples_survive_the_way_through_bytes(rows, stamp_us):
    table = np.array(rows, float)
    time = (stamp_us + np.arange(len(table))) / 1e6
    block = SampleBlock(time, table[:, 3:] * DEG, table[:, :3], np.zeros(len(table), np.uint8))
    subject = decoder()

    packets = DotEncoder(ROW.defaults).push(block)
    readings = [r for packet in packets for r in subject.push(packet)]

    assert {len(packet) for packet in packets} == {28}
    assert np.concatenate([r.time for r in readings]) == pytest.approx(time, abs=1e-9)
    assert np.concatenate([r.acc for r in readings]).tolist() == block.acc.tolist()
    assert np.concatenate([r.gyr for r in readings]) == pytest.approx(block.gyr, abs=1e-9, rel=1e-6)
    assert subject.dirt == CLEAN


def test_the_stamp_wraps():
    block = SampleBlock(np.array([ROW.wrap_s + 0.25]), np.zeros((1, 3)), np.zeros((1, 3)), np.zeros(1, np.uint8))

    (readings,) = decoder().push(DotEncoder(ROW.defaults).push(block)[0])

    assert readings.time.tolist() == [0.25]
    assert ROW.wrap_s == pytest.approx(71.6 * 60, abs=3)


@pytest.mark.parametrize("bad", [math.nan, math.inf, -math.inf, 1e7])
@pytest.mark.parametrize("place", [4, 24])
def test_numbers_that_no_sensor_measures_are_left_out_and_counted(bad, place):
    packet = bytearray(RATE_QUANTITIES)
    packet[place : place + 4] = struct.pack("<f", bad)
    subject = decoder()

    assert subject.push(bytes(packet)) == []
    assert subject.dirt == CLEAN | {"not_measured": 1}


@pytest.mark.parametrize("length", [0, 1, 3, 16, 18, 20, 27])
def test_packets_of_no_known_length_are_counted(length):
    subject = decoder()

    assert subject.push(bytes(length)) == []
    assert subject.dirt == CLEAN | {"unknown": 1}
    assert len(subject.push(RATE_QUANTITIES)) == 1


def test_nothing_is_held_back():
    subject = decoder()
    subject.push(RATE_QUANTITIES[:20])

    assert subject.flush() == []
    assert len(subject.push(RATE_QUANTITIES)) == 1


def test_a_start_stops_sets_the_rate_and_measures_as_published():
    who, halt, control, measure = ROW.ble.conversation.start(ROW.defaults._replace(rate_hz=30.0))

    assert isinstance(who, Read)
    assert (halt.data.hex(), halt.characteristic) == ("010015", MEASURE)
    assert (measure.data.hex(), measure.characteristic) == ("010115", MEASURE)
    assert control.characteristic == DEVICE_CONTROL == "15171002-4947-11e9-8646-d663bd873d93"
    assert control.data == b"\x10" + bytes(23) + b"\x1e\x00" + bytes(6)


def test_a_stop_is_as_published():
    assert [step.data.hex() for step in ROW.ble.conversation.stop(ROW.defaults)] == ["010015"]


def test_it_can_be_identified():
    (step,) = ROW.ble.conversation.identify(ROW.defaults)

    assert step.characteristic == DEVICE_CONTROL
    assert step.data == b"\x01\x01" + bytes(30)


def test_the_battery_is_read():
    (step,) = ROW.ble.conversation.poll(ROW.defaults, 0)

    assert step.characteristic == "15173001-4947-11e9-8646-d663bd873d93"
    assert decoder(node=2).push(step.wrap(bytes([85, 0]))) == [Report(2, 0.85)]


def test_a_battery_that_is_none_is_counted():
    subject = decoder()

    assert subject.push(bytes([101, 0])) == []
    assert subject.dirt == CLEAN | {"unknown": 1}


@pytest.mark.parametrize(("code", "model"), [(b"XS-T01", "DOT"), (b"XS-T02", "DOT v2")])
def test_the_device_information_tells_who_it_is(code, model):
    value = struct.pack("<6s3B7sIQ6s", b"\xd4\x22\xcd\x00\x01\x02", 2, 4, 1, bytes(7), 7, 0xD422CD000102, code)
    step = ROW.ble.conversation.start(ROW.defaults)[0]

    assert len(value) == 34
    assert step.characteristic == DEVICE_INFO
    assert decoder().push(step.wrap(value)) == [Introduction(0, "D422CD000102", f"Movella {model}, firmware 2.4.1")]


def test_a_device_information_that_is_too_short_is_counted():
    subject = decoder()

    assert subject.push(ROW.ble.conversation.start(ROW.defaults)[0].wrap(bytes(33))) == []
    assert subject.dirt == CLEAN | {"unknown": 1}


@pytest.mark.parametrize(
    ("advert", "recognised"),
    [
        (Advert("Movella DOT", (), {}), True),
        (Advert("Xsens DOT", (), {}), True),
        (Advert("", (), {0x0886: b"\x01"}), True),
        (Advert("DOT", (), {0x009F: b""}), False),
    ],
)
def test_adverts_are_recognised(advert, recognised):
    assert ROW.ble.recognises(advert) is recognised


def test_the_row_says_60_hz_at_most():
    assert PROTOCOLS["dot"] is ROW
    assert ROW.clock is ClockKind.DEVICE
    assert ROW.whole
    assert max(ROW.rates_hz) == ROW.defaults.rate_hz == 60.0
    assert "60 Hz" in ROW.about
    assert ROW.ble.notify == ("15172003-4947-11e9-8646-d663bd873d93", "15172002-4947-11e9-8646-d663bd873d93")
