"""The mediolateral axis: the one about which a leg's tilts are most like those of legs.

In a frame that is a little off, a segment seems to tilt: by e_y about y and e_x about x, constantly; and where the
direction of running is off by h, by h cos(swing) about y and h sin(swing) about x. What is left after these three is
compared, harmonic by harmonic, with what legs do (`calibration.sideways`); the likeliest e_x, e_y and h are taken.
"""

from collections.abc import Sequence
from math import cos, sin
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from calibration.sideways import COEFFICIENTS, HARMONICS, UNKNOWN_RAD, Sideways
from calibration.sweep import Sweep
from firmware_bridge.samples import Floats, Side

_ROUNDS = 3
"""The equations are those of small angles: after three rounds nothing changes any more."""
_STRAIGHT = 4
"""From so many windows on, the drift of the heading is told."""
_CERTAIN_RAD = 1e-5
"""Spread of what standing has shown."""


class Tilts(NamedTuple):
    """How a segment is turned at each sample of a sweep, (n,) rad; body angles in this order, heading taken off."""

    swing: Floats
    adduction: Floats
    rotation: Floats


class Movement(NamedTuple):
    """Sweeps of one kind of movement, and how legs leave the sagittal plane in it."""

    sweeps: Sequence[Sweep]
    sideways: Sideways


def refined(
    frame: NDArray[np.float64], movements: Sequence[Movement], side: Side, *, stood: bool
) -> NDArray[np.float64]:
    """Turn a frame about its x and y until z is the likeliest mediolateral axis.

    Parameters
    ----------
    frame : (3, 3) rows x, y, z in the sensor frame, y within a few degrees along the segment, z to the right
    movements : what is known of the segment's movement
    side : which leg
    stood : whether the frame's y-z plane is that of standing, which then is not turned about x
    """
    for _ in range(_ROUNDS):
        about_x, about_y = _misalignment(frame, movements, side, stood=stood)
        x, y, z = frame
        y, z = cos(about_x) * y - sin(about_x) * z, cos(about_x) * z + sin(about_x) * y
        frame = np.array([cos(about_y) * x + sin(about_y) * z, y, cos(about_y) * z - sin(about_y) * x])
    return frame


def _misalignment(
    frame: NDArray[np.float64], movements: Sequence[Movement], side: Side, *, stood: bool
) -> tuple[float, float]:
    """Give by how much the frame is off about x and about y, rad: weighted least squares over all bouts."""
    bouts = [(sweep, movement) for movement in movements for sweep in movement.sweeps]
    unknowns = 2 + len(bouts)
    rows, values = [], []
    for number, (sweep, movement) in enumerate(bouts):
        seen, off = _seen(tilts_of(sweep, frame), sweep)
        share = len(sweep.spans) / sum(len(other.spans) for other in movement.sweeps)
        mean, sd = _expected(movement.sideways, side, stood=stood)
        weight = np.sqrt(share) / sd
        row = np.zeros((2 * COEFFICIENTS, unknowns))
        row[:, [0, 1, 2 + number]] = off
        rows.append(row * weight[:, None])
        values.append((seen - mean) * weight)
    prior = np.zeros((2, unknowns))
    prior[0, 0], prior[1, 1] = 1.0 / (_CERTAIN_RAD if stood else UNKNOWN_RAD), 1.0 / UNKNOWN_RAD
    found = np.linalg.lstsq(np.concatenate([*rows, prior]), np.concatenate([*values, np.zeros(2)]), rcond=None)[0]
    return float(found[0]), float(found[1])


def _expected(sideways: Sideways, side: Side, *, stood: bool) -> tuple[Floats, Floats]:
    """Give means and spreads of adduction's and rotation's coefficients."""
    mirror = 1.0 if side is Side.LEFT else -1.0
    mean = mirror * np.concatenate([sideways.adduction.mean(), sideways.rotation.mean()])
    sd = np.concatenate([sideways.adduction.sd(), sideways.rotation.sd()])
    if stood:  # then the leg's own adduction is seen
        sd[0] = UNKNOWN_RAD
    return mean, sd


