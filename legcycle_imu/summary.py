"""A run in a few figures: each leg over its good running strides, both legs together, symmetry."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from math import nan, sqrt
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from firmware_bridge.samples import Side
from legcycle_imu.cycle import Phase
from legcycle_imu.model import STRIDE_COLUMNS, Stride
from legcycle_imu.personal_band import is_drill, is_good
from legcycle_imu.runner import LegGeometry
from legcycle_imu.targets import Judge, Targets

METRICS: tuple[str, ...] = STRIDE_COLUMNS[
    STRIDE_COLUMNS.index("stride_time_s") : STRIDE_COLUMNS.index("initial_contact_known_s")
]
"""Columns of the stride table that have a mean: durations, cadence and angles, not instants."""

SYMMETRY_METRICS: tuple[str, ...] = (
    "contact_time_s",
    "flight_time_s",
    "push_s",
    "lift_s",
    "drive_s",
    "place_s",
    "peak_hip_extension_deg",
    "knee_drive_deg",
    "peak_knee_flexion_deg",
)
"""Metrics far enough from zero for a ratio of left and right to mean something."""

LEAST_STRIDES = 8
"""Fewest strides a side for symmetry: contact time with 5 ms of scatter is then known to about 1 %."""
NORMAL_95 = 1.96
"""Half width of the interval that holds 95 % of a normal distribution, in standard deviations."""


class Statistics(NamedTuple):
    """One metric over the strides whose value is known, in the metric's unit; NaN where too few are.

    `sd` is the sample standard deviation, known from two strides on.
    """

    known: int
    mean: float
    median: float
    sd: float


class Hits(NamedTuple):
    """How many of the strides that could be judged reached the target of a phase."""

    hit: int
    judged: int


class Symmetry(NamedTuple):
    """Symmetry index 200 (L - R) / (L + R) of the means, %; positive: the left is larger. NaN: not known."""

    index_pct: float
    half_width_pct: float
    """Half width of the index's 95 % confidence interval; an index inside it is no asymmetry."""


@dataclass(frozen=True, slots=True)
class LegSummary:
    """One leg of a run.

    Parameters
    ----------
    side : which leg
    strides : good running strides, on which all the rest is based
    left_out : flag -> strides that it kept out of the figures; a stride with two flags is under both
    metrics : column of the stride table -> its statistics
    hits : phase -> strides that reached the target
    """

    side: Side
    strides: int
    left_out: Mapping[str, int]
    metrics: Mapping[str, Statistics]
    hits: Mapping[Phase, Hits]


@dataclass(frozen=True, slots=True)
class Summary:
    """A run: both legs, and what takes both to tell. NaN is "not known".

    Parameters
    ----------
    legs : side -> the leg's figures
    flight_time_s : mean time without contact; negative is double support
    cadence_spm : mean steps per minute
    duty_factor : mean share of the stride that one leg is in contact
    symmetry : column of the stride table -> symmetry of its means
    """

    legs: Mapping[Side, LegSummary]
    flight_time_s: float
    cadence_spm: float
    duty_factor: float
    symmetry: Mapping[str, Symmetry]


def summarise(
    strides: Iterable[Stride], targets: Targets | None = None, geometry: LegGeometry | None = None
) -> Summary:
    """Sum up the strides of one run; walking, drills and doubtful strides are counted and left out.

    Parameters
    ----------
    strides : in the order in which they became known
    targets, geometry : what the hits are held against, see `legcycle_imu.targets`
    """
    everything = list(strides)
    running = [s for s in everything if _counts(s)]
    hits = _hits(running, targets, geometry)
    legs = {side: _leg(side, everything, running, hits) for side in Side}
    return Summary(
        legs=legs,
        flight_time_s=_mean([s.flight_time_s for s in running]),
        cadence_spm=_mean([s.cadence_spm for s in running]),
        duty_factor=_mean([s.contact_time_s / s.stride_time_s for s in running]),
        symmetry={
            metric: symmetry(legs[Side.LEFT].metrics[metric], legs[Side.RIGHT].metrics[metric])
            for metric in SYMMETRY_METRICS
        },
    )


def symmetry(left: Statistics, right: Statistics) -> Symmetry:
    """Compare the means of two legs; not known with fewer than 8 strides a side or means not above zero."""
    if min(left.known, right.known) < LEAST_STRIDES or min(left.mean, right.mean) <= 0.0:
        return Symmetry(nan, nan)
    both = left.mean + right.mean
    # first-order error propagation of 200 (L - R) / (L + R)
    by_left = 400.0 * right.mean / both**2 * left.sd / sqrt(left.known)
    by_right = 400.0 * left.mean / both**2 * right.sd / sqrt(right.known)
    return Symmetry(200.0 * (left.mean - right.mean) / both, NORMAL_95 * sqrt(by_left**2 + by_right**2))


def statistics(values: Iterable[float]) -> Statistics:
    """Give count, mean, median and standard deviation of the known values."""
    known = _known(values)
    if not len(known):
        return Statistics(0, nan, nan, nan)
    sd = float(np.std(known, ddof=1)) if len(known) > 1 else nan
    return Statistics(len(known), float(np.mean(known)), float(np.median(known)), sd)


def _counts(stride: Stride) -> bool:
    return is_good(stride) and not is_drill(stride)


def _leg(
    side: Side, everything: list[Stride], running: list[Stride], hits: Mapping[tuple[Side, Phase], Hits]
) -> LegSummary:
    mine = [s for s in running if s.side == side]
    return LegSummary(
        side=side,
        strides=len(mine),
        left_out=_left_out(s for s in everything if s.side == side and not _counts(s)),
        metrics={metric: statistics(getattr(s, metric) for s in mine) for metric in METRICS},
        hits={phase: count for (leg, phase), count in hits.items() if leg == side},
    )


def _left_out(strides: Iterable[Stride]) -> dict[str, int]:
    return dict(sorted(Counter(flag for s in strides for flag in s.flags).items()))


def _hits(
    running: list[Stride], targets: Targets | None, geometry: LegGeometry | None
) -> dict[tuple[Side, Phase], Hits]:
    judge = Judge(targets, geometry)
    hit: Counter[tuple[Side, Phase]] = Counter()
    judged: Counter[tuple[Side, Phase]] = Counter()
    for stride in running:
        for verdict in judge.push(stride):
            if verdict.hit is not None:
                judged[verdict.side, verdict.phase] += 1
                hit[verdict.side, verdict.phase] += verdict.hit
    return {key: Hits(hit[key], judged[key]) for key in sorted(judged)}


def _mean(values: Iterable[float]) -> float:
    return statistics(values).mean


def _known(values: Iterable[float]) -> NDArray[np.float64]:
    array = np.array(list(values), dtype=np.float64)
    return array[~np.isnan(array)]
