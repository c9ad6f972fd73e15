"""`legcycle compare`: whether the leg cycle changed from one recording to another."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from legcycle_imu.cli.console import ProgressBar, say, say_notices, stdout

if TYPE_CHECKING:
    from rich.console import Console

    from legcycle_imu.progress.change import Change
    from legcycle_imu.progress.session import SessionFigures

Picture = Annotated[
    Path | None,
    typer.Option("-o", "--output", metavar="PICTURE", help="Draw it, too: a file .svg or .png.", show_default=False),
]
SameSpeed = Annotated[
    bool, typer.Option("--same-speed", help="You know that the speed was the same: do not look at the pace.")
]


def compare(
    before: Annotated[Path, typer.Argument(metavar="A", help="The earlier recording.", show_default=False)],
    now: Annotated[Path, typer.Argument(metavar="B", help="The later recording.", show_default=False)],
    output: Picture = None,
    own: Annotated[
        Path | None,
        typer.Option(
            metavar="FOLDER",
            help="More recordings of this runner: from three on day to day is told by them, not by the literature.",
            show_default=False,
        ),
    ] = None,
    same_speed: SameSpeed = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print it as JSON.")] = False,
) -> None:
    """Tell whether the leg cycle changed from recording A to recording B, leg by leg.

    A change is marked only if it is larger than chance, strides and days explain (MDC95, printed beside it),
    and only between recordings of one runner at one pace whose angles have the same zero.
    """
    from legcycle_imu.progress.change import compare as compared
    from legcycle_imu.progress.reading import read_session

    check_picture(output)
    with ProgressBar() as progress:
        pair = [read_session(path, progress=progress) for path in (before, now)]
        more = [] if own is None else _more(own, (before, now), pair[1].runner, progress)
    changes = compared(pair[0], pair[1], more, same_speed=same_speed)
    _tell(pair[0], pair[1], changes, as_json=as_json)
    if output is not None:
        from legcycle_imu.progress.picture import picture_of_two

        picture_of_two(output, pair[0], pair[1], changes)
        say(f"The picture: {output}")


def check_picture(output: Path | None) -> None:
    """Refuse a picture that is neither SVG nor PNG."""
    if output is not None and output.suffix.lower() not in (".svg", ".png"):
        raise typer.BadParameter(f"expected a file that ends in .svg or .png, got {output}.", param_hint="--output")


def wide_stdout() -> "Console":
    """Give the console of standard output; what is no terminal gets lines of 100 letters."""
    console = stdout()
    if not console.is_terminal:
        console.width = 100
    return console


def skip(path: Path, error: Exception) -> None:
    """Name a recording that is skipped."""
    say(f"note: {path.name} is skipped: {error}")


def _more(folder: Path, pair: tuple[Path, Path], runner: str, progress: ProgressBar) -> "list[SessionFigures]":
    """Give the runner's further sessions; a folder that holds none of them is no error, but is told."""
    from legcycle_imu.progress.reading import EmptyFolderError, read_folder

    try:
        return read_folder(folder, runner, progress=progress, skipped=skip, without=pair)
    except EmptyFolderError as error:
        say(f"note: {error.sentence}")
        return []


def _tell(before: "SessionFigures", now: "SessionFigures", changes: "list[Change]", *, as_json: bool) -> None:
    from legcycle_imu.progress.tables import table_of_two, two_json
    from legcycle_imu.progress.words import about, notes_on_two

    notes = notes_on_two(before, now, changes)
    if as_json:
        sys.stdout.write(two_json(before, now, changes, [*notes, *about(changes)]) + "\n")
        return
    say_notices(notes)
    console = wide_stdout()
    for side in sorted({change.side for change in changes}):
        console.print(table_of_two(before, now, side, changes))
        console.print()
    for sentence in about(changes):
        console.print(sentence)
