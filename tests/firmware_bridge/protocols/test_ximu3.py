"""Published vector: the inertial message of the x-IMU3 User Manual v0.11, page 28."""

import math
import struct
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from firmware_bridge.protocols import PROTOCOLS, ClockKind
from firmware_bridge.protocols.packets import Introduction, Readings, Report
from firmware_bridge.protocols.ximu3 import ROW, Ximu3Decoder, Ximu3Encoder, binary, plain_of
from firmware_bridge.samples import SampleBlock

G = 9.80665
DEG = math.pi / 180
MANUAL = bytes.fromhex("c940420f0000000000" + "00000000" * 5 + "0000803f0a")
CLEAN = dict.fromkeys(("too_long", "bad_escape", "unknown", "bad_length", "unreadable", "not_measured", "cut_off"), 0)
f32 = st.floats(-9e4, 9e4, width=32)
stamps = st.one_of(st.integers(0, 2**53 - 1), st.just(0x0A0ADBDB0A), st.just(0xDB0ADCDD))


def decoder(**facts) -> Ximu3Decoder:
    return Ximu3Decoder([ROW.defaults._replace(**facts)])


def bits(packets) -> list:
    return [(p.time.tobytes(), p.gyr.tobytes(), p.acc.tobytes()) if isinstance(p, Readings) else p for p in packets]


def test_the_message_of_the_manual_has_its_values():
    (readings,) = decoder(node=4).push(MANUAL)

    assert readings.node == 4
    assert readings.time.tolist() == [1.0]
    assert readings.gyr[0].tolist() == [0.0, 0.0, 0.0]
    assert readings.acc[0].tolist() == [0.0, 0.0, G]
    assert binary("I", 1_000_000, (0, 0, 0, 0, 0, 1)) == MANUAL


def test_ascii_says_the_same():
    (readings,) = decoder().push(b"I,1000000,1.0000,-2.0000,300.5000,0.0000,0.5000,1.0000\r\n")

    assert readings.time.tolist() == [1.0]
    assert readings.gyr[0] / DEG == pytest.approx([1.0, -2.0, 300.5])
    assert readings.acc[0] / G == pytest.approx([0.0, 0.5, 1.0])


@settings(max_examples=100, derandomize=True)
@given(st.lists(st.tuples(stamps, *[f32] * 6), min_size=1, max_size=8))
def test_samples_survive_the_way_through_bytes(rows):
    subject = decoder()
    table = np.array([row[1:] for row in rows], float)
    time = np.array([row[0] / 1e6 for row in rows])
    block = SampleBlock(time, table[:, :3] * DEG, table[:, 3:] * G, np.zeros(len(rows), np.uint8))

    messages = Ximu3Encoder(ROW.defaults).push(block)
    readings = [r for message in messages for r in subject.push(message)]

    assert all(message.count(b"\n") == 1 for message in messages)
    assert np.concatenate([r.time for r in readings]).tolist() == time.tolist()
    assert np.concatenate([r.gyr for r in readings]) == pytest.approx(block.gyr, rel=1e-6, abs=1e-9)
    assert np.concatenate([r.acc for r in readings]) == pytest.approx(block.acc, rel=1e-6, abs=1e-9)
    assert subject.dirt == CLEAN


@settings(max_examples=100, derandomize=True)
@given(st.binary(max_size=40))
def test_escapes_are_undone(content):
    message = binary("N", 1, text=content)

    assert message.count(b"\n") == 1
    assert plain_of(message[:-1])[9:] == content


pieces_of_stream = st.lists(
    st.one_of(
        st.just(MANUAL),
        st.just(b"I,7,1,2,3,4,5,6\r\n"),
        st.just(b'{"ping":{"name":"a","sn":"b"}}\r\n'),
        st.just(b"\n"),
        st.just(bytes(1500)),
        st.binary(max_size=40),
    ),
    max_size=10,
)


@settings(max_examples=100, derandomize=True)
@given(pieces_of_stream, st.lists(st.integers(0, 4000), max_size=12))
def test_any_cut_gives_the_same(parts, cuts):
    data = b"".join(parts)
    edges = [0, *sorted(min(cut, len(data)) for cut in cuts), len(data)]
    whole, pieces = decoder(), decoder()

    expected = bits(whole.push(data) + whole.flush())
    got = bits([p for a, b in pairwise(edges) for p in pieces.push(data[a:b])] + pieces.flush())

    assert got == expected
    assert pieces.dirt == whole.dirt


@settings(max_examples=80, derandomize=True)
@given(st.binary(max_size=3000))
def test_the_first_message_after_garbage_and_an_end_is_found(garbage):
    subject = decoder()
    subject.push(garbage + b"\n")

    assert len(subject.push(MANUAL)) == 1


