"""Mean strides: running as the norms have it, a sprint and walks drawn as points joined by a periodic spline."""

from dataclasses import dataclass

import numpy as np
from scipy.interpolate import CubicSpline

from legcycle_imu.simulation.fourier import integrate_twice
from legcycle_imu.simulation.norms import PERCENT, Floats, RunningNorm

GRAVITY = 9.80665
"""Standard gravity, m/s^2."""
SPRINT_SPEED = 9.5
"""Speed of the drawn sprint, m/s."""


@dataclass(frozen=True)
class Gait:
    """Mean stride of one speed.

    Parameters
    ----------
    speed : m/s
    stride_time : s
    landmarks : (3,) toe-off, peak heel lift, peak knee drive, as fractions of the stride
    thigh, shank : (100,) angle to the vertical, rad
    hip_forward, hip_up : (100,) hip about its own mean over the stride, m
    """

    speed: float
    stride_time: float
    landmarks: Floats
    thigh: Floats
    shank: Floats
    hip_forward: Floats
    hip_up: Floats


def of_norm(norm: RunningNorm) -> Gait:
    """Give the mean stride of a norm."""
    return Gait(
        norm.speed,
        float(norm.stride_time.mean),
        np.array([norm.toe_off.mean, norm.peak_heel_lift.mean, norm.peak_knee_drive.mean]),
        norm.thigh.mean,
        norm.shank.mean,
        norm.hip_forward,
        norm.hip_up,
    )


def sprint() -> Gait:
    """Draw the sprint at 9.5 m/s.

    Aims: contact 98 ms of a 0.445 s stride (270 steps/min), peak knee drive 70 deg near the other
    leg's toe-off, thigh at toe-off -20 deg, peak knee flexion 125 deg, shank at contact +3 deg and
    falling through -100 deg/s / stride time about 1 ms after toe-off; shank rate up to 1200 deg/s.
    """
    stride_time, toe_off = 0.445, 0.22
    thigh = _drawn(_SPRINT_THIGH)
    shank = _drawn(_SPRINT_SHANK)
    return Gait(
        SPRINT_SPEED,
        stride_time,
        np.array([toe_off, 0.455, 0.735]),
        thigh,
        shank,
        hip_forward=0.012 * np.cos(4 * np.pi * (_phase() + 0.02)),
        hip_up=_bounce(stride_time, toe_off),
    )


_SPRINT_THIGH = (
    (0, 28), (4, 21), (8, 11), (12, 0), (16, -10), (20, -17.5), (24, -23), (28, -25), (33, -22),
    (39, -12), (45, 4), (51, 22), (57, 41), (63, 57.5), (68, 67), (73.5, 71), (78, 69), (83, 61), (88, 50),
    (92, 41), (96, 34),
)  # fmt: skip
_SPRINT_SHANK = (
    (0, 3), (3, -9), (6, -21), (9, -30), (12, -36.3), (15, -40.0), (18, -42.3), (21, -44.6), (24, -48.4), (29, -63.5),
    (34, -83), (39, -97), (42, -102), (45.5, -104), (49, -101.5), (54, -88), (60, -65), (66, -40.5), (72, -20),
    (78, -4), (84, 7.5), (90, 14), (94, 14.5), (97.5, 9.5),
)  # fmt: skip
"""Points of the drawn sprint: percent of the stride, degrees to the vertical."""


def walk(speed: float, stride_time: float, toe_off: float) -> Gait:
    """Draw a walk: normal walking with its amplitude and its toe-off moved to the speed.

    Aims: double support (toe-off after half a stride), shank minimum 66 to 104 ms after toe-off, the
    thigh's maximum late in swing and, walking fast, at contact or after it.
    """
    size = 0.62 + 0.27 * speed
    late = np.clip((speed - 1.4) / 0.6, 0.0, 1.0)
    moved = _phase() + (0.62 - toe_off) * np.sin(np.pi * _phase()) ** 2
    landmarks = np.array([toe_off, toe_off + 0.085, 0.89])
    thigh = size * _drawn(_WALK_THIGH, moved - 0.02 * late) + np.radians(5.5) * late * _late_swing()
    shank = size * _drawn(_WALK_SHANK, moved)
    up = -0.5 * (0.022 * speed / 1.4) * np.cos(4 * np.pi * (_phase() - 0.06))
    return Gait(speed, stride_time, landmarks, thigh, shank, 0.008 * np.sin(4 * np.pi * _phase()), up)


_WALK_THIGH = (
    (0, 25), (5, 23.5), (10, 21), (15, 17.5), (20, 13), (25, 8), (30, 3), (35, -2), (40, -7), (45, -11.5),
    (50, -15), (55, -16), (60, -11.5), (65, -3), (70, 7), (75, 16), (80, 22.5), (85, 26.5), (90, 27.3), (95, 26.3),
)  # fmt: skip
_WALK_SHANK = (
    (0, 19), (5, 11), (10, 3.5), (15, -1), (20, -4), (25, -6.5), (30, -9), (35, -11.5), (40, -15), (45, -20),
    (50, -27), (55, -37), (60, -46.5), (65, -54), (71.3, -57.3), (76, -51.5), (80.5, -36.5), (85.3, -14), (90, 6),
    (95, 17.5),
)  # fmt: skip
"""Points of the drawn walk: percent of the stride, degrees to the vertical."""


def _phase() -> Floats:
    return np.arange(PERCENT) / PERCENT


def _late_swing() -> Floats:
    return np.asarray(np.exp(6.0 * (np.cos(2 * np.pi * (_phase() - 1.0)) - 1.0)))


def _drawn(points: tuple[tuple[float, float], ...], phase: Floats | None = None) -> Floats:
    at, angle = np.array(points).T
    spline = CubicSpline(np.r_[at, 100.0] / 100.0, np.radians(np.r_[angle, angle[0]]), bc_type="periodic")
    return np.asarray(spline((_phase() if phase is None else phase) % 1.0))


def _bounce(stride_time: float, toe_off: float) -> Floats:
    """Give the hip's height over a stride: ballistic in flight, a half sine of force in each contact."""
    into_step = _phase() % 0.5
    push = np.where(into_step < toe_off, np.sin(np.pi * into_step / toe_off), 0.0)
    return integrate_twice(GRAVITY * (push / push.mean() - 1.0)) * stride_time**2
