"""What goes when a recording, or what is kept of a runner, is deleted: found first, deleted afterwards, ours alone."""

import re
import sqlite3
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

from calibration.store import calibration_folder, load_calibration, stem_of
from firmware_bridge.errors import LegcycleError, Reason, RecordingError
from firmware_bridge.recording import Recording
from firmware_bridge.recording_format import APPLICATION_ID
from legcycle_imu.report.writing import refuse_other

SQLITE = b"SQLite format 3\0"
"""How a database begins."""
ID_AT, ID_BYTES = 68, 4
"""Where a database has the identity of its program (sqlite.org/fileformat2.html)."""
COMPANIONS = ("-wal", "-shm", "-journal")
"""Endings of the files that SQLite keeps beside a database."""
STAMP = r"(\d{8}T\d{6}|undated)"
"""When a kept calibration was made, as its file's name tells it (`calibration.store.default_path`)."""
CANNOT_REACH = (
    "Not reached: backups, copies (also those made with legcycle share), tables and pictures that went elsewhere. "
    "SSDs and synchronised folders may keep what was deleted for a while."
)


@dataclass(slots=True)
class Doomed:
    """What would be deleted.

    Parameters
    ----------
    files : in the order in which they go
    remarks : what lies beside them and stays, and why; a sentence each
    """

    files: list[Path] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)

    def add(self, path: Path) -> None:
        """Add a file once."""
        if path not in self.files:
            self.files.append(path)


def of_recordings(paths: Sequence[Path]) -> Doomed:
    """Give what goes with recordings: theirs, what SQLite keeps beside them, calibrations and reports made of them.

    Raises
    ------
    LegcycleError : one is missing, no recording of ours, or is being recorded
    """
    doomed = Doomed()
    for named in paths:
        for path in (named, named.resolve()) if named.is_symlink() else (named,):  # what a link points to goes, too
            _refuse_foreign(path)
            _refuse_busy(path)
            _with_companions(path, doomed)
    return doomed


def of_runner(code: str, folder: Path | None = None) -> Doomed:
    """Give the calibrations that are kept of a runner.

    Parameters
    ----------
    code : of the runner
    folder : by default where this user's are kept
    """
    doomed, name = Doomed(), re.compile(rf"{re.escape(stem_of(code))}-{STAMP}\.json(\.part)?")
    for path in sorted((folder or calibration_folder()).glob("*")):
        if name.fullmatch(path.name):
            _judge(path, load_calibration, "no calibration of ours", doomed)
    return doomed


def recordings_of(code: str, folders: Sequence[Path]) -> tuple[list[Path], list[str]]:
    """Look for recordings of a runner; give them, and what could not be looked at.

    Parameters
    ----------
    code : of the runner
    folders : are searched with all that is in them
    """
    found, remarks = [], []
    for path in sorted({path for folder in folders for path in folder.rglob("*.legcycle") if path.is_file()}):
        try:
            with Recording.open(path) as recording:
                runner = recording.meta.runner
        except RecordingError as error:
            remarks.append(error.sentence)
            continue
        if runner is not None and runner.code == code:
            found.append(path)
    return found, remarks


def delete(doomed: Doomed) -> None:
    """Delete; a file that is gone already is no trouble.

    Raises
    ------
    LegcycleError : one cannot be deleted; those after it stay
    """
    for path in doomed.files:
        try:
            path.unlink(missing_ok=True)
        except OSError as error:
            sentence = f"{path} cannot be deleted: {error.strerror or error}."
            raise LegcycleError(
                Reason.NOT_WRITABLE, sentence, "Close what uses it, and delete again: what follows it is still there."
            ) from error


def is_ours(path: Path) -> bool:
    """Tell by its head whether a file is a recording of this program; also one that is damaged further on."""
    with path.open("rb") as file:
        head = file.read(ID_AT + ID_BYTES)
    return head.startswith(SQLITE) and head[ID_AT:] == APPLICATION_ID.to_bytes(ID_BYTES, "big")


def _refuse_foreign(path: Path) -> None:
    try:
        ours = is_ours(path)
    except FileNotFoundError as error:
        raise RecordingError(Reason.MISSING, f"There is no file {path}.", "Nothing was deleted.") from error
    except OSError as error:
        sentence = f"{path} cannot be read: {error.strerror or error}."
        raise RecordingError(Reason.UNREADABLE, sentence, "Nothing was deleted.") from error
    if not ours:
        sentence = f"{path} is not a legcycle recording."
        raise RecordingError(Reason.NOT_A_RECORDING, sentence, "Nothing was deleted.")


def _refuse_busy(path: Path) -> None:
    """Refuse a recording that somebody writes: it would write the file again, under the same name."""
    if not _beside(path, "-wal").exists():
        return
    with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=rw", uri=True, timeout=0.2)) as database:
        try:
            database.execute("PRAGMA journal_mode=DELETE")
        except sqlite3.OperationalError as error:
            sentence = f"{path} is open in another program, which may be recording."
            raise RecordingError(Reason.UNREADABLE, sentence, "End that first. Nothing was deleted.") from error
        except sqlite3.DatabaseError:
            return  # damaged: it can go


def _with_companions(path: Path, doomed: Doomed) -> None:
    doomed.add(path)
    for ending in COMPANIONS:
        if (beside := _beside(path, ending)).exists():
            doomed.add(beside)
    if (part := _beside(path, ".part")).exists():
        _judge(part, _refuse_foreign, "no recording of ours", doomed)
    for made, check, what in (
        (path.with_suffix(".calibration.json"), load_calibration, "no calibration of ours"),
        (path.with_name(f"{path.stem}.report.html"), refuse_other, "no report of ours"),
    ):
        if made.exists():
            _judge(made, check, what, doomed)


def _judge(path: Path, check: Callable[[Path], object], what: str, doomed: Doomed) -> None:
    """Doom a file that is what it seems to be; else say that it stays."""
    try:
        check(path)
    except LegcycleError:
        doomed.remarks.append(f"{path} stays: it is {what}.")
        return
    doomed.add(path)


def _beside(path: Path, ending: str) -> Path:
    return path.with_name(path.name + ending)
