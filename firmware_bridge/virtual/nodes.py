"""The programs of virtual sensors, by protocol. Pure."""

from firmware_bridge.protocols.leglink_node import Hardware, LegLinkNode
from firmware_bridge.protocols.leglink_serial import SerialNodes, frame
from firmware_bridge.protocols.row import Encoder, ProtocolRow
from firmware_bridge.samples import SampleBlock
from firmware_bridge.source import SensorFacts
from firmware_bridge.virtual.sensor import Node


class Mute:
    """The program of a sensor that streams by itself and hears nothing.

    Parameters
    ----------
    encoder : of its protocol
    """

    def __init__(self, encoder: Encoder) -> None:
        self._encoder = encoder

    def push(self, block: SampleBlock) -> list[bytes]:
        """Give the packets that these samples complete."""
        return self._encoder.push(block)

    def received(self, data: bytes, at_s: float) -> list[bytes]:
        """Give nothing."""
        return []

    def left(self, data: bytes, at_s: float) -> list[bytes]:
        """Give nothing."""
        return []

    def info(self) -> bytes:
        """Give nothing."""
        return b""


class Framed:
    """A LegLink node on a serial line.

    Parameters
    ----------
    node : the node
    """

    def __init__(self, node: LegLinkNode) -> None:
        self._node = node
        self._line = SerialNodes([node])

    def push(self, block: SampleBlock) -> list[bytes]:
        """Give the frames that these samples complete."""
        return [frame(packet) for packet in self._node.push(block)]

    def received(self, data: bytes, at_s: float) -> list[bytes]:
        """Give the frames that answer what reached it."""
        return self._line.received(data, at_s)

    def left(self, data: bytes, at_s: float) -> list[bytes]:
        """Give the frames that follow once one has left."""
        return self._line.left(data, at_s)

    def info(self) -> bytes:
        """Give nothing: what it is, it says in the stream."""
        return b""


def node_of(facts: SensorFacts, row: ProtocolRow, hardware: Hardware | None = None) -> Node:
    """Give the program of a sensor that was just switched on.

    Parameters
    ----------
    facts : what it is
    row : its protocol
    hardware : what a LegLink node is made of
    """
    match facts.protocol:
        case "leglink":
            return LegLinkNode(facts, hardware)
        case "leglink-serial":
            return Framed(LegLinkNode(facts, hardware))
        case _:
            return Mute(row.encoder(facts))
