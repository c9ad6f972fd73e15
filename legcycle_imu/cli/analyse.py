"""`legcycle analyse`: every stride of a recording, and what they come to."""

import sys
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from legcycle_imu.cli.console import ProgressBar, say_notices, stderr, stdout
from legcycle_imu.cli.options import (
    CalibrationFile,
    HeightM,
    RecordingFile,
    RunnerCode,
    ShankM,
    StridesFile,
    ThighM,
    calibration_given,
    refuse_same,
    runner_given,
)
from legcycle_imu.cli.sinks import Sink, angles_to, strides_into, strides_to, strides_to_stdout

if TYPE_CHECKING:
    from legcycle_imu.drills import Span
    from legcycle_imu.passage import Passage
    from legcycle_imu.terminal import TableOfStrides


def analyse(
    file: RecordingFile,
    strides: StridesFile = None,
    angles: Annotated[
        Path | None,
        typer.Option(metavar="CSV", help="Write the angles of thighs and shanks here.", show_default=False),
    ] = None,
    rate_hz: Annotated[
        float, typer.Option(min=1.0, max=10000.0, metavar="HZ", help="Rows a second of angles.")
    ] = 100.0,
    calibration: CalibrationFile = None,
    height_m: HeightM = None,
    thigh_m: ThighM = None,
    shank_m: ShankM = None,
    runner: RunnerCode = "",
    as_json: Annotated[bool, typer.Option("--json", help="Print the summary as JSON instead of the strides.")] = False,
) -> None:
    """Find every stride: a table of strides, each leg's summary, and the symmetry of both.

    On a terminal the table has the main columns; into a pipe or a file goes the whole stride table as CSV,
    and the summary to standard error. The centimetres take the runner's lengths: those of the recording, else
    those under [runner.CODE] in the config file, else those given here.
    """
    from legcycle_imu.passage import Passage

    refuse_same(file, strides, angles)
    who = runner_given(runner, height_m, thigh_m, shank_m)
    piped = not as_json and not sys.stdout.isatty()
    given = calibration_given(calibration)
    with ProgressBar() as progress, Passage.of(file, who, progress=progress, calibration=given) as passage:
        spans: list[Span] = []
        table = _pass(passage, strides, angles, rate_hz, spans, piped=piped)
        notices = [*passage.notices(), *_recognised(passage, spans)]
        say_notices(notices)
        _report(passage, table, notices, as_json=as_json, piped=piped)


def _pass(
    passage: "Passage",
    strides: Path | None,
    angles: Path | None,
    rate_hz: float,
    spans: "list[Span]",
    *,
    piped: bool,
) -> "TableOfStrides":
    """Let the recording pass, and give the table for a terminal; add what was done when to the spans.

    Every file is written as its rows become known, and appears only as a whole.
    """
    from legcycle_imu.drills import Recogniser
    from legcycle_imu.terminal import TableOfStrides

    shown = TableOfStrides()
    with ExitStack() as tables:
        sinks: list[Sink] = [strides_into(shown)]
        if strides is not None:
            sinks.append(tables.enter_context(strides_to(strides)))
        if angles is not None:
            sinks.append(tables.enter_context(angles_to(angles, passage, rate_hz)))
        if piped:
            sinks.append(tables.enter_context(strides_to_stdout()))
        recogniser = Recogniser(tuple(passage.pipeline.legs), passage.runner.geometry)
        sinks.append(lambda update: spans.extend(recogniser.push(update)))
        for update in passage:
            for sink in sinks:
                sink(update)
        spans += recogniser.flush()
    return shown


def _recognised(passage: "Passage", spans: "list[Span]") -> list[str]:
    """Give what is to be said of drills that nobody announced."""
    from firmware_bridge.replay import ReplaySource
    from legcycle_imu.announced import announced
    from legcycle_imu.recognised import notices_of

    assert isinstance(passage.source, ReplaySource)
    marks = passage.source.recording.markers()
    return [] if announced((mark.arrival_ns, mark.text) for mark in marks) else notices_of(spans)


def _report(passage: "Passage", table: "TableOfStrides", notices: "list[str]", *, as_json: bool, piped: bool) -> None:
    from legcycle_imu.terminal import summary_json, summary_view

    if as_json:
        sys.stdout.write(summary_json(passage.summary, notices) + "\n")
        return
    if not piped:
        stdout().print(table)
    (stderr() if piped else stdout()).print(summary_view(passage.summary))
