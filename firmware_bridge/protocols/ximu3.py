r"""The protocol 'ximu3': x-io x-IMU3 over USB, a serial port, Bluetooth serial or UDP; the same stream on all. Pure.

    binary  0x80 + letter, u64 us, f32 ..., then END; END is 0x0A, so inside 0x0A is sent as DB DC and 0xDB as DB DD
    ASCII   letter,us,number,...\r\n
    JSON    {"ping":{"interface":..,"name":..,"sn":..}}\r\n    answers to commands, which are JSON lines themselves

    I gyr x y z deg/s, acc x y z g   B battery %, V, status   W signal %, dBm   N notification   F error   others below

Every message ends with 0x0A, so after damage the next one is whole again. Binary and ASCII may alternate. Nothing tells
of loss but the stamps.

Facts: 400 Hz over a whole divisor; +-16 g, +-2000 deg/s; the clock never wraps. Settings are sent to the sensor and not
saved in it: switched off and on it is as its owner set it.

Sources: x-IMU3 User Manual v0.11, pages 23 to 31; letters C, O, U, Y and the ports: x-IMU3-Software (MIT).
"""

import struct
from collections.abc import Sequence
from typing import NamedTuple

import msgspec
import numpy as np

from firmware_bridge.protocols.packets import Introduction, Packet, Readings, Report
from firmware_bridge.protocols.profiles import Conversation, SerialProfile, Step, UdpProfile, Write
from firmware_bridge.protocols.row import ProtocolRow
from firmware_bridge.protocols.units import DEGREE_RAD, STANDARD_GRAVITY_M_S2, measured
from firmware_bridge.samples import Placement, SampleBlock, Segment, Side
from firmware_bridge.source import SensorFacts

END, ESCAPE = b"\n", b"\xdb"
ESCAPED = {b"\xdc": END, b"\xdd": ESCAPE}
BINARY = 0x80
NUMBERS = {
    "I": 6, "M": 3, "Q": 4, "A": 3, "R": 9, "L": 7, "E": 7, "H": 3, "T": 1, "B": 3, "W": 2, "U": 4, "O": 1, "Y": 1,
}  # fmt: skip
"""Letter of a message -> how many numbers it carries."""
TEXTS = "NFSC"
"""Letters of messages that carry text: notification, error, serial accessory, time code."""
HEADER = struct.Struct("<BQ")
LONGEST = 1024
"""Longest message that is believed, bytes: settings in JSON and notifications have up to some hundreds."""
LAST_US = 2**64
SAMPLING_HZ = 400.0
"""Rate at which the sensor samples; it sends one sample of every so many."""
BAUD = 115200
"""USB and Bluetooth have no such speed; the serial port's is this as delivered."""
HOST_PORT, SENSOR_PORT = 8000, 9000
"""UDP ports in the maker's examples: where the computer listens, and where the sensor does."""
PING = b'{"ping":null}\n'
SETTLE_S = 0.05


class _Answer(msgspec.Struct):
    """What of the answers to commands is of use: who is there."""

    ping: dict[str, object] | None = None

    def told(self, *keys: str) -> str | None:
        """Give the text under the first of these keys that has any."""
        values = ((self.ping or {}).get(key) for key in keys)
        return next((value for value in values if isinstance(value, str) and value), None)


class _Message(NamedTuple):
    letter: str
    stamp_us: int
    numbers: tuple[float, ...] = ()
    text: str = ""


class Ximu3Encoder:
    """Encoder of the protocol 'ximu3', binary.

    Parameters
    ----------
    facts : units in which the messages carry their numbers
    """

    def __init__(self, facts: SensorFacts) -> None:
        self._facts = facts

    def push(self, block: SampleBlock) -> list[bytes]:
        """Give a message a sample."""
        stamps_us = [round(t * 1e6) for t in block.time.tolist()]
        gyr = (block.gyr / self._facts.gyr_unit_rad_s).tolist()
        acc = (block.acc / self._facts.acc_unit_m_s2).tolist()
        return [binary("I", t, (*g, *a)) for t, g, a in zip(stamps_us, gyr, acc, strict=True)]


def binary(letter: str, stamp_us: int, numbers: Sequence[float] = (), text: bytes = b"") -> bytes:
    """Give a binary message."""
    plain = HEADER.pack(BINARY + ord(letter), stamp_us) + struct.pack(f"<{len(numbers)}f", *numbers) + text
    return plain.replace(ESCAPE, b"\xdb\xdd").replace(END, b"\xdb\xdc") + END


def plain_of(message: bytes) -> bytes | None:
    """Undo the escapes of a message; None where one is none."""
    first, *parts = message.split(ESCAPE)
    if any(part[:1] not in ESCAPED for part in parts):
        return None
    return first + b"".join(ESCAPED[part[:1]] + part[1:] for part in parts)


