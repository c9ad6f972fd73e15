"""The text of a config file: how it begins, how sensors and targets come into it; all else in it stays. Pure."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import fields
from enum import StrEnum
from typing import Any

import tomlkit
from tomlkit.items import InlineTable

from firmware_bridge.found import Found
from firmware_bridge.samples import Placement
from legcycle_imu.sensor_config import PLACEMENT_OF, SENSOR_KEYS, key_of
from legcycle_imu.targets import Targets

TEMPLATE = """\
# Settings of legcycle; see them in force with: legcycle config show
# Every line that begins with "# " and a name is an example: take the "# " away and change the value.

# Where sensors are looked for when no --source is given: ble: serial: udp: sim: or several of them in a list.
# source = ["ble:"]

# Which sensor is worn where. `legcycle scan --save` writes these tables; device tells a sensor from all others.
# Without any, sensors are used that tell themselves where they are worn.
# [sensor.left_thigh]
# device = "5EED0001"
# protocol = "leglink"
# link = "ble:C4:7C:8D:00:00:01"
# rate_hz = 200
#
# [sensor.left_shank]
# device = "5EED0002"
# protocol = "leglink"

# Lengths of a runner, under a code instead of a name; with them heights and distances come in centimetres.
# thigh_m is from hip joint (greater trochanter) to knee, shank_m from knee to ankle.
# [runner.anna]
# height_m = 1.75
# thigh_m = 0.41
# shank_m = 0.42

# What strides are held against. A threshold of running that is not the coach's makes the preset custom.
# [targets]
# preset = "method"            # method: the coach's figures; drill: the standing drill's, for every stride;
#                              # baseline: the runner's own recent strides; custom: every threshold as it is here
# lift = "back_of_knee"        # back_of_knee, above_knee or buttock; or a number: cm above the own knee
# drive_deg = 50.0
# place = "norm"               # norm: what others do at that cadence; none: the value is shown alone;
#                              # or a number: cm of the ankle ahead of the hip, at most
# drill_lift = "buttock"
# drill_drive_deg = 90.0

# When a tone answers a stride in a live session.
# [cues]
# audio = false                # true: tones sound
# focus = "lift"               # push, lift, drive or place: the one phase that is cued
# k_of_n = [3, 5]              # a tone once 3 of a leg's last 5 strides missed
# volume = 0.4                 # 0 to 1
# fade = false                 # true: each tone is followed by a longer rest than the one before
"""
"""What a new config file holds: nothing but comments, so that the defaults are in force."""

OF_DEVICE = ("device", "protocol", "link", "node", "name")
"""Keys that say which sensor it is; the others say how it is to be set up."""


DOTTED = re.compile(r"^\s*sensor\s*\.", re.MULTILINE)
"""A sensor's key without a heading."""
DOTTED_TARGETS = re.compile(r"^\s*targets\s*\.", re.MULTILINE)
"""A target without a heading."""


def with_sensors(text: str, worn: Mapping[Placement, Found], sources: Sequence[str] = ()) -> str:
    """Give a config file with these sensors in it; comments, other tables and the order stay.

    Parameters
    ----------
    text : valid config file
    worn : where each sensor is worn; tables that mean one of them elsewhere go
    sources : where to look for them from now on; none to leave that as it is
    """
    document = tomlkit.parse(text)
    if sources:
        document["source"] = sources[0] if len(sources) == 1 else list(sources)
    if "sensor" not in document or not _in_tables(text, document["sensor"]):
        _rewrite_as_tables(document)
    tables: Any = document["sensor"]
    for key in [key for key in tables if _is_elsewhere(tables[key], PLACEMENT_OF.get(key), worn)]:
        _empty(tables, key)
    for placement, sensor in worn.items():
        key = key_of(placement)
        if key not in tables:
            tables[key] = tomlkit.table()
        _fill(tables[key], _stated(sensor))
    return tomlkit.dumps(document)


def with_targets(text: str, targets: Targets) -> str:
    """Give a config file with these targets in it; comments, other tables and the order stay.

    Parameters
    ----------
    text : valid config file
    targets : to be stated: the preset, and each threshold that is not the default or is stated already
    """
    document = tomlkit.parse(text)
    stated = document.unwrap().get("targets", {})
    if isinstance(document.get("targets", {}), InlineTable) or DOTTED_TARGETS.search(text):
        document.pop("targets")
    if "targets" not in document:
        document["targets"] = tomlkit.table()
        stated = {}
    table: Any = document["targets"]
    for f in fields(Targets):
        value = getattr(targets, f.name)
        plain = str(value) if isinstance(value, StrEnum) else value
        if (f.name == "preset" or f.name in stated or value != f.default) and table.get(f.name) != plain:
            table[f.name] = plain
    return tomlkit.dumps(document)


def _in_tables(text: str, sensors: Any) -> bool:
    """Tell whether sensors have a heading each, not inline or dotted, which cannot be added to."""
    return not isinstance(sensors, InlineTable) and not DOTTED.search(text)


def _rewrite_as_tables(document: tomlkit.TOMLDocument) -> None:
    sensors = document.unwrap().get("sensor", {})
    document.pop("sensor", None)
    tables = tomlkit.table(is_super_table=True)
    for key, keys in sensors.items():
        tables[key] = tomlkit.table()
        tables[key].update(keys)
    document["sensor"] = tables


def _stated(sensor: Found) -> dict[str, str | int]:
    told = sensor.told
    stated = {"device": sensor.device, "protocol": sensor.protocol or "", "link": sensor.link}
    return stated | ({"node": told.node} if told.node else {}) | ({"name": told.name} if told.name else {})


def _is_elsewhere(table: Any, placement: Placement | None, worn: Mapping[Placement, Found]) -> bool:
    """Tell whether a table means a sensor that is worn somewhere else from now on.

    The same link counts only where one of them has no serial number: boards change ports.
    """
    device, link, node = table.get("device"), table.get("link"), table.get("node", 0)
    return placement not in worn and any(
        (device, node) == (sensor.device, sensor.told.node)
        or ((link, node) == (sensor.link, sensor.told.node) and not (device and sensor.told.device))
        for sensor in worn.values()
    )


def _empty(tables: Any, key: str) -> None:
    """Take a table away; where a person has written comments in it, they stay under its heading."""
    for name in list(tables[key]):
        del tables[key][name]
    if "#" not in tables[key].as_string():
        del tables[key]


def _fill(table: Any, stated: Mapping[str, str | int]) -> None:
    """Say which sensor it is; rate and ranges stay with the protocol, a name with the sensor."""
    same = table.get("device") == stated["device"]
    dropped = (
        [] if table.get("protocol") == stated["protocol"] else [key for key in SENSOR_KEYS if key not in OF_DEVICE]
    )
    dropped += [key for key in OF_DEVICE if key not in stated and not (same and key == "name")]
    for key in dropped:
        table.pop(key, None)
    for key, value in stated.items():
        if not (same and key == "name" and table.get("name")) and table.get(key) != value:
            table[key] = value
