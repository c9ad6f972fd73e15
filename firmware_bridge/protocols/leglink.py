"""The protocol 'leglink': packets of LegLink v1, one a notification over Bluetooth LE; docs/wire-protocol.md.

Its advertisement carries the service, and in the scan response the name and the manufacturer data.
"""

from collections.abc import Sequence
from math import isfinite

import numpy as np

from firmware_bridge.protocols.leglink_batch import Scales
from firmware_bridge.protocols.leglink_node import LegLinkNode
from firmware_bridge.protocols.leglink_packets import (
    ADVERTISED,
    ALL_NODES,
    BATCH,
    NO_TEMPERATURE,
    NODE_MASK,
    NOT_KNOWN,
    PLACES,
    US,
    VERSION,
    WRAP_US,
    Advertised,
    Command,
    Data,
    Dirt,
    Event,
    Info,
    Order,
    Status,
    Time,
    TimeSent,
    Wire,
    command,
    local_name,
    text,
    unpack,
)
from firmware_bridge.protocols.packets import Introduction, Packet, Readings, Report, TimeReply
from firmware_bridge.protocols.packets import TimeSent as Sent
from firmware_bridge.protocols.profiles import Advert, BleProfile, Conversation, Read, Step, Write
from firmware_bridge.protocols.row import ProtocolRow
from firmware_bridge.samples import Placement, SampleBlock, Segment, Side
from firmware_bridge.source import SensorFacts

SERVICE = "262d0001-b9af-420a-b854-d9a5713aa1c3"
DATA = "262d0002-b9af-420a-b854-d9a5713aa1c3"
"""Notifies: everything that the node says."""
CONTROL = "262d0003-b9af-420a-b854-d9a5713aa1c3"
"""Written, with or without response: commands."""
INFO = "262d0004-b9af-420a-b854-d9a5713aa1c3"
"""Read: the INFO packet."""
COMPANY = 0xFFFF
"""Company identifier that the Bluetooth SIG left free for use without one."""
NAME = "LegLink "
"""How the local name begins; after it the low half of the serial number, four hexadecimal digits."""
POLL_S = 0.5
"""Time between two time requests, s: some of ten meet little delay; costs 32 of the 2900 bytes of a second's stream."""
BLINK_S = 5
LARGEST_SCALE = 1.0
"""Scales above (an i16 would reach 32 km/s²) or at 0 are no scales."""
LARGEST_RATE_HZ = 65535.0


class LegLinkDecoder:
    """Decoder of LegLink packets, one a call.

    Where nodes share a line, INFO is believed from whoever sends it, so that a search, which knows no sensors, meets
    everybody; all else from the nodes of `sensors` alone. A connection has but one sensor at its other end, whatever
    its number: what comes is given the number of that sensor. DATA of a node that has not said its scales is counted
    and thrown away.

    Parameters
    ----------
    sensors : the sensors of the link
    shared : it is a line that nodes share, even where one alone is meant

    Attributes
    ----------
    dirt : packets thrown away: bad_version, bad_type, bad_length, bad_period (samples without time between them),
        bad_scale (INFO), no_scale (DATA before INFO), unknown_node
    """

    def __init__(self, sensors: Sequence[SensorFacts], *, shared: bool = False) -> None:
        kinds = [*Dirt, "bad_period", "bad_scale", "no_scale", "unknown_node"]
        self.dirt: dict[str, int] = dict.fromkeys(map(str, kinds), 0)
        self._nodes = {facts.node for facts in sensors}
        self._only = sensors[0].node if len(sensors) == 1 and not shared else None
        self._scales: dict[int, tuple[float, float]] = {}
        self._battery: dict[int, int] = {}
        self._dropped: dict[int, int] = {}

    def push(self, data: bytes) -> list[Packet]:
        """Give what a packet tells."""
        told = unpack(data)
        if isinstance(told, Dirt):
            return self._dirty(told)
        wire, rest = told
        node = wire.node & NODE_MASK if self._only is None else self._only
        if isinstance(wire, Info):
            return self._info(node, wire)
        if isinstance(wire, Command):  # the echo of a shared line
            return self._dirty(Dirt.BAD_TYPE)
        if node not in self._nodes:
            return self._dirty("unknown_node")
        return self._data(node, wire, rest) if isinstance(wire, Data) else self._word(node, wire, rest)

    def flush(self) -> list[Packet]:
        """Give nothing: no packet is ever held back."""
        return []

    def _info(self, node: int, info: Info) -> list[Packet]:
        if not all(0.0 < scale <= LARGEST_SCALE for scale in (info.acc_scale, info.gyr_scale)):
            return self._dirty("bad_scale")
        self._scales[node] = info.acc_scale, info.gyr_scale
        told = Introduction(
            node,
            f"{info.serial:08X}" if info.serial else None,
            local_name(info.serial),
            PLACES.get(info.node),
            info.rate_hz if 0.0 < info.rate_hz <= LARGEST_RATE_HZ else None,
            _range(info.acc_range),
            _range(info.gyr_range),
        )
        return [told, *self._charge(node, info.battery)]

    def _data(self, node: int, data: Data, rest: bytes) -> list[Packet]:
        if not data.dt_us:
            return self._dirty("bad_period")
        if node not in self._scales:
            return self._dirty("no_scale")
        acc_scale, gyr_scale = self._scales[node]
        raw = np.frombuffer(rest, "<i2").reshape(-1, 6)
        time = (data.t_us + np.arange(data.n) * data.dt_us) / US
        acc = np.multiply(raw[:, :3], acc_scale, dtype=np.float64, order="C")
        gyr = np.multiply(raw[:, 3:], gyr_scale, dtype=np.float64, order="C")
        return [Readings(node, time, gyr, acc, data.sequence), *self._charge(node, data.battery)]

    def _word(self, node: int, wire: Wire, rest: bytes) -> list[Packet]:
        match wire:
            case Time():
                return [TimeReply(node, wire.token, wire.t_us / US)]
            case TimeSent():
                return [Sent(node, wire.token, wire.t_us / US)]
            case Status():
                told = [*self._charge(node, wire.battery), *self._losses(node, wire.dropped)]
                return [*told, *_warmth(node, wire.temperature)]
            case Event():
                return [Report(node, text=text(rest) or f"event {wire.code}")]
        return []

    def _charge(self, node: int, percent: int) -> list[Packet]:
        """Give a report where the charge is another than before."""
        if self._battery.get(node, NOT_KNOWN) == percent or percent > 100:
            return []
        self._battery[node] = percent
        return [Report(node, percent / 100)]

    def _losses(self, node: int, dropped: int) -> list[Packet]:
        """Give a report where the node threw samples away since it last told."""
        fresh = dropped - self._dropped.get(node, 0)
        self._dropped[node] = dropped
        return [Report(node, text=f"{fresh} samples found no room inside the sensor")] if fresh > 0 else []

    def _dirty(self, kind: str) -> list[Packet]:
        self.dirt[kind] += 1
        return []


