"""Every protocol that a sensor may speak: one module each, one row in `PROTOCOLS`."""

from collections.abc import Callable
from typing import NamedTuple, Protocol

from firmware_bridge.protocols import imported
from firmware_bridge.samples import SampleBlock
from firmware_bridge.source import SensorFacts


class Decoder(Protocol):
    """Turns the bytes of one sensor into samples, for any cutting of the bytes alike.

    Attributes
    ----------
    dirt : what was thrown away, counted by kind; bytes never raise
    """

    dirt: dict[str, int]

    def push(self, data: bytes) -> SampleBlock:
        """Give the samples that `data` completes, in the sensor's frame, SI units."""
        ...

    def flush(self) -> SampleBlock:
        """Give what was held back; the bytes of an unfinished packet become dirt."""
        ...


class ProtocolRow(NamedTuple):
    """What the project knows of one protocol.

    Attributes
    ----------
    decoder : makes a decoder for one sensor
    encode : gives the bytes that carry a block of samples
    about : one line for people
    """

    decoder: Callable[[SensorFacts], Decoder]
    encode: Callable[[SampleBlock, SensorFacts], bytes]
    about: str


PROTOCOLS: dict[str, ProtocolRow] = {
    "imported": ProtocolRow(imported.ImportedDecoder, imported.encode, "samples read from files"),
}
"""Protocols by the name that `SensorFacts.protocol` carries."""
