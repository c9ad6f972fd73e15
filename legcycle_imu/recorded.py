"""What a recording holds for a calibration made afterwards: each sensor's samples, where it was truly worn."""

from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

import numpy as np

from calibration.intrinsic import corrected
from calibration.model import CalibrationSet, WornSensor
from firmware_bridge.intake import Intake
from firmware_bridge.recording import Recording
from firmware_bridge.samples import Placement, SampleBlock
from firmware_bridge.source import Chunk, Kind, SensorFacts
from legcycle_imu.passage import Progress, readable_calibration, with_intrinsics

ROWS = 8000
"""Entries that are read at once."""


class Recorded(NamedTuple):
    """What a recording holds.

    Attributes
    ----------
    known : what was known before: intrinsic calibrations, and which sensor was worn where
    samples : of each sensor, where it was worn, what it errs by taken back
    rates_hz : nominal rates
    """

    known: CalibrationSet
    samples: dict[Placement, SampleBlock]
    rates_hz: dict[Placement, float]


def recorded(path: Path, start_s: float, end_s: float, progress: Progress | None = None) -> Recorded:
    """Read what a recording holds between two times.

    Where sensors are worn is what the last calibration made in the session found.

    Raises
    ------
    LegcycleError : it cannot be read
    """
    with Recording.open(path) as recording:
        known = readable_calibration(recording.meta) or CalibrationSet(())
        sensors, intake = _placed(recording.sensors, known), Intake(recording.sensors)
        parts: list[list[SampleBlock]] = []
        for batch in recording.batches(ROWS):
            parts.append(intake.push(batch))
            for made in _made(batch):
                known, sensors = with_intrinsics(made, known), _placed(sensors, made)
            if progress is not None and recording.duration_s > 0.0:
                progress(min(batch[-1].arrival_ns * 1e-9 / recording.duration_s, 1.0), f"reading {path.name}")
        parts.append(intake.flush())
    samples = {}
    for facts, blocks in zip(sensors, zip(*parts, strict=True), strict=True):
        block, intrinsic = SampleBlock.join(list(blocks)), known.intrinsic(facts)
        first, last = np.searchsorted(block.time, (start_s, end_s))
        block = block[slice(int(first), int(last))]
        samples[facts.placement] = block if intrinsic is None else corrected(block, intrinsic)
    worn = tuple(WornSensor(facts.device, facts.node, *facts.placement) for facts in sensors if facts.device)
    rates_hz = {facts.placement: facts.rate_hz for facts in sensors}
    return Recorded(CalibrationSet((), sensors=worn, intrinsics=known.intrinsics), samples, rates_hz)


def _made(batch: Sequence[Chunk]) -> Iterator[CalibrationSet]:
    """Give the calibrations that were made during the session; what is none counts for nothing."""
    for chunk in batch:
        if chunk.kind is Kind.CALIBRATION:
            with suppress(ValueError):
                yield CalibrationSet.from_json(chunk.data.decode())


def _placed(sensors: Sequence[SensorFacts], made: CalibrationSet) -> Sequence[SensorFacts]:
    """Give the sensors where a calibration found them; as they were where it is one that could not be used."""
    try:
        placed = made.placed(sensors)
    except ValueError:
        return sensors
    return placed if {facts.placement for facts in placed} == {facts.placement for facts in sensors} else sensors
