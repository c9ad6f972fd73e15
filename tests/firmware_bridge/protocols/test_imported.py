import copy
import math
import struct
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from firmware_bridge.protocols import PROTOCOLS
from firmware_bridge.protocols.imported import RECORD_BYTES, ImportedDecoder, encode, pack
from firmware_bridge.samples import Placement, SampleBlock, Segment, Side
from firmware_bridge.source import SensorFacts

G = 9.80665
DEG = math.pi / 180
SI = SensorFacts(Placement(Side.LEFT, Segment.THIGH), "imported", 200.0, math.inf, math.inf)
PLAIN = SI._replace(acc_unit_m_s2=G, gyr_unit_rad_s=DEG)
numbers = st.floats(-1e9, 1e9)


def equal(a: SampleBlock, b: SampleBlock) -> bool:
    return all(np.array_equal(getattr(a, name), getattr(b, name)) for name in ("time", "gyr", "acc", "quality"))


def decoded(packets: list) -> SampleBlock:
    return SampleBlock.join([SampleBlock(p.time, p.gyr, p.acc, np.zeros(len(p.time), np.uint8)) for p in packets])


def test_golden_bytes():
    data = pack(np.array([0.005]), np.array([[1.0, -2.0, 0.5]]), np.array([[0.0, 1.0, -1.5]]))

    assert data.hex() == (
        "7b14ae47e17a743f" "000000000000f03f" "00000000000000c0" "000000000000e03f"
        "0000000000000000" "000000000000f03f" "000000000000f8bf"
    )  # fmt: skip


def test_units_become_si():
    data = struct.pack("<7d", -3.5, 180.0, -90.0, 0.0, 0.0, 1.0, -2.0)

    block = decoded(ImportedDecoder([PLAIN]).push(data))

    assert block.time.tolist() == [-3.5]
    assert block.gyr[0] == pytest.approx([math.pi, -math.pi / 2, 0.0])
    assert block.acc[0] == pytest.approx([0.0, G, -2 * G])
    assert block.quality.tolist() == [0]


def test_arrays_are_contiguous_float64():
    block = decoded(ImportedDecoder([PLAIN]).push(bytes(3 * RECORD_BYTES)))

    for array in (block.time, block.gyr, block.acc):
        assert array.dtype == np.float64
        assert array.flags.c_contiguous


@settings(max_examples=50, derandomize=True)
@given(st.lists(st.tuples(*[numbers] * 7), max_size=20))
def test_samples_survive_the_way_through_bytes_exactly(rows):
    table = np.array(rows, np.float64).reshape(-1, 7)
    block = SampleBlock(table[:, 0], table[:, 1:4], table[:, 4:], np.zeros(len(table), np.uint8))

    assert equal(decoded(ImportedDecoder([SI]).push(encode(block, SI))), block)


@settings(max_examples=100, derandomize=True)
@given(st.binary(max_size=400), st.lists(st.integers(0, 400), max_size=6))
def test_any_bytes_in_any_pieces_decode_alike(data, cuts):
    edges = [0, *sorted(min(cut, len(data)) for cut in cuts), len(data)]
    whole, pieces = ImportedDecoder([PLAIN]), ImportedDecoder([PLAIN])

    expected = decoded([*whole.push(data), *whole.flush()])
    got = [packet for a, b in pairwise(edges) for packet in pieces.push(data[a:b])]

    assert equal(decoded([*got, *pieces.flush()]), expected)
    assert pieces.dirt == whole.dirt
    assert len(expected) + whole.dirt["not_finite"] == len(data) // RECORD_BYTES
    assert np.isfinite(expected.gyr).all()


@pytest.mark.parametrize("bad", [math.nan, math.inf, -math.inf, 1e300])
@pytest.mark.parametrize("column", [0, 2, 6])
def test_a_record_that_is_no_measurement_is_left_out_and_counted(bad, column):
    rows = np.arange(21.0).reshape(3, 7)
    rows[1, column] = bad
    decoder = ImportedDecoder([SI])

    block = decoded(decoder.push(rows.tobytes()))

    assert block.time.tolist() == [0.0, 14.0]
    assert decoder.dirt == {"not_finite": 1, "cut_off": 0}


def test_a_cut_off_record_is_counted_once():
    decoder = ImportedDecoder([SI])
    decoder.push(bytes(RECORD_BYTES + 3))

    assert len(decoder.flush()) == 0
    assert len(decoder.flush()) == 0
    assert decoder.dirt["cut_off"] == 1


def test_a_copy_continues_identically():
    data = np.arange(21.0).tobytes()
    decoder = ImportedDecoder([PLAIN])
    decoder.push(data[:70])
    twin = copy.deepcopy(decoder)

    assert equal(decoded(twin.push(data[70:])), decoded(decoder.push(data[70:])))


def test_the_table_of_protocols_makes_working_decoders():
    row = PROTOCOLS["imported"]
    block = SampleBlock(np.array([1.0]), np.ones((1, 3)), np.ones((1, 3)), np.zeros(1, np.uint8))

    assert equal(decoded(row.decoder([SI]).push(b"".join(row.encoder(SI).push(block)))), block)
    assert row.about
