"""What a movement of a standing leg measures: ranges, order and times of push, lift, drive and place."""

from math import cos, degrees, nan, radians, sin
from typing import NamedTuple

from legcycle_imu.drills.movement import Movement
from legcycle_imu.kinematics import heel_above_knee
from legcycle_imu.runner import LegGeometry

DRIVEN_RAD = radians(30.0)
"""A thigh further forward than this has been driven."""
SHORT_OF = 0.05
"""A range is reached where this share of its largest value is still missing: who holds a position has arrived."""

LEFT_REST = 0.1
"""The push begins at this share of its range: before, the foot is put down and the weight is shifted."""


class Measured(NamedTuple):
    """One movement; fields as those of `Repetition`, and how they came about.

    Attributes
    ----------
    bend_deg : by how much the knee's flexion grew
    pushed_first : share of the push that was there when the knee was half bent
    driven_at_lift_deg : thigh's angle at peak heel lift, about its rest
    """

    push_deg: float
    heel_travel_cm: float
    heel_rise_cm: float
    lift_flexion_deg: float
    heel_lift_cm: float
    drive_deg: float
    push_s: float
    lift_s: float
    drive_s: float
    place_s: float
    bend_deg: float
    pushed_first: float
    driven_at_lift_deg: float


def measured(movement: Movement, geometry: LegGeometry) -> Measured:
    """Measure a movement. Angles are held to the rest before it, where gravity showed it last."""
    rest = movement.rest
    time = [row.time for row in movement.rows]
    thigh = [row.thigh - rest.thigh + rest.true_thigh for row in movement.rows]
    shank = [row.shank - rest.shank + rest.true_shank for row in movement.rows]
    flexion = [a - b for a, b in zip(thigh, shank, strict=True)]
    drive = max(range(len(time)), key=thigh.__getitem__)
    driven = thigh[drive] - rest.true_thigh > DRIVEN_RAD
    before = drive + 1 if driven else len(time)
    push = min(range(before), key=thigh.__getitem__)
    lift = min(range(len(time)), key=shank.__getitem__)
    back = rest.true_thigh - thigh[push]
    at_rest = rest.true_thigh - rest.true_shank
    bent = max(flexion) - at_rest
    half = next(k for k, value in enumerate(flexion) if value - at_rest >= bent - 0.5 * abs(bent))
    pushed = rest.true_thigh - min(thigh[: half + 1])
    arrived = next(k for k in range(before) if rest.true_thigh - thigh[k] >= back - SHORT_OF * abs(back))
    left = max((k for k in range(arrived) if rest.true_thigh - thigh[k] <= LEFT_REST * back), default=0)
    lengths = geometry.thigh_m, geometry.shank_m
    ahead = [_ahead(a, b, lengths) for a, b in zip(thigh, shank, strict=True)]
    rear = min(range(len(time)), key=ahead.__getitem__)
    ends = [time[left], time[arrived], time[lift], time[drive] if driven else nan, time[-1]]
    return Measured(
        push_deg=degrees(back),
        heel_travel_cm=100.0 * (_ahead(rest.true_thigh, rest.true_shank, lengths) - ahead[rear]),
        heel_rise_cm=100.0
        * (_down(rest.true_thigh, rest.true_shank, lengths) - _down(thigh[rear], shank[rear], lengths)),
        lift_flexion_deg=degrees(max(flexion)),
        heel_lift_cm=100.0 * float(heel_above_knee(shank[lift], geometry)),
        drive_deg=degrees(thigh[drive]),
        push_s=ends[1] - ends[0],
        lift_s=_after(ends[1], ends[2]),
        drive_s=_after(ends[2], ends[3]),
        place_s=ends[4] - (ends[3] if driven else ends[2]),
        bend_deg=degrees(bent),
        pushed_first=pushed / back if back > 0.0 else nan,
        driven_at_lift_deg=degrees(thigh[lift] - rest.true_thigh),
    )


def _after(earlier: float, later: float) -> float:
    """Give the time of a phase, s; NaN where its ends are not in their order."""
    return later - earlier if later >= earlier else nan


def _ahead(thigh: float, shank: float, lengths: tuple[float, float]) -> float:
    """Give how far the ankle is ahead of the hip, m."""
    return lengths[0] * sin(thigh) + lengths[1] * sin(shank)


def _down(thigh: float, shank: float, lengths: tuple[float, float]) -> float:
    """Give how far the ankle is below the hip, m."""
    return lengths[0] * cos(thigh) + lengths[1] * cos(shank)
