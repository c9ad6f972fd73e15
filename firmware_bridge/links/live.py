"""Live sensors as a source: what the links post, in the one order in which it arrived."""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from queue import Empty, SimpleQueue
from types import TracebackType
from typing import Self

from firmware_bridge.links.link import Link
from firmware_bridge.source import NO_SENSOR, Chunk, Kind, SensorFacts

HEARTBEAT_S = 0.1
"""Longest time between two batches, s: while nothing comes, an empty one says that time goes on."""


class LiveSource:
    """Sensors that stream now. Close it, or use it in a `with` block.

    Parameters
    ----------
    sensors : facts of all sensors of the session
    links : each link with the numbers of the sensors that it serves
    clock_ns : monotonic nanoseconds

    Attributes
    ----------
    sensors : facts of all sensors of the session
    """

    def __init__(
        self,
        sensors: Sequence[SensorFacts],
        links: Sequence[tuple[Link, Sequence[int]]],
        *,
        clock_ns: Callable[[], int] = time.monotonic_ns,
    ) -> None:
        self.sensors = list(sensors)
        self._links = list(links)
        self._clock_ns = clock_ns
        self._start_ns = clock_ns()
        self._queue: SimpleQueue[Chunk | None] = SimpleQueue()
        self._ending = False  # an Event's lock is none for handlers of signals

    def __iter__(self) -> Iterator[list[Chunk]]:
        """Start the links and yield what arrived, at least every tenth of a second, until all have ended.

        After `end` the links are stopped, and what they posted until then is given, too.
        """
        for link, numbers in self._links:
            facts: Mapping[int, SensorFacts] = {number: self.sensors[number] for number in numbers}
            link.start(facts, _Inbox(self._queue, self.now_ns))
        streaming = len(self._links)
        while streaming and not self._ending:
            batch, ended = self._arrived()
            streaming -= ended
            yield batch
        self.close()
        yield self._arrived(wait_s=0.0)[0]

    def now_ns(self) -> int:
        """Give the time since the session's start, ns: the clock of all arrivals."""
        return self._clock_ns() - self._start_ns

    def calibrate(self, calibration: str) -> None:
        """Add a calibration (JSON) to what arrives: it holds from here on; may be called from any thread."""
        self._queue.put(Chunk(NO_SENSOR, self.now_ns(), calibration.encode(), Kind.CALIBRATION))

    def end(self) -> None:
        """Let the iteration come to its end soon; may be called from anywhere, also from a signal's handler."""
        self._ending = True

    def close(self) -> None:
        """Stop all links. Closing twice is harmless."""
        self._ending = True
        links, self._links = self._links, []
        for link, _ in links:
            link.stop()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _arrived(self, wait_s: float = HEARTBEAT_S) -> tuple[list[Chunk], int]:
        """Wait for something, and give it with all that is there by then; and how many links ended."""
        batch: list[Chunk] = []
        ended = 0
        with suppress(Empty):
            item = self._queue.get(timeout=wait_s)
            while True:
                if item is None:
                    ended += 1
                else:
                    batch.append(item)
                item = self._queue.get_nowait()
        return batch, ended


class _Inbox:
    """Stamps what a link posts and puts it into the session's one queue.

    Two threads may stamp in one order and queue in the other, one being interrupted between; the queue's order counts.
    """

    def __init__(self, queue: "SimpleQueue[Chunk | None]", now_ns: Callable[[], int]) -> None:
        self._queue = queue
        self._now_ns = now_ns

    def __call__(self, sensor: int, data: bytes, kind: Kind = Kind.RECEIVED) -> None:
        self._queue.put(Chunk(sensor, self._now_ns(), data, kind))

    def end(self) -> None:
        self._queue.put(None)
