"""The leg as a drawing: rods from the hip, the lines that are aimed at, the leg as it was at the last peaks.

Points are in lengths of the leg, so that one scale fits every runner.
"""

from math import cos, degrees, hypot, isnan, nan, radians, sin
from typing import NamedTuple

from legcycle_imu.cycle import EventKind, Phase
from legcycle_imu.kinematics import heel_lift_ratio, knee_flexion, leg_points
from legcycle_imu.model import GaitEvent
from legcycle_imu.personal_band import LEFT_OUT
from legcycle_imu.runner import SHANK_OF_HEIGHT, THIGH_OF_HEIGHT, LegGeometry
from legcycle_imu.targets import Preset, Targets, Verdict, lift_goals
from legcycle_imu.view.state import Ghost, Mark, Point, Stick
from legcycle_imu.view.words import METRICS, OK, missed

RAY_REACH = 1.15
"""Length of the drive target's ray in lengths of the thigh."""
TOE = 0.26
"""Heel to toe, lengths of the leg; the foot is drawn only so that a leg is recognised: no sensor sees it."""
GHOST_PHASE = {EventKind.PEAK_HEEL_LIFT: Phase.LIFT, EventKind.PEAK_KNEE_DRIVE: Phase.DRIVE}
"""Events at which the leg is remembered, with the phase that each ends."""


class Aim(NamedTuple):
    """What a leg is held against: a column of the stride table, and what it shall be; NaN where nothing is set."""

    metric: str
    target: float


def in_legs(geometry: LegGeometry) -> LegGeometry:
    """Give the same leg with its length as unit; a usual one where lengths are not known."""
    thigh_m, shank_m = geometry.thigh_m, geometry.shank_m
    if isnan(geometry.leg_m):
        thigh_m, shank_m = THIGH_OF_HEIGHT, SHANK_OF_HEIGHT
    leg_m = thigh_m + shank_m
    return LegGeometry(thigh_m / leg_m, shank_m / leg_m, geometry.heel_below, geometry.heel_behind)


def lift_metric(targets: Targets, geometry: LegGeometry) -> str:
    """Give the column in which heel lift is read: the target's, in centimetres where lengths are known."""
    metric = lift_goals(targets.running.lift)[0].metric
    return "heel_lift_pct" if metric == "heel_lift_cm" and isnan(geometry.shank_m) else metric


def first_aims(targets: Targets, geometry: LegGeometry) -> dict[Phase, Aim]:
    """Give what lift and drive are held against before any stride was judged."""
    metric = lift_metric(targets, geometry)
    if targets.preset is Preset.BASELINE:
        return {Phase.LIFT: Aim(metric, nan), Phase.DRIVE: Aim("knee_drive_deg", nan)}
    goals = {goal.metric: goal.target for goal in lift_goals(targets.running.lift)}
    return {
        Phase.LIFT: Aim(metric, goals.get(metric, nan)),
        Phase.DRIVE: Aim("knee_drive_deg", targets.running.drive_deg),
    }


def aim_of(verdict: Verdict) -> Aim:
    """Give what a stride was held against."""
    return Aim(verdict.metric, verdict.target)


def stick(thigh: float, shank: float, unit_leg: LegGeometry) -> Stick | None:
    """Give the leg's points; None where an angle is not known.

    Parameters
    ----------
    thigh, shank : angles to the vertical, rad
    unit_leg : the leg with its length as unit, see `in_legs`
    """
    if isnan(thigh) or isnan(shank):
        return None
    points = leg_points(thigh, shank, unit_leg)
    return Stick((0.0, 0.0), points.knee, points.ankle, points.heel)


def toe_of(leg: Stick) -> Point:
    """Give where a foot at right angles to the shank would end."""
    x, y = leg.ankle[0] - leg.knee[0], leg.ankle[1] - leg.knee[1]
    length = hypot(x, y) or 1.0
    return leg.heel[0] - TOE * y / length, leg.heel[1] + TOE * x / length


def drive_ray(target_deg: float, unit_leg: LegGeometry) -> tuple[Point, Point] | None:
    """Give the ray that the thigh shall reach, from the hip to beyond the knee; None without a target."""
    if isnan(target_deg):
        return None
    angle, reach = radians(target_deg), RAY_REACH * unit_leg.thigh_m
    return (0.0, 0.0), (reach * sin(angle), -reach * cos(angle))


def line_y(knee_y: float, aim: Aim, geometry: LegGeometry) -> float | None:
    """Give the height that the heel shall reach while the knee is at a height; None where the aim is no height."""
    shares = {"heel_lift_cm": 0.01 / geometry.leg_m, "heel_lift_pct": 0.01 * in_legs(geometry).shank_m}
    if isnan(aim.target) or aim.metric not in shares:
        return None
    return knee_y + (shares[aim.metric] * aim.target if aim.target else 0.0)


def ghost(event: GaitEvent, thigh: float, shank: float, aim: Aim, geometry: LegGeometry) -> Ghost | None:
    """Give the leg as it was at a peak; None where an angle is not known.

    Parameters
    ----------
    event : peak heel lift or peak knee drive
    thigh, shank : angles at that instant, rad
    aim : what is aimed at
    geometry : the runner's leg
    """
    drawn = stick(thigh, shank, in_legs(geometry))
    if drawn is None:
        return None
    phase = GHOST_PHASE[event.kind]
    value, how = _value(aim.metric, thigh, shank, geometry), METRICS[aim.metric]
    line = line_y(drawn.knee[1], aim, geometry) if phase is Phase.LIFT else None
    known = None if isnan(value) else value
    return Ghost(phase, event.t, drawn, known, how.unit.strip(), how.text(known), _mark(event, aim, value), line)


def _value(metric: str, thigh: float, shank: float, geometry: LegGeometry) -> float:
    if metric == "knee_drive_deg":
        return degrees(thigh)
    if metric == "peak_knee_flexion_deg":
        return degrees(knee_flexion(thigh, shank))
    lift_pct = 100.0 * float(heel_lift_ratio(shank, geometry))
    return lift_pct if metric == "heel_lift_pct" else lift_pct * geometry.shank_m


def _mark(event: GaitEvent, aim: Aim, value: float) -> Mark | None:
    distance = value - aim.target
    if isnan(distance) or event.flags & LEFT_OUT:
        return None
    return OK if distance >= 0.0 else missed(aim.metric, distance)
