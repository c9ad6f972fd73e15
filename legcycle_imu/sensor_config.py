"""Sensors as a person writes them down, a table each: what may stand there, and the facts it comes to. Pure.

[sensor.left_thigh]
device = "5EED0001"
protocol = "leglink"
link = "ble:C4:7C:8D:00:00:01"
"""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from itertools import combinations
from math import inf

from firmware_bridge.choice import PLACEMENTS
from firmware_bridge.protocols import PROTOCOLS
from firmware_bridge.protocols.units import DEGREE_RAD, STANDARD_GRAVITY_M_S2
from firmware_bridge.samples import Placement
from firmware_bridge.source import SensorFacts

PLACEMENT_OF: dict[str, Placement] = {f"{side}_{segment}": Placement(side, segment) for side, segment in PLACEMENTS}
"""Key of a sensor's table -> where the sensor is worn."""
LIVE_PROTOCOLS: tuple[str, ...] = tuple(name for name, row in PROTOCOLS.items() if row.ble or row.serial or row.udp)
"""Protocols that sensors can stream."""
LINKED_KINDS = ("ble", "serial", "udp")
"""Kinds of sources over which a protocol is spoken or is not; the others go with any."""
MOST_NODES = 128
"""More sensors than any protocol can tell apart behind one link."""


@dataclass(frozen=True, slots=True)
class SensorTable:
    """The table of one sensor; "" and None are "not stated".

    Parameters
    ----------
    device : what tells the sensor from all others, as `legcycle scan` shows it
    protocol : what it speaks, one of `LIVE_PROTOCOLS`
    link : moniker of the link over which it is reached
    node : which of the sensors behind its link it is
    name : what a person calls it
    rate_hz : at which it shall stream, Hz
    acc_range_g : full scale of its accelerometer, g
    gyr_range_dps : full scale of its gyroscope, deg/s

    Raises
    ------
    ValueError
        if nothing says which sensor is meant, or a value is none that such a sensor can have
    """

    device: str = ""
    protocol: str = ""
    link: str = ""
    node: int = 0
    name: str = ""
    rate_hz: float | None = None
    acc_range_g: float | None = None
    gyr_range_dps: float | None = None

    def __post_init__(self) -> None:
        if self.protocol not in LIVE_PROTOCOLS:
            raise ValueError(f"expected a protocol out of {', '.join(LIVE_PROTOCOLS)}, got {self.protocol!r}")
        if not (self.device or self.link):
            raise ValueError("expected a device or a link, for else nobody knows which sensor is meant")
        if not 0 <= self.node < MOST_NODES:
            raise ValueError(f"expected a node from 0 to {MOST_NODES - 1}, got {self.node}")
        for name in ("rate_hz", "acc_range_g", "gyr_range_dps"):
            value = getattr(self, name)
            if value is not None and not 0.0 < value < inf:
                raise ValueError(f"expected {name} above 0, got {value:g}")
        rates = PROTOCOLS[self.protocol].rates_hz
        if self.rate_hz is not None and rates and self.rate_hz not in rates:
            listed = ", ".join(f"{rate:g}" for rate in rates)
            raise ValueError(f"{self.protocol} streams at {listed} Hz, not at {self.rate_hz:g} Hz")

    def refuse_kind(self, kind: str) -> None:
        """Refuse a link of a kind over which the protocol is not spoken.

        Raises
        ------
        ValueError
            if it is not; names the protocols that are
        """
        if kind == "replay":
            raise ValueError("link: expected a link to a sensor, got a recording")
        if kind in LINKED_KINDS and getattr(PROTOCOLS[self.protocol], kind) is None:
            spoken = ", ".join(name for name in LIVE_PROTOCOLS if getattr(PROTOCOLS[name], kind))
            raise ValueError(f"link: {self.protocol} is not spoken over {kind}: (there it is {spoken})")

    def facts(self, placement: Placement) -> SensorFacts:
        """Give what is stated, for `firmware_bridge.choice.choose`: rate 0 and infinite ranges are not stated."""
        return PROTOCOLS[self.protocol].defaults._replace(
            placement=placement,
            protocol=self.protocol,
            rate_hz=self.rate_hz or 0.0,
            acc_range_m_s2=(self.acc_range_g or inf) * STANDARD_GRAVITY_M_S2,
            gyr_range_rad_s=(self.gyr_range_dps or inf) * DEGREE_RAD,
            name=self.name,
            device=self.device,
            link=self.link,
            node=self.node,
        )


SENSOR_KEYS: tuple[str, ...] = tuple(f.name for f in fields(SensorTable))


def key_of(placement: Placement) -> str:
    """Give the key of a sensor's table."""
    return f"{placement.side}_{placement.segment}"


def placement_named(text: str) -> Placement | None:
    """Give the place that a person names: "left thigh", "left_thigh", "Left-Thigh" or "lt"; None for none."""
    words = text.strip().lower().replace("-", " ").replace("_", " ").split()
    for key, placement in PLACEMENT_OF.items():
        if words in (key.split("_"), ["".join(word[0] for word in key.split("_"))]):
            return placement
    return None


def refuse_one_twice(sensors: Mapping[Placement, SensorFacts]) -> None:
    """Refuse a sensor that is said to be worn at two places.

    Raises
    ------
    ValueError
        if two tables mean one sensor; names both
    """
    for (place, facts), (other, others) in combinations(sensors.items(), 2):
        same = _in_common(facts, others)
        if same and facts.node == others.node:
            raise ValueError(
                f"[sensor.{key_of(other)}]: {same} is that of [sensor.{key_of(place)}] already; "
                "a sensor is worn at one place"
            )


def _in_common(one: SensorFacts, other: SensorFacts) -> str:
    """Say what makes two sensors one; the same link does not where both have a device, for boards change ports."""
    if one.device and other.device:
        return f"device {one.device!r}" if one.device.casefold() == other.device.casefold() else ""
    return f"link {one.link!r}" if one.link and one.link == other.link else ""
