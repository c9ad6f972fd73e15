"""Fit of a leg's calibration to the samples that are held: a function of data, called by the aligner."""

from math import cos, sin, sqrt
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from calibration.evidence import SHANK_POSTURE, THIGH_POSTURE, AlignmentSettings, Posture, SensorHold
from calibration.forward import forward_when_running, relative_sign, turning_ratio
from calibration.model import LegCalibration, SegmentCalibration, Triple, ZeroSource
from calibration.movement import Span, Swing, running_strides, standing_gravity, swing_of, swings
from firmware_bridge.samples import Floats, Segment, Side

_FEWEST_STRIDES = 2
"""Running strides that must do where no more are to come."""


class Upright(NamedTuple):
    """Where the vertical was at one instant: with it, angles are known from then on.

    Attributes
    ----------
    time : stream time, s
    up : the vertical in the segment frame, unit vector
    """

    time: float
    up: Triple


class Fit(NamedTuple):
    """A calibration, where the vertical was when the strides behind it began, and whether these were running."""

    calibration: LegCalibration
    uprights: dict[Segment, Upright]
    ran: bool


class Zero(NamedTuple):
    """Where a segment's angle is zero: to be added to the swing's angle, its uncertainty, what it rests on."""

    offset: float
    sd: float
    stood: bool


def fit_leg(
    side: Side, thigh: SensorHold, shank: SensorHold, settings: AlignmentSettings, *, last_chance: bool = False
) -> Fit | str:
    """Fit a leg's calibration to what is held, or say in a sentence what is missing."""
    strides = running_strides(shank, settings)
    needed = _FEWEST_STRIDES if last_chance else settings.strides
    ran = len(strides) >= needed
    stood = standing_gravity(thigh) is not None and standing_gravity(shank) is not None
    lifts = swings(thigh, settings)
    if ran or (stood and len(lifts) >= settings.lifts):
        thigh_swing, shank_swing = (swing_of(hold, strides if ran else lifts) for hold in (thigh, shank))
        if thigh_swing is not None and shank_swing is not None:
            if ran:
                return _fit_running(side, thigh_swing, shank_swing, strides, settings)
            return _fit_standing(side, thigh_swing, shank_swing, settings)
    return _what_is_missing(side, stood, len(lifts), len(strides), needed, settings.lifts)


def _fit_running(side: Side, thigh: Swing, shank: Swing, strides: list[Span], settings: AlignmentSettings) -> Fit | str:
    if turning_ratio(thigh, shank) < settings.swapped_ratio:
        return (
            f"the {side} leg's thigh sensor turns faster than its shank sensor: the two seem to be swapped; "
            "swap them, or the two files, and try again"
        )
    shank = shank.turned(relative_sign(thigh, shank))
    sign, margin = forward_when_running(thigh, shank)
    forward = thigh.turned(sign), shank.turned(sign)
    typical_s = float(np.median([span.end - span.start for span in strides]))
    postures = (
        posture if typical_s >= settings.fast_stride_s else posture.with_running_sd(settings.fast_running_sd_rad)
        for posture in (THIGH_POSTURE, SHANK_POSTURE)
    )
    zeros = [_zero(swing, posture, settings) for swing, posture in zip(forward, postures, strict=True)]
    source = ZeroSource.STANDING_AND_RUNNING if all(zero.stood for zero in zeros) else ZeroSource.RUNNING
    return _fit(side, forward, zeros, source, margin, len(strides), settings)


def _fit_standing(side: Side, thigh: Swing, shank: Swing, settings: AlignmentSettings) -> Fit:
    ahead = float(thigh.angle.mean() - thigh.standing)
    behind = -float(shank.angle.mean() - shank.standing)
    forward = thigh.turned(1.0 if ahead >= 0 else -1.0), shank.turned(1.0 if behind >= 0 else -1.0)
    margin = min(abs(ahead), abs(behind)) / max(abs(ahead), abs(behind), 1e-9)
    zeros = [
        Zero(posture.standing_rad - swing.standing, posture.standing_sd_rad, True)
        for swing, posture in zip(forward, (THIGH_POSTURE, SHANK_POSTURE), strict=True)
    ]
    return _fit(side, forward, zeros, ZeroSource.STANDING, margin, 0, settings)


def _fit(
    side: Side,
    swings: tuple[Swing, Swing],
    zeros: list[Zero],
    source: ZeroSource,
    margin: float,
    strides: int,
    settings: AlignmentSettings,
) -> Fit:
    thigh, shank = (_calibration(swing, zero) for swing, zero in zip(swings, zeros, strict=True))
    advice = _advice(side, thigh, shank, margin, settings)
    calibration = LegCalibration(side, thigh, shank, source, margin, strides, advice)
    uprights = {
        segment: Upright(float(swing.time[0]), _triple((calibration[segment].matrix() * swing.up).sum(axis=1)))
        for segment, swing in zip((Segment.THIGH, Segment.SHANK), swings, strict=True)
    }
    return Fit(calibration, uprights, source is not ZeroSource.STANDING)


def _zero(swing: Swing, posture: Posture, settings: AlignmentSettings) -> Zero:
    """Weigh the zero of standing against that of running by their uncertainties."""
    range_rad = float(np.percentile(swing.angle, 99) - np.percentile(swing.angle, 1))
    running = posture.mean_when_running(range_rad) - float(swing.angle.mean())
    standing = posture.standing_rad - swing.standing
    a, b = posture.standing_sd_rad**-2, posture.running_sd_rad**-2
    if np.isnan(standing) or abs(standing - running) > settings.standing_agrees_sd * sqrt(1 / a + 1 / b):
        return Zero(running, posture.running_sd_rad, False)
    return Zero((a * standing + b * running) / (a + b), 1.0 / sqrt(a + b), True)


def _calibration(swing: Swing, zero: Zero) -> SegmentCalibration:
    x, y, z = swing.frame
    upright = cos(zero.offset) * y - sin(zero.offset) * x
    rotation = np.array([np.cross(upright, z), upright, z])
    return SegmentCalibration(
        _triple_of_triples(rotation),
        _triple(swing.bias),
        swing.bias_sd,
        swing.spread,
        zero.sd,
    )


def _advice(
    side: Side, thigh: SegmentCalibration, shank: SegmentCalibration, margin: float, settings: AlignmentSettings
) -> str:
    for name, segment in (("thigh", thigh), ("shank", shank)):
        if segment.plane_spread > settings.loose_spread:
            return (
                f"the {side} {name} sensor moves out of the sagittal plane a lot: tighten its strap and calibrate again"
            )
    if margin < settings.clear_margin:
        return f"forward and back of the {side} leg were hard to tell: stand still 3 s, then lift the knee five times"
    return ""


def _what_is_missing(side: Side, stood: bool, lifts: int, strides: int, strides_needed: int, lifts_needed: int) -> str:
    seen = f"{strides} running strides and {lifts} swings" + (" and standing still" if stood else ", no standing still")
    return (
        f"the {side} leg cannot be aligned from what was seen ({seen}): it takes {strides_needed} strides of "
        f"running, or standing still for 3 s and {lifts_needed} knee lifts"
    )


def _triple(vector: Floats) -> tuple[float, float, float]:
    x, y, z = (float(value) for value in vector)
    return x, y, z


def _triple_of_triples(matrix: NDArray[np.float64]) -> tuple[Triple, Triple, Triple]:
    return _triple(matrix[0]), _triple(matrix[1]), _triple(matrix[2])
