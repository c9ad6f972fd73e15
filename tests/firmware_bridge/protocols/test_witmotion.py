"""Published vectors: `wit_ble_capture` is a capture of a real sensor (a blog), `wit_cmds` are the vendor's commands."""

import copy
import math
import struct
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from firmware_bridge.protocols import PROTOCOLS, ClockKind
from firmware_bridge.protocols.packets import Readings, Report
from firmware_bridge.protocols.profiles import Advert
from firmware_bridge.protocols.witmotion import (
    BATTERY_REGISTER,
    DEFAULTS,
    NOTIFY,
    ROW,
    SERVICE,
    WRITE,
    WitmotionDecoder,
    WitmotionEncoder,
    charge_of,
    rate_code,
    read_register,
    write_register,
)
from firmware_bridge.samples import SampleBlock

G = 9.80665
DEG = math.pi / 180
CAPTURE = bytes.fromhex("55617702a8fe92fe060230fecdfff8f053fcabc4")
i16 = st.integers(-32768, 32767)
samples = st.lists(st.tuples(*[i16] * 6), min_size=1, max_size=12)


def frame(numbers) -> bytes:
    return b"\x55\x61" + struct.pack("<9h", *numbers, 0, 0, 0)


def answer(register: int, value: int, length: int = 20) -> bytes:
    return (b"\x55\x71" + struct.pack("<HH", register, value)).ljust(length, b"\x00")


def decoder(**facts) -> WitmotionDecoder:
    return WitmotionDecoder([DEFAULTS._replace(**facts)])


def raws(packets) -> list[tuple[int, ...]]:
    """The numbers as sent, acceleration first."""
    return [
        tuple(np.rint([*(p.acc[0] / (16 * G / 32768)), *(p.gyr[0] / (2000 * DEG / 32768))]).astype(int).tolist())
        for p in packets
        if isinstance(p, Readings)
    ]


def block_of(rows) -> SampleBlock:
    table = np.array(rows, float)
    acc, gyr = table[:, :3] * (16 * G / 32768), table[:, 3:] * (2000 * DEG / 32768)
    return SampleBlock(np.arange(len(table)) / 100.0, gyr, acc, np.zeros(len(table), np.uint8))


def test_a_capture_of_a_real_sensor_has_its_published_values():
    (readings,) = decoder().push(CAPTURE)

    assert readings.time is None
    assert readings.sequence is None
    assert readings.acc[0] / G == pytest.approx([0.3081, -0.1680, -0.1787], abs=5e-5)
    assert readings.gyr[0] / DEG == pytest.approx([31.616, -28.320, -3.113], abs=5e-4)
    assert raws([readings]) == [(631, -344, -366, 518, -464, -51)]


def test_the_ends_of_the_scale_are_16_g_and_2000_degrees_a_second():
    (readings,) = decoder().push(frame([-32768, 0, 32767, 32767, -32768, 0]))

    assert readings.acc[0] / G == pytest.approx([-16.0, 0.0, 16.0 * 32767 / 32768])
    assert readings.gyr[0] / DEG == pytest.approx([2000.0 * 32767 / 32768, -2000.0, 0.0])


def test_the_commands_are_the_vendors():
    assert read_register(0x64).hex() == "ffaa276400"
    assert read_register(0x3A).hex() == "ffaa273a00"
    assert read_register(0x51).hex() == "ffaa275100"
    assert [write_register(3, rate_code(hz)).hex() for hz in (50, 100, 200)] == [
        "ffaa030800",
        "ffaa030900",
        "ffaa030b00",
    ]


def test_a_start_unlocks_sets_the_rate_and_saves():
    steps = ROW.ble.conversation.start(DEFAULTS._replace(rate_hz=200.0))

    assert [step.data.hex() for step in steps] == ["ffaa6988b5", "ffaa030b00", "ffaa000000"]
    assert {step.characteristic for step in steps} == {WRITE}
    assert all(step.pause_s >= 0.1 for step in steps)


@pytest.mark.parametrize(("asked_hz", "code"), [(10, 6), (0.2, 1), (60, 8), (110, 9), (199, 0x0B), (1000, 0x0B)])
def test_a_rate_that_the_sensor_lacks_becomes_the_nearest(asked_hz, code):
    assert rate_code(asked_hz) == code


def test_the_battery_is_asked_for():
    (step,) = ROW.ble.conversation.poll(DEFAULTS, 3)

    assert (step.data.hex(), step.characteristic) == ("ffaa276400", WRITE)
    assert ROW.ble.conversation.poll_s == pytest.approx(30.0)


@pytest.mark.parametrize(
    ("centivolts", "charge"),
    [(420, 1.0), (397, 1.0), (396, 0.9), (393, 0.9), (392, 0.75), (377, 0.4), (350, 0.1), (349, 0.0), (0, 0.0)],
)
def test_the_voltage_of_the_battery_is_its_charge_as_the_vendor_has_it(centivolts, charge):
    assert charge_of(centivolts) == charge
    assert decoder(node=2).push(answer(BATTERY_REGISTER, centivolts)) == [Report(2, charge)]


@pytest.mark.parametrize("length", [20, 22])
@pytest.mark.parametrize("step", [1, 7, 20, 1000])
def test_answers_of_both_lengths_stand_between_samples(length, step):
    data = frame([1] * 6) + answer(BATTERY_REGISTER, 383, length) + frame([2] * 6) + frame([3] * 6)
    subject = decoder()

    packets = [p for at in range(0, len(data), step) for p in subject.push(data[at : at + step])]

    assert raws(packets) == [(1,) * 6, (2,) * 6, (3,) * 6]
    assert packets[1] == Report(0, 0.6)
    assert set(subject.dirt.values()) == {0}


