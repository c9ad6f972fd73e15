"""Periodic shapes of the stride: thigh, shank and hip over the gait phase, as Fourier series per speed.

Running between 2.5 and 4.5 m/s is the norms' mean; the sprint and the three walks are drawn here,
as points over the stride joined by a periodic cubic spline, to the figures given beside them.
"""

from dataclasses import dataclass, replace
from functools import cache, cached_property

import numpy as np
from scipy.interpolate import CubicSpline

from legcycle_imu.simulation.norms import PERCENT, Floats, RunningNorm, running_norms

HARMONICS = 16
"""Kept harmonics of the stride: 23 Hz, a little above the norms' bandwidth, at 0.7 s a stride."""
GRAVITY = 9.80665
"""Standard gravity, m/s^2."""
SPRINT_SPEED = 9.5
"""Speed of the drawn sprint, m/s."""
SLOWEST_RUN = 1.8
"""Below this speed (m/s) running keeps its shape, only its amplitude may fade."""


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


@dataclass(frozen=True)
class GaitTable:
    """Gaits of rising speed, with everything between them by natural cubic spline.

    Parameters
    ----------
    speeds : (g,) m/s
    shapes : (2 * HARMONICS + 1, 4, g) Fourier coefficients of thigh, shank, hip forward, hip up over
        the landmark phase, in which `landmarks` come at the same place at every speed
    landmarks : (3,) toe-off, peak heel lift and peak knee drive in the landmark phase
    warps : (g, 3) what leads from the gait phase (even in time) to the landmark phase: see `warp`
    stride_times : (g,) s
    personal : share of a runner's and a stride's deviations that shows in this gait
    lift_follows : a moved toe-off takes peak heel lift with it
    """

    speeds: Floats
    shapes: Floats
    landmarks: Floats
    warps: Floats
    stride_times: Floats
    personal: float = 1.0
    lift_follows: bool = False

    def own_warp(self, warp: Floats) -> Floats:
        """Give the shift of the landmarks (..., 3) in this gait from what it is in running."""
        kept = warp[..., [0, 0, 2]] if self.lift_follows else warp
        return np.asarray(self.personal * kept)

    def weights(self, speed: Floats) -> Floats:
        """Give the share (n, g) of each gait at given speeds (n,), smooth in speed."""
        identity = np.eye(len(self.speeds))
        spline = CubicSpline(self.speeds, identity, bc_type="natural")
        low = SLOWEST_RUN if self.speeds[0] > SLOWEST_RUN else 0.6 * self.speeds[0]
        held = soft_floor(speed, low)
        slope = spline(self.speeds[0], 1)
        below = np.minimum(held - self.speeds[0], 0.0)[:, np.newaxis]
        inside: Floats = spline(np.clip(held, self.speeds[0], self.speeds[-1] + 1.0)) + below * slope
        return inside

    def stride_time(self, speed: Floats) -> Floats:
        """Give the mean stride time, s, at given speeds."""
        return np.asarray(self.weights(speed) @ self.stride_times)

    @cached_property
    def _bumps(self) -> CubicSpline:
        knots = np.r_[0.0, self.landmarks, 1.0]
        return CubicSpline(knots, np.eye(4)[[0, 1, 2, 3, 0], 1:], bc_type="periodic")

    def bumps(self, phase: Floats) -> Floats:
        """Give the three periodic bumps (n, 3), each 1 at its own landmark, 0 at the others and at contact."""
        return np.asarray(self._bumps(phase % 1.0))


def soft_floor(value: Floats, floor: float, width: float = 0.1) -> Floats:
    """Give max(value, floor) with a smooth corner of the given width."""
    return np.asarray(0.5 * (value + floor + np.sqrt((value - floor) ** 2 + width**2)))


@cache
def running() -> GaitTable:
    """Give the runs: the norms' speeds and the drawn sprint."""
    return _table((*(_of_norm(norm) for norm in running_norms()), sprint()), np.array([0.30, 0.60, 0.79]))


@cache
def walking() -> GaitTable:
    """Give the walks: slow, normal, fast."""
    gaits = (walk(0.8, 1.30, 0.655), walk(1.4, 1.06, 0.62), walk(2.0, 0.92, 0.585))
    return replace(_table(gaits, gaits[1].landmarks), personal=0.4, lift_follows=True)


def _of_norm(norm: RunningNorm) -> Gait:
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


def integrate_twice(acceleration: Floats) -> Floats:
    """Integrate a periodic curve of zero mean twice over its period (= 1); the result has zero mean."""
    spectrum = np.fft.rfft(acceleration)
    spectrum[1:] /= -((2 * np.pi * np.arange(1, len(spectrum))) ** 2)
    spectrum[0] = 0.0
    return np.asarray(np.fft.irfft(spectrum, len(acceleration)))


def series_of(curve: Floats) -> Floats:
    """Give the Fourier coefficients (2 * HARMONICS + 1, ...) of curves (PERCENT, ...): see `waves`."""
    spectrum = np.fft.rfft(curve, axis=0)[: HARMONICS + 1] * (2.0 / len(curve))
    spectrum[0] *= 0.5
    return np.concatenate([spectrum.real, -spectrum.imag[1:]])


def waves(phase: Floats) -> Floats:
    """Give 1, cos(2 pi k phase), sin(2 pi k phase) for k to HARMONICS, as columns (n, 2 * HARMONICS + 1)."""
    turn = np.exp(2j * np.pi * phase)
    powers = np.empty((HARMONICS + 1, len(phase)), complex)
    powers[0] = 1.0
    for k in range(1, HARMONICS + 1):
        np.multiply(powers[k - 1], turn, out=powers[k])
    return np.concatenate([powers.real, powers.imag[1:]]).T


def _table(gaits: tuple[Gait, ...], landmarks: Floats) -> GaitTable:
    table = GaitTable(
        speeds=np.array([g.speed for g in gaits]),
        shapes=np.empty(0),
        landmarks=landmarks,
        warps=np.empty(0),
        stride_times=np.array([g.stride_time for g in gaits]),
    )
    warps = np.array([np.linalg.solve(table.bumps(g.landmarks), landmarks - g.landmarks) for g in gaits])
    shapes = [series_of(_aligned(g, table.bumps(_fine()) @ w)) for g, w in zip(gaits, warps, strict=True)]
    return replace(table, shapes=np.stack(shapes, axis=-1), warps=warps)


def _fine() -> Floats:
    return np.arange(2000) / 2000


def _aligned(gait: Gait, moved: Floats) -> Floats:
    """Give a gait's four curves, (2000, 4), over the landmark phase = gait phase + moved."""
    phase = CubicSpline(np.r_[_fine() + moved, 1.0], np.r_[_fine(), 1.0])(_fine())
    curves = np.stack([gait.thigh, gait.shank, gait.hip_forward, gait.hip_up], axis=-1)
    knots = np.arange(PERCENT + 1) / PERCENT
    return np.asarray(CubicSpline(knots, np.r_[curves, curves[:1]], bc_type="periodic")(phase))
