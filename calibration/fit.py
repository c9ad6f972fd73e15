"""Fit of a leg's calibration to the samples that are held: a function of data, called by the aligner."""

from itertools import pairwise
from math import cos, nan, pi, radians, sin, sqrt
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.signal import butter, sosfiltfilt

from calibration.evidence import SHANK_POSTURE, THIGH_POSTURE, AlignmentSettings, Posture, SensorHold
from calibration.model import LegCalibration, SegmentCalibration, Triple, ZeroSource
from calibration.strapdown import Strapdown
from firmware_bridge.samples import Floats, Quality, SampleBlock, Segment, Side, Vectors

_SWING_HZ = 5.0
"""Strides are counted on rates below this: impact and soft tissue are above."""
_SAME_POSE_RAD = 10 * pi / 180
"""Rests in which gravity differs less than this from the longest one are the same standing."""
_KNOWN_BIAS_SD_RAD_S = 0.1 * pi / 180
"""What the sway of a standing person leaves open in the bias after a second of rest."""
_DRIFT_BIAS_SD_RAD_S = 0.3 * pi / 180
"""What the drift of the vertical over a few strides leaves open in the bias, where no rest shows it."""
_FEW_STRIDES_BIAS_SD_RAD_S = 1.0 * pi / 180
"""Bias of the gyroscopes that people own: within 1 deg/s; so much is open where hardly anything was seen."""
_ENOUGH_SIGHTINGS = 6
"""Sightings of the vertical from which its drift is told."""


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


class Span(NamedTuple):
    """A window between two equal phases of a swing, s."""

    start: float
    end: float


class Sighting(NamedTuple):
    """The vertical, seen in the drifting frame of a strapdown integration."""

    time: float
    up: Floats


class Course(NamedTuple):
    """A stretch of one sensor's samples, integrated.

    Attributes
    ----------
    time : (n,) s
    gyr : (n, 3) angular rate in the sensor frame, bias removed, rad/s
    axes : (n, 3, 3) rotation from the sensor frame to the drifting frame
    force : (n, 3) specific force in the drifting frame, m/s^2
    """

    time: Floats
    gyr: Vectors
    axes: NDArray[np.float64]
    force: Vectors


class Swing(NamedTuple):
    """A segment's movement in the plane that the vertical swept in its sensor's frame.

    Attributes
    ----------
    time : (n,) s
    up : (3,) the vertical at the first of these times, sensor frame
    angle : (n,) angle in the plane, rad, about an arbitrary zero
    rate : (n,) rate about the plane's normal, rad/s
    frame : (3, 3) rows x, y, z in the sensor frame: angle = atan2(up.x, up.y), z the normal
    standing : angle when standing, rad; NaN where no rest is known
    spread : share of the vertical's movement that left the plane
    bias : gyroscope bias in the sensor frame, rad/s
    bias_sd : its standard uncertainty, rad/s
    """

    time: Floats
    up: Floats
    angle: Floats
    rate: Floats
    frame: NDArray[np.float64]
    standing: float
    spread: float
    bias: Floats
    bias_sd: float

    def turned(self, sign: float) -> "Swing":
        """Give the view from the other side of the plane where the sign is negative."""
        flip = np.array([[sign], [1.0], [sign]])
        return self._replace(
            angle=sign * self.angle, rate=sign * self.rate, frame=flip * self.frame, standing=sign * self.standing
        )


class Zero(NamedTuple):
    """Where a segment's angle is zero: to be added to the swing's angle, its uncertainty, what it rests on."""

    offset: float
    sd: float
    stood: bool


def fit_leg(
    side: Side, thigh: SensorHold, shank: SensorHold, settings: AlignmentSettings, *, last_chance: bool = False
) -> Fit | str:
    """Fit a leg's calibration to what is held, or say in a sentence what is missing."""
    strides = _running_strides(shank, settings)
    if len(strides) >= (2 if last_chance else settings.strides):
        return _fit_running(side, thigh, shank, strides, settings)
    stood = _standing(thigh) is not None and _standing(shank) is not None
    lifts = _swings(thigh, settings)
    if stood and len(lifts) >= settings.lifts:
        return _fit_standing(side, thigh, shank, lifts, settings)
    return _what_is_missing(side, stood, len(lifts), len(strides), settings)


def _fit_running(
    side: Side, thigh: SensorHold, shank: SensorHold, strides: list[Span], settings: AlignmentSettings
) -> Fit | str:
    thigh_swing, shank_swing = (_swing(hold, strides) for hold in (thigh, shank))
    if _turning_ratio(thigh_swing, shank_swing) < settings.swapped_ratio:
        return (
            f"the {side} leg's thigh sensor turns faster than its shank sensor: the two seem to be swapped; "
            "swap them, or the two files, and try again"
        )
    shank_swing = shank_swing.turned(_relative_sign(thigh_swing, shank_swing))
    sign, margin = _forward_when_running(thigh_swing, shank_swing)
    swings = thigh_swing.turned(sign), shank_swing.turned(sign)
    typical_s = float(np.median([span.end - span.start for span in strides]))
    postures = (
        posture if typical_s >= settings.fast_stride_s else posture.with_running_sd(settings.fast_running_sd_rad)
        for posture in (THIGH_POSTURE, SHANK_POSTURE)
    )
    zeros = [_zero(swing, posture, settings) for swing, posture in zip(swings, postures, strict=True)]
    source = ZeroSource.STANDING_AND_RUNNING if all(zero.stood for zero in zeros) else ZeroSource.RUNNING
    return _fit(side, swings, zeros, source, margin, len(strides), settings)


