"""Left against right, with what could be noise: the scatter of the strides, and the zero of the angles."""

from math import degrees, hypot, isnan
from typing import NamedTuple

from calibration.model import LegCalibration
from firmware_bridge.samples import Segment, Side
from legcycle_imu.report.session import Session
from legcycle_imu.summary import NORMAL_95, SYMMETRY_METRICS, Statistics, Symmetry

ZERO_OF: dict[str, tuple[Segment, ...]] = {
    "peak_hip_extension_deg": (Segment.THIGH,),
    "knee_drive_deg": (Segment.THIGH,),
    "peak_knee_flexion_deg": (Segment.THIGH, Segment.SHANK),
}
"""Angles that an error of the zero moves as a whole, and whose zero it is."""
DETECTION_SD_S: dict[str, float] = {
    "contact_time_s": 0.0047,
    "push_s": 0.0047,
    "flight_time_s": 0.0046,
    "lift_s": 0.0043,
    "drive_s": 0.0023,
    "place_s": 0.0034,
}
"""Error of the difference left - right that stays the same through a run, s: each leg's events have an offset of their
own. Standard deviation of found less true over 39 recordings of 13 runners with force plates (`benchmarks.sides`)."""

NOTHING = "no difference seen"


class SideBySide(NamedTuple):
    """One metric of both legs.

    Attributes
    ----------
    metric : column of the stride table
    left, right : over the good running strides
    symmetry : as `legcycle analyse` gives it
    lasting_pct : half width of what errors that last through the run could make of the index, %: of the zero in
        angles, of the events in times
    word : "left larger", "right larger", "no difference seen"
    """

    metric: str
    left: Statistics
    right: Statistics
    symmetry: Symmetry
    lasting_pct: float
    word: str

    @property
    def noise_pct(self) -> float:
        """Half width of what could be noise, %."""
        return hypot(self.symmetry.half_width_pct, self.lasting_pct)


def sides(session: Session) -> tuple[SideBySide, ...]:
    """Give the metrics of which symmetry is known."""
    found = (_side_by_side(session, metric) for metric in SYMMETRY_METRICS)
    return tuple(each for each in found if not isnan(each.symmetry.index_pct))


def _side_by_side(session: Session, metric: str) -> SideBySide:
    left, right = (session.summary.legs[side].metrics[metric] for side in Side)
    symmetry = session.summary.symmetry[metric]
    lasting_pct = _lasting_pct(session, metric, left.mean, right.mean)
    found = SideBySide(metric, left, right, symmetry, lasting_pct, NOTHING)
    if abs(symmetry.index_pct) <= found.noise_pct:
        return found
    return found._replace(word="left larger" if symmetry.index_pct > 0.0 else "right larger")


def _lasting_pct(session: Session, metric: str, left: float, right: float) -> float:
    """First-order propagation through 200 (L - R) / (L + R)."""
    both = left + right
    if metric in DETECTION_SD_S:
        return NORMAL_95 * 200.0 * DETECTION_SD_S[metric] / both
    of_left, of_right = (_zero_deg(session.calibrations.get(side), metric) for side in Side)
    return NORMAL_95 * 400.0 * hypot(right * of_left, left * of_right) / both**2


def _zero_deg(calibration: LegCalibration | None, metric: str) -> float:
    if calibration is None:
        return 0.0
    return degrees(hypot(*(calibration[segment].zero_sd_rad for segment in ZERO_OF[metric])))
