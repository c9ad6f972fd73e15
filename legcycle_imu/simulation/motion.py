"""The one continuous motion: from script and runner to segment angles, hips and gait phase on a fine time grid."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache
from typing import NamedTuple

import numpy as np

from firmware_bridge.samples import Segment, Side
from legcycle_imu.simulation.fourier import series_of, waves
from legcycle_imu.simulation.noise import knots, smooth_noise
from legcycle_imu.simulation.norms import PERCENT, Floats, Integers, running_norms
from legcycle_imu.simulation.runner import (
    CONTACT_JITTER_S,
    MEAN_STRIDE_S,
    SIDES,
    SimulatedRunner,
    Style,
    aligned_spread,
    low_waves,
    mean_landmark_sd,
    together,
)
from legcycle_imu.simulation.script import Script
from legcycle_imu.simulation.shapes import GaitTable, running, walking

GRID_HZ = 1600
"""Rate of the grid on which the motion is laid out: sixteen points in each of the truth's 100 Hz steps."""
MARGIN = 512
"""Grid points kept before and after a piece: filters and impacts that reach in from outside."""
STRIDE_NOISE = 0.009
"""SD of the momentary cadence as a share of it; stride times then vary by about 1 % (norms: 0.9 %)."""
CADENCE_KNOT_S = 0.7
"""Time between the knots of the cadence's noise, s: about a stride."""
WITHIN_WEIGHTS = np.sqrt([0.5, 0.5, 0.5])
"""How the noise between strides is made up: a constant and one harmonic, the variance 1 at every phase."""
SWAY_DEG = 0.15
"""SD of the angles while standing, deg."""
SWAY_KNOT_S = 0.8
"""Time between the knots of the sway's noise, s."""
WARP_NOISE = np.array([0.6, 0.8, 0.8]) * mean_landmark_sd("within")
"""SD between strides of toe-off, peak heel lift and peak knee drive, as fractions of the stride: a share of the
norms', for the rest comes with the noise of the shapes."""
DRIVE_WITH_LIFT_WITHIN = 0.9
"""Correlation of peak knee drive with peak heel lift between strides: the time between them varies by 3 ms alone."""


class Tracks(NamedTuple):
    """The script on the grid, (n,) each: speed, m/s; presence and running, shares; heading, rad."""

    speed: Floats
    presence: Floats
    run_share: Floats
    heading: Floats


@dataclass(frozen=True)
class LegMotion:
    """One leg on the grid, (n,) each.

    Parameters
    ----------
    side : which leg
    phase : gait phase, strides; even in time at an even cadence
    run_phase, walk_phase : landmark phase of running and walking, strides; contact at whole numbers
    thigh, shank : sagittal angle of the bone to the vertical, rad
    tilts : (n, 4) thigh adduction and rotation, shank adduction and rotation, rad
    hip : (3, n) hip centre, world frame at heading 0 (forward, up, right), m, about the pelvis
    """

    side: Side
    phase: Floats
    run_phase: Floats
    walk_phase: Floats
    thigh: Floats
    shank: Floats
    tilts: Floats
    hip: Floats

    def angle(self, segment: Segment) -> Floats:
        """Give the sagittal angle of a segment, rad."""
        return self.thigh if segment is Segment.THIGH else self.shank


@dataclass(frozen=True)
class Motion:
    """The motion over one piece of the script.

    Parameters
    ----------
    index : (n,) number of each grid point; time = index / GRID_HZ
    time : (n,) s
    start_s, end_s : the piece itself; the grid reaches `MARGIN` points beyond on both sides
    tracks : the script's tracks on the grid
    pelvis : (3, n) pelvis centre in the world, m; its zero is arbitrary for each piece
    legs : motion of each leg
    """

    index: Integers
    time: Floats
    start_s: float
    end_s: float
    tracks: Tracks
    pelvis: Floats
    legs: dict[Side, LegMotion]


@dataclass(frozen=True)
class StrideNoise:
    """All that is random in the motion of one simulation, drawn before it begins.

    Parameters
    ----------
    cadence : knots of the cadence's noise, one per `CADENCE_KNOT_S`
    sway : knots of the standing sway of four segments, one per `SWAY_KNOT_S`
    shape : per side, knots of nine curves, one per stride: six for thigh and shank, three for the warp
    """

    cadence: Floats
    sway: Floats
    shape: dict[Side, Floats]


