"""Scenes: sensors that are started, asked, lost and found again, as one ordered stream."""

from functools import partial
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from firmware_bridge.protocols import leglink, leglink_serial
from firmware_bridge.protocols.leglink_packets import NODES, unpack
from firmware_bridge.protocols.packets import Introduction, Packet, Readings, TimeReply, TimeSent
from firmware_bridge.protocols.profiles import Conversation, Step, Write
from firmware_bridge.protocols.row import ProtocolRow
from firmware_bridge.samples import Placement, SampleBlock, Segment, Side
from firmware_bridge.source import Chunk, Kind
from firmware_bridge.virtual.cable import Cable, CableSettings
from firmware_bridge.virtual.faults import Faults
from firmware_bridge.virtual.host import Host, HostSettings
from firmware_bridge.virtual.nodes import node_of
from firmware_bridge.virtual.radio import Radio, RadioSettings
from firmware_bridge.virtual.scene import NO_FAULTS, RESTART_S, Scene, VirtualLink
from firmware_bridge.virtual.sensor import VirtualClock, VirtualSensor

PLACES = (Placement(Side.LEFT, Segment.THIGH), Placement(Side.LEFT, Segment.SHANK))
FACTS = [leglink.ROW.defaults._replace(placement=place, node=NODES[place]) for place in PLACES]
CLOCKS = (VirtualClock(40.0, 3.0), VirtualClock(-40.0, 4290.0))
RATE_HZ = 200.0


def sensor(facts_number: int, row: ProtocolRow = leglink.ROW, clock: VirtualClock | None = None) -> VirtualSensor:
    facts = FACTS[facts_number]
    made = partial(node_of, facts._replace(protocol=facts.protocol if row is leglink.ROW else "leglink-serial"), row)
    return VirtualSensor(made, clock or CLOCKS[facts_number], row.samples_a_packet)


def radio_links(
    seed: int = 0, faults: Faults = NO_FAULTS, clock: VirtualClock | None = None, loss: float = 0.02
) -> dict[int, VirtualLink]:
    host = Host(HostSettings(), np.random.default_rng([seed, 9]))
    assert leglink.ROW.ble is not None
    return {
        k: VirtualLink(
            k,
            [(FACTS[k], sensor(k, clock=clock))],
            Radio(RadioSettings(loss=loss), host, np.random.default_rng([seed, 1, k])),
            np.random.default_rng([seed, 2, k]),
            conversation=leglink.ROW.ble.conversation,
            connects_s=0.1 * (k + 1),
            faults=faults,
            turn=(k, 2),
        )
        for k in range(2)
    }


def samples(from_s: float, until_s: float) -> SampleBlock:
    """True samples, each of which carries its number as its angular velocity."""
    number = np.arange(np.ceil(from_s * RATE_HZ), np.ceil(until_s * RATE_HZ))
    gyr = np.stack([number * leglink.ROW.defaults.gyr_unit_rad_s, 0.0 * number, 0.0 * number], axis=-1)
    return SampleBlock(number / RATE_HZ, gyr, np.zeros((len(number), 3)), np.zeros(len(number), np.uint8))


def play(links: dict[int, VirtualLink], seconds: float, cuts: tuple[float, ...] = ()) -> list[Chunk]:
    scene, got = Scene(links), []
    for from_s, until_s in pairwise(sorted({0.0, *cuts, seconds})):
        for link in links.values():
            for node in range(len(link._sensors)):
                link.push(node, samples(from_s, until_s))
        got += scene.advance(until_s)
    return got + scene.flush()


def of(chunks: list[Chunk], number: int, *kinds: Kind) -> list[Chunk]:
    return [chunk for chunk in chunks if chunk.sensor == number and chunk.kind in kinds]


def told(chunks: list[Chunk], number: int, row: ProtocolRow = leglink.ROW) -> list[tuple[int, Packet]]:
    facts = [FACTS[number]] if row is leglink.ROW else FACTS
    decoder = row.decoder(facts)
    heard = of(chunks, number, Kind.RECEIVED, Kind.INFO)
    packets = [(chunk.arrival_ns, packet) for chunk in heard for packet in decoder.push(chunk.data)]
    assert not any(decoder.dirt.values())
    return packets


def numbers(chunks: list[Chunk], number: int) -> np.ndarray:
    unit = leglink.ROW.defaults.gyr_unit_rad_s
    parts = [packet.gyr[:, 0] / unit for _, packet in told(chunks, number) if isinstance(packet, Readings)]
    return np.rint(np.concatenate(parts)).astype(int)


