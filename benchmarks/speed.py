"""How fast, with how much memory: an hour of four sensors at 200 Hz, from the file to strides, on one core.

    python -m benchmarks.speed [--work DIR]

The hour is a simulated run, recorded once in entries of 0.2 s, as an import makes them, and once in chunks of
5 samples, as radios send them; both are kept in --work. Every measurement is a process of its own on one core.
"""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from multiprocessing import get_context
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from time import perf_counter, process_time

import numpy as np
from vqf import VQF

from benchmarks.trials import arguments, headline, said, table
from firmware_bridge.protocols.imported import RECORD_NUMBERS
from firmware_bridge.recording import Recording
from firmware_bridge.replay import ReplaySource
from firmware_bridge.source import Chunk
from legcycle_imu.analysis import analyse
from legcycle_imu.config import Config
from legcycle_imu.pipeline import Pipeline
from legcycle_imu.runner import LegGeometry
from legcycle_imu.simulation import draw_runner, draw_sensors, running_script
from legcycle_imu.simulation.files import record
from legcycle_imu.tables import angles_table, stride_table

HOUR_S = 3600.0
RATE_HZ = 200.0
ENTRY_SAMPLES = {"entries of 0.2 s": 40, "chunks of 5 samples": 5}
LIVE_S = 300.0
REPEATS = 3
SINGLE_THREAD = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "VECLIB_MAXIMUM_THREADS")
REST_OF_SCRIPT_S = 24.0
"""Standing, knee lifts and transitions around the run."""


def hour(work: Path, samples: int) -> Path:
    """Give the recording of an hour in chunks of so many samples; make it if it is not there."""
    path = work / f"hour-{samples}.legcycle"
    if not path.exists():
        work.mkdir(parents=True, exist_ok=True)
        script = running_script(3.5, HOUR_S - REST_OF_SCRIPT_S)
        record(script, draw_runner(0), draw_sensors(0, rate_hz=RATE_HZ), path, chunk_samples=samples)
    return path


def to_strides(path: Path) -> tuple[float, int]:
    """Give the time from opening the file to the last stride, s, and the number of strides."""
    begun = perf_counter()
    strides = analyse(path, config=Config()).strides
    return perf_counter() - begun, len(strides)


def vqf_alone(path: Path) -> tuple[float, int]:
    """Give the time of VQF's own batch update of all four sensors, s, samples lying ready in memory."""
    parts: dict[int, list[bytes]] = {}
    with Recording.open(path) as recording:
        for batch in recording.batches(1000):
            for chunk in batch:
                parts.setdefault(chunk.sensor, []).append(chunk.data)
    tables = [np.frombuffer(b"".join(data), "<f8").reshape(-1, RECORD_NUMBERS) for data in parts.values()]
    ready = [(t[:, 1:4].copy(), t[:, 4:7].copy()) for t in tables]
    begun = perf_counter()
    for gyr, acc in ready:
        VQF(1.0 / RATE_HZ).updateBatch(gyr, acc)
    return perf_counter() - begun, sum(len(t) for t in tables)


def live(path: Path) -> tuple[float, int]:
    """Give the share of one core that live processing takes: one chunk a call, and the calls."""
    with ReplaySource(path) as source:
        pipeline = Pipeline(source.sensors, LegGeometry())
        due = [chunk for batch in source.recording.batches(1000) for chunk in batch if chunk.arrival_ns < LIVE_S * 1e9]
    begun = process_time()
    for chunk in due:
        pipeline.push([chunk])
    return (process_time() - begun) / LIVE_S, len(due)


def memory(path: Path, hours: int) -> tuple[float, int]:
    """Give the peak of memory, MB, while hours pass through and tables are written as rows come; and the strides."""
    strides = 0
    with TemporaryDirectory() as folder, ReplaySource(path) as source:
        sensors = source.sensors
        pipeline = Pipeline(sensors, LegGeometry())
        with (
            stride_table(Path(folder) / "strides.csv") as table_,
            angles_table(Path(folder) / "angles.csv", [s.placement for s in sensors]) as angles,
        ):
            for batch in _hours(source, hours):
                update = pipeline.push(batch)
                angles.push(update.angles)
                for stride in update.strides:
                    table_.push(stride)
                strides += len(update.strides)
    return _peak_mb(), strides


