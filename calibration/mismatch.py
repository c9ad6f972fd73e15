"""What speaks against two sensors being those of a leg's thigh and shank: a sentence with what to do, or ""."""

from math import degrees, radians

import numpy as np

from calibration.evidence import AlignmentSettings, SensorHold
from calibration.forward import own_vote_of_thigh, same_knee, togetherness, turning_ratio
from calibration.movement import running_strides, slow_swings
from calibration.swing import Swing
from firmware_bridge.samples import Floats, Side

ONE_SEGMENT = 0.2
"""In running the shank's angle follows the thigh's rate by a correlation of 0.46 to 0.81 (78 recorded and 50 simulated
legs), that of another leg's shank by 0.34 to 0.70, a second sensor on the same segment by less than 0.03."""
EXCHANGED = 1.0
"""Shank over thigh, geometric mean of the ratios of angles' ranges and of rates: 1.16 to 2.2 in running (the same
legs), 0.46 to 0.86 where the two are exchanged."""
LEAST_LIFT_RAD = radians(25.0)
"""A knee lift in which the thigh turns less shows its plane to no better than 3 deg."""
LEAST_SHANK_RAD = radians(8.0)
"""The same of the shank, which hangs from the knee; less, and its plane is not seen at all."""
LIFTED_SHANK = 2.5
"""In a knee lift the shank turns a third as far as the thigh, in walking 1.8 times as far, never so many times."""
TOGETHER = 0.2
"""In a knee lift the speeds of thigh and shank go together (correlation 0.5 to 1); of two legs by turns, -0.5."""
LIKE = 0.1
"""Two sensors of one segment turn equally far, to this share."""
AT_REST_RAD_S = radians(25.0)
"""Slower than this a segment dwells, as the leg does on which one stands."""
UPRIGHT_RAD = radians(35.0)
"""Between lifts the thigh comes back to its standing angle, give or take."""


def exchanged_by_counts(side: Side, thigh: SensorHold, shank: SensorHold, settings: AlignmentSettings) -> str:
    """Say so where the thigh's sensor shows strides of running and the shank's none, or the shank's alone is lifted."""
    if len(running_strides(thigh, settings)) >= settings.strides:
        return swapped(side)
    if not slow_swings(thigh, [], settings) and len(slow_swings(shank, [], settings)) >= settings.lifts:
        return _swapped_in_lifts(side)
    return ""


def swapped(side: Side) -> str:
    """Say that thigh and shank are exchanged."""
    return (
        f"the {side} leg's thigh sensor turns faster and farther than its shank sensor: the two seem to be "
        "swapped; swap them, or the two files, and try again"
    )


def running_mismatch(side: Side, thigh: Swing, shank: Swing) -> str:
    """Say what speaks against two sensors in running; their swings may point either way."""
    if togetherness(thigh, shank) < ONE_SEGMENT:
        return _same_segment(side)
    if np.sqrt(range_of(shank.angle) / range_of(thigh.angle) * turning_ratio(thigh, shank)) < EXCHANGED:
        return swapped(side)
    return ""


def legs_mismatch(side: Side, thigh: Swing) -> str:
    """Say whether a thigh that was told forward by its shank has it the other way round: two legs' sensors."""
    if own_vote_of_thigh(thigh) >= 0.0:
        return ""
    return (
        f"the {side} thigh swings back while the {side} shank should be behind it: the sensors seem to be on different "
        "legs; see which is worn where, and try again"
    )


def lifting_mismatch(side: Side, thigh: Swing, shank: Swing) -> str:
    """Say what speaks against two sensors in knee lifts or walking."""
    return _unlike_lifts(side, thigh, shank) or _unlike_one_leg(side, thigh, shank)


def _unlike_lifts(side: Side, thigh: Swing, shank: Swing) -> str:
    of_thigh, of_shank = range_of(thigh.angle), range_of(shank.angle)
    if of_shank > LIFTED_SHANK * of_thigh:
        return _swapped_in_lifts(side)
    if of_thigh < LEAST_LIFT_RAD:
        return (
            f"the {side} knee was lifted by {degrees(of_thigh):.0f} degrees, which shows too little: "
            "lift it as high as the hip, five times"
        )
    if of_shank < LEAST_SHANK_RAD:
        return (
            f"the {side} shank sensor hardly turned while the {side} knee was lifted: see that it is worn on the same "
            "leg, and let the heel come up behind"
        )
    return ""


def _unlike_one_leg(side: Side, thigh: Swing, shank: Swing) -> str:
    of_thigh, of_shank = range_of(thigh.angle), range_of(shank.angle)
    if of_shank < of_thigh and _by_turns(thigh, shank):
        return (
            f"the {side} thigh and the {side} shank did not move at the same time: the sensors seem to be on different "
            "legs; see which is worn where, and try again"
        )
    if abs(of_shank / of_thigh - 1.0) < LIKE and _turn_alike(thigh, shank):
        return _same_segment(side)
    if abs(dwelling(thigh)) > UPRIGHT_RAD:
        return (
            f"the {side} thigh did not come back to where it was when it stood still: stand upright for 3 s, then lift "
            "the knee five times"
        )
    return ""


def range_of(angle: Floats) -> float:
    """Give the range of an angle, rad, without its rare extremes."""
    low, high = np.percentile(angle, (2, 98))
    return float(high - low)


def dwelling(swing: Swing) -> float:
    """Give the angle at which a segment dwells, rad, from standing."""
    slow = np.abs(swing.rate) < AT_REST_RAD_S
    return float(np.median(swing.angle[slow])) if slow.any() else 0.0


def _swapped_in_lifts(side: Side) -> str:
    return (
        f"in the knee lifts the {side} shank sensor turned farther than the thigh sensor: the two seem to be "
        "swapped; swap them, or the two files, and try again"
    )


def _by_turns(thigh: Swing, shank: Swing) -> bool:
    """Tell whether the one turns while the other does not, as in lifts of both knees by turns."""
    speed = np.interp(shank.time, thigh.time, np.abs(thigh.rate))
    return bool(np.corrcoef(speed, np.abs(shank.rate))[0, 1] < TOGETHER)


def _turn_alike(thigh: Swing, shank: Swing) -> bool:
    """Tell whether both turn equally fast, and the same way: with the heel drawn to the seat a shank turns back."""
    shank = shank.turned(1.0 if same_knee(thigh, shank) >= 0 else -1.0)
    rate = np.interp(shank.time, thigh.time, thigh.rate)
    return abs(turning_ratio(thigh, shank) - 1.0) < LIKE and bool(np.corrcoef(rate, shank.rate)[0, 1] > 0.0)


def _same_segment(side: Side) -> str:
    return (
        f"the {side} leg's two sensors turn alike: both seem to be on one segment; "
        "put one above the knee and one below it, and try again"
    )
