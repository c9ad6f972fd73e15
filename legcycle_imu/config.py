"""The config file: sensors, runners' lengths, targets and cues, in TOML, with one clear sentence for each mistake.

source = "ble:"

[sensor.left_thigh]
device = "5EED0001"
protocol = "leglink"

[runner.anna]
height_m = 1.75

[targets]
lift = "above_knee"
drive_deg = 55

[cues]
audio = true
focus = "drive"
"""

import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

import platformdirs

from firmware_bridge.errors import LegcycleError, LinkError, Reason
from firmware_bridge.links.monikers import KINDS, Moniker, parse_moniker
from firmware_bridge.samples import Placement
from firmware_bridge.source import SensorFacts
from legcycle_imu.config_keys import converted, known_keys, table
from legcycle_imu.cues import CueSettings
from legcycle_imu.runner import Runner
from legcycle_imu.sensor_config import PLACEMENT_OF, SENSOR_KEYS, SensorTable, refuse_one_twice
from legcycle_imu.simulation.live import SIM
from legcycle_imu.targets import Targets

LOCAL_NAME = "legcycle.toml"
"""Config file of the working directory; where it exists it is used instead of the user's."""

SOURCES = {**KINDS, "sim": SIM}
"""Every kind of source that can be named."""
DEFAULT_SOURCES: tuple[str, ...] = ("ble:",)
"""Where sensors are looked for where nothing is said."""

TOP_KEYS = ("source", "sensor", "runner", "targets", "cues")
RUNNER_KEYS: tuple[str, ...] = tuple(f.name for f in fields(Runner) if f.name != "code")
TARGET_KEYS: tuple[str, ...] = tuple(f.name for f in fields(Targets))
CUE_KEYS: tuple[str, ...] = tuple(f.name for f in fields(CueSettings))


class ConfigError(LegcycleError):
    """The config file cannot be read, or says something that cannot be."""


@dataclass(frozen=True, slots=True)
class Config:
    """What the config file says.

    Parameters
    ----------
    runner : code -> runner
    targets : what strides are held against
    sources : where live sensors are looked for, monikers
    sensors : placement -> the sensor that is worn there; a rate of 0 and an infinite range are not stated
    cues : when a tone answers a stride
    """

    runner: dict[str, Runner] = field(default_factory=dict)
    targets: Targets = field(default_factory=Targets)
    sources: tuple[str, ...] = DEFAULT_SOURCES
    sensors: Mapping[Placement, SensorFacts] = field(default_factory=dict)
    cues: CueSettings = field(default_factory=CueSettings)

    def of(self, code: str) -> Runner:
        """Give the runner of a code; of an unknown one nothing but the code is known."""
        return self.runner.get(code, Runner(code))

    def sensors_of(self, monikers: Sequence[str]) -> Mapping[Placement, SensorFacts]:
        """Give the sensors that are meant to be found at these sources; of a simulated runner none."""
        simulated = all(parse_moniker(text, SOURCES).kind == "sim" for text in monikers)
        return {} if simulated else self.sensors


def user_config_path() -> Path:
    """Give where the user's config file belongs on this system."""
    return Path(platformdirs.user_config_dir("legcycle", appauthor=False)) / "config.toml"


def find_config(folder: Path | None = None) -> Path | None:
    """Give the config file in force: legcycle.toml of the folder, else the user's, else None.

    Parameters
    ----------
    folder : where to look first; the working directory by default
    """
    candidates = ((folder or Path()) / LOCAL_NAME, user_config_path())
    return next((path for path in candidates if path.is_file()), None)


def load_config(path: Path | None = None) -> Config:
    """Read a config file; without a path the one in force, without any the defaults.

    Raises
    ------
    ConfigError
        one sentence that names the file, the place in it and what was expected
    """
    path = path or find_config()
    return Config() if path is None else parse_config(read_text(path), str(path))


