"""The config file: runners' lengths and targets, in TOML, with one clear sentence for each mistake.

[runner.anna]
height_m = 1.75

[targets]
lift = "above_knee"
drive_deg = 55
"""

import re
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass, field, fields
from difflib import get_close_matches
from enum import EnumType
from pathlib import Path
from typing import Any, TypeVar

import msgspec
import platformdirs

from firmware_bridge.errors import LegcycleError, Reason
from legcycle_imu.runner import Runner
from legcycle_imu.targets import Targets

LOCAL_NAME = "legcycle.toml"
"""Config file of the working directory; where it exists it is used instead of the user's."""

RUNNER_KEYS: tuple[str, ...] = tuple(f.name for f in fields(Runner) if f.name != "code")
TARGET_KEYS: tuple[str, ...] = tuple(f.name for f in fields(Targets))

Settings = TypeVar("Settings", Runner, Targets)


class ConfigError(LegcycleError):
    """The config file cannot be read, or says something that cannot be."""


@dataclass(frozen=True, slots=True)
class Config:
    """What the config file says.

    Parameters
    ----------
    runner : code -> runner
    targets : what strides are held against
    """

    runner: dict[str, Runner] = field(default_factory=dict)
    targets: Targets = field(default_factory=Targets)

    def of(self, code: str) -> Runner:
        """Give the runner of a code; of an unknown one nothing but the code is known."""
        return self.runner.get(code, Runner(code))


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
    return Config() if path is None else parse_config(_read(path), str(path))


def parse_config(text: str, name: str = LOCAL_NAME) -> Config:
    """Read the text of a config file; `name` stands for it in errors."""
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise _error(f"{name} is not valid TOML: {error}.") from error
    try:
        return _config(data)
    except ValueError as error:
        raise _error(f"{name}, {error}.") from error


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
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
    _known_keys(data, ("runner", "targets"), "the top level")
    runners = _table(data.get("runner", {}), "[runner.CODE]")
    return Config({code: _runner(code, keys) for code, keys in runners.items()}, _targets(data.get("targets", {})))


def _runner(code: str, keys: object) -> Runner:
    where = f"[runner.{code}]"
    keys = _table(keys, where)
    _known_keys(keys, RUNNER_KEYS, where)
    return _converted(keys | {"code": code}, Runner, where)


def _targets(keys: object) -> Targets:
    keys = _table(keys, "[targets]")
    _known_keys(keys, TARGET_KEYS, "[targets]")
    return _converted(keys, Targets, "[targets]")


def _table(value: object, where: str) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise ValueError(f"{where}: expected a table, got {value!r}")  # noqa: TRY004 - the file is at fault
    return value


def _known_keys(keys: Iterable[str], known: tuple[str, ...], where: str) -> None:
    for key in keys:
        if key not in known:
            close = get_close_matches(key, known, n=1)
            hint = f"did you mean {close[0]}?" if close else f"known are {', '.join(known)}"
            raise ValueError(f"{where}: unknown key {key}; {hint}")


def _converted(keys: dict[str, Any], kind: type[Settings], where: str) -> Settings:
    try:
        return msgspec.convert(keys, kind)
    except msgspec.ValidationError as error:
        raise ValueError(f"{where}: {_plain(str(error), kind)}") from error


def _plain(message: str, kind: type) -> str:
    """Turn msgspec's "Expected `float`, got `str` - at `$.height_m`" into words of the file."""
    said = re.fullmatch(r"(?P<what>.*?) - at `\$\.(?P<key>\w+)`", message)
    if said is None:
        return message
    choices = _choices(kind, said["key"])
    got = said["what"].rpartition(" ")[2].replace("`", "").replace("str", "text").replace("bool", "true/false")
    return f"{said['key']}: expected {' or '.join(choices) or 'a number'}, got {got}"


def _choices(kind: type, key: str) -> list[str]:
    return [f'"{choice}"' for f in fields(kind) if f.name == key and isinstance(f.type, EnumType) for choice in f.type]


def _error(sentence: str) -> ConfigError:
    sentence = re.sub(r"\?\.$", "?", sentence)
    return ConfigError(Reason.BAD_TABLE, sentence, "Correct the file, or remove it to use the defaults.")
