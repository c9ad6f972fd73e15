"""The protocol 'movesense': the GATT SensorData Protocol of Movesense sensors (Flash, HR2, Active). Pure.

    to the sensor:    [command, reference, path]    0 HELLO  1 SUBSCRIBE  2 UNSUBSCRIBE
    from the sensor:  [1, reference, status u16]    what became of a command
                      [2, reference, data]          data
                      [3, reference, data]          the rest of data too long for one notification

    data of /Meas/IMU6/RATE:  u32 ms of the first sample, n x (ax ay az) f32 m/s^2, then n x (gx gy gz) f32 deg/s

No packet says whether a continuation follows: data are taken as whole when they hold whole samples. A sensor that cuts
between two samples (158 bytes, the longest notification known, do not) is found out by its first continuation, and data
of that length wait for theirs from then on.

Nothing tells of loss but the stamps. Their step of 1 ms is coarse, and only a line through many of them is precise.

Facts: 13, 26, 52, 104 and 208 Hz over Bluetooth; +-8 g and +-2000 deg/s unless the firmware was told otherwise, which
this version of the protocol cannot ask. Old firmware sends a status with its bytes swapped, so both orders are read.

Sources: movesense.com/docs/esw/gatt_sensordata_protocol; the block order of the arrays: two clients in field use.
"""

import struct
from collections.abc import Sequence

import numpy as np

from firmware_bridge.protocols.packets import Introduction, Packet, Readings, Report
from firmware_bridge.protocols.profiles import Advert, BleProfile, Conversation, Read, Step, Write
from firmware_bridge.protocols.row import ProtocolRow
from firmware_bridge.protocols.units import DEGREE_RAD, STANDARD_GRAVITY_M_S2, measured
from firmware_bridge.samples import Placement, SampleBlock, Segment, Side
from firmware_bridge.source import SensorFacts

SERVICE = "34802252-7185-4d5d-b431-630e7050e8f0"
WRITE = "34800001-7185-4d5d-b431-630e7050e8f0"
NOTIFY = "34800002-7185-4d5d-b431-630e7050e8f0"
BATTERY = "00002a19-0000-1000-8000-00805f9b34fb"
"""Battery level of the Bluetooth SIG: one byte, percent."""
NAME = "Movesense "
"""The serial number follows."""

HELLO, SUBSCRIBE, UNSUBSCRIBE = b"\0", b"\1", b"\2"
RESULT, DATA, CONTINUATION = b"\1", b"\2", b"\3"
CHARGE = b"\xba"
"""Kind of packet that stands for a battery level read; the sensor itself sends none of that kind."""
HELLO_REFERENCE, REFERENCE = b"\x62", b"\x63"
"""Any but 0; they tell the answers apart."""
STATUS = range(100, 600)
"""Statuses are those of HTTP; what lies outside has its bytes swapped, or is no status."""
REFUSED = 400
SAMPLE = 24
"""Bytes of a sample: six f32."""
SAMPLES_A_PACKET = 8
MOST_SAMPLES = 32
"""Samples of the longest data believed; no known firmware sends half as many."""
NOTIFICATION = 158
"""Longest notification that the sensor sends, bytes."""
WRAP_S = 2**32 / 1000
RESOLUTION_S = 0.001
POLL_S = 60.0


class MovesenseEncoder:
    """Encoder of the protocol 'movesense'.

    Parameters
    ----------
    facts : units in which the packets carry their numbers
    """

    def __init__(self, facts: SensorFacts) -> None:
        self._facts = facts

    def push(self, block: SampleBlock) -> list[bytes]:
        """Give the notifications that carry these samples, eight samples a packet, two notifications a packet."""
        firsts = range(0, len(block), SAMPLES_A_PACKET)
        bodies = [self._body(block[first : first + SAMPLES_A_PACKET]) for first in firsts]
        return [notification for body in bodies for notification in notifications(body)]

    def _body(self, block: SampleBlock) -> bytes:
        stamp_ms = round(float(block.time[0]) * 1000) % 2**32
        acc, gyr = block.acc / self._facts.acc_unit_m_s2, block.gyr / self._facts.gyr_unit_rad_s
        return struct.pack("<I", stamp_ms) + acc.astype("<f4").tobytes() + gyr.astype("<f4").tobytes()


def notifications(body: bytes) -> list[bytes]:
    """Give the notifications that carry a piece of data."""
    most = NOTIFICATION - 2
    parts = [body[first : first + most] for first in range(0, len(body), most)]
    return [(CONTINUATION if number else DATA) + REFERENCE + part for number, part in enumerate(parts)]


