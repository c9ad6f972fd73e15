"""`legcycle live`: sensors through the pipeline while they stream, in a window or in the terminal."""

from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from legcycle_imu.cli.console import say_notices
from legcycle_imu.cli.display import Big, Light, NoWindow, has_window
from legcycle_imu.cli.options import (
    CalibrationFile,
    HeightM,
    RunnerCode,
    ShankM,
    StridesFile,
    ThighM,
    calibration_given,
    refuse_same,
    runner_given,
)
from legcycle_imu.cli.session import DurationS, Sources, opened
from legcycle_imu.cli.showing import Outputs, show_session


def live(
    source: Sources = None,
    no_window: NoWindow = False,
    big: Big = False,
    light: Light = False,
    record: Annotated[
        Path | None, typer.Option("--record", metavar="FILE", help="Record it, too.", show_default=False)
    ] = None,
    strides: StridesFile = None,
    cues: Annotated[
        bool | None,
        typer.Option("--cues/--no-cues", help="Answer misses of the focused phase with a tone.", show_default=False),
    ] = None,
    calibration: CalibrationFile = None,
    duration_s: DurationS = None,
    height_m: HeightM = None,
    thigh_m: ThighM = None,
    shank_m: ShankM = None,
    runner: RunnerCode = "",
) -> None:
    """Watch the leg cycle while you run: phases and figures of each stride, and how each sensor does.

    In a window, or in the terminal where there is no display. Ctrl-C, or closing the window, ends it. The stride
    table is the one that the recording gives afterwards, to the byte.
    """
    from firmware_bridge.recording import refuse_existing
    from legcycle_imu.config import load_config

    if record is not None:
        refuse_existing(record)
        refuse_same(record, strides)
    config, who = load_config(), runner_given(runner, height_m, thigh_m, shank_m)
    if cues is not None:
        config = replace(config, cues=replace(config.cues, audio=cues))
    outputs = Outputs(
        record,
        strides,
        duration_s,
        window=has_window(no_window),
        big=big,
        light=light,
        calibration=calibration_given(calibration),
    )
    say_notices(show_session(opened(source, config), who, config, "legcycle live", outputs).notices())
