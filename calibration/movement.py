"""When a leg moves: the windows between equal phases of its swings, and the pose in which it stands still."""

from itertools import pairwise
from math import cos, pi, sqrt
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.signal import butter, sosfiltfilt

from calibration.evidence import AlignmentSettings, SensorHold
from firmware_bridge.samples import Floats, SampleBlock, parts_between_gaps

_SWING_HZ = 5.0
"""Strides are counted on rates below this: impact and soft tissue are above."""
_SAME_POSE_RAD = 10 * pi / 180
"""Rests in which gravity differs less than this from the longest one are the same standing."""
_AT_THE_EDGES = 2
"""Samples that a whole window may seem to lack: sensors sample at their own instants."""


class Span(NamedTuple):
    """A window between two equal phases of a swing, s."""

    start: float
    end: float


def last_bias(hold: SensorHold) -> Floats | None:
    """Give the gyroscope's bias from the last rest; None where there was none."""
    return hold.rests[-1].gyr if hold.rests else None


def standing_gravity(hold: SensorHold, near: Floats, within_rad: float) -> Floats | None:
    """Give the direction of gravity in standing, sensor frame: the longest rest and those in the same pose.

    Parameters
    ----------
    hold : rests are taken from it
    near, within_rad : mean vertical while the leg moves, and how far from it the vertical of standing can be; what
        rests elsewhere was not upright: it sat, or lay on a table
    """
    upright = [r for r in hold.rests if float((unit(r.acc) * unit(near)).sum()) > cos(within_rad)]
    if not upright:
        return None
    longest = unit(max(upright, key=lambda rest: rest.windows).acc)
    same = [r for r in upright if float((unit(r.acc) * longest).sum()) > cos(_SAME_POSE_RAD)]
    return unit(np.sum([r.windows * unit(r.acc) for r in same], axis=0))


def swings(hold: SensorHold, settings: AlignmentSettings, least_peak_rad_s: float = 0.0) -> list[Span]:
    """Give the windows between successive swings of a segment, about the axis about which it turns most.

    No window holds a gap.
    """
    return [
        span for piece in _unbroken(hold) for span in _swings_in(piece, hold, settings.swing_rad_s, least_peak_rad_s)
    ]


def _unbroken(hold: SensorHold) -> list[SampleBlock]:
    """Give the parts of the held samples that no gap divides and that are long enough to hold a swing."""
    parts = [hold.samples[part] for part, _ in parts_between_gaps(hold.samples.quality)]
    return [part for part in parts if len(part) > hold.rate_hz]


def _swings_in(samples: SampleBlock, hold: SensorHold, swing_rad_s: float, least_peak_rad_s: float) -> list[Span]:
    bias = last_bias(hold)
    gyr = samples.gyr if bias is None else samples.gyr - bias
    main = np.linalg.eigh(np.einsum("ni,nj->ij", gyr, gyr))[1][:, 2]
    rate = sosfiltfilt(butter(2, _SWING_HZ, fs=hold.rate_hz, output="sos"), (gyr * main).sum(axis=1))
    # the axis may point either way: forward is where more swings begin, or, where as many, the faster one
    forward, backward = _starts(rate, swing_rad_s), _starts(-rate, swing_rad_s)
    is_forward = len(forward) > len(backward) or (len(forward) == len(backward) and (rate**3).sum() >= 0)
    starts = forward if is_forward else backward
    return [
        Span(float(samples.time[a]), float(samples.time[b]))
        for a, b in pairwise(starts)
        if np.abs(rate[a:b]).max() >= least_peak_rad_s
    ]


def _starts(rate: Floats, swing_rad_s: float) -> NDArray[np.int64]:
    """Give where a rate rises through a threshold, having been below its negative since the last time."""
    marks = np.flatnonzero(np.abs(rate) > swing_rad_s)
    ahead = rate[marks] > 0
    starts: NDArray[np.int64] = marks[1:][ahead[1:] & ~ahead[:-1]]
    return starts


def running_strides(shank: SensorHold, settings: AlignmentSettings) -> list[Span]:
    """Give the windows of the held samples that can only be strides of running."""
    shortest, longest = settings.running_stride_s
    spans = swings(shank, settings, settings.running_shank_rad_s)
    return [span for span in spans if shortest <= span.end - span.start <= longest]


def slow_swings(thigh: SensorHold, strides: list[Span], settings: AlignmentSettings) -> list[Span]:
    """Give the windows of the thigh's other swings: knee lifts and walking, none of running."""
    return [
        span
        for span in swings(thigh, settings)
        if span.end - span.start <= settings.longest_lift_s
        and not any(stride.start < span.end and span.start < stride.end for stride in strides)
    ]


def bouts(hold: SensorHold, spans: list[Span]) -> list[list[Span]]:
    """Group the windows that adjoin each other and of which the sensor has every sample."""
    grouped: list[list[Span]] = []
    for span in spans:
        first, last = np.searchsorted(hold.samples.time, span)
        whole = last - first >= (span.end - span.start) * hold.rate_hz - _AT_THE_EDGES
        if whole and grouped and grouped[-1][-1].end == span.start:
            grouped[-1].append(span)
        elif whole:
            grouped.append([span])
    return grouped


def unit(vector: Floats) -> Floats:
    """Give a vector's direction."""
    direction: Floats = vector / sqrt(float((vector * vector).sum()))
    return direction
