"""Where benchmarks get their data from - recorded trials, simulated runs - and how they print what they found."""

import argparse
import csv
import gzip
import json
import os
import platform
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from math import nan
from pathlib import Path
from time import perf_counter
from typing import TypeVar

import numpy as np

from calibration.alignment import Alignment
from calibration.model import CalibrationSet
from firmware_bridge.csv_import import import_csv
from firmware_bridge.recording import Recording, Runner
from firmware_bridge.samples import Floats, Placement, Segment, Side
from firmware_bridge.source import Chunk, SensorFacts
from legcycle_imu.model import STRIDE_COLUMNS, SegmentAngles, Stride
from legcycle_imu.pipeline import Pipeline, PipelineSettings
from legcycle_imu.runner import LegGeometry
from legcycle_imu.runner import Runner as Lengths
from legcycle_imu.simulation import Simulation
from legcycle_imu.simulation.recording import chunks, sensor_facts

DATA_VARIABLE = "LEGCYCLE_RUNNING_DATA"
NO_DATA = (
    "The recorded trials (running data of Fukuchi, Fukuchi & Duarte 2017 as four sensor files a trial) are not here: "
    f"give their folder by --data or {DATA_VARIABLE}."
)
SOURCE = (
    "Data: motion of 13 runners on a treadmill at 2.5, 3.5 and 4.5 m/s, 30 s each (Fukuchi, Fukuchi & Duarte 2017, "
    "doi 10.7717/peerj.3298, CC BY). Sensor signals are computed from that motion; standing, knee lifts and "
    "transitions are synthetic. `running` has an invented impact and soft-tissue wobble, `running-plain` has not."
)
T = TypeVar("T")
LONGEST_GAP_S = 0.1
"""Angles are not told in longer gaps, as in the angles table."""
BATCH = 400
"""Chunks given to the pipeline in one call; nothing depends on it."""


@dataclass(frozen=True)
class Trial:
    """One recorded trial with its truth.

    Parameters
    ----------
    folder : the trial's files
    recording : the same as a recording
    meta : what its meta.json says
    """

    folder: Path
    recording: Path
    meta: dict[str, object] = field(repr=False)

    @property
    def name(self) -> str:
        """Name of the trial."""
        return self.folder.name

    @property
    def runner(self) -> str:
        """Code of the runner."""
        return str(self.meta["subject"])

    @property
    def speed_m_s(self) -> float:
        """Speed of the treadmill, m/s."""
        return float(self.meta["speed_m_s"])  # type: ignore[arg-type]

    @property
    def geometry(self) -> LegGeometry:
        """Lengths of the runner's legs."""
        return Lengths(self.runner, *(self.meta[k] for k in LENGTHS)).geometry  # type: ignore[arg-type]

    def sections(self, *kinds: str) -> list[tuple[float, float]]:
        """Give start and end of the sections of some kinds, s."""
        timeline: list[dict[str, object]] = self.meta["timeline"]  # type: ignore[assignment]
        return [(float(s["start_s"]), float(s["end_s"])) for s in timeline if s["section"] in kinds]  # type: ignore[arg-type]

    @cached_property
    def strides(self) -> list[Stride]:
        """The true strides; columns that the truth does not have are NaN."""
        with (self.folder / "truth_strides.csv").open(newline="", encoding="utf-8") as file:
            return [_true_stride(row) for row in csv.DictReader(file)]

    @cached_property
    def angles(self) -> tuple[Floats, dict[Placement, Floats]]:
        """Times, s, and true angles of each segment, deg."""
        with gzip.open(self.folder / "truth_angles.csv.gz", "rt") as file:
            names = file.readline().strip().split(",")
            table = np.loadtxt(file, delimiter=",", ndmin=2)
        return table[:, 0], {p: table[:, names.index(f"{p.side}_{p.segment}_deg")] for p in PLACEMENTS}

    def chunks(self) -> tuple[list[SensorFacts], list[Chunk]]:
        """Give the recording's sensors and all its chunks."""
        with Recording.open(self.recording) as recording:
            return recording.sensors, [chunk for batch in recording.batches(BATCH) for chunk in batch]


PLACEMENTS = tuple(Placement(side, segment) for side in Side for segment in Segment)
LENGTHS = ("height_m", "thigh_length_m", "shank_length_m")


@dataclass
class Outcome:
    """What the pipeline gave for one recording: strides, angles and alignments."""

    strides: list[Stride] = field(default_factory=list)
    angles: dict[Placement, SegmentAngles] = field(default_factory=dict)
    alignments: list[Alignment] = field(default_factory=list)

    @property
    def calibration(self) -> CalibrationSet:
        """The calibrations that were found, to be given to another passage."""
        return CalibrationSet(tuple(a.calibration for a in self.alignments))

    def angle_errors(self, side: Side, time: Floats, true_deg: dict[Placement, Floats]) -> dict[str, Floats]:
        """Give the errors of a leg's angles at given times, deg."""
        error = {}
        for segment in Segment:
            mine = self.angles.get(Placement(side, segment))
            if mine is None:
                return {}
            found = np.degrees(np.interp(time, mine.time, mine.angle, left=nan, right=nan))
            after = np.clip(np.searchsorted(mine.time, time), 1, len(mine) - 1)
            found[mine.time[after] - mine.time[after - 1] > LONGEST_GAP_S] = nan
            error[str(segment)] = found - true_deg[Placement(side, segment)]
        error["knee"] = error["thigh"] - error["shank"]
        return {name: e[np.isfinite(e)] for name, e in error.items()}


