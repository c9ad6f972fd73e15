"""`legcycle identify`: which one is it? A sensor shows itself by its light."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from legcycle_imu.cli.console import busy, say
from legcycle_imu.cli.searching import SEARCH_S, Seconds, places
from legcycle_imu.cli.session import Sources

if TYPE_CHECKING:
    from firmware_bridge.found import Found
    from firmware_bridge.links.link import Link
    from firmware_bridge.source import SensorFacts
    from legcycle_imu.config import Config


def identify(
    name: Annotated[
        str,
        typer.Argument(metavar="NAME", help='Where it is worn ("left thigh"), its name or its device.'),
    ],
    source: Sources = None,
    seconds: Seconds = SEARCH_S,
) -> None:
    """Make one sensor blink, to see which one it is.

    Where it is worn is what the config file says, else what the sensor tells of itself; `legcycle scan` shows names and
    devices. The beginning of a name or device is enough where no other begins so. Sensors that are streaming, or that
    another program holds, cannot be asked.
    """
    from firmware_bridge.choice import described
    from legcycle_imu.config import load_config

    config = load_config()
    with busy(f"looking for {name}", worth_saying=True):
        link, sensor = found_one(name, source or config.sources, seconds, config)
        link.identify(_facts(sensor))
    said = f", which says that it is worn on the {sensor.told.placement}" if sensor.told.placement else ""
    say(f"{described(sensor)}{said}: it was told to blink.")


def found_one(name: str, sources: Sequence[str], seconds: float, config: "Config") -> "tuple[Link, Found]":
    """Look over one source after the other for the one sensor that is meant; the trouble of one counts at the end.

    Raises
    ------
    LinkError : it was not found, or the name may mean several
    """
    from firmware_bridge.errors import LinkError
    from firmware_bridge.links.monikers import parse_moniker
    from firmware_bridge.links.session import link_of
    from legcycle_imu.config import SOURCES

    seen: list[Found] = []
    troubles: list[LinkError] = []
    for source in sources:
        try:
            link = link_of(parse_moniker(source, SOURCES), SOURCES)
            found = link.find(seconds, lambda found: bool(meant(name, found, sources, config, whole=True)))
        except LinkError as error:
            troubles.append(error)
            continue
        if matches := meant(name, found, sources, config):
            return link, _only(name, matches)
        seen += found
    if troubles and not seen:
        raise troubles[0]
    for trouble in troubles:
        say(str(trouble))
    raise _not_there(name, seen)


def meant(
    name: str, found: "Sequence[Found]", sources: Sequence[str], config: "Config", *, whole: bool = False
) -> "list[Found]":
    """Give the sensors that a person means by a name: by the place, else the whole name, else its beginning.

    Parameters
    ----------
    whole : the beginning of a name is not enough
    """
    from legcycle_imu.sensor_config import placement_named

    place = placement_named(name)
    if place is not None:
        worn = places(found, sources, config)
        return [sensor for sensor, at in zip(found, worn, strict=True) if at == place]
    text = name.strip().casefold()
    own_names = {facts.device: facts.name for facts in config.sensors.values() if facts.name}
    names = [_names(sensor, own_names) for sensor in found]
    exact = [sensor for sensor, each in zip(found, names, strict=True) if text in each]
    if exact or whole or not text:
        return exact
    return [sensor for sensor, each in zip(found, names, strict=True) if any(known.startswith(text) for known in each)]


def _names(sensor: "Found", own_names: dict[str, str]) -> list[str]:
    names = (own_names.get(sensor.device), sensor.told.name, sensor.device, sensor.link)
    return [name.casefold() for name in names if name]


def _only(name: str, matches: "Sequence[Found]") -> "Found":
    from firmware_bridge.choice import described
    from firmware_bridge.errors import LinkError, Reason

    if len(matches) > 1:
        listed = "; ".join(f"{described(sensor)}, device {sensor.device}" for sensor in matches)
        raise LinkError(Reason.NO_SENSOR, f"{name!r} may be any of these: {listed}.", "Name its device.")
    return matches[0]


def _not_there(name: str, seen: "Sequence[Found]") -> Exception:
    from firmware_bridge.choice import described
    from firmware_bridge.errors import LinkError, Reason

    if seen:
        listed = "; ".join(described(sensor) for sensor in seen)
        advice = f"There are: {listed}."
    else:
        advice = "Nor was any other; are they switched on, charged and near?"
    return LinkError(Reason.NO_SENSOR, f"The sensor {name!r} was not found.", advice)


def _facts(sensor: "Found") -> "SensorFacts":
    """Give what a link must know to reach the sensor."""
    from firmware_bridge.choice import described
    from firmware_bridge.errors import LinkError, Reason
    from firmware_bridge.protocols import PROTOCOLS

    if sensor.protocol not in PROTOCOLS:
        sentence = f"{described(sensor)} speaks no protocol that is known here."
        raise LinkError(Reason.NO_SENSOR, sentence, "Switch the others off, and see which one is left.")
    usual = PROTOCOLS[sensor.protocol].defaults
    told = sensor.told
    return usual._replace(
        placement=told.placement or usual.placement,
        protocol=sensor.protocol,
        name=told.name or "",
        device=sensor.device,
        link=sensor.link,
        node=told.node,
    )
