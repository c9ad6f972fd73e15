"""Every decoder of the table against random and damaged bytes: nothing raises, little is held, the good is found."""

import pickle
from collections.abc import Callable, Iterator

import numpy as np
import pytest

from firmware_bridge.protocols import PROTOCOLS, ClockKind, Decoder, ProtocolRow
from firmware_bridge.protocols.packets import Packet, Readings
from firmware_bridge.samples import SampleBlock

SHORT, LONG = 4000, 1_000_000
"""Inputs a decoder: in every run, and in `make soak`."""
SPELL = 500
"""Inputs between two looks at what the decoder holds and whether it still understands."""
MOST_HELD = 16_384
"""Bytes of a pickled decoder; the longest message of any protocol is 1 kB."""
SAMPLES = 64
FOUND = 16
"""Of the valid samples after garbage, so many of the last must be found, exactly."""
NOISE = 4096

rows = pytest.mark.parametrize("row", PROTOCOLS.values(), ids=PROTOCOLS)


def valid_packets(row: ProtocolRow) -> list[bytes]:
    """What a sensor sends: packets of some samples that cannot be told from noise by their size."""
    rng = np.random.default_rng(5)
    time = 1.0 + np.arange(SAMPLES) / row.defaults.rate_hz
    gyr, acc = rng.uniform(-30, 30, (SAMPLES, 3)), rng.uniform(-70, 70, (SAMPLES, 3))
    encoder, step = row.encoder(row.defaults), row.samples_a_packet
    cuts = [slice(k, k + step) for k in range(0, SAMPLES, step)]
    blocks = [SampleBlock(time[cut], gyr[cut], acc[cut], np.zeros(len(time[cut]), np.uint8)) for cut in cuts]
    return [packet for block in blocks for packet in encoder.push(block)]


def damaged(packet: bytes, other: bytes, a: int, b: int, noise: bytes) -> Iterator[bytes]:
    """All the ways to damage a packet; `a` and `b` say where."""
    at, to = a % len(packet), b % len(packet)
    yield packet[:at] + bytes([packet[at] ^ 1 << b % 8]) + packet[at + 1 :]
    yield packet[:at]
    yield packet[at:]
    yield packet[:at] + noise[: 1 + b % 9] + packet[at:]
    yield packet[:at] + packet[to:]
    yield packet[:at] + other[at:]
    yield packet + other[:to]
    yield packet[: 1 + at % 4] * (1 + b % 12)
    yield packet


WAYS = 9


def inputs(packets: list[bytes], count: int, rng: np.random.Generator) -> Iterator[bytes]:
    """Random bytes, a few of them many, and damaged packets."""
    noise = rng.bytes(2 * NOISE)
    for kind, a, b in rng.integers(0, [3 * WAYS, NOISE, NOISE], (count, 3)).tolist():
        if kind >= WAYS:
            packet, other = packets[a % len(packets)], packets[b % len(packets)]
            ways = damaged(packet, other, a // 7, b // 7, noise[a:])
            yield next(way for number, way in enumerate(ways) if number == kind % WAYS)
        else:
            yield noise[a : a + (b if b % 97 == 0 else b % 64)]


def whole(decoder: Decoder, data: bytes) -> list[Packet]:
    return decoder.push(data)


def byte_by_byte(decoder: Decoder, data: bytes) -> list[Packet]:
    return [packet for k in range(len(data)) for packet in decoder.push(data[k : k + 1])]


ways_in = pytest.mark.parametrize("feed", [whole, byte_by_byte])


def samples_of(packets: list[Packet]) -> list[tuple[float, ...]]:
    readings = [packet for packet in packets if isinstance(packet, Readings)]
    for each in readings:
        assert each.gyr.shape == each.acc.shape == (len(each.gyr), 3)
        assert np.isfinite(each.gyr).all()
        assert np.isfinite(each.acc).all()
        assert each.time is None or (each.time.shape == each.gyr.shape[:1] and np.isfinite(each.time).all())
    return [tuple(row) for each in readings for row in np.hstack([each.gyr, each.acc]).tolist()]


def decoded(decoder: Decoder, packets: list[bytes]) -> list[tuple[float, ...]]:
    return samples_of([p for packet in packets for p in decoder.push(packet)])


def survive(row: ProtocolRow, feed: Callable[[Decoder, bytes], list[Packet]], count: int, seed: int) -> None:
    """Feed garbage; every now and then look at what is held, and expect valid packets to be understood again."""
    rng = np.random.default_rng(seed)
    packets = valid_packets(row)
    expected = decoded(row.decoder([row.defaults]), packets)
    assert len(expected) >= SAMPLES - 8
    decoder = row.decoder([row.defaults])
    for start in range(0, count, SPELL):
        for data in inputs(packets, min(SPELL, count - start), rng):
            samples_of(feed(decoder, data))
            assert all(number >= 0 for number in decoder.dirt.values())
        assert len(pickle.dumps(decoder)) < MOST_HELD
        if row.clock is ClockKind.SESSION:
            decoder.flush()  # files have no marks between their records: only their end is one
        assert decoded(decoder, packets)[-FOUND:] == expected[-FOUND:]
    decoder.flush()


@rows
@ways_in
def test_garbage_does_no_harm(row, feed):
    survive(row, feed, SHORT, 11)


@pytest.mark.soak
@rows
@ways_in
def test_a_million_pieces_of_garbage_do_no_harm(row, feed):
    survive(row, feed, LONG, 12)


@rows
def test_dirt_is_counted_under_names_that_stay(row):
    decoder = row.decoder([row.defaults])
    names = set(decoder.dirt)

    for data in inputs(valid_packets(row), 300, np.random.default_rng(13)):
        decoder.push(data)
    decoder.flush()

    assert set(decoder.dirt) == names
    assert sum(decoder.dirt.values()) > 0


@rows
def test_endless_noise_without_any_mark_is_not_kept(row):
    decoder = row.decoder([row.defaults])

    for filler in (b"\x00", b"\x01", b"\x55", b"{", b"\xff"):
        for _ in range(50):
            decoder.push(filler * 1000)

    assert len(pickle.dumps(decoder)) < MOST_HELD


@pytest.mark.parametrize("row", [row for row in PROTOCOLS.values() if row.ble or row.serial or row.udp])
def test_a_decoder_serves_a_link_of_many_sensors(row):
    decoder = row.decoder([row.defaults._replace(node=node) for node in range(8)])

    packets = [p for packet in valid_packets(row) for p in decoder.push(packet)]

    assert {p.node for p in packets if isinstance(p, Readings)} == {0}
