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
from calibration.intrinsic import corrected
from calibration.model import CalibrationSet, LegCalibration, SegmentCalibration, ZeroSource
from calibration.placement_check import check_placements
from firmware_bridge.intake import Intake
from firmware_bridge.recording import Recording
from firmware_bridge.samples import Placement, SampleBlock, Segment, Side
from legcycle_imu.calibrating import now_iso
from legcycle_imu.passage import Progress, calibration_of

ROWS = 8000
"""Entries that are read at once."""
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
    known, samples, rates_hz = _read(path, start_s, end_s, progress)
    legs, missing, windows = [], {}, {}
    for side in _whole_legs(samples):
        thigh, shank = (
            _whole(samples[at], rates_hz[at], settings) for at in (Placement(side, segment) for segment in Segment)
        )
        fits = [fit for fit in _fits(side, thigh, shank, settings) if isinstance(fit, LegCalibration)]
        if not fits:
            outcome = fit_leg(side, thigh, shank, settings.alignment, last_chance=True)
            if isinstance(outcome, str):
                missing[side] = outcome
                continue
            fits = [outcome.calibration]
        leg, agreeing = _agreed(fits, settings)
        legs.append(leg)
        windows[side] = agreeing, len(fits)
    exchange = check_placements(_liveliest(samples, settings), rates_hz)
    calibration = CalibrationSet(tuple(legs), sensors=known.sensors, intrinsics=known.intrinsics, made=now())
    return Recalibration(calibration, missing, windows, "" if exchange is None else exchange.sentence)


def _read(
    path: Path, start_s: float, end_s: float, progress: Progress | None
) -> tuple[CalibrationSet, dict[Placement, SampleBlock], dict[Placement, float]]:
    """Give what was known before, the samples of each sensor, what they err by taken back, and their rates."""
    with Recording.open(path) as recording:
        known = calibration_of(str(path), recording.meta) or CalibrationSet(())
        sensors = known.placed(recording.sensors)
        blocks: list[list[SampleBlock]] = [[] for _ in sensors]
        intake, duration_s = Intake(sensors), recording.duration_s
        for batch in recording.batches(ROWS):
            _keep(blocks, intake.push(batch))
            if progress is not None and duration_s > 0.0:
                progress(min(batch[-1].arrival_ns * 1e-9 / duration_s, 1.0), f"reading {path.name}")
        _keep(blocks, intake.flush())
    samples = {}
    for facts, parts in zip(sensors, blocks, strict=True):
        block, intrinsic = SampleBlock.join(parts), known.intrinsic(facts)
        first, last = np.searchsorted(block.time, (start_s, end_s))
        block = block[slice(int(first), int(last))]
        samples[facts.placement] = block if intrinsic is None else corrected(block, intrinsic)
    return known, samples, {facts.placement: facts.rate_hz for facts in sensors}


def _keep(blocks: list[list[SampleBlock]], new: Sequence[SampleBlock]) -> None:
    for kept, block in zip(blocks, new, strict=True):
        kept.append(block)


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
) -> Iterator[LegCalibration | str]:
    """Give what each window tells; all know of all rests."""
    if not (len(thigh.samples) and len(shank.samples)):
        return
    start = max(float(hold.samples.time[0]) for hold in (thigh, shank))
    end = min(float(hold.samples.time[-1]) for hold in (thigh, shank))
    for number in range(max(1, ceil((end - start - settings.window_s) / settings.step_s) + 1)):
        begin = start + number * settings.step_s
        part = [_between(hold, begin, begin + settings.window_s) for hold in (thigh, shank)]
        fit = fit_leg(side, part[0], part[1], settings.alignment)
        yield fit if isinstance(fit, str) else fit.calibration


def _between(hold: SensorHold, start_s: float, end_s: float) -> SensorHold:
    part = copy(hold)
    first, last = np.searchsorted(hold.samples.time, (start_s, end_s))
    part.samples = hold.samples[slice(int(first), int(last))]
    return part


def _agreed(fits: Sequence[LegCalibration], settings: RecalibrationSettings) -> tuple[LegCalibration, int]:
    """Give the mean of the calibrations that agree with the middle one of the best kind, and how many these are."""
    best = min((fit.zero_source for fit in fits), key=ORDER.index)
    alike = [fit for fit in fits if fit.zero_source is best]
    apart = np.array([[_apart(one, other) for other in alike] for one in alike])
    middle = int(np.median(apart, axis=1).argmin())
    agreeing = [fit for fit, far in zip(alike, apart[middle], strict=True) if far <= settings.agree_rad]
    thigh, shank = (_mean([fit[segment] for fit in agreeing]) for segment in Segment)
    strides, margin = sum(fit.strides for fit in agreeing), float(np.mean([fit.sign_margin for fit in agreeing]))
    leg = msgspec.structs.replace(alike[middle], thigh=thigh, shank=shank, strides=strides, sign_margin=margin)
    return leg, len(agreeing)


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
    if len(reference) == 0:
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
