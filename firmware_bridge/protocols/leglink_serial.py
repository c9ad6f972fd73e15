"""The protocol 'leglink-serial': packets of LegLink v1 as frames of a byte stream; docs/wire-protocol.md.

A frame is COBS(packet + CRC-16) and a zero: a zero is never anything but the end of a frame, so that whoever comes late
or has lost bytes waits for one and understands from there on (Cheshire and Baker 1999). Nodes may share a line.
"""

from collections.abc import Sequence
from enum import StrEnum

from cobs import cobs  # type: ignore[import-untyped]
from fastcrc import crc16

from firmware_bridge.protocols.leglink import (
    BLINK_S,
    DEFAULTS,
    POLL_S,
    RATES_HZ,
    LegLinkDecoder,
    LegLinkEncoder,
    start_command,
    time_command,
)
from firmware_bridge.protocols.leglink_node import LegLinkNode
from firmware_bridge.protocols.leglink_packets import BATCH, LARGEST_PACKET, US, WRAP_US, Order, command
from firmware_bridge.protocols.packets import Packet
from firmware_bridge.protocols.profiles import Conversation, SerialProfile, Step, Write
from firmware_bridge.protocols.row import ProtocolRow
from firmware_bridge.samples import SampleBlock
from firmware_bridge.source import SensorFacts

END = b"\0"
CRC_BYTES = 2
LARGEST_FRAME = LARGEST_PACKET + CRC_BYTES + 1
"""Bytes of a frame without its zero: COBS adds one to whatever is shorter than 255."""
BAUD = (921600, 460800, 115200)
"""Rates, bit/s; USB does not care. Four nodes at 200 Hz need 114 kbit/s, so that the last is for one leg."""


class FrameDirt(StrEnum):
    """Why bytes are no frame."""

    TOO_LONG = "too_long"
    BAD_COBS = "bad_cobs"
    BAD_CRC = "bad_crc"
    CUT_OFF = "cut_off"
    """The stream broke off within."""


def frame(packet: bytes) -> bytes:
    """Give the frame of a packet, with its zero."""
    return bytes(cobs.encode(packet + crc(packet))) + END


def unframe(framed: bytes) -> bytes | FrameDirt:
    """Give the packet of a frame without its zero, or why there is none."""
    if len(framed) > LARGEST_FRAME:
        return FrameDirt.TOO_LONG
    try:
        checked = bytes(cobs.decode(framed))
    except cobs.DecodeError:
        return FrameDirt.BAD_COBS
    packet, check = checked[:-CRC_BYTES], checked[-CRC_BYTES:]
    return packet if packet and crc(packet) == check else FrameDirt.BAD_CRC


def crc(packet: bytes) -> bytes:
    """Give the CRC-16/CCITT-FALSE (polynomial 0x1021, from 0xFFFF) of a packet, low byte first."""
    return crc16.ibm_3740(packet).to_bytes(CRC_BYTES, "little")


class Deframer:
    """Gives the packets of a byte stream, the same for any cutting of it; holds back less than a frame.

    Attributes
    ----------
    dirt : frames thrown away, by `FrameDirt`; nothing between two zeros is no frame and no dirt
    """

    def __init__(self) -> None:
        self.dirt: dict[str, int] = dict.fromkeys(map(str, FrameDirt), 0)
        self._rest = b""

    def push(self, data: bytes) -> list[bytes]:
        """Give the packets whose frames `data` ends."""
        *frames, rest = (self._rest + data).split(END)
        self._rest = rest[: LARGEST_FRAME + 1]  # one byte too many says that it is too long; the others may go
        packets = (self._packet(framed) for framed in frames if framed)
        return [packet for packet in packets if packet is not None]

    def flush(self) -> None:
        """Throw away the beginning of a frame that has no end."""
        self.dirt[FrameDirt.CUT_OFF] += bool(self._rest)
        self._rest = b""

    def _packet(self, framed: bytes) -> bytes | None:
        packet = unframe(framed)
        if isinstance(packet, FrameDirt):
            self.dirt[packet] += 1
            return None
        return packet


class LegLinkSerialDecoder:
    """Decoder of LegLink frames.

    Parameters
    ----------
    sensors : the sensors of the link

    Attributes
    ----------
    dirt : what was thrown away: as of `Deframer` and of `LegLinkDecoder`
    """

    def __init__(self, sensors: Sequence[SensorFacts]) -> None:
        self._frames = Deframer()
        self._packets = LegLinkDecoder(sensors, shared=True)
        self.dirt = {**self._frames.dirt, **self._packets.dirt}
        self._frames.dirt = self._packets.dirt = self.dirt

    def push(self, data: bytes) -> list[Packet]:
        """Give what the packets tell whose frames `data` ends."""
        return [told for packet in self._frames.push(data) for told in self._packets.push(packet)]

    def flush(self) -> list[Packet]:
        """Count a frame that never came to its end."""
        self._frames.flush()
        return []


class LegLinkSerialEncoder:
    """Encoder of LegLink frames; its first is INFO.

    Parameters
    ----------
    facts : number of the node, rate, ranges and units
    """

    def __init__(self, facts: SensorFacts) -> None:
        self._packets = LegLinkEncoder(facts)

    def push(self, block: SampleBlock) -> list[bytes]:
        """Give the frames that these samples complete."""
        return [frame(packet) for packet in self._packets.push(block)]


class SerialNodes:
    """Nodes behind one serial line: what they say to the bytes that reach them; times are of their own clock, s.

    Parameters
    ----------
    nodes : the nodes
    """

    def __init__(self, nodes: Sequence[LegLinkNode]) -> None:
        self.nodes = list(nodes)
        self._deframer = Deframer()

    def received(self, data: bytes, at_s: float) -> list[bytes]:
        """Give the frames that answer what `data` completes."""
        commands = self._deframer.push(data)
        return [frame(said) for packet in commands for node in self.nodes for said in node.received(packet, at_s)]

    def left(self, data: bytes, at_s: float) -> list[bytes]:
        """Give the frames that follow once one of theirs, whole, has left."""
        packets = Deframer().push(data)
        return [frame(said) for p in packets for node in self.nodes if node.node == p[1] for said in node.left(p, at_s)]


def framed_command(packet: bytes) -> bytes:
    """Give a command's frame with a zero before it, which ends whatever noise the line brought before."""
    return END + frame(packet)


def _step(packet: bytes) -> list[Step]:
    return [Write(framed_command(packet))]


def _start(facts: SensorFacts) -> list[Step]:
    return [*_step(command(Order.GET_INFO, facts.node)), *_step(start_command(facts, facts.node))]


def _stop(facts: SensorFacts) -> list[Step]:
    return _step(command(Order.STOP, facts.node))


def _identify(facts: SensorFacts) -> list[Step]:
    return _step(command(Order.IDENTIFY, facts.node, BLINK_S))


def _poll(facts: SensorFacts, count: int) -> list[Step]:
    return _step(time_command(count, facts.node))


ROW = ProtocolRow(
    "LegLink, this project's own protocol, over a serial port; several nodes may share one",
    LegLinkSerialDecoder,
    LegLinkSerialEncoder,
    DEFAULTS._replace(protocol="leglink-serial"),
    samples_a_packet=BATCH,
    wrap_s=WRAP_US / US,
    rates_hz=RATES_HZ,
    serial=SerialProfile(
        BAUD, Conversation(_start, _stop, _identify, _poll, POLL_S), framed_command(command(Order.GET_INFO))
    ),
)
