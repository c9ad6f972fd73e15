"""The protocol 'imported': samples read from files, kept without loss.

A record is seven little-endian float64: time in s, then angular velocity x y z and specific force
x y z in the file's own units; `SensorFacts.gyr_unit_rad_s` and `acc_unit_m_s2` turn them into SI.
"""

from collections.abc import Sequence
from math import inf

import numpy as np
from numpy.typing import NDArray

from firmware_bridge.protocols.packets import Packet, Readings
from firmware_bridge.protocols.row import ClockKind, ProtocolRow
from firmware_bridge.samples import Floats, Placement, SampleBlock, Segment, Side, Vectors
from firmware_bridge.source import SensorFacts

RECORD_NUMBERS = 7
RECORD_BYTES = 8 * RECORD_NUMBERS
LARGEST = 1e12
"""Numbers from here on (30 000 years in s) are no measurement; keeps later arithmetic from overflowing."""


def pack(time: Floats, gyr: Vectors, acc: Vectors) -> bytes:
    """Give the records of n samples: time (n,) in s, gyr and acc (n, 3) in the file's own units."""
    return np.column_stack([time, gyr, acc]).astype("<f8", copy=False).tobytes()


class ImportedEncoder:
    """Encoder of the protocol 'imported'; exact where the sensor's units are 1.

    Parameters
    ----------
    facts : units in which the records carry their numbers
    """

    def __init__(self, facts: SensorFacts) -> None:
        self._facts = facts

    def push(self, block: SampleBlock) -> list[bytes]:
        """Give the records of a block, as one piece."""
        return [encode(block, self._facts)]


def encode(block: SampleBlock, facts: SensorFacts) -> bytes:
    """Give the records of a block in SI units; exact where the sensor's units are 1."""
    return pack(block.time, block.gyr / facts.gyr_unit_rad_s, block.acc / facts.acc_unit_m_s2)


class ImportedDecoder:
    """Decoder of the protocol 'imported'.

    Parameters
    ----------
    sensors : the one sensor, with the units in which the records carry their numbers
    """

    def __init__(self, sensors: Sequence[SensorFacts]) -> None:
        (facts,) = sensors
        self.dirt: dict[str, int] = {"not_finite": 0, "cut_off": 0}
        self._node = facts.node
        self._gyr_unit = facts.gyr_unit_rad_s
        self._acc_unit = facts.acc_unit_m_s2
        self._rest = b""

    def push(self, data: bytes) -> list[Packet]:
        """Give the samples that `data` completes; records that are not finite are counted and left out."""
        data = self._rest + data
        records = len(data) // RECORD_BYTES
        self._rest = data[records * RECORD_BYTES :]
        numbers = np.frombuffer(data, "<f8", records * RECORD_NUMBERS).reshape(-1, RECORD_NUMBERS)
        rows = self._measured(numbers)
        if not len(rows):
            return []
        time = np.array(rows[:, 0], np.float64)
        gyr = np.multiply(rows[:, 1:4], self._gyr_unit, dtype=np.float64, order="C")
        acc = np.multiply(rows[:, 4:7], self._acc_unit, dtype=np.float64, order="C")
        return [Readings(self._node, time, gyr, acc)]

    def flush(self) -> list[Packet]:
        """Count a record that never came to its end."""
        self.dirt["cut_off"] += bool(self._rest)
        self._rest = b""
        return []

    def _measured(self, rows: Vectors) -> Vectors:
        good: NDArray[np.bool_] = np.less(np.abs(rows), LARGEST)
        if good.all():
            return rows
        keep = np.logical_and.reduce(good, axis=1)
        self.dirt["not_finite"] += len(keep) - int(np.count_nonzero(keep))
        return rows[keep]


ROW = ProtocolRow(
    "samples read from files",
    ImportedDecoder,
    ImportedEncoder,
    SensorFacts(Placement(Side.LEFT, Segment.THIGH), "imported", 200.0, inf, inf),
    clock=ClockKind.SESSION,
)
