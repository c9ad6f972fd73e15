"""The recording: one SQLite file that keeps what came in. Its format: docs/recording-format.md."""

import sqlite3
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import Any, NamedTuple, Self

from firmware_bridge.errors import Reason, RecordingError
from firmware_bridge.protocols import PROTOCOLS
from firmware_bridge.recording_format import (
    APPLICATION_ID,
    FORMAT_VERSION,
    RecordingMeta,
    Runner,
    meta_from_rows,
)
from firmware_bridge.recording_writer import RecordingWriter, refuse_existing, whole_recording
from firmware_bridge.source import NO_SENSOR, Chunk, Kind, SensorFacts

__all__ = [
    "EntryCount",
    "Kind",
    "Marker",
    "Recording",
    "RecordingMeta",
    "RecordingWriter",
    "Runner",
    "refuse_existing",
    "whole_recording",
]

NO_ACCESS = {sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}
"""SQLite's codes for a file that may be whole and cannot be had."""
BUSY_S = 0.2
"""How long to wait for another program that has the file open, s."""
PLAYED = {str(kind): kind for kind in Kind if kind is not Kind.MARKER}
"""What a recording gives when it is played: all that came over links, and what befell them."""

_PLAYED_ENTRIES = f"""
SELECT coalesce(sensor, {NO_SENSOR}), kind, arrival_ns, bytes
FROM entry
WHERE kind IN ({", ".join(map(repr, PLAYED))}) ORDER BY id
"""


class Marker(NamedTuple):
    """A mark that a person set: when (ns since the recording's start), and what."""

    arrival_ns: int
    text: str


class EntryCount(NamedTuple):
    """How many entries of one kind one sensor has; sensor is None for markers."""

    sensor: int | None
    kind: str
    entries: int
    bytes: int


class Recording:
    """A recording opened for reading: `Recording.open(path)`. Close it, or use it in a `with` block.

    Attributes
    ----------
    path : the file
    meta : what was known of the session
    recovered : it had not been closed (crash, power loss) and was made whole; all that was committed is there
    """

    def __init__(self, path: Path, database: sqlite3.Connection) -> None:
        self.path = path
        self._database = database
        self.recovered = _recover(database)
        self.meta = meta_from_rows(database.execute("SELECT key, value FROM meta"))

    @classmethod
    def open(cls, path: Path) -> "Recording":
        """Open a recording; one that was never closed is recovered.

        Raises
        ------
        RecordingError : missing, empty, not a recording, of a newer version, or damaged
        """
        _refuse_unreadable(path)
        database = sqlite3.connect(path, timeout=BUSY_S, check_same_thread=False)
        try:
            _refuse_foreign(path, database)
            recording = cls(path, database)
            _refuse_unknown_protocols(path, recording.meta)
        except (sqlite3.Error, ValueError) as error:
            database.close()
            raise _refusal(path, error) from error
        except RecordingError:
            database.close()
            raise
        return recording

    @property
    def sensors(self) -> list[SensorFacts]:
        """The sensors; a chunk's `sensor` is an index into them."""
        return list(self.meta.sensors)

    @property
    def duration_s(self) -> float:
        """Arrival of the last entry, s since the start; 0 where there is none."""
        rows = self._rows("SELECT arrival_ns FROM entry ORDER BY id DESC LIMIT 1")
        return float(rows[0][0]) * 1e-9 if rows else 0.0

    @property
    def entries(self) -> int:
        """Number of entries of all kinds."""
        return int(self._rows("SELECT coalesce(max(id), 0) FROM entry")[0][0])

    def counts(self) -> list[EntryCount]:
        """Count the entries of each sensor and kind; reads the whole file."""
        query = "SELECT sensor, kind, count(*), sum(length(bytes)) FROM entry GROUP BY sensor, kind"
        return [EntryCount(*row) for row in self._rows(query)]

    def markers(self) -> list[Marker]:
        """Give the marks in their order."""
        query = "SELECT arrival_ns, bytes FROM entry WHERE kind = 'marker' ORDER BY id"
        return [Marker(arrival_ns, text.decode(errors="replace")) for arrival_ns, text in self._rows(query)]

    def batches(self, rows: int) -> Iterator[list[Chunk]]:
        """Give all entries but markers, in their order, in lists of up to `rows` chunks."""
        try:
            cursor = self._database.execute(_PLAYED_ENTRIES)
            while batch := cursor.fetchmany(rows):
                yield [Chunk(sensor, at, data, PLAYED[kind]) for sensor, kind, at, data in batch]
        except sqlite3.Error as error:
            raise _refusal(self.path, error) from error

    def close(self) -> None:
        """Close the file."""
        self._database.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _rows(self, query: str) -> list[tuple[Any, ...]]:
        try:
            return self._database.execute(query).fetchall()
        except sqlite3.Error as error:
            raise _refusal(self.path, error) from error


def _recover(database: sqlite3.Connection) -> bool:
    """Make a recording that was never closed one finished file; give whether it was one."""
    if database.execute("PRAGMA journal_mode").fetchone()[0] != "wal":
        return False
    try:
        database.execute("PRAGMA journal_mode=DELETE")
    except sqlite3.OperationalError:
        return False  # somebody is still recording into it: what is committed can be read
    return True


def _refuse_unreadable(path: Path) -> None:
    try:
        with path.open("rb") as file:
            empty = not file.read(1)
    except FileNotFoundError as error:
        raise RecordingError(Reason.MISSING, f"There is no file {path}.", "Check the name and the folder.") from error
    except OSError as error:
        raise RecordingError(
            Reason.UNREADABLE,
            f"{path} cannot be read: {error.strerror or error}.",
            "Give the name of a .legcycle file that you may read.",
        ) from error
    if empty:
        raise RecordingError(Reason.EMPTY, f"{path} is empty.", "The recording never began; record or import again.")


def _refuse_foreign(path: Path, database: sqlite3.Connection) -> None:
    if database.execute("PRAGMA application_id").fetchone()[0] != APPLICATION_ID:
        raise _foreign(path)
    version = database.execute("PRAGMA user_version").fetchone()[0]
    if not 1 <= version <= FORMAT_VERSION:
        raise RecordingError(
            Reason.NEWER_VERSION,
            f"{path} is a recording of format version {version}; this program reads 1 to {FORMAT_VERSION}.",
            "Update legcycle-imu.",
        )


def _refuse_unknown_protocols(path: Path, meta: RecordingMeta) -> None:
    if unknown := sorted({sensor.protocol for sensor in meta.sensors} - PROTOCOLS.keys()):
        raise RecordingError(
            Reason.NEWER_VERSION,
            f"{path} holds a sensor of the protocol {unknown[0]!r}, which this program does not know.",
            "Update legcycle-imu.",
        )


def _foreign(path: Path) -> RecordingError:
    return RecordingError(
        Reason.NOT_A_RECORDING,
        f"{path} is not a legcycle recording.",
        "Sensor files become recordings with 'legcycle import'.",
    )


def _refusal(path: Path, error: Exception) -> RecordingError:
    code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_CORRUPT) & 0xFF
    if code == sqlite3.SQLITE_NOTADB:
        return _foreign(path)
    if code in NO_ACCESS:
        return RecordingError(
            Reason.UNREADABLE,
            f"{path} cannot be read: {error}.",
            "Close the programs that use it, or copy it and its -wal file to a folder that you may write to.",
        )
    return RecordingError(
        Reason.DAMAGED,
        f"{path} is damaged and cannot be read: {error}.",
        "Copy it again from where it was recorded.",
    )
