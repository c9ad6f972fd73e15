"""Which of the sensors that were found are used, and where each is worn; what does not fit is said. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import isfinite

from firmware_bridge.found import Found
from firmware_bridge.protocols import PROTOCOLS
from firmware_bridge.samples import Placement, Segment, Side
from firmware_bridge.source import SensorFacts

PLACEMENTS = tuple(Placement(side, segment) for side in Side for segment in Segment)
"""Every place that a sensor is worn at, in the order in which sessions number them."""
SAVE = "`legcycle scan --save` asks where each sensor is worn and keeps it."


@dataclass(frozen=True, slots=True)
class Choice:
    """Sensors to be used, and what is to be said about the others; each notice is one sentence or two.

    Parameters
    ----------
    sensors : facts of the sensors to be used, left before right, thigh before shank
    missing : wanted sensors that were not found
    strangers : sensors that are not used since the config does not know them, or not so
    doubles : sensors that claim what another claims too
    doubts : sensors that are used, but tell of themselves what the config denies
    """

    sensors: list[SensorFacts]
    missing: list[str]
    strangers: list[str]
    doubles: list[str]
    doubts: list[str]

    @property
    def notices(self) -> list[str]:
        """All that is to be said, the gravest first."""
        return self.missing + self.doubles + self.strangers + self.doubts


def choose(found: Sequence[Found], wanted: Mapping[Placement, SensorFacts], *, anywhere: bool = False) -> Choice:
    """Choose the sensors to be used.

    Parameters
    ----------
    found : what the links can reach, in the order in which the links were named
    wanted : placement -> facts of the config; a rate of 0 and an infinite range mean "not stated". Empty: sensors
        that tell where they are worn are used
    anywhere : sensors of which nobody knows where they are worn are used, too, at places that are free: a
        calibration will find out
    """
    known, strangers = _of_known_protocol(found)
    stated = {way_to(facts) for facts in wanted.values()}
    single, doubles = _one_of_each(sorted(known, key=lambda sensor: way_to(sensor) not in stated))
    claims: dict[Placement, list[Found]] = {}
    objections: list[tuple[Found, str]] = []
    for sensor in single:
        placement, objection = _claim(sensor, wanted)
        if placement is None:
            objections.append((sensor, objection))
        else:
            claims.setdefault(placement, []).append(sensor)
    guests: dict[Placement, Found] = {}
    if anywhere:
        guests, objections = _placed_anywhere(claims, objections)
    strangers += [objection for _, objection in objections]
    sensors = []
    for placement in PLACEMENTS:
        claimants = claims.get(placement, [])
        if placement in guests:
            sensors.append(_facts(guests[placement], placement, None))
        elif len(claimants) == 1:
            sensors.append(_facts(claimants[0], placement, wanted.get(placement)))
        elif claimants:
            doubles.append(_contested(placement, claimants))
    return Choice(sensors, _missing(wanted, claims), strangers, doubles, _doubts(claims, wanted))


def _placed_anywhere(
    claims: dict[Placement, list[Found]], objections: Sequence[tuple[Found, str]]
) -> tuple[dict[Placement, Found], list[tuple[Found, str]]]:
    """Give places that are free to sensors without one, or with one that others claim too; and those left over."""
    contested = [sensor for claimants in claims.values() for sensor in claimants[1:]]
    for claimants in claims.values():
        del claimants[1:]
    homeless = [(sensor, "") for sensor in contested] + list(objections)
    half = {placement.side for placement in claims}
    free = sorted(
        (placement for placement in PLACEMENTS if placement not in claims),
        key=lambda placement: (placement.side not in half, placement.side is Side.LEFT, PLACEMENTS.index(placement)),
    )
    guests = {placement: sensor for placement, (sensor, _) in zip(free, homeless, strict=False)}
    return guests, [(sensor, objection or _no_room(sensor)) for sensor, objection in homeless[len(free) :]]


def _no_room(sensor: Found) -> str:
    return f"{described(sensor)} is one more than two legs have places for; it is not used. Switch it off."


def whole_legs(sensors: Sequence[SensorFacts]) -> list[SensorFacts]:
    """Give the sensors that have their partner on the same leg."""
    worn = {facts.placement for facts in sensors}
    return [facts for facts in sensors if all(Placement(facts.placement.side, segment) in worn for segment in Segment)]


def meant(sensor: Found, wanted: Mapping[Placement, SensorFacts]) -> Placement | None:
    """Give which wanted sensor this is: by its identity, else by the way to it; None for a stranger."""
    return _by_identity(sensor, wanted) or _by_link(sensor, wanted)


def way_to(sensor: Found | SensorFacts) -> tuple[str, int]:
    """Give link and node; over Bluetooth LE the link alone, which has one sensor at its other end."""
    node = sensor.told.node if isinstance(sensor, Found) else sensor.node
    return sensor.link, 0 if sensor.link.startswith("ble:") else node


def described(sensor: Found) -> str:
    """Name a found sensor for a person: its name or serial number, and how it is reached."""
    name = sensor.told.name or sensor.told.device or "A sensor"
    node = f", node {sensor.told.node}," if sensor.told.node else ""
    return f"{name}{node} at {sensor.link}"


def _of_known_protocol(found: Sequence[Found]) -> tuple[list[Found], list[str]]:
    known = [sensor for sensor in found if sensor.protocol in PROTOCOLS]
    notices = [
        f"{described(sensor)} speaks no protocol that is known here; it is not used."
        for sensor in found
        if sensor.protocol not in PROTOCOLS
    ]
    return known, notices


def _one_of_each(found: Sequence[Found]) -> tuple[list[Found], list[str]]:
    """Keep one of what is the same sensor, reached over two ways."""
    first: dict[tuple[str, int], Found] = {}
    doubles = []
    for sensor in found:
        same = first.setdefault(_identity(sensor), sensor)
        if way_to(same) != way_to(sensor):
            doubles.append(f"{described(same)} is reached over {sensor.link} too; the first is used.")
    return list(first.values()), doubles


def _identity(sensor: Found) -> tuple[str, int]:
    """Give what two ways to one sensor have in common; one board may carry several sensors under one number."""
    return sensor.told.device or sensor.link, sensor.told.node


def _claim(sensor: Found, wanted: Mapping[Placement, SensorFacts]) -> tuple[Placement | None, str]:
    """Give where a sensor is worn, or what speaks against using it."""
    if not wanted:
        return sensor.told.placement, f"{described(sensor)} does not tell where it is worn; it is not used. {SAVE}"
    placement = meant(sensor, wanted)
    if placement is None:
        return None, _stranger(sensor, wanted)
    expected = wanted[placement].protocol
    if expected != sensor.protocol:
        return None, (
            f"{described(sensor)} speaks {sensor.protocol}, but the config expects {expected} from the sensor on the "
            f"{placement}; it is not used. {SAVE}"
        )
    return placement, ""


def _by_identity(sensor: Found, wanted: Mapping[Placement, SensorFacts]) -> Placement | None:
    """Give where the sensor of the same serial number is worn; several behind one link differ by their nodes."""
    same = [placement for placement, facts in wanted.items() if facts.device and facts.device == sensor.device]
    if len(same) > 1 or not sensor.told.device:
        same = [placement for placement in same if wanted[placement].node == sensor.told.node]
    return same[0] if same else None


def _by_link(sensor: Found, wanted: Mapping[Placement, SensorFacts]) -> Placement | None:
    """Give where the sensor of the same link and node is worn, unless the two have different serial numbers."""
    for placement, facts in wanted.items():
        if way_to(facts) == way_to(sensor) and not (facts.device and sensor.told.device):
            return placement
    return None


def _stranger(sensor: Found, wanted: Mapping[Placement, SensorFacts]) -> str:
    for placement, facts in wanted.items():
        if (facts.name and facts.name == sensor.told.name) or way_to(facts) == way_to(sensor):
            return (
                f"{described(sensor)} looks like the sensor on the {placement}, but it is {sensor.device} where the "
                f"config has {facts.device}; it is not used. {SAVE}"
            )
    return f"{described(sensor)} is not in the config; it is not used. {SAVE}"


def _contested(placement: Placement, claimants: Sequence[Found]) -> str:
    names = " and ".join(described(sensor) for sensor in claimants)
    return f"{names} claim to be worn on the {placement}; none of them is used. Switch off the wrong one. {SAVE}"


def _missing(wanted: Mapping[Placement, SensorFacts], claims: Mapping[Placement, Sequence[Found]]) -> list[str]:
    return [
        f"The sensor on the {placement} ({facts.name or facts.device or facts.link}) was not found. "
        "Is it switched on, charged and near?"
        for placement, facts in sorted(wanted.items(), key=lambda item: PLACEMENTS.index(item[0]))
        if placement not in claims
    ]


def _doubts(claims: Mapping[Placement, Sequence[Found]], wanted: Mapping[Placement, SensorFacts]) -> list[str]:
    return [
        f"{described(sensor)} says that it is worn on the {sensor.told.placement}; the config has it on the "
        f"{placement}, and that is taken."
        for placement, claimants in claims.items()
        for sensor in claimants
        if wanted and sensor.told.placement not in (None, placement)
    ]


def _facts(sensor: Found, placement: Placement, stated: SensorFacts | None) -> SensorFacts:
    """Put together what is known: what the sensor told, else the config, else how such sensors are."""
    usual = PROTOCOLS[sensor.protocol or ""].defaults
    stated = stated or usual
    told = sensor.told
    return usual._replace(
        placement=placement,
        protocol=sensor.protocol or "",
        rate_hz=told.rate_hz or stated.rate_hz or usual.rate_hz,
        acc_range_m_s2=told.acc_range_m_s2 or _finite(stated.acc_range_m_s2, usual.acc_range_m_s2),
        gyr_range_rad_s=told.gyr_range_rad_s or _finite(stated.gyr_range_rad_s, usual.gyr_range_rad_s),
        name=stated.name or told.name or "",
        device=sensor.device,
        link=sensor.link,
        node=told.node,
    )


def _finite(value: float, otherwise: float) -> float:
    return value if isfinite(value) else otherwise