def test_a_sensor_is_connected_read_started_and_asked_in_this_order() -> None:
    chunks = of(play(radio_links(), 2.0), 0, *Kind)
    assert chunks[0].kind is Kind.CONNECTED
    assert chunks[0].arrival_ns == 100_000_000
    assert chunks[1].kind is Kind.INFO
    assert [c.arrival_ns for c in chunks if c.kind is Kind.SENT] == [
        150_000_000,
        600_000_000,
        1_100_000_000,
        1_600_000_000,
    ]
    packets = told(chunks, 0)
    assert isinstance(packets[0][1], Introduction)
    first_sample_ns = next(at for at, packet in packets if isinstance(packet, Readings))
    assert 0.16e9 < first_sample_ns < 0.35e9


def test_every_sample_arrives_once_in_order_and_late() -> None:
    chunks = play(radio_links(loss=0.2), 5.0)
    assert [c.arrival_ns for c in chunks] == sorted(c.arrival_ns for c in chunks)
    for number in range(2):
        got = numbers(chunks, number)
        assert np.all(np.diff(got) == 1)
        assert len(got) > 4.5 * RATE_HZ
        unit = leglink.ROW.defaults.gyr_unit_rad_s
        for at_ns, packet in told(chunks, number):
            if isinstance(packet, Readings):
                assert at_ns * 1e-9 > round(packet.gyr[-1, 0] / unit) / RATE_HZ


def test_the_sensors_time_is_that_of_its_clock_and_wraps() -> None:
    chunks = play(radio_links(), 10.0)
    for number, clock in enumerate(CLOCKS):
        got = numbers(chunks, number)
        parts = [packet for _, packet in told(chunks, number) if isinstance(packet, Readings)]
        shown = np.concatenate([part.time for part in parts if part.time is not None])
        expected = clock.read(got / RATE_HZ) % leglink.ROW.wrap_s
        assert shown == pytest.approx(expected, abs=5e-6)
    assert shown.min() < 1.0  # it did wrap
    assert shown.max() > 4290.0


def test_a_time_request_is_answered_and_followed_by_when_the_answer_left() -> None:
    packets = told(play(radio_links(), 5.0), 0)
    replies = {p.token: (at, p.received_s) for at, p in packets if isinstance(p, TimeReply)}
    sent = {p.token: (at, p.sent_s) for at, p in packets if isinstance(p, TimeSent)}
    assert len(replies) >= 9
    assert replies.keys() == sent.keys()
    for token, (arrival_ns, received_s) in replies.items():
        left_s = float(CLOCKS[0].true_s(np.array([sent[token][1]]))[0])
        assert sent[token][1] - received_s > 0.0
        assert 1e-9 * arrival_ns - left_s > -0.0002  # known at most 0.2 ms after it was on the air
        assert sent[token][0] > arrival_ns


@settings(max_examples=10, derandomize=True, deadline=None)
@given(cuts=st.lists(st.floats(0.01, 2.9), max_size=5), seed=st.integers(0, 3))
def test_the_same_seed_gives_the_same_entries_for_any_stretches(cuts: list[float], seed: int) -> None:
    faults = Faults(drop=0.05, jitter_s=0.01, disconnect_every_s=1.0, disconnect_for_s=0.3)
    assert play(radio_links(seed, faults), 3.0, tuple(cuts)) == play(radio_links(seed, faults), 3.0)


def test_another_seed_gives_other_arrivals() -> None:
    one, other = ([c.arrival_ns for c in play(radio_links(seed), 1.0)] for seed in (0, 1))
    assert one != other


def test_dropped_packets_are_missing() -> None:
    chunks = play(radio_links(faults=Faults(drop=0.2)), 10.0)
    got = numbers(chunks, 0)
    share = 1.0 - len(got) / (got[-1] - got[0] + 1)
    assert share == pytest.approx(0.2, abs=0.06)


def test_jitter_delays_and_keeps_the_order() -> None:
    calm, shaken = (play(radio_links(faults=Faults(jitter_s=j), loss=0.0), 5.0) for j in (0.0, 0.05))
    assert numbers(shaken, 0).tolist() == numbers(calm, 0).tolist()
    at = [np.array([t for t, p in told(chunks, 0) if isinstance(p, Readings)]) for chunks in (calm, shaken)]
    later_s = 1e-9 * (at[1] - at[0])
    assert later_s.min() > -0.01  # the computer's own latency is drawn anew
    assert 0.02 < later_s.mean() < 0.05
    assert later_s.max() < 0.12


def test_sensors_are_lost_in_turn_and_come_back_started() -> None:
    chunks = play(radio_links(faults=Faults(disconnect_every_s=2.0, disconnect_for_s=0.5)), 7.0)
    ups = {k: [round(c.arrival_ns * 1e-9, 1) for c in of(chunks, k, Kind.CONNECTED)] for k in range(2)}
    downs = {k: [c.arrival_ns * 1e-9 for c in of(chunks, k, Kind.LOST)] for k in range(2)}
    assert ups == {0: [0.1, 2.5, 6.5], 1: [0.2, 4.5]}
    assert [round(at, 1) for at in downs[0]] == [2.0, 6.0]
    assert [round(at, 1) for at in downs[1]] == [4.0]
    heard = np.array([c.arrival_ns * 1e-9 for c in of(chunks, 0, Kind.RECEIVED)])
    assert not np.any((heard > downs[0][0]) & (heard < 2.5))
    got = numbers(chunks, 0)
    missing = np.diff(got)[np.diff(got) > 1] / RATE_HZ
    assert len(missing) == 2
    assert np.all((missing > 0.45) & (missing < 0.75))


