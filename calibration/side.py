"""Left or right, from running alone: legs mirror each other in what they do out of the sagittal plane.

With up and forward known, z points to the runner's right on both legs. What a leg does about x and y and along z then
has the opposite sign on the other leg. Six such courses over the stride vote, each by its likeness to that of a mean
right leg. They are told in the frame of the main axis of each sensor's rate, which is the same whatever side an
alignment believed in.

A cross-check, not a way to find out: it was fitted on 13 runners on one treadmill, on segments that carried plates of
markers. It holds for all of their 78 legs, each runner judged by the others (docs/algorithms.md); nobody knows
whether it holds for sprinters, patients, or sensors in front of the thigh. The prompt does not need it.
"""

from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.signal import butter, sosfiltfilt

from firmware_bridge.samples import Floats, SampleBlock, Side, Vectors

Waves = NDArray[np.complex128]
"""Harmonics of the six courses, shape (6, 3)."""

POINTS = 32
"""Points into which a stride is divided; 10 Hz of it is the eighth harmonic."""
HARMONICS = 3
"""More gain nothing with one runner left out."""
CUTOFF_HZ = 10.0
RIGHT_LEG: Waves = np.array(
    [
        [-0.268 + 5.02j, -3.6 + 0.953j, -1.71 + 2.85j],
        [-0.0293 + 0.049j, 0.042 + 2.1j, -1.24 - 0.111j],
        [0.0147 - 0.123j, 0.492 + 0.185j, 0.584 - 0.268j],
        [-1.44 + 1.47j, 0.299 - 0.984j, -0.617 - 0.873j],
        [0.235 + 0.863j, 0.727 - 0.696j, -0.368 + 0.362j],
        [0.156 + 0.51j, -0.0456 + 0.0739j, -0.508 - 0.541j],
    ]
)
"""What votes for a right leg: conjugate harmonics of the mean right leg's courses, divided by the vote's usual size.

Rows: the thigh's rate about x and y (rad/s) and force along z (m/s^2), the shank's; columns: harmonics of the stride
from peak heel lift on; z is the main axis of the rate. Fitted on 78 legs (Fukuchi et al. 2017) by
`benchmarks.identification`.
"""


@dataclass(frozen=True, slots=True)
class SideSettings:
    """How strides are cut, and how clear an answer must be.

    Parameters
    ----------
    swing_rad_s : rate beyond which the shank swings
    stride_s : shortest and longest duration of a running stride
    strides : least number of strides
    least_margin : least size of the mean vote; of 78 legs, each runner judged by the others, the least was 0.23
    """

    swing_rad_s: float = 1.2
    stride_s: tuple[float, float] = (0.4, 1.0)
    strides: int = 6
    least_margin: float = 0.15


class LikelySide(NamedTuple):
    """What running says of a leg's side.

    Attributes
    ----------
    side : left or right
    margin : size of the mean vote, 0 to 1
    strides : strides that were seen
    """

    side: Side
    margin: float
    strides: int


def likely_side(
    thigh: SampleBlock, shank: SampleBlock, rates_hz: tuple[float, float], settings: SideSettings | None = None
) -> LikelySide | None:
    """Tell from running whether a leg is likely the left or the right one.

    Parameters
    ----------
    thigh, shank : samples of running in the segment frames that an alignment gave (`to_segment_frame`)
    rates_hz : their nominal rates
    settings : see `SideSettings`

    Returns
    -------
    LikelySide; None without enough strides, or where the votes are not clear.
    """
    s = settings or SideSettings()
    waves = leg_waves(thigh, shank, rates_hz, s)
    if waves is None:
        return None
    votes = np.clip((RIGHT_LEG * waves[0]).real.sum(axis=1), -1.0, 1.0)
    mean = float(votes.mean())
    if abs(mean) < s.least_margin:
        return None
    return LikelySide(Side.RIGHT if mean > 0 else Side.LEFT, abs(mean), waves[1])


def leg_waves(
    thigh: SampleBlock, shank: SampleBlock, rates_hz: tuple[float, float], settings: SideSettings
) -> tuple[Waves, int] | None:
    """Give the harmonics of the mean stride's six courses, and how many strides there were."""
    if min(len(thigh), len(shank)) < max(rates_hz):
        return None
    courses = [_lowpassed(block, rate) for block, rate in zip((thigh, shank), rates_hz, strict=True)]
    strides = _strides(shank.time, courses[1][:, 3], settings)
    whole = [s for s in strides if all(_is_whole(b, r, s) for b, r in zip((thigh, shank), rates_hz, strict=True))]
    if len(whole) < settings.strides:
        return None
    share = np.arange(POINTS) / POINTS
    times = np.array([start + (stop - start) * share for start, stop in whole])
    mean = [
        np.interp(times, block.time, column).mean(axis=0)
        for block, course in zip((thigh, shank), courses, strict=True)
        for column in course.T[:3]
    ]
    return np.fft.rfft(np.array(mean), axis=1)[:, 1 : HARMONICS + 1] / POINTS, len(whole)


def _lowpassed(block: SampleBlock, rate_hz: float) -> Vectors:
    """Give rate about x and y, force along z, and rate about z (n, 4), without delay, z being the rate's main axis."""
    sos = butter(2, min(CUTOFF_HZ, 0.4 * rate_hz), fs=rate_hz, output="sos")
    rate, force = (sosfiltfilt(sos, values, axis=0) for values in (block.gyr, block.acc))
    turning = rate - rate.mean(axis=0)
    z = np.linalg.eigh(np.einsum("ni,nj->ij", turning, turning))[1][:, 2]
    z = z if z[2] > 0 else -z
    y = np.array([0.0, 1.0, 0.0]) - z[1] * z
    y /= np.sqrt((y * y).sum())
    along = [(rate * np.cross(y, z)).sum(axis=1), (rate * y).sum(axis=1), (force * z).sum(axis=1)]
    return np.stack([*along, (rate * z).sum(axis=1)], axis=1)


def _strides(time: Floats, rate: Floats, settings: SideSettings) -> list[tuple[float, float]]:
    """Give begin and end of the strides, from peak heel lift on: there the shank's rate rises through zero in swing."""
    marks = np.flatnonzero(np.abs(rate) > settings.swing_rad_s)
    turns = np.flatnonzero((rate[marks[:-1]] < 0) & (rate[marks[1:]] > 0))
    at = []
    for before, after in zip(marks[turns].tolist(), marks[turns + 1].tolist(), strict=True):
        k = before + int(np.argmax(rate[before : after + 1] > 0))
        at.append(float(np.interp(0.0, rate[k - 1 : k + 1], time[k - 1 : k + 1])))
    shortest, longest = settings.stride_s
    return [(a, b) for a, b in pairwise(at) if shortest <= b - a <= longest]


def _is_whole(block: SampleBlock, rate_hz: float, stride: tuple[float, float]) -> bool:
    """Tell whether nearly all samples of a stride are here."""
    first, last = np.searchsorted(block.time, stride)
    return bool(last - first >= 0.9 * (stride[1] - stride[0]) * rate_hz)
