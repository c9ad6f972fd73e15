"""The protocol 'witmotion': BLE models of WitMotion (WT901BLECL, WT9011DCL-BT50, BWT901BLE5.0). Pure.

    55 61  ax ay az  wx wy wz  roll pitch yaw        i16 little-endian, 20 bytes, no checksum, no time
    55 71  register u16  its value and the next 7    the answer to a question, 20 bytes, of some firmware 22

Frames are split and joined over notifications at will, so they are read as a stream. Without checksum only the place
of the next header tells whether a frame was one: after damage two headers 20 bytes apart are asked for; a frame that
lost bytes may give one wrong sample before that is seen. Loss cannot be seen at all, and samples are counted.

Facts: acceleration raw / 32768 * 16 g, rate raw / 32768 * 2000 deg/s, always; 0.2 to 200 Hz, 10 Hz when it leaves the
factory, so the rate is set at every start.

Sources: WitMotion WT901BLECL datasheet v20-0707, page 12; the vendor's SDK WITMOTION/WitBluetooth_BWT901BLE5_0;
rate codes: PyPI `witmotion` and SCG-Sensor-Windows.
"""

import struct
from collections.abc import Sequence

import numpy as np

from firmware_bridge.protocols.packets import Packet, Readings, Report
from firmware_bridge.protocols.profiles import Advert, BleProfile, Conversation, Step, Write
from firmware_bridge.protocols.row import ClockKind, ProtocolRow
from firmware_bridge.protocols.units import DEGREE_RAD, STANDARD_GRAVITY_M_S2
from firmware_bridge.samples import Placement, SampleBlock, Segment, Side, Vectors
from firmware_bridge.source import SensorFacts

SERVICE = "0000ffe5-0000-1000-8000-00805f9a34fb"
NOTIFY = "0000ffe4-0000-1000-8000-00805f9a34fb"
WRITE = "0000ffe9-0000-1000-8000-00805f9a34fb"
"""Not on the base UUID of the Bluetooth SIG: ...9a34fb, not ...9b34fb."""
SAMPLE = b"\x55\x61"
ANSWER = b"\x55\x71"
HEADERS = (SAMPLE, ANSWER)
FRAME = 20
"""Length of a frame, bytes."""
FULL_SCALE = 32768
ACC_RANGE_M_S2 = 16 * STANDARD_GRAVITY_M_S2
GYR_RANGE_RAD_S = 2000 * DEGREE_RAD

RATE_REGISTER = 0x03
BATTERY_REGISTER = 0x64
UNLOCK = bytes.fromhex("ffaa6988b5")
SAVE = bytes.fromhex("ffaa000000")
SETTLE_S = 0.1
"""The sensor takes about so long over a command (datasheet)."""
RATE_CODES = {0.2: 1, 0.5: 2, 1.0: 3, 2.0: 4, 5.0: 5, 10.0: 6, 20.0: 7, 50.0: 8, 100.0: 9, 125.0: 0x0A, 200.0: 0x0B}
"""Rate in Hz -> value of the RATE register."""
RUNNING_RATES_HZ = (50.0, 100.0, 125.0, 200.0)
POLL_S = 30.0
CHARGES = (
    (397, 1.0), (393, 0.9), (387, 0.75), (382, 0.6), (379, 0.5), (377, 0.4), (373, 0.3), (370, 0.2), (368, 0.15),
    (350, 0.1),
)  # fmt: skip
"""Least voltage of the battery, 0.01 V -> its charge (vendor's table); below the last one it is as good as empty."""


def write_register(register: int, value: int) -> bytes:
    """Give the command that sets a register."""
    return struct.pack("<BBBH", 0xFF, 0xAA, register, value)


def read_register(register: int) -> bytes:
    """Give the command that asks for a register and the seven after it."""
    return write_register(0x27, register)


def rate_code(rate_hz: float) -> int:
    """Give the value of the RATE register for a rate, or for the nearest one that the sensor has."""
    return RATE_CODES[min(RATE_CODES, key=lambda known_hz: abs(known_hz - rate_hz))]


def charge_of(centivolts: int) -> float:
    """Give the charge, 0 to 1, of a battery of this voltage."""
    return next((charge for least, charge in CHARGES if centivolts >= least), 0.0)


def raw(vectors: Vectors, unit: float) -> Vectors:
    """Give the numbers that stand for SI values, as far as an i16 reaches."""
    return np.clip(np.rint(vectors / unit), -FULL_SCALE, FULL_SCALE - 1)


