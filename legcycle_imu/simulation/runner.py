"""Who runs in the simulation: lengths, posture, personal style, impacts; drawn from a seed around the norms."""

from dataclasses import dataclass
from typing import Literal

import numpy as np

from calibration.sideways import RUNNING_SHANK, RUNNING_THIGH
from firmware_bridge.samples import Side
from legcycle_imu.runner import SHANK_OF_HEIGHT, THIGH_OF_HEIGHT, LegGeometry
from legcycle_imu.simulation.fourier import series_of
from legcycle_imu.simulation.norms import PERCENT, Floats, running_norms
from legcycle_imu.simulation.shapes import running

SIDES = (Side.LEFT, Side.RIGHT)
MEAN_STRIDE_S = 0.7
"""Stride time, s, for which spreads of contact and toe-off are given in seconds; they shrink with the stride."""
DRAWN_WITHIN = 2.0
"""Draws are kept within so many standard deviations: no runner is a freak."""


@dataclass(frozen=True, slots=True)
class Variation:
    """How much runners and strides differ: factors on the spreads given here (0 = none, 1 = as measured).

    Parameters
    ----------
    between : differences between runners
    within : differences between the strides of one runner
    asymmetry : differences between the legs of one runner
    out_of_plane : motion of the segments out of the sagittal plane
    impact : impact and soft-tissue wobble
    """

    between: float = 1.0
    within: float = 1.0
    asymmetry: float = 1.0
    out_of_plane: float = 1.0
    impact: float = 1.0


@dataclass(frozen=True)
class Style:
    """How one leg differs from the mean runner's.

    Parameters
    ----------
    thigh_stand, shank_stand : angles while standing, rad
    phase : lead on its half of the stride, as a fraction
    warp : (3,) shift of toe-off, peak heel lift and peak knee drive, as fractions of the stride
    contact_lag, toe_off_lag : s by which contact and toe-off come after what the motion shows
    curves : (2 * HARMONICS + 1, 2) deviation of thigh and shank over the landmark phase, rad, as Fourier series
    tilts : (2 * HARMONICS + 1, 4) thigh adduction, thigh rotation, shank adduction, shank rotation, rad
    tilts_stand : (4,) the same while standing, rad; it goes on in the strides
    tilts_lift : (4,) what is added at the top of a knee lift, rad
    """

    thigh_stand: float
    shank_stand: float
    phase: float
    warp: Floats
    contact_lag: float
    toe_off_lag: float
    curves: Floats
    tilts: Floats
    tilts_stand: Floats
    tilts_lift: Floats


@dataclass(frozen=True, slots=True)
class Impact:
    """What each contact does to the sensors, as damped motion that begins some time after contact.

    Parameters
    ----------
    peak : acceleration along the shank, m/s^2, at 3.5 m/s; default from 3 to 10 g, the shared recordings' model
    frequency_hz : its frequency, 15 to 40 Hz
    at_thigh : share of it that reaches the thigh
    delay_s : begin after contact, s: 12 +- 6 ms between runners, never under 2
    delay_jitter_s : SD of the delay between strides, s
    wobble_rate : (2,) largest rate of thigh's and shank's sensor on the bone, rad/s
    wobble_hz : (2,) its frequency, 8 to 20 Hz
    wobble_axis : (2, 3) its axis in the segment frame, unit length, mostly mediolateral
    landing_peak : largest acceleration of the landing at 3.5 m/s, m/s^2 (see `legcycle_imu.simulation.landing`)
    """

    peak: float
    frequency_hz: float
    delay_s: float
    wobble_rate: tuple[float, float]
    wobble_hz: tuple[float, float]
    wobble_axis: Floats
    landing_peak: float = 17.0
    at_thigh: float = 0.4
    delay_jitter_s: float = 0.003


@dataclass(frozen=True)
class SimulatedRunner:
    """A runner of the simulation.

    Parameters
    ----------
    height_m : body height, m
    geometry : lengths of the legs, m
    hip_width_m : from hip to hip, m
    stride_time_factor : own stride time over the norm's
    knee_lift : height of a knee lift, rad of thigh above standing
    legs : style of each leg
    impact : impacts and wobble
    variation : the factors it was drawn with
    """

    height_m: float
    geometry: LegGeometry
    hip_width_m: float
    stride_time_factor: float
    knee_lift: float
    legs: dict[Side, Style]
    impact: Impact
    variation: Variation