def draw_noise(script: Script, rng: np.random.Generator) -> StrideNoise:
    """Draw the noise for a script."""
    strides = int(script.duration_s / 0.3) + 4
    return StrideNoise(
        cadence=knots(rng, int(script.duration_s / CADENCE_KNOT_S) + 4, 1),
        sway=knots(rng, int(script.duration_s / SWAY_KNOT_S) + 4, 4),
        shape={side: knots(rng, strides, 9) for side in SIDES},
    )


def motions(script: Script, runner: SimulatedRunner, noise: StrideNoise, piece_s: float) -> Iterator[Motion]:
    """Yield the motion of a script piece by piece; the same motion for any length of the pieces.

    Parameters
    ----------
    piece_s : length of a piece, s; the last one may be shorter
    """
    last, piece, phase, first = round(script.duration_s * GRID_HZ), round(piece_s * GRID_HZ), 0.0, 0
    while first < last:
        after = min(first + piece, last)
        index = np.arange(first - MARGIN, after + MARGIN + 1)
        motion, phase = _motion(script, runner, noise, index, phase)
        yield motion
        first = after


def _motion(
    script: Script, runner: SimulatedRunner, noise: StrideNoise, index: Integers, phase_at_start: float
) -> tuple[Motion, float]:
    """Give the motion on a grid and the gait phase at the end of the piece."""
    time = index / GRID_HZ
    tracks = Tracks(
        *(track(time) for track in (script.speed(), script.presence(), script.run_share(), script.heading()))
    )
    phase = _integral(_stride_rate(runner, noise, tracks, time), phase_at_start)
    sway = np.radians(SWAY_DEG) * runner.variation.within * smooth_noise(noise.sway, time / SWAY_KNOT_S)
    legs = {}
    for side, own_sway in zip(SIDES, (sway[:, :2], sway[:, 2:]), strict=True):
        leg = _leg(side, runner, tracks, phase, noise.shape[side])
        legs[side] = _standing(
            leg, _lifts(script, runner, side, time), 1.0 - tracks.presence, own_sway, runner.legs[side]
        )
    piece = (float(time[MARGIN]), float(time[-MARGIN - 1]))
    motion = Motion(index, time, *piece, tracks, _travel(script, tracks), legs)
    return motion, float(phase[-MARGIN - 1])


def _stride_rate(runner: SimulatedRunner, noise: StrideNoise, tracks: Tracks, time: Floats) -> Floats:
    """Give the strides per second."""
    run, walk = (table.stride_time(tracks.speed) for table in (running(), walking()))
    stride_time = tracks.run_share * run + (1.0 - tracks.run_share) * walk
    jitter = runner.variation.within * STRIDE_NOISE * smooth_noise(noise.cadence, time / CADENCE_KNOT_S)[:, 0]
    return np.asarray((1.0 + jitter) / (stride_time * runner.stride_time_factor))


def _travel(script: Script, tracks: Tracks) -> Floats:
    """Give the pelvis in the world, (3, n), m."""
    speed = tracks.speed if script.overground else np.zeros_like(tracks.speed)
    north, left = (_integral(speed * part(tracks.heading), 0.0) for part in (np.cos, np.sin))
    return np.stack([north, np.zeros_like(north), -left])


def _integral(rate: Floats, at_start: float) -> Floats:
    """Integrate over the grid (trapezoid); the value is `at_start` where the piece begins."""
    total = np.r_[0.0, np.cumsum(0.5 * (rate[1:] + rate[:-1]))] / GRID_HZ
    return np.asarray(total - total[MARGIN] + at_start)


def _leg(side: Side, runner: SimulatedRunner, tracks: Tracks, phase: Floats, shape_knots: Floats) -> LegMotion:
    """Give the leg's stride, its amplitude by presence; without what standing adds."""
    style, own = runner.legs[side], phase + runner.legs[side].phase
    random = runner.variation.within * smooth_noise(shape_knots, own)
    phases, curves = [], np.zeros((len(phase), 8))
    for table, share in ((running(), tracks.run_share), (walking(), 1.0 - tracks.run_share)):
        amplitude = share * tracks.presence
        weights = table.weights(tracks.speed)
        phases.append(_landmark_phase(table, weights, own, style, random))
        if used := np.flatnonzero(amplitude).tolist():
            part = slice(used[0], used[-1] + 1)
            shape = _curves(table, weights[part], phases[-1][part], style, random[part])
            curves[part] += amplitude[part, np.newaxis] * shape
    sideways = (0.5 if side is Side.RIGHT else -0.5) * runner.hip_width_m
    hip = np.stack([curves[:, 2], curves[:, 3], np.full_like(phase, sideways)])
    return LegMotion(side, own, phases[0], phases[1], curves[:, 0], curves[:, 1], curves[:, 4:], hip)


