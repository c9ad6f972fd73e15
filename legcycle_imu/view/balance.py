"""Left against right over the last good strides."""

from collections import deque
from collections.abc import Mapping
from math import degrees, isnan, sqrt

from calibration.model import LegCalibration
from firmware_bridge.samples import Segment, Side
from legcycle_imu.model import Stride
from legcycle_imu.personal_band import is_drill, is_good
from legcycle_imu.summary import LEAST_STRIDES, NORMAL_95, SYMMETRY_METRICS, Moments, Statistics, symmetry
from legcycle_imu.view.state import Balance, Mark
from legcycle_imu.view.words import METRICS, NOT_KNOWN

COMPARED = ("knee_drive_deg", "peak_hip_extension_deg", "contact_time_s")
"""What is compared. Heel lift is not: it is near zero, and an error of the shank's zero moves it by centimetres."""
STRIDES = 20
UNCERTAIN_ZERO = {"knee_drive_deg": Segment.THIGH, "peak_hip_extension_deg": Segment.THIGH}
"""Metrics that an error of a segment's zero shifts as a whole."""

Calibrations = Mapping[Side, LegCalibration]


class Balances:
    """Left against right. `push` takes strides, `view` compares what is known by then."""

    def __init__(self) -> None:
        self._strides: dict[Side, deque[Stride]] = {side: deque(maxlen=STRIDES) for side in Side}

    def push(self, stride: Stride) -> None:
        """Take a stride into account; walking, drills and doubtful ones change nothing."""
        if is_good(stride) and not is_drill(stride):
            self._strides[stride.side].append(stride)

    def view(self, calibrations: Calibrations) -> tuple[Balance, ...]:
        """Give the comparisons.

        Parameters
        ----------
        calibrations : of both legs as far as known; two legs differ in truth only by more than the uncertainty of
            their zeros
        """
        return tuple(self._balance(metric, calibrations) for metric in COMPARED)

    def _balance(self, metric: str, calibrations: Calibrations) -> Balance:
        how = METRICS[metric]
        left, right = (self._statistics(metric, side) for side in (Side.LEFT, Side.RIGHT))
        index = symmetry(left, right) if metric in SYMMETRY_METRICS else None
        left_mean, right_mean = (None if isnan(leg.mean) else how.factor * leg.mean for leg in (left, right))
        return Balance(
            metric,
            how.name,
            how.unit.strip(),
            left_mean,
            right_mean,
            symmetry=None if index is None or isnan(index.index_pct) else index,
            text=_text(left_mean, right_mean),
            mark=_mark(left, right, _zero_sd_deg(metric, calibrations)),
        )

    def _statistics(self, metric: str, side: Side) -> Statistics:
        moments = Moments()
        for stride in self._strides[side]:
            moments.push(getattr(stride, metric))
        return moments.statistics()


def _zero_sd_deg(metric: str, calibrations: Calibrations) -> float:
    """Give the standard uncertainty of a difference of both legs that comes from their zeros, deg."""
    segment = UNCERTAIN_ZERO.get(metric)
    if segment is None:
        return 0.0
    return degrees(sqrt(sum(leg[segment].zero_sd_rad ** 2 for leg in calibrations.values())))


def _text(left: float | None, right: float | None) -> str:
    words = " ".join(
        f"{name} {NOT_KNOWN if value is None else f'{value:.0f}'}" for name, value in (("L", left), ("R", right))
    )
    return words if left is None or right is None else f"{words} (Δ {abs(left - right):.0f})"


def _mark(left: Statistics, right: Statistics, zero_sd: float) -> Mark:
    if min(left.known, right.known) < LEAST_STRIDES:
        return Mark(NOT_KNOWN, "not known")
    sd = sqrt(left.sd**2 / left.known + right.sd**2 / right.known + zero_sd**2)
    difference = left.mean - right.mean
    if abs(difference) <= NORMAL_95 * sd:
        return Mark("✔", "even")
    return Mark("▲", f"{Side.LEFT if difference > 0.0 else Side.RIGHT} more")
