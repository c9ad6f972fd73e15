"""Writes a simulation (I/O): a recording, sensor CSVs, and the truth in the format that scoring scripts read."""

import csv
import gzip
import io
import json
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import numpy as np

from firmware_bridge.recording_writer import whole_recording
from firmware_bridge.samples import Placement, SampleBlock, Segment, Side
from legcycle_imu.model import GaitEvent, Stride
from legcycle_imu.simulation.gaits import GRAVITY
from legcycle_imu.simulation.norms import Floats
from legcycle_imu.simulation.recording import chunks, recording_meta
from legcycle_imu.simulation.runner import SIDES, SimulatedRunner
from legcycle_imu.simulation.script import Script, SectionKind
from legcycle_imu.simulation.sensors import SensorSetup
from legcycle_imu.simulation.simulate import Simulation, TrueAngles, simulate_pieces
from legcycle_imu.simulation.true_strides import joined, true_strides

SENSOR_COLUMNS = ("time_s", "gyr_x_deg_s", "gyr_y_deg_s", "gyr_z_deg_s", "acc_x_g", "acc_y_g", "acc_z_g")
ANGLE_PLACES = tuple(Placement(side, segment) for side in Side for segment in Segment)
CHUNK_SAMPLES = 20
"""Samples of a chunk unless told: a tenth of a second of the usual sensor, and of the slowest no more than a sensor may
be silent (`legcycle_imu.pipeline.PipelineSettings.silent_s`)."""
STRIDE_COLUMNS = {
    "initial_contact_s": 4,
    "toe_off_s": 4,
    "peak_heel_lift_s": 4,
    "peak_knee_drive_s": 4,
    "next_initial_contact_s": 4,
    "stride_time_s": 4,
    "contact_time_s": 4,
    "push_s": 4,
    "lift_s": 4,
    "drive_s": 4,
    "place_s": 4,
    "knee_drive_deg": 2,
    "heel_lift_cm": 2,
    "heel_lift_geom_cm": 2,
    "hip_extension_deg": 2,
    "placement_cm": 2,
    "placement_geom_cm": 2,
    "shank_at_contact_deg": 2,
    "peak_knee_flexion_deg": 2,
}
"""Columns of truth_strides.csv after side and stride, with their decimals."""


def write_recording(simulation: Simulation, path: Path, *, chunk_samples: int = CHUNK_SAMPLES) -> None:
    """Write a simulation as one recording.

    Parameters
    ----------
    path : file to create
    chunk_samples : samples of a sensor in one chunk; live links send about 5

    Raises
    ------
    RecordingError : the file exists or cannot be written
    """
    meta = recording_meta(simulation.sensors, simulation.runner)
    with whole_recording(path, meta) as writer:
        writer.add_many(chunks(simulation.samples, simulation.sensors, chunk_samples))


def record(
    script: Script,
    runner: SimulatedRunner,
    sensors: tuple[SensorSetup, ...],
    path: Path,
    *,
    seed: int = 0,
    chunk_samples: int = CHUNK_SAMPLES,
) -> list[Stride]:
    """Simulate straight into a recording, holding one piece at a time; give the true strides.

    Raises
    ------
    RecordingError : the file exists or cannot be written
    """
    marks = []
    with whole_recording(path, recording_meta(sensors, runner)) as writer:
        for piece in simulate_pieces(script, runner, sensors, seed):
            writer.add_many(chunks(piece.samples, sensors, chunk_samples))
            marks.append(piece.marks)
    return true_strides({side: joined([m[side] for m in marks]) for side in SIDES}, runner.geometry)


def write_truth(simulation: Simulation, folder: Path) -> None:
    """Write meta.json, truth_events.csv, truth_strides.csv and truth_angles.csv.gz into a folder.

    truth_strides.csv holds running strides alone; walking ones, which no score counts, go to
    truth_strides_walk.csv, their events to truth_events_walk.csv, both only where there are any.
    """
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "meta.json").write_text(json.dumps(meta(simulation), indent=1) + "\n", encoding="utf-8")
    for ending, walk in (("", False), ("_walk", True)):
        strides = [s for s in simulation.strides if ("walk" in s.flags) is walk]
        events = [e for e in simulation.events if ("walk" in e.flags) is walk]
        if strides or not walk:
            _write_rows(folder / f"truth_strides{ending}.csv", _stride_rows(strides))
            _write_rows(folder / f"truth_events{ending}.csv", _event_rows(events))
    _write_gz(folder / "truth_angles.csv.gz", *_angle_table(simulation.angles))


