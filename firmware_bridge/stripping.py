"""What a link brought, without who sent it, when and in which words: what measuring needs, and nothing else. Pure.

    entry as it came -> stripper of its link -> entry of the same sensor, kind and arrival with samples and times alone

What stays is chosen, not what goes: samples, the answers to time requests, and the scales without which neither can be
read. An entry of which nothing stays is kept without bytes, for it tells that the link lived.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import floor, frexp
from typing import Protocol

import numpy as np

from firmware_bridge.intake import links_of
from firmware_bridge.protocols import PROTOCOLS, imported, leglink_serial, movesense, ximu3
from firmware_bridge.protocols.leglink_packets import Data, Dirt, Info, Time, TimeSent, pack, unpack
from firmware_bridge.protocols.packets import Readings
from firmware_bridge.samples import SampleBlock
from firmware_bridge.source import NO_SENSOR, Chunk, Kind, SensorFacts

DATED_S = 1e8
"""A clock that shows more tells the date: three years since it began, and no battery lasts that long."""
MARGIN_S = 16
"""Other sensors may begin before the first that is heard, s."""
US = 1_000_000

Strip = Callable[[bytes], bytes]
"""Gives what stays of the bytes of an entry."""


class Stripper(Protocol):
    """Strips what one link brought; its state is that of a stream."""

    def push(self, data: bytes) -> bytes:
        """Give what stays of these bytes, and of what was held back before them."""
        ...

    def flush(self) -> None:
        """Forget what was held back: the link broke."""
        ...


@dataclass(slots=True)
class Undated:
    """Moves a clock that tells the date to the beginning of the same power of two, by whole seconds.

    Floating-point numbers are as far apart there as they were, so that times keep all their digits. Clocks that count
    from when a sensor was switched on stay.

    Attributes
    ----------
    shift_s : by how much, s; 0 until a date was met
    """

    shift_s: int = 0

    def meet(self, time_s: float) -> None:
        """Take note of a time; the first that tells a date sets the shift."""
        if not self.shift_s and DATED_S < time_s < imported.LARGEST:
            self.shift_s = floor(time_s) - MARGIN_S - (1 << (frexp(time_s)[1] - 1))


class Links:
    """All links of a session, each with its stripper.

    Parameters
    ----------
    sensors : the session's sensors, in the order of `Chunk.sensor`

    Attributes
    ----------
    emptied : entries that had bytes and have none now; of a stream, also such as only began what a later one completes
    imported : what became of the dates in imported samples
    """

    def __init__(self, sensors: Sequence[SensorFacts]) -> None:
        self.emptied = 0
        self.imported = Undated()
        self._clocks = [self.imported]
        self._strippers = {
            group[0]: self._stripper([sensors[number] for number in group]) for group in links_of(sensors)
        }

    def strip(self, chunk: Chunk) -> Chunk:
        """Give an entry with what stays of it; calibrations are not its business."""
        if chunk.sensor == NO_SENSOR:
            return chunk
        data = self._stripped(chunk)
        self.emptied += bool(chunk.data) and not data
        return chunk._replace(data=data)

    @property
    def dated(self) -> bool:
        """Whether a clock told the date, and was moved."""
        return any(clock.shift_s for clock in self._clocks)

    def _stripped(self, chunk: Chunk) -> bytes:
        stripper = self._strippers[chunk.sensor]
        if chunk.kind in {Kind.RECEIVED, Kind.INFO}:
            return stripper.push(chunk.data)
        if chunk.kind is Kind.LOST:
            stripper.flush()
        return b""

    def _stripper(self, sensors: Sequence[SensorFacts]) -> Stripper:
        match sensors[0].protocol:
            case "imported":
                return _Records(self.imported)
            case "leglink":
                return _Packets(_leglink)
            case "leglink-serial":
                return _LegLinkFrames()
            case "movesense":
                return _Packets(_movesense)
            case "ximu3":
                self._clocks.append(Undated())
                return _Ximu3Messages(sensors[0], self._clocks[-1])
        return _Recoded(sensors[0])


@dataclass(slots=True)
class _Packets:
    """A protocol whose entries are whole packets."""

    push: Strip

    def flush(self) -> None:
        """Nothing is held back."""


def _leglink(packet: bytes) -> bytes:
    told = unpack(packet)
    if isinstance(told, Dirt):
        return b""
    match told:
        case Data(), _:
            return packet
        case ((Time() | TimeSent()), rest):
            return packet[: len(packet) - len(rest)]
        case Info() as info, _:
            return pack(info._replace(serial=0, board="", imu="", firmware=""))
    return b""


def _movesense(notification: bytes) -> bytes:
    is_data = notification[:1] in {movesense.DATA, movesense.CONTINUATION}
    return notification if is_data and notification[1:2] == movesense.REFERENCE else b""


class _LegLinkFrames:
    """Frames of LegLink packets: a frame stays with the entry that completes it."""

    def __init__(self) -> None:
        self._deframer = leglink_serial.Deframer()

    def push(self, data: bytes) -> bytes:
        stripped = map(_leglink, self._deframer.push(data))
        return b"".join(leglink_serial.frame(packet) for packet in stripped if packet)

    def flush(self) -> None:
        self._deframer.flush()


class _Recoded:
    """A sensor whose samples survive decoding and encoding to the bit; all else that it says goes."""

    def __init__(self, facts: SensorFacts) -> None:
        row = PROTOCOLS[facts.protocol]
        self._decoder, self._encoder = row.decoder([facts]), row.encoder(facts)

    def push(self, data: bytes) -> bytes:
        readings = (packet for packet in self._decoder.push(data) if isinstance(packet, Readings))
        return b"".join(piece for one in readings for piece in self._encoder.push(_block(one)))

    def flush(self) -> None:
        self._decoder.flush()


def _block(readings: Readings) -> SampleBlock:
    count = len(readings.gyr)
    time = np.zeros(count) if readings.time is None else readings.time
    return SampleBlock(time, readings.gyr, readings.acc, np.zeros(count, np.uint8))


class _Ximu3Messages:
    """Messages of samples as they came, binary or ASCII; where their stamps tell the date they are moved."""

    def __init__(self, facts: SensorFacts, undated: Undated) -> None:
        self._decoder = ximu3.Ximu3Decoder([facts])
        self._undated = undated
        self._rest = b""

    def push(self, data: bytes) -> bytes:
        *messages, rest = (self._rest + data).split(ximu3.END)
        self._rest = rest[: ximu3.LONGEST + 1]  # one byte too many says that it is too long; the others may go
        return b"".join(map(self._stripped, messages))

    def flush(self) -> None:
        self._rest = b""

    def _stripped(self, message: bytes) -> bytes:
        told = self._decoder.push(message + ximu3.END)
        if not (told and isinstance(told[0], Readings) and told[0].time is not None):
            return b""
        time_s = float(told[0].time[0])
        self._undated.meet(time_s)
        if time_s <= DATED_S or not self._undated.shift_s:
            return message + ximu3.END
        return _restamped(message, self._undated.shift_s * US)


def _restamped(message: bytes, shift_us: int) -> bytes:
    """Take a shift from the stamp of a message of samples that is known to be good."""
    plain = ximu3.plain_of(message) or b""
    if plain[0] & ximu3.BINARY:
        _, stamp_us = ximu3.HEADER.unpack_from(plain)
        return ximu3.binary("I", max(stamp_us - shift_us, 0), text=plain[ximu3.HEADER.size :])
    letter, stamp, numbers = plain.split(b",", 2)
    return b",".join([letter, b"%d" % max(int(stamp) - shift_us, 0), numbers]) + ximu3.END


class _Records:
    """Imported records: those that are whole and measured something; times that tell the date are moved."""

    def __init__(self, undated: Undated) -> None:
        self._undated = undated
        self._rest = b""

    def push(self, data: bytes) -> bytes:
        data = self._rest + data
        records = len(data) // imported.RECORD_BYTES
        self._rest = data[records * imported.RECORD_BYTES :]
        rows = np.frombuffer(data, "<f8", records * imported.RECORD_NUMBERS).reshape(-1, imported.RECORD_NUMBERS)
        rows = rows[(np.abs(rows) < imported.LARGEST).all(axis=1)]
        if len(rows):
            self._undated.meet(float(rows[0, 0]))
        rows[:, 0] -= self._undated.shift_s
        return bytes(rows.tobytes())

    def flush(self) -> None:
        """A file has no link that breaks; the record goes on."""
