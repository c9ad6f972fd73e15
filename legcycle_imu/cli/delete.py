"""`legcycle delete`: recordings, or what is kept of a runner, for good."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from legcycle_imu.cli.console import say, say_notices
from legcycle_imu.cli.scan import interactive

if TYPE_CHECKING:
    from legcycle_imu.deleting import Doomed


def delete(
    files: Annotated[
        list[Path] | None, typer.Argument(metavar="FILE", help="Recordings (.legcycle).", show_default=False)
    ] = None,
    runner: Annotated[
        str,
        typer.Option(
            "--runner", metavar="CODE", help="Delete the calibrations kept of this runner.", show_default=False
        ),
    ] = "",
    folder: Annotated[
        list[Path] | None,
        typer.Option(
            "--folder",
            metavar="FOLDER",
            help="With --runner: look here for recordings of this runner, which are listed, not deleted.",
            show_default=False,
        ),
    ] = None,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
) -> None:
    """Delete recordings, with the calibrations and reports that were made of them and lie beside them.

    What goes is listed, and asked about on a terminal. What is not this program's is never touched. Deleted is
    deleted: nothing goes to a bin. What cannot be reached is said.
    """
    from legcycle_imu.deleting import of_recordings, of_runner

    if bool(files) == bool(runner):
        raise typer.BadParameter("Name recordings, or a runner with --runner CODE.")
    if folder and not runner:
        raise typer.BadParameter("--folder goes with --runner.")
    for one in folder or []:
        if not one.is_dir():
            raise typer.BadParameter(f"There is no folder {one}, so nothing was looked for in it, and nothing deleted.")
    if runner:
        _delete(of_runner(runner), f"No calibration of {runner} is kept.", yes=yes)
        _say_where(runner, folder or [])
    else:
        _delete(of_recordings(files or []), "", yes=yes)


def _delete(doomed: "Doomed", nothing: str, *, yes: bool) -> None:
    from legcycle_imu.deleting import CANNOT_REACH
    from legcycle_imu.deleting import delete as delete_all

    say_notices(doomed.remarks)
    if not doomed.files:
        say(nothing)
        return
    say("To be deleted:" if not yes else "Deleting:")
    for path in doomed.files:
        say(f"  {path}")
    if not yes:
        _ask()
    delete_all(doomed)
    say(f"Deleted: {len(doomed.files)} files. {CANNOT_REACH}")


def _ask() -> None:
    if not interactive():
        raise typer.BadParameter("Nobody can be asked, and nothing was deleted: --yes deletes without asking.")
    if not typer.confirm("Delete these for good?", err=True):
        say("Nothing was deleted.")
        raise typer.Exit(1)


def _say_where(runner: str, folders: list[Path]) -> None:
    """Say where else something of a runner may lie."""
    from legcycle_imu.config import find_config, load_config
    from legcycle_imu.deleting import recordings_of

    if runner in load_config().runner:
        say(f"{find_config()} holds the lengths of {runner}: take [runner.{runner}] out of it.")
    if not folders:
        say("Recordings lie where they were written: --folder FOLDER lists those of this runner.")
        return
    found, remarks = recordings_of(runner, folders)
    say_notices(remarks)
    say(f"Recordings of {runner} in {', '.join(map(str, folders))}: {len(found) or 'none'}")
    for path in found:
        say(f"  {path}")
    if found:
        say("They are still there. To delete them: legcycle delete FILE...")
