"""Where updates go while a recording passes: tables, written as their rows become known."""

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from legcycle_imu.model import Stride, Update
    from legcycle_imu.passage import Passage
    from legcycle_imu.terminal import TableOfStrides

Sink = Callable[["Update"], None]


def strides_into(table: "TableOfStrides") -> Sink:
    """Show strides in a table for a terminal."""
    return lambda update: _push_all(table.push, update)


@contextmanager
def strides_to(path: Path) -> Iterator[Sink]:
    """Write the stride table to a file."""
    from legcycle_imu.tables import stride_table

    with stride_table(path) as table:
        yield lambda update: _push_all(table.push, update)


@contextmanager
def angles_to(path: Path, passage: "Passage", rate_hz: float) -> Iterator[Sink]:
    """Write the angles table to a file."""
    from legcycle_imu.tables import angles_table

    placements = [facts.placement for facts in passage.source.sensors]
    with angles_table(path, placements, rate_hz) as table:
        yield lambda update: table.push(update.angles)


@contextmanager
def strides_to_stdout() -> Iterator[Sink]:
    """Write strides to standard output; not even the heading before there is a stride, or the end came well."""
    from legcycle_imu.tables import StrideTable

    opened: list[StrideTable] = []

    def table() -> StrideTable:
        if not opened:
            opened.append(StrideTable(sys.stdout))
        return opened[0]

    def push(update: "Update") -> None:
        with _reader_may_leave():
            _push_all(lambda stride: table().push(stride), update)

    yield push
    with _reader_may_leave():
        table().flush()
        sys.stdout.flush()


@contextmanager
def _reader_may_leave() -> Iterator[None]:
    """Go on in silence where nobody reads standard output any more (`| head`): other tables shall be whole."""
    try:
        yield
    except BrokenPipeError:
        nobody = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nobody, sys.stdout.fileno())


def _push_all(push: "Callable[[Stride], None]", update: "Update") -> None:
    for stride in update.strides:
        push(stride)
