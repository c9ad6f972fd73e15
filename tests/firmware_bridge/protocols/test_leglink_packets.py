import math
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from firmware_bridge.protocols.leglink_packets import (
    ALL_NODES,
    LARGEST_BATCH,
    LARGEST_PACKET,
    NODES,
    PLACES,
    SAMPLE,
    STRUCTS,
    TYPES,
    Capability,
    Command,
    Data,
    Dirt,
    Event,
    Info,
    Order,
    State,
    Status,
    Time,
    TimeSent,
    command,
    layout,
    local_name,
    pack,
    text,
    time_token,
    unpack,
)

NUMBERS = {
    "B": st.integers(0, 255),
    "H": st.integers(0, 65535),
    "I": st.integers(0, 2**32 - 1),
    "h": st.integers(-32768, 32767),
    "f": st.floats(width=32, allow_nan=False),
}
LETTERS = st.characters(min_codepoint=33, max_codepoint=126)


def values(code):
    return st.text(LETTERS, max_size=int(code[:-1])) if code.endswith("s") else NUMBERS[code]


def records():
    """Any packet but DATA, whose length has to fit its count."""
    kinds = [kind for kind in TYPES.values() if kind is not Data]
    return st.sampled_from(kinds).flatmap(
        lambda kind: st.builds(kind, *(values(field.code) for field in layout(kind).values()))
    )


def test_a_data_packet_byte_by_byte():
    data = pack(Data(0x83, 0x0102, 0x03040506, 5000, 1, 99), SAMPLE.pack(1, -1, 2048, -32768, 32767, 0))
    assert data.hex(" ", 1) == "11 83 02 01 06 05 04 03 88 13 01 63 01 00 ff ff 00 08 00 80 ff 7f 00 00"


@pytest.mark.parametrize(
    ("packet", "expected"),
    [
        (Time(2, 0xABCD, 1), "13 02 cd ab 01 00 00 00"),
        (TimeSent(2, 0xABCD, 2), "14 02 cd ab 02 00 00 00"),
        (Command(ALL_NODES, Order.START, 7, 200), "1c ff 01 07 c8 00"),
        (Command(1, Order.TIME, 0, 513), "1c 01 05 00 01 02"),
        (Event(0, 1, 0x01000000), "1e 00 01 00 00 00 00 01"),
        (
            Status(1, 50, 1, 256, -1, 7, 600, 3),
            "12 01 32 01 00 01 00 00 ff ff 07 00 58 02 00 00 03 00 00 00",
        ),
    ],
)
def test_the_other_packets_byte_by_byte(packet, expected):
    assert pack(packet).hex(" ", 1) == expected
    assert unpack(bytes.fromhex(expected)) == (packet, b"")


def test_info_has_its_numbers_where_the_page_says():
    packet = Info(1, 2, 3, 4, 0.5, 0.25, 16.0, 32.0, 200.0, 5, "board", "imu", "firmware")
    data = pack(packet)
    assert len(data) == 86
    assert struct.unpack_from("<BBBBI5fH", data) == (0x15, 1, 2, 3, 4, 0.5, 0.25, 16.0, 32.0, 200.0, 5)
    assert data[30:54] == b"board".ljust(24, b"\0")
    assert data[54:70] == b"imu".ljust(16, b"\0")
    assert data[70:] == b"firmware".ljust(16, b"\0")


@given(records())
def test_a_packet_survives_the_way_through_bytes(packet):
    told = unpack(pack(packet))
    assert told == (packet, b"")
    assert type(told[0]) is type(packet)


@given(st.integers(1, LARGEST_BATCH), st.binary(min_size=240, max_size=240), st.integers(0, 2**32 - 1))
def test_samples_survive_the_way_through_bytes(n, noise, t_us):
    packet = Data(1, 5, t_us, 5000, n, 255)
    rest = noise[: 12 * n]
    assert unpack(pack(packet, rest)) == (packet, rest)


@given(records().filter(lambda packet: not isinstance(packet, Event)), st.binary(max_size=100))
def test_bytes_that_a_later_revision_adds_are_legal(packet, more):
    assert unpack(pack(packet, more)) == (packet, more)


def test_the_largest_batch_fits_into_a_packet_and_no_larger_one():
    assert STRUCTS[Data].size + LARGEST_BATCH * SAMPLE.size <= LARGEST_PACKET
    assert STRUCTS[Data].size + (LARGEST_BATCH + 1) * SAMPLE.size > LARGEST_PACKET