def write_sensor_files(simulation: Simulation, folder: Path) -> dict[Placement, Path]:
    """Write one generic sensor CSV (.csv.gz) per sensor; give their paths."""
    folder.mkdir(parents=True, exist_ok=True)
    paths = {p: folder / f"{p.side}_{p.segment}.csv.gz" for p in simulation.samples}
    for placement, block in simulation.samples.items():
        _write_gz(paths[placement], SENSOR_COLUMNS, _sensor_table(block), "%.6f,%.5f,%.5f,%.5f,%.6f,%.6f,%.6f")
    return paths


def meta(simulation: Simulation) -> dict[str, object]:
    """Give what meta.json holds: runner, sensors, timeline."""
    runner, sensor, script = simulation.runner, simulation.sensors[0], simulation.script
    speeds = [s.speed_m_s for s in script.sections if s.kind is SectionKind.RUN]
    return {
        "trial": "simulated",
        "subject": "simulated",
        "height_m": round(runner.height_m, 4),
        "thigh_length_m": round(runner.geometry.thigh_m, 4),
        "shank_length_m": round(runner.geometry.shank_m, 4),
        "speed_m_s": speeds[0] if speeds else None,
        "sampling_rate_hz": sensor.rate_hz,
        "acc_range_g": round(sensor.acc_range / GRAVITY, 3),
        "gyr_range_dps": round(float(np.degrees(sensor.gyr_range)), 3),
        "timeline": [
            {"section": str(s.kind), "start_s": round(a, 4), "end_s": round(b, 4)} for s, a, b in script.timeline()
        ],
        "march_lifts": [
            {"side": str(lift.side), "start_s": round(lift.start_s, 4), "end_s": round(lift.end_s, 4)}
            for lift in script.knee_lifts()
        ],
        "units": {"time": "s", "gyr": "deg/s", "acc": "g (specific force: +1 g upward at rest)"},
        "source": "simulated by legcycle-imu around the norms of Fukuchi, Fukuchi & Duarte 2017, CC BY",
    }


def _stride_rows(strides: Iterable[Stride]) -> Iterator[Sequence[object]]:
    yield ("side", "stride", *STRIDE_COLUMNS)
    for stride in strides:
        values = (getattr(stride, name.replace("_geom", "")) for name in STRIDE_COLUMNS)
        yield (
            str(stride.side),
            stride.stride,
            *(f"{v:.{d}f}" for v, d in zip(values, STRIDE_COLUMNS.values(), strict=True)),
        )


def _event_rows(events: Iterable[GaitEvent]) -> Iterator[Sequence[object]]:
    yield ("side", "event", "time_s")
    for event in events:
        yield str(event.side), str(event.kind), f"{event.t:.4f}"


def _angle_table(angles: TrueAngles) -> tuple[Sequence[str], Floats, str]:
    names = ("time_s", *(f"{p.side}_{p.segment}_deg" for p in ANGLE_PLACES))
    columns = [angles.time, *(np.degrees(angles.angle[p]) for p in ANGLE_PLACES)]
    return names, np.stack(columns, axis=-1), "%.3f,%.3f,%.3f,%.3f,%.3f"


def _sensor_table(block: SampleBlock) -> Floats:
    return np.concatenate([block.time[:, np.newaxis], np.degrees(block.gyr), block.acc / GRAVITY], axis=1)


def _write_rows(path: Path, rows: Iterable[Sequence[object]]) -> None:
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file, lineterminator="\n").writerows(rows)


def _write_gz(path: Path, names: Sequence[str], table: Floats, row_format: str) -> None:
    text = io.StringIO()
    text.write(",".join(names) + "\n")
    np.savetxt(text, table, fmt=row_format)
    with path.open("wb") as raw, gzip.GzipFile(fileobj=raw, mode="wb", mtime=0, filename="") as file:
        file.write(text.getvalue().encode())
