"""What other runners do at the same cadence. Norms are no targets: they say where a runner stands among others."""

from math import isnan
from typing import NamedTuple

import numpy as np

from firmware_bridge.samples import Side
from legcycle_imu.report.session import Session
from legcycle_imu.summary import Statistics
from legcycle_imu.targets import PLACE_NORM

SOURCE = (
    "13 runners on a treadmill at 2.5, 3.5 and 4.5 m/s, computed from the markers and forces of Fukuchi, Fukuchi and "
    "Duarte (2017), PeerJ 5:e3298, CC BY 4.0"
)
LEG_CM = 81.9
"""Mean length of these runners' legs, hip to ankle."""
FASTEST_SPM, SLOWEST_SPM = 198.0, 152.0
"""Mean cadence of the fastest trials and of the slowest, one SD further: beyond that they say nothing."""
USUAL_SD = 1.0
"""Within so many SD of the runners' mean is called usual: two runners in three are."""


class Norm(NamedTuple):
    """One column of those runners at the three speeds, in the column's unit."""

    mean: tuple[float, float, float]
    sd: tuple[float, float, float]

    def at(self, cadence_spm: float) -> tuple[float, float]:
        """Give mean and SD between runners at a cadence, which stands in for the speed."""
        mean, sd = (float(np.interp(cadence_spm, PLACE_NORM.cadence_spm, row)) for row in (self.mean, self.sd))
        return mean, sd


NORMS: dict[str, Norm] = {
    "contact_time_s": Norm((0.268, 0.225, 0.196), (0.023, 0.017, 0.015)),
    "heel_lift_cm": Norm((-1.0, 11.7, 19.5), (7.4, 6.7, 6.7)),
    "knee_drive_deg": Norm((30.2, 37.0, 43.3), (4.6, 4.9, 5.4)),
    "peak_knee_flexion_deg": Norm((92.5, 107.0, 117.0), (9.4, 9.0, 10.0)),
    "placement_cm": Norm((17.5, 22.1, 25.9), (2.4, 2.6, 2.7)),
    "shank_at_contact_deg": Norm((6.2, 9.1, 11.2), (1.7, 2.8, 2.9)),
}
"""Between-runner means and SD; angles to the line between the joint centres."""
SCALES = frozenset({"heel_lift_cm", "placement_cm"})
"""Columns that are lengths: given for a leg of the runner's length."""


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
    if not SLOWEST_SPM <= cadence_spm <= FASTEST_SPM:
        return ()
    found = []
    for metric, norm in NORMS.items():
        mean, sd = (_scale(session, metric) * figure for figure in norm.at(cadence_spm))
        legs = {side: leg.metrics[metric] for side, leg in session.summary.legs.items() if leg.metrics[metric].known}
        if legs and not isnan(mean):
            words = {side: _word(statistics.mean, mean, sd) for side, statistics in legs.items()}
            found.append(Compared(metric, mean, sd, legs, words))
    return tuple(found)


def _scale(session: Session, metric: str) -> float:
    return 100.0 * session.runner.geometry.leg_m / LEG_CM if metric in SCALES else 1.0


def _word(value: float, mean: float, sd: float) -> str:
    if abs(value - mean) <= USUAL_SD * sd:
        return "usual"
    return "above usual" if value > mean else "below usual"