def test_a_sensor_that_starts_anew_is_lost_and_begins_at_nought() -> None:
    chunks = play(radio_links(clock=VirtualClock(offset_s=500.0, restarts_s=(2.0,))), 5.0)
    assert [c.data for c in of(chunks, 0, Kind.LOST)] == [b"the sensor has started anew"]
    times = [p.time[0] for _, p in told(chunks, 0) if isinstance(p, Readings) and p.time is not None]
    before, after = [t for t in times if t > 400.0], [t for t in times if t < 400.0]
    assert max(before) == pytest.approx(502.0, abs=0.1)
    assert min(after) == pytest.approx(RESTART_S, abs=0.2)
    sequences = [p.sequence for _, p in told(chunks, 0) if isinstance(p, Readings)]
    assert sequences.count(0) == 2


def test_two_nodes_share_a_serial_line_and_both_answer() -> None:
    assert leglink_serial.ROW.serial is not None
    host = Host(HostSettings(), np.random.default_rng(0))
    behind = [(FACTS[k]._replace(protocol="leglink-serial"), sensor(k, leglink_serial.ROW)) for k in range(2)]
    cable = Cable(CableSettings(), host, np.random.default_rng(1))
    talk = leglink_serial.ROW.serial.conversation
    link = VirtualLink(0, behind, cable, np.random.default_rng(2), conversation=talk)
    chunks = play({0: link}, 3.0)
    packets = [packet for _, packet in told(chunks, 0, leglink_serial.ROW)]
    for facts in FACTS:
        mine = [packet for packet in packets if packet.node == facts.node]
        assert sum(len(p.gyr) for p in mine if isinstance(p, Readings)) > 2.7 * RATE_HZ
        assert sum(isinstance(p, TimeSent) for p in mine) >= 4
    assert {c.kind for c in chunks} == {Kind.CONNECTED, Kind.SENT, Kind.RECEIVED}


def test_a_sensor_that_nobody_starts_says_nothing() -> None:
    host = Host(HostSettings(), np.random.default_rng(0))
    wire = Radio(RadioSettings(), host, np.random.default_rng(1))
    link = VirtualLink(0, [(FACTS[0], sensor(0))], wire, np.random.default_rng(2), conversation=Conversation())
    assert [c.kind for c in play({0: link}, 2.0)] == [Kind.CONNECTED]


def test_every_packet_of_a_radio_is_one_notification() -> None:
    chunks = of(play(radio_links(), 2.0), 0, Kind.RECEIVED)
    assert all(isinstance(unpack(chunk.data), tuple) for chunk in chunks)


def talking(conversation: Conversation, faults: Faults = NO_FAULTS) -> VirtualLink:
    wire = Radio(RadioSettings(), Host(HostSettings(), np.random.default_rng(0)), np.random.default_rng(1))
    rng = np.random.default_rng(2)
    return VirtualLink(0, [(FACTS[0], sensor(0))], wire, rng, conversation=conversation, connects_s=0.1, faults=faults)


def test_a_step_waits_for_the_pause_of_the_one_before() -> None:
    steps: list[Step] = [Write(b"unlock", pause_s=0.2), Write(b"rate", pause_s=0.1), Write(b"save")]
    sent = of(play({0: talking(Conversation(start=lambda _: steps))}, 1.0), 0, Kind.SENT)
    assert [(c.arrival_ns, c.data) for c in sent] == [
        (100_000_000, b"unlock"),
        (300_000_000, b"rate"),
        (400_000_000, b"save"),
    ]


def test_what_was_to_be_said_is_not_said_to_a_sensor_that_is_gone() -> None:
    assert leglink.ROW.ble is not None
    link = talking(leglink.ROW.ble.conversation, Faults(disconnect_every_s=0.12, disconnect_for_s=0.1))
    assert {c.kind for c in play({0: link}, 2.0)} == {Kind.CONNECTED, Kind.LOST}


def test_a_sensor_that_came_back_is_asked_no_more_often_than_before() -> None:
    assert leglink.ROW.ble is not None
    faults = Faults(disconnect_every_s=2.0, disconnect_for_s=0.1)
    asked = of(play({0: talking(leglink.ROW.ble.conversation, faults)}, 8.0), 0, Kind.SENT)
    since_2_s = [c.arrival_ns * 1e-9 for c in asked if c.arrival_ns > 2_100_000_000]
    assert min(np.diff(since_2_s)) > 0.1
    assert len(since_2_s) == pytest.approx(3 * 4, abs=2)  # a start and three questions for each connection