def parse_config(text: str, name: str = LOCAL_NAME) -> Config:
    """Read the text of a config file; `name` stands for it in errors."""
    try:
        return _config(_tables(text, name))
    except ValueError as error:
        raise _error(f"{name}, {error}.") from error


def read_tables(path: Path) -> dict[str, Any]:
    """Give what a config file states, as it stands there.

    Raises
    ------
    ConfigError
        if the file cannot be read, or is no TOML
    """
    return _tables(read_text(path), str(path))


def _tables(text: str, name: str) -> dict[str, Any]:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise _error(f"{name} is not valid TOML: {error}.") from error


def read_text(path: Path) -> str:
    """Give the text of a config file.

    Raises
    ------
    ConfigError
        if there is none, or it is no text
    """
    try:
        return path.read_bytes().decode("utf-8-sig")  # editors of Windows mark UTF-8; line ends stay
    except FileNotFoundError as error:
        raise ConfigError(
            Reason.MISSING, f"There is no config file {path}.", "Check the name and the folder."
        ) from error
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(
            Reason.UNREADABLE,
            f"The config file {path} cannot be read as text.",
            "It should be plain text in UTF-8.",
        ) from error


def _config(data: dict[str, Any]) -> Config:
    known_keys(data, TOP_KEYS, "the top level")
    runners = table(data.get("runner", {}), "[runner.CODE]")
    return Config(
        {code: _runner(code, keys) for code, keys in runners.items()},
        _targets(data.get("targets", {})),
        _sources(data.get("source", list(DEFAULT_SOURCES))),
        _sensors(data.get("sensor", {})),
        _cues(data.get("cues", {})),
    )


def _sources(value: object) -> tuple[str, ...]:
    texts = [value] if isinstance(value, str) else value
    if not (isinstance(texts, list) and texts and all(isinstance(text, str) for text in texts)):
        raise ValueError(f'source: expected a source such as "ble:", or a list of them, got {value!r}')
    for text in texts:
        _moniker(text, "source")
    return tuple(dict.fromkeys(texts))


def _moniker(text: str, where: str) -> Moniker:
    try:
        return parse_moniker(text, SOURCES)
    except LinkError as error:
        raise ValueError(f"{where}: {error}".removesuffix(".")) from error


def _sensors(value: object) -> dict[Placement, SensorFacts]:
    tables = table(value, "[sensor.PLACEMENT]")
    known_keys(tables, tuple(PLACEMENT_OF), "[sensor.PLACEMENT]")
    sensors = {PLACEMENT_OF[key]: _sensor(key, keys) for key, keys in tables.items() if keys != {}}
    refuse_one_twice(sensors)
    return sensors


def _sensor(key: str, keys: object) -> SensorFacts:
    where = f"[sensor.{key}]"
    keys = table(keys, where)
    known_keys(keys, SENSOR_KEYS, where)
    stated = converted(keys, SensorTable, where)
    if stated.link:
        kind = _moniker(stated.link, f"{where}: link").kind
        try:
            stated.refuse_kind(kind)
        except ValueError as error:
            raise ValueError(f"{where}: {error}") from error
    return stated.facts(PLACEMENT_OF[key])


def _runner(code: str, keys: object) -> Runner:
    where = f"[runner.{code}]"
    keys = table(keys, where)
    known_keys(keys, RUNNER_KEYS, where)
    return converted(keys | {"code": code}, Runner, where)


def _targets(keys: object) -> Targets:
    keys = table(keys, "[targets]")
    known_keys(keys, TARGET_KEYS, "[targets]")
    return converted(keys, Targets, "[targets]")


def _cues(keys: object) -> CueSettings:
    keys = table(keys, "[cues]")
    known_keys(keys, CUE_KEYS, "[cues]")
    return converted(keys, CueSettings, "[cues]")


def _error(sentence: str) -> ConfigError:
    sentence = re.sub(r"\?\.$", "?", sentence)
    return ConfigError(Reason.BAD_TABLE, sentence, "Correct the file, or remove it to use the defaults.")
