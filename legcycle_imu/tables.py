"""The tables that people open: strides and angles as CSV, written as rows come, whole or not at all.

Formats are those of docs/conventions.md: times to 0.1 ms, degrees, centimetres and percent to 0.01, blank for
what is not known, flags joined by "|".
"""

import csv
import heapq
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from math import inf, isnan, nan
from pathlib import Path
from typing import TextIO

import numpy as np

from firmware_bridge.errors import LegcycleError, Reason
from firmware_bridge.samples import Placement, Side
from legcycle_imu.angle_grid import PLACEMENTS, AngleRows, AnglesResampler, GridSettings
from legcycle_imu.model import STRIDE_COLUMNS, SegmentAngles, Stride

ANGLE_COLUMNS: tuple[str, ...] = ("time_s", *(f"{side}_{segment}_deg" for side, segment in PLACEMENTS))
"""Column names of the angles table, in order."""

REORDER_S = 10.0
"""How long a row waits for one that began earlier, s: longer than any stride, so that a stride that ends late
still finds its place before those that began after it."""

_Key = tuple[float, str, int]


class StrideTable:
    """Streaming writer of the stride table: rows in the order of initial contact, then side.

    Parameters
    ----------
    stream : open text stream; the heading is written at once
    """

    def __init__(self, stream: TextIO) -> None:
        self._rows = csv.writer(stream, lineterminator="\n")
        self._rows.writerow(STRIDE_COLUMNS)
        self._waiting: list[tuple[_Key, list[str]]] = []
        self._latest_s = -inf

    def push(self, stride: Stride) -> None:
        """Take a stride; it is written once no earlier one can come."""
        key = _key(stride)
        heapq.heappush(self._waiting, (key, _row(stride)))
        if key[0] < inf:
            self._latest_s = max(self._latest_s, key[0])
        self._write_up_to(self._latest_s - REORDER_S)

    def flush(self) -> None:
        """Write what was held back."""
        self._write_up_to(inf)

    def _write_up_to(self, start_s: float) -> None:
        while self._waiting and self._waiting[0][0][0] <= start_s:
            self._rows.writerow(heapq.heappop(self._waiting)[1])


class AnglesTable:
    """Streaming writer of the angles table on a common grid; it begins with the first row that holds an angle.

    Parameters
    ----------
    stream : open text stream; the heading is written at once
    placements : segments that the recording has
    rate_hz : rows a second
    """

    def __init__(self, stream: TextIO, placements: Iterable[Placement] = PLACEMENTS, rate_hz: float = 100.0) -> None:
        self._stream = stream
        self._resampler = AnglesResampler(placements, GridSettings(rate_hz))
        self._begun = False
        stream.write(",".join(ANGLE_COLUMNS) + "\n")

    def push(self, angles: Iterable[SegmentAngles]) -> None:
        """Take what became known; write the rows that every segment has passed."""
        self._write(self._resampler.push(angles))

    def flush(self) -> None:
        """Write what was held back."""
        self._write(self._resampler.flush())

    def _write(self, rows: AngleRows) -> None:
        if not self._begun:
            known = np.flatnonzero(~np.isnan(rows.angle).all(axis=1))
            rows = rows.since(int(known[0]) if len(known) else len(rows.time))
        if len(rows.time):
            self._begun = True
            self._stream.write(_angle_lines(rows))


@contextmanager
def stride_table(path: Path) -> Iterator[StrideTable]:
    """Open a stride table for writing; the file appears, whole, when the block ends without an error."""
    with whole_or_nothing(path) as stream:
        table = StrideTable(stream)
        yield table
        table.flush()


@contextmanager
def angles_table(
    path: Path, placements: Iterable[Placement] = PLACEMENTS, rate_hz: float = 100.0
) -> Iterator[AnglesTable]:
    """Open an angles table for writing; the file appears, whole, when the block ends without an error."""
    with whole_or_nothing(path) as stream:
        table = AnglesTable(stream, placements, rate_hz)
        yield table
        table.flush()