STAND_THIGH, STAND_SHANK = (-3.8, 2.6), (-3.7, 2.8)
"""Standing angles, deg: mean and SD over 13 runners (docs/conventions.md)."""
STRIDE_TIME_SD = 0.05
"""SD of stride time between runners as a share of it: 5.3 % at 2.5 m/s (norms)."""
CONTACT_LAG_SD, TOE_OFF_LAG_SD = 0.008, 0.003
"""SD between runners, s, of contact and toe-off about their place in the motion; with the curves' own
spread the offsets of the gyroscope's cues come to about 9 and 5 ms, as measured."""
CONTACT_JITTER_S, TOE_OFF_JITTER_S = 0.0030, 0.0015
"""SD between strides, s, of contact and toe-off about their place in the motion; with the noise of the shapes
the gyroscope's cues then vary by about 4.5 and 2.7 ms within a runner, as measured."""
SPREAD_HARMONICS = 4
"""Harmonics of the stride kept of a spread: personal deviations shall be slow, or they shake the sensors."""
LEAST_SHARE = 0.4
"""At least this share of a norm's SD is left once the timing of each runner or stride is aligned."""
DRIVE_WITH_LIFT = 0.8
"""Correlation of peak knee drive with peak heel lift between runners: the time between them varies by 10 ms."""
LEG_SHARE = 0.35
"""SD between a runner's legs as a share of the SD between runners."""
CURVE_WEIGHTS = np.sqrt([0.5, 0.42, 0.42, 0.08, 0.08])
"""How a personal deviation is made up of a constant and two harmonics; the variance is 1 at every phase."""
SIDEWAYS = RUNNING_THIGH, RUNNING_SHANK
"""How thigh and shank leave the sagittal plane: measured in the recorded runners (benchmarks/fit_sideways.py)."""
LANDING_PEAK = (17.0, 5.0)
"""Landing's largest acceleration at 3.5 m/s, m/s^2: mean and SD between runners."""
TILT_STAND_DEG = np.array([2.5, 3.0])
"""SD between legs of thigh's and shank's adduction while standing about `Sideways.standing_deg`, deg: by how much the
axis about which the recorded sagittal angles turn differs from that of standing (benchmarks/fit_sideways.py)."""
TILT_LIFT_DEG = np.array([0.5, 0.4])
"""SD of the adduction that comes at the top of a knee lift, deg: chosen, for no knee lifts are recorded."""


def draw_runner(
    seed: int,
    variation: Variation | None = None,
    *,
    height_m: float | None = None,
    impact_delay_s: float | None = None,
    impact_delay_shift_s: float = 0.0,
) -> SimulatedRunner:
    """Draw a runner.

    Parameters
    ----------
    seed : the same seed gives the same runner
    variation : factors on the spreads; default all 1
    height_m : body height, m; drawn where not given
    impact_delay_s : delay of the impact after contact, s; drawn where not given
    impact_delay_shift_s : added to the delay, s
    """
    vary, rng = variation or Variation(), np.random.default_rng([seed, 1])
    height = 1.75 + 0.07 * _clipped(rng) if height_m is None else height_m
    geometry = LegGeometry(
        thigh_m=height * (THIGH_OF_HEIGHT + vary.between * 0.008 * _clipped(rng)),
        shank_m=height * (SHANK_OF_HEIGHT + vary.between * 0.006 * _clipped(rng)),
    )
    person = _draws(rng)
    return SimulatedRunner(
        height_m=height,
        geometry=geometry,
        hip_width_m=0.10 * height,
        stride_time_factor=1.0 + vary.between * STRIDE_TIME_SD * _clipped(rng),
        knee_lift=np.radians(68.0 + vary.between * 5.0 * _clipped(rng)),
        legs={side: _style(side, person, rng, vary) for side in SIDES},
        impact=_draw_impact(rng, impact_delay_s, impact_delay_shift_s),
        variation=vary,
    )


def _clipped(rng: np.random.Generator) -> float:
    return float(np.clip(rng.standard_normal(), -DRAWN_WITHIN, DRAWN_WITHIN))


_DRAWS = 2 + 3 + 2 + 10
"""Standing angles, warps, lags, two curves of five coefficients."""


def _draws(rng: np.random.Generator) -> Floats:
    return np.clip(rng.standard_normal(_DRAWS), -DRAWN_WITHIN, DRAWN_WITHIN)


def _style(side: Side, person: Floats, rng: np.random.Generator, vary: Variation) -> Style:
    own = LEG_SHARE * vary.asymmetry
    z = vary.between * (np.sqrt(max(0.0, 1.0 - own**2)) * person + own * _draws(rng))
    warp_sd = mean_landmark_sd("between")
    return Style(
        thigh_stand=np.radians(STAND_THIGH[0] + STAND_THIGH[1] * z[0]),
        shank_stand=np.radians(STAND_SHANK[0] + STAND_SHANK[1] * z[1]),
        phase=(0.5 if side is Side.RIGHT else 0.0) + 0.004 * vary.asymmetry * _clipped(rng),
        warp=warp_sd * together(z[2:5], DRIVE_WITH_LIFT),
        contact_lag=CONTACT_LAG_SD * float(z[5]),
        toe_off_lag=TOE_OFF_LAG_SD * float(z[6]),
        curves=_deviation(z[7:].reshape(2, 5), warp_sd),
        tilts=vary.out_of_plane * _draw_tilts(side, rng),
        tilts_stand=vary.out_of_plane * (standing_tilts(side) + _adduction(TILT_STAND_DEG) * _clipped(rng)),
        tilts_lift=vary.out_of_plane * _adduction(TILT_LIFT_DEG) * _clipped(rng),
    )


