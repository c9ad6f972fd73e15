import json
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from cobs import cobs
from hypothesis import given
from hypothesis import strategies as st

from firmware_bridge.protocols import PROTOCOLS
from firmware_bridge.protocols.leglink import DEFAULTS
from firmware_bridge.protocols.leglink_node import Hardware, LegLinkNode
from firmware_bridge.protocols.leglink_packets import (
    ALL_NODES,
    LARGEST_PACKET,
    PLACES,
    Command,
    Order,
    Time,
    TimeSent,
    command,
    pack,
    unpack,
)
from firmware_bridge.protocols.leglink_serial import (
    LARGEST_FRAME,
    ROW,
    Deframer,
    LegLinkSerialDecoder,
    LegLinkSerialEncoder,
    SerialNodes,
    frame,
    framed_command,
)
from firmware_bridge.protocols.packets import Introduction, Readings
from firmware_bridge.samples import SampleBlock

GOLDEN = json.loads((Path(__file__).parents[2] / "data/leglink/golden.json").read_text(encoding="utf-8"))
PAIR = [ROW.defaults._replace(node=n, placement=PLACES[n]) for n in (0, 2)]
packets = st.binary(min_size=1, max_size=LARGEST_PACKET)


def samples(n, seed=0):
    rng = np.random.default_rng(seed)
    noise = rng.normal(scale=5.0, size=(n, 6))
    return SampleBlock(np.arange(n) / 200.0, noise[:, :3], noise[:, 3:], np.zeros(n, np.uint8))


def stream(n=63):
    """The bytes of two nodes on one line."""
    both = [LegLinkSerialEncoder(facts).push(samples(n, facts.node)) for facts in PAIR]
    return b"".join(part for pair in zip(*both, strict=True) for part in pair)


def cut(data, at):
    ends = sorted({0, len(data), *(place % len(data) for place in at)})
    return [data[slice(*pair)] for pair in pairwise(ends)]


def decoded(parts, sensors=PAIR):
    decoder = LegLinkSerialDecoder(sensors)
    told = [packet for part in parts for packet in decoder.push(part)]
    return told + decoder.flush(), decoder.dirt


def dirty(dirt):
    return {why: n for why, n in dirt.items() if n}


# ---- frames


@pytest.mark.parametrize("row", GOLDEN["packets"], ids=lambda row: row["name"])
def test_golden_frames(row):
    packet, framed = bytes.fromhex(row["packet"]), bytes.fromhex(row["frame"])
    assert frame(packet) == framed
    assert Deframer().push(framed) == [packet]


@pytest.mark.parametrize("row", GOLDEN["bad"], ids=lambda row: row["why"])
def test_golden_bad_frames_are_counted_and_the_next_good_one_is_found(row):
    decoder = LegLinkSerialDecoder([PAIR[0]._replace(node=3)])
    info, sample = (bytes.fromhex(GOLDEN["packets"][k]["frame"]) for k in (0, 2))
    decoder.push(info)
    assert decoder.push(bytes.fromhex(row["frame"])) == []
    assert dirty(decoder.dirt) == {row["why"]: 1}
    assert len(decoder.push(sample)) == 1


def test_a_frame_byte_by_byte():
    # CRC-16/CCITT-FALSE of "123456789" is 0x29B1 by definition
    assert frame(b"123456789").hex(" ", 1) == "0c 31 32 33 34 35 36 37 38 39 b1 29 00"
    assert frame(b"\x00\x11\x00").hex(" ", 1).startswith("01 02 11 03 ")


@given(packets)
def test_a_packet_survives_its_frame_which_has_but_one_zero(packet):
    framed = frame(packet)
    assert Deframer().push(framed) == [packet]
    assert framed.count(0) == 1
    assert len(framed) - 1 <= LARGEST_FRAME


def test_the_largest_frame_is_of_the_largest_packet():
    assert len(frame(b"\x01" * LARGEST_PACKET)) - 1 == LARGEST_FRAME


@given(st.lists(packets, min_size=1, max_size=5), st.lists(st.integers(0, 10_000), max_size=8))
def test_frames_for_any_cutting(sent, at):
    data = b"".join(map(frame, sent))
    deframer = Deframer()
    assert [packet for part in cut(data, at) for packet in deframer.push(part)] == sent
    assert dirty(deframer.dirt) == {}