def write_strides(strides: Iterable[Stride], path: Path) -> None:
    """Write a stride table.

    Raises
    ------
    LegcycleError
        if the file cannot be written
    """
    with stride_table(path) as table:
        for stride in strides:
            table.push(stride)


def read_strides(path: Path) -> list[Stride]:
    """Read a stride table; blanks are NaN, columns that are not of the table are ignored.

    Raises
    ------
    LegcycleError
        if the file cannot be read, lacks a column or holds text where a number belongs
    """
    try:
        with path.open(encoding="utf-8-sig", newline="") as stream:
            return list(_strides(csv.DictReader(stream), path))
    except FileNotFoundError as error:
        raise LegcycleError(Reason.MISSING, f"There is no file {path}.", "Check the name and the folder.") from error
    except (OSError, UnicodeDecodeError) as error:
        raise LegcycleError(
            Reason.UNREADABLE,
            f"{path} cannot be read as text.",
            "Give a stride table written by `legcycle analyse`.",
        ) from error


@contextmanager
def whole_or_nothing(path: Path) -> Iterator[TextIO]:
    """Open a text file under a temporary name beside its own; it takes its name when the block ends well.

    After an error the temporary file is gone and an older file of that name is as it was.

    Raises
    ------
    LegcycleError
        if the file cannot be written
    """
    unfinished = path.with_name(f"{path.name}.part")
    try:
        stream = unfinished.open("w", encoding="utf-8", newline="")
    except OSError as error:
        raise _not_writable(path, error) from error
    try:
        with stream:
            yield stream
        unfinished.replace(path)
    except OSError as error:
        unfinished.unlink(missing_ok=True)
        raise _not_writable(path, error) from error
    except BaseException:
        unfinished.unlink(missing_ok=True)
        raise


def _not_writable(path: Path, error: OSError) -> LegcycleError:
    return LegcycleError(
        Reason.NOT_WRITABLE,
        f"{path} cannot be written: {error.strerror or error}.",
        "Choose a folder that exists and may be written to.",
    )


def _key(stride: Stride) -> _Key:
    instants = (
        stride.initial_contact_s,
        stride.toe_off_s,
        stride.peak_heel_lift_s,
        stride.peak_knee_drive_s,
        stride.next_initial_contact_s,
    )
    return next((t for t in instants if not isnan(t)), inf), stride.side, stride.stride


def _row(stride: Stride) -> list[str]:
    return [_text(column, getattr(stride, column)) for column in STRIDE_COLUMNS]


def _text(column: str, value: float | str | frozenset[str]) -> str:
    if isinstance(value, frozenset):
        return "|".join(sorted(value))
    if isinstance(value, str | int):
        return str(value)
    if isnan(value):
        return ""
    return f"{value:z.4f}" if column.endswith("_s") else f"{value:z.2f}"


def _angle_lines(rows: AngleRows) -> str:
    degrees = np.round(np.degrees(rows.angle), 2) + 0.0  # no minus before a zero
    line = "%.4f" + ",%.2f" * len(PLACEMENTS) + "\n"
    numbers = np.column_stack((rows.time, degrees)).ravel().tolist()
    return ((line * len(rows.time)) % tuple(numbers)).replace("nan", "")


def _strides(rows: "csv.DictReader[str]", path: Path) -> Iterator[Stride]:
    missing = [column for column in STRIDE_COLUMNS if column not in (rows.fieldnames or ())]
    if missing:
        raise _bad_table(f"{path} lacks the column {missing[0]}.")
    for number, row in enumerate(rows, start=2):
        try:
            yield Stride(**{column: _value(column, row[column] or "") for column in STRIDE_COLUMNS})  # type: ignore[arg-type]
        except ValueError as error:
            raise _bad_table(f"{path}, line {number}: {error}.") from error


def _value(column: str, text: str) -> float | Side | frozenset[str]:
    if column == "side":
        return Side(text)
    if column == "stride":
        return int(text)
    if column == "flags":
        return frozenset(text.split("|")) if text else frozenset()
    return float(text) if text else nan


def _bad_table(sentence: str) -> LegcycleError:
    return LegcycleError(Reason.BAD_TABLE, sentence, "Write it anew with `legcycle analyse --strides`.")
