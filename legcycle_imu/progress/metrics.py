"""What is compared between sessions: each metric, whose zero moves it and by how much, how far days differ."""

from collections.abc import Mapping
from math import cos, degrees, isnan, nan, radians, sin, sqrt
from typing import NamedTuple

from firmware_bridge.samples import Segment
from legcycle_imu.model import Stride
from legcycle_imu.runner import LegGeometry

ANGLE_BETWEEN_DAYS_RAD = radians(2.7)
"""SD of a sagittal angle, or of its range, between days of running with sensors put on anew: upper end of the 1.6 to
2.7 deg that are published (doi 10.3389/fbioe.2022.1005496). Ranges are known to be steadier between days than peaks
(Ferber et al. 2002, J. Orthop. Res. 20:1139-1145); by how much was not found, so that the same is taken."""
DURATION_BETWEEN_DAYS = 0.025
"""The same for contact time and cadence, as a share. An assumption: no figure for these definitions was found; it is
the upper end of the scatter within one run at one speed (doi 10.20944/preprints202601.2214)."""


class ProgressMetric(NamedTuple):
    """A figure that is followed from session to session.

    Attributes
    ----------
    key : column of the stride table, or `thigh_range_deg`
    name, short, unit, factor, decimals : how it is shown; `short` where there is little room
    zeros : segments whose zero moves it; none for ranges and times
    """

    key: str
    name: str
    short: str
    unit: str
    factor: float = 1.0
    decimals: int = 1
    zeros: tuple[Segment, ...] = ()

    def text(self, value: float) -> str:
        """Give a value as it is shown, without its unit."""
        return "–" if isnan(value) else f"{value * self.factor:.{self.decimals}f}"

    def signed(self, value: float) -> str:
        """Give a difference as it is shown, without its unit."""
        return "–" if isnan(value) else f"{value * self.factor:+.{self.decimals}f}"


THIGH, SHANK = Segment.THIGH, Segment.SHANK
METRICS: tuple[ProgressMetric, ...] = (
    ProgressMetric("thigh_range_deg", "thigh range", "thigh range", "deg"),
    ProgressMetric("peak_hip_extension_deg", "hip extension", "hip ext.", "deg", zeros=(THIGH,)),
    ProgressMetric("heel_lift_cm", "heel lift", "heel lift", "cm", zeros=(SHANK,)),
    ProgressMetric("heel_lift_pct", "heel lift", "heel lift", "% shank", zeros=(SHANK,)),
    ProgressMetric("peak_knee_flexion_deg", "knee flexion", "knee flex.", "deg", zeros=(THIGH, SHANK)),
    ProgressMetric("knee_drive_deg", "knee drive", "knee drive", "deg", zeros=(THIGH,)),
    ProgressMetric("placement_cm", "placement", "place", "cm", zeros=(THIGH, SHANK)),
    ProgressMetric("shank_at_contact_deg", "shank at contact", "shank", "deg", zeros=(SHANK,)),
    ProgressMetric("contact_time_s", "contact time", "contact", "ms", 1e3, 0),
    ProgressMetric("cadence_spm", "cadence", "cad.", "spm"),
)
"""All that is followed, in the order of the cycle: push, lift, drive, place, times. Of hip extension and knee flexion
the largest of the stride are read, which are steadier than those of an instant."""
BY_KEY = {metric.key: metric for metric in METRICS}
NEEDS_LENGTHS = frozenset({"heel_lift_cm", "placement_cm"})
"""Metrics that are no longer the same where the leg's lengths are not."""


def value_of(key: str, stride: Stride) -> float:
    """Give a metric of one stride; NaN where it is not known.

    The thigh's range from its rearmost to its foremost angle is the one angle that no zero moves.
    """
    if key == "thigh_range_deg":
        return stride.knee_drive_deg + stride.peak_hip_extension_deg
    return float(getattr(stride, key))


def per_rad(key: str, means: Mapping[str, float], geometry: LegGeometry) -> dict[Segment, float]:
    """Tell by how much a metric moves, in its unit, if the zero of a segment moves by 1 rad.

    Parameters
    ----------
    key : which metric
    means : the session's mean of every metric, for where in the leg's movement it is read
    geometry : the leg's lengths
    """
    if key == "heel_lift_pct":
        return {SHANK: _lift_per_rad(means["heel_lift_pct"], geometry)}
    if key == "heel_lift_cm":
        return {SHANK: geometry.shank_m * _lift_per_rad(means["heel_lift_pct"], geometry)}
    if key == "placement_cm":
        return _placement_per_rad(means, geometry)
    return {segment: degrees(1.0) for segment in BY_KEY[key].zeros}


def between_days(key: str, means: Mapping[str, float], geometry: LegGeometry) -> float:
    """Give the SD of a metric between days of one runner, in its unit, by what is published of angles.

    A knee's flexion is one angle, such as the published figures are of; placement takes those of both its segments.
    """
    if key in ("contact_time_s", "cadence_spm"):
        return DURATION_BETWEEN_DAYS * means[key]
    if key in ("thigh_range_deg", "peak_knee_flexion_deg"):
        return degrees(ANGLE_BETWEEN_DAYS_RAD)
    return ANGLE_BETWEEN_DAYS_RAD * sqrt(sum(change**2 for change in per_rad(key, means, geometry).values()))


def _lift_per_rad(lift_pct: float, geometry: LegGeometry) -> float:
    """Slope of 100 (-(1 + q) cos s - p sin s), q and p by the shank's length: of A sin(s + a) it is A cos(s + a)."""
    amplitude = 100.0 * sqrt((1.0 + geometry.heel_below) ** 2 + geometry.heel_behind**2)
    return sqrt(max(amplitude**2 - lift_pct**2, 0.0))


def _placement_per_rad(means: Mapping[str, float], geometry: LegGeometry) -> dict[Segment, float]:
    """Slopes of 100 (Lt sin thigh + Ls sin shank); the thigh's angle at contact follows from the placement."""
    shank = radians(means["shank_at_contact_deg"])
    sine = (means["placement_cm"] / 100.0 - geometry.shank_m * sin(shank)) / geometry.thigh_m
    thigh = sqrt(1.0 - sine**2) if abs(sine) < 1.0 else nan
    return {THIGH: 100.0 * geometry.thigh_m * thigh, SHANK: 100.0 * geometry.shank_m * cos(shank)}
