"""Whether samples come: a sensor that answers and measures nothing is as good as silent. Pure."""

from firmware_bridge.protocols import ProtocolRow
from firmware_bridge.protocols.packets import Readings


class Pulse:
    """Tells of the bytes of one connection, which has one sensor at its other end, whether they bring samples.

    Parameters
    ----------
    row : the protocol that is spoken
    """

    def __init__(self, row: ProtocolRow) -> None:
        self._decoder = row.decoder([row.defaults])

    def push(self, data: bytes) -> bool:
        """Take what came; tell whether there are samples in it."""
        return any(isinstance(packet, Readings) for packet in self._decoder.push(data))