@given(packets, st.integers(0, 10_000), st.integers(1, 255))
def test_a_changed_byte_is_never_taken_for_the_packet(packet, at, change):
    framed = bytearray(frame(packet))
    framed[at % (len(framed) - 1)] ^= change
    deframer = Deframer()
    assert packet not in deframer.push(bytes(framed))
    assert sum(deframer.dirt.values())


@given(st.binary(max_size=600), packets)
def test_a_frame_after_a_zero_after_garbage_is_found(garbage, packet):
    assert Deframer().push(garbage + b"\0" + frame(packet))[-1:] == [packet]


def test_zeros_between_frames_are_no_dirt():
    deframer = Deframer()
    assert deframer.push(b"\0\0\0" + frame(b"one") + b"\0\0" + frame(b"two")) == [b"one", b"two"]
    assert dirty(deframer.dirt) == {}


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"\x01" * (LARGEST_FRAME + 1) + b"\0", "too_long"),
        (frame(b"\x01" * (LARGEST_PACKET + 1)), "too_long"),
        (b"\x09abc\0", "bad_cobs"),
        (cobs.encode(b"abc\0\0") + b"\0", "bad_crc"),
        (b"\x01\0", "bad_crc"),
        (cobs.encode(b"\xff\xff") + b"\0", "bad_crc"),
    ],
)
def test_each_kind_of_dirt_is_counted_alone_for_any_cutting(data, why):
    for parts in ([data], [data[:1], data[1:]], [bytes([byte]) for byte in data]):
        deframer = Deframer()
        assert [packet for part in parts for packet in deframer.push(part)] == []
        assert dirty(deframer.dirt) == {why: 1}
        assert deframer.push(frame(b"next")) == [b"next"]


def test_a_frame_that_breaks_off_is_counted_at_flush_alone():
    deframer = Deframer()
    deframer.push(frame(b"whole") + frame(b"broken")[:-1])
    assert dirty(deframer.dirt) == {}
    deframer.flush()
    deframer.flush()
    assert dirty(deframer.dirt) == {"cut_off": 1}
    assert deframer.push(frame(b"after")) == [b"after"]


def test_what_is_held_back_is_bounded():
    deframer = Deframer()
    for _ in range(100):
        deframer.push(b"\x07" * 1000)
        assert len(deframer._rest) <= LARGEST_FRAME + 1
    deframer.push(b"\0")
    assert dirty(deframer.dirt) == {"too_long": 1}


# ---- decoder and encoder


def test_two_nodes_on_a_line_are_told_apart():
    told, dirt = decoded([stream()])
    assert dirty(dirt) == {}
    for facts in PAIR:
        got = [t for t in told if isinstance(t, Readings) and t.node == facts.node]
        assert [r.sequence for r in got] == list(range(9))
        sent = samples(63, facts.node)
        assert np.abs(np.concatenate([r.acc for r in got]) - sent.acc).max() < 0.51 * facts.acc_unit_m_s2


@given(st.lists(st.integers(0, 100_000), max_size=20))
def test_any_cutting_of_the_stream_gives_the_same(at):
    data = stream() + b"\x05noise\0" + stream(7) + b"\x03"
    assert repr(decoded(cut(data, at))) == repr(decoded([data]))


def test_byte_by_byte_gives_the_same():
    data = stream()
    assert repr(decoded([data[k : k + 1] for k in range(len(data))])) == repr(decoded([data]))


@given(st.binary(min_size=1, max_size=400))
def test_garbage_within_costs_no_more_than_the_frame_that_it_touches(garbage):
    first, second = stream(), stream(70)
    clean, _ = decoded([first, second])
    told, _ = decoded([first, garbage + b"\0", second])
    times = {repr(packet) for packet in told}
    assert sum(repr(packet) not in times for packet in clean) == 0


def test_lost_bytes_cost_the_frames_that_they_touch():
    data = stream()
    ends = [k for k, byte in enumerate(data) if byte == 0]
    holed = data[: ends[-5] + 10] + data[ends[-4] + 10 :]
    told, dirt = decoded([holed])
    clean, _ = decoded([data])
    lost = sum(isinstance(t, Readings) for t in clean) - sum(isinstance(t, Readings) for t in told)
    assert lost == 2
    assert sum(dirt.values()) == 1


