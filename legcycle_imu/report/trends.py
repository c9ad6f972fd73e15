"""Figures over the run: bins of time with their median, and how far the strides in them scatter."""

from collections.abc import Sequence
from math import ceil, isnan
from typing import NamedTuple

import numpy as np

from firmware_bridge.samples import Floats, Side
from legcycle_imu.model import Stride
from legcycle_imu.report.parts import PAUSE_S
from legcycle_imu.report.results import of_leg
from legcycle_imu.report.session import Session

TREND_METRICS: tuple[tuple[str, ...], ...] = (
    ("peak_hip_extension_deg",),
    ("heel_lift_cm", "heel_lift_pct"),
    ("knee_drive_deg",),
    ("placement_cm", "shank_at_contact_deg"),
    ("contact_time_s",),
    ("cadence_spm",),
)
"""What is shown, in this order; of each the first that is known."""
MEDIAN_OF = 15
"""Strides under the running median, some 10 s of one leg; an odd number."""
MOST_POINTS = 150
"""Single strides are drawn up to so many a leg; of more, evenly spaced ones."""
LONGEST_STRIDE_S = 1.0
"""From contact to contact of one leg even in slow running, s."""
ROWS = 10
"""Rows of the table behind a picture: equal parts of the run."""


class Piece(NamedTuple):
    """A stretch of running without a pause, of one leg.

    Attributes
    ----------
    time_s, value : strides, evenly taken; in the column's unit
    median : running median at the same times, of this stretch alone
    """

    time_s: Floats
    value: Floats
    median: Floats


class LegTrend(NamedTuple):
    """One column of one leg over the run, as it is drawn.

    Attributes
    ----------
    side : which leg
    pieces : what is drawn, some `MOST_POINTS` strides in all
    rows : median of each of ten equal parts of the session's running; NaN where there is no stride
    """

    side: Side
    pieces: tuple[Piece, ...]
    rows: tuple[float, ...]


class Trend(NamedTuple):
    """One column over the run."""

    metric: str
    start_s: float
    end_s: float
    legs: tuple[LegTrend, ...]

    def row_starts_s(self) -> list[float]:
        """When each of the ten parts begins, s."""
        return [self.start_s + k * (self.end_s - self.start_s) / ROWS for k in range(ROWS)]


def trends(session: Session) -> tuple[Trend, ...]:
    """Give the columns that are known, over the whole time of running."""
    running = session.running
    if len(running) < 2:
        return ()
    start_s = min(stride.initial_contact_s for stride in running)
    end_s = max(stride.next_initial_contact_s for stride in running)
    found = []
    for choice in TREND_METRICS:
        metric = next((m for m in choice if any(not isnan(getattr(s, m)) for s in running)), None)
        if metric is not None:
            legs = (_leg(of_leg(running, side), side, metric, start_s, end_s) for side in Side)
            found.append(Trend(metric, start_s, end_s, tuple(leg for leg in legs if leg is not None)))
    return tuple(found)


def _leg(strides: Sequence[Stride], side: Side, metric: str, start_s: float, end_s: float) -> LegTrend | None:
    known = [(s.initial_contact_s, value) for s in strides if not isnan(value := getattr(s, metric))]
    if not known:
        return None
    time_s, value = np.array(known).T
    pauses = np.flatnonzero(np.diff(time_s) > PAUSE_S + LONGEST_STRIDE_S) + 1
    every = ceil(len(value) / MOST_POINTS)
    pieces = tuple(
        Piece(t[::every], v[::every], running_median(v)[::every])
        for t, v in zip(np.split(time_s, pauses), np.split(value, pauses), strict=True)
    )
    part = np.clip(((time_s - start_s) / (end_s - start_s) * ROWS).astype(int), 0, ROWS - 1)
    rows = tuple(float(np.median(value[part == k])) if (part == k).any() else float("nan") for k in range(ROWS))
    return LegTrend(side, pieces, rows)


def running_median(values: Floats) -> Floats:
    """Give the median of the strides around each; of fewer at both ends."""
    if len(values) <= MEDIAN_OF:
        return np.full(len(values), float(np.median(values)))
    reach = MEDIAN_OF // 2
    inside = np.median(np.lib.stride_tricks.sliding_window_view(values, MEDIAN_OF), axis=1)
    first = [float(np.median(values[: k + reach + 1])) for k in range(reach)]
    last = [float(np.median(values[k - reach :])) for k in range(len(values) - reach, len(values))]
    return np.concatenate((first, inside, last))
