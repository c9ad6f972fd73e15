"""Published vectors: `gsp_sub`, `gsp_imu6`, of movesense.com/docs/esw/gatt_sensordata_protocol."""

import math
import struct

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from firmware_bridge.protocols import PROTOCOLS, ClockKind
from firmware_bridge.protocols.movesense import (
    BATTERY,
    NOTIFY,
    ROW,
    SERVICE,
    WRITE,
    MovesenseDecoder,
    MovesenseEncoder,
    notifications,
)
from firmware_bridge.protocols.packets import Introduction, Readings, Report
from firmware_bridge.protocols.profiles import Advert, Read
from firmware_bridge.samples import SampleBlock

DEG = math.pi / 180
SUBSCRIBE = "01632f4d6561732f494d55362f313034"
IMU6 = bytes.fromhex(
    "0263393000000000803f0000004000004040000080400000a0400000c040000020410000a0410000f041000020420000484200007042"
)
CLEAN = {"unknown": 0, "stray_part": 0, "cut_off": 0, "too_long": 0, "not_measured": 0}
f32 = st.floats(-9e4, 9e4, width=32)
samples = st.lists(st.tuples(*[f32] * 6), min_size=1, max_size=30)


def decoder(**facts) -> MovesenseDecoder:
    return MovesenseDecoder([ROW.defaults._replace(**facts)])


def body(stamp_ms: int, acc, gyr) -> bytes:
    flat = [number for row in (*acc, *gyr) for number in row]
    return struct.pack(f"<I{len(flat)}f", stamp_ms, *flat)


def block_of(rows, start_s: float = 0.0) -> SampleBlock:
    table = np.array(rows, float)
    time = start_s + np.arange(len(table)) / 104
    return SampleBlock(time, table[:, 3:] * DEG, table[:, :3], np.zeros(len(table), np.uint8))


def decoded(subject: MovesenseDecoder, packets) -> list[Readings]:
    return [p for packet in packets for p in subject.push(packet) if isinstance(p, Readings)]


