"""LegLink v1, byte by byte: every packet as a record whose annotations are its layout.

All numbers are little-endian and lie without padding. The first byte is version << 4 | type, the second the node.
docs/wire-protocol.md is generated from here; LegLink is this project's own protocol.
"""

import struct
from collections.abc import Iterator
from enum import IntEnum, IntFlag, StrEnum
from typing import Annotated, NamedTuple, get_type_hints

from firmware_bridge.samples import Placement, Segment, Side

VERSION = 1
PLACES = {
    0: Placement(Side.LEFT, Segment.SHANK),
    1: Placement(Side.RIGHT, Segment.SHANK),
    2: Placement(Side.LEFT, Segment.THIGH),
    3: Placement(Side.RIGHT, Segment.THIGH),
}
"""Where a node is worn, by its number."""
NODES = {place: node for node, place in PLACES.items()}
"""Number of the node that is worn somewhere."""
NODE_MASK = 0x7F
SATURATED = 0x80
"""Bit of a DATA packet's node byte."""
ALL_NODES = 0xFF
"""Address of a command that every node takes for itself."""
LARGEST_NODE = 126
LARGEST_PACKET = 244
"""Bytes that one notification carries at an MTU of 247; no packet is longer."""
LARGEST_BATCH = 19
"""Samples that one packet holds."""
BATCH = 7
"""Samples a packet unless asked otherwise: 35 ms at 200 Hz, no multiple of the usual connection intervals (7.5, 15 and
30 ms), so that packets meet phases of the interval 2.5 to 5 ms apart, and a short wait among them."""
SAMPLE = struct.Struct("<6h")
"""One sample of a DATA packet: acc x y z, gyr x y z."""
NOT_KNOWN = 255
"""Charge of a node that cannot tell."""
NO_TEMPERATURE = -32768
US = 1_000_000
"""Microseconds in a second."""
WRAP_US = 1 << 32
"""A node's clock begins anew after so many microseconds: 71.6 min."""


class Type(IntEnum):
    """Low half of a packet's first byte."""

    DATA = 0x1
    STATUS = 0x2
    TIME = 0x3
    TIME_SENT = 0x4
    INFO = 0x5
    COMMAND = 0xC
    EVENT = 0xE


class Order(IntEnum):
    """What a command asks for."""

    START = 1
    STOP = 2
    SET_NODE = 3
    IDENTIFY = 4
    TIME = 5
    GET_INFO = 6
    SET_RANGE = 7
    POWER_OFF = 8


class Asked(NamedTuple):
    """What the arguments of an order are, and what the node answers."""

    small: str
    number: str
    answer: str


ORDERS = {
    Order.START: Asked(
        "samples a packet; 0: 7",
        "sampling rate, Hz; 0: as it is",
        "INFO, with the rate and batch that it takes; then DATA",
    ),
    Order.STOP: Asked("", "", "STATUS"),
    Order.SET_NODE: Asked("new number, 0 to 126; outlasts power-off", "", "INFO, from the new number"),
    Order.IDENTIFY: Asked("for how long the light blinks, s", "", "none"),
    Order.TIME: Asked("", "token", "TIME, then TIME_SENT"),
    Order.GET_INFO: Asked("", "", "INFO"),
    Order.SET_RANGE: Asked("range of acc, g", "range of gyr, °/s", "INFO, before the first DATA in the new scales"),
    Order.POWER_OFF: Asked("", "", "none"),
}


class EventCode(IntEnum):
    """What an EVENT tells of."""

    MESSAGE = 0
    BUTTON = 1
    SAMPLES_DROPPED = 2
    SENSOR_FAILED = 3
    BATTERY_LOW = 4
    REFUSED = 5


class Capability(IntFlag):
    """What a node can do beyond streaming."""

    TIME = 1
    TIME_SENT = 2
    IDENTIFY = 4
    SET_NODE = 8
    SET_RANGE = 16
    POWER_OFF = 32


class State(IntFlag):
    """What a node is doing."""

    STREAMING = 1
    CHARGING = 2


