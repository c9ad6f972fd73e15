"""What the recorded runners do at 2.5, 3.5 and 4.5 m/s: the table of `legcycle_imu/norms.py`, computed anew.

Usage: python -m benchmarks.norms [FOLDER]

FOLDER holds one folder a trial with meta.json, truth_strides.csv and truth_angles.csv.gz; by default it is named by the
environment variable LEGCYCLE_RUNNING_DATA. Means of each runner's strides first, then mean and SD between runners.
"""

import csv
import gzip
import json
import os
import sys
from collections.abc import Iterable
from pathlib import Path

import numpy as np

from firmware_bridge.samples import Side
from legcycle_imu.norms import LEG_CM, NORMS, SPEED_M_S

Row = dict[str, str]


def trial_means(folder: Path) -> dict[str, float]:
    """Give a trial's means over the strides of both legs, lengths for a leg of `LEG_CM`."""
    with (folder / "truth_strides.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    extension = peak_extension(folder, rows)
    means = {name: _mean(rows, name) for name in NORMS if name in rows[0]}
    meta = json.loads((folder / "meta.json").read_text())
    leg_cm = 100.0 * (meta["thigh_length_m"] + meta["shank_length_m"])
    for name, norm in NORMS.items():
        if norm.is_length:
            means[name] *= LEG_CM / leg_cm
    cadence = float(np.mean([120.0 / float(row["stride_time_s"]) for row in rows]))
    return means | {"peak_hip_extension_deg": extension, "cadence_spm": cadence}


def peak_extension(folder: Path, rows: Iterable[Row]) -> float:
    """Give the mean over strides of the thigh's rearmost angle, sign turned, deg."""
    with gzip.open(folder / "truth_angles.csv.gz", "rt") as file:
        angles = np.genfromtxt(file, delimiter=",", names=True)
    peaks = []
    for row in rows:
        start, end = float(row["initial_contact_s"]), float(row["next_initial_contact_s"])
        within = (angles["time_s"] >= start) & (angles["time_s"] < end)
        peaks.append(-float(np.nanmin(angles[f"{Side(row['side'])}_thigh_deg"][within])))
    return float(np.mean(peaks))


def table(folder: Path) -> dict[str, list[tuple[float, float]]]:
    """Give column -> mean and SD between runners at each speed."""
    found: dict[str, list[tuple[float, float]]] = {}
    for speed in SPEED_M_S:
        trials = [trial_means(trial) for trial in sorted(folder.glob(f"*_T{10 * speed:.0f}"))]
        for name in trials[0]:
            values = [trial[name] for trial in trials]
            found.setdefault(name, []).append((float(np.mean(values)), float(np.std(values, ddof=1))))
    return found


def _mean(rows: Iterable[Row], name: str) -> float:
    return float(np.mean([float(row[name]) for row in rows if row[name]]))


def main(arguments: list[str]) -> int:
    """Print the table."""
    folder = Path(arguments[0] if arguments else os.environ.get("LEGCYCLE_RUNNING_DATA", ""))
    if not (arguments or os.environ.get("LEGCYCLE_RUNNING_DATA")) or not folder.is_dir():
        sys.stderr.write("Name the folder of the recordings, or set LEGCYCLE_RUNNING_DATA.\n")
        return 1
    for name, figures in table(folder).items():
        cells = "  ".join(f"{mean:8.3f} ± {sd:<6.3f}" for mean, sd in figures)
        sys.stdout.write(f"{name:<24} {cells}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
