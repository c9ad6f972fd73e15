"""Sensor files become a recording: one CSV file a sensor, one whole leg at least."""

import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from itertools import combinations
from pathlib import Path

import numpy as np

from firmware_bridge.errors import ImportFileError, Reason
from firmware_bridge.plausibility import check_leg, check_range, check_sensor, check_together
from firmware_bridge.protocols.imported import pack
from firmware_bridge.protocols.units import STANDARD_GRAVITY_M_S2
from firmware_bridge.recording import RecordingMeta, Runner, refuse_existing, whole_recording
from firmware_bridge.samples import Placement, Segment, Side
from firmware_bridge.sensor_csv import read_sensor_csv
from firmware_bridge.sensor_table import (
    USUAL_ACC_RANGES_M_S2,
    USUAL_GYR_RANGES_RAD_S,
    SensorTable,
    inferred_range,
    rate_hz,
)
from firmware_bridge.source import Chunk, SensorFacts

ENTRY_S = 0.2
"""Samples of so many seconds make one entry: few entries to read, and replay still moves smoothly."""

Progress = Callable[[float, str], None]
"""Called with the share done, 0 to 1, and what is being done."""


class Origin(StrEnum):
    """How a range came to be known."""

    GIVEN = "given"
    INFERRED = "inferred"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class ImportedSensor:
    """What was found in one file.

    Parameters
    ----------
    facts : what the recording says of the sensor
    samples, left_out : rows kept, and rows without a number in every column
    start_s, end_s : first and last time stamp
    acc_range, gyr_range : how the ranges in `facts` came to be known
    """

    facts: SensorFacts
    samples: int
    left_out: int
    start_s: float
    end_s: float
    acc_range: Origin
    gyr_range: Origin

    def __str__(self) -> str:
        facts = self.facts
        left_out = f", rows without a number left out: {self.left_out}" if self.left_out else ""
        return (
            f"{facts.placement}: {facts.name}, {self.samples} samples at {facts.rate_hz:.1f} Hz, "
            f"{self.start_s:.3f} to {self.end_s:.3f} s, "
            f"range {_said(facts.acc_range_m_s2 / STANDARD_GRAVITY_M_S2, 'g', self.acc_range)}, "
            f"{_said(math.degrees(facts.gyr_range_rad_s), 'deg/s', self.gyr_range)}{left_out}"
        )


@dataclass(frozen=True, slots=True)
class ImportReport:
    """What an import did: the recording and what was found for each sensor. Prints as text."""

    destination: Path
    sensors: tuple[ImportedSensor, ...]

    @property
    def duration_s(self) -> float:
        """From the first sample of any sensor to the last of any."""
        return max(s.end_s for s in self.sensors) - min(s.start_s for s in self.sensors)

    def __str__(self) -> str:
        return "\n".join([f"{self.destination}: {self.duration_s:.1f} s", *map(str, self.sensors)])


def import_csv(
    files: Mapping[Placement, Path],
    destination: Path,
    *,
    runner: Runner | None = None,
    acc_range_g: float | None = None,
    gyr_range_dps: float | None = None,
    progress: Progress | None = None,
) -> ImportReport:
    """Make a recording of the files of one or two legs; nothing is written where anything is wrong.

    Parameters
    ----------
    files : generic sensor CSV (docs/conventions.md) of each sensor, plain or gzipped
    destination : recording to create
    runner : code and lengths of the runner, where known
    acc_range_g, gyr_range_dps : full scale of the sensors; inferred where not given
    progress : called while files are read

    Raises
    ------
    ImportFileError : a file is not as it should be, or the files do not make up a leg
    RecordingError : the destination exists or cannot be written
    """
    progress = progress or (lambda share, what: None)
    refuse_existing(destination)
    _refuse_lone_segments(files)
    _refuse_same_file(files)
    tables = _read(files, progress)
    _check(tables)
    ranges = (
        None if acc_range_g is None else acc_range_g * STANDARD_GRAVITY_M_S2,
        None if gyr_range_dps is None else math.radians(gyr_range_dps),
    )
    sensors = tuple(_sensor(placement, table, *ranges) for placement, table in tables.items())
    progress(len(files) / (len(files) + 1), f"writing {destination.name}")
    with whole_recording(destination, RecordingMeta(tuple(s.facts for s in sensors), runner)) as writer:
        writer.add_many(_chunks(list(tables.values())))
    progress(1.0, "done")
    return ImportReport(destination, sensors)


