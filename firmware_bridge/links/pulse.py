"""Whether samples come: a sensor that answers and measures nothing is as good as silent. Pure."""

from firmware_bridge.links.recognition import NODES
from firmware_bridge.protocols import ProtocolRow
from firmware_bridge.protocols.packets import Readings


class Pulse:
    """Tells of the bytes of one connection whether they bring samples, of whichever node.

    Parameters
    ----------
    row : the protocol that is spoken
    """

    def __init__(self, row: ProtocolRow) -> None:
        self._decoder = row.decoder([row.defaults._replace(node=node) for node in range(NODES)])

    def push(self, data: bytes) -> bool:
        """Take what came; tell whether there are samples in it."""
        return any(isinstance(packet, Readings) for packet in self._decoder.push(data))