@pytest.mark.parametrize("n", [0, LARGEST_BATCH + 1, 255])
def test_a_count_that_cannot_be_is_a_bad_length(n):
    rest = bytes(12 * n)
    assert unpack(pack(Data(1, 0, 0, 5000, n, 0), rest)) is Dirt.BAD_LENGTH


def test_data_is_exactly_as_long_as_its_count_says():
    data = pack(Data(1, 0, 0, 5000, 2, 0), bytes(24))
    assert isinstance(unpack(data), tuple)
    assert unpack(data + b"\0") is Dirt.BAD_LENGTH
    assert all(unpack(data[:length]) is Dirt.BAD_LENGTH for length in range(len(data)))


def test_nothing_is_a_bad_length():
    assert unpack(b"") is Dirt.BAD_LENGTH


@pytest.mark.parametrize("kind", [kind for kind in TYPES if TYPES[kind] is not Data])
def test_too_short_and_too_long_packets_are_a_bad_length(kind):
    size = STRUCTS[TYPES[kind]].size
    first = bytes([0x10 | kind])
    assert unpack(first + bytes(size - 2)) is Dirt.BAD_LENGTH
    assert isinstance(unpack(first + bytes(size - 1)), tuple)
    assert isinstance(unpack(first + bytes(LARGEST_PACKET - 1)), tuple)
    assert unpack(first + bytes(LARGEST_PACKET)) is Dirt.BAD_LENGTH


def test_each_first_byte_is_known_or_told_apart():
    good = {0x10 | kind for kind in TYPES}
    for first in range(256):
        told = unpack(bytes([first]) + bytes(100))
        if first >> 4 != 1:
            assert told is Dirt.BAD_VERSION
        elif first not in good:
            assert told is Dirt.BAD_TYPE
        else:
            assert isinstance(told, tuple) or first == 0x11


@given(st.binary(max_size=300))
def test_any_bytes_are_a_packet_or_dirt(data):
    told = unpack(data)
    assert isinstance(told, (tuple, Dirt))


def test_a_number_that_does_not_fit_is_refused():
    with pytest.raises(struct.error):
        pack(Time(1, 65536, 0))


def test_text_is_fit_for_a_terminal():
    assert text(b"LSM6DS3\0\0\xff") == "LSM6DS3"
    assert text(b"a\x1b[31mb\r\nc") == "a?[31mb??c"
    assert text("Knöpfe".encode()) == "Knöpfe"
    assert "b" in text(b"\xffb")
    assert text(b"") == ""


def test_a_long_name_is_cut_to_its_field():
    info = Info(1, 2, 3, 4, 1.0, 1.0, 1.0, 1.0, 1.0, 0, "b" * 40, "i", "f")
    told = unpack(pack(info))
    assert told[0].board == "b" * 24


def test_infinite_and_not_a_number_come_through():
    info = Info(1, 2, 3, 4, math.nan, math.inf, -math.inf, 1.0, 1.0, 0, "", "", "")
    told = unpack(pack(info))[0]
    assert math.isnan(told.acc_scale)
    assert (told.gyr_scale, told.acc_range) == (math.inf, -math.inf)


def test_commands_are_for_all_unless_told():
    assert unpack(command(Order.STOP))[0] == Command(ALL_NODES, Order.STOP, 0, 0)
    assert unpack(command(Order.SET_RANGE, 2, 16, 2000))[0] == Command(2, 7, 16, 2000)


def test_the_token_of_a_time_packet_and_of_no_other():
    assert time_token(pack(Time(1, 77, 5))) == 77
    assert time_token(pack(TimeSent(1, 77, 5))) is None
    assert time_token(b"\x13") is None


def test_places_and_numbers_are_each_others_inverse():
    assert sorted(NODES.values()) == [0, 1, 2, 3]
    assert all(PLACES[node] == place for place, node in NODES.items())
    assert [str(PLACES[node]) for node in range(4)] == ["left shank", "right shank", "left thigh", "right thigh"]


def test_the_name_shows_the_low_half_of_the_serial_number():
    assert local_name(0x00C0FFEE) == "LegLink FFEE"
    assert local_name(0x10) == "LegLink 0010"


def test_bits_are_as_the_fields_say():
    told = layout(Info)["capabilities"].meaning
    assert all(f"{bit} {Capability(1 << bit).name}" in told for bit in range(6))
    told = layout(Status)["state"].meaning
    assert all(f"bit {bit}: {State(1 << bit).name.lower()}" in told for bit in range(2))
