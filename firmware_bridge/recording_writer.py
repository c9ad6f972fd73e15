"""Writing a recording: while it happens, or as a whole."""

import sqlite3
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from types import TracebackType
from typing import Self

from firmware_bridge.errors import Reason, RecordingError
from firmware_bridge.recording_format import (
    APPLICATION_ID,
    FORMAT_VERSION,
    SCHEMA,
    RecordingMeta,
    marker,
    meta_rows,
)
from firmware_bridge.source import NO_SENSOR, Chunk, Kind

PAGE_BYTES = 16384
"""Holds several imported entries of 2 to 9 kB; pages of 4096 would stay half empty."""
COMMIT_EVERY_S = 0.4
"""A crash is to lose less than 0.5 s: this, and the time until somebody looks at the clock."""
CHECKPOINT_EVERY_S = 5.0
"""Keeps the -wal file short, s."""

_INSERT = "INSERT INTO entry (sensor, kind, arrival_ns, bytes) VALUES (?, ?, ?, ?)"


class RecordingWriter:
    """Writes a recording while it happens; a crash loses less than half a second.

    Used by one thread at a time. Leaving the `with` block closes it, which makes it one finished
    file; what was written stays, also after an exception.

    Parameters
    ----------
    path : file to create; one that exists is never touched
    meta : what is known at the start
    clock : monotonic seconds
    durable : write ahead and sync at every commit; without it nothing is certain before close

    Raises
    ------
    RecordingError : the file exists, cannot be made there, or the disk is full
    """

    def __init__(
        self,
        path: Path,
        meta: RecordingMeta,
        *,
        clock: Callable[[], float] = time.monotonic,
        durable: bool = True,
    ) -> None:
        self.path = path
        self._clock = clock
        self._durable = durable
        _create(path)
        with self._refusals_said():
            self._database = _connect(path)
        try:
            with self._refusals_said():
                self._prepare(meta)
        except RecordingError:
            self.abandon()  # nothing is in it yet, and it would stand in the way of the next attempt
            raise
        self._committed_at = self._checkpointed_at = clock()

    def add(self, chunk: Chunk) -> None:
        """Keep one entry."""
        self.add_many([chunk])

    def add_many(self, chunks: Iterable[Chunk]) -> None:
        """Keep many entries in their order, in one transaction."""
        self._insert(chunks)
        self.commit_if_due()

    def marker(self, arrival_ns: int, text: str) -> None:
        """Keep a person's mark."""
        self.add(marker(arrival_ns, text))

    def commit_if_due(self) -> None:
        """Commit when the last time is long enough ago; to be called, too, while no entries come."""
        if self._durable and self._clock() - self._committed_at >= COMMIT_EVERY_S:
            self.commit()

    def commit(self) -> None:
        """Make certain what was added, and keep the -wal file short."""
        if self._durable and not self.path.exists():
            raise _not_writable(self.path, "it was moved or deleted while it was written")
        with self._refusals_said():
            self._database.commit()
            self._committed_at = now = self._clock()
            if self._durable and now - self._checkpointed_at >= CHECKPOINT_EVERY_S:
                self._database.execute("PRAGMA wal_checkpoint(PASSIVE)")
                self._checkpointed_at = now

    def recover(self) -> int:
        """Become able to write again after an error, if that can be: forget what was not committed, open the file anew.

        A disk that was away and is back is of no use to what was opened before. A file that was moved or deleted, and
        that only its open connection can still read, is written again under its name.

        Returns
        -------
        int
            how many entries the file holds

        Raises
        ------
        RecordingError : it cannot be done yet
        """
        with self._refusals_said():
            if not self.path.exists():
                self._rescue()
            self._database.close()
            self._database = _connect(self.path)
            self._be_durable()
            return int(self._database.execute("SELECT coalesce(max(id), 0) FROM entry").fetchone()[0])

    def close(self) -> None:
        """Finish: commit, and make it one file. Closing twice is harmless."""
        with suppress(sqlite3.ProgrammingError):
            self.commit()
            # Another program that reads the file keeps it in WAL mode; the next opening tidies up.
            with suppress(sqlite3.OperationalError):
                self._database.execute("PRAGMA journal_mode=DELETE")
            self._database.close()

    def abandon(self) -> None:
        """Close, forget what was not committed, and delete the file."""
        self._database.close()
        self.path.unlink(missing_ok=True)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _insert(self, chunks: Iterable[Chunk]) -> None:
        with self._refusals_said():
            self._database.executemany(_INSERT, map(_row, chunks))

    def _prepare(self, meta: RecordingMeta) -> None:
        run = self._database.execute
        run(f"PRAGMA page_size={PAGE_BYTES}")
        run(f"PRAGMA application_id={APPLICATION_ID}")
        run(f"PRAGMA user_version={FORMAT_VERSION}")
        if self._durable:
            self._be_durable()
        self._database.executescript(SCHEMA)
        self._database.executemany("INSERT INTO meta VALUES (?, ?)", meta_rows(meta))
        self._database.commit()

    def _rescue(self) -> None:
        part = _part_of(self.path)
        with suppress(sqlite3.ProgrammingError):  # closed already: there is nothing to rescue it from
            self._database.rollback()
            self._database.execute("VACUUM INTO ?", (str(part),))
            self._database.close()  # before the renaming, since it takes the -wal file away
            part.rename(self.path)

    def _be_durable(self) -> None:
        # Network drives refuse WAL and stay in DELETE mode: as safe, and slower.
        with suppress(sqlite3.OperationalError):
            self._database.execute("PRAGMA journal_mode=WAL")
        self._database.execute("PRAGMA synchronous=FULL")
        self._database.execute("PRAGMA wal_autocheckpoint=0")

    @contextmanager
    def _refusals_said(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.ProgrammingError:
            raise
        except sqlite3.DatabaseError as error:
            raise _not_writable(self.path, str(error)) from error


@contextmanager
def whole_recording(path: Path, meta: RecordingMeta) -> Iterator[RecordingWriter]:
    """Write a recording that appears at `path` when it is whole, and not at all after an exception.

    For what can be done again: imports, simulations. Until it is whole it stands in NAME.part.

    Raises
    ------
    RecordingError : the file exists, cannot be made there, or the disk is full
    """
    refuse_existing(path)
    if not path.parent.is_dir():
        raise _not_writable(path, "there is no such folder")
    part = _part_of(path)
    writer = RecordingWriter(part, meta, durable=False)
    try:
        yield writer
        writer.close()
        refuse_existing(path)
        part.rename(path)
    except BaseException:
        writer.abandon()
        raise


def _part_of(path: Path) -> Path:
    """Give the name under which a file is written until it is whole; what an earlier attempt left there goes."""
    part = path.with_name(path.name + ".part")
    part.unlink(missing_ok=True)
    return part


def refuse_existing(path: Path) -> None:
    """Raise RecordingError where `path` is taken."""
    if path.exists():
        raise _exists(path)


def _row(chunk: Chunk) -> tuple[int | None, str, int, bytes]:
    sensor, arrival_ns, data, kind = chunk
    if kind is Kind.RECEIVED:  # nearly all of them; SQLite takes a plain string faster than an enum's member
        return sensor, "received", arrival_ns, data
    return None if sensor == NO_SENSOR else sensor, str(kind), arrival_ns, data


def _connect(path: Path) -> sqlite3.Connection:
    """Open a file that exists; SQLite would make one that does not."""
    return sqlite3.connect(f"{path.absolute().as_uri()}?mode=rw", uri=True, check_same_thread=False)


def _create(path: Path) -> None:
    try:
        path.open("xb").close()
    except FileExistsError as error:
        raise _exists(path) from error
    except OSError as error:
        raise _not_writable(path, error.strerror or str(error)) from error


def _exists(path: Path) -> RecordingError:
    return RecordingError(
        Reason.EXISTS,
        f"{path} exists already, and a recording is never overwritten.",
        "Choose another name, or move that file away.",
    )


def _not_writable(path: Path, why: str) -> RecordingError:
    return RecordingError(
        Reason.NOT_WRITABLE,
        f"{path} cannot be written: {why}.",
        "Check that the folder exists, that you may write to it, and that the disk is not full.",
    )
