"""Chunks of links to samples: what a link is, and that its stream obeys the laws of streaming."""

import copy
from collections.abc import Iterable
from functools import cache

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from firmware_bridge.intake import Intake, links_of
from firmware_bridge.protocols import PROTOCOLS
from firmware_bridge.protocols.leglink_packets import NODES
from firmware_bridge.protocols.packets import Report
from firmware_bridge.samples import Placement, Quality, SampleBlock, Segment, Side
from firmware_bridge.source import Chunk, Kind, SensorFacts
from firmware_bridge.virtual import Faults
from legcycle_imu.simulation.streaming import StreamingRun, StreamingSettings

THIGH, SHANK = (Placement(Side.LEFT, segment) for segment in Segment)
RATE_HZ = 200.0


def facts(protocol: str, placement: Placement = SHANK, link: str = "", node: int | None = None) -> SensorFacts:
    number = NODES[placement] if node is None else node
    return PROTOCOLS[protocol].defaults._replace(placement=placement, link=link, node=number)


def measured(seconds: float, seed: int = 0, start_s: float = 100.0) -> SampleBlock:
    count = round(seconds * RATE_HZ)
    random = np.random.default_rng(seed)
    time = start_s + np.arange(count) / RATE_HZ
    return SampleBlock(time, random.normal(size=(count, 3)), random.normal(size=(count, 3)), np.zeros(count, np.uint8))


def packets(sensor: SensorFacts, block: SampleBlock) -> list[bytes]:
    return PROTOCOLS[sensor.protocol].encoder(sensor).push(block)


def chunks(data: Iterable[bytes], sensor: int = 0, start_s: float = 0.0, period_s: float = 0.035) -> list[Chunk]:
    return [Chunk(sensor, round((start_s + k * period_s) * 1e9), piece) for k, piece in enumerate(data)]


def joined(outputs: Iterable[list[SampleBlock]]) -> list[SampleBlock]:
    return [SampleBlock.join(list(blocks)) for blocks in zip(*outputs, strict=True)]


def exact(blocks: Iterable[SampleBlock]) -> list[bytes]:
    return [np.ascontiguousarray(part).tobytes() for b in blocks for part in (b.time, b.gyr, b.acc, b.quality)]


def passed(sensors: list[SensorFacts], batches: Iterable[list[Chunk]]) -> tuple[list[bytes], Intake]:
    intake = Intake(sensors)
    blocks = joined([*map(intake.push, batches), intake.flush()])
    return exact(blocks), intake


def test_sensors_of_one_link_share_its_chunks():
    sensors = [facts("leglink-serial", p, "serial:a") for p in (THIGH, SHANK)] + [facts("leglink", THIGH)] * 2

    assert links_of(sensors) == [[0, 1], [2], [3]]


def test_two_nodes_behind_one_port_are_told_apart():
    sensors = [facts("leglink-serial", p, "serial:a") for p in (THIGH, SHANK)]
    thigh, shank = measured(1.0, 1), measured(1.0, 2)
    mixed = [
        frame for pair in zip(packets(sensors[0], thigh), packets(sensors[1], shank), strict=True) for frame in pair
    ]

    blocks = Intake(sensors).push(chunks(mixed, period_s=0.0175))

    for block, true in zip(blocks, (thigh, shank), strict=True):
        assert len(block) >= len(true) - 7  # the last packet is not full
        assert abs(block.gyr - true.gyr[: len(block)]).max() < 0.002
        assert np.ptp(block.time - true.time[: len(block)]) < 0.02


def test_a_node_that_is_not_of_the_session_is_never_mixed_in():
    ours, other = facts("leglink-serial", SHANK, "serial:a"), facts("leglink-serial", THIGH, "serial:a")
    intake = Intake([ours])

    (block,) = intake.push(chunks(packets(other, measured(1.0))))

    assert len(block) == 0
    assert intake.dirt[0]["unknown_node"] + intake.dirt[0]["stranger"] > 0


def test_the_only_sensor_of_a_bluetooth_link_may_have_any_number():
    awaited, worn = facts("leglink", node=0), facts("leglink", node=3)
    expected, _ = passed([worn], [chunks(packets(worn, measured(1.0)))])

    told, intake = passed([awaited], [chunks(packets(worn, measured(1.0)))])

    assert told == expected
    assert intake.statistics[0].received > 190
    assert not any(intake.dirt[0].values())