def test_dirt_of_frames_and_packets_is_in_one_place():
    decoder = LegLinkSerialDecoder(PAIR)
    decoder.push(frame(b"\x21" + bytes(8)) + frame(pack(Time(5, 0, 0))) + b"\x09abc\0" + b"x")
    decoder.flush()
    assert dirty(decoder.dirt) == {"bad_version": 1, "unknown_node": 1, "bad_cobs": 1, "cut_off": 1}


def test_random_and_mutated_streams_never_raise():
    rng = np.random.default_rng(7)
    clean = stream()
    decoder = LegLinkSerialDecoder(PAIR)
    for _ in range(150):
        data = bytearray(clean[: rng.integers(1, len(clean))] if rng.random() < 0.7 else rng.bytes(600))
        for _ in range(rng.integers(0, 30)):
            data[rng.integers(len(data))] = rng.integers(256)
        for part in cut(bytes(data), rng.integers(0, len(data), 5).tolist()):
            for told in decoder.push(part):
                assert not isinstance(told, Readings) or np.isfinite(told.acc).all()
        assert len(decoder._frames._rest) <= LARGEST_FRAME + 1
    assert decoder.dirt["bad_crc"]
    assert decoder.dirt["bad_cobs"]
    assert decoder.dirt["too_long"]
    assert any(isinstance(told, Introduction) for told in decoder.push(b"\0" + clean))


# ---- profile and nodes behind a line


def test_the_row():
    assert PROTOCOLS["leglink-serial"] is ROW
    assert not ROW.whole
    assert ROW.defaults == DEFAULTS._replace(protocol="leglink-serial")
    assert ROW.serial.baud == (921600, 460800, 115200)
    assert ROW.wrap_s == PROTOCOLS["leglink"].wrap_s


def written(steps):
    deframer = Deframer()
    return [unpack(packet)[0] for step in steps for packet in deframer.push(step.data)]


def test_commands_go_to_one_node_behind_the_line():
    talk, facts = ROW.serial.conversation, PAIR[1]
    assert written(talk.start(facts)) == [Command(2, Order.GET_INFO, 0, 0), Command(2, Order.START, 7, 200)]
    assert written(talk.stop(facts)) == [Command(2, Order.STOP, 0, 0)]
    assert written(talk.identify(facts)) == [Command(2, Order.IDENTIFY, 5, 0)]
    assert written(talk.poll(facts, 65536 + 9)) == [Command(2, Order.TIME, 0, 9)]
    assert 0 < talk.poll_s <= 1


def test_asking_reaches_every_node_through_noise():
    nodes = SerialNodes([LegLinkNode(facts, Hardware(serial=facts.node + 1)) for facts in PAIR])
    told, _ = decoded(nodes.received(b"noise" + ROW.serial.ask, 0.0), [])
    assert [(who.node, who.device) for who in told] == [(0, "00000001"), (2, "00000003")]
    assert Deframer().push(ROW.serial.ask) == [pack(Command(ALL_NODES, Order.GET_INFO, 0, 0))]


def test_nodes_answer_whatever_the_cutting():
    data = framed_command(command(Order.TIME, 2, number=5)) + framed_command(command(Order.STOP, 0))
    nodes = SerialNodes([LegLinkNode(facts) for facts in PAIR])
    answers = [said for k in range(len(data)) for said in nodes.received(data[k : k + 1], 1.0)]
    assert answers == SerialNodes([LegLinkNode(facts) for facts in PAIR]).received(data, 1.0)
    assert len(answers) == 2


def test_the_node_that_answered_tells_when_its_answer_left():
    nodes = SerialNodes([LegLinkNode(facts) for facts in PAIR])
    (answer,) = nodes.received(framed_command(command(Order.TIME, 2, number=5)), 1.0)
    (after,) = nodes.left(answer, 1.25)
    (packet,) = Deframer().push(after)
    assert unpack(packet)[0] == TimeSent(2, 5, 1_250_000)
    assert nodes.left(after, 1.5) == []
    assert nodes.left(b"\x05nonsense\0", 1.5) == []


def test_a_start_makes_one_node_stream():
    nodes = SerialNodes([LegLinkNode(facts) for facts in PAIR])
    for step in ROW.serial.conversation.start(PAIR[0]):
        nodes.received(step.data, 0.0)
    assert [bool(node.push(samples(7))) for node in nodes.nodes] == [True, False]
