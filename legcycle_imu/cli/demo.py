"""`legcycle demo`: a bundled run, no sensors needed, in a window or in the terminal."""

from pathlib import Path
from typing import Annotated

import typer

from legcycle_imu.cli.console import say, stdout
from legcycle_imu.cli.display import Big, Light, NoWindow, has_window, leave_picture
from legcycle_imu.cli.options import Speed, speed_factor
from legcycle_imu.cli.showing import Outputs, show_session

PICTURE = Path("legcycle-demo.png")
"""Picture of the window, left where none was opened."""


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
        passage = show_session(ReplaySource(path, factor), Runner(), Config(), "legcycle demo", outputs)
        if not window:
            leave_picture(path, PICTURE)
    stdout().print(summary_view(passage.summary))
    say("A simulated runner. Your own: legcycle import csv --help, then legcycle analyse; or legcycle live --help.")
