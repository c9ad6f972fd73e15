"""The recorder: a thread of its own that writes what a session brings, whatever the disk does meanwhile.

pipeline -> put -> backlog (memory) -> thread: one transaction every 0.4 s -> RecordingWriter -> disk
"""

import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from threading import Event, Lock, Thread
from types import TracebackType
from typing import Protocol, Self

from firmware_bridge.backlog import Amount, Backlog, Part
from firmware_bridge.errors import LegcycleError, Reason, RecordingError
from firmware_bridge.recorder_state import Condition, RecorderState
from firmware_bridge.recording_format import RecordingMeta, marker
from firmware_bridge.recording_writer import RecordingWriter
from firmware_bridge.source import Chunk


@dataclass(frozen=True, slots=True)
class RecorderSettings:
    """Settings of the recorder.

    Parameters
    ----------
    commit_s : time between two commits, s; with the time that one takes, a crash is to lose less than 0.5 s
    alarm_s : from which age on of what waits the disk is called slow, s
    stall_s : from which age on it is said not to answer, s
    retry_s : time between two attempts on a disk that refuses, s
    memory_bytes : most memory that what waits may take; 256 MB hold an hour of four sensors at 200 Hz
    commit_bytes : about how much is written together, so that a long backlog shrinks in pieces
    close_s : how long closing waits for the disk, s
    give_up_s : how long it then waits for the file to be closed without what could not be written, s
    """

    commit_s: float = 0.4
    alarm_s: float = 2.0
    stall_s: float = 5.0
    retry_s: float = 1.0
    memory_bytes: int = 256 * 2**20
    commit_bytes: int = 8 * 2**20
    close_s: float = 10.0
    give_up_s: float = 1.0


class Writer(Protocol):
    """What the recorder needs of a `RecordingWriter`; all of it may take its time or raise RecordingError."""

    def add_many(self, chunks: Sequence[Chunk]) -> None:
        """Add entries, in one transaction."""
        ...

    def commit(self) -> None:
        """Make certain what was added."""
        ...

    def recover(self) -> int:
        """Forget what is not certain, become able to write again; give how many entries the file holds."""
        ...

    def close(self) -> None:
        """Finish the file."""
        ...


