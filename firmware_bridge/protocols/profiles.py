"""How a protocol is spoken over each kind of link: where its bytes flow, what starts, asks and stops it. Pure data."""

from collections.abc import Callable
from typing import NamedTuple

from firmware_bridge.protocols.packets import Packet
from firmware_bridge.source import SensorFacts


class Write(NamedTuple):
    """Bytes to be sent to a sensor.

    Attributes
    ----------
    data : the bytes
    characteristic : UUID over Bluetooth LE; "" on links that have but one way in
    pause_s : how long the sensor needs before the next step, s
    response : over Bluetooth LE, whether the sensor shall confirm the write
    baud : speed at which a serial port goes on after these bytes, bit/s; 0 for as before
    """

    data: bytes
    characteristic: str = ""
    pause_s: float = 0.0
    response: bool = True
    baud: int = 0


class Read(NamedTuple):
    """A characteristic to be read; what it holds becomes an entry of kind `info`.

    Attributes
    ----------
    characteristic : UUID
    wrap : makes the packet that the decoder understands of the bare value, where the value is not one itself
    """

    characteristic: str
    wrap: Callable[[bytes], bytes] = bytes


Step = Write | Read


def no_steps(_facts: SensorFacts) -> list[Step]:
    """Give nothing to do."""
    return []


def no_poll(_facts: SensorFacts, _count: int) -> list[Step]:
    """Give nothing to ask."""
    return []


def tells_nothing(_advert: "Advert") -> list[Packet]:
    """Read nothing in an advertisement."""
    return []


class Conversation(NamedTuple):
    """What is said to a sensor over its life on a link.

    Attributes
    ----------
    start : steps that set it up and make it stream; all that it sends is listened to before the first
    stop : steps that make it cease
    identify : steps that make its light blink or the like; none where it cannot
    poll : steps of the count-th question, from 0: what time it is, how full the battery is
    poll_s : time between two questions, s; 0 for none
    """

    start: Callable[[SensorFacts], list[Step]] = no_steps
    stop: Callable[[SensorFacts], list[Step]] = no_steps
    identify: Callable[[SensorFacts], list[Step]] = no_steps
    poll: Callable[[SensorFacts, int], list[Step]] = no_poll
    poll_s: float = 0.0


class Advert(NamedTuple):
    """What a sensor says of itself to everybody around.

    Attributes
    ----------
    name : its local name, or ""
    services : UUIDs of the services that it names, lower case
    manufacturer : company identifier -> data
    """

    name: str
    services: tuple[str, ...]
    manufacturer: dict[int, bytes]


class BleProfile(NamedTuple):
    """A protocol over Bluetooth LE.

    Attributes
    ----------
    recognises : whether an advertisement comes from such a sensor
    tells : what an advertisement tells of it beyond the name
    notify : UUIDs of the characteristics to listen to, of which the sensor has at least one
    conversation : what is said to it
    """

    recognises: Callable[[Advert], bool]
    notify: tuple[str, ...]
    conversation: Conversation
    tells: Callable[[Advert], list[Packet]] = tells_nothing


class SerialProfile(NamedTuple):
    """A protocol over a serial port.

    Attributes
    ----------
    baud : rates at which it may be found, the likeliest first, bit/s
    ask : bytes that make it say who it is; b"" where it streams by itself
    conversation : what is said to it
    """

    baud: tuple[int, ...]
    conversation: Conversation
    ask: bytes = b""


class UdpProfile(NamedTuple):
    """A protocol over UDP.

    Attributes
    ----------
    port : on which it is listened for
    conversation : what is said to it
    reply_port : on which the sensor listens; 0 for the one that it sends from
    """

    port: int
    conversation: Conversation
    reply_port: int = 0
