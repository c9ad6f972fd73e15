"""Published vectors: `wit_serial_51`, `_52`, `_53` (frames of the layout in the WT901C datasheet v20-0702, page 11)."""

import math
import struct
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from firmware_bridge.protocols import PROTOCOLS, ClockKind
from firmware_bridge.protocols.packets import Readings
from firmware_bridge.protocols.witmotion_serial import ROW, WitmotionSerialDecoder, WitmotionSerialEncoder, framed
from firmware_bridge.samples import SampleBlock

G = 9.80665
DEG = math.pi / 180
ACC = bytes.fromhex("5551000800f80010c40983")
GYR = bytes.fromhex("5552004000c00100c40975")
ANGLE = bytes.fromhex("5553002000e000000000a8")
i16 = st.integers(-32768, 32767)
samples = st.lists(st.tuples(*[i16] * 6), min_size=1, max_size=8)


def decoder(**facts) -> WitmotionSerialDecoder:
    return WitmotionSerialDecoder([ROW.defaults._replace(**facts)])


def group(numbers) -> bytes:
    return framed(0x51, (*numbers[:3], 0)) + framed(0x52, (*numbers[3:], 0)) + framed(0x53, (0, 0, 0, 0))


def raws(packets) -> list[tuple[int, ...]]:
    return [
        tuple(np.rint([*(p.acc[0] / (16 * G / 32768)), *(p.gyr[0] / (2000 * DEG / 32768))]).astype(int).tolist())
        for p in packets
        if isinstance(p, Readings)
    ]


def test_the_published_frames_have_their_values():
    (readings,) = decoder(node=1).push(ACC + GYR + ANGLE)

    assert readings.node == 1
    assert readings.time is None
    assert readings.acc[0] / G == pytest.approx([2048 / 2048, -1.0, 2.0])
    assert readings.gyr[0] / DEG == pytest.approx([1000.0, -1000.0, 1 * 2000 / 32768])


def test_frames_are_made_as_published():
    assert framed(0x51, (2048, -2048, 4096, 2500)) == ACC
    assert framed(0x52, (16384, -16384, 1, 2500)) == GYR
    assert framed(0x53, (8192, -8192, 0, 0)) == ANGLE


def test_a_sample_is_there_with_its_second_frame():
    subject = decoder()

    assert subject.push(ACC + GYR[:-1]) == []
    assert len(subject.push(GYR[-1:])) == 1
    assert subject.push(ANGLE) == []
    assert set(subject.dirt.values()) == {0}


def test_frames_of_other_kinds_are_no_dirt():
    others = b"".join(framed(kind, (1, 2, 3, 4)) for kind in (0x50, 0x54, 0x56, 0x59, 0x5F))
    subject = decoder()

    assert len(subject.push(others + ACC + others + GYR + others)) == 1
    assert set(subject.dirt.values()) == {0}


@settings(max_examples=60, derandomize=True)
@given(samples)
def test_samples_survive_the_way_through_bytes(rows):
    table = np.array(rows, float)
    acc, gyr = table[:, :3] * (16 * G / 32768), table[:, 3:] * (2000 * DEG / 32768)
    block = SampleBlock(np.arange(len(rows)) / 200, gyr, acc, np.zeros(len(rows), np.uint8))

    sent = WitmotionSerialEncoder(ROW.defaults).push(block)

    assert [len(piece) for piece in sent] == [33] * len(rows)
    assert raws(decoder().push(b"".join(sent))) == rows


@settings(max_examples=80, derandomize=True)
@given(samples, st.binary(max_size=40), samples, st.lists(st.integers(0, 700), max_size=12))
def test_any_cut_gives_the_same(before, garbage, after, cuts):
    data = b"".join(map(group, before)) + garbage + b"".join(map(group, after))
    edges = [0, *sorted(min(cut, len(data)) for cut in cuts), len(data)]
    whole, pieces = decoder(), decoder()

    expected = raws(whole.push(data) + whole.flush())
    got = raws([p for a, b in pairwise(edges) for p in pieces.push(data[a:b])] + pieces.flush())

    assert got == expected
    assert pieces.dirt == whole.dirt


@settings(max_examples=80, derandomize=True)
@given(st.binary(max_size=60), samples)
def test_every_sample_after_garbage_is_found(garbage, rows):
    subject = decoder()
    # What looks like a frame in the garbage ends within it or is betrayed by its sum within eleven bytes.
    subject.push(garbage + b"\x00" * 10)

    assert raws(subject.push(b"".join(map(group, rows))))[-len(rows) :] == rows


def test_a_damaged_frame_is_counted_and_its_sample_left_out():
    damaged = bytearray(group([1] * 6))
    damaged[4] ^= 0x20
    subject = decoder()

    assert raws(subject.push(bytes(damaged) + group([2] * 6))) == [(2,) * 6]
    assert subject.dirt == {"garbage": 11, "bad_sum": 1, "half_sample": 1, "cut_off": 0}


def test_garbage_is_counted_by_bytes():
    subject = decoder()

    subject.push(b"\x00\x01\x55\x02" + group([2] * 6))

    assert subject.dirt == {"garbage": 4, "bad_sum": 0, "half_sample": 0, "cut_off": 0}


def test_noise_is_thrown_away_at_once():
    subject = decoder()

    subject.push(b"\x01" * 1000)

    assert subject.dirt["garbage"] == 1000
    assert subject.flush() == []
    assert subject.dirt["cut_off"] == 0


def test_a_frame_is_found_right_behind_what_looks_like_one():
    assert raws(decoder().push(ACC[:3] + group([2] * 6))) == [(2,) * 6]


@pytest.mark.parametrize("data", [ACC + ACC + GYR, GYR + ACC + GYR, ACC + GYR + GYR])
def test_half_a_sample_is_counted(data):
    subject = decoder()

    assert len(subject.push(data)) == 1
    assert subject.dirt == {"garbage": 0, "bad_sum": 0, "half_sample": 1, "cut_off": 0}


def test_a_link_that_broke_in_a_sample_leaves_it_out():
    subject = decoder()
    subject.push(ACC + GYR[:5])

    assert subject.flush() == []
    assert subject.dirt == {"garbage": 0, "bad_sum": 0, "half_sample": 1, "cut_off": 1}
    assert subject.flush() == []
    assert subject.dirt["cut_off"] == 1
    assert len(subject.push(ACC + GYR)) == 1


def test_a_start_sets_frames_rate_and_speed_and_saves_at_the_new_speed():
    steps = ROW.serial.conversation.start(ROW.defaults._replace(rate_hz=200.0))

    assert [(step.data.hex(), step.baud) for step in steps] == [
        ("ffaa6988b5", 0),
        ("ffaa020e00", 0),
        ("ffaa030b00", 0),
        ("ffaa040600", 115200),
        ("ffaa000000", 0),
    ]
    assert all(step.pause_s >= 0.1 for step in steps)


def test_200_hz_fit_the_speed_that_is_set():
    bits_a_byte, frames = 10, 3

    assert 200 * frames * 11 * bits_a_byte < ROW.serial.baud[0]


def test_the_row_says_that_there_is_no_clock():
    assert PROTOCOLS["witmotion-serial"] is ROW
    assert ROW.clock is ClockKind.NONE
    assert ROW.defaults.protocol == "witmotion-serial"
    assert 9600 in ROW.serial.baud


def test_the_sum_is_that_of_ten_bytes():
    body = struct.pack("<BB4h", 0x55, 0x51, -1, -1, -1, -1)

    assert framed(0x51, (-1, -1, -1, -1))[-1] == sum(body) % 256
