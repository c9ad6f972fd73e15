"""What a decoder makes of bytes: samples as the sensor stamped them, and what it tells about itself. Pure."""

from typing import NamedTuple, Protocol

from firmware_bridge.samples import Floats, Placement, Vectors


class Readings(NamedTuple):
    """Consecutive samples of one sensor, in its own frame, SI units.

    Attributes
    ----------
    node : which of the sensors behind the link sent them; 0 where there is but one
    time : (n,) on the sensor's own clock, s, rising; the first as sent, so modulo the clock's wrap;
        None where the sensor stamps nothing
    gyr : (n, 3) angular velocity, rad/s
    acc : (n, 3) specific force, m/s^2
    sequence : running number of the packet that carried them, as sent, or None
    """

    node: int
    time: Floats | None
    gyr: Vectors
    acc: Vectors
    sequence: int | None = None


class TimeReply(NamedTuple):
    """A node's answer to a time request.

    Attributes
    ----------
    node : who answered
    token : number of the request
    received_s : when the request reached the node, on its clock, s
    """

    node: int
    token: int
    received_s: float


class TimeSent(NamedTuple):
    """When the answer to a time request left the node: what its radio or UART said afterwards.

    Attributes
    ----------
    node : who answered
    token : number of the request
    sent_s : when the answer was on the air or on the wire, on the node's clock, s
    """

    node: int
    token: int
    sent_s: float


class Report(NamedTuple):
    """What a sensor tells about its state; None where it does not.

    Attributes
    ----------
    node : who tells
    battery : charge, 0 to 1
    text : something for a person: a button pressed, an error of the device
    temperature_c : of its chip, degrees Celsius
    """

    node: int
    battery: float | None = None
    text: str | None = None
    temperature_c: float | None = None


class Introduction(NamedTuple):
    """What a sensor tells about what it is; None where it does not.

    Attributes
    ----------
    node : who tells
    device : serial number
    name : model, board or firmware, for people
    placement : where it says that it is worn
    rate_hz : sampling rate
    acc_range_m_s2, gyr_range_rad_s : full scale
    """

    node: int
    device: str | None = None
    name: str | None = None
    placement: Placement | None = None
    rate_hz: float | None = None
    acc_range_m_s2: float | None = None
    gyr_range_rad_s: float | None = None


Packet = Readings | TimeReply | TimeSent | Report | Introduction
"""Anything that a decoder gives."""


class Decoder(Protocol):
    """Turns the bytes of one link into packets.

    A decoder of a byte stream gives the same for any cutting of the bytes; one of a packet protocol takes one
    packet a call. Bytes never raise, and what is held back is bounded.

    Attributes
    ----------
    dirt : what was thrown away, counted by kind
    """

    dirt: dict[str, int]

    def push(self, data: bytes) -> list[Packet]:
        """Give what `data` completes."""
        ...

    def flush(self) -> list[Packet]:
        """Give what was held back, at the end or when the link broke; an unfinished packet becomes dirt.

        The decoder can be used on.
        """
        ...