class Dirt(StrEnum):
    """Why bytes are no packet."""

    BAD_VERSION = "bad_version"
    BAD_TYPE = "bad_type"
    BAD_LENGTH = "bad_length"


class Field(NamedTuple):
    """How a field lies on the wire: its code in `struct`, and what it means."""

    code: str
    meaning: str


Node = Annotated[int, Field("B", "number of the node")]
Battery = Annotated[int, Field("B", "charge, %; 255 where not known")]


class Data(NamedTuple):
    """Samples. After the header follow `n` times six i16: acc x y z, gyr x y z, in units of INFO's scales."""

    node: Annotated[int, Field("B", "number of the node; bit 7: an axis of a sample is at the end of its range")]
    sequence: Annotated[int, Field("H", "+1 for each DATA packet of the node, modulo 65536: a jump tells of loss")]
    t_us: Annotated[int, Field("I", "instant of the first sample on the node's clock, µs, modulo 2^32")]
    dt_us: Annotated[int, Field("H", "time between two samples, as measured, µs; never 0")]
    n: Annotated[int, Field("B", "samples in this packet, 1 to 19")]
    battery: Battery


class Status(NamedTuple):
    """How the node is: every 10 s while it streams, and in answer to STOP."""

    node: Node
    battery: Battery
    state: Annotated[int, Field("B", "bit 0: streaming; bit 1: charging")]
    t_us: Annotated[int, Field("I", "instant on the node's clock, µs, modulo 2^32")]
    temperature: Annotated[int, Field("h", "of the sensor's chip, 0.01 °C; -32768 where not known")]
    next_sequence: Annotated[int, Field("H", "number of the DATA packet that comes next")]
    samples: Annotated[int, Field("I", "samples sent since power-on")]
    dropped: Annotated[int, Field("I", "samples thrown away for want of room since power-on")]


class Time(NamedTuple):
    """Answer to the command TIME."""

    node: Node
    token: Annotated[int, Field("H", "the command's number")]
    t_us: Annotated[int, Field("I", "instant at which the command reached the node, µs, modulo 2^32")]


class TimeSent(NamedTuple):
    """Follows each TIME, as soon as it is known when that packet has really left the node."""

    node: Node
    token: Annotated[int, Field("H", "the command's number")]
    t_us: Annotated[
        int, Field("I", "instant at which TIME left: the radio's word that it was sent, or just before a UART's write")
    ]


class Info(NamedTuple):
    """What the node is. In answer to all commands that change what stands here; every 10 s while it streams."""

    node: Node
    battery: Battery
    batch: Annotated[int, Field("B", "samples a packet")]
    serial: Annotated[int, Field("I", "serial number, the same for ever; 0 where there is none")]
    acc_scale: Annotated[float, Field("f", "size of the unit of acc, m/s²")]
    gyr_scale: Annotated[float, Field("f", "size of the unit of gyr, rad/s")]
    acc_range: Annotated[float, Field("f", "full scale of acc, m/s²")]
    gyr_range: Annotated[float, Field("f", "full scale of gyr, rad/s")]
    rate_hz: Annotated[float, Field("f", "nominal sampling rate, Hz")]
    capabilities: Annotated[
        int,
        Field("H", "bits: 0 TIME, 1 TIME_SENT, 2 IDENTIFY, 3 SET_NODE, 4 SET_RANGE, 5 POWER_OFF"),
    ]
    board: Annotated[str, Field("24s", "name of the board, UTF-8, padded with zeros")]
    imu: Annotated[str, Field("16s", "name of the inertial sensor, UTF-8, padded with zeros")]
    firmware: Annotated[str, Field("16s", "version of the firmware, UTF-8, padded with zeros")]


class Event(NamedTuple):
    """Something for a person. After the header follows a sentence in UTF-8 up to the packet's end; it may be empty."""

    node: Node
    code: Annotated[
        int,
        Field("H", "0 message, 1 button, 2 samples dropped, 3 sensor failed, 4 battery low, 5 command refused"),
    ]
    t_us: Annotated[int, Field("I", "instant on the node's clock, µs, modulo 2^32")]