@pytest.mark.parametrize(
    ("message", "kind"),
    [
        (b"\xc9" + bytes(2000) + b"\n", "too_long"),
        (MANUAL[:-1] + b"\xdb\x00\n", "bad_escape"),
        (MANUAL[:-1] + b"\xdb\n", "bad_escape"),
        (b"\n", "unknown"),
        (b"z,1,2\r\n", "unknown"),
        (b"\xfa" + bytes(8) + b"\n", "unknown"),
        (MANUAL[:-2] + b"\n", "bad_length"),
        (MANUAL[:-1] + b"\x00\n", "bad_length"),
        (b"\xc9\n", "bad_length"),
        (b"I,1,2,3\r\n", "bad_length"),
        (b"II,1,2,3,4,5,6,7\r\n", "bad_length"),
        (b"N,1\r\n", "bad_length"),
        (b"I,one,1,2,3,4,5,6\r\n", "unreadable"),
        (b"I,1,one,2,3,4,5,6\r\n", "unreadable"),
        (b"I,-1,1,2,3,4,5,6\r\n", "unreadable"),
        (b"I," + b"9" * 900 + b",1,2,3,4,5,6\r\n", "unreadable"),
        (b'{"ping":\n', "unreadable"),
        (b'{"ping":7}\n', "unreadable"),
        (b'{"a":' * 150 + b"\n", "unreadable"),
        (b'{"a":' + b"[" * 1000 + b"\n", "unreadable"),
        (b"{" + b"\xff\n", "unreadable"),
        (b"I,1,nan,2,3,4,5,6\r\n", "not_measured"),
        (b"B,1,inf,2,3\r\n", "not_measured"),
        (binary("I", 1, (0, 0, math.nan, 0, 0, 0)), "not_measured"),
        (binary("I", 1, (0, 0, 0, 0, 0, 1e9)), "not_measured"),
    ],
)
def test_every_kind_of_dirt_is_counted_once_and_the_next_message_is_whole(message, kind):
    subject = decoder()

    assert subject.push(message) == []
    assert subject.dirt == CLEAN | {kind: 1}
    assert len(subject.push(MANUAL)) == 1


@pytest.mark.parametrize("begun", [MANUAL[:-1], bytes(2000)])
def test_a_link_that_broke_in_a_message_begins_anew_with_the_next(begun):
    subject = decoder()
    subject.push(begun)

    assert subject.flush() == []
    assert subject.flush() == []
    assert subject.dirt == CLEAN | {"cut_off": 1}
    assert len(subject.push(MANUAL)) == 1


@pytest.mark.parametrize(
    ("message", "report"),
    [
        (binary("B", 5, (84.5, 3.9, 1.0)), Report(1, pytest.approx(0.845))),
        (b"B,5,84.5,3.9,1\r\n", Report(1, 0.845)),
        (b"B,5,104,4.2,2\r\n", Report(1, 1.0)),
        (binary("N", 5, text=b"Button pressed."), Report(1, text="Button pressed.")),
        (b"N,5,Hello, you.\r\n", Report(1, text="Hello, you.")),
        (b"F,5,SD card.\r\n", Report(1, text="The sensor reports an error: SD card.")),
        (binary("F", 5, text=b"\xff\n"), Report(1, text="The sensor reports an error: �\n")),
    ],
)
def test_reports_are_understood_in_both_forms(message, report):
    assert decoder(node=1).push(message) == [report]


@pytest.mark.parametrize(
    "message",
    [
        *[
            binary(letter, 5, [0.5] * count)
            for letter, count in {
                "M": 3, "Q": 4, "A": 3, "R": 9, "L": 7, "E": 7, "H": 3, "T": 1, "W": 2, "U": 4, "O": 1, "Y": 1,
            }.items()
        ],
        binary("S", 5, text=b"abc"),
        binary("C", 5, text=b"01:02:03:04"),
        b"W,5,100,-40\r\n",
        b"Q,5,1,0,0,0\r\n",
        b'{"apply":null}\r\n',
        b'{"inertial_message_rate_divisor":2}\r\n',
        b"^1I,5,0,0,0,0,0,1\r\n",
    ],
)  # fmt: skip
def test_messages_that_are_not_needed_are_no_dirt(message):
    subject = decoder()

    assert subject.push(message) == []
    assert subject.dirt == CLEAN


@pytest.mark.parametrize("names", [("name", "sn"), ("deviceName", "serialNumber")], ids=["new", "old"])
def test_the_answer_to_a_ping_tells_who_it_is(names):
    ping = f'{{"ping":{{"interface":"USB","{names[0]}":"x-IMU3 thigh","{names[1]}":"0123-4567"}}}}\r\n'

    assert decoder().push(ping.encode()) == [Introduction(0, "0123-4567", "x-IMU3 thigh")]


def test_an_answer_without_names_tells_none():
    assert decoder().push(b'{"ping":{}}\r\n') == [Introduction(0)]
    assert decoder().push(b'{"ping":{"sn":7,"name":""}}\r\n') == [Introduction(0)]


@pytest.mark.parametrize(("rate_hz", "divisor"), [(400.0, 1), (200.0, 2), (100.0, 4), (50.0, 8), (1000.0, 1)])
def test_a_start_asks_who_it_is_and_sets_what_is_sent(rate_hz, divisor):
    said = [step.data for step in ROW.serial.conversation.start(ROW.defaults._replace(rate_hz=rate_hz))]

    assert said[0] == ROW.serial.ask == b'{"ping":null}\n'
    assert f'{{"inertial_message_rate_divisor":{divisor}}}\n'.encode() in said
    assert said[-1] == b'{"apply":null}\n'
    assert not any(b"save" in data for data in said)


def test_it_can_be_identified():
    assert [step.data for step in ROW.udp.conversation.identify(ROW.defaults)] == [b'{"strobe":null}\n']


def test_one_row_serves_cable_and_network():
    assert PROTOCOLS["ximu3"] is ROW
    assert ROW.clock is ClockKind.DEVICE
    assert ROW.wrap_s == math.inf
    assert (ROW.udp.port, ROW.udp.reply_port) == (8000, 9000)
    assert ROW.serial.conversation == ROW.udp.conversation


def test_stamps_of_64_bits_are_read():
    (readings,) = decoder().push(binary("I", 2**64 - 1, (0.0,) * 6))

    assert readings.time[0] == pytest.approx(2**64 / 1e6)
    assert struct.calcsize("<BQ") == 9
