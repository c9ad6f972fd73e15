"""How far left - right is off through a whole run: what a difference must exceed to be one of the runner.

Usage: python -m benchmarks.sides --data DIR

Each leg's events have an offset of their own that no number of strides takes away. Here, in every recorded trial: the
mean error of the left leg less that of the right. `legcycle_imu.report.sides` takes the times from this table; the
angles' is what the zero's uncertainty already covers.
"""

from collections import Counter
from collections.abc import Sequence
from math import isnan

import numpy as np

from benchmarks.trials import Trial, arguments, data_folders, headline, said, table, trials
from firmware_bridge.samples import Side
from legcycle_imu.analysis import analyse
from legcycle_imu.config import Config
from legcycle_imu.model import Stride
from legcycle_imu.personal_band import is_good
from legcycle_imu.report.reading import read_session
from legcycle_imu.report.sides import DETECTION_SD_S, NOTHING, ZERO_OF, sides

SAME_S = 0.08
"""Contacts of one stride, found and true, are no further apart."""
HEAD = ("metric", "trials", "mean", "SD", "largest", "unit")


def difference(trial: Trial) -> dict[str, float]:
    """Give, for each metric, the mean error of the left leg less that of the right; NaN where one has none."""
    found = [stride for stride in analyse(trial.recording, config=Config()).strides if is_good(stride)]
    true = with_flight(trial.strides)
    return {
        metric: _error(true, found, Side.LEFT, metric) - _error(true, found, Side.RIGHT, metric) for metric in METRICS
    }


METRICS = (*DETECTION_SD_S, *(metric for metric in ZERO_OF if metric != "peak_hip_extension_deg"))
"""What the truth has."""


def with_flight(strides: Sequence[Stride]) -> list[Stride]:
    """Add the time from toe-off to the other leg's next contact, which the true strides lack."""
    contacts = {side: np.array([s.initial_contact_s for s in strides if s.side is side]) for side in Side}
    whole = []
    for stride in strides:
        other = contacts[Side.LEFT if stride.side is Side.RIGHT else Side.RIGHT]
        inside = other[(other > stride.initial_contact_s) & (other < stride.next_initial_contact_s)]
        whole.append(stride._replace(flight_time_s=float(inside[0]) - stride.toe_off_s) if len(inside) else stride)
    return whole


def _error(true: Sequence[Stride], found: Sequence[Stride], side: Side, metric: str) -> float:
    mine = [stride for stride in found if stride.side is side]
    errors = []
    for stride in true:
        near = [m for m in mine if abs(m.initial_contact_s - stride.initial_contact_s) < SAME_S]
        if stride.side is side and near:
            error = getattr(near[0], metric) - getattr(stride, metric)
            errors += [] if isnan(error) else [error]
    return float(np.mean(errors)) if errors else float("nan")


def told(trial: Trial) -> Counter[str]:
    """Count what the report says of a trial's sides: differences, and of these those that truly are the other way."""
    true, counted = with_flight(trial.strides), Counter[str]()
    for row in sides(read_session(trial.recording, config=Config())):
        if row.metric not in METRICS or row.word == NOTHING:
            continue
        left, right = (_mean(true, side, row.metric) for side in Side)
        counted["told"] += 1
        counted["wrong"] += (left > right) != (row.word == "left larger")
    return counted


def _mean(true: Sequence[Stride], side: Side, metric: str) -> float:
    return float(np.nanmean([getattr(stride, metric) for stride in true if stride.side is side]))


def rows(differences: Sequence[dict[str, float]]) -> list[list[str]]:
    """Give the table's rows."""
    found = []
    for metric in METRICS:
        values = np.array([d[metric] for d in differences if not isnan(d[metric])])
        factor, unit = (1e3, "ms") if metric.endswith("_s") else (1.0, "deg")
        figures = (values.mean(), values.std(ddof=1), np.abs(values).max())
        found.append([metric, str(len(values)), *(f"{factor * figure:.1f}" for figure in figures), unit])
    return found


def main() -> None:
    """Score every trial, and print the tables."""
    args = arguments(__doc__)
    headline(
        "Left less right: errors that last", "The mean error of the left leg less that of the right, of each trial."
    )
    for folder in data_folders(args.data):
        differences = [difference(trial) for trial in said(trials(folder, args.work), folder.name)]
        table(f"{folder.name} / Left less right", HEAD, rows(differences))
        counted = sum((told(trial) for trial in said(trials(folder, args.work), folder.name)), Counter[str]())
        print(f"Differences that the report tells of: {counted['told']}; truly the other way: {counted['wrong']}.\n")


if __name__ == "__main__":
    main()
