"""The protocol 'dot': Movella DOT, once Xsens DOT, over Bluetooth LE. Pure.

    mode 21, rate quantities   u32 us, acc 3 x f32 m/s^2, gyr 3 x f32 deg/s                         28 bytes
    mode 26, custom 5          u32 us, quaternion 4 x f32, acc 3 x f32 m/s^2, gyr 3 x f32 deg/s     44 bytes

The sensor fills up with zeros: mode 21 comes over a characteristic of 40 bytes, mode 26 over one of 63, so the length
tells the mode. Streams are asked for in mode 21, which has all that is used here; mode 26 is understood if it comes.
Every other mode has no rate, or an acceleration without gravity.

Facts: at most 60 Hz live (120 Hz are recorded on the sensor only); +-16 g, +-2000 deg/s. The clock wraps after 71.6
minutes. Nothing tells of loss but the stamps.

Source: Movella DOT BLE Service Specification XD0506P, revision C, July 2023.
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


def _uuid(number: int) -> str:
    return f"1517{number:04x}-4947-11e9-8646-d663bd873d93"


DEVICE_INFO, DEVICE_CONTROL = _uuid(0x1001), _uuid(0x1002)
MEASURE, LONG_PAYLOAD, MEDIUM_PAYLOAD = _uuid(0x2001), _uuid(0x2002), _uuid(0x2003)
BATTERY = _uuid(0x3001)
COMPANY = 0x0886
NAMES = ("Movella DOT", "Xsens DOT")

RATE_QUANTITIES, CUSTOM_5 = 21, 26
"""Payload modes."""
MODE_21 = struct.Struct("<I6f")
MODE_26 = struct.Struct("<I4x4x4x4x6f")
CHARGE = struct.Struct("<BB")
"""Battery: percent, and whether it is being charged."""
WHO = struct.Struct("<3BQ6s")
"""Firmware version, serial number and product code, cut out of the device information."""
DEVICE_INFO_BYTES = 34
WRAP_S = 2**32 / 1e6
CONTROL_BYTES = 32
VISIT_IDENTIFY, VISIT_RATE = 0x01, 0x10
"""Bits that say which part of a device control is meant."""
RATE_AT = 24
POLL_S = 60.0


class DotEncoder:
    """Encoder of the protocol 'dot', mode 21.

    Parameters
    ----------
    facts : units in which the packets carry their numbers
    """

    def __init__(self, facts: SensorFacts) -> None:
        self._facts = facts

    def push(self, block: SampleBlock) -> list[bytes]:
        """Give a notification a sample."""
        stamps_us = [round(t * 1e6) % 2**32 for t in block.time.tolist()]
        acc = (block.acc / self._facts.acc_unit_m_s2).tolist()
        gyr = (block.gyr / self._facts.gyr_unit_rad_s).tolist()
        return [MODE_21.pack(t, *a, *g) for t, a, g in zip(stamps_us, acc, gyr, strict=True)]


class DotDecoder:
    """Decoder of the protocol 'dot': one notification a call.

    Dirt: `unknown` no packet of a known length, `not_measured` numbers that no sensor measures.

    Parameters
    ----------
    sensors : the one sensor of the link, with the units in which its packets carry their numbers
    """

    def __init__(self, sensors: Sequence[SensorFacts]) -> None:
        self._facts = sensors[0]
        self.dirt: dict[str, int] = {"unknown": 0, "not_measured": 0}

    def push(self, data: bytes) -> list[Packet]:
        """Give what a notification, or a characteristic that was read, says."""
        if len(data) >= MODE_26.size:
            return self._sample(*MODE_26.unpack_from(data))
        if len(data) >= MODE_21.size:
            return self._sample(*MODE_21.unpack_from(data))
        if len(data) == WHO.size:
            return [self._introduction(*WHO.unpack(data))]
        if len(data) == CHARGE.size and data[0] <= 100:
            return [Report(self._facts.node, data[0] / 100)]
        self.dirt["unknown"] += 1
        return []

    def flush(self) -> list[Packet]:
        """Give nothing: nothing is ever held back."""
        return []

    def _sample(self, stamp_us: int, *numbers: float) -> list[Packet]:
        if not measured(numbers):
            self.dirt["not_measured"] += 1
            return []
        acc = np.array([numbers[:3]]) * self._facts.acc_unit_m_s2
        gyr = np.array([numbers[3:]]) * self._facts.gyr_unit_rad_s
        return [Readings(self._facts.node, np.array([stamp_us / 1e6]), gyr, acc)]

    def _introduction(self, major: int, minor: int, revision: int, serial: int, code: bytes) -> Introduction:
        model = "DOT v2" if code.startswith(b"XS-T02") else "DOT"
        return Introduction(self._facts.node, f"{serial:X}", f"Movella {model}, firmware {major}.{minor}.{revision}")


def as_introduction(value: bytes) -> bytes:
    """Make a packet of a device information read: shorter than any payload, so that the length tells them apart."""
    return value[6:9] + value[20:34] if len(value) >= DEVICE_INFO_BYTES else b""


def _control(visit: int, content: bytes, at: int) -> Write:
    control = bytearray(CONTROL_BYTES)
    control[0] = visit
    control[at : at + len(content)] = content
    return Write(bytes(control), DEVICE_CONTROL)


def _measure(*, on: bool) -> Write:
    return Write(bytes([1, on, RATE_QUANTITIES]), MEASURE)


def _recognises(advert: Advert) -> bool:
    return advert.name in NAMES or COMPANY in advert.manufacturer


def _start(facts: SensorFacts) -> list[Step]:
    rate = struct.pack("<H", round(facts.rate_hz))
    # The rate can be changed only while nothing is measured, and an earlier connection may have left it measuring.
    return [
        Read(DEVICE_INFO, as_introduction),
        _measure(on=False),
        _control(VISIT_RATE, rate, RATE_AT),
        _measure(on=True),
    ]


def _stop(_facts: SensorFacts) -> list[Step]:
    return [_measure(on=False)]


def _identify(_facts: SensorFacts) -> list[Step]:
    return [_control(VISIT_IDENTIFY, b"\x01", 1)]


def _poll(_facts: SensorFacts, _count: int) -> list[Step]:
    return [Read(BATTERY)]


ROW = ProtocolRow(
    "Movella DOT (Xsens DOT) over Bluetooth LE, 60 Hz live at most",
    DotDecoder,
    DotEncoder,
    SensorFacts(
        Placement(Side.LEFT, Segment.THIGH),
        "dot",
        60.0,
        16 * STANDARD_GRAVITY_M_S2,
        2000 * DEGREE_RAD,
        gyr_unit_rad_s=DEGREE_RAD,
    ),
    whole=True,
    wrap_s=WRAP_S,
    rates_hz=(20.0, 30.0, 60.0),
    ble=BleProfile(
        _recognises,
        (MEDIUM_PAYLOAD, LONG_PAYLOAD),
        Conversation(start=_start, stop=_stop, identify=_identify, poll=_poll, poll_s=POLL_S),
    ),
)
