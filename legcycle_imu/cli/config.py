"""`legcycle config`: the config file written, checked and shown."""

import sys
from collections.abc import Container, Iterator, Mapping
from dataclasses import fields
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from legcycle_imu.cli.console import say, say_notices

if TYPE_CHECKING:
    from legcycle_imu.config import Config


def init(
    user: Annotated[
        bool, typer.Option("--user", help="Write the file of this user, which holds in every folder without its own.")
    ] = False,
) -> None:
    """Write a config file with every setting in it as a comment: ./legcycle.toml, or the user's.

    A file that is there already is left as it is.
    """
    from legcycle_imu.config import LOCAL_NAME, user_config_path
    from legcycle_imu.config_file import write_new
    from legcycle_imu.config_text import TEMPLATE

    path = user_config_path() if user else Path(LOCAL_NAME)
    write_new(path, TEMPLATE)
    say(f"{path}: written. Every setting is a comment; edit it, then: legcycle config check")


def check(
    file: Annotated[
        Path | None,
        typer.Argument(metavar="FILE", help="A config file; without, the one in force.", show_default=False),
    ] = None,
) -> None:
    """Check a config file: 'valid', or one sentence on what is wrong and exit code 1."""
    from legcycle_imu.config import find_config, load_config

    path = file or find_config()
    if path is None:
        say("There is no config file; the defaults are in force. To write one: legcycle config init")
        return
    config = load_config(path)
    sys.stdout.write(f"{path}: valid (sensors: {len(config.sensors)}, runners: {len(config.runner)})\n")
    say_notices(_lonely(config))


def show() -> None:
    """Show which config file is in force and all that holds, defaults marked; what is printed is a config file."""
    from legcycle_imu.config import find_config, load_config, read_tables

    path = find_config()
    stated = {} if path is None else read_tables(path)
    config = load_config(path)
    in_force = "No config file; the defaults are in force." if path is None else f"{path} is in force."
    lines = [f"# {in_force}", "", *_lines(config, stated)]
    sys.stdout.write("\n".join(lines) + "\n")


def _lonely(config: "Config") -> list[str]:
    from firmware_bridge.choice import whole_legs

    paired = whole_legs(list(config.sensors.values()))
    return [
        f"The sensor on the {place} has no partner on that leg; without one it is not used."
        for place, facts in config.sensors.items()
        if facts not in paired
    ]


def _lines(config: "Config", stated: Mapping[str, Any]) -> Iterator[str]:
    """Give the config as TOML; what the file does not state is marked."""
    sources = config.sources[0] if len(config.sources) == 1 else list(config.sources)
    yield _line("source", sources, stated)
    for name in ("sensor", "runner"):
        for key, keys in stated.get(name, {}).items():
            yield from ("", f"[{name}.{_text_key(key)}]", *(_line(each, value, keys) for each, value in keys.items()))
    for name, settings in (("targets", config.targets), ("cues", config.cues)):
        yield from ("", f"[{name}]")
        for f in fields(settings):
            value = getattr(settings, f.name)
            follows = {f.name} if value != f.default else ()  # custom: the preset, from another threshold
            yield _line(f.name, value, {*stated.get(name, {}), *follows})


def _line(key: str, value: object, stated: Container[str]) -> str:
    import tomlkit

    plain = str(value) if isinstance(value, StrEnum) else list(value) if isinstance(value, tuple) else value
    return f"{key} = {tomlkit.item(plain).as_string()}{'' if key in stated else '  # default'}"


def _text_key(key: str) -> str:
    import tomlkit

    return tomlkit.key(key).as_string()