def mean_landmark_sd(kind: Literal["between", "within"]) -> Floats:
    """Give the SD of toe-off, peak heel lift and peak knee drive, as fractions of the stride, over the norms."""
    spreads = [(n.toe_off, n.peak_heel_lift, n.peak_knee_drive) for n in running_norms()]
    return np.asarray(np.mean([[getattr(s, kind) for s in row] for row in spreads], axis=0))


def together(draws: Floats, correlation: float) -> Floats:
    """Correlate the last of three draws (..., 3), of unit variance, with the middle one."""
    first, middle, last = np.moveaxis(draws, -1, 0)
    return np.stack([first, middle, correlation * middle + np.sqrt(1.0 - correlation**2) * last], axis=-1)


def _deviation(z: Floats, warp_sd: Floats) -> Floats:
    """Give a runner's own deviation of thigh and shank as Fourier series, from ten draws (2, 5)."""
    norm = running_norms()[1]
    low = low_waves(PERCENT) * CURVE_WEIGHTS
    spreads = (
        aligned_spread(s.mean, s.between, warp_sd, CONTACT_LAG_SD / MEAN_STRIDE_S) for s in (norm.thigh, norm.shank)
    )
    return np.stack([series_of(sd * (low @ own)) for sd, own in zip(spreads, z, strict=True)], axis=-1)


def aligned_spread(mean: Floats, sd: Floats, warp_sd: Floats, lag_sd: float) -> Floats:
    """Give what is left of a curve's SD (100,) when landmarks (3,) and contact, as fractions, are aligned."""
    slope = (np.roll(mean, -1) - np.roll(mean, 1)) * PERCENT / 2.0
    moved = running().bumps(np.arange(PERCENT) / PERCENT) ** 2 @ warp_sd**2 + lag_sd**2
    left = np.sqrt(np.maximum(sd**2 - slope**2 * moved, (LEAST_SHARE * sd) ** 2))
    return smoothed(left)


def smoothed(curve: Floats) -> Floats:
    """Give a periodic curve without what is faster than `SPREAD_HARMONICS` of the stride."""
    spectrum = np.fft.rfft(curve)
    spectrum[SPREAD_HARMONICS + 1 :] = 0.0
    return np.fft.irfft(spectrum, len(curve))


def low_waves(points: int) -> Floats:
    """Give 1, cos, sin, cos 2, sin 2 over one period, (points, 5)."""
    phase = 2 * np.pi * np.arange(points) / points
    return np.stack([np.ones(points), np.cos(phase), np.sin(phase), np.cos(2 * phase), np.sin(2 * phase)], axis=-1)


def standing_tilts(side: Side) -> Floats:
    """Give the mean tilts of a leg while standing, (4,) rad."""
    thigh, shank = (sideways.standing(side) for sideways in SIDEWAYS)
    return np.array([thigh, 0.0, shank, 0.0])


def _adduction(sizes_deg: Floats) -> Floats:
    return np.radians([sizes_deg[0], 0.0, sizes_deg[1], 0.0])


def _draw_tilts(side: Side, rng: np.random.Generator) -> Floats:
    """Draw the tilts of a leg about those of the recorded runners, as series over the landmark phase."""
    tilts = np.zeros((len(series_of(np.zeros(PERCENT))), 4))
    half, mirror = len(tilts) // 2, 1.0 if side is Side.LEFT else -1.0
    norm = running_norms()[1]
    for segment, (sideways, swing) in enumerate(zip(SIDEWAYS, (norm.thigh.mean, norm.shank.mean), strict=True)):
        farthest_forward = np.angle(np.fft.rfft(swing)[1])
        for kind, tilt in enumerate((sideways.adduction, sideways.rotation)):
            mean, *parts = mirror * (tilt.mean() + tilt.sd() * np.array([_clipped(rng) for _ in tilt.mean()]))
            column = 2 * segment + kind
            tilts[0, column] = mean
            for k, (real, imag) in enumerate(zip(parts[::2], parts[1::2], strict=True), 1):
                wave = complex(real, imag) * np.exp(1j * k * farthest_forward)
                tilts[k, column], tilts[half + k, column] = wave.real, -wave.imag
    return tilts


def _draw_impact(rng: np.random.Generator, delay_s: float | None, shift_s: float) -> Impact:
    drawn = max(0.002, 0.012 + 0.006 * _clipped(rng))
    degree = np.pi / 180
    axis = np.stack([0.3 * rng.standard_normal(2), 0.3 * rng.standard_normal(2), rng.choice([-1.0, 1.0], 2)], axis=1)
    return Impact(
        peak=9.80665 * rng.uniform(3.0, 10.0),
        frequency_hz=rng.uniform(15.0, 40.0),
        delay_s=(drawn if delay_s is None else delay_s) + shift_s,
        wobble_rate=(degree * rng.uniform(90.0, 300.0), degree * rng.uniform(70.0, 200.0)),
        wobble_hz=(rng.uniform(8.0, 20.0), rng.uniform(8.0, 20.0)),
        wobble_axis=axis / np.linalg.norm(axis, axis=1, keepdims=True),
        landing_peak=LANDING_PEAK[0] + LANDING_PEAK[1] * _clipped(rng),
    )