def passage(
    sensors: Sequence[SensorFacts],
    stream: Iterable[Chunk],
    geometry: LegGeometry,
    calibration: CalibrationSet | None = None,
    settings: PipelineSettings | None = None,
) -> Outcome:
    """Let chunks pass through the pipeline."""
    pipeline = Pipeline(sensors, geometry, calibration, settings)
    every = list(stream)
    updates = [pipeline.push(every[k : k + BATCH]) for k in range(0, len(every), BATCH)] + [pipeline.flush()]
    angles: dict[Placement, list[SegmentAngles]] = {}
    for block in (a for update in updates for a in update.angles):
        angles.setdefault(block.placement, []).append(block)
    return Outcome(
        [s for update in updates for s in update.strides],
        {placement: SegmentAngles.join(parts) for placement, parts in angles.items()},
        [a for update in updates for a in update.alignments],
    )


def simulated_passage(
    simulation: Simulation,
    calibration: CalibrationSet | None = None,
    settings: PipelineSettings | None = None,
) -> Outcome:
    """Let a simulation pass through the pipeline."""
    stream = chunks(simulation.samples, simulation.sensors, 40)
    facts = [sensor_facts(s) for s in simulation.sensors]
    return passage(facts, stream, simulation.runner.geometry, calibration, settings)


def trials(data: Path, work: Path) -> list[Trial]:
    """Give all trials of a folder, imported as recordings into a folder of ours."""
    found = []
    for folder in said(sorted(p.parent for p in data.glob("*/meta.json")), f"importing {data.name}"):
        meta = json.loads((folder / "meta.json").read_text(encoding="utf-8"))
        recording = work / data.name / f"{folder.name}.legcycle"
        if not recording.exists():
            recording.parent.mkdir(parents=True, exist_ok=True)
            runner = Runner(folder.name, *(meta[k] for k in LENGTHS))
            files = {p: folder / f"{p.side}_{p.segment}.csv.gz" for p in PLACEMENTS}
            import_csv(files, recording, runner=runner)
        found.append(Trial(folder, recording, meta))
    return found


def _true_stride(row: dict[str, str]) -> Stride:
    numbers = row.keys() - {"side", "flags"}
    values = {name: float(row[name]) if name in numbers and row[name] else nan for name in STRIDE_COLUMNS}
    known = {"side": Side(row["side"]), "stride": int(row["stride"]), "flags": frozenset[str]()}
    return Stride(**values | known)  # type: ignore[arg-type]


# What every benchmark says


def arguments(description: str | None, *more: str) -> argparse.Namespace:
    """Read the command line: --data, --work and further options that take a path."""
    parser = argparse.ArgumentParser(description=description, formatter_class=argparse.RawDescriptionHelpFormatter)
    known = os.environ.get(DATA_VARIABLE)
    parser.add_argument("--data", type=Path, default=Path(known) if known else None, help="folder of recorded trials")
    parser.add_argument("--work", type=Path, default=Path("results/work"), help="folder for recordings that are kept")
    for name in more:
        parser.add_argument(name, type=Path)
    return parser.parse_args()


def data_folders(data: Path | None) -> list[Path]:
    """Give the folder of trials and, where there is one, its twin without the invented impact; say if there is none."""
    if data is None or not data.is_dir():
        print(NO_DATA + "\n")
        return []
    data = data.resolve()
    return [folder for folder in (data, data.with_name(data.name + "-plain")) if folder.is_dir()]


def headline(title: str, *method: str) -> None:
    """Print a benchmark's title, its method and the machine."""
    print(f"# {title}\n")
    for sentence in method:
        print(sentence)
    print(f"\nMachine: {platform.machine()}, {os.cpu_count()} cores; Python {platform.python_version()}, ", end="")
    print(f"numpy {np.__version__}, {platform.system()}.\n")


def table(title: str, head: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """Print a Markdown table, but none without rows."""
    rows = list(rows)
    if not rows:
        return
    print(f"## {title}\n" if title else "", end="\n" if title else "")
    print("| " + " | ".join(head) + " |")
    print("|" + " --- |" * len(head))
    for row in rows:
        print("| " + " | ".join(row) + " |")
    print(flush=True)


def said(items: Iterable[T], what: str, count: int = 0) -> Iterator[T]:
    """Give items one after the other, and tell on stderr how far it is."""
    begun = perf_counter()
    count = count or len(items)  # type: ignore[arg-type]
    for number, item in enumerate(items):
        if sys.stderr.isatty():
            print(f"\r{what}: {number}/{count}", end="", file=sys.stderr, flush=True)
        yield item
    print(f"\r{what}: {count} in {perf_counter() - begun:.1f} s", file=sys.stderr, flush=True)
