"""What other runners do at the same cadence. Norms are no targets: they say where a runner stands among others."""

from math import isnan
from typing import NamedTuple

from firmware_bridge.samples import Side
from legcycle_imu.norms import NORMS, covers, usual
from legcycle_imu.report.session import Session
from legcycle_imu.summary import Statistics

USUAL_SD = 1.0
"""Within so many SD of the runners' mean is called usual: two runners in three are."""


class Compared(NamedTuple):
    """One column beside its norm.

    Attributes
    ----------
    metric : column of the stride table
    mean, sd : of the runners, at this cadence
    legs : this runner's means
    words : "usual", "above usual", "below usual", a leg each
    """

    metric: str
    mean: float
    sd: float
    legs: dict[Side, Statistics]
    words: dict[Side, str]


def compared(session: Session) -> tuple[Compared, ...]:
    """Give the columns that have a norm at this runner's cadence; none beyond the speeds that were measured."""
    cadence_spm = session.summary.cadence_spm
    if not covers(cadence_spm):
        return ()
    found = []
    for metric in NORMS:
        mean, sd = usual(metric, cadence_spm, session.runner.geometry)
        legs = {side: leg.metrics[metric] for side, leg in session.summary.legs.items() if leg.metrics[metric].known}
        if legs and not isnan(mean):
            words = {side: _word(statistics.mean, mean, sd) for side, statistics in legs.items()}
            found.append(Compared(metric, mean, sd, legs, words))
    return tuple(found)


def _word(value: float, mean: float, sd: float) -> str:
    if abs(value - mean) <= USUAL_SD * sd:
        return "usual"
    return "above usual" if value > mean else "below usual"
