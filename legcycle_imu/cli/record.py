"""`legcycle record`: sensors into a recording, with nothing else in the way."""

import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from legcycle_imu.cli.console import say
from legcycle_imu.cli.options import (
    CalibrationFile,
    HeightM,
    RunnerCode,
    ShankM,
    ThighM,
    calibration_given,
    runner_given,
)
from legcycle_imu.cli.session import DurationS, Sources, Watcher, ended_by_interrupt, opened, said_where

if TYPE_CHECKING:
    from collections.abc import Iterator


def record(
    output: Annotated[Path, typer.Option("-o", "--output", metavar="FILE", help="The recording to make.")],
    source: Sources = None,
    calibration: CalibrationFile = None,
    duration_s: DurationS = None,
    height_m: HeightM = None,
    thigh_m: ThighM = None,
    shank_m: ShankM = None,
    runner: RunnerCode = "",
) -> None:
    """Record sensors: every byte that arrives, with when it arrived. A line of status a second.

    Ctrl-C ends it. A sensor that is lost is looked for until it is back; meanwhile the others are recorded.
    """
    from firmware_bridge.intake import Intake
    from firmware_bridge.recorder import Recorder
    from firmware_bridge.recording import refuse_existing
    from legcycle_imu.broadcast import Broadcast, Passed, followed
    from legcycle_imu.config import load_config
    from legcycle_imu.model import Update
    from legcycle_imu.sources import meta_of

    refuse_existing(output)
    given = calibration_given(calibration)
    config, who, started_s = load_config(), runner_given(runner, height_m, thigh_m, shank_m), time.monotonic()
    with opened(source, config) as sensors, ended_by_interrupt(sensors.end):
        intake = Intake(sensors.sensors)
        with Recorder(output, meta_of(sensors, who, config, given, say=say)) as recorder:

            def steps() -> "Iterator[Passed]":
                for batch in sensors:
                    recorder.put(batch)
                    yield Passed(batch, Update(samples=intake.push(batch)), 0.0)

            watcher = Watcher(sensors, recorder, duration_s)
            with Broadcast(steps(), sensors.end) as broadcast:  # a terminal that is held up shall hold up nothing else
                watched = broadcast.subscribe()
                broadcast.start()
                for step in followed(watched):
                    watcher.push(step.chunks, step.update.samples, intake)
    said_where(output, started_s)
