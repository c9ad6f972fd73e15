"""`legcycle replay`: a recording as it was, in a window or in the terminal."""

from contextlib import ExitStack
from math import isinf
from typing import TYPE_CHECKING

from legcycle_imu.cli.console import say_notices
from legcycle_imu.cli.display import Big, Light, Look, NoWindow, has_window, open_window
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

if TYPE_CHECKING:
    from pathlib import Path

    from legcycle_imu.runner import Runner


def replay(
    file: RecordingFile,
    speed: Speed = "1",
    no_window: NoWindow = False,
    big: Big = False,
    light: Light = False,
    strides: StridesFile = None,
    height_m: HeightM = None,
    thigh_m: ThighM = None,
    shank_m: ShankM = None,
    runner: RunnerCode = "",
) -> None:
    """Play a recording: the phases of each leg, and the figures of each stride as they become known.

    In a window, where it can be paused, stepped and sought in; in the terminal where there is no display, and at
    --speed max or with --strides. The stride table is that of `analyse`, and is written when the end is reached.
    """
    refuse_same(file, strides)
    factor = speed_factor(speed)
    who = runner_given(runner, height_m, thigh_m, shank_m)
    if strides is None and not isinf(factor) and has_window(no_window):
        _in_window(file, who, factor, big=big, light=light)
    else:
        _in_terminal(file, who, factor, strides)


def _in_window(file: "Path", who: "Runner", speed: float, *, big: bool, light: bool) -> None:
    from legcycle_imu.broadcast import Broadcast
    from legcycle_imu.player import Player

    player = Player(file, who, speed=speed)
    broadcast = Broadcast(player.steps(), player.end)
    shown = broadcast.subscribe()
    with broadcast:
        broadcast.start()
        open_window(player.passage, shown, Look(f"legcycle {file.name}", big, light), transport=player)
    say_notices(player.passage.notices())


def _in_terminal(file: "Path", who: "Runner", speed: float, strides: "Path | None") -> None:
    from legcycle_imu.passage import Passage

    with ends_cleanly_on_interrupt("Replay"), ExitStack() as open_files:
        passage = open_files.enter_context(Passage.of(file, who, speed=speed))
        sinks = [] if strides is None else [open_files.enter_context(strides_to(strides))]
        watch(passage, file.name, speed, sinks)
        say_notices(passage.notices())
