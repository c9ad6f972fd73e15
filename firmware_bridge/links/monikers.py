"""The names of sources: one grammar, one table of kinds, one help text.

KIND:[TARGET][,key=value]*

The kind ends at the first colon. Options are taken from the end, so that a target may hold colons and commas; in the
name of a file even what looks like an option, as long as the kind has none of that or a similar name.
"""

import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path
from typing import NamedTuple

from firmware_bridge.errors import LinkError, Reason
from firmware_bridge.links.link import Link
from firmware_bridge.replay import ReplaySource

GRAMMAR = "A source is KIND:[TARGET][,option=value]..."
OPTION = re.compile(r"(?P<key>[a-z][a-z0-9_]*)=(?P<value>.*)", re.DOTALL)
LARGEST_BAUD = 1e8
"""Rates from here on are those of no serial port, bit/s; the fastest adapters have 12 Mbit/s."""
RECORDING = ".legcycle"
"""How the names of recordings end."""


class Option(NamedTuple):
    """An option of a kind of source.

    Attributes
    ----------
    about : what it does
    default : what it is where it is not given; its type, number or text, is the option's
    unit : of a number
    """

    about: str
    default: float | str
    unit: str = ""


@dataclass(frozen=True, slots=True)
class Moniker:
    """A source's name, understood.

    Parameters
    ----------
    kind : key of the table of kinds
    target : which one of the kind; "" for any
    options : value of every option of the kind, given or default
    """

    kind: str
    target: str = ""
    options: Mapping[str, float | str] = field(default_factory=dict)

    def number(self, key: str) -> float:
        """Give the value of an option that is a number."""
        return float(self.options[key])

    def text(self, key: str) -> str:
        """Give the value of an option that is text."""
        return str(self.options[key])


@dataclass(frozen=True, slots=True)
class SourceKind:
    """A kind of source: how it is named, and what makes one.

    Parameters
    ----------
    about : one line for people
    target : what stands after the colon, for people
    example : a moniker
    options : name -> option
    link : makes the link to live sensors; None for a kind that is none
    replay : makes the source of a recording; None for a kind that is none
    file : the target is a file, whose name may hold anything
    """

    about: str
    target: str
    example: str
    options: Mapping[str, Option] = field(default_factory=dict)
    link: Callable[[Moniker], Link] | None = None
    replay: Callable[[Moniker], ReplaySource] | None = None
    file: bool = False


def _ble(moniker: Moniker) -> Link:
    from firmware_bridge.links.ble import BleLink  # noqa: PLC0415 - bleak takes long, and is not needed otherwise

    return BleLink(moniker.target)


def _serial(moniker: Moniker) -> Link:
    from firmware_bridge.links.serial_port import SerialLink  # noqa: PLC0415 - pyserial is not needed otherwise

    baud = moniker.number("baud")
    if not 0 <= baud < LARGEST_BAUD:
        raise _mistake(f"baud={baud:g} is no rate of a serial port.", "Leave it out, or say, for example, baud=115200.")
    return SerialLink(moniker.target, int(baud) or None)


def _udp(moniker: Moniker) -> Link:
    from firmware_bridge.links.udp import UdpLink  # noqa: PLC0415 - not needed otherwise

    return UdpLink(moniker.target)


def _replay(moniker: Moniker) -> ReplaySource:
    if not moniker.target:
        raise _mistake("replay: needs a recording.", "Say replay:run.legcycle.")
    if not moniker.number("speed") > 0:
        raise _mistake(f"speed={moniker.number('speed'):g} never ends.", "Say speed=1, or leave it out.")
    return ReplaySource(Path(moniker.target), moniker.number("speed"))


