"""`legcycle trend`: the leg cycle over the sessions of a folder."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from legcycle_imu.cli.compare import Picture, SameSpeed, check_picture, skip, wide_stdout
from legcycle_imu.cli.console import ProgressBar, say, say_notices

if TYPE_CHECKING:
    from legcycle_imu.progress.trend import Trend


def trend(
    folder: Annotated[
        Path, typer.Argument(metavar="FOLDER", help="Folder with recordings (.legcycle).", show_default=False)
    ],
    runner: Annotated[
        str, typer.Option(metavar="CODE", help="Only recordings of this runner.", show_default=False)
    ] = "",
    output: Picture = None,
    same_speed: SameSpeed = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print it as JSON.")] = False,
) -> None:
    """Follow each metric over the recordings of a folder, runner by runner, each against where it began.

    A session is held against the mean of the first ones that can be compared with it, five at most, and marked only
    if the change is larger than chance, strides and days explain (MDC95). From three such sessions on the runner's
    own days say how large that is. A recording that cannot be read is named and skipped.
    """
    from legcycle_imu.progress.reading import read_folder
    from legcycle_imu.progress.trend import trend as followed

    check_picture(output)
    with ProgressBar() as progress:
        sessions = read_folder(folder, runner, progress=progress, skipped=skip)
    codes = sorted({session.runner for session in sessions})
    if output is not None and len(codes) > 1:
        raise typer.BadParameter(f"a picture shows one runner; here are {', '.join(codes)}.", param_hint="--runner")
    trends = [followed([s for s in sessions if s.runner == code], same_speed=same_speed) for code in codes]
    _tell(trends, as_json=as_json)
    if output is not None:
        from legcycle_imu.progress.picture import picture_of_trend

        picture_of_trend(output, trends[0])
        say(f"The picture: {output}")


def _tell(trends: "list[Trend]", *, as_json: bool) -> None:
    from legcycle_imu.progress.tables import key_to_shapes, table_of_leg, trends_json
    from legcycle_imu.progress.words import about, notes_on_trend

    changes = [change for trend in trends for course in trend.changes.values() for change in course]
    notes = list(dict.fromkeys(note for trend in trends for note in notes_on_trend(trend)))
    if as_json:
        sys.stdout.write(trends_json(trends, [*notes, *about(changes)]) + "\n")
        return
    say_notices(notes)
    console = wide_stdout()
    for each in trends:
        if len(trends) > 1:
            console.print(f"Runner {each.sessions[0].runner or 'without a code'}")
        for side in each.sides:
            console.print(table_of_leg(each, side))
            console.print()
    for sentence in (f"{key_to_shapes()}.", *about(changes)):
        console.print(sentence)