class Ximu3Decoder:
    """Decoder of the protocol 'ximu3'.

    Dirt: `too_long` no message is so long, `bad_escape`, `unknown` letter, `bad_length` more or fewer numbers than the
    letter has, `unreadable` text that is no number or no JSON, `not_measured` numbers that no sensor measures,
    `cut_off` messages that never came to their end.

    Parameters
    ----------
    sensors : the one sensor of the link, with the units in which its messages carry their numbers
    """

    def __init__(self, sensors: Sequence[SensorFacts]) -> None:
        self._facts = sensors[0]
        kinds = ("too_long", "bad_escape", "unknown", "bad_length", "unreadable", "not_measured", "cut_off")
        self.dirt: dict[str, int] = dict.fromkeys(kinds, 0)
        self._held = bytearray()
        self._overrun = False

    def push(self, data: bytes) -> list[Packet]:
        """Give what the messages that `data` completes say, one packet each."""
        packets: list[Packet] = []
        first, *others = data.split(END)
        self._hold(first)
        for piece in others:
            packets += self._ended()
            self._hold(piece)
        return packets

    def flush(self) -> list[Packet]:
        """Count a message that never came to its end."""
        self.dirt["cut_off"] += bool(self._held) or self._overrun
        self._held.clear()
        self._overrun = False
        return []

    def _hold(self, piece: bytes) -> None:
        self._overrun = self._overrun or len(self._held) + len(piece) > LONGEST
        if self._overrun:
            self._held.clear()
        else:
            self._held += piece

    def _ended(self) -> list[Packet]:
        message, overrun = bytes(self._held), self._overrun
        self._held.clear()
        self._overrun = False
        if overrun:
            return self._dirty("too_long")
        if message.startswith(b"{"):
            return self._answered(message)
        if message.startswith(b"^"):
            return []  # a message of another sensor that is wired through this one
        plain = plain_of(message)
        if plain is None:
            return self._dirty("bad_escape")
        return self._said(self._read(plain))

    def _dirty(self, kind: str) -> list[Packet]:
        self.dirt[kind] += 1
        return []

    def _read(self, plain: bytes) -> _Message | str:
        """Give the message, or what is wrong with it."""
        letter = chr(plain[0] & ~BINARY) if plain else ""
        if letter not in NUMBERS and (not letter or letter not in TEXTS):
            return "unknown"
        return _read_binary(letter, plain) if plain[0] & BINARY else _read_ascii(letter, plain)

    def _said(self, message: _Message | str) -> list[Packet]:
        if isinstance(message, str):
            return self._dirty(message)
        if not measured(message.numbers):
            return self._dirty("not_measured")
        packet = self._packet(message)
        return [packet] if packet else []

    def _packet(self, message: _Message) -> Packet | None:
        node = self._facts.node
        match message.letter:
            case "I":
                return self._readings(message)
            case "B":
                return Report(node, min(max(message.numbers[0] / 100, 0.0), 1.0))
            case "N":
                return Report(node, text=message.text)
            case "F":
                return Report(node, text=f"The sensor reports an error: {message.text}")
        return None

    def _readings(self, message: _Message) -> Readings:
        gyr = np.array([message.numbers[:3]]) * self._facts.gyr_unit_rad_s
        acc = np.array([message.numbers[3:]]) * self._facts.acc_unit_m_s2
        return Readings(self._facts.node, np.array([message.stamp_us / 1e6]), gyr, acc)

    def _answered(self, message: bytes) -> list[Packet]:
        try:
            answer = msgspec.json.decode(message, type=_Answer)
        except (ValueError, RecursionError):
            return self._dirty("unreadable")
        if answer.ping is None:
            return []
        # The longer names are those of older firmware.
        device, name = answer.told("sn", "serialNumber"), answer.told("name", "deviceName")
        return [Introduction(self._facts.node, device, name)]


def _read_binary(letter: str, plain: bytes) -> _Message | str:
    if len(plain) < HEADER.size:
        return "bad_length"
    stamp_us, rest = HEADER.unpack_from(plain)[1], plain[HEADER.size :]
    if letter in TEXTS:
        return _Message(letter, stamp_us, text=rest.decode(errors="replace"))
    if len(rest) != 4 * NUMBERS[letter]:
        return "bad_length"
    return _Message(letter, stamp_us, struct.unpack(f"<{NUMBERS[letter]}f", rest))


def _read_ascii(letter: str, plain: bytes) -> _Message | str:
    text = plain.removesuffix(b"\r").decode(errors="replace")
    count = 1 if letter in TEXTS else NUMBERS[letter]
    name, *fields = text.split(",", 2) if letter in TEXTS else text.split(",")
    if name != letter or len(fields) != 1 + count:
        return "bad_length"
    try:
        stamp_us = int(fields[0])
        numbers = () if letter in TEXTS else tuple(map(float, fields[1:]))
    except ValueError:
        return "unreadable"
    if not 0 <= stamp_us < LAST_US:
        return "unreadable"
    return _Message(letter, stamp_us, numbers, fields[1] if letter in TEXTS else "")


def _command(text: str) -> Write:
    return Write(text.encode() + END, pause_s=SETTLE_S)


def _start(facts: SensorFacts) -> list[Step]:
    divisor = max(1, round(SAMPLING_HZ / facts.rate_hz))
    return [
        Write(PING, pause_s=SETTLE_S),
        _command('{"binary_mode_enabled":true}'),
        _command(f'{{"inertial_message_rate_divisor":{divisor}}}'),
        # Orientation and field are not used, and would take most of the air.
        _command('{"ahrs_message_rate_divisor":0}'),
        _command('{"magnetometer_message_rate_divisor":0}'),
        _command('{"apply":null}'),
    ]


def _identify(_facts: SensorFacts) -> list[Step]:
    return [_command('{"strobe":null}')]


CONVERSATION = Conversation(start=_start, identify=_identify)

ROW = ProtocolRow(
    "x-io x-IMU3 over USB, a serial port or UDP",
    Ximu3Decoder,
    Ximu3Encoder,
    SensorFacts(
        Placement(Side.LEFT, Segment.THIGH),
        "ximu3",
        200.0,
        16 * STANDARD_GRAVITY_M_S2,
        2000 * DEGREE_RAD,
        STANDARD_GRAVITY_M_S2,
        DEGREE_RAD,
    ),
    rates_hz=(50.0, 100.0, 200.0, 400.0),
    serial=SerialProfile((BAUD,), CONVERSATION, ask=PING),
    udp=UdpProfile(HOST_PORT, CONVERSATION, SENSOR_PORT),
)
