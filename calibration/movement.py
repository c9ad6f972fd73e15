"""What the held samples of a sensor show: rests, swings, and the plane that the vertical sweeps in its frame."""

from itertools import pairwise
from math import cos, nan, pi, sqrt
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.signal import butter, sosfiltfilt

from calibration.evidence import AlignmentSettings, SensorHold
from calibration.strapdown import Strapdown
from firmware_bridge.samples import Floats, SampleBlock, Vectors, parts_between_gaps

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
_AT_THE_EDGES = 2
"""Samples that a whole window may seem to lack: sensors sample at their own instants."""
_ENOUGH_SIGHTINGS = 6
"""Sightings of the vertical from which its drift is told."""


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


def _bias(hold: SensorHold) -> Floats | None:
    """Give the gyroscope's bias from the last rest; None where there was none."""
    return hold.rests[-1].gyr if hold.rests else None


def standing_gravity(hold: SensorHold) -> Floats | None:
    """Give the direction of gravity in standing, sensor frame: the longest rest and those in the same pose."""
    if not hold.rests:
        return None
    longest = _unit(max(hold.rests, key=lambda rest: rest.windows).acc)
    same = [r for r in hold.rests if float((_unit(r.acc) * longest).sum()) > cos(_SAME_POSE_RAD)]
    return _unit(np.sum([r.windows * _unit(r.acc) for r in same], axis=0))


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
    bias = _bias(hold)
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


def _bouts(hold: SensorHold, spans: list[Span]) -> list[list[Span]]:
    """Group the windows that adjoin each other and of which the sensor has every sample."""
    bouts: list[list[Span]] = []
    for span in spans:
        first, last = np.searchsorted(hold.samples.time, span)
        whole = last - first >= (span.end - span.start) * hold.rate_hz - _AT_THE_EDGES
        if whole and bouts and bouts[-1][-1].end == span.start:
            bouts[-1].append(span)
        elif whole:
            bouts.append([span])
    return bouts


def _integrated(hold: SensorHold, start: float, end: float) -> Course:
    part = hold.samples[slice(*np.searchsorted(hold.samples.time, (start, end)).tolist())]
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


class _Bout(NamedTuple):
    """One bout: time, the vertical and the rate in the sensor frame, and the bias that its drift tells."""

    time: Floats
    up: Vectors
    gyr: Vectors
    bias: Floats
    sightings: int


def _seen(hold: SensorHold, spans: list[Span]) -> _Bout:
    course = _integrated(hold, spans[0].start, spans[-1].end)
    sightings = _sightings(course, spans)
    vertical, drift = _vertical(sightings, course.time)
    # the vertical drifts with (mean rotation . bias) x vertical
    turning = np.cross(vertical[len(vertical) // 2], drift)
    bias = np.linalg.solve(course.axes.mean(axis=0), turning)
    return _Bout(course.time, np.einsum("nji,nj->ni", course.axes, vertical), course.gyr, bias, len(sightings))


def swing_of(hold: SensorHold, spans: list[Span]) -> Swing | None:
    """Find the plane that the vertical sweeps in the sensor's frame, and the angle in it; None without any span."""
    bouts = [_seen(hold, bout) for bout in _bouts(hold, spans)]
    if not bouts:
        return None
    time, up, gyr = (np.concatenate(column) for column in list(zip(*bouts, strict=True))[:3])
    shares, directions = np.linalg.eigh(np.einsum("ni,nj->ij", up, up) / len(up))
    z = directions[:, 0]
    stood = standing_gravity(hold)
    y = up.mean(axis=0) if stood is None else stood
    y = _unit(y - (y * z).sum() * z)
    frame = np.array([np.cross(y, z), y, z])
    angle = np.unwrap(np.arctan2((up * frame[0]).sum(axis=1), (up * y).sum(axis=1)))
    spread = float(shares[0] / (shares[0] + shares[1]))
    bias, bias_sd = _bias(hold), _KNOWN_BIAS_SD_RAD_S
    if bias is None:
        longest = max(bouts, key=lambda bout: bout.sightings)
        bias = longest.bias
        bias_sd = _DRIFT_BIAS_SD_RAD_S if longest.sightings >= _ENOUGH_SIGHTINGS else _FEW_STRIDES_BIAS_SD_RAD_S
    standing = nan if stood is None else 0.0
    return Swing(time, up[0], angle, (gyr * z).sum(axis=1), frame, standing, spread, bias, bias_sd)


def _unit(vector: Floats) -> Floats:
    unit: Floats = vector / sqrt(float((vector * vector).sum()))
    return unit
