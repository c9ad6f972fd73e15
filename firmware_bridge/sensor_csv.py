"""Reading the generic sensor CSV: header names carry the unit, one file holds one sensor."""

import gzip
import io
import warnings
import zlib
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import TextIO

import numpy as np

from firmware_bridge.errors import ImportFileError, Reason
from firmware_bridge.samples import Vectors
from firmware_bridge.sensor_table import ACC_UNITS, GYR_UNITS, TIME_UNITS, SensorTable, Unit

AXES = ("x", "y", "z")
GZIP_MARK = b"\x1f\x8b"
EXAMPLE = "time_s,gyr_x_deg_s,gyr_y_deg_s,gyr_z_deg_s,acc_x_g,acc_y_g,acc_z_g"
"""A header as it should be."""


def read_sensor_csv(path: Path) -> SensorTable:
    """Read one sensor's file, plain or gzipped.

    Raises
    ------
    ImportFileError : missing, empty, cut off, a column missing or of unknown unit, text in a number,
        time running backwards
    """
    header = _header(path)
    time, gyr, acc = (
        _columns(path, header, ["time"], TIME_UNITS),
        _columns(path, header, [f"gyr_{axis}" for axis in AXES], GYR_UNITS),
        _columns(path, header, [f"acc_{axis}" for axis in AXES], ACC_UNITS),
    )
    rows = _numbers(path, header, [*time[0], *gyr[0], *acc[0]])
    finite = np.logical_and.reduce(np.isfinite(rows), axis=1)
    kept = np.flatnonzero(finite)
    rows = rows if len(kept) == len(rows) else rows[finite]
    if not len(rows):
        raise ImportFileError(Reason.EMPTY, f"{path} holds no samples.", "Export it again.")
    # Divided, not multiplied by .001: 5 ms are then exactly .005 s.
    seconds = rows[:, 0] / round(1 / time[1].size)
    table = SensorTable(
        path.name, seconds, rows[:, 1:4], rows[:, 4:7], time[1], gyr[1], acc[1], len(finite) - len(kept)
    )
    if len(back := np.flatnonzero(np.diff(seconds) < 0)):
        raise _backwards(path, seconds[back[0]], seconds[back[0] + 1], int(kept[back[0] + 1]))
    return table


def _open(path: Path) -> TextIO:
    with path.open("rb") as file:
        zipped = file.read(2) == GZIP_MARK
    if zipped:
        return io.TextIOWrapper(gzip.open(path), encoding="utf-8-sig")
    return path.open(encoding="utf-8-sig")


class _Said:
    """Turns what reading a file can raise into the sentences of ImportFileError."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        path = self.path
        match error:
            case FileNotFoundError():
                said = Reason.MISSING, f"There is no file {path}.", "Check the name and the folder."
            case EOFError() | zlib.error() | gzip.BadGzipFile():
                said = Reason.DAMAGED, f"{path} is cut off or damaged.", "Copy or export it again."
            case UnicodeDecodeError():
                said = Reason.BAD_TABLE, f"{path} is not text in UTF-8.", "Export it as CSV in UTF-8."
            case OSError():
                why = error.strerror or str(error)
                said = (
                    Reason.UNREADABLE,
                    f"{path} cannot be read: {why}.",
                    "Give a CSV file that you may read.",
                )
            case _:
                return
        raise ImportFileError(*said) from error


def _header(path: Path) -> list[str]:
    with _Said(path), _open(path) as file:
        line = file.readline()
    if not line:
        raise ImportFileError(Reason.EMPTY, f"{path} is empty.", "Export it again.")
    names = [name.strip(' "\r\n').lower() for name in line.split(",")]
    if len(names) == 1 and ";" in line:
        raise ImportFileError(
            Reason.BAD_TABLE,
            f"{path} separates its columns by semicolons.",
            "Export it with commas between columns and points in numbers.",
        )
    return names


def _columns(path: Path, header: list[str], names: list[str], units: tuple[Unit, ...]) -> tuple[list[int], Unit]:
    """Give where the columns `names` stand, and their one unit."""
    for unit in units:
        if all(f"{name}_{unit.suffix}" in header for name in names):
            return [header.index(f"{name}_{unit.suffix}") for name in names], unit
    accepted = " or ".join(f"{names[0]}_{unit.suffix}" for unit in units)
    for name in names:
        known = [f"{name}_{unit.suffix}" for unit in units]
        found = [column for column in header if column == name or column.startswith(name + "_")]
        if not found:
            raise ImportFileError(
                Reason.BAD_TABLE,
                f"{path} has no column {' or '.join(known)}.",
                f"Expected a header like {EXAMPLE}.",
            )
        if not set(known) & set(found):
            raise ImportFileError(
                Reason.BAD_TABLE,
                f"The column {found[0]} of {path} has no unit that is known.",
                f"Name it {' or '.join(known)}, whichever it is in.",
            )
    raise ImportFileError(
        Reason.BAD_TABLE,
        f"The columns {', '.join(names)} of {path} are not all in one unit.",
        f"Give all of them the same unit, such as {accepted}.",
    )


def _numbers(path: Path, header: list[str], columns: list[int]) -> Vectors:
    with _Said(path), _open(path) as file, warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # a table without rows is said by the caller
        try:
            return np.loadtxt(
                file, delimiter=",", skiprows=1, usecols=columns, comments=None, quotechar='"', ndmin=2
            ).reshape(-1, len(columns))
        except UnicodeDecodeError:
            raise
        except ValueError as error:
            why = str(error)
    with _Said(path):
        raise _fault(path, header, columns) or ImportFileError(
            Reason.BAD_TABLE, f"{path} is not a table of numbers: {why}.", "Export it again as CSV."
        )


def _rows(path: Path) -> Iterator[tuple[int, list[str]]]:
    """Give line number and fields of each row below the header; blank lines are no rows."""
    with _open(path) as file:
        for number, line in islice(enumerate(file, 1), 1, None):
            if line.strip():
                yield number, [field.strip(' "\r\n') for field in line.split(",")]


def _fault(path: Path, header: list[str], columns: list[int]) -> ImportFileError | None:
    """Find the first field that is no number."""
    for line, fields in _rows(path):
        if len(fields) <= max(columns):
            return ImportFileError(
                Reason.BAD_TABLE,
                f"Line {line} of {path} has {len(fields)} columns, expected {len(header)}.",
                "The file may be cut off there: delete that line, or export the file again.",
            )
        for column in columns:
            try:
                float(fields[column])
            except ValueError:
                return ImportFileError(
                    Reason.BAD_TABLE,
                    f"Line {line} of {path}, column {header[column]}: expected a number, got {fields[column]!r}.",
                    "Correct that line, or export the file again.",
                )
    return None


def _backwards(path: Path, before: float, after: float, row: int) -> ImportFileError:
    line, _ = next(islice(_rows(path), row, None))
    return ImportFileError(
        Reason.BAD_TIME,
        f"In {path} time runs backwards at line {line}: {after:g} s comes after {before:g} s.",
        "Give one uninterrupted recording a file, in the order of time.",
    )
