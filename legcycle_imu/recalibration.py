"""A recording calibrated afterwards: from all that it holds, where a live session has to begin after eight strides.

The recording is cut into windows; each with standing or running in it gives a calibration of its own. Of those of the
best kind (standing and running, before running, before standing alone) the middle one tells which others agree with it
- a sensor that slipped on the way agrees with itself alone - and their mean is the calibration.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from copy import copy
from dataclasses import dataclass, field, replace
from math import ceil, inf, radians
from pathlib import Path

import msgspec
import numpy as np
from scipy.spatial.transform import Rotation

from calibration.evidence import AlignmentSettings, SensorHold
from calibration.fit import fit_leg
from calibration.model import CalibrationSet, LegCalibration, SegmentCalibration, ZeroSource
from calibration.movement import Span, running_strides
from calibration.placement_check import check_placements
from firmware_bridge.samples import Placement, SampleBlock, Segment, Side
from legcycle_imu.calibrating import now_iso
from legcycle_imu.passage import Progress
from legcycle_imu.recorded import recorded

ORDER = (ZeroSource.STANDING_AND_RUNNING, ZeroSource.RUNNING, ZeroSource.STANDING)
"""From which zero is the best (docs/conventions.md)."""


@dataclass(frozen=True, slots=True)
class RecalibrationSettings:
    """How a recording is calibrated afterwards.

    Parameters
    ----------
    window_s : length of a window, s; over longer ones the gyroscope's bias does not stay the same
    step_s : time from the begin of one to that of the next, s; halves overlap, so that nothing falls between two
    agree_rad : calibrations of windows that differ by less are of a sensor that has not moved; between windows of the
        same run they scatter by one or two degrees
    alignment : settings of the fit to a window
    """

    window_s: float = 30.0
    step_s: float = 15.0
    agree_rad: float = radians(6.0)
    alignment: AlignmentSettings = field(default_factory=AlignmentSettings)


@dataclass(frozen=True, slots=True)
class Recalibration:
    """What a recording gives afterwards.

    Parameters
    ----------
    calibration : of the legs that could be aligned
    missing : side -> what is missing for the others, a sentence
    windows : side -> how many windows the calibration stands on, and how many gave one
    exchanged : sensors that seem to be worn elsewhere than was believed, a sentence; "" where none does
    """

    calibration: CalibrationSet
    missing: Mapping[Side, str]
    windows: Mapping[Side, tuple[int, int]]
    exchanged: str


def recalibrated(
    path: Path,
    start_s: float = 0.0,
    end_s: float = inf,
    *,
    settings: RecalibrationSettings | None = None,
    progress: Progress | None = None,
    now: Callable[[], str] = now_iso,
) -> Recalibration:
    """Calibrate a recording from what it holds between two times.

    Parameters
    ----------
    path : the recording
    start_s, end_s : samples before and after are left out
    settings : see `RecalibrationSettings`
    progress : called while the recording is read
    now : gives date and time, ISO 8601

    Raises
    ------
    LegcycleError : the recording cannot be read
    """
    settings = settings or RecalibrationSettings()
    known, samples, rates_hz = recorded(path, start_s, end_s, progress)
    legs, missing, windows = [], {}, {}
    for side in _whole_legs(samples):
        thigh, shank = (
            _whole(samples[at], rates_hz[at], settings) for at in (Placement(side, segment) for segment in Segment)
        )
        fits = list(_fits(side, thigh, shank, settings))
        if not fits:
            outcome = fit_leg(side, thigh, shank, settings.alignment, last_chance=True)
            if isinstance(outcome, str):
                missing[side] = outcome
                continue
            fits = [(Span(-inf, inf), outcome.calibration)]
        agreeing = _agreeing(fits, settings)
        strides = _strides([window for window, _ in agreeing], shank, settings)
        legs.append(_mean_leg([leg for _, leg in agreeing], strides))
        windows[side] = len(agreeing), len(fits)
    exchange = check_placements(_liveliest(samples, settings), rates_hz)
    calibration = msgspec.structs.replace(known, legs=tuple(legs), made=now())
    return Recalibration(calibration, missing, windows, "" if exchange is None else exchange.sentence)


def _whole_legs(samples: Mapping[Placement, SampleBlock]) -> list[Side]:
    return [side for side in Side if all(Placement(side, segment) in samples for segment in Segment)]


def _whole(block: SampleBlock, rate_hz: float, settings: RecalibrationSettings) -> SensorHold:
    """Give all samples of a sensor with the rests among them."""
    hold = SensorHold(rate_hz, replace(settings.alignment, hold_s=inf))
    hold.push(block)
    hold.take_until(inf)
    return hold


def _fits(
    side: Side, thigh: SensorHold, shank: SensorHold, settings: RecalibrationSettings
) -> Iterator[tuple[Span, LegCalibration]]:
    """Give what each window tells that tells something, with its times; all know of all rests."""
    if not (len(thigh.samples) and len(shank.samples)):
        return
    start = max(float(hold.samples.time[0]) for hold in (thigh, shank))
    end = min(float(hold.samples.time[-1]) for hold in (thigh, shank))
    for number in range(max(1, ceil((end - start - settings.window_s) / settings.step_s) + 1)):
        begin = start + number * settings.step_s
        window = Span(begin, begin + settings.window_s)
        part = [_between(hold, window) for hold in (thigh, shank)]
        fit = fit_leg(side, part[0], part[1], settings.alignment)
        if not isinstance(fit, str):
            yield window, fit.calibration


def _between(hold: SensorHold, window: Span) -> SensorHold:
    part = copy(hold)
    first, last = np.searchsorted(hold.samples.time, window)
    part.samples = hold.samples[slice(int(first), int(last))]
    return part


def _agreeing(
    fits: Sequence[tuple[Span, LegCalibration]], settings: RecalibrationSettings
) -> list[tuple[Span, LegCalibration]]:
    """Give the calibrations of the best kind that agree with the middle one of these."""
    best = min((fit.zero_source for _, fit in fits), key=ORDER.index)
    alike = [(window, fit) for window, fit in fits if fit.zero_source is best]
    apart = np.array([[_apart(one, other) for _, other in alike] for _, one in alike])
    middle = int(np.median(apart, axis=1).argmin())
    return [one for one, far in zip(alike, apart[middle], strict=True) if far <= settings.agree_rad]


def _mean_leg(agreeing: Sequence[LegCalibration], strides: int) -> LegCalibration:
    """Give the mean of calibrations, which rests on so many strides."""
    thigh, shank = (_mean([fit[segment] for fit in agreeing]) for segment in Segment)
    margin = float(np.mean([fit.sign_margin for fit in agreeing]))
    return msgspec.structs.replace(agreeing[0], thigh=thigh, shank=shank, strides=strides, sign_margin=margin)


def _strides(windows: Sequence[Span], shank: SensorHold, settings: RecalibrationSettings) -> int:
    """Count the running strides in windows that overlap, each once."""
    strides = running_strides(shank, settings.alignment)
    return sum(any(begin <= stride.start and stride.end <= end for begin, end in windows) for stride in strides)


def _apart(one: LegCalibration, other: LegCalibration) -> float:
    """Give by how much two calibrations differ, rad: the worse segment."""
    angles = ((_rotation(one[segment]) * _rotation(other[segment]).inv()).magnitude() for segment in Segment)
    return float(max(angles))


def _rotation(segment: SegmentCalibration) -> Rotation:
    return Rotation.from_matrix(segment.matrix())


def _mean(segments: Sequence[SegmentCalibration]) -> SegmentCalibration:
    rotation = Rotation.concatenate([_rotation(segment) for segment in segments]).mean().as_matrix()
    bias = np.median([segment.gyr_bias_rad_s for segment in segments], axis=0)
    x, y, z = ((float(row[0]), float(row[1]), float(row[2])) for row in rotation)
    return msgspec.structs.replace(
        segments[0],
        rotation=(x, y, z),
        gyr_bias_rad_s=(float(bias[0]), float(bias[1]), float(bias[2])),
        plane_spread=float(np.mean([segment.plane_spread for segment in segments])),
    )


def _liveliest(
    samples: Mapping[Placement, SampleBlock], settings: RecalibrationSettings
) -> dict[Placement, SampleBlock]:
    """Give the window in which most happens."""
    reference = next(iter(samples.values()), SampleBlock.empty())
    if len(reference) < 2:
        return dict(samples)
    edges = np.arange(float(reference.time[0]), float(reference.time[-1]), settings.window_s)
    places = np.searchsorted(reference.time, edges)
    energy = np.add.reduceat((reference.gyr**2).sum(axis=1), places)
    start_s = float(edges[int(energy.argmax())])
    window = {}
    for placement, block in samples.items():
        first, last = np.searchsorted(block.time, (start_s, start_s + settings.window_s))
        window[placement] = block[slice(int(first), int(last))]
    return window