def _fit_standing(
    side: Side, thigh: SensorHold, shank: SensorHold, lifts: list[Span], settings: AlignmentSettings
) -> Fit | str:
    thigh_swing, shank_swing = (_swing(hold, lifts) for hold in (thigh, shank))
    forward = float(np.mean(thigh_swing.angle) - thigh_swing.standing)
    backward = float(np.mean(shank_swing.angle) - shank_swing.standing)
    swings = thigh_swing.turned(np.sign(forward)), shank_swing.turned(-np.sign(backward))
    margin = min(abs(forward), abs(backward)) / max(abs(forward), abs(backward), 1e-9)
    zeros = [
        Zero(posture.standing_rad - swing.standing, posture.standing_sd_rad, True)
        for swing, posture in zip(swings, (THIGH_POSTURE, SHANK_POSTURE), strict=True)
    ]
    return _fit(side, swings, zeros, ZeroSource.STANDING, margin, 0, settings)


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


# What the samples show


def _bias(hold: SensorHold) -> Floats | None:
    """Give the gyroscope's bias from the last rest; None where there was none."""
    return hold.rests[-1].gyr if hold.rests else None


def _standing(hold: SensorHold) -> Floats | None:
    """Give the direction of gravity in standing, sensor frame: the longest rest and those in the same pose."""
    if not hold.rests:
        return None
    longest = _unit(max(hold.rests, key=lambda rest: rest.windows).acc)
    same = [r for r in hold.rests if float((_unit(r.acc) * longest).sum()) > cos(_SAME_POSE_RAD)]
    return _unit(np.sum([r.windows * _unit(r.acc) for r in same], axis=0))


def _unbroken(hold: SensorHold) -> SampleBlock:
    """Give the held samples since the last gap."""
    breaks = np.flatnonzero(hold.samples.quality & Quality.AFTER_GAP)
    return hold.samples[int(breaks[-1]) :] if len(breaks) else hold.samples


def _swings(hold: SensorHold, settings: AlignmentSettings, least_peak_rad_s: float = 0.0) -> list[Span]:
    """Give the windows between successive swings of a segment, about the axis about which it turns most."""
    samples = _unbroken(hold)
    if len(samples) < hold.rate_hz:
        return []
    bias = _bias(hold)
    gyr = samples.gyr if bias is None else samples.gyr - bias
    main = np.linalg.eigh(np.einsum("ni,nj->ij", gyr, gyr))[1][:, 2]
    rate = sosfiltfilt(butter(2, _SWING_HZ, fs=hold.rate_hz, output="sos"), (gyr * main).sum(axis=1))
    marks = np.flatnonzero(np.abs(rate) > settings.swing_rad_s)
    ahead = rate[marks] > 0
    starts = marks[1:][ahead[1:] & ~ahead[:-1]]
    peaks = [float(np.abs(rate[a:b]).max()) for a, b in pairwise(starts)]
    spans = [Span(float(samples.time[a]), float(samples.time[b])) for a, b in pairwise(starts)]
    return [span for span, peak in zip(spans, peaks, strict=True) if peak >= least_peak_rad_s]


def _running_strides(shank: SensorHold, settings: AlignmentSettings) -> list[Span]:
    shortest, longest = settings.running_stride_s
    spans = _swings(shank, settings, settings.running_shank_rad_s)
    return [span for span in spans if shortest <= span.end - span.start <= longest]


def _integrated(hold: SensorHold, start: float, end: float) -> Course:
    samples = _unbroken(hold)
    part = samples[slice(*np.searchsorted(samples.time, (start, end)).tolist())]
    bias = _bias(hold)
    gyr = part.gyr if bias is None else part.gyr - bias
    axes = np.stack(Strapdown(hold.rate_hz).push(gyr), axis=1).reshape(-1, 3, 3)
    return Course(part.time, gyr, axes, np.einsum("nij,nj->ni", axes, part.acc))


def _sightings(course: Course, spans: list[Span]) -> list[Sighting]:
    """Give the vertical as the mean specific force between equal phases shows it."""
    sum_ = np.cumsum(course.force, axis=0)
    sightings = []
    for span in spans:
        a, b = np.searchsorted(course.time, span)
        if b - 1 > a:
            sightings.append(Sighting(0.5 * (span.start + span.end), _unit(sum_[b - 1] - sum_[a])))
    return sightings