class Recorder:
    """Writes a recording in a thread of its own. Close it, or use it in a `with` block.

    What comes waits in memory until it is certain on the disk. A disk that refuses (full, gone, not permitted) is asked
    again until it accepts; no entry is written twice, and none is lost that memory can hold.

    Parameters
    ----------
    path : file to create; one that exists is never touched
    meta : what is known at the start; the wall time of the start is its `started`
    settings : see `RecorderSettings`
    clock : monotonic seconds
    open_writer : makes the writer

    Raises
    ------
    RecordingError : the file exists or cannot be made there
    """

    def __init__(
        self,
        path: Path,
        meta: RecordingMeta,
        *,
        settings: RecorderSettings | None = None,
        clock: Callable[[], float] = time.monotonic,
        open_writer: Callable[[Path, RecordingMeta], Writer] = RecordingWriter,
    ) -> None:
        self.path = path
        self.settings = settings or RecorderSettings()
        self._clock = clock
        self._started_s = clock()
        self._backlog = Backlog(self.settings.memory_bytes)
        self._lock = Lock()  # for the backlog; never held while the disk works
        self._in_file = 0
        self._attempted = Part([], 0)
        self._failure: Exception | None = None
        self._closing, self._given_up = Event(), Event()
        self._writer = open_writer(path, meta)
        self._thread = Thread(target=self._run, name=f"recorder {path.name}", daemon=True)
        self._thread.start()

    def put(self, chunks: Sequence[Chunk]) -> None:
        """Take a batch, which nobody changes afterwards; never waits for the disk."""
        if self._closing.is_set():
            raise ValueError("expected an open recorder, got one that was closed")
        with self._lock:
            self._backlog.put(self._clock(), chunks)

    def marker(self, arrival_ns: int, text: str) -> None:
        """Take a person's mark, set so long after the session's start."""
        self.put([marker(arrival_ns, text)])

    @property
    def state(self) -> RecorderState:
        """How recording goes now; never waits for the disk."""
        now_s = self._clock()
        with self._lock:
            backlog = self._backlog
            written, waiting, lost, losing = backlog.written, backlog.waiting, backlog.lost, backlog.losing
            lag_s = backlog.lag_s(now_s)
        alarm = lag_s > self.settings.alarm_s
        condition = Condition.WAITING if alarm else Condition.RECORDING
        if self._failure or losing:
            condition = Condition.FAILING
        sentence = " ".join(self._sentences(condition, lag_s, waiting, lost))
        return RecorderState(condition, sentence, now_s - self._started_s, written, waiting, lost, lag_s, alarm)

    def close(self) -> None:
        """Write what waits and finish the file; closing twice is harmless.

        Raises
        ------
        RecordingError : not all that came is in the file
        """
        if self._closing.is_set():
            return
        self._closing.set()
        self._thread.join(self.settings.close_s)
        self._given_up.set()
        self._thread.join(self.settings.give_up_s)
        with self._lock:
            missing = self._backlog.waiting.plus(self._backlog.lost)
        if missing.entries:
            raise self._incomplete(missing) from self._failure

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _run(self) -> None:
        while not self._closing.wait(self.settings.retry_s if self._failure else self.settings.commit_s):
            self._write()
        while not self._write() and not self._given_up.wait(self.settings.retry_s):
            pass
        with suppress(Exception):
            if self._failure:
                self._writer.recover()  # closing would make half a transaction certain
            self._writer.close()

    def _write(self) -> bool:
        """Write what waits; give whether all of it is certain now."""
        try:
            if self._failure:
                self._resume()
            while (part := self._oldest()).chunks:
                self._attempted = part
                self._writer.add_many(part.chunks)
                self._writer.commit()
                self._certain(part)
        except Exception as error:
            self._failure = error  # whatever it is: a thread that ends would tell nobody
            return False
        self._failure = None
        return True

    def _oldest(self) -> Part:
        with self._lock:
            return self._backlog.oldest(self.settings.commit_bytes)

    def _resume(self) -> None:
        """Make the writer ready again, and learn whether the commit that failed had succeeded after all."""
        in_file = self._writer.recover()
        if self._attempted.chunks and in_file == self._in_file + len(self._attempted.chunks):
            self._certain(self._attempted)
        with self._lock:
            self._backlog.lose(self._in_file - in_file)
        self._in_file = in_file

    def _certain(self, part: Part) -> None:
        self._in_file += len(part.chunks)
        self._attempted = Part([], 0)
        with self._lock:
            self._backlog.wrote(part)

    def _sentences(self, condition: Condition, lag_s: float, waiting: Amount, lost: Amount) -> list[str]:
        said = []
        if self._failure:
            said.append(self._why())
        elif lag_s > self.settings.stall_s:
            said.append(f"The disk has not answered for {lag_s:.0f} s.")
        elif condition is Condition.WAITING:
            said.append(f"The disk is {lag_s:.1f} s behind.")
        if said:
            said.append(f"{waiting} {'waits' if waiting.entries == 1 else 'wait'} in memory.")
        if lost.entries:
            said.append(f"{lost} {'is' if lost.entries == 1 else 'are'} lost.")
        return said or [f"Recording to {self.path.name}."]

    def _why(self) -> str:
        failure = self._failure
        if failure is None:
            return "The disk does not answer."
        return failure.sentence if isinstance(failure, LegcycleError) else f"{self.path} cannot be written: {failure}."

    def _incomplete(self, missing: Amount) -> RecordingError:
        return RecordingError(
            Reason.NOT_WRITABLE,
            f"{missing} of this session could not be written. {self._why()}",
            f"All else is safe in {self.path}; if a {self.path.name}-wal lies beside it, keep both together. "
            "Make room, or record to another disk.",
        )