class Command(NamedTuple):
    """What the host asks of a node."""

    node: Annotated[int, Field("B", "number of the node that is meant; 255: every node")]
    order: Annotated[int, Field("B", "what is asked, see below")]
    small: Annotated[int, Field("B", "its first argument, else 0")]
    number: Annotated[int, Field("H", "its second argument, else 0")]


class Advertised(NamedTuple):
    """Manufacturer data of the advertisement."""

    version: Annotated[int, Field("B", "version of the protocol")]
    node: Node
    battery: Battery
    serial: Annotated[int, Field("I", "as in INFO")]


Wire = Data | Status | Time | TimeSent | Info | Event | Command
TYPES: dict[Type, type[Wire]] = {
    Type.DATA: Data,
    Type.STATUS: Status,
    Type.TIME: Time,
    Type.TIME_SENT: TimeSent,
    Type.INFO: Info,
    Type.COMMAND: Command,
    Type.EVENT: Event,
}
FIRST_BYTE = {record: VERSION << 4 | kind for kind, record in TYPES.items()}


def layout(record: type[NamedTuple]) -> dict[str, Field]:
    """Give the fields of a packet by name, in their order on the wire."""
    hints = get_type_hints(record, include_extras=True)
    return {name: hint.__metadata__[0] for name, hint in hints.items()}


def _struct(record: type[NamedTuple], head: str) -> struct.Struct:
    return struct.Struct(head + "".join(field.code for field in layout(record).values()))


ADVERTISED = _struct(Advertised, "<")
STRUCTS = {record: _struct(record, "<x") for record in FIRST_BYTE}
"""Layouts by record; the first byte is not theirs."""
LARGEST_TEXT = LARGEST_PACKET - STRUCTS[Event].size
"""Bytes of an EVENT's sentence."""


def pack(packet: Wire, rest: bytes = b"") -> bytes:
    """Give the bytes of a packet; `rest` are the samples of DATA or the sentence of EVENT.

    Raises
    ------
    struct.error : a number does not fit into its field
    """
    values = (value.encode() if isinstance(value, str) else value for value in packet)
    head = STRUCTS[type(packet)].pack(*values)
    return bytes((FIRST_BYTE[type(packet)],)) + head[1:] + rest


def unpack(data: bytes) -> tuple[Wire, bytes] | Dirt:
    """Give a packet and the bytes after its fields, or why it is none.

    Bytes that a later minor revision adds at the end are given, and are nobody's business; DATA alone is exactly as
    long as its `n` says.
    """
    if not data:
        return Dirt.BAD_LENGTH
    if data[0] >> 4 != VERSION:
        return Dirt.BAD_VERSION
    record = TYPES.get(data[0] & 0xF)  # type: ignore[call-overload]
    if record is None:
        return Dirt.BAD_TYPE
    form = STRUCTS[record]
    if not form.size <= len(data) <= LARGEST_PACKET:
        return Dirt.BAD_LENGTH
    packet = record(*_read(form.unpack_from(data)))
    rest = data[form.size :]
    if isinstance(packet, Data) and not (1 <= packet.n <= LARGEST_BATCH and len(rest) == packet.n * SAMPLE.size):
        return Dirt.BAD_LENGTH
    return packet, rest


def _read(values: tuple[int | float | bytes, ...]) -> Iterator[int | float | str]:
    for value in values:
        yield text(value) if isinstance(value, bytes) else value


def text(data: bytes) -> str:
    """Give a text of the wire as people may read it: up to the first zero, without what cannot be shown."""
    words = data.partition(b"\0")[0].decode("utf-8", "replace")
    return "".join(letter if letter.isprintable() else "?" for letter in words).strip()


def command(order: Order, node: int = ALL_NODES, small: int = 0, number: int = 0) -> bytes:
    """Give the bytes of a command."""
    return pack(Command(node, order, small, number))


def time_token(packet: bytes) -> int | None:
    """Give the token of a TIME packet, None of any other: what has to be told to the node once it was sent."""
    told = unpack(packet)
    return told[0].token if isinstance(told, tuple) and isinstance(told[0], Time) else None


def local_name(serial: int) -> str:
    """Give the name under which a node advertises itself."""
    return f"LegLink {serial & 0xFFFF:04X}"
