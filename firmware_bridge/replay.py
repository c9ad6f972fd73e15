"""A recording as a source: the same chunks in the same order, at any speed."""

import math
import time
from collections.abc import Callable, Iterator
from itertools import chain, takewhile
from pathlib import Path
from types import TracebackType
from typing import Self

from firmware_bridge.recording import Recording
from firmware_bridge.source import Chunk

ROWS_AT_ONCE = 8000
"""Samples a sensor that one batch holds at full speed: 1.4 times as fast from end to end as 1000 (benchmarks/speed.py);
more gains nothing."""
ENTRIES_READ_AHEAD = 64
"""Entries taken from the file at once while pacing."""


class ReplaySource:
    """Replays a recording. Close it, or use it in a `with` block.

    Parameters
    ----------
    path : the recording
    speed : how many times as fast as it was; infinite: as fast as can be, in big batches
    clock, sleep : monotonic seconds, and how to wait for some

    Attributes
    ----------
    sensors : facts of the recorded sensors
    recording : the opened recording

    Raises
    ------
    RecordingError : the recording cannot be read
    ValueError : speed is not positive
    """

    def __init__(
        self,
        path: Path,
        speed: float = math.inf,
        *,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        if not speed > 0:
            raise ValueError(f"expected a speed above 0, got {speed}")
        self.recording = Recording.open(path)
        self.sensors = self.recording.sensors
        self._speed = speed
        self._clock = clock
        self._sleep = sleep
        self._ended = False

    def __iter__(self) -> Iterator[list[Chunk]]:
        """Yield batches: of many samples at full speed, else of what is due by now; until the end, or `end`."""
        return takewhile(lambda _batch: not self._ended, self._batches())

    def end(self) -> None:
        """Let the iteration come to its end soon; may be called from anywhere, also from a signal's handler."""
        self._ended = True

    def close(self) -> None:
        """Close the recording."""
        self.recording.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _batches(self) -> Iterator[list[Chunk]]:
        if math.isinf(self._speed):
            return self.recording.batches(self._entries_at_once())
        return self._paced(chain.from_iterable(self.recording.batches(ENTRIES_READ_AHEAD)))

    def _entries_at_once(self) -> int:
        duration = self.recording.duration_s
        fastest = max((sensor.rate_hz for sensor in self.sensors), default=math.inf)
        batches = max(1.0, duration * fastest / ROWS_AT_ONCE)
        return max(1, math.ceil(self.recording.entries / batches))

    def _paced(self, chunks: Iterator[Chunk]) -> Iterator[list[Chunk]]:
        start = self._clock()
        due: list[Chunk] = []
        for chunk in chunks:
            at = start + chunk.arrival_ns * 1e-9 / self._speed
            if due and at > self._clock():
                yield due
                due = []
            if (wait := at - self._clock()) > 0:
                self._sleep(wait)
            due.append(chunk)
        if due:
            yield due
