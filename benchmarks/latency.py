"""How long after an event it is known, in stream time: `t_known - t`.

    python -m benchmarks.latency [--data DIR]

Twice: with the calibration given, so that nothing waits for the alignment, and without, every event counted.
Time in radio, queues and drawing comes on top; imported and simulated samples arrive as they are taken.
"""

from collections.abc import Sequence
from functools import partial
from multiprocessing import get_context

import numpy as np

from benchmarks.simulated import PROCESSES
from benchmarks.trials import (
    SOURCE,
    Outcome,
    Trial,
    arguments,
    data_folders,
    headline,
    passage,
    said,
    simulated_passage,
    table,
    trials,
)
from legcycle_imu.cycle import EventKind
from legcycle_imu.simulation import simulate_run

SPEEDS_M_S = (2.5, 3.5, 4.5, 7.0, 9.5)
RATES_HZ = (100.0, 200.0, 400.0)
SEEDS = (0, 1, 2)
HEAD = ["data", "calibration", "n", *(f"{str(kind).replace('_', ' ')}: median / P95 ms" for kind in EventKind)]

Delays = dict[EventKind, list[float]]


def delays_of(outcome: Outcome) -> Delays:
    """Give the delays of all events of the found strides, s; walking left out."""
    delays: Delays = {kind: [] for kind in EventKind}
    for stride in outcome.strides:
        for kind in EventKind if "walk" not in stride.flags else ():
            delay = getattr(stride, f"{kind}_known_s") - getattr(stride, f"{kind}_s")
            if np.isfinite(delay):
                delays[kind].append(delay)
    return delays


def of_trial(trial: Trial) -> tuple[Delays, Delays]:
    """Give a trial's delays with its calibration given, and without."""
    sensors, stream = trial.chunks()
    found = passage(sensors, stream, trial.geometry)
    return delays_of(passage(sensors, stream, trial.geometry, found.calibration)), delays_of(found)


def of_simulation(speed_m_s: float, rate_hz: float, seed: int) -> tuple[Delays, Delays]:
    """Give the same of a simulated run."""
    simulation = simulate_run(speed_m_s, 20.0, seed=seed, rate_hz=rate_hz)
    found = simulated_passage(simulation)
    return delays_of(simulated_passage(simulation, found.calibration)), delays_of(found)


def rows_of(data: str, results: Sequence[tuple[Delays, Delays]]) -> list[list[str]]:
    """Give two rows: calibration given, and found on the way."""
    rows = []
    for which, name in enumerate(("given", "found on the way")):
        pooled = {kind: 1e3 * np.concatenate([r[which][kind] for r in results]) for kind in EventKind}
        cells = [f"{np.median(d):.1f} / {np.percentile(d, 95):.1f}" for d in pooled.values()]
        rows.append([data, name, str(len(pooled[EventKind.TOE_OFF])), *cells])
    return rows


def main() -> None:
    """Run and print."""
    options = arguments(__doc__)
    headline("Latency", SOURCE, "Method: whole recordings, all events of found strides.")
    rows = []
    with get_context("spawn").Pool(PROCESSES) as pool:
        for folder in data_folders(options.data):
            every = trials(folder, options.work)
            rows += rows_of(f"recorded, {folder.name}", list(said(pool.imap(of_trial, every), folder.name, len(every))))
        settings = [(speed, 200.0) for speed in SPEEDS_M_S] + [(3.5, rate) for rate in RATES_HZ if rate != 200.0]
        for speed, rate in settings:
            results = pool.map(partial(of_simulation, speed, rate), SEEDS)
            rows += rows_of(f"simulated, {speed:g} m/s, {rate:g} Hz", results)
    table("From the event to its being known", HEAD, rows)


if __name__ == "__main__":
    main()
