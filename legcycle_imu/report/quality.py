"""How far the figures of a recording can be trusted: strides counted by flag, samples by fate, calibrations judged."""

from collections import Counter
from collections.abc import Iterator, Sequence
from math import degrees, isinf, isnan, nan
from typing import NamedTuple

from firmware_bridge.samples import Placement, Side
from firmware_bridge.source import SensorFacts
from firmware_bridge.stream import StreamStatistics
from legcycle_imu.report.results import statistics
from legcycle_imu.report.session import Heard, Session
from legcycle_imu.report.words import FLAGS, clock
from legcycle_imu.view.quality import Quality, quality_of

SILENT_S = 5.0
"""A sensor that was silent for longer than this at the session's beginning or end is told, s."""
GRAVITY = 9.80665
"""Standard gravity, m/s^2: ranges are sold in g."""


class StridesOfLeg(NamedTuple):
    """What became of a leg's strides.

    Attributes
    ----------
    side : which leg
    found, good : strides in the table, and those on which the figures rest
    coverage_pct : mean share of a stride's samples that really arrived; NaN without strides
    heard_pct : share of the session's samples that arrived, of the leg's worse sensor
    """

    side: Side
    found: int
    good: int
    coverage_pct: float
    heard_pct: float


class FlagCount(NamedTuple):
    """One flag: what it means, and on how many strides of each leg it is."""

    flag: str
    meaning: str
    strides: dict[Side, int]


class SensorQuality(NamedTuple):
    """One sensor and its samples.

    Attributes
    ----------
    placement, facts, samples : where it is worn, what it is, what became of its samples
    heard : from when to when it sent
    session_s : how long any sensor sent, s
    """

    placement: Placement
    facts: SensorFacts
    samples: StreamStatistics
    heard: Heard
    session_s: float

    @property
    def heard_pct(self) -> float:
        """Share of the samples of the whole session that arrived, %; 0 where none did."""
        if isnan(self.heard.start_s) or not self.session_s > 0.0:
            return 0.0
        sent = (self.heard.end_s - self.heard.start_s) / self.session_s
        return sent * (100.0 - self.lost_pct)

    @property
    def lost_pct(self) -> float:
        """Share of the samples that did not arrive, %; NaN where none was due."""
        due = self.samples.received + self.samples.missing
        return 100.0 * self.samples.missing / due if due else nan

    @property
    def ranges(self) -> str:
        """Full scales in words."""
        acc, gyr = self.facts.acc_range_m_s2 / GRAVITY, degrees(self.facts.gyr_range_rad_s)
        known = [f"{size:.0f} {unit}" for size, unit in ((acc, "g"), (gyr, "°/s")) if not isinf(size)]
        return "± " + ", ± ".join(known) if known else "not known"


class CalibrationOfLeg(NamedTuple):
    """How good a leg's calibration is; `figures` are empty where there is none: the notices say why."""

    side: Side
    figures: tuple[Quality, ...]


class DataQuality(NamedTuple):
    """All of it; `missed` are sentences on sensors that were silent for long."""

    legs: tuple[StridesOfLeg, ...]
    flags: tuple[FlagCount, ...]
    sensors: tuple[SensorQuality, ...]
    calibrations: tuple[CalibrationOfLeg, ...]
    missed: tuple[str, ...] = ()


def data_quality(session: Session) -> DataQuality:
    """Count and judge."""
    sensors = _sensors(session)
    return DataQuality(
        tuple(_strides(session, side, sensors) for side in session.sides),
        _flags(session),
        sensors,
        tuple(_calibration(session, side) for side in session.sides),
        tuple(_missed(session)),
    )


def _sensors(session: Session) -> tuple[SensorQuality, ...]:
    session_s = _ended_s(session) - min((h.start_s for h in session.heard if not isnan(h.start_s)), default=nan)
    each = zip(session.sensors, session.statistics, session.heard, strict=True)
    return tuple(SensorQuality(facts.placement, facts, counted, heard, session_s) for facts, counted, heard in each)


def _missed(session: Session) -> Iterator[str]:
    ended_s = _ended_s(session)
    for facts, heard in zip(session.sensors, session.heard, strict=True):
        if isnan(heard.start_s):
            yield f"The {facts.placement} sensor sent nothing."
        elif ended_s - heard.end_s > SILENT_S:
            yield (
                f"The {facts.placement} sensor was lost at {clock(heard.end_s)} of {clock(ended_s)}: "
                f"from then on there is nothing of the {facts.placement.side} leg."
            )
        elif heard.start_s > SILENT_S:
            yield f"The {facts.placement} sensor sent nothing before {clock(heard.start_s)}."


def _ended_s(session: Session) -> float:
    return max((heard.end_s for heard in session.heard if not isnan(heard.end_s)), default=nan)


def _strides(session: Session, side: Side, sensors: Sequence[SensorQuality]) -> StridesOfLeg:
    of_leg = [stride for stride in session.strides if stride.side is side]
    coverage = statistics(stride.coverage_pct for stride in of_leg)
    heard_pct = min(sensor.heard_pct for sensor in sensors if sensor.placement.side is side)
    return StridesOfLeg(side, len(of_leg), session.summary.legs[side].strides, coverage.mean, heard_pct)


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
    return CalibrationOfLeg(side, () if known is None else quality_of(known))