def _hours(source: ReplaySource, hours: int) -> Iterator[list[Chunk]]:
    """Give the recording's batches again and again, each time an hour later."""
    for number in range(hours):
        for batch in source:
            yield [_later(chunk, number * HOUR_S) for chunk in batch] if number else batch


def _later(chunk: Chunk, seconds: float) -> Chunk:
    rows = np.frombuffer(chunk.data, "<f8").reshape(-1, RECORD_NUMBERS).copy()
    rows[:, 0] += seconds
    return Chunk(chunk.sensor, chunk.arrival_ns + round(seconds * 1e9), rows.tobytes())


def _peak_mb() -> float:
    try:
        import resource  # noqa: PLC0415  (not on Windows)
    except ImportError:
        return float("nan")
    unit = 1024**2 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / unit


def _on_one_core() -> None:
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})


@contextmanager
def _single_threads() -> Iterator[None]:
    """Let processes begun in this block use one thread in BLAS."""
    before = {name: os.environ.get(name) for name in SINGLE_THREAD}
    os.environ |= dict.fromkeys(SINGLE_THREAD, "1")
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value


def apart(measure: Callable[..., tuple[float, int]], *what: object) -> tuple[float, int]:
    """Measure in a process of its own, on one core; its interpreter and imports do not count."""
    with _single_threads(), get_context("spawn").Pool(1, _on_one_core) as pool:
        return pool.apply(measure, what)


def help_s() -> float:
    """Give the time that `legcycle --help` takes, interpreter and imports included, s."""
    times = []
    for _ in range(5):
        begun = perf_counter()
        subprocess.run([sys.executable, "-m", "legcycle_imu.cli", "--help"], check=True, stdout=subprocess.DEVNULL)
        times.append(perf_counter() - begun)
    return median(times)


def main() -> None:
    """Run and print."""
    options = arguments(__doc__)
    method = f"Method: medians of {REPEATS} processes; file read included, interpreter and imports excluded; one core."
    headline("Speed and memory", method)
    paths = {name: hour(options.work, samples) for name, samples in ENTRY_SAMPLES.items()}
    imported, radio = paths.values()
    yardstick = median(apart(vqf_alone, imported)[0] for _ in said(range(REPEATS), "VQF"))
    rows = []
    for name, path in paths.items():
        results = [apart(to_strides, path) for _ in said(range(REPEATS), name)]
        seconds = median(r[0] for r in results)
        rows.append([
            f"file to strides, {name}", f"{seconds:.2f} s", f"{HOUR_S / seconds:.0f}", f"{seconds / yardstick:.1f}",
            str(results[0][1]),
        ])  # fmt: skip
    rows.append(["VQF's batch update alone, in memory", f"{yardstick:.2f} s", f"{HOUR_S / yardstick:.0f}", "1.0", ""])
    head = ["an hour, four sensors, 200 Hz", "time", "times real time", "times VQF's time", "strides"]
    table("Speed", head, rows)
    share, calls = apart(live, radio)
    table(
        "Live",
        ["", "share of one core", "calls"],
        [["one chunk of 5 samples a call", f"{100 * share:.1f} %", str(calls)]],
    )
    grown = [(hours, *apart(memory, imported, hours)) for hours in said((1, 4), "memory")]
    rows = [[f"{hours} h, angles and strides written as they come", f"{mb:.0f} MB", str(n)] for hours, mb, n in grown]
    table("Memory", ["", "peak resident", "strides"], rows)
    print(f"`legcycle --help`: {help_s():.2f} s.")


if __name__ == "__main__":
    main()
