"""What stands in a recording: its schema, its marks, and the records of its table `meta`."""

import math
from collections.abc import Iterable
from dataclasses import dataclass, field
from importlib import metadata

import msgspec

from firmware_bridge.samples import Placement, Segment, Side
from firmware_bridge.source import NO_SENSOR, Chunk, Kind, SensorFacts

APPLICATION_ID = 0x4C656743
"""'LegC' in the header of the file: says which program's file it is."""
FORMAT_VERSION = 2
"""Version of the format, in `user_version`. 2: entries of the kind `calibration` change what follows them, so that a
program that passes over them would give other results."""
SCHEMA = """\
CREATE TABLE meta (
  key TEXT PRIMARY KEY,
  value TEXT NOT NULL
);
CREATE TABLE entry (
  id INTEGER PRIMARY KEY,
  sensor INTEGER,
  kind TEXT NOT NULL,
  arrival_ns INTEGER NOT NULL,
  bytes BLOB NOT NULL
);
"""


@dataclass(frozen=True, slots=True)
class Runner:
    """Who ran.

    Parameters
    ----------
    code : pseudonym, never a name
    height_m, thigh_m, shank_m : body height, hip to knee, knee to ankle; None where not known
    """

    code: str = ""
    height_m: float | None = None
    thigh_m: float | None = None
    shank_m: float | None = None


def software_version() -> str:
    """Give name and version of the program that runs."""
    try:
        return f"legcycle-imu {metadata.version('legcycle-imu')}"
    except metadata.PackageNotFoundError:
        return "legcycle-imu, not installed"


@dataclass(frozen=True, slots=True)
class RecordingMeta:
    """What is known of a recording beside its entries.

    Parameters
    ----------
    sensors : facts of each sensor; their order gives the index used in entries
    runner : who ran, or None
    started : wall time of the start, ISO 8601, or None where not known
    calibration, settings : JSON text that this package keeps and does not read, or None
    software : what wrote the recording
    """

    sensors: tuple[SensorFacts, ...]
    runner: Runner | None = None
    started: str | None = None
    calibration: str | None = None
    settings: str | None = None
    software: str = field(default_factory=software_version)


def marker(arrival_ns: int, text: str) -> Chunk:
    """Give a person's mark as an entry."""
    return Chunk(NO_SENSOR, arrival_ns, text.encode(), Kind.MARKER)


class _StoredSensor(msgspec.Struct, frozen=True):
    """A sensor as JSON has it: by names, and with null for a range that is not known."""

    side: Side
    segment: Segment
    protocol: str
    rate_hz: float
    acc_range_m_s2: float | None
    gyr_range_rad_s: float | None
    acc_unit_m_s2: float
    gyr_unit_rad_s: float
    name: str
    device: str = ""
    link: str = ""
    node: int = 0


def meta_rows(meta: RecordingMeta) -> list[tuple[str, str]]:
    """Give the rows of the table `meta`: key and JSON text."""
    return [
        ("software", _json(meta.software)),
        ("started", _json(meta.started)),
        ("runner", _json(meta.runner)),
        ("sensors", _json([_stored(s) for s in meta.sensors])),
        ("calibration", meta.calibration or "null"),
        ("settings", meta.settings or "null"),
    ]


def meta_from_rows(rows: Iterable[tuple[str, str]]) -> RecordingMeta:
    """Read the table `meta`; keys that this version does not know are passed over.

    Raises
    ------
    ValueError : a row is missing or is not what it should be
    """
    text = dict(rows)
    if missing := {"software", "sensors"} - text.keys():
        raise ValueError(f"no {' and no '.join(sorted(missing))} in its table meta")
    return RecordingMeta(
        tuple(map(_facts, msgspec.json.decode(text["sensors"], type=list[_StoredSensor]))),
        msgspec.json.decode(text.get("runner", "null"), type=Runner | None),
        msgspec.json.decode(text.get("started", "null"), type=str | None),
        _opaque(text.get("calibration")),
        _opaque(text.get("settings")),
        msgspec.json.decode(text["software"], type=str),
    )


def _json(value: object) -> str:
    return msgspec.json.encode(value).decode()


def _opaque(text: str | None) -> str | None:
    return None if text == "null" else text


def _stored(facts: SensorFacts) -> _StoredSensor:
    return _StoredSensor(
        *facts.placement,
        facts.protocol,
        facts.rate_hz,
        _known(facts.acc_range_m_s2),
        _known(facts.gyr_range_rad_s),
        facts.acc_unit_m_s2,
        facts.gyr_unit_rad_s,
        facts.name,
        facts.device,
        facts.link,
        facts.node,
    )


def _known(range_: float) -> float | None:
    return range_ if math.isfinite(range_) else None


def _facts(stored: _StoredSensor) -> SensorFacts:
    return SensorFacts(
        Placement(stored.side, stored.segment),
        stored.protocol,
        stored.rate_hz,
        math.inf if stored.acc_range_m_s2 is None else stored.acc_range_m_s2,
        math.inf if stored.gyr_range_rad_s is None else stored.gyr_range_rad_s,
        stored.acc_unit_m_s2,
        stored.gyr_unit_rad_s,
        stored.name,
        stored.device,
        stored.link,
        stored.node,
    )
