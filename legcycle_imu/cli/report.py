"""`legcycle report`: a recording as one page to read, print and mail."""

from pathlib import Path
from typing import Annotated

import typer

from legcycle_imu.cli.console import ProgressBar, say, say_notices
from legcycle_imu.cli.options import (
    CalibrationFile,
    HeightM,
    RecordingFile,
    RunnerCode,
    ShankM,
    ThighM,
    calibration_given,
    refuse_same,
    runner_given,
)

ENDING = ".report.html"


def report(
    file: RecordingFile,
    output: Annotated[
        Path | None,
        typer.Option("-o", "--output", metavar="HTML", help="Page to write [FILE.report.html].", show_default=False),
    ] = None,
    calibration: CalibrationFile = None,
    height_m: HeightM = None,
    thigh_m: ThighM = None,
    shank_m: ShankM = None,
    runner: RunnerCode = "",
    serials: Annotated[bool, typer.Option("--serials", help="Name the sensors' devices on the page, too.")] = False,
) -> None:
    """Make one page of a recording: what to work on, each phase, left and right, the run, and how far to trust it.

    The page needs nothing else and loads nothing: open it in any browser, print it, mail it. An older report of that
    name is replaced; any other file is left alone.
    """
    from legcycle_imu.report.data import report_data
    from legcycle_imu.report.page import render
    from legcycle_imu.report.reading import read_session
    from legcycle_imu.report.writing import refuse_other, write_page

    target = output or file.with_name(f"{file.stem}{ENDING}")
    refuse_same(file, target)
    refuse_other(target)
    who = runner_given(runner, height_m, thigh_m, shank_m)
    given = calibration_given(calibration)
    with ProgressBar() as progress:
        session = read_session(file, who, calibration=given, progress=progress)
    say_notices(session.notices)
    write_page(render(report_data(session), serials=serials), target)
    say(f"{target}: {target.stat().st_size / 1000.0:.0f} kB. Open it in a browser.")
