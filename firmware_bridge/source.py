"""What flows from the outside into the pipeline: chunks of bytes, and what is known of their senders."""

from collections.abc import Iterator
from typing import NamedTuple, Protocol

from firmware_bridge.samples import Placement


class Chunk(NamedTuple):
    """Bytes of one sensor as they arrived.

    Attributes
    ----------
    sensor : index into the session's list of sensors
    arrival_ns : monotonic time of arrival since the session's start, ns; for imported samples the
        time of the chunk's last sample
    data : the bytes, exactly as received
    """

    sensor: int
    arrival_ns: int
    data: bytes


class SensorFacts(NamedTuple):
    """What must be known of a sensor to decode it.

    Attributes
    ----------
    placement : where it is worn
    protocol : name of its protocol, a key of `firmware_bridge.protocols.PROTOCOLS`
    rate_hz : nominal sampling rate
    acc_range_m_s2, gyr_range_rad_s : full scale, for saturation; infinite where not known
    acc_unit_m_s2, gyr_unit_rad_s : size of the unit in which the protocol carries its numbers
    name : what a person calls it (file name, device name or serial number)
    """

    placement: Placement
    protocol: str
    rate_hz: float
    acc_range_m_s2: float
    gyr_range_rad_s: float
    acc_unit_m_s2: float = 1.0
    gyr_unit_rad_s: float = 1.0
    name: str = ""


class Source(Protocol):
    """Anything that gives chunks: a recording, a simulated runner, a radio link."""

    sensors: list[SensorFacts]

    def __iter__(self) -> Iterator[list[Chunk]]:
        """Yield batches of chunks in the order of arrival, until the source ends."""
        ...
