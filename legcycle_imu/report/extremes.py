"""The best and the worst stride of each leg in the phase to work on, as the leg stood at its four events."""

from collections.abc import Mapping, Sequence
from math import isnan
from typing import NamedTuple

from firmware_bridge.samples import Side
from legcycle_imu.cycle import EventKind, Phase
from legcycle_imu.model import Stride
from legcycle_imu.report.curves import Posture
from legcycle_imu.report.results import of_leg
from legcycle_imu.report.session import Session
from legcycle_imu.targets import BASELINE_METRICS, Aim, Verdict

WHOLE_PCT = 95.0
"""A stride with less of its samples is not shown as the best or the worst."""
HARMLESS = frozenset({"low_lift"})
"""Flags that say something of the stride, not against its figures."""


class Extreme(NamedTuple):
    """One stride that stands out.

    Attributes
    ----------
    word : "best", "worst"
    phase, metric : in what
    verdict : the stride against its target; its distance is NaN where there is none
    stride : the row of the stride table
    postures : the leg at each event of it, rad
    """

    word: str
    phase: Phase
    metric: str
    verdict: Verdict
    stride: Stride
    postures: Mapping[EventKind, Posture]


def extremes(session: Session, verdicts: Sequence[Verdict], phase: Phase) -> tuple[Extreme, ...]:
    """Give best and worst stride of each leg in a phase; none of a leg with fewer than two that can be shown."""
    found: list[Extreme] = []
    for side in Side:
        of_phase = {v.stride: v for v in verdicts if v.side is side and v.phase is phase}
        candidates = [s for s in of_leg(session.running, side) if _shown(session, s) and _known(of_phase[s.stride])]
        if len(candidates) < 2:
            continue
        ordered = sorted(candidates, key=lambda s: _goodness(of_phase[s.stride]))
        for word, stride in (("best", ordered[-1]), ("worst", ordered[0])):
            verdict = of_phase[stride.stride]
            postures = session.curves[side].postures[stride.stride]
            found.append(Extreme(word, phase, verdict.metric, verdict, stride, postures))
    return tuple(found)


def _shown(session: Session, stride: Stride) -> bool:
    return (
        not stride.flags - HARMLESS
        and stride.coverage_pct >= WHOLE_PCT
        and stride.side in session.curves
        and stride.stride in session.curves[stride.side].postures
    )


def _known(verdict: Verdict) -> bool:
    return not isnan(verdict.value)


def _goodness(verdict: Verdict) -> float:
    """Larger is better, whether there is a target or not."""
    return -verdict.value if BASELINE_METRICS[verdict.phase][0][1] is Aim.AT_MOST else verdict.value