KINDS: Mapping[str, SourceKind] = {
    "ble": SourceKind(
        "sensors over Bluetooth LE", "beginning of a name, or address; all sensors without", "ble:", link=_ble
    ),
    "serial": SourceKind(
        "sensors on serial ports (USB, UART, Bluetooth classic)",
        "port, or URL of pyserial; all ports without",
        "serial:/dev/ttyACM0",
        {"baud": Option("the only rate to be tried; 0 for those of the protocols", 0.0, "bit/s")},
        link=_serial,
    ),
    "udp": SourceKind(
        "sensors that send datagrams (x-IMU3 over Wi-Fi)", "port to listen on; 8000 without", "udp:8000", link=_udp
    ),
    "replay": SourceKind(
        "a recording, as if it happened now",
        "file",
        "replay:run.legcycle,speed=1",
        {"speed": Option("times as fast as it was; inf: as fast as can be", math.inf)},
        replay=_replay,
        file=True,
    ),
}
"""Kinds of sources of this package; others are added by who knows them."""


def parse_moniker(text: str, kinds: Mapping[str, SourceKind] = KINDS) -> Moniker:
    """Understand a source's name.

    Raises
    ------
    LinkError : it is not one; says which one may be meant
    """
    name, colon, rest = text.strip().partition(":")
    name = name.lower()
    if not colon or name not in kinds:
        raise _mistake(f"{text!r} is no source.", _suggestion(text.strip(), kinds))
    kind = kinds[name]
    target, given = _parted(rest, kind)
    values = {key: _value(name, key, value, kind.options) for key, value in given.items()}
    return Moniker(name, target, {key: option.default for key, option in kind.options.items()} | values)


def moniker_help(kinds: Mapping[str, SourceKind] = KINDS) -> str:
    """Give the help text on sources: the grammar, and one paragraph a kind."""
    return "\n\n".join([GRAMMAR, *(_kind_help(name, kind) for name, kind in kinds.items())])


def _parted(rest: str, kind: SourceKind) -> tuple[str, dict[str, str]]:
    """Take the options from the end of what stands behind the colon."""
    given: dict[str, str] = {}
    while True:
        head, comma, last = rest.rpartition(",")
        option = OPTION.fullmatch(last)
        if not option or not (comma or not kind.file) or _of_the_name(option["key"], kind):
            return rest, given
        if option["key"] in given:
            raise _mistake(f"{option['key']} is given twice.", "Give it once.")
        given[option["key"]] = option["value"]
        rest = head


def _of_the_name(key: str, kind: SourceKind) -> bool:
    """Tell whether what looks like an option is rather a part of a file's name."""
    return kind.file and not get_close_matches(key, kind.options)


def _value(name: str, key: str, value: str, options: Mapping[str, Option]) -> float | str:
    if key not in options:
        near = get_close_matches(key, options, n=1)
        advice = f"Do you mean {near[0]}?" if near else f"{name}: has {', '.join(options) or 'no options'}."
        raise _mistake(f"{name}: has no option {key}.", advice)
    default = options[key].default
    if isinstance(default, str):
        return value
    try:
        number = float(value)
    except ValueError:
        number = math.nan
    if math.isnan(number):
        unit = options[key].unit
        raise _mistake(f"{key}={value} is no number.", f"Say, for example, {key}={default:g}{unit and f' ({unit})'}.")
    return number


def _suggestion(text: str, kinds: Mapping[str, SourceKind]) -> str:
    if text.endswith(RECORDING) and "replay" in kinds:
        return f"Do you mean replay:{text}?"
    if re.match(r"/dev/|COM\d", text) and "serial" in kinds:
        return f"Do you mean serial:{text}?"
    near = get_close_matches(text.partition(":")[0].lower(), kinds, n=1)
    return f"Do you mean {near[0]}:?" if near else f"Sources begin with {', '.join(f'{kind}:' for kind in kinds)}."


def _kind_help(name: str, kind: SourceKind) -> str:
    target = f"[{kind.target}]" if kind.target else ""
    lines = [f"{name}:{target}  {kind.about}; for example {kind.example}"]
    for key, option in kind.options.items():
        default = option.default if isinstance(option.default, str) else f"{option.default:g}"
        unit = f" {option.unit}" if option.unit else ""
        lines.append(f"    {key}={default}{unit}  {option.about}")
    return "\n".join(lines)


def _mistake(sentence: str, advice: str) -> LinkError:
    return LinkError(Reason.BAD_MONIKER, sentence, advice)