def test_doubled_notifications_count_once():
    sensor = facts("leglink")
    data = packets(sensor, measured(2.0))
    single, doubled = Intake([sensor]), Intake([sensor])

    (expected,) = single.push(chunks(data))
    (block,) = doubled.push(
        [c for chunk in chunks(data) for c in (chunk, chunk._replace(arrival_ns=chunk.arrival_ns + 9))]
    )

    assert exact([block]) == exact([expected])
    assert doubled.statistics[0].repeated == single.statistics[0].received
    assert doubled.statistics[0].restarts == 0


def test_doubled_frames_of_a_sensor_without_numbers_are_told_by_their_bytes():
    sensor = facts("witmotion", node=0)
    data = packets(sensor, measured(1.0))
    intake = Intake([sensor])

    (block,) = intake.push(
        [c for chunk in chunks(data, period_s=0.005) for c in (chunk, chunk._replace(arrival_ns=chunk.arrival_ns + 9))]
    )

    assert len(block) == 200
    assert intake.statistics[0].repeated == 200
    assert not intake.statistics[0].loss_known


def test_lost_packets_are_a_gap_in_time():
    sensor = facts("leglink")
    data = packets(sensor, measured(2.0))
    intake = Intake([sensor])

    (block,) = intake.push([c for k, c in enumerate(chunks(data)) if not 20 <= k < 24])

    counted = intake.statistics[0]
    assert (counted.missing, counted.gaps, counted.loss_known) == (28, 1, True)
    assert np.count_nonzero(block.quality & Quality.AFTER_GAP) == 1
    assert np.diff(block.time).max() == pytest.approx(29 / RATE_HZ, abs=0.001)


def test_a_clock_that_begins_anew_is_a_gap_that_is_flagged():
    sensor = facts("leglink")
    before, after = packets(sensor, measured(2.0)), packets(sensor, measured(2.0, start_s=0.3))
    intake = Intake([sensor])

    (block,) = intake.push([*chunks(before), *chunks(after, start_s=2.1)])

    assert intake.statistics[0].restarts == 1
    assert np.count_nonzero(block.quality & Quality.AFTER_GAP) == 1
    assert (np.diff(block.time) > 0).all()
    assert block.time[-1] == pytest.approx(4.1, abs=0.05)


def test_half_a_frame_before_an_interruption_is_not_joined_to_what_follows():
    sensor = facts("leglink-serial", SHANK, "serial:a")
    first, second = (packets(sensor, measured(0.5, start_s=s)) for s in (100.0, 103.0))
    intake = Intake([sensor])

    (block,) = intake.push(
        [
            *chunks([*first, second[0][:40]]),
            Chunk(0, 1_000_000_000, b"unplugged", Kind.LOST),
            Chunk(0, 3_000_000_000, b"", Kind.CONNECTED),
            *chunks(second, start_s=3.0),
        ]
    )

    assert sum(intake.dirt[0].values()) == 1
    assert len(block) == pytest.approx(200, abs=14)


def test_a_sensor_that_is_said_to_be_back_once_it_is_heard_loses_nothing():
    for protocol in ("leglink-serial", "witmotion-serial"):
        sensor = facts(protocol, SHANK, "serial:a")
        data = b"".join(packets(sensor, measured(1.0)))
        pieces = chunks([data[k : k + 50] for k in range(0, len(data), 50)], period_s=50 / len(data))
        intake = Intake([sensor])

        (block,) = intake.push([pieces[0], Chunk(0, pieces[0].arrival_ns + 1, b"", Kind.CONNECTED), *pieces[1:]])

        assert len(block) >= 200 - 7  # the last packet is not full
        assert intake.statistics[0].restarts == 0
        assert not any(intake.dirt[0].values())


def test_what_was_told_last_stands_and_what_was_not_told_stays():
    sensor = facts("leglink")
    intake = Intake([sensor])
    decoder = PROTOCOLS["leglink"].decoder([sensor])
    told = [p for data in packets(sensor, measured(12.0)) for p in decoder.push(data)]

    intake.push(chunks(packets(sensor, measured(12.0))))

    assert intake.introductions[0] is not None
    assert intake.introductions[0].placement == SHANK
    batteries = [p.battery for p in told if isinstance(p, Report) and p.battery is not None]
    report = intake.reports[0]
    assert (report.battery if report else None) == (batteries[-1] if batteries else None)


