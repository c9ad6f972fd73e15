"""A session with sensors: opened, watched once a second, and ended cleanly by Ctrl-C."""

import signal
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from threading import Lock
from types import FrameType
from typing import TYPE_CHECKING, Annotated

import typer

from legcycle_imu.cli.console import busy, say

if TYPE_CHECKING:
    from firmware_bridge.health import Counts
    from firmware_bridge.links.live import LiveSource
    from firmware_bridge.recorder import Recorder
    from firmware_bridge.replay import ReplaySource
    from firmware_bridge.samples import SampleBlock
    from firmware_bridge.sensor_health import SensorHealth
    from firmware_bridge.source import Chunk, SensorFacts
    from legcycle_imu.config import Config

Sources = Annotated[
    list[str] | None,
    typer.Option(
        "--source",
        metavar="SOURCE",
        help="Where the sensors are: ble: serial:PORT udp:PORT sim: replay:FILE. May be given several times; "
        "without it those of the config file.",
        show_default=False,
    ),
]
DurationS = Annotated[
    float | None,
    typer.Option(metavar="S", min=0.1, help="End after so many seconds; else Ctrl-C ends it.", show_default=False),
]
STATUS_S = 1.0
"""Time between two lines of status, s."""


def opened(monikers: Sequence[str] | None, config: "Config", *, anywhere: bool = False) -> "LiveSource | ReplaySource":
    """Find the sensors that are meant, saying what does not fit; `anywhere`: see `legcycle_imu.sources.open_source`."""
    from legcycle_imu.sources import open_source

    with busy("looking for sensors", worth_saying=True):
        source = open_source(monikers or (), config, say, anywhere=anywhere)
    for facts in source.sensors:
        say(f"{facts.placement}: {facts.name or facts.device or facts.link} ({facts.protocol}, {facts.rate_hz:g} Hz)")
    return source


@contextmanager
def ended_by_interrupt(end: Callable[[], None]) -> Iterator[None]:
    """Let Ctrl-C, or a request to terminate, end a session in good order; a second Ctrl-C breaks it off."""

    def asked(number: int, _frame: FrameType | None) -> None:
        end()
        signal.signal(number, before[signal.Signals(number)])

    numbers = (signal.SIGINT, signal.SIGTERM)
    before = {number: signal.getsignal(number) for number in numbers}
    for number in numbers:
        signal.signal(number, asked)
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


class Watcher:
    """Watches the sensors and the recorder: their health, what changed, a line of status a second.

    Parameters
    ----------
    source : what is watched
    recorder : what writes it down, or None
    duration_s : the session is ended after so long; None for never
    lines : write the line of status; else only what changed
    worn : gives where the sensors are known to be worn by now
    """

    def __init__(
        self,
        source: "LiveSource | ReplaySource",
        recorder: "Recorder | None",
        duration_s: float | None,
        *,
        lines: bool = True,
        worn: "Callable[[], Sequence[SensorFacts]] | None" = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        from firmware_bridge.health import Health
        from legcycle_imu.terminal_sensors import Changes

        self._health: Health = Health(source.sensors)
        self._source = source
        self._recorder = recorder
        self._changes = Changes(source.sensors)
        self._duration_s = duration_s
        self._lines = lines
        self._worn = worn
        self._clock = clock
        self._start_s = self._said_s = clock()
        self._last_ns = 0
        self._last_s = self._start_s
        self._lock = Lock()

    def health(self) -> "list[SensorHealth]":
        """Give how the sensors do now; from any thread."""
        with self._lock:
            # Session time now: that of the last arrival, and what has gone by since.
            return self._health.at(self._last_ns + round((self._clock() - self._last_s) * 1e9))

    def push(self, chunks: "Sequence[Chunk]", blocks: "Sequence[SampleBlock]", counts: "Counts") -> None:
        """Take what arrived, which may be nothing; say what is due."""
        with self._lock:
            if chunks:
                self._last_ns, self._last_s = chunks[-1].arrival_ns, self._clock()
            if blocks:
                self._health.push(chunks, blocks, counts)
        now_s = self._clock()
        if now_s - self._said_s >= STATUS_S:
            self._said_s += (now_s - self._said_s) // STATUS_S * STATUS_S  # one line, however long nobody came by
            self._say(now_s)
        if self._duration_s is not None and now_s - self._start_s >= self._duration_s:
            self._source.end()

    def _say(self, now_s: float) -> None:
        from legcycle_imu.terminal_sensors import status_line

        health = self.health()
        state = None if self._recorder is None else self._recorder.state
        for change in self._changes.push(health, state, None if self._worn is None else self._worn()):
            say(change)
        if self._lines:
            say(status_line(now_s - self._start_s, health, state))


def said_where(path: Path, started_s: float, clock: Callable[[], float] = time.monotonic) -> None:
    """Say where the finished recording is."""
    say(f"{path}: {clock() - started_s:.0f} s, {path.stat().st_size / 1e6:.1f} MB")


def on_terminal() -> bool:
    """Tell whether a person sees standard output as it comes."""
    return sys.stdout.isatty()