def _landmark_phase(table: GaitTable, weights: Floats, phase: Floats, style: Style, random: Floats) -> Floats:
    """Give the phase (n,) in which the landmarks of speed, runner and stride come at the table's places."""
    own = WARP_NOISE * together(random[:, 6:], DRIVE_WITH_LIFT_WITHIN) - style.warp
    shorter = (weights @ table.stride_times / MEAN_STRIDE_S)[:, np.newaxis]
    warp = weights @ table.warps + shorter * table.own_warp(own)
    return np.asarray(phase + np.einsum("nj,nj->n", table.bumps(phase), warp))


def _curves(table: GaitTable, weights: Floats, landmark: Floats, style: Style, random: Floats) -> Floats:
    """Give thigh, shank, hip forward, hip up and the four tilts, (n, 8)."""
    gaits = table.shapes.reshape(len(table.shapes), -1)
    values = waves(landmark) @ np.concatenate([gaits, style.curves, _within_series(), style.tilts], axis=1)
    mean, own, within, tilts = np.split(values, np.cumsum([gaits.shape[1], 2, 6]), axis=1)
    curves = np.einsum("ncg,ng->nc", mean.reshape(len(landmark), 4, -1), weights)
    noise = np.einsum("nsk,nsk->ns", within.reshape(-1, 2, 3), random[:, :6].reshape(-1, 2, 3))
    curves[:, :2] += table.personal * (own + noise)
    return np.concatenate([curves, tilts], axis=1)


@cache
def _within_series() -> Floats:
    """Give the six curves that noise between strides multiplies: three of the thigh, three of the shank."""
    norm = running_norms()[1]
    low = low_waves(PERCENT)[:, :3] * WITHIN_WEIGHTS
    left = (
        aligned_spread(s.mean, s.within, WARP_NOISE, CONTACT_JITTER_S / MEAN_STRIDE_S) for s in (norm.thigh, norm.shank)
    )
    return series_of(np.concatenate([sd[:, np.newaxis] * low for sd in left], axis=1))


class Lifts(NamedTuple):
    """What the knee lifts of both legs do to one of them, on the grid: (n,) share of its own lift, what thigh and
    shank are raised by, and how far both lean on the standing foot, sagittal and sideways, rad; (3, n) hips, m.
    """

    share: Floats
    thigh: Floats
    shank: Floats
    lean: Floats
    lean_sideways: Floats
    hip: Floats


def _lifts(script: Script, runner: SimulatedRunner, side: Side, time: Floats) -> Lifts:
    """Add up the knee lifts for one leg."""
    share, thigh, shank, lean, sideways = (np.zeros_like(time) for _ in range(5))
    hip, length = np.zeros((3, len(time))), runner.geometry.thigh_m + runner.geometry.shank_m
    for one in script.knee_lifts():
        if (
            min(one.start_s, one.start_s + one.shank_lag_s) >= time[-1]
            or max(one.end_s, one.end_s + one.shank_lag_s) <= time[0]
        ):
            continue
        bump = one.bump(time)
        forward, up, right = one.hip_shift_m
        if one.side is side:
            share += bump
            height = runner.knee_lift if one.height is None else one.height
            thigh += height * bump
            shank += one.shank_share * (height * one.bump(time - one.shank_lag_s))
        else:
            lean -= forward / length * bump
            sideways += right / length * bump
            up = 0.0
        hip += np.outer((forward, up, right), bump)
    return Lifts(share, thigh, shank, lean, sideways, hip)


def _standing(leg: LegMotion, lifts: Lifts, rest: Floats, sway: Floats, style: Style) -> LegMotion:
    """Add standing and its sway, which fade as the stride grows, and the knee lifts."""
    tilts = leg.tilts + style.tilts_stand + style.tilts_lift * lifts.share[:, np.newaxis]
    tilts[:, ::2] += lifts.lean_sideways[:, np.newaxis]
    return replace(
        leg,
        thigh=leg.thigh + rest * (style.thigh_stand + sway[:, 0]) + lifts.thigh + lifts.lean,
        shank=leg.shank + rest * (style.shank_stand + sway[:, 1]) + lifts.shank + lifts.lean,
        tilts=tilts,
        hip=leg.hip + lifts.hip,
    )
