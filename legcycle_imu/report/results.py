"""Each phase of each leg over a run: its value, the distance to its target, the trend, how often it was reached."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import isnan, nan, sqrt
from typing import NamedTuple

from firmware_bridge.samples import Side
from legcycle_imu.cycle import CYCLE, Phase
from legcycle_imu.model import Stride
from legcycle_imu.report.session import Session
from legcycle_imu.summary import LEAST_STRIDES, NORMAL_95, Hits, Moments, Statistics
from legcycle_imu.targets import Judge, Verdict

STEADY_SD = 0.5
"""A change over the run smaller than this share of the stride-to-stride scatter is called steady, whatever its
uncertainty: strides that follow one another are alike, which makes that uncertainty look small."""


class Drift(NamedTuple):
    """How a figure changed over a run: mean of the last third of the strides less that of the first.

    Attributes
    ----------
    change, half_width : with the half width of its 95 % interval, in the column's unit; NaN with too few strides
    word : "rising", "falling", "steady"; "" where not known
    """

    change: float
    half_width: float
    word: str


class PhaseOfLeg(NamedTuple):
    """One phase of one leg.

    Attributes
    ----------
    side, metric : which leg, and which column of the stride table is read
    value : of that column over the good running strides
    target : mean target; NaN where there is none
    distance : how far on the good side of its target each stride was; negative is short of it
    hits : strides that reached it; None where nothing is aimed at
    drift : of the column, or of its steadier neighbour for push
    """

    side: Side
    metric: str
    value: Statistics
    target: float
    distance: Statistics
    hits: Hits | None
    drift: Drift


@dataclass(frozen=True, slots=True)
class PhaseResult:
    """One phase of the run.

    Parameters
    ----------
    phase, coach : which, and what the coach says
    legs : each leg that ran
    distance : of both legs' strides
    """

    phase: Phase
    coach: str
    legs: tuple[PhaseOfLeg, ...]
    distance: Statistics


TREND_METRIC = {"hip_extension_deg": "peak_hip_extension_deg"}
"""Columns whose trend is read from a steadier one (docs/conventions.md)."""


def judged(session: Session) -> tuple[Verdict, ...]:
    """Give the verdicts on all good running strides; those on drills move no band and are left out."""
    judge = Judge(session.targets, session.runner.geometry)
    return tuple(verdict for stride in session.running for verdict in judge.push(stride))


def phase_results(session: Session, verdicts: Sequence[Verdict]) -> tuple[PhaseResult, ...]:
    """Give the four phases in their order; none where nobody ran."""
    if not session.running:
        return ()
    results = []
    for rule in CYCLE:
        of_phase = [verdict for verdict in verdicts if verdict.phase is rule.phase]
        legs = tuple(_of_leg(session, rule.phase, side, of_phase) for side in Side if _ran(session, side))
        results.append(PhaseResult(rule.phase, rule.coach, legs, statistics(v.distance for v in of_phase)))
    return tuple(results)


def statistics(values: Iterable[float]) -> Statistics:
    """Give mean and scatter of those that are known."""
    moments = Moments()
    for value in values:
        moments.push(value)
    return moments.statistics()


def drift(strides: Sequence[Stride], metric: str) -> Drift:
    """Tell how a column changed over the strides of one leg, in the order of time."""
    values = [value for stride in strides if not isnan(value := getattr(stride, metric))]
    third = len(values) // 3
    if third < LEAST_STRIDES:
        return Drift(nan, nan, "")
    first, last, whole = statistics(values[:third]), statistics(values[-third:]), statistics(values)
    change = last.mean - first.mean
    half_width = NORMAL_95 * sqrt((first.sd**2 + last.sd**2) / third)
    if abs(change) <= max(half_width, STEADY_SD * whole.sd):
        return Drift(change, half_width, "steady")
    return Drift(change, half_width, "rising" if change > 0.0 else "falling")


def of_leg(strides: Iterable[Stride], side: Side) -> list[Stride]:
    """Give the strides of one leg in the order of time."""
    return sorted((s for s in strides if s.side is side), key=lambda s: s.initial_contact_s)


def _ran(session: Session, side: Side) -> bool:
    return session.summary.legs[side].strides > 0


def _of_leg(session: Session, phase: Phase, side: Side, of_phase: Sequence[Verdict]) -> PhaseOfLeg:
    verdicts = [verdict for verdict in of_phase if verdict.side is side]
    metric = verdicts[-1].metric
    summary = session.summary.legs[side]
    return PhaseOfLeg(
        side,
        metric,
        summary.metrics[metric],
        statistics(verdict.target for verdict in verdicts).mean,
        statistics(verdict.distance for verdict in verdicts),
        summary.hits.get(phase),
        drift(of_leg(session.running, side), TREND_METRIC.get(metric, metric)),
    )
