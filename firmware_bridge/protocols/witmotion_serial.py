"""The protocol 'witmotion-serial': WitMotion on a cable or a Bluetooth serial port (WT901C, BWT901CL, HWT905). Pure.

    55 type  d0 d1 d2 d3 (i16 little-endian)  sum of the ten bytes, its low byte        11 bytes

    0x51 acceleration x y z, temperature   0x52 rate x y z, temperature or voltage   0x53 angles, firmware

A sample is the group 51, 52, 53, complete with 52. Other frames (time 50, field 54, quaternion 59, answers 5F) are
recognised and ignored. No number tells of loss but that of damaged frames, and the samples are counted.

Facts: scales as in `witmotion`; 10 Hz and 9600 bit/s when it leaves the factory, so frames, rate and speed of the port
are set at every start: 200 Hz are 66 kbit/s.

Source: WitMotion WT901C datasheet v20-0702, pages 11 and 21.
"""

import struct
from collections.abc import Sequence

import numpy as np

from firmware_bridge.protocols.packets import Packet, Readings
from firmware_bridge.protocols.profiles import Conversation, SerialProfile, Step, Write
from firmware_bridge.protocols.row import ClockKind, ProtocolRow
from firmware_bridge.protocols.witmotion import (
    DEFAULTS,
    RATE_REGISTER,
    RUNNING_RATES_HZ,
    SAVE,
    SETTLE_S,
    UNLOCK,
    rate_code,
    raw,
    write_register,
)
from firmware_bridge.samples import SampleBlock, Vectors
from firmware_bridge.source import SensorFacts

FRAME = 11
"""Length of a frame, bytes."""
HEAD = 0x55
TYPES = range(0x50, 0x60)
ACC, GYR, ANGLE = 0x51, 0x52, 0x53
FRAMES_REGISTER = 0x02
FRAMES = 0b1110
"""Frames 51, 52 and 53 (bits 1 to 3) and no other."""
BAUD_REGISTER = 0x04
BAUD_CODES = {9600: 2, 115200: 6, 230400: 7, 921600: 9}
"""Speed of the port in bit/s -> value of the BAUD register."""
BAUD = 115200
"""Speed at which sensors are set up, bit/s: enough for 200 Hz, and any cable and adapter can do it."""


def framed(kind: int, numbers: Sequence[int]) -> bytes:
    """Give a frame of four numbers."""
    body = struct.pack("<BB4h", HEAD, kind, *numbers)
    return body + bytes([sum(body) & 0xFF])


class WitmotionSerialEncoder:
    """Encoder of the protocol 'witmotion-serial'; temperature and angles, which nobody reads here, are 0.

    Parameters
    ----------
    facts : units in which the frames carry their numbers
    """

    def __init__(self, facts: SensorFacts) -> None:
        self._facts = facts

    def push(self, block: SampleBlock) -> list[bytes]:
        """Give the three frames of each sample as one piece."""
        acc = raw(block.acc, self._facts.acc_unit_m_s2).astype(int).tolist()
        gyr = raw(block.gyr, self._facts.gyr_unit_rad_s).astype(int).tolist()
        still = framed(ANGLE, (0, 0, 0, 0))
        return [framed(ACC, (*a, 0)) + framed(GYR, (*g, 0)) + still for a, g in zip(acc, gyr, strict=True)]


class WitmotionSerialDecoder:
    """Decoder of the protocol 'witmotion-serial'.

    Dirt: `garbage` bytes that were no frame, `bad_sum` what looked like a frame but for its sum, `half_sample` one of
    two frames missing, `cut_off` frames that never came to their end.

    Parameters
    ----------
    sensors : the one sensor of the link, with the units in which its frames carry their numbers
    """

    def __init__(self, sensors: Sequence[SensorFacts]) -> None:
        self._facts = sensors[0]
        self.dirt: dict[str, int] = {"garbage": 0, "bad_sum": 0, "half_sample": 0, "cut_off": 0}
        self._held = b""
        self._acc: Vectors | None = None

    def push(self, data: bytes) -> list[Packet]:
        """Give the samples that `data` completes, one packet each."""
        held, packets = self._held + data, list[Packet]()
        at = self._frame_start(held, 0)
        while at + FRAME <= len(held):
            packets += self._packets(held[at : at + FRAME])
            at = self._frame_start(held, at + FRAME)
        self._held = held[at:]
        return packets

    def flush(self) -> list[Packet]:
        """Count a frame, and a sample, that never came to its end."""
        self.dirt["cut_off"] += bool(self._held)
        self.dirt["half_sample"] += self._acc is not None
        self._held, self._acc = b"", None
        return []

    def _frame_start(self, held: bytes, at: int) -> int:
        """Give where the next frame begins; where that is not known yet, from where on the bytes are needed."""
        start = at
        while (start := _find(held, start)) + FRAME <= len(held):
            if sum(held[start : start + FRAME - 1]) & 0xFF == held[start + FRAME - 1]:
                break
            self.dirt["bad_sum"] += 1
            start += 1
        self.dirt["garbage"] += start - at
        return start

    def _packets(self, frame: bytes) -> list[Packet]:
        if frame[1] == ACC:
            self.dirt["half_sample"] += self._acc is not None
            self._acc = _vector(frame) * self._facts.acc_unit_m_s2
        elif frame[1] == GYR:
            acc, self._acc = self._acc, None
            if acc is not None:
                return [Readings(self._facts.node, None, _vector(frame) * self._facts.gyr_unit_rad_s, acc)]
            self.dirt["half_sample"] += 1
        return []


def _find(held: bytes, at: int) -> int:
    """Give where, from here on, a frame may begin."""
    while (start := held.find(HEAD, at)) >= 0:
        if start + 1 == len(held) or held[start + 1] in TYPES:
            return start
        at = start + 1
    return len(held)


def _vector(frame: bytes) -> Vectors:
    return np.frombuffer(frame, "<i2", 3, 2).astype(np.float64).reshape(1, 3)


def _said(register: int, value: int) -> Write:
    return Write(write_register(register, value), pause_s=SETTLE_S)


def _start(facts: SensorFacts) -> list[Step]:
    return [
        Write(UNLOCK, pause_s=SETTLE_S),
        _said(FRAMES_REGISTER, FRAMES),
        _said(RATE_REGISTER, rate_code(facts.rate_hz)),
        _said(BAUD_REGISTER, BAUD_CODES[BAUD])._replace(baud=BAUD),
        # Heard only if the port has followed, so that a sensor that was not followed is its old self after a restart.
        Write(SAVE, pause_s=SETTLE_S),
    ]


ROW = ProtocolRow(
    "WitMotion over a cable or a Bluetooth serial port (WT901C, BWT901CL, HWT905)",
    WitmotionSerialDecoder,
    WitmotionSerialEncoder,
    DEFAULTS._replace(protocol="witmotion-serial", rate_hz=200.0),
    clock=ClockKind.NONE,
    rates_hz=RUNNING_RATES_HZ,
    serial=SerialProfile((BAUD, 9600, 230400, 921600), Conversation(start=_start)),
)
