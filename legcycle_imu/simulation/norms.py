"""Norms of running: mean curves and timings over the stride, with their spread (package data)."""

from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import msgspec
import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
Booleans = NDArray[np.bool_]

PERCENT = 100
"""Points per stride of every norm curve."""


@dataclass(frozen=True)
class Spread:
    """A norm value with its standard deviations: (n,) or scalar arrays alike."""

    mean: Floats
    between: Floats
    """SD between runners."""
    within: Floats
    """SD between the strides of one runner."""


@dataclass(frozen=True)
class RunningNorm:
    """Norm of one speed: SI and radians, curves of `PERCENT` points from initial contact to the next.

    Source: running_norms.json, from Fukuchi, Fukuchi & Duarte 2017 (see running_norms.txt).
    """

    speed: float
    thigh: Spread
    shank: Spread
    hip_forward: Floats
    hip_up: Floats
    toe_off: Spread
    peak_heel_lift: Spread
    peak_knee_drive: Spread
    stride_time: Spread
    contact_time: Spread


@cache
def running_norms() -> tuple[RunningNorm, ...]:
    """Give the norms of all measured speeds, slowest first."""
    text = files("legcycle_imu").joinpath("running_norms.json").read_bytes()
    table = msgspec.json.decode(text)["speeds_m_s"]
    return tuple(_norm(float(speed), table[speed]) for speed in sorted(table, key=float))


def _norm(speed: float, row: dict[str, dict[str, list[float]]]) -> RunningNorm:
    def spread(name: str, unit: float = 1.0) -> Spread:
        column = row[name]
        return Spread(
            *(unit * np.asarray(column[k], float) for k in ("mean", "sd_between_runners", "sd_within_runner"))
        )

    degree, centimetre = np.pi / 180, 0.01
    return RunningNorm(
        speed=speed,
        thigh=spread("thigh_deg", degree),
        shank=spread("shank_deg", degree),
        hip_forward=centimetre * np.asarray(row["hip_forward_cm"]["mean"], float),
        hip_up=centimetre * np.asarray(row["hip_up_cm"]["mean"], float),
        toe_off=spread("toe_off_fraction"),
        peak_heel_lift=spread("peak_heel_lift_fraction"),
        peak_knee_drive=spread("peak_knee_drive_fraction"),
        stride_time=spread("stride_time_s"),
        contact_time=spread("contact_time_s"),
    )