def test_answers_to_other_questions_are_no_dirt():
    subject = decoder()

    assert subject.push(answer(0x3A, 7) + answer(0x51, 7, 22) + frame([4] * 6))[0].node == 0
    assert subject.dirt == {"garbage": 0, "resync": 0, "cut_off": 0}


@settings(max_examples=60, derandomize=True)
@given(samples)
def test_samples_survive_the_way_through_bytes(rows):
    frames = WitmotionEncoder(DEFAULTS).push(block_of(rows))

    assert [len(f) for f in frames] == [20] * len(rows)
    assert raws(decoder().push(b"".join(frames))) == rows


def test_what_exceeds_the_scale_is_sent_as_its_end():
    (sent,) = WitmotionEncoder(DEFAULTS).push(block_of([[40000, -40000, 0, 99999, -99999, 0]]))

    assert raws(decoder().push(sent)) == [(32767, -32768, 0, 32767, -32768, 0)]


@settings(max_examples=60, derandomize=True)
@given(samples, st.binary(max_size=70), samples, st.lists(st.integers(0, 600), max_size=12))
def test_notifications_split_and_joined_at_will_give_the_same(before, garbage, after, cuts):
    data = b"".join(map(frame, before)) + garbage + b"".join(map(frame, after))
    edges = [0, *sorted(min(cut, len(data)) for cut in cuts), len(data)]
    whole, pieces = decoder(), decoder()

    expected = whole.push(data) + whole.flush()
    got = [p for a, b in pairwise(edges) for p in pieces.push(data[a:b])] + pieces.flush()

    assert raws(got) == raws(expected)
    assert [type(p) for p in got] == [type(p) for p in expected]
    assert pieces.dirt == whole.dirt


@settings(max_examples=60, derandomize=True)
@given(st.binary(max_size=60).filter(lambda noise: b"\x55" not in noise), samples)
def test_all_frames_after_garbage_but_the_last_are_found(noise, rows):
    subject = decoder()
    subject.push(frame([7] * 6) + noise)

    packets = subject.push(b"".join(map(frame, rows)) + frame([0] * 6) + b"\x55\x61")

    assert raws(packets)[: len(rows)] == rows
    assert subject.dirt["garbage"] == len(noise)
    assert subject.dirt["resync"] == bool(noise)


def test_a_header_inside_a_sample_is_not_taken_for_one():
    inside = [0, 0x6155, 0, 0, 0, 0]
    subject = decoder()
    subject.push(b"\x00")

    packets = subject.push(frame(inside)[1:] + frame([1] * 6) + frame([2] * 6))

    assert raws(packets) == [(1,) * 6, (2,) * 6][: len(packets)]
    assert len(packets) == 2
    assert subject.dirt["garbage"] == 1 + 19


def test_lost_bytes_cost_two_frames_at_most():
    rows = [(k,) * 6 for k in range(1, 9)]
    data = b"".join(map(frame, rows))
    subject = decoder()

    packets = raws(subject.push(data[:25] + data[31:]))

    assert packets[0] == rows[0]
    assert packets[-5:] == rows[-5:]
    assert len(packets) == 7  # the second is wrong, as nothing tells before the next header is missing
    assert subject.dirt["resync"] == 1


def test_a_link_that_broke_in_a_frame_begins_anew_with_the_next():
    subject = decoder()
    subject.push(frame([1] * 6) + frame([2] * 6)[:13])

    assert subject.flush() == []
    assert subject.flush() == []
    assert subject.dirt == {"garbage": 0, "resync": 0, "cut_off": 1}
    assert raws(subject.push(frame([3] * 6))) == [(3,) * 6]


def test_a_link_that_broke_out_of_step_begins_anew_with_the_next_frame():
    subject = decoder()
    subject.push(b"noise")
    subject.flush()

    assert raws(subject.push(frame([3] * 6))) == [(3,) * 6]


def test_a_header_cut_in_two_is_found_while_looking_for_one():
    data = b"noise" + frame([1] * 6) + frame([2] * 6)
    subject = decoder()

    packets = [p for k in range(len(data)) for p in subject.push(data[k : k + 1])]

    assert raws(packets) == [(1,) * 6, (2,) * 6]
    assert subject.dirt == {"garbage": 5, "resync": 1, "cut_off": 0}


def test_a_copy_continues_identically():
    subject = decoder()
    subject.push(CAPTURE + CAPTURE[:9])
    twin = copy.deepcopy(subject)

    assert raws(twin.push(CAPTURE[9:])) == raws(subject.push(CAPTURE[9:])) == [(631, -344, -366, 518, -464, -51)]


@pytest.mark.parametrize(
    ("advert", "recognised"),
    [
        (Advert("WT901BLE67", (), {}), True),
        (Advert("", (SERVICE,), {}), True),
        (Advert("LegLink 12AB", (), {}), False),
        (Advert("", (), {}), False),
    ],
)
def test_adverts_are_recognised(advert, recognised):
    assert ROW.ble.recognises(advert) is recognised


def test_the_row_says_that_there_is_no_clock():
    assert PROTOCOLS["witmotion"] is ROW
    assert ROW.clock is ClockKind.NONE
    assert not ROW.whole
    assert ROW.ble.notify == (NOTIFY,)
    assert set(ROW.rates_hz) <= {50.0, 100.0, 125.0, 200.0}