class LegLinkEncoder:
    """Encoder of LegLink packets: a node that was told to start. Its first packet is INFO.

    Parameters
    ----------
    facts : number of the node, rate, ranges and units
    """

    def __init__(self, facts: SensorFacts) -> None:
        self._node = LegLinkNode(facts)
        self._first = self._node.received(command(Order.START), 0.0)

    def push(self, block: SampleBlock) -> list[bytes]:
        """Give the packets that these samples complete; up to a packet's samples are held back."""
        first, self._first = self._first, []
        return first + self._node.push(block)


def start_command(facts: SensorFacts, node: int = ALL_NODES) -> bytes:
    """Give the command that makes a node stream as a session wants it."""
    return command(Order.START, node, BATCH, round(facts.rate_hz))


def time_command(count: int, node: int = ALL_NODES) -> bytes:
    """Give the count-th question for the time."""
    return command(Order.TIME, node, number=count & 0xFFFF)


def _warmth(node: int, hundredths: int) -> list[Packet]:
    return [] if hundredths == NO_TEMPERATURE else [Report(node, temperature_c=hundredths / 100)]


def recognises(advert: Advert) -> bool:
    """Tell whether an advertisement is a LegLink node's."""
    return SERVICE in advert.services or advert.name.startswith(NAME)


def tells(advert: Advert) -> list[Packet]:
    """Give what a LegLink node's advertisement tells of it."""
    data = advert.manufacturer.get(COMPANY, b"")
    if len(data) < ADVERTISED.size:
        return []
    told = Advertised(*ADVERTISED.unpack_from(data))
    if told.version != VERSION:
        return []
    device = f"{told.serial:08X}" if told.serial else None
    who = Introduction(told.node, device, advert.name or local_name(told.serial), PLACES.get(told.node))
    return [who, Report(told.node, told.battery / 100)] if told.battery <= 100 else [who]


def _range(value: float) -> float | None:
    return value if isfinite(value) and value > 0.0 else None


def _start(facts: SensorFacts) -> list[Step]:
    return [Read(INFO), Write(start_command(facts), CONTROL)]


def _stop(_facts: SensorFacts) -> list[Step]:
    return [Write(command(Order.STOP), CONTROL)]


def _identify(_facts: SensorFacts) -> list[Step]:
    return [Write(command(Order.IDENTIFY, small=BLINK_S), CONTROL)]


def _poll(_facts: SensorFacts, count: int) -> list[Step]:
    return [Write(time_command(count), CONTROL, response=False)]


USUAL = Scales.of_ranges(16, 2000)
"""±16 g and ±2000 °/s, as running needs: an impact at the shank often passes 8 g."""
DEFAULTS = SensorFacts(
    Placement(Side.LEFT, Segment.SHANK),
    "leglink",
    rate_hz=200.0,
    acc_range_m_s2=USUAL.acc_range,
    gyr_range_rad_s=USUAL.gyr_range,
    acc_unit_m_s2=USUAL.acc_scale,
    gyr_unit_rad_s=USUAL.gyr_scale,
)
RATES_HZ = (50.0, 100.0, 200.0, 400.0)
"""Asked of a node; it takes the nearest that its sensor has and says so in INFO."""

ROW = ProtocolRow(
    "LegLink, this project's own protocol, over Bluetooth LE",
    LegLinkDecoder,
    LegLinkEncoder,
    DEFAULTS,
    samples_a_packet=BATCH,
    whole=True,
    wrap_s=WRAP_US / US,
    rates_hz=RATES_HZ,
    ble=BleProfile(recognises, (DATA,), Conversation(_start, _stop, _identify, _poll, POLL_S), tells),
)
