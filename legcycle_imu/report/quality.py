"""How far the figures of a recording can be trusted: strides counted by flag, samples by fate, calibrations judged."""

from collections import Counter
from math import isinf, nan
from typing import NamedTuple

from firmware_bridge.samples import Placement, Side
from firmware_bridge.source import SensorFacts
from firmware_bridge.stream import StreamStatistics
from legcycle_imu.report.results import statistics
from legcycle_imu.report.session import Session
from legcycle_imu.report.words import FLAGS
from legcycle_imu.view.quality import Quality, quality_of

GRAVITY = 9.80665
"""Standard gravity, m/s^2: ranges are sold in g."""


class StridesOfLeg(NamedTuple):
    """What became of a leg's strides.

    Attributes
    ----------
    side : which leg
    found, good : strides in the table, and those on which the figures rest
    coverage_pct : mean share of a stride's samples that really arrived; NaN without strides
    """

    side: Side
    found: int
    good: int
    coverage_pct: float


class FlagCount(NamedTuple):
    """One flag: what it means, and on how many strides of each leg it is."""

    flag: str
    meaning: str
    strides: dict[Side, int]


class SensorQuality(NamedTuple):
    """One sensor and its samples."""

    placement: Placement
    facts: SensorFacts
    samples: StreamStatistics

    @property
    def lost_pct(self) -> float:
        """Share of the samples that did not arrive, %; NaN where none was due."""
        due = self.samples.received + self.samples.missing
        return 100.0 * self.samples.missing / due if due else nan

    @property
    def ranges(self) -> str:
        """Full scales in words."""
        acc, gyr = self.facts.acc_range_m_s2 / GRAVITY, self.facts.gyr_range_rad_s * 57.29577951308232
        known = [f"{size:.0f} {unit}" for size, unit in ((acc, "g"), (gyr, "°/s")) if not isinf(size)]
        return "± " + ", ± ".join(known) if known else "not known"


class CalibrationOfLeg(NamedTuple):
    """How good a leg's calibration is; `figures` are empty where there is none, and `advice` then says why."""

    side: Side
    figures: tuple[Quality, ...]
    strides: int
    advice: str


class DataQuality(NamedTuple):
    """All of it."""

    legs: tuple[StridesOfLeg, ...]
    flags: tuple[FlagCount, ...]
    sensors: tuple[SensorQuality, ...]
    calibrations: tuple[CalibrationOfLeg, ...]


def data_quality(session: Session) -> DataQuality:
    """Count and judge."""
    return DataQuality(
        tuple(_strides(session, side) for side in session.sides),
        _flags(session),
        tuple(
            SensorQuality(facts.placement, facts, counted)
            for facts, counted in zip(session.sensors, session.statistics, strict=True)
        ),
        tuple(_calibration(session, side) for side in session.sides),
    )


def _strides(session: Session, side: Side) -> StridesOfLeg:
    of_leg = [stride for stride in session.strides if stride.side is side]
    coverage = statistics(stride.coverage_pct for stride in of_leg)
    return StridesOfLeg(side, len(of_leg), session.summary.legs[side].strides, coverage.mean)


def _flags(session: Session) -> tuple[FlagCount, ...]:
    counted = {side: Counter[str]() for side in session.sides}
    for stride in session.strides:
        counted[stride.side].update(stride.flags)
    seen = sorted(set().union(*counted.values()), key=lambda flag: list(FLAGS).index(flag) if flag in FLAGS else 99)
    return tuple(
        FlagCount(flag, FLAGS.get(flag, ""), {side: count[flag] for side, count in counted.items()}) for flag in seen
    )


def _calibration(session: Session, side: Side) -> CalibrationOfLeg:
    known = session.calibrations.get(side)
    if known is None:
        return CalibrationOfLeg(side, (), 0, session.trouble)
    return CalibrationOfLeg(side, quality_of(known), known.strides, known.advice)
