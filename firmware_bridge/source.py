"""What flows from the outside into the pipeline: chunks of bytes, and what is known of their senders."""

from collections.abc import Iterator
from enum import StrEnum
from typing import NamedTuple, Protocol

from firmware_bridge.samples import Placement

NO_SENSOR = -1
"""Number of the sensor of an entry that belongs to none."""


class Kind(StrEnum):
    """What an entry of a session is."""

    RECEIVED = "received"
    """Bytes from a sensor."""
    SENT = "sent"
    """Bytes to a sensor."""
    CONNECTED = "connected"
    """The link came up; its bytes may be a sentence, UTF-8."""
    LOST = "lost"
    """The link broke; its bytes are a sentence that says why, UTF-8."""
    INFO = "info"
    """A packet that the sensor was asked for beside its stream: what it is, how full its battery is."""
    MARKER = "marker"
    """A person's mark; its bytes are UTF-8 text; belongs to no sensor."""
    CALIBRATION = "calibration"
    """A calibration that holds from here on, made during the session; its bytes are JSON; belongs to no sensor."""


class Chunk(NamedTuple):
    """One entry of a session: bytes of a sensor as they arrived, or what else befell its link.

    Attributes
    ----------
    sensor : index into the session's list of sensors; where several share a link, of the first of them; `NO_SENSOR`
        for what belongs to none
    arrival_ns : monotonic time of arrival since the session's start, ns; for imported samples the
        time of the chunk's last sample
    data : the bytes, exactly as received
    kind : what the entry is
    """

    sensor: int
    arrival_ns: int
    data: bytes
    kind: Kind = Kind.RECEIVED


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
    device : what tells it from all others: its serial number, else its name and the system's address of it
    link : moniker of the link over which it is reached ("ble:C4:..", "serial:/dev/ttyACM0"); sensors of one link
        share its chunks; "" for one that shares with none
    node : which of the sensors behind its link it is
    """

    placement: Placement
    protocol: str
    rate_hz: float
    acc_range_m_s2: float
    gyr_range_rad_s: float
    acc_unit_m_s2: float = 1.0
    gyr_unit_rad_s: float = 1.0
    name: str = ""
    device: str = ""
    link: str = ""
    node: int = 0


class Source(Protocol):
    """Anything that gives chunks: a recording, a simulated runner, a radio link."""

    sensors: list[SensorFacts]

    def __iter__(self) -> Iterator[list[Chunk]]:
        """Yield batches of chunks in the order of arrival, until the source ends; live ones may be empty."""
        ...

    def close(self) -> None:
        """Let go of files and links. Closing twice is harmless."""
        ...
