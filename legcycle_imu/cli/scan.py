"""`legcycle scan`: which sensors are in reach, and which one is worn where."""

import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from legcycle_imu.cli.console import busy, say, say_notices
from legcycle_imu.cli.searching import SEARCH_S, Seconds, places
from legcycle_imu.cli.session import Sources

if TYPE_CHECKING:
    from firmware_bridge.found import Found
    from firmware_bridge.samples import Placement
    from legcycle_imu.config import Config

COLUMNS = ("name", "device", "protocol", "link", "signal_dbm", "battery_pct", "worn")


def scan(
    source: Sources = None,
    seconds: Seconds = SEARCH_S,
    save: Annotated[
        bool, typer.Option("--save", help="Ask where each sensor is worn, and keep it in the config file.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print it as JSON.")] = False,
) -> None:
    """Find sensors: name, device, protocol, link, signal, battery, and where each is worn.

    Where it is worn is what the config file says, else what the sensor tells of itself. --save writes the config file
    in force, or legcycle.toml in this folder; whatever else is in it stays. Where nobody can be asked, it takes what
    the sensors tell. A --source is kept along with them. Exit code 1 where no sensor is found.
    """
    from firmware_bridge.choice import choose
    from firmware_bridge.links.session import find_all
    from legcycle_imu.config import SOURCES, load_config

    config = load_config()
    sources = source or config.sources
    with busy(f"looking for sensors for {seconds:g} s", worth_saying=True):
        found = find_all(sources, SOURCES, seconds, say)
    worn = places(found, sources, config)
    rows = [_row(sensor, placement) for sensor, placement in zip(found, worn, strict=True)]
    sys.stdout.write(_as_json(rows) if as_json else _table(rows))
    if not found:
        raise _nothing_found()
    if save:
        config = _save(found, worn, source or ())
    say_notices(choose(found, config.sensors_of(sources)).notices)


def _row(sensor: "Found", worn: "Placement | None") -> dict[str, str | int | None]:
    battery = sensor.battery
    values = (
        sensor.told.name or None,
        sensor.device,
        sensor.protocol,
        sensor.link + (f" node {sensor.told.node}" if sensor.told.node and sensor.link.startswith("serial:") else ""),
        sensor.rssi_dbm,
        None if battery is None else round(100 * battery),
        None if worn is None else str(worn),
    )
    return dict(zip(COLUMNS, values, strict=True))


def _table(rows: Sequence[dict[str, str | int | None]]) -> str:
    """Give lines with the columns below one another; nothing where there is no sensor."""
    if not rows:
        return ""
    heading = [column.replace("_dbm", " dBm").replace("_pct", " %") for column in COLUMNS]
    lines = [heading, *(["-" if value is None else str(value) for value in row.values()] for row in rows)]
    widths = [max(len(line[column]) for line in lines) for column in range(len(COLUMNS))]
    return "".join(
        "  ".join(f"{cell:{width}}" for cell, width in zip(line, widths, strict=True)).rstrip() + "\n" for line in lines
    )


def _as_json(rows: Sequence[dict[str, str | int | None]]) -> str:
    import msgspec

    return msgspec.json.format(msgspec.json.encode(rows), indent=2).decode() + "\n"


def _nothing_found() -> Exception:
    from firmware_bridge.errors import LinkError, Reason

    advice = "Are they switched on, charged and near? `legcycle doctor` looks at this computer."
    return LinkError(Reason.NO_SENSOR, "No sensor was found.", advice)


def _save(found: "Sequence[Found]", worn: "Sequence[Placement | None]", sources: Sequence[str]) -> "Config":
    """Write where each sensor is worn into the config file, and give the config that is in force now."""
    from legcycle_imu.config import load_config
    from legcycle_imu.config_file import save_sensors

    known = [(sensor, place) for sensor, place in zip(found, worn, strict=True) if sensor.protocol]
    chosen = _asked(known) if interactive() else _told(known)
    if not chosen:
        say("Nothing was saved: of no sensor is it known where it is worn.")
        return load_config()
    path = save_sensors(chosen, sources)
    say(f"{path}: saved {', '.join(f'{placement} {sensor.device}' for placement, sensor in chosen.items())}")
    return load_config()


def interactive() -> bool:
    """Tell whether a person can be asked."""
    return sys.stdin.isatty()


def _told(known: "Sequence[tuple[Found, Placement | None]]") -> "dict[Placement, Found]":
    """Take the places that are known; none that two sensors claim."""
    say("Nobody can be asked here where sensors are worn; what the config and the sensors tell is taken.")
    claimed = [place for _, place in known]
    return {place: sensor for sensor, place in known if place is not None and claimed.count(place) == 1}


def _asked(known: "Sequence[tuple[Found, Placement | None]]") -> "dict[Placement, Found]":
    from firmware_bridge.choice import described

    say(
        "Where is each sensor worn? "
        "left thigh (lt), left shank (ls), right thigh (rt) or right shank (rs); - for nowhere."
    )
    chosen: dict[Placement, Found] = {}
    for sensor, place in known:
        placement = _place_asked(described(sensor), place, taken=chosen)
        if placement is not None:
            chosen[placement] = sensor
    return chosen


def _place_asked(name: str, usual: "Placement | None", taken: "dict[Placement, Found]") -> "Placement | None":
    """Ask until the answer is a place that is free, or nowhere."""
    from legcycle_imu.sensor_config import placement_named

    usual = None if usual in taken else usual
    while True:
        answer = typer.prompt(name, default="-" if usual is None else str(usual), err=True)
        placement = placement_named(answer)
        if answer.strip() == "-":
            return None
        if placement is None:
            say(f"{answer.strip()!r} is no place. Say, for example, left thigh, or - for nowhere.")
        elif placement in taken:
            say(f"{_short(taken[placement])} is worn on the {placement} already.")
        else:
            return placement


def _short(sensor: "Found") -> str:
    return sensor.told.name or sensor.device