def test_what_is_sent_and_marked_is_no_data():
    sensor = facts("leglink")
    data = packets(sensor, measured(0.5))
    intake = Intake([sensor])

    blocks = intake.push([chunk._replace(kind=Kind.SENT) for chunk in chunks(data)])

    assert not len(blocks[0])
    assert not any(intake.dirt[0].values())


# The laws, on streams as links bring them


class Stream:
    """Entries of four simulated sensors with what goes wrong on the way."""

    def __init__(self, sensors: list[SensorFacts], entries: list[Chunk]) -> None:
        self.sensors, self.entries = sensors, entries

    @property
    def pieces(self) -> list[Chunk]:
        """The same, with every chunk of a byte stream cut in three."""
        whole = {number for number, sensor in enumerate(self.sensors) if PROTOCOLS[sensor.protocol].whole}
        cut = []
        for chunk in self.entries:
            if chunk.sensor in whole or chunk.kind is not Kind.RECEIVED:
                cut.append(chunk)
                continue
            third = len(chunk.data) // 3
            cut += [chunk._replace(data=d) for d in (chunk.data[:third], chunk.data[third:-2], chunk.data[-2:])]
        return cut


LIVE = [name for name, row in PROTOCOLS.items() if row.ble or row.serial or row.udp]
FAULTS = Faults(drop=0.03, jitter_s=0.02, disconnect_every_s=2.5, disconnect_for_s=0.7)


@cache
def stream(protocol: str) -> Stream:
    run = StreamingRun(StreamingSettings(duration_s=1.0, protocol=protocol, faults=FAULTS))
    found = run.found()
    sensors = [
        facts(protocol, placement, sensor.link, sensor.told.node)
        for sensor, placement in zip(found, NODES_IN_ORDER, strict=True)
    ]
    entries = []
    for chunk in run.entries(dict(enumerate(sensors))):
        if chunk.arrival_ns > 8_000_000_000:
            break
        entries.append(chunk)
    return Stream(sensors, entries)


NODES_IN_ORDER = tuple(Placement(side, segment) for side in Side for segment in Segment)


@pytest.mark.parametrize("protocol", LIVE)
def test_every_protocol_comes_through_its_faults(protocol):
    case = stream(protocol)
    kinds = {chunk.kind for chunk in case.entries}

    _, intake = passed(case.sensors, [case.entries])

    assert {Kind.RECEIVED, Kind.CONNECTED, Kind.LOST} <= kinds
    assert all(counted.received > 200 for counted in intake.statistics)
    assert sum(counted.gaps for counted in intake.statistics) >= 2  # sensors are lost in turn


@pytest.mark.parametrize("protocol", LIVE)
@pytest.mark.parametrize("size", [1, 7, 64])
def test_any_cut_gives_the_same_bits(protocol, size):
    case = stream(protocol)
    whole, intake = passed(case.sensors, [case.entries])

    pieces = case.pieces
    cut, other = passed(case.sensors, [pieces[k : k + size] for k in range(0, len(pieces), size)])

    assert cut == whole
    assert other.statistics == intake.statistics
    assert other.dirt == intake.dirt


@pytest.mark.parametrize("protocol", LIVE)
@settings(max_examples=5, derandomize=True, deadline=None)
@given(share=st.floats(0.0, 1.0))
def test_nothing_is_taken_back_and_a_copy_continues_identically(protocol, share):
    case = stream(protocol)
    at = round(share * len(case.entries))
    intake = Intake(case.sensors)
    before = intake.push(case.entries[:at])
    twin = copy.deepcopy(intake)

    rest = joined([intake.push(case.entries[at:]), intake.flush()])

    assert exact(joined([twin.push(case.entries[at:]), twin.flush()])) == exact(rest)
    assert exact(joined([before, rest])) == passed(case.sensors, [case.entries])[0]


def test_time_rises_whatever_is_repeated_and_out_of_order():
    case = stream("leglink")
    random = np.random.default_rng(0)
    order = np.argsort(np.arange(len(case.entries)) + random.uniform(0, 9, len(case.entries)))
    mixed = [case.entries[k] for k in order]
    arrivals = sorted(chunk.arrival_ns for chunk in mixed)

    intake = Intake(case.sensors)
    blocks = intake.push([replace_arrival(c, at) for c, at in zip(mixed, arrivals, strict=True)])

    for block in blocks:
        assert (np.diff(block.time) > 0).all()
        assert len(block)


def replace_arrival(chunk: Chunk, arrival_ns: int) -> Chunk:
    return chunk._replace(arrival_ns=arrival_ns)
