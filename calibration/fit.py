"""Fit of a leg's calibration to the samples that are held: a function of data, called by the aligner."""

from math import cos, radians, sin
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from calibration.advice import advice_on, not_upright, what_is_missing
from calibration.alive import what_is_dead
from calibration.evidence import AlignmentSettings, SensorHold
from calibration.forward import forward_when_running, relative_sign, same_knee
from calibration.mediolateral import Movement, refined
from calibration.mismatch import exchanged_by_counts, legs_mismatch, lifting_mismatch, running_mismatch
from calibration.model import LegCalibration, SegmentCalibration, Triple, ZeroSource
from calibration.movement import Span, running_strides, slow_swings
from calibration.sideways import SLOW
from calibration.sweep import Sweep, sweeps
from calibration.swing import Swing, swing_of
from calibration.zero import Zero, upright_frame, zero_of
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


_CLEARLY_AHEAD_RAD = radians(10.0)
"""Mean angle of the thigh over knee lifts that leaves no doubt about forward and back; 15 at least on 78 legs."""
_CLEARLY_ALIKE = 0.8
"""Likeness of the knee's accelerations that leaves no doubt which way the shank points; 0.97 at least on these."""


def fit_leg(
    side: Side, thigh: SensorHold, shank: SensorHold, settings: AlignmentSettings, *, last_chance: bool = False
) -> Fit | str:
    """Fit a leg's calibration to what is held, or say in a sentence what is missing or wrong."""
    strides = running_strides(shank, settings)
    needed = _FEWEST_STRIDES if last_chance else settings.strides
    ran, rested = len(strides) >= needed, bool(thigh.rests and shank.rests)
    if not ran and (wrong := exchanged_by_counts(side, thigh, shank, settings)):
        return wrong
    lifts = slow_swings(thigh, strides, settings)
    if ran or (rested and len(lifts) >= settings.lifts):
        if dead := what_is_dead(side, Segment.THIGH, thigh) or what_is_dead(side, Segment.SHANK, shank):
            return dead
        swings = [
            swing_of(hold, strides if ran else lifts, known.standing_within_rad)
            for hold, known in zip((thigh, shank), settings.habits, strict=True)
        ]
        if swings[0] is not None and swings[1] is not None:
            if ran:
                slow = tuple(sweeps(hold, lifts) for hold in (thigh, shank))
                return _fit_running(side, swings[0], swings[1], slow, strides, settings)
            return _fit_standing(side, swings[0], swings[1], settings)
    return what_is_missing(side, rested, len(lifts), len(strides), needed, settings.lifts)


def _fit_running(
    side: Side,
    thigh: Swing,
    shank: Swing,
    slow: tuple[list[Sweep], ...],
    strides: list[Span],
    settings: AlignmentSettings,
) -> Fit | str:
    if wrong := running_mismatch(side, thigh, shank):
        return wrong
    shank = shank.turned(relative_sign(thigh, shank))
    sign, margin = forward_when_running(thigh, shank)
    thigh, shank = thigh.turned(sign), shank.turned(sign)
    if wrong := legs_mismatch(side, thigh):
        return wrong
    typical_s = float(np.median([span.end - span.start for span in strides]))
    swings, zeros = [], []
    for swing, lifts, known in zip((thigh, shank), slow, settings.habits, strict=True):
        posture = known.posture
        if typical_s < settings.fast_stride_s:
            posture = posture.with_running_sd(settings.fast_running_sd_rad)
        movements = [Movement(swing.sweeps, known.running), Movement(_in_plane(lifts, swing, settings), SLOW)]
        swings.append(_refined(swing, zero_of(swing, posture, settings), movements, known.running.standing(side), side))
        zeros.append(zero_of(swings[-1], posture, settings))
    source = ZeroSource.STANDING_AND_RUNNING if all(zero.stood for zero in zeros) else ZeroSource.RUNNING
    return _fit(side, (swings[0], swings[1]), zeros, source, margin, len(strides), settings)


def _fit_standing(side: Side, thigh: Swing, shank: Swing, settings: AlignmentSettings) -> Fit | str:
    if thigh.stood is None or shank.stood is None:
        return not_upright(side)
    if wrong := lifting_mismatch(side, thigh, shank):
        return wrong
    ahead = float(thigh.angle.mean())
    thigh = thigh.turned(1.0 if ahead >= 0 else -1.0)
    alike = same_knee(thigh, shank)
    forward = thigh, shank.turned(1.0 if alike >= 0 else -1.0)
    margin = min(abs(ahead) / _CLEARLY_AHEAD_RAD, abs(alike) / _CLEARLY_ALIKE, 1.0)
    zeros = [Zero(known.posture.standing_rad, known.posture.standing_sd_rad, True) for known in settings.habits]
    thigh, shank = (
        _refined(swing, zero, [Movement(swing.sweeps, SLOW)], known.running.standing(side), side)
        for swing, zero, known in zip(forward, zeros, settings.habits, strict=True)
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


def _refined(swing: Swing, zero: Zero, movements: list[Movement], standing_rad: float, side: Side) -> Swing:
    """Turn the axis of a swing until its tilts are most like those of legs, then from standing to the bone."""
    if zero.stood:
        swing = swing.level_when_standing()
    _, y, z = refined(upright_frame(swing, zero), movements, side, stood=zero.stood)
    return swing._replace(z=cos(standing_rad) * z - sin(standing_rad) * y)


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
    advice = advice_on(side, swings, (thigh, shank), zeros, margin, settings)
    calibration = LegCalibration(side, thigh, shank, source, margin, strides, advice)
    uprights = {
        segment: Upright(float(swing.time[0]), _triple((calibration[segment].matrix() * swing.up[0]).sum(axis=1)))
        for segment, swing in zip((Segment.THIGH, Segment.SHANK), swings, strict=True)
    }
    return Fit(calibration, uprights, source is not ZeroSource.STANDING)


def _calibration(swing: Swing, zero: Zero) -> SegmentCalibration:
    return SegmentCalibration(
        _triple_of_triples(upright_frame(swing, zero)),
        _triple(swing.bias),
        swing.bias_sd,
        swing.spread,
        zero.sd,
    )


def _triple(vector: Floats) -> tuple[float, float, float]:
    x, y, z = (float(value) for value in vector)
    return x, y, z


def _triple_of_triples(matrix: NDArray[np.float64]) -> tuple[Triple, Triple, Triple]:
    return _triple(matrix[0]), _triple(matrix[1]), _triple(matrix[2])
