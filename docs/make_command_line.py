"""Write docs/command-line.md from the parser of `legcycle`.

Usage: python docs/make_command_line.py [--check]

With --check nothing is written; the exit code is 1 if the committed page is not current.
"""

import inspect
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import typer

from firmware_bridge.links.monikers import moniker_help
from legcycle_imu.cli import app
from legcycle_imu.config import SOURCES

PAGE = Path(__file__).with_name("command-line.md")
HEAD = """# The command line

Generated from the parser by `python docs/make_command_line.py`; do not edit.

Data goes to standard output, everything else to standard error. Colours and live views appear on a terminal alone;
`NO_COLOR` is honoured. Exit codes: 0 well done, 1 the world is at fault (one sentence says how, and what to do),
2 usage. Ctrl-C ends `live`, `record`, `replay` and `demo` with exit code 0. What may stand
behind `--source` is told under [Sources](#sources).
"""


def page() -> str:
    """Give the whole page."""
    commands = _commands(typer.main.get_command(app), "legcycle")
    sections = ["\n".join(_section(name, command)) for name, command in commands]
    return "\n".join([HEAD, *sections, f"## Sources\n\n```text\n{moniker_help(SOURCES)}\n```\n"])


def _commands(command: Any, name: str) -> Iterator[tuple[str, Any]]:
    """Give a command and all within it by their full names; groups carry theirs in `commands`."""
    yield name, command
    for word, inner in sorted(getattr(command, "commands", {}).items()):
        yield from _commands(inner, f"{name} {word}")


def _section(name: str, command: Any) -> Iterator[str]:
    yield f"## `{name}`\n"
    yield f"{inspect.cleandoc(command.help or '')}\n"
    rows = [row for parameter in command.params if (row := _row(parameter))]
    if rows:
        yield "| argument or option | meaning | default |"
        yield "|---|---|---|"
        yield from rows
        yield ""
    if command.epilog:
        lines = command.epilog.splitlines()
        yield "```text"
        yield from (line.removeprefix("  ") for line in lines[2:])
        yield "```\n"


def _row(parameter: Any) -> str:
    if parameter.param_type_name == "argument":
        names = f"`{parameter.metavar}`"
    else:
        words = ", ".join(f"`{word}`" for word in [*parameter.opts, *parameter.secondary_opts])
        names = f"{words} `{parameter.metavar}`" if parameter.metavar else words
    meaning = f"{parameter.help}{' Required.' if parameter.required else ''}".replace("|", "\\|")
    return f"| {names.replace('|', chr(92) + '|')} | {meaning} | {_default(parameter)} |"


def _default(parameter: Any) -> str:
    value = parameter.default
    if parameter.required or value is None or value == "" or callable(value):
        return ""
    if isinstance(value, bool):
        words = parameter.opts if value else parameter.secondary_opts
        return f"`{words[0]}`" if parameter.secondary_opts else ""
    return f"`{value:g}`" if isinstance(value, float) else f"`{value}`"


def main(arguments: list[str]) -> int:
    """Write the page, or with --check compare it."""
    text = page()
    if "--check" not in arguments:
        PAGE.write_text(text, encoding="utf-8", newline="\n")
        return 0
    if PAGE.read_text(encoding="utf-8") == text:
        return 0
    sys.stderr.write(f"{PAGE} is not current; run: python docs/make_command_line.py\n")
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
