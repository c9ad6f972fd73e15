"""What the project knows of one protocol: the shape of a row of `firmware_bridge.protocols.PROTOCOLS`. Pure."""

from collections.abc import Callable, Sequence
from enum import StrEnum
from math import inf
from typing import NamedTuple, Protocol

from firmware_bridge.protocols.packets import Decoder
from firmware_bridge.protocols.profiles import BleProfile, SerialProfile, UdpProfile
from firmware_bridge.samples import SampleBlock
from firmware_bridge.source import SensorFacts


class ClockKind(StrEnum):
    """What a protocol tells of the time of its samples."""

    SESSION = "session"
    """Their time on the session's own clock: they were imported."""
    DEVICE = "device"
    """Their time on the sensor's clock."""
    NONE = "none"
    """Nothing: samples are counted."""


class Encoder(Protocol):
    """The sending side of one sensor: makes the bytes of a protocol."""

    def push(self, block: SampleBlock) -> list[bytes]:
        """Give the packets that carry these samples; their time is that of the sensor's own clock."""
        ...


class ProtocolRow(NamedTuple):
    """What the project knows of one protocol.

    Attributes
    ----------
    about : one line for people
    decoder : makes a decoder for the sensors of one link
    encoder : makes an encoder for one sensor
    defaults : rate, ranges and units of such a sensor as it is set up here; its placement and names are not meant
    samples_a_packet : how many the sensor sends together
    whole : each chunk is one packet (a notification), not a piece of a stream
    clock : what it tells of time
    wrap_s : after how long the sensor's clock begins anew, s
    resolution_s : step of the stamps where it is too coarse to take differences of them, s; 0 where it is not
    rates_hz : rates that it can stream at live, Hz
    ble, serial, udp : how it is spoken over each kind of link, where it is
    """

    about: str
    decoder: Callable[[Sequence[SensorFacts]], Decoder]
    encoder: Callable[[SensorFacts], Encoder]
    defaults: SensorFacts
    samples_a_packet: int = 1
    whole: bool = False
    clock: ClockKind = ClockKind.DEVICE
    wrap_s: float = inf
    resolution_s: float = 0.0
    rates_hz: tuple[float, ...] = ()
    ble: BleProfile | None = None
    serial: SerialProfile | None = None
    udp: UdpProfile | None = None
