"""`legcycle drill`: the drills of the method, counted and judged while they are done, or afterwards."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from legcycle_imu.cli.calibrate import doing_as_asked
from legcycle_imu.cli.console import ProgressBar, say, say_notices, stdout
from legcycle_imu.cli.display import Light, NoWindow, has_window
from legcycle_imu.cli.options import (
    CalibrationFile,
    HeightM,
    RunnerCode,
    ShankM,
    ThighM,
    calibration_given,
    refuse_same,
    runner_given,
)
from legcycle_imu.cli.session import DurationS, Sources, opened

if TYPE_CHECKING:
    from collections.abc import Sequence

    from calibration.model import CalibrationSet
    from legcycle_imu.drill_standing import Standing
    from legcycle_imu.drills import Drill
    from legcycle_imu.runner import Runner


def drill(
    name: Annotated[
        str | None,
        typer.Argument(
            metavar="[NAME]",
            help="heel-drag, prone-flicks, push-lift, push-lift-drive, run-30m or hill; without it they are listed.",
            show_default=False,
        ),
    ] = None,
    file: Annotated[
        Path | None,
        typer.Argument(metavar="[FILE]", help="A recording (.legcycle), instead of sensors.", show_default=False),
    ] = None,
    listed: Annotated[bool, typer.Option("--list", help="List the drills, and what to do.")] = False,
    source: Sources = None,
    no_window: NoWindow = False,
    light: Light = False,
    calibration: CalibrationFile = None,
    record: Annotated[
        Path | None, typer.Option("--record", metavar="FILE", help="Record it, too.", show_default=False)
    ] = None,
    repetitions: Annotated[
        Path | None, typer.Option(metavar="CSV", help="Write the table of repetitions here.", show_default=False)
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print what it came to as JSON.")] = False,
    sounds: Annotated[
        bool, typer.Option("--sounds", help="A tone when the legs change and when a time is over.")
    ] = False,
    duration_s: DurationS = None,
    height_m: HeightM = None,
    thigh_m: ThighM = None,
    shank_m: ShankM = None,
    runner: RunnerCode = "",
) -> None:
    """Do a drill: every repetition counted, judged and answered with one sentence; the time, and whose turn it is.

    The sensors are calibrated first, step by step, unless --calibration names how they sit. In a window, or in the
    terminal where there is no display. Ctrl-C, or closing the window, ends it. What it came to is printed in the end:
    for each leg repetitions, good ones, faults and rhythm. With FILE, the same of a recording.
    """
    if name is None or listed:
        from legcycle_imu.terminal_drill import drill_list

        stdout().print(drill_list())
        return
    chosen, who = _drill_of(name), runner_given(runner, height_m, thigh_m, shank_m)
    if file is not None:
        if source or record is not None or duration_s is not None:
            raise typer.BadParameter("A recording goes without --source, --record and --duration-s.")
        refuse_same(file, repetitions)
        standing, notices = _of_recording(chosen, file, who, calibration, as_json=as_json)
    else:
        if record is not None:
            from firmware_bridge.recording import refuse_existing

            refuse_existing(record)
            refuse_same(record, repetitions)
        given = calibration_given(calibration)
        window = has_window(no_window)
        standing, notices = _live(
            chosen, source, who, given, record, duration_s, window=window, light=light, quiet=as_json, sounds=sounds
        )
    _tell(standing, notices, repetitions, as_json=as_json)


def _drill_of(name: str) -> "Drill":
    from legcycle_imu.drills import Drill

    try:
        return Drill(name)
    except ValueError as error:
        raise typer.BadParameter(f"There is no drill {name!r}; there are {', '.join(Drill)}.") from error


def _live(
    chosen: "Drill",
    source: "Sequence[str] | None",
    who: "Runner",
    given: "CalibrationSet | None",
    record: Path | None,
    duration_s: float | None,
    *,
    window: bool,
    light: bool,
    quiet: bool,
    sounds: bool,
) -> "tuple[Standing, list[str]]":
    from legcycle_imu.cli.showing import Outputs, show_session
    from legcycle_imu.config import load_config
    from legcycle_imu.drilling import Drilling

    config = load_config()
    names = simulated_doing(source or config.sources, chosen, guided=given is None)
    if any(one.startswith("replay:") for one in names):
        raise typer.BadParameter(f"Of a recording: legcycle drill {chosen} FILE")
    drilling = Drilling(chosen, waits=given is None)
    outputs = Outputs(
        record,
        duration_s=duration_s,
        window=window,
        light=light,
        calibration=given,
        guided=given is None,
        drill=drilling,
        quiet=quiet,
        sounds=sounds,
    )
    sensors = opened(names, config, anywhere=given is None)
    passage = show_session(sensors, who, config, f"legcycle drill {chosen}", outputs)
    return drilling.flush(), passage.notices()


def simulated_doing(sources: "Sequence[str]", chosen: "Drill", *, guided: bool) -> list[str]:
    """Give the sources' names, so that a simulated person does the drill, after what a calibration asks for."""
    names = doing_as_asked(sources) if guided else list(sources)
    return [
        f"{name}{'' if name == 'sim:' else ','}drill={chosen}"
        if name.startswith("sim:") and "drill=" not in name
        else name
        for name in names
    ]


def _of_recording(
    chosen: "Drill", file: Path, who: "Runner", calibration: Path | None, *, as_json: bool
) -> "tuple[Standing, list[str]]":
    from firmware_bridge.recording import Recording
    from legcycle_imu.announced import Announced, announced
    from legcycle_imu.drilling import replayed
    from legcycle_imu.passage import Passage
    from legcycle_imu.terminal_drill import DrillLines

    with Recording.open(file) as recording:
        told = announced((mark.arrival_ns, mark.text) for mark in recording.markers())
    fitting = [one for one in told if one.drill is chosen]
    if told and not fitting:
        say(f"note: {file} was recorded as {told[-1].drill}.")
    given = calibration_given(calibration)
    with ProgressBar() as progress, Passage.of(file, who, progress=progress, calibration=given) as passage:
        standing = replayed(passage, fitting[-1] if fitting else Announced(chosen))
        notices = passage.notices()
    if not as_json:
        for line in DrillLines().push(standing.rule, standing.view, standing.repetitions):
            sys.stdout.write(f"{line}\n")
    return standing, notices


def _tell(standing: "Standing", notices: "Sequence[str]", repetitions: Path | None, *, as_json: bool) -> None:
    from legcycle_imu.drill_table import write_repetitions
    from legcycle_imu.terminal_drill import drill_json, drill_summary

    say_notices(notices)
    if repetitions is not None:
        write_repetitions(standing.repetitions, repetitions)
    if standing.view is None:
        say(f"The {standing.rule.title} was not begun.")
    elif as_json:
        sys.stdout.write(drill_json(standing.repetitions, standing.view, notices) + "\n")
    else:
        stdout().print(drill_summary(standing.repetitions, standing.view))