def _refuse_lone_segments(files: Mapping[Placement, Path]) -> None:
    for side in Side:
        given = [segment for segment in Segment if Placement(side, segment) in files]
        if len(given) == 1:
            missing = next(segment for segment in Segment if segment not in given)
            raise ImportFileError(
                Reason.BAD_PLACEMENT,
                f"The {side} {given[0]} is given without the {side} {missing}.",
                f"Give the file of the {side} {missing} too: a leg needs both.",
            )
    if not files:
        raise ImportFileError(Reason.BAD_PLACEMENT, "No file is given.", "Give thigh and shank of one leg, or of both.")


def _refuse_same_file(files: Mapping[Placement, Path]) -> None:
    for (one, path), (other, twin) in combinations(files.items(), 2):
        if path.resolve() == twin.resolve():
            raise ImportFileError(
                Reason.BAD_PLACEMENT,
                f"{path} is given as {one} and as {other}.",
                "Give each sensor its own file.",
            )


def _read(files: Mapping[Placement, Path], progress: Progress) -> dict[Placement, SensorTable]:
    tables = {}
    for number, (placement, path) in enumerate(files.items()):
        progress(number / (len(files) + 1), f"reading {path.name}")
        tables[placement] = read_sensor_csv(path)
        check_sensor(tables[placement])
    return tables


def _check(tables: dict[Placement, SensorTable]) -> None:
    check_together(list(tables.values()))
    for side in Side:
        if Placement(side, Segment.THIGH) in tables:
            check_leg(tables[Placement(side, Segment.THIGH)], tables[Placement(side, Segment.SHANK)])


def _sensor(
    placement: Placement, table: SensorTable, acc_range_m_s2: float | None, gyr_range_rad_s: float | None
) -> ImportedSensor:
    check_range(table, acc_range_m_s2 or math.inf, gyr_range_rad_s or math.inf)
    acc_range, acc_origin = _range(acc_range_m_s2, inferred_range(table.acc, table.acc_unit, USUAL_ACC_RANGES_M_S2))
    gyr_range, gyr_origin = _range(gyr_range_rad_s, inferred_range(table.gyr, table.gyr_unit, USUAL_GYR_RANGES_RAD_S))
    facts = SensorFacts(
        placement,
        "imported",
        rate_hz(table.time),
        acc_range,
        gyr_range,
        table.acc_unit.size,
        table.gyr_unit.size,
        table.name,
    )
    start_s, end_s = float(table.time[0]), float(table.time[-1])
    return ImportedSensor(facts, len(table), table.left_out, start_s, end_s, acc_origin, gyr_origin)


def _range(given: float | None, inferred: float) -> tuple[float, Origin]:
    if given is not None:
        return given, Origin.GIVEN
    return inferred, Origin.INFERRED if math.isfinite(inferred) else Origin.UNKNOWN


def _said(size: float, unit: str, origin: Origin) -> str:
    return f"unknown in {unit}" if origin is Origin.UNKNOWN else f"{size:.0f} {unit} ({origin})"


def _chunks(tables: list[SensorTable]) -> Iterator[Chunk]:
    """Give the samples of all sensors in entries, in order of arrival: each entry's last time stamp."""
    start = min(float(table.time[0]) for table in tables)
    order: list[tuple[int, int, int, int]] = []
    for sensor, table in enumerate(tables):
        edges = np.flatnonzero(np.diff(np.floor((table.time - start) / ENTRY_S))) + 1
        first, end = [0, *edges.tolist()], [*edges.tolist(), len(table)]
        arrival_ns = np.rint((table.time[np.array(end) - 1] - start) * 1e9).astype(np.int64)
        order += zip(arrival_ns.tolist(), [sensor] * len(end), first, end, strict=True)
    for arrival_ns, sensor, first_row, end_row in sorted(order):
        table, rows = tables[sensor], slice(first_row, end_row)
        yield Chunk(sensor, arrival_ns, pack(table.time[rows], table.gyr[rows], table.acc[rows]))
