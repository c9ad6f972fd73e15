"""Wanted sensors that are not there yet: whom a link can go on looking for joins when it is switched on. Pure.

Over Bluetooth LE a sensor is known by its number or its name wherever it turns up; behind a serial port, or on the
network, by the place that the config states.
"""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from firmware_bridge.choice import choose, meant, way_to
from firmware_bridge.found import Found
from firmware_bridge.links.monikers import Moniker
from firmware_bridge.protocols import PROTOCOLS
from firmware_bridge.protocols.packets import Introduction
from firmware_bridge.samples import Placement
from firmware_bridge.source import SensorFacts


class Awaited(NamedTuple):
    """A sensor that is wanted and not there.

    Attributes
    ----------
    source : number of the source that looks for it
    sensor : what is known of it, as if it had been found
    """

    source: int
    sensor: Found


def awaited(
    wanted: Mapping[Placement, SensorFacts], found: Sequence[Found], sources: Sequence[Moniker]
) -> list[Awaited]:
    """Give the wanted sensors that are not there, but may come.

    One in whose stead something else was found is not waited for, nor one on a port where another protocol is spoken:
    their samples would be mixed in silently.

    Parameters
    ----------
    wanted : placement -> facts of the config
    found : what the sources can reach by now
    sources : where sensors are looked for
    """
    there = {facts.placement for facts in choose(found, wanted).sensors}
    spoken = {sensor.link: sensor.protocol for sensor in found if sensor.protocol}
    late = []
    for placement, facts in wanted.items():
        source = next((number for number, moniker in enumerate(sources) if _serves(moniker, facts)), None)
        if source is None or placement in there or _is_taken(placement, wanted, found):
            continue
        if not facts.link or spoken.setdefault(facts.link, facts.protocol) == facts.protocol:
            late.append(Awaited(source, _as_found(facts)))
    return late


def joining(placement: Placement) -> str:
    """Say that a sensor is waited for."""
    return f"The sensor on the {placement} has not been found yet; it joins when it is switched on."


def _is_taken(placement: Placement, wanted: Mapping[Placement, SensorFacts], found: Sequence[Found]) -> bool:
    """Tell whether what was found is meant to be the sensor of a placement, or is where it should be."""
    way = way_to(wanted[placement])
    return any(meant(sensor, wanted) == placement or way == way_to(sensor) for sensor in found)


def _serves(source: Moniker, facts: SensorFacts) -> bool:
    """Tell whether a source can look for a sensor."""
    kind, _, address = facts.link.partition(":")
    if source.kind != (kind or "ble"):
        return False
    target = source.target.casefold()
    if source.kind == "ble":
        spoken = PROTOCOLS[facts.protocol].ble is not None
        return spoken and (target in ("", address.casefold()) or facts.name.casefold().startswith(target))
    if source.kind == "udp":
        return target in ("", address.casefold()) or target.isdecimal()  # a port of this computer: anybody sends to it
    return source.kind == "serial" and bool(address) and source.target in ("", address)


def _as_found(facts: SensorFacts) -> Found:
    told = Introduction(facts.node, facts.device or None, facts.name or None)
    return Found(facts.link, facts.protocol, told)