class MovesenseDecoder:
    """Decoder of the protocol 'movesense': one notification a call.

    Dirt: `unknown` no packet of the protocol, `stray_part` a continuation of nothing, `cut_off` data that never came to
    its end, `too_long` data that no sensor sends, `not_measured` numbers that no sensor measures.

    Parameters
    ----------
    sensors : the one sensor of the link: its rate, and the units in which its packets carry their numbers
    """

    def __init__(self, sensors: Sequence[SensorFacts]) -> None:
        self._facts = sensors[0]
        kinds = ("unknown", "stray_part", "cut_off", "too_long", "not_measured")
        self.dirt: dict[str, int] = dict.fromkeys(kinds, 0)
        self._begun = b""
        self._whole = 0
        self._cut = 0

    def push(self, data: bytes) -> list[Packet]:
        """Give what a notification completes."""
        kind, reference, content = data[:1], data[1:2], data[2:]
        if kind == DATA and reference == REFERENCE and content:
            self.flush()
            return self._completed(content)
        if kind == CONTINUATION and reference == REFERENCE:
            return self._completed(self._begun + content) if self._begun else self._stray()
        if kind == RESULT and reference in {REFERENCE, HELLO_REFERENCE}:
            return self._answer(content[:2])
        if kind == CHARGE and reference and reference[0] <= 100:
            return [Report(self._facts.node, reference[0] / 100)]
        self.dirt["unknown"] += 1
        return []

    def flush(self) -> list[Packet]:
        """Count data that never came to its end."""
        self.dirt["cut_off"] += bool(self._begun)
        if len(self._begun) == self._cut:
            self._cut = 0  # no continuation came, so it is not where this sensor cuts
        self._begun = b""
        return []

    def _stray(self) -> list[Packet]:
        """Count a continuation of nothing; what seemed whole before it was not."""
        self.dirt["stray_part"] += 1
        self._cut = self._whole
        return []

    def _completed(self, body: bytes) -> list[Packet]:
        """Give the samples, if all of them are there: acceleration and rate of each, nothing left over."""
        continued, self._begun = bool(self._begun), b""
        samples, rest = divmod(len(body) - 4, SAMPLE)
        self._whole = 0
        if samples > MOST_SAMPLES:
            self.dirt["too_long"] += 1
        elif rest or samples < 1 or len(body) == self._cut:
            self._begun = body
        else:
            self._whole = 0 if continued else len(body)
            return self._readings(body, samples)
        return []

    def _readings(self, body: bytes, samples: int) -> list[Packet]:
        stamp_ms, *numbers = struct.unpack(f"<I{6 * samples}f", body)
        if not measured(numbers):
            self.dirt["not_measured"] += 1
            return []
        time = stamp_ms / 1000 + np.arange(samples) / self._facts.rate_hz
        acc, gyr = np.array(numbers).reshape(2, samples, 3)
        return [Readings(self._facts.node, time, gyr * self._facts.gyr_unit_rad_s, acc * self._facts.acc_unit_m_s2)]

    def _answer(self, data: bytes) -> list[Packet]:
        """Tell of a command that was refused; all went well otherwise."""
        status = next((code for order in ("<H", ">H") if (code := _number(order, data)) in STATUS), 0)
        if status < REFUSED:
            return []
        return [Report(self._facts.node, text=f"The sensor refuses to stream at this rate (status {status}).")]


def _number(order: str, data: bytes) -> int:
    return int(struct.unpack(order, data)[0]) if len(data) == 2 else 0


def _recognises(advert: Advert) -> bool:
    return SERVICE in advert.services or advert.name.startswith(NAME)


def _tells(advert: Advert) -> list[Packet]:
    serial = advert.name.removeprefix(NAME)
    return [Introduction(0, serial, "Movesense")] if serial and serial != advert.name else []


def _start(facts: SensorFacts) -> list[Step]:
    path = f"/Meas/IMU6/{facts.rate_hz:.0f}".encode()
    return [
        Write(HELLO + HELLO_REFERENCE, WRITE),
        Write(SUBSCRIBE + REFERENCE + path, WRITE),
    ]


def _stop(_facts: SensorFacts) -> list[Step]:
    return [Write(UNSUBSCRIBE + REFERENCE, WRITE)]


def as_charge(value: bytes) -> bytes:
    """Make a packet of a battery level read."""
    return CHARGE + value


def _poll(_facts: SensorFacts, _count: int) -> list[Step]:
    return [Read(BATTERY, as_charge)]


ROW = ProtocolRow(
    "Movesense over Bluetooth LE, with the firmware 'gatt_sensordata_app'",
    MovesenseDecoder,
    MovesenseEncoder,
    SensorFacts(
        Placement(Side.LEFT, Segment.THIGH),
        "movesense",
        104.0,
        8 * STANDARD_GRAVITY_M_S2,
        2000 * DEGREE_RAD,
        gyr_unit_rad_s=DEGREE_RAD,
    ),
    samples_a_packet=SAMPLES_A_PACKET,
    whole=True,
    wrap_s=WRAP_S,
    resolution_s=RESOLUTION_S,
    rates_hz=(52.0, 104.0, 208.0),
    ble=BleProfile(
        _recognises, (NOTIFY,), Conversation(start=_start, stop=_stop, poll=_poll, poll_s=POLL_S), tells=_tells
    ),
)
