"""Periodic shapes of the stride at any speed: thigh, shank and hip over the gait phase, smooth in phase and speed."""

from dataclasses import dataclass, replace
from functools import cache, cached_property

import numpy as np
from scipy.interpolate import CubicSpline

from legcycle_imu.simulation.fourier import series_of
from legcycle_imu.simulation.gaits import Gait, of_norm, sprint, walk
from legcycle_imu.simulation.norms import PERCENT, Floats, running_norms

SLOWEST_RUN = 1.8
"""Below this speed (m/s) running keeps its shape, only its amplitude may fade."""


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
    return _table((*(of_norm(norm) for norm in running_norms()), sprint()), np.array([0.30, 0.60, 0.79]))


@cache
def walking() -> GaitTable:
    """Give the walks: slow, normal, fast."""
    gaits = (walk(0.8, 1.30, 0.655), walk(1.4, 1.06, 0.62), walk(2.0, 0.92, 0.585))
    return replace(_table(gaits, gaits[1].landmarks), personal=0.3, lift_follows=True)


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
