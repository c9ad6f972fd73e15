"""Tables of a config file turned into settings, with one clear sentence for each mistake. Pure."""

import re
from collections.abc import Iterable
from dataclasses import fields
from difflib import get_close_matches
from enum import Enum
from typing import Any, TypeVar, get_args

import msgspec

Settings = TypeVar("Settings")

WORDS = {"str": "text", "int": "a whole number", "bool": "true/false", "array": "a list", "object": "a table"}
"""What types are called in the file."""


def table(value: object, where: str) -> dict[str, Any]:
    """Give a value that shall be a table.

    Raises
    ------
    ValueError
        if it is none
    """
    if not isinstance(value, dict):
        raise ValueError(f"{where}: expected a table, got {value!r}")  # noqa: TRY004 - the file is at fault
    return value


def known_keys(keys: Iterable[str], known: tuple[str, ...], where: str) -> None:
    """Refuse a key that nothing knows.

    Raises
    ------
    ValueError
        if there is one; says which one may be meant
    """
    for key in keys:
        if key not in known:
            close = get_close_matches(key, known, n=1)
            hint = f"did you mean {close[0]}?" if close else f"known are {', '.join(known)}"
            raise ValueError(f"{where}: unknown key {key}; {hint}")


def converted(keys: dict[str, Any], kind: type[Settings], where: str) -> Settings:
    """Give the settings that the keys of a table state.

    Raises
    ------
    ValueError
        if a value has another type, or is none that the settings take
    """
    try:
        return msgspec.convert(keys, kind)
    except msgspec.ValidationError as error:
        raise ValueError(f"{where}: {_plain(str(error), kind)}") from error


def _plain(message: str, kind: type) -> str:
    """Turn msgspec's "Expected `float`, got `str` - at `$.height_m`" into words of the file."""
    said = re.fullmatch(r"(?P<what>.*?) - at `\$\.(?P<key>\w+)`", message)
    if said is None:
        return message
    wanted = " or ".join(_choices(kind, said["key"])) or WORDS.get(said["what"].split("`")[1], "a number")
    got = said["what"].rpartition(" ")[2].replace("`", "")
    return f"{said['key']}: expected {wanted}, got {WORDS.get(got, got)}"


def _choices(kind: type, key: str) -> list[str]:
    """Give what a key can say where that is words of a list, or a number as well."""
    types: list[Any] = [each for f in fields(kind) if f.name == key for each in get_args(f.type) or (f.type,)]
    words = [
        f'"{choice.value}"' for each in types if isinstance(each, type) and issubclass(each, Enum) for choice in each
    ]
    return [*words, "a number"] if words and float in types else words
