"""What to do where an alignment is not possible, or could be better: one sentence each."""

from collections.abc import Sequence
from math import radians

from calibration.evidence import AlignmentSettings
from calibration.mediolateral import unsteadiness
from calibration.model import SegmentCalibration
from calibration.swing import Swing
from calibration.zero import Zero
from firmware_bridge.samples import Segment, Side

UNSTEADY_RAD = radians(2.5), radians(6.5)
"""Adduction and rotation of recorded legs differ from one stride to the next by up to 1.9 and 5.3 deg (root mean
square; 78 legs), of the sensor on a slack strap by more."""


def advice_on(
    side: Side,
    swings: Sequence[Swing],
    calibrations: Sequence[SegmentCalibration],
    zeros: Sequence[Zero],
    margin: float,
    settings: AlignmentSettings,
) -> str:
    """Say what to do for a better alignment of a leg; "" where nothing is wrong."""
    for name, swing, calibration in zip(Segment, swings, calibrations, strict=True):
        if calibration.plane_spread > settings.loose_spread or _is_unsteady(swing, calibration):
            return (
                f"the {side} {name} sensor moves out of the sagittal plane a lot: tighten its strap and calibrate again"
            )
    if margin < settings.clear_margin:
        return f"forward and back of the {side} leg were hard to tell: stand still 3 s, then lift the knee five times"
    if any(swing.rested and not zero.stood for swing, zero in zip(swings, zeros, strict=True)):
        return f"the {side} leg was still, but not standing upright: stand upright for 3 s, and its angles become surer"
    return ""


def _is_unsteady(swing: Swing, calibration: SegmentCalibration) -> bool:
    found = unsteadiness(swing.sweeps, calibration.matrix())
    return any(value > limit for value, limit in zip(found, UNSTEADY_RAD, strict=True))


def not_upright(side: Side) -> str:
    """Say that no rest was that of a person who stands between knee lifts."""
    return (
        f"the {side} leg was still, but not upright as it is between knee lifts: stand upright for 3 s, then lift "
        "the knee five times"
    )


def what_is_missing(side: Side, rested: bool, lifts: int, strides: int, strides_needed: int, lifts_needed: int) -> str:
    """Say what was seen and what it takes."""
    seen = f"{strides} running strides and {lifts} swings" + (
        " and standing still" if rested else ", no standing still"
    )
    return (
        f"the {side} leg cannot be aligned from what was seen ({seen}): it takes {strides_needed} strides of "
        f"running, or standing still for 3 s and {lifts_needed} knee lifts as high as the hip"
    )