def _vertical(sightings: list[Sighting], time: Floats) -> tuple[Vectors, Floats]:
    """Give the vertical over time, shape (n, 3), and its drift (rad/s).

    The sightings lie on a straight line, since the bias is constant over so short a time.
    """
    times = np.array([s.time for s in sightings])
    ups = np.array([s.up for s in sightings])
    middle = times.mean()
    level, slope = ups.mean(axis=0), np.zeros(3)
    if len(times) >= _ENOUGH_SIGHTINGS:
        slope, level = np.polyfit(times - middle, ups, 1)
    path: Vectors = level + (time - middle)[:, None] * slope
    return path / np.sqrt((path * path).sum(axis=1))[:, None], slope


def _bias_from_drift(course: Course, level: Floats, slope: Floats) -> Floats:
    """Give the bias that makes the vertical drift: slope = (mean rotation . bias) x vertical."""
    bias: Floats = np.linalg.solve(course.axes.mean(axis=0), np.cross(level, slope))
    return bias


def _swing(hold: SensorHold, spans: list[Span]) -> Swing:
    """Find the plane that the vertical sweeps in the sensor's frame, and the angle in it."""
    course = _integrated(hold, spans[0].start, spans[-1].end)
    sightings = _sightings(course, spans)
    vertical, drift = _vertical(sightings, course.time)
    up = np.einsum("nji,nj->ni", course.axes, vertical)
    shares, directions = np.linalg.eigh(np.einsum("ni,nj->ij", up, up) / len(up))
    z = directions[:, 0]
    standing = _standing(hold)
    y = up.mean(axis=0) if standing is None else standing
    y = _unit(y - (y * z).sum() * z)
    frame = np.array([np.cross(y, z), y, z])
    angle = np.unwrap(np.arctan2((up * frame[0]).sum(axis=1), (up * y).sum(axis=1)))
    rate = (course.gyr * z).sum(axis=1)
    spread = float(shares[0] / (shares[0] + shares[1]))
    bias, bias_sd = _bias(hold), _KNOWN_BIAS_SD_RAD_S
    if bias is None:
        bias = _bias_from_drift(course, vertical[len(vertical) // 2], drift)
        bias_sd = _DRIFT_BIAS_SD_RAD_S if len(sightings) >= _ENOUGH_SIGHTINGS else _FEW_STRIDES_BIAS_SD_RAD_S
    return Swing(course.time, up[0], angle, rate, frame, nan if standing is None else 0.0, spread, bias, bias_sd)


# Which way is forward


def _turning_ratio(thigh: Swing, shank: Swing) -> float:
    return float(np.percentile(np.abs(shank.rate), 95) / np.percentile(np.abs(thigh.rate), 95))


def _relative_sign(thigh: Swing, shank: Swing) -> float:
    """Give the sign for the shank: while the thigh swings forward, the shank is behind."""
    rate = np.interp(shank.time, thigh.time, thigh.rate)
    behind = -float(np.corrcoef(shank.angle, rate)[0, 1])
    return 1.0 if behind >= 0 else -1.0


def _forward_when_running(thigh: Swing, shank: Swing) -> tuple[float, float]:
    """Give the sign for both segments and how clearly the votes agree on it, 0..1.

    Each vote is divided by its usual size (medians over 78 legs; docs/algorithms.md, "Alignment").
    """
    knee = np.interp(shank.time, thigh.time, thigh.angle) - shank.angle
    votes = [_skewness(shank.rate) / 0.5, _skewness(knee) / 0.5, -_skewness(thigh.angle) / 0.4]
    bent = float(knee.mean()) - (thigh.standing - shank.standing)
    if not np.isnan(bent):
        votes += [bent / radians(45.0)] * 2  # standing, the knee is known to be straight: worth two
    ballot = np.clip(votes, -1.0, 1.0)
    result = float(ballot.mean())
    return (1.0 if result >= 0 else -1.0), abs(result)


# Where the zero is


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


# What to say


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


def _what_is_missing(side: Side, stood: bool, lifts: int, strides: int, settings: AlignmentSettings) -> str:
    seen = f"{strides} running strides and {lifts} swings" + (" and standing still" if stood else ", no standing still")
    return (
        f"the {side} leg cannot be aligned from what was recorded ({seen}): it takes {settings.strides} strides of "
        f"running, or standing still for 2 s and {settings.lifts} knee lifts"
    )


def _skewness(values: Floats) -> float:
    centred = values - values.mean()
    return float((centred**3).mean() / (centred**2).mean() ** 1.5)


def _unit(vector: Floats) -> Floats:
    unit: Floats = vector / sqrt(float((vector * vector).sum()))
    return unit


def _triple(vector: Floats) -> tuple[float, float, float]:
    x, y, z = (float(value) for value in vector)
    return x, y, z


def _triple_of_triples(matrix: NDArray[np.float64]) -> tuple[Triple, Triple, Triple]:
    return _triple(matrix[0]), _triple(matrix[1]), _triple(matrix[2])