def _seen(tilts: Tilts, sweep: Sweep) -> tuple[Floats, Floats]:
    """Give the coefficients of the tilts, and what one radian about x, about y and of heading adds to each."""
    phase = phase_of(tilts.swing, sweep)
    seen = np.concatenate([coefficients(tilts.adduction, phase), coefficients(tilts.rotation, phase)])
    off = np.zeros((2 * COEFFICIENTS, 3))
    off[0, 0] = off[COEFFICIENTS, 1] = 1.0
    off[:COEFFICIENTS, 2] = coefficients(np.sin(tilts.swing), phase)
    off[COEFFICIENTS:, 2] = coefficients(np.cos(tilts.swing), phase)
    return seen, off


def tilts_of(sweep: Sweep, frame: NDArray[np.float64]) -> Tilts:
    """Give how the segment with this frame is turned; the heading is that of its own z, its drift taken off."""
    axes = np.einsum("nij,kj->kni", sweep.level, frame)
    heading = _heading(sweep, np.unwrap(np.arctan2(axes[2, :, 0], axes[2, :, 2])))
    c, s = np.cos(heading), np.sin(heading)
    y, z = (np.stack([c * v[:, 0] - s * v[:, 2], v[:, 1], s * v[:, 0] + c * v[:, 2]]) for v in axes[1:])
    swing = np.unwrap(np.arctan2(-y[0], y[1]))
    rotation = np.arcsin(np.clip(np.cos(swing) * z[0] + np.sin(swing) * z[1], -1.0, 1.0))
    return Tilts(swing, np.arcsin(np.clip(y[2], -1.0, 1.0)), rotation)


def _heading(sweep: Sweep, heading: Floats) -> Floats:
    """Give the straight line through the mean headings of the windows."""
    edges = np.searchsorted(sweep.time, [*(span.start for span in sweep.spans), sweep.spans[-1].end])
    count = np.diff(edges)
    sums = np.add.reduceat(np.append(heading, 0.0), edges)[:-1]
    middle = np.array([0.5 * (span.start + span.end) for span in sweep.spans])
    if len(count) < _STRAIGHT:
        return np.full_like(heading, sums.sum() / count.sum())
    return np.asarray(np.polyval(np.polyfit(middle, sums / count, 1), sweep.time))


def phase_of(swing: Floats, sweep: Sweep) -> Floats:
    """Give the phase of each sample, rad: 0 where the fundamental of the swing is farthest forward."""
    starts = np.array([span.start for span in sweep.spans])
    ends = np.array([span.end for span in sweep.spans])
    window = np.clip(np.searchsorted(starts, sweep.time, side="right") - 1, 0, len(starts) - 1)
    phase = 2 * np.pi * (sweep.time - starts[window]) / (ends[window] - starts[window])
    return np.asarray(phase + np.angle((swing * np.exp(-1j * phase)).mean()))


def coefficients(values: Floats, phase: Floats) -> Floats:
    """Give mean and harmonics of a tilt: real and imaginary part of each (COEFFICIENTS,)."""
    waves = [2.0 * (values * np.exp(-1j * k * phase)).mean() for k in range(1, HARMONICS + 1)]
    return np.array([values.mean(), *(part for wave in waves for part in (wave.real, wave.imag))])


class Unsteadiness(NamedTuple):
    """How much tilts differ from one swing to the next: root mean square about their mean course, rad."""

    adduction: float
    rotation: float


def unsteadiness(sweeps: Sequence[Sweep], frame: NDArray[np.float64]) -> Unsteadiness:
    """Give what of a segment's tilts mean and harmonics leave unexplained."""
    left: tuple[list[Floats], list[Floats]] = ([], [])
    for sweep in sweeps:
        tilts = tilts_of(sweep, frame)
        phase = phase_of(tilts.swing, sweep)
        for tilt, rest in zip((tilts.adduction, tilts.rotation), left, strict=True):
            rest.append(tilt - course_of(coefficients(tilt, phase), phase))
    adduction, rotation = (np.concatenate(rest) for rest in left)
    return Unsteadiness(float(np.sqrt((adduction**2).mean())), float(np.sqrt((rotation**2).mean())))


def course_of(parts: Floats, phase: Floats) -> Floats:
    """Give the tilt that has these coefficients, at phases (n,)."""
    waves = [complex(parts[2 * k - 1], parts[2 * k]) * np.exp(1j * k * phase) for k in range(1, HARMONICS + 1)]
    return np.asarray(parts[0] + sum(wave.real for wave in waves))
