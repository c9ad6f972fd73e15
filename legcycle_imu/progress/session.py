"""A session in the figures that are compared: of each leg the means, and how sure each of them is."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from math import nan, sqrt
from typing import NamedTuple

import numpy as np

from calibration.model import LegCalibration, ZeroSource
from firmware_bridge.samples import Floats, Side
from legcycle_imu.model import Stride
from legcycle_imu.personal_band import is_drill, is_good
from legcycle_imu.progress.metrics import METRICS, between_days, per_rad, value_of
from legcycle_imu.runner import LegGeometry
from legcycle_imu.summary import LEAST_STRIDES

BLOCKS = 8
"""Blocks of consecutive strides whose means tell how sure a session's mean is: strides that follow one another are
alike, so that their SD by the square root of their number promises too much."""
SPOILT = frozenset({"tilted"})
"""Flags of strides whose angles are off as a whole; they are left out beside those that count nowhere."""


class Figure(NamedTuple):
    """One metric of one leg in one session, in the metric's unit; NaN where too few strides have it.

    Attributes
    ----------
    strides : in which it is known
    mean, sd : over these
    sem : standard error of the mean by the strides alone
    zero_sd : what the uncertainty of the angles' zero makes of it
    days_sd : SD between days as it is published, in this unit
    """

    strides: int = 0
    mean: float = nan
    sd: float = nan
    sem: float = nan
    zero_sd: float = 0.0
    days_sd: float = nan


@dataclass(frozen=True, slots=True)
class LegFigures:
    """One leg of a session.

    Parameters
    ----------
    zero_source : where the zero of its angles comes from; None where that changed during the session
    figures : key of the metric -> its figure
    """

    zero_source: ZeroSource | None
    figures: Mapping[str, Figure]


@dataclass(frozen=True, slots=True)
class SessionFigures:
    """A session, ready to be compared.

    Parameters
    ----------
    name : what a person calls it
    runner : code of the runner; "" where not known
    started_s : when it began, s since 1970; NaN where not known
    geometry : the leg's lengths
    legs : legs that ran
    day : its date, for a person; "" where not known
    """

    name: str
    runner: str = ""
    started_s: float = nan
    geometry: LegGeometry = field(default_factory=LegGeometry)
    legs: Mapping[Side, LegFigures] = field(default_factory=dict)
    day: str = ""

    def figure(self, side: Side, key: str) -> Figure:
        """Give a figure; an empty one where the leg has none."""
        leg = self.legs.get(side)
        return Figure() if leg is None else leg.figures[key]


def leg_figures(
    strides: Iterable[Stride], calibration: LegCalibration, geometry: LegGeometry, *, one_zero: bool = True
) -> LegFigures:
    """Sum up one leg's strides, in the order of time, for comparison.

    Parameters
    ----------
    strides : of that leg; walking, drills and doubtful ones are left out here
    calibration : how its sensors sit
    geometry : the leg's lengths
    one_zero : the zero of the angles was the same throughout
    """
    good = [s for s in strides if is_good(s) and not is_drill(s) and not s.flags & SPOILT]
    plain = {metric.key: _figure(np.array([value_of(metric.key, s) for s in good])) for metric in METRICS}
    means = {key: figure.mean for key, figure in plain.items()}
    return LegFigures(
        calibration.zero_source if one_zero else None,
        {
            key: figure._replace(
                zero_sd=_zero_sd(key, means, geometry, calibration), days_sd=between_days(key, means, geometry)
            )
            for key, figure in plain.items()
        },
    )


def standard_error(values: Floats) -> float:
    """Give how sure a mean over consecutive strides is: the larger of SD by root of n, and that of 8 block means."""
    plain = float(np.std(values, ddof=1)) / sqrt(len(values))
    if len(values) < 2 * BLOCKS:
        return plain
    means = [float(block.mean()) for block in np.array_split(values, BLOCKS)]
    return max(plain, float(np.std(means, ddof=1)) / sqrt(BLOCKS))


def _figure(values: Floats) -> Figure:
    known = values[~np.isnan(values)]
    if len(known) < LEAST_STRIDES:
        return Figure(len(known))
    return Figure(len(known), float(known.mean()), float(np.std(known, ddof=1)), standard_error(known))


def _zero_sd(key: str, means: Mapping[str, float], geometry: LegGeometry, calibration: LegCalibration) -> float:
    """First-order propagation of both segments' zeros, taken as independent."""
    moved = per_rad(key, means, geometry).items()
    return sqrt(sum((change * calibration[segment].zero_sd_rad) ** 2 for segment, change in moved))
