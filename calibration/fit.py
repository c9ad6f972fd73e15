"""Fit of a leg's calibration to the samples that are held: a function of data, called by the aligner."""

from math import cos, sin, sqrt
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from calibration.evidence import SHANK_POSTURE, THIGH_POSTURE, AlignmentSettings, Posture, SensorHold
from calibration.forward import forward_when_running, relative_sign, turning_ratio
from calibration.mediolateral import Movement, refined
from calibration.model import LegCalibration, SegmentCalibration, Triple, ZeroSource
from calibration.movement import Span, running_strides, slow_swings, standing_gravity
from calibration.sideways import RUNNING_SHANK, RUNNING_THIGH, SLOW, Sideways
from calibration.sweep import Sweep, sweeps
from calibration.swing import Swing, swing_of
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


class _Legs(NamedTuple):
    """What is known of how people hold and move a segment."""

    posture: Posture
    running: Sideways


_LEGS = _Legs(THIGH_POSTURE, RUNNING_THIGH), _Legs(SHANK_POSTURE, RUNNING_SHANK)


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
    lifts = slow_swings(thigh, strides, settings)
    if ran or (stood and len(lifts) >= settings.lifts):
        thigh_swing, shank_swing = (swing_of(hold, strides if ran else lifts) for hold in (thigh, shank))
        if thigh_swing is not None and shank_swing is not None:
            if ran:
                slow = tuple(sweeps(hold, lifts) for hold in (thigh, shank))
                return _fit_running(side, thigh_swing, shank_swing, slow, strides, settings)
            return _fit_standing(side, thigh_swing, shank_swing, settings)
    return _what_is_missing(side, stood, len(lifts), len(strides), needed, settings.lifts)


def _fit_running(
    side: Side,
    thigh: Swing,
    shank: Swing,
    slow: tuple[list[Sweep], ...],
    strides: list[Span],
    settings: AlignmentSettings,
) -> Fit | str:
    if turning_ratio(thigh, shank) < settings.swapped_ratio:
        return (
            f"the {side} leg's thigh sensor turns faster than its shank sensor: the two seem to be swapped; "
            "swap them, or the two files, and try again"
        )
    shank = shank.turned(relative_sign(thigh, shank))
    sign, margin = forward_when_running(thigh, shank)
    typical_s = float(np.median([span.end - span.start for span in strides]))
    swings, zeros = [], []
    for swing, lifts, legs in zip((thigh, shank), slow, _LEGS, strict=True):
        posture = legs.posture
        if typical_s < settings.fast_stride_s:
            posture = posture.with_running_sd(settings.fast_running_sd_rad)
        forward = swing.turned(sign)
        zero = _zero(forward, posture, settings)
        movements = [Movement(forward.sweeps, legs.running), Movement(_in_plane(lifts, forward, settings), SLOW)]
        forward = _refined(forward, zero, movements, side)
        swings.append(forward)
        zeros.append(_zero(forward, posture, settings))
    source = ZeroSource.STANDING_AND_RUNNING if all(zero.stood for zero in zeros) else ZeroSource.RUNNING
    return _fit(side, (swings[0], swings[1]), zeros, source, margin, len(strides), settings)


def _fit_standing(side: Side, thigh: Swing, shank: Swing, settings: AlignmentSettings) -> Fit:
    ahead = float(thigh.angle.mean() - thigh.standing)
    behind = -float(shank.angle.mean() - shank.standing)
    forward = thigh.turned(1.0 if ahead >= 0 else -1.0), shank.turned(1.0 if behind >= 0 else -1.0)
    margin = min(abs(ahead), abs(behind)) / max(abs(ahead), abs(behind), 1e-9)
    zeros = [Zero(legs.posture.standing_rad, legs.posture.standing_sd_rad, True) for legs in _LEGS]
    thigh, shank = (
        _refined(swing, zero, [Movement(swing.sweeps, SLOW)], side) for swing, zero in zip(forward, zeros, strict=True)
    )
    return _fit(side, (thigh, shank), zeros, ZeroSource.STANDING, margin, 0, settings)


def _in_plane(sweeps: list[Sweep], swing: Swing, settings: AlignmentSettings) -> list[Sweep]:
    """Give the sweeps that went through the plane in which the segment runs: knee lifts, and not just any movement."""
    return [
        sweep
        for sweep in sweeps
        if np.ptp(across := (sweep.up * swing.z).sum(axis=1)) < settings.aside * np.ptp(sweep.up, axis=0).max()
        and np.abs(across).max() < settings.aside
    ]


def _refined(swing: Swing, zero: Zero, movements: list[Movement], side: Side) -> Swing:
    """Turn the axis of a swing until the segment's tilts are most like those of legs."""
    if zero.stood:
        swing = swing.level_when_standing()
    return swing._replace(z=refined(_upright(swing, zero), movements, side, stood=zero.stood)[2])


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
        segment: Upright(float(swing.time[0]), _triple((calibration[segment].matrix() * swing.up[0]).sum(axis=1)))
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


def _upright(swing: Swing, zero: Zero) -> NDArray[np.float64]:
    """Give the segment's frame, in which the angle has its zero: rows x, y, z in the sensor frame."""
    x, y, z = swing.frame
    upright = cos(zero.offset) * y - sin(zero.offset) * x
    return np.array([np.cross(upright, z), upright, z])


def _calibration(swing: Swing, zero: Zero) -> SegmentCalibration:
    return SegmentCalibration(
        _triple_of_triples(_upright(swing, zero)),
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
