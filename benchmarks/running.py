"""Recorded running through the whole path: import, analyse, score. `--results DIR` keeps the tables of each trial.

    python -m benchmarks.running --data DIR [--results DIR]

The folder DIR-plain, if there is one, is scored beside it; so are the recordings cut to the running section alone.
"""

from dataclasses import dataclass
from functools import partial
from multiprocessing import get_context
from pathlib import Path

import numpy as np

from benchmarks.scoring import (
    ANGLE_HEAD,
    EVENT_HEAD,
    METRIC_HEAD,
    LegScore,
    angle_rows,
    event_rows,
    metric_rows,
    score_legs,
)
from benchmarks.trials import SOURCE, Outcome, Trial, arguments, data_folders, headline, said, table, trials
from calibration.model import LegCalibration
from firmware_bridge.recording import Recording, whole_recording
from legcycle_imu.analysis import Analysis, analyse
from legcycle_imu.config import Config
from legcycle_imu.tables import angles_table, write_strides

EDGE_S = 0.2
"""Strides so near to the edge of a section in which nobody runs belong to the transition."""
PROCESSES = 2
METHOD = (
    SOURCE,
    "Method: four sensor files -> `import csv` -> `analyse` (mounting unknown, found from the recording). Events match "
    "one to one within 80 ms. Spreads: within = about each leg's own mean, between = of the runners' means. Latency: "
    "stream time from the event to its becoming known; samples that wait for the alignment count from its instant.",
)


@dataclass(frozen=True)
class Scored:
    """One trial: its legs' scores and their calibrations."""

    legs: list[LegScore]
    calibrations: list[LegCalibration]


def run_trial(trial: Trial, results: Path | None, *, only_running: bool) -> Scored:
    """Analyse and score one trial; a process of its own may do it."""
    path = cut_to_running(trial) if only_running else trial.recording
    analysis = analyse(path, angles=True, config=Config())
    if results is not None:
        write_tables(analysis, results, trial.name)
    legs = score_legs(trial.strides, analysis.strides, trial.runner, trial.speed_m_s)
    outcome = Outcome(list(analysis.strides), dict(analysis.angles))
    time, true = trial.angles
    start, end = trial.sections("run")[0]
    run = (time >= start) & (time <= end)
    for side, leg in legs.items():
        leg.angles = outcome.angle_errors(side, time[run], {p: a[run] for p, a in true.items()})
        still = [(a + EDGE_S, b - EDGE_S) for a, b in trial.sections("stand", "march")]
        mine = [s.initial_contact_s for s in analysis.strides if s.side is side]
        leg.false = sum(a <= t < b for t in mine for a, b in still)
    return Scored(list(legs.values()), list(analysis.calibrations.values()))


def cut_to_running(trial: Trial) -> Path:
    """Give the recording without anything but its running section: entries that lie inside it."""
    path = trial.recording.with_name(f"{trial.name}-running-only.legcycle")
    if path.exists():
        return path
    start, end = trial.sections("run")[0]
    with Recording.open(trial.recording) as recording:
        meta = recording.meta
        longest_s = 0.2  # of an imported entry, which arrives at its last sample
        inside = [
            chunk for batch in recording.batches(1000) for chunk in batch
            if start + longest_s <= chunk.arrival_ns * 1e-9 < end
        ]  # fmt: skip
    with whole_recording(path, meta) as writer:
        writer.add_many(inside)
    return path


def write_tables(analysis: Analysis, results: Path, name: str) -> None:
    """Write NAME.csv and NAME.angles.csv."""
    results.mkdir(parents=True, exist_ok=True)
    write_strides(analysis.strides, results / f"{name}.csv")
    with angles_table(results / f"{name}.angles.csv", list(analysis.angles)) as angles:
        angles.push(analysis.angles.values())


def report(title: str, scored: list[Scored]) -> None:
    """Print the tables of one set of recordings."""
    legs = [leg for s in scored for leg in s.legs]
    print(f"# {title}\n")
    for speed in sorted({leg.speed_m_s for leg in legs}):
        table(f"Events at {speed} m/s", EVENT_HEAD, event_rows([leg for leg in legs if leg.speed_m_s == speed]))
    table("Events, all speeds", EVENT_HEAD, event_rows(legs))
    table("Metrics", METRIC_HEAD, metric_rows(legs))
    table("Angles over the running section", ANGLE_HEAD, angle_rows(legs))
    strides, in_order = sum(leg.strides for leg in legs), sum(leg.in_order for leg in legs)
    print(f"Strides: {strides}; phases in order: {in_order}; strides while standing or lifting knees: ", end="")
    print(f"{sum(leg.false for leg in legs)}. {zero_sentence([c for s in scored for c in s.calibrations])}\n")


def zero_sentence(calibrations: list[LegCalibration]) -> str:
    """Say what the angles' zeros come from, and how uncertain they are said to be."""
    sources = sorted({str(c.zero_source) for c in calibrations})
    thigh, shank = (
        np.degrees(np.mean([getattr(c, segment).zero_sd_rad for c in calibrations])) for segment in ("thigh", "shank")
    )
    return f"Zero from: {', '.join(sources)}; stated uncertainty {thigh:.1f} deg (thigh), {shank:.1f} deg (shank)."


def main() -> None:
    """Run and print."""
    options = arguments(__doc__, "--results")
    headline("Recorded running", *METHOD)
    for folder in data_folders(options.data):
        every = trials(folder, options.work)
        for only_running in (False, True):
            name = folder.name + ("-only" if only_running else "")
            results = options.results / name if options.results else None
            work = partial(run_trial, results=results, only_running=only_running)
            with get_context("spawn").Pool(PROCESSES) as pool:
                scored = list(said(pool.imap(work, every), f"analysing {name}", len(every)))
            report(f"{folder.name}{', cut to the running section' if only_running else ''}", scored)


if __name__ == "__main__":
    main()
