"""Sessions made up of strides whose figures are known."""

from math import nan, radians

import numpy as np

from calibration.model import LegCalibration, SegmentCalibration, ZeroSource
from firmware_bridge.samples import Side
from legcycle_imu.model import STRIDE_COLUMNS, Stride
from legcycle_imu.progress.session import SessionFigures, leg_figures
from legcycle_imu.runner import LegGeometry, Runner

MEANS = {
    "cadence_spm": 172.0,
    "contact_time_s": 0.22,
    "knee_drive_deg": 40.0,
    "peak_hip_extension_deg": 26.0,
    "heel_lift_cm": 10.0,
    "heel_lift_pct": 24.0,
    "placement_cm": 20.0,
    "shank_at_contact_deg": 9.0,
    "peak_knee_flexion_deg": 105.0,
}
IDENTITY = ((1.0, 0.0, 0.0), (0.0, 1.0, 0.0), (0.0, 0.0, 1.0))
GEOMETRY = Runner(height_m=1.75).geometry


def make_calibration(
    side: Side = Side.LEFT, zero: ZeroSource = ZeroSource.STANDING_AND_RUNNING, zero_sd_deg: float = 1.8
) -> LegCalibration:
    segment = SegmentCalibration(IDENTITY, zero_sd_rad=radians(zero_sd_deg))
    return LegCalibration(side, segment, segment, zero)


def make_strides(side: Side, count: int, scatter: float, seed: int, **means: float) -> list[Stride]:
    rng = np.random.default_rng(seed)
    nothing = dict.fromkeys(STRIDE_COLUMNS, nan) | {"flags": frozenset[str]()}
    noise = scatter * rng.standard_normal((count, len(MEANS)))
    noise -= noise.mean(axis=0)
    rows = []
    for k in range(count):
        drawn = {key: value * (1.0 + n) for (key, value), n in zip((MEANS | means).items(), noise[k], strict=True)}
        rows.append(Stride(**(nothing | drawn | {"side": side, "stride": k})))  # type: ignore[arg-type]
    return rows


def make_session(
    name: str = "a",
    *,
    runner: str = "anna",
    zero: ZeroSource = ZeroSource.STANDING_AND_RUNNING,
    zero_sd_deg: float = 1.8,
    geometry: LegGeometry = GEOMETRY,
    sides: tuple[Side, ...] = tuple(Side),
    strides: int = 40,
    scatter: float = 0.03,
    seed: int = 1,
    started_s: float = nan,
    day: str = "",
    one_zero: bool = True,
    **means: float,
) -> SessionFigures:
    legs = {
        side: leg_figures(
            make_strides(side, strides, scatter, seed + (side is Side.RIGHT), **means),
            make_calibration(side, zero, zero_sd_deg),
            geometry,
            one_zero=one_zero,
        )
        for side in sides
    }
    return SessionFigures(name, runner, started_s, geometry, legs, day)
