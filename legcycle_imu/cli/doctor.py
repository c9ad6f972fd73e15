"""`legcycle doctor`: whether this computer can record, and what to do where it cannot."""

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from legcycle_imu.cli.console import busy

if TYPE_CHECKING:
    from legcycle_imu.doctor import Result


def doctor(
    as_json: Annotated[bool, typer.Option("--json", help="Print it as JSON.")] = False,
) -> None:
    """Look at this computer: versions, config, Bluetooth, serial ports, disk, clock, window, sound.

    Each line is ok, attention or broken, with what to do. Exit code 1 where something is broken: as long as it is,
    nothing can be recorded from the sources of the config file (Bluetooth where it names none). Else 0.
    """
    from legcycle_imu.doctor import State, checks_here, examine

    with busy("looking at this computer", worth_saying=True):
        results = examine(checks_here(Path()))
    sys.stdout.write(_as_json(results) if as_json else _lines(results))
    if any(result.state is State.BROKEN for result in results):
        raise typer.Exit(1)


def _lines(results: "Sequence[Result]") -> str:
    lines = []
    width = max(len(result.name) for result in results)
    for result in results:
        lines.append(f"{result.state:9}  {result.name:{width}}  {result.finding}")
        if result.advice:
            lines.append(f"{'':{width + 13}}-> {result.advice}")
    return "".join(f"{line}\n" for line in lines)


def _as_json(results: "Sequence[Result]") -> str:
    import msgspec

    return msgspec.json.format(msgspec.json.encode([result._asdict() for result in results]), indent=2).decode() + "\n"
