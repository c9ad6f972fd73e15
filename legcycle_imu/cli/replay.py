"""`legcycle replay`: a recording as it was, in the terminal."""

from contextlib import ExitStack
from typing import Annotated

import typer

from legcycle_imu.cli.console import say_notices
from legcycle_imu.cli.options import (
    HeightM,
    RecordingFile,
    RunnerCode,
    ShankM,
    Speed,
    StridesFile,
    ThighM,
    refuse_same,
    runner_given,
    speed_factor,
)
from legcycle_imu.cli.sinks import strides_to
from legcycle_imu.cli.watching import ends_cleanly_on_interrupt, watch


def replay(
    file: RecordingFile,
    speed: Speed = "1",
    no_window: Annotated[
        bool, typer.Option("--no-window", help="Stay in the terminal, also where a window is.")
    ] = False,
    strides: StridesFile = None,
    height_m: HeightM = None,
    thigh_m: ThighM = None,
    shank_m: ShankM = None,
    runner: RunnerCode = "",
) -> None:
    """Play a recording: the phases of each leg, and the figures of each stride as they become known.

    Ctrl-C stops it. The stride table is that of `analyse`, and is written when the end is reached.
    """
    from legcycle_imu.passage import Passage

    refuse_same(file, strides)
    factor = speed_factor(speed)
    who = runner_given(runner, height_m, thigh_m, shank_m)
    with ends_cleanly_on_interrupt("Replay"), ExitStack() as open_files:
        passage = open_files.enter_context(Passage.of(file, who, speed=factor))
        sinks = [] if strides is None else [open_files.enter_context(strides_to(strides))]
        watch(passage, file.name, factor, sinks)
        say_notices(passage.notices())
