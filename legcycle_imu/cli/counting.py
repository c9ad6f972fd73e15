"""A drill in the terminal while it is done: a block that is drawn anew, or a line a repetition."""

import sys
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from legcycle_imu.cli.console import stdout
from legcycle_imu.cli.watching import FRAME_S

if TYPE_CHECKING:
    from collections.abc import Sequence

    from firmware_bridge.sensor_health import SensorHealth
    from legcycle_imu.broadcast import Passed
    from legcycle_imu.drilling import Drilling
    from legcycle_imu.passage import Passage


def count(
    passage: "Passage",
    drilling: "Drilling",
    steps: "Iterable[Passed]",
    health: "Callable[[], Sequence[SensorHealth]] | None",
    end: Callable[[], None],
    *,
    quiet: bool = False,
) -> None:
    """Show a drill until the session ends; once the drill is done, end it.

    Parameters
    ----------
    passage : the session
    drilling : counts
    steps : what passes, and an empty step now and then
    health : gives how the sensors do now, to be shown on a terminal; None: into a pipe
    end : ends the session
    quiet : write nothing
    """
    if health is not None and not quiet:
        _draw(passage, drilling, steps, health, end)
    else:
        _write(drilling, steps, end, quiet=quiet)


def _write(drilling: "Drilling", steps: "Iterable[Passed]", end: Callable[[], None], *, quiet: bool) -> None:
    from legcycle_imu.terminal_drill import DrillLines

    lines = DrillLines()
    for _ in steps:
        standing = drilling.standing
        for line in lines.push(standing.rule, standing.view, standing.repetitions):
            if not quiet:
                sys.stdout.write(f"{line}\n")
        sys.stdout.flush()
        if standing.done:
            end()


def _draw(
    passage: "Passage",
    drilling: "Drilling",
    steps: "Iterable[Passed]",
    health: "Callable[[], Sequence[SensorHealth]]",
    end: Callable[[], None],
) -> None:
    import time

    from rich.console import Group
    from rich.live import Live

    from legcycle_imu.terminal_drill import drill_block
    from legcycle_imu.terminal_sensors import sensor_table
    from legcycle_imu.view.drill import page_of

    drawn_s = -FRAME_S
    with Live(console=stdout(), auto_refresh=False) as screen:
        for _ in steps:
            standing, now_s = drilling.standing, time.monotonic()
            if now_s - drawn_s >= FRAME_S or standing.done:
                drawn_s = now_s
                page = page_of(standing.rule, standing.view, standing.repetitions, resting=standing.resting)
                screen.update(Group(drill_block(page), sensor_table(passage.pipeline.sensors, health())), refresh=True)
            if standing.done:
                end()