def test_published_data_have_their_values_all_accelerations_before_all_rates():
    (readings,) = decoder(node=3).push(IMU6)

    assert readings.node == 3
    assert readings.time == pytest.approx([12.345, 12.345 + 1 / 104])
    assert readings.acc.tolist() == [[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]
    assert readings.gyr / DEG == pytest.approx(np.array([[10.0, 20.0, 30.0], [40.0, 50.0, 60.0]]))


def test_a_start_says_hello_and_subscribes_as_published():
    hello, subscribe = ROW.ble.conversation.start(ROW.defaults)

    assert hello.data == b"\x00\x62"
    assert subscribe.data.hex() == SUBSCRIBE
    assert {hello.characteristic, subscribe.characteristic} == {WRITE}


def test_the_rate_is_part_of_the_path():
    assert ROW.ble.conversation.start(ROW.defaults._replace(rate_hz=208.0))[1].data == b"\x01\x63/Meas/IMU6/208"


def test_a_stop_takes_the_subscription_back():
    assert [step.data for step in ROW.ble.conversation.stop(ROW.defaults)] == [b"\x02\x63"]


@settings(max_examples=60, derandomize=True)
@given(samples, st.integers(0, 2**32 - 1))
def test_samples_survive_the_way_through_notifications(rows, stamp_ms):
    block = block_of(rows, stamp_ms / 1000)
    subject = decoder()

    packets = MovesenseEncoder(ROW.defaults).push(block)
    readings = decoded(subject, packets)

    assert max(map(len, packets)) <= 158
    assert np.concatenate([r.acc for r in readings]).tolist() == block.acc.tolist()
    assert np.concatenate([r.gyr for r in readings]) == pytest.approx(block.gyr, abs=1e-9, rel=1e-6)
    assert readings[0].time[0] == stamp_ms / 1000
    assert [len(r.gyr) for r in readings[:-1]] == [8] * (len(readings) - 1)
    assert subject.dirt == CLEAN


def test_the_stamp_wraps():
    (first, second) = MovesenseEncoder(ROW.defaults).push(block_of([(0.0,) * 6], ROW.wrap_s + 0.005)), b""

    (readings,) = decoder().push(first[0])
    assert second == b""
    assert readings.time.tolist() == [0.005]
    assert ROW.wrap_s == pytest.approx(4294967.296)


def test_continuations_are_put_together():
    acc, gyr = [(1.0, 2.0, 3.0)] * 9, [(4.0, 5.0, 6.0)] * 9
    first, second = notifications(body(1000, acc, gyr))
    subject = decoder()

    assert (first[:2].hex(), second[:2].hex()) == ("0263", "0363")
    assert subject.push(first) == []
    (readings,) = subject.push(second)
    assert readings.acc.tolist() == [list(row) for row in acc]
    assert subject.dirt == CLEAN


def test_a_continuation_of_nothing_is_counted():
    subject = decoder()

    assert subject.push(b"\x03\x63" + bytes(24)) == []
    assert subject.dirt == CLEAN | {"stray_part": 1}


def test_data_whose_rest_never_came_are_counted_and_the_next_are_whole():
    first, _ = notifications(body(0, [(0.0,) * 3] * 8, [(0.0,) * 3] * 8))
    subject = decoder()
    subject.push(first)

    assert len(subject.push(IMU6)) == 1
    assert subject.dirt == CLEAN | {"cut_off": 1}
    subject.push(first)
    assert subject.flush() == []
    assert subject.flush() == []
    assert subject.dirt == CLEAN | {"cut_off": 2}


def test_a_sensor_that_cuts_between_samples_is_found_out_by_its_first_continuation():
    acc, gyr = [(1.0, 2.0, 3.0)] * 8, [(4.0, 5.0, 6.0)] * 8
    whole = body(1000, acc, gyr)
    first, second = b"\x02\x63" + whole[:148], b"\x03\x63" + whole[148:]
    subject = decoder()
    decoded(subject, [first, second])

    later = decoded(subject, [first, second, first, second])

    assert [len(r.acc) for r in later] == [8, 8]
    assert later[0].acc.tolist() == [list(row) for row in acc]
    assert later[0].gyr / DEG == pytest.approx(np.array(gyr))
    assert subject.dirt == CLEAN | {"stray_part": 1}


def test_a_stray_continuation_costs_one_packet_at_most():
    subject = decoder()
    subject.push(IMU6)
    subject.push(b"\x03\x63" + bytes(48))

    assert [len(decoded(subject, [IMU6])) for _ in range(3)] == [0, 1, 1]
    assert subject.dirt == CLEAN | {"stray_part": 1, "cut_off": 1}


def test_a_doubled_continuation_costs_nothing():
    first, second = notifications(body(1000, [(1.0,) * 3] * 8, [(4.0,) * 3] * 8))
    subject = decoder()

    assert len(decoded(subject, [first, second, second, first, second])) == 2
    assert subject.dirt == CLEAN | {"stray_part": 1}


def test_endless_continuations_are_cut():
    subject = decoder()
    subject.push(b"\x02\x63" + bytes(101))

    for _ in range(20):
        subject.push(b"\x03\x63" + bytes(156))

    assert subject.dirt["too_long"] == 1
    assert len(subject.push(IMU6)) == 1


@pytest.mark.parametrize("bad", [math.nan, math.inf, -math.inf, 1e30])
def test_numbers_that_no_sensor_measures_are_left_out_and_counted(bad):
    subject = decoder()

    assert subject.push(b"\x02\x63" + body(0, [(0.0, 0.0, bad)], [(0.0,) * 3])) == []
    assert subject.push(b"\x02\x63" + body(0, [(0.0,) * 3], [(bad, 0.0, 0.0)])) == []
    assert subject.dirt == CLEAN | {"not_measured": 2}


def test_a_signalling_nan_is_counted_too():
    subject = decoder()

    assert subject.push(b"\x02\x63" + bytes(4) + b"\x01\x00\x80\x7f" + bytes(20)) == []
    assert subject.dirt["not_measured"] == 1


@pytest.mark.parametrize("data", [b"", b"\x02", b"\x02\x63", b"\x02\x62" + bytes(28), b"\x09\x63" + bytes(28)])
def test_what_is_no_packet_is_counted(data):
    subject = decoder()

    assert subject.push(data) == []
    assert subject.dirt == CLEAN | {"unknown": 1}


@pytest.mark.parametrize("answer", ["0163c800", "016300c8", "0162c800", "0162c900", "016348656c6c6f", "0163"])
def test_a_command_that_went_well_says_nothing(answer):
    subject = decoder()

    assert subject.push(bytes.fromhex(answer)) == []
    assert subject.dirt == CLEAN


@pytest.mark.parametrize(
    ("answer", "status"), [("016301fb", 507), ("0163fb01", 507), ("01639401", 404), ("01630194", 404)]
)
def test_a_refusal_is_read_in_both_orders_of_its_bytes(answer, status):
    (report,) = decoder(node=1).push(bytes.fromhex(answer))

    assert report.node == 1
    assert str(status) in report.text


def test_the_battery_is_read_where_bluetooth_has_it():
    (step,) = ROW.ble.conversation.poll(ROW.defaults, 0)

    assert isinstance(step, Read)
    assert step.characteristic == BATTERY == "00002a19-0000-1000-8000-00805f9b34fb"
    assert decoder(node=2).push(step.wrap(b"\x4b")) == [Report(2, 0.75)]


def test_a_battery_that_is_none_is_counted():
    wrap = ROW.ble.conversation.poll(ROW.defaults, 0)[0].wrap
    subject = decoder()

    assert subject.push(wrap(b"\xff")) == subject.push(wrap(b"")) == []
    assert subject.dirt == CLEAN | {"unknown": 2}


def test_the_name_tells_the_serial_number():
    advert = Advert("Movesense 204730000081", ("0000fe06-0000-1000-8000-00805f9b34fb",), {0x9F: b""})

    assert ROW.ble.recognises(advert)
    assert ROW.ble.tells(advert) == [Introduction(0, "204730000081", "Movesense")]
    assert ROW.ble.recognises(Advert("", (SERVICE,), {}))
    assert not ROW.ble.recognises(Advert("Polar H10", (), {}))
    assert ROW.ble.tells(Advert("", (SERVICE,), {})) == []


def test_the_row_says_that_stamps_are_coarse():
    assert PROTOCOLS["movesense"] is ROW
    assert ROW.clock is ClockKind.DEVICE
    assert ROW.whole
    assert ROW.resolution_s == pytest.approx(0.001)
    assert ROW.ble.notify == (NOTIFY,)
    assert {104.0, 208.0} <= set(ROW.rates_hz)
