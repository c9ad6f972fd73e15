import numpy as np
import pytest

from firmware_bridge.intake import Intake
from firmware_bridge.protocols import PROTOCOLS, ClockKind, imported, movesense, ximu3
from firmware_bridge.protocols.leglink_packets import Data, Event, Info, Status, Time, TimeSent, pack, unpack
from firmware_bridge.protocols.packets import Introduction, Report
from firmware_bridge.samples import SampleBlock
from firmware_bridge.source import NO_SENSOR, Chunk, Kind, SensorFacts
from firmware_bridge.stripping import DATED_S, MARGIN_S, Links, Undated

SAMPLES = 400
MAY_2026_S = 1_777_915_869


def facts_of(protocol: str) -> SensorFacts:
    return PROTOCOLS[protocol].defaults._replace(name="Anna's", device="5EED0001", link="ble:C4:7C", node=0)


def sent(protocol: str, start_s: float = 1.0) -> list[bytes]:
    """What a sensor sends: whole packets, or pieces of its stream."""
    facts, rng = facts_of(protocol), np.random.default_rng(7)
    row, time = PROTOCOLS[protocol], start_s + np.arange(SAMPLES) / facts_of(protocol).rate_hz
    gyr, acc = rng.uniform(-20, 20, (SAMPLES, 3)), rng.uniform(-60, 60, (SAMPLES, 3))
    encoder, step = row.encoder(facts), row.samples_a_packet
    cuts = [slice(k, k + step) for k in range(0, SAMPLES, step)]
    blocks = [SampleBlock(time[cut], gyr[cut], acc[cut], np.zeros(len(time[cut]), np.uint8)) for cut in cuts]
    return [packet for block in blocks for packet in encoder.push(block)]


def arriving(packets: list[bytes]) -> list[Chunk]:
    return [Chunk(0, 5_000_000 * number, packet) for number, packet in enumerate(packets)]


def damaged(protocol: str, seed: int) -> list[Chunk]:
    """Packets damaged, doubled, lost, mixed with noise, the link broken now and then; streams cut anywhere."""
    rng, whole, packets = np.random.default_rng(seed), PROTOCOLS[protocol].whole, sent(protocol)
    step_ns = 1e9 * SAMPLES / facts_of(protocol).rate_hz / len(packets)
    chunks = []
    for number, packet in enumerate(packets):
        luck, at, arrival_ns = rng.random(), int(rng.integers(0, len(packet))), round(number * step_ns)
        harmed = packet
        if luck < 0.05:
            harmed = packet[:at] + bytes([packet[at] ^ 0x55]) + packet[at + 1 :]
        elif luck < 0.1:
            harmed = packet[:at]
        elif luck < 0.15:
            harmed = rng.bytes(1 + at) + (b"" if whole else packet)
        pieces = [harmed] * (1 + (luck > 0.97)) if whole else [harmed[:at], harmed[at:]]
        chunks += [Chunk(0, arrival_ns, piece) for piece in pieces]
        if luck > 0.99:
            chunks.append(Chunk(0, arrival_ns, b"Anna's is gone", Kind.LOST))
    return chunks


def measured(sensors: list[SensorFacts], chunks: list[Chunk]) -> list[bytes]:
    """Every sample's bytes: time, rate, acceleration, quality."""
    intake = Intake(sensors)
    blocks = [intake.push(chunks)[0], intake.flush()[0]]
    return [column.tobytes() for block in blocks for column in (block.time, block.gyr, block.acc, block.quality)]


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_samples_and_their_times_stay_to_the_bit_through_all_damage(protocol, seed):
    chunks = damaged(protocol, seed)
    links = Links([facts_of(protocol)])
    stripped = [links.strip(chunk) for chunk in chunks]
    assert [(c.sensor, c.arrival_ns, c.kind) for c in stripped] == [(c.sensor, c.arrival_ns, c.kind) for c in chunks]
    expected = measured([facts_of(protocol)], chunks)
    assert sum(map(len, expected)) > 57 * 8  # records that lost a byte are not found again
    assert measured([facts_of(protocol)], stripped) == expected
    assert not any(b"Anna" in chunk.data for chunk in stripped)


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_stripping_twice_strips_no_more(protocol):
    chunks = arriving(sent(protocol))
    links, again = Links([facts_of(protocol)]), Links([facts_of(protocol)])
    once = [links.strip(chunk) for chunk in chunks]
    assert [again.strip(chunk) for chunk in once] == once
    assert again.emptied == 0


@pytest.mark.parametrize("protocol", [name for name, row in PROTOCOLS.items() if row.clock is not ClockKind.SESSION])
def test_what_a_sensor_tells_of_itself_is_gone(protocol):
    links = Links([facts_of(protocol)])
    stripped = [links.strip(chunk) for chunk in arriving(sent(protocol))]
    decoder = PROTOCOLS[protocol].decoder([facts_of(protocol)])
    told = [packet for chunk in stripped if chunk.data for packet in decoder.push(chunk.data)]
    assert {one.device for one in told if isinstance(one, Introduction)} <= {None}
    assert {one.text for one in told if isinstance(one, Report)} <= {None}


def test_what_is_said_to_sensors_and_of_links_goes_and_marks_are_not_its_business():
    links = Links([facts_of("dot")])
    for kind in (Kind.SENT, Kind.CONNECTED, Kind.LOST):
        assert links.strip(Chunk(0, 7, b"Anna's", kind)) == Chunk(0, 7, b"", kind)
    assert links.emptied == 3
    mark = Chunk(NO_SENSOR, 8, b"lap 1", Kind.MARKER)
    assert links.strip(mark) == mark


