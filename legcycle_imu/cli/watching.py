"""A passage watched: a live view on a terminal, a line a stride elsewhere."""

import sys
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from math import isinf
from typing import TYPE_CHECKING

from legcycle_imu.cli.console import say, stdout

if TYPE_CHECKING:
    from rich.live import Live

    from firmware_bridge.sensor_health import SensorHealth
    from legcycle_imu.model import Update
    from legcycle_imu.passage import Passage

FRAME_S = 1.0 / 15.0
"""Time between two pictures, s."""


def watch(
    passage: "Passage",
    title: str,
    speed: float,
    sinks: "Iterable[Callable[[Update], None]]" = (),
    sensors: "Callable[[], Sequence[SensorHealth]] | None" = None,
    updates: "Iterable[Update] | None" = None,
) -> None:
    """Show a passage until its end, in a terminal.

    Parameters
    ----------
    passage, title, speed : what is shown, under which heading, how many times as fast as it was
    sinks : get every update, too
    sensors : gives how the sensors do now, to be shown
    updates : the passage's updates, where somebody else lets it pass
    """
    from legcycle_imu.terminal_sensors import sensor_table
    from legcycle_imu.terminal_view import CycleView, Judged, stride_line

    view = CycleView(
        passage.pipeline.legs,
        passage.config.targets,
        passage.runner.geometry,
        title=title,
        duration_s=passage.duration_s,
    )
    if sensors is not None:
        view.below = lambda: sensor_table(passage.pipeline.sensors, sensors())
    live = sys.stdout.isatty() and not isinf(speed)

    def show(judged: Judged) -> None:
        if not live:
            sys.stdout.write(f"{stride_line(judged)}\n")
            sys.stdout.flush()

    with _screen(view, live=live) as refresh:
        for update in passage if updates is None else updates:
            view.arrived_s = passage.arrived_s
            for judged in view.push(update):
                show(judged)
            for sink in sinks:
                sink(update)
            refresh()


@contextmanager
def ends_cleanly_on_interrupt(what: str) -> Iterator[None]:
    """Let Ctrl-C be a way to stop, not an error."""
    try:
        yield
    except KeyboardInterrupt:
        say(f"\n{what} stopped.")


@contextmanager
def _screen(view: object, *, live: bool) -> Iterator[Callable[[], None]]:
    """Give what draws the view anew, at most 15 times a second; nothing where there is no terminal."""
    if not live:
        yield lambda: None
        return
    from rich.live import Live

    with Live(view, console=stdout(), auto_refresh=False) as picture:  # type: ignore[arg-type]  # it has __rich__
        yield _Frames(picture).refresh


class _Frames:
    def __init__(self, picture: "Live") -> None:
        self._picture = picture
        self._drawn_at = 0.0

    def refresh(self) -> None:
        now = time.monotonic()
        if now - self._drawn_at >= FRAME_S:
            self._drawn_at = now
            self._picture.refresh()
