"""Live sensors as a source: what the links post, in the one order in which it arrived."""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from queue import Empty, SimpleQueue
from threading import Event
from types import TracebackType
from typing import Self

from firmware_bridge.links.link import Link
from firmware_bridge.source import Chunk, Kind, SensorFacts

HEARTBEAT_S = 0.1
"""Longest time between two batches, s: while nothing comes, an empty one says that time goes on."""
NS = 1_000_000_000


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
        self._links = links
        self._clock_ns = clock_ns
        self._start_ns = clock_ns()
        self._queue: SimpleQueue[Chunk | None] = SimpleQueue()
        self._closed = Event()

    def __iter__(self) -> Iterator[list[Chunk]]:
        """Start the links and yield what arrived, at least every tenth of a second, until all have ended."""
        for link, numbers in self._links:
            facts: Mapping[int, SensorFacts] = {number: self.sensors[number] for number in numbers}
            link.start(facts, _Inbox(self._queue, self.now_ns))
        streaming = len(self._links)
        while streaming and not self._closed.is_set():
            batch, ended = self._arrived()
            streaming -= ended
            yield batch

    def now_ns(self) -> int:
        """Give the time since the session's start, ns: the clock of all arrivals."""
        return self._clock_ns() - self._start_ns

    def close(self) -> None:
        """Stop all links."""
        if not self._closed.is_set():
            self._closed.set()
            for link, _ in self._links:
                link.stop()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _arrived(self) -> tuple[list[Chunk], int]:
        """Wait for something, and give it with all that is there by then; and how many links ended."""
        batch: list[Chunk] = []
        ended = 0
        try:
            item = self._queue.get(timeout=HEARTBEAT_S)
            while True:
                if item is None:
                    ended += 1
                else:
                    batch.append(item)
                item = self._queue.get_nowait()
        except Empty:
            return batch, ended


class _Inbox:
    """Stamps what a link posts and puts it into the session's one queue.

    Two threads may stamp in one order and queue in the other; by some microseconds, and the queue's order counts.
    """

    def __init__(self, queue: "SimpleQueue[Chunk | None]", now_ns: Callable[[], int]) -> None:
        self._queue = queue
        self._now_ns = now_ns

    def __call__(self, sensor: int, data: bytes, kind: Kind = Kind.RECEIVED) -> None:
        self._queue.put(Chunk(sensor, self._now_ns(), data, kind))

    def end(self) -> None:
        self._queue.put(None)