def test_of_leglink_stay_samples_times_and_scales():
    info = Info(3, 90, 7, 0x5EED0001, 0.0078125, 0.125, 157.0, 35.0, 200.0, 3, "board", "imu", "1.2")
    kept = {
        pack(Data(3, 1, 2, 5000, 1, 90), bytes(12)): pack(Data(3, 1, 2, 5000, 1, 90), bytes(12)),
        pack(Time(3, 9, 1000)) + b"more": pack(Time(3, 9, 1000)),
        pack(TimeSent(3, 9, 1010)): pack(TimeSent(3, 9, 1010)),
        pack(info): pack(info._replace(serial=0, board="", imu="", firmware="")),
        pack(Status(3, 90, 1, 5, 2500, 8, 100, 0)): b"",
        pack(Event(3, 0, 5), b"hello"): b"",
        b"\x10": b"",
    }
    links = Links([facts_of("leglink")])
    assert [links.strip(Chunk(0, 0, data)).data for data in kept] == list(kept.values())
    again = unpack(links.strip(Chunk(0, 0, pack(info), Kind.INFO)).data)
    assert isinstance(again, tuple)
    assert again[0] == info._replace(serial=0, board="", imu="", firmware="")


def test_of_movesense_stay_data_alone():
    links = Links([facts_of("movesense")])
    data = sent("movesense")[0]
    assert links.strip(Chunk(0, 0, data)).data == data
    for other in (movesense.RESULT + movesense.HELLO_REFERENCE + b"174630000", movesense.as_charge(b"\x50"), b""):
        assert links.strip(Chunk(0, 0, other)).data == b""


@pytest.mark.parametrize("form", ["binary", "ascii"])
def test_stamps_of_ximu3_that_tell_the_date_are_moved_and_others_are_not(form):
    for start_s, moved in ((1000, False), (MAY_2026_S, True)):
        stamps = [start_s * 1_000_000 + 5000 * k for k in range(300)]
        numbers = (1.5, -2.25, 3.0, 0.5, 0.25, 1.0)
        line = ",".join(map(str, numbers))
        messages = [ximu3.binary("I", t, numbers) if form == "binary" else f"I,{t},{line}\r\n".encode() for t in stamps]
        links = Links([facts_of("ximu3")])
        stripped = [links.strip(chunk).data for chunk in arriving(messages)]
        decoder = ximu3.Ximu3Decoder([facts_of("ximu3")])
        told = [packet for data in stripped for packet in decoder.push(data)]
        times = [float(one.time[0]) for one in told]  # type: ignore[union-attr, index]
        shift_s = MAY_2026_S - MARGIN_S - 2**30 if moved else 0
        assert times == [t / 1e6 - shift_s for t in stamps]
        assert links.dated is moved
        assert (stripped == messages) is not moved
        assert {one.gyr.tobytes() for one in told} == {told[0].gyr.tobytes()}  # type: ignore[union-attr]


def test_imported_times_that_tell_the_date_are_moved_together():
    rows = np.arange(14, dtype=float).reshape(2, 7)
    column = np.array([1.0, *[0.0] * 6])
    first, other = rows + MAY_2026_S * column, rows + (MAY_2026_S + 0.25) * column
    sensors = [facts_of("imported")._replace(link=link) for link in ("", "")]
    links = Links(sensors)
    stripped = [links.strip(Chunk(n, 0, block.tobytes())).data for n, block in enumerate((first, other))]
    times = [np.frombuffer(data).reshape(-1, 7)[:, 0] for data in stripped]
    assert links.dated
    assert times[0].tolist() == [2**30 + MARGIN_S, 2**30 + MARGIN_S + 7]
    assert (times[1] - times[0]).tolist() == [0.25, 0.25]
    assert times[0].max() - links.imported.shift_s < 2**31


def test_imported_rows_that_measured_nothing_go():
    rows = np.ones((3, 7))
    rows[1, 0], rows[2, 3] = np.nan, imported.LARGEST
    links = Links([facts_of("imported")])
    assert links.strip(Chunk(0, 0, rows.tobytes()[:-1])).data == rows[:1].tobytes()
    assert links.strip(Chunk(0, 0, rows.tobytes()[-1:])).data == b""


@pytest.mark.parametrize(("time_s", "shift_s"), [(0.0, 0), (DATED_S, 0), (1e13, 0), (2.0**30 + 99.5, 83)])
def test_only_a_clock_that_tells_the_date_is_moved(time_s, shift_s):
    undated = Undated()
    undated.meet(time_s)
    assert undated.shift_s == shift_s
    undated.meet(2.0 * time_s)
    assert undated.shift_s == shift_s or not shift_s


def test_sensors_of_one_line_are_stripped_together():
    facts = facts_of("leglink-serial")
    line = [facts._replace(link="serial:COM3", node=0), facts._replace(link="serial:COM3", node=1)]
    links = Links(line)
    packets = sent("leglink-serial")
    stripped = b"".join(links.strip(chunk).data for chunk in arriving([b"Anna", b"\0", *packets]))
    assert b"Anna" not in stripped
    assert stripped.count(b"\0") == len(packets) - 1  # the node told its status once
