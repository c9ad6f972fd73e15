"""`legcycle demo`: a bundled run, no sensors needed, in a window or in the terminal."""

import time
from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer

from legcycle_imu.cli.console import say, stdout
from legcycle_imu.cli.display import Big, Light, NoWindow, has_window, leave_picture
from legcycle_imu.cli.options import Speed, speed_factor
from legcycle_imu.cli.showing import Outputs, show_session

PICTURE = Path("legcycle-demo.png")
"""Picture of the window, left where none was opened."""
HEAD_START_S = 4.0
"""So much of the run has passed when the window opens, s: the vertical is found, and both legs have strides to show."""


def demo(
    speed: Speed = "1",
    no_window: NoWindow = False,
    big: Big = False,
    light: Light = False,
    record: Annotated[
        Path | None, typer.Option("--record", metavar="FILE", help="Record it, as if it were live.", show_default=False)
    ] = None,
) -> None:
    """Watch a simulated runner for a minute: each leg's phase, heel lift and knee drive against their targets.

    In a window; where there is no display in the terminal, and then a picture of the window is left in the working
    directory. Ctrl-C stops it.
    """
    from firmware_bridge.recording import refuse_existing
    from firmware_bridge.replay import ReplaySource
    from legcycle_imu.config import Config
    from legcycle_imu.demo import bundled_recording
    from legcycle_imu.runner import Runner
    from legcycle_imu.terminal import summary_view

    factor = speed_factor(speed)
    if record is not None:
        refuse_existing(record)
    window = has_window(no_window)
    with bundled_recording() as path:
        outputs = Outputs(record, window=window, big=big, light=light, speed=factor)
        source = ReplaySource(path, factor, clock=_ahead_by(HEAD_START_S / factor if window else 0.0))
        passage = show_session(source, Runner(), Config(), "legcycle demo", outputs)
        if not window:
            leave_picture(path, PICTURE)
    stdout().print(summary_view(passage.summary))
    say("A simulated runner. Your own: legcycle import csv --help, then legcycle analyse; or legcycle live --help.")


def _ahead_by(seconds: float, clock: Callable[[], float] = time.monotonic) -> Callable[[], float]:
    """Give a clock whose first reading lies so long ago: what is due since then passes at once."""
    first = [clock() - seconds]
    return lambda: first.pop() if first else clock()
