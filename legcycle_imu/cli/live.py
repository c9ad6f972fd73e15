"""`legcycle live`: sensors through the pipeline while they stream, in the terminal."""

from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from legcycle_imu.cli.console import say, say_notices
from legcycle_imu.cli.options import HeightM, RunnerCode, ShankM, StridesFile, ThighM, refuse_same, runner_given
from legcycle_imu.cli.session import DurationS, Sources, Watcher, ended_by_interrupt, on_terminal, opened
from legcycle_imu.cli.sinks import strides_to

if TYPE_CHECKING:
    from legcycle_imu.config import Config
    from legcycle_imu.cues import CueSettings

MOST_WAITING = 3000
"""Steps that wait for a terminal that is held up; four sensors make some 160 a second. Older ones are not shown."""


def live(
    source: Sources = None,
    no_window: Annotated[
        bool, typer.Option("--no-window", help="Stay in the terminal, also where a window is.")
    ] = False,
    record: Annotated[
        Path | None, typer.Option("--record", metavar="FILE", help="Record it, too.", show_default=False)
    ] = None,
    strides: StridesFile = None,
    cues: Annotated[
        bool | None,
        typer.Option("--cues/--no-cues", help="Answer misses of the focused phase with a tone.", show_default=False),
    ] = None,
    duration_s: DurationS = None,
    height_m: HeightM = None,
    thigh_m: ThighM = None,
    shank_m: ShankM = None,
    runner: RunnerCode = "",
) -> None:
    """Watch the leg cycle while you run: phases and figures of each stride, and how each sensor does.

    Ctrl-C ends it. The stride table is the one that the recording gives afterwards, to the byte.
    """
    from firmware_bridge.recorder import Recorder
    from firmware_bridge.recording import refuse_existing
    from legcycle_imu.broadcast import Broadcast, Follower, Passed, followed, steps_of
    from legcycle_imu.cli.watching import watch
    from legcycle_imu.config import load_config
    from legcycle_imu.cueing import Cueing
    from legcycle_imu.passage import Passage
    from legcycle_imu.sources import meta_of

    if record is not None:
        refuse_existing(record)
        refuse_same(record, strides)
    config, who = load_config(), runner_given(runner, height_m, thigh_m, shank_m)
    with ExitStack() as stack:
        sensors = opened(source, config)
        stack.callback(sensors.close)
        stack.enter_context(ended_by_interrupt(sensors.end))
        meta = meta_of(sensors, who, config)
        recorder = None if record is None else stack.enter_context(Recorder(record, meta))
        tap = None if recorder is None else recorder.put
        passage = Passage(sensors, meta, who, name="this session", config=config, tap=tap)
        cueing = stack.enter_context(Cueing(_cues(config, cues), config.targets, passage.runner.geometry, say))
        watcher = Watcher(sensors, recorder, duration_s, lines=not on_terminal())
        broadcast = Broadcast(steps_of(passage), sensors.end)

        def watch_sensors(step: Passed) -> None:
            watcher.push(step.chunks, step.update.samples, passage.pipeline.intake)

        stack.enter_context(Follower(broadcast.subscribe(), watch_sensors, "sensors"))
        stack.enter_context(Follower(broadcast.subscribe(), cueing.take, "cues"))
        if strides is not None:
            write = stack.enter_context(strides_to(strides))
            stack.enter_context(Follower(broadcast.subscribe(), lambda step: write(step.update), "strides"))
        shown = broadcast.subscribe(MOST_WAITING)
        stack.enter_context(broadcast).start()
        updates = (step.update for step in followed(shown))
        watch(passage, "legcycle live", 1.0, sensors=watcher.health if on_terminal() else None, updates=updates)
    say_notices(passage.notices())


def _cues(config: "Config", wanted: bool | None) -> "CueSettings":
    return config.cues if wanted is None else replace(config.cues, audio=wanted)
