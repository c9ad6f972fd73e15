"""`legcycle demo`: a bundled run in the terminal, no sensors needed."""

from legcycle_imu.cli.console import say, stdout
from legcycle_imu.cli.options import Speed, speed_factor
from legcycle_imu.cli.watching import ends_cleanly_on_interrupt, watch


def demo(speed: Speed = "1") -> None:
    """Watch a simulated runner for a minute: each leg's phase, heel lift and knee drive against their targets.

    Ctrl-C stops it.
    """
    from legcycle_imu.config import Config
    from legcycle_imu.demo import bundled_recording
    from legcycle_imu.passage import Passage
    from legcycle_imu.terminal import summary_view

    factor = speed_factor(speed)
    with (
        ends_cleanly_on_interrupt("Demo"),
        bundled_recording() as recording,
        Passage.of(recording, speed=factor, config=Config()) as passage,
    ):
        watch(passage, "legcycle demo", factor)
        stdout().print(summary_view(passage.summary))
        say("A simulated runner. Your own: legcycle import csv --help, then legcycle analyse.")