class WitmotionEncoder:
    """Encoder of the protocol 'witmotion'; the angles of a frame, which nobody reads here, are 0.

    Parameters
    ----------
    facts : units in which the frames carry their numbers
    """

    def __init__(self, facts: SensorFacts) -> None:
        self._facts = facts

    def push(self, block: SampleBlock) -> list[bytes]:
        """Give a frame a sample."""
        acc = raw(block.acc, self._facts.acc_unit_m_s2)
        gyr = raw(block.gyr, self._facts.gyr_unit_rad_s)
        numbers = np.column_stack([acc, gyr, np.zeros_like(acc)]).astype("<i2")
        return [SAMPLE + row.tobytes() for row in numbers]


class WitmotionDecoder:
    """Decoder of the protocol 'witmotion'.

    Dirt: `garbage` bytes that were no frame, `resync` losses of the rhythm of frames, `cut_off` frames that never came
    to their end.

    Parameters
    ----------
    sensors : the one sensor of the link, with the units in which its frames carry their numbers
    """

    def __init__(self, sensors: Sequence[SensorFacts]) -> None:
        self._facts = sensors[0]
        self.dirt: dict[str, int] = {"garbage": 0, "resync": 0, "cut_off": 0}
        self._held = b""
        # A link begins with a frame; only after damage its place has to be found.
        self._in_step = True
        self._answered = False

    def push(self, data: bytes) -> list[Packet]:
        """Give the samples and answers that `data` completes, one packet a frame."""
        held, packets = self._held + data, list[Packet]()
        at = self._frame_start(held, 0)
        while self._in_step and at + FRAME <= len(held):
            packets += self._packets(held[at : at + FRAME])
            at = self._frame_start(held, at + FRAME)
        self._held = held[at:]
        return packets

    def flush(self) -> list[Packet]:
        """Count a frame that never came to its end; what comes next begins with a frame again."""
        self.dirt["cut_off"] += bool(self._held)
        self._held, self._in_step, self._answered = b"", True, False
        return []

    def _frame_start(self, held: bytes, at: int) -> int:
        """Give where the next frame begins; where that is not known yet, from where on the bytes are needed."""
        if self._in_step:
            if len(held) < at + 2 or held[at : at + 2] in HEADERS:
                return at
            if self._answered and len(held) < at + 4:
                return at
            if self._answered and held[at + 2 : at + 4] in HEADERS:
                return at + 2  # the answer was one of 22 bytes
            self._in_step = False
            self.dirt["resync"] += 1
        start = self._search(held, at)
        self.dirt["garbage"] += start - at
        return start

    def _search(self, held: bytes, at: int) -> int:
        """Look for a frame that another one follows."""
        while (start := held.find(SAMPLE, at)) >= 0:
            following = held[start + FRAME : start + FRAME + 2]
            if len(following) < 2:
                return start
            if following == SAMPLE:
                self._in_step = True
                return start
            at = start + 1
        return max(at, len(held) - held.endswith(SAMPLE[:1]))

    def _packets(self, frame: bytes) -> list[Packet]:
        self._answered = frame.startswith(ANSWER)
        if self._answered:
            register, value = struct.unpack_from("<HH", frame, 2)
            return [Report(self._facts.node, charge_of(value))] if register == BATTERY_REGISTER else []
        numbers = np.frombuffer(frame, "<i2", 6, 2).astype(np.float64).reshape(2, 1, 3)
        acc, gyr = numbers[0] * self._facts.acc_unit_m_s2, numbers[1] * self._facts.gyr_unit_rad_s
        return [Readings(self._facts.node, None, gyr, acc)]


def _recognises(advert: Advert) -> bool:
    return SERVICE in advert.services or advert.name.startswith("WT")


def _said(data: bytes) -> Write:
    return Write(data, WRITE, SETTLE_S, response=False)


def _start(facts: SensorFacts) -> list[Step]:
    return [_said(UNLOCK), _said(write_register(RATE_REGISTER, rate_code(facts.rate_hz))), _said(SAVE)]


def _poll(_facts: SensorFacts, _count: int) -> list[Step]:
    return [_said(read_register(BATTERY_REGISTER))]


DEFAULTS = SensorFacts(
    Placement(Side.LEFT, Segment.THIGH),
    "witmotion",
    100.0,
    ACC_RANGE_M_S2,
    GYR_RANGE_RAD_S,
    ACC_RANGE_M_S2 / FULL_SCALE,
    GYR_RANGE_RAD_S / FULL_SCALE,
)
"""100 Hz: a notification a sample, and four sensors at 200 Hz ask more of the air than most computers give."""

ROW = ProtocolRow(
    "WitMotion over Bluetooth LE (WT901BLECL, WT9011DCL, BWT901BLE5.0)",
    WitmotionDecoder,
    WitmotionEncoder,
    DEFAULTS,
    clock=ClockKind.NONE,
    rates_hz=RUNNING_RATES_HZ,
    ble=BleProfile(_recognises, (NOTIFY,), Conversation(start=_start, poll=_poll, poll_s=POLL_S)),
)
