"""The table of repetitions as CSV: a row each, blank for what is not known or not part of the drill."""

import csv
from collections.abc import Iterable
from math import isnan
from pathlib import Path

from legcycle_imu.drills import Repetition
from legcycle_imu.tables import whole_or_nothing

COLUMNS: tuple[str, ...] = Repetition._fields
"""Column names, in order."""


def write_repetitions(repetitions: Iterable[Repetition], path: Path) -> None:
    """Write a table of repetitions.

    Raises
    ------
    LegcycleError : it cannot be written
    """
    with whole_or_nothing(path) as stream:
        rows = csv.writer(stream, lineterminator="\n")
        rows.writerow(COLUMNS)
        rows.writerows([_text(column, getattr(one, column)) for column in COLUMNS] for one in repetitions)


def _text(column: str, value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, frozenset | tuple):
        return "|".join(sorted(value) if isinstance(value, frozenset) else value)
    if isinstance(value, float):
        return "" if isnan(value) else f"{value:z.4f}" if column.endswith(("_s", "known")) else f"{value:z.2f}"
    return str(value)
