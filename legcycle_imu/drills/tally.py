"""What the repetitions of a drill come to: counts, shares, rhythm, alternation. Nothing is kept but sums."""

from dataclasses import dataclass
from math import nan, sqrt

from firmware_bridge.samples import Side
from legcycle_imu.drills.repetition import Repetition
from legcycle_imu.drills.view import LegCount

LONGEST_INTERVAL_S = 15.0
"""Repetitions further apart have a pause between them, which is no rhythm."""


@dataclass(slots=True)
class Tally:
    """Sums over repetitions; `intervals` are times from one beginning to the next."""

    repetitions: int = 0
    judged: int = 0
    passed: int = 0
    intervals: int = 0
    mean_s: float = 0.0
    squares: float = 0.0
    last_start_s: float = nan

    def add(self, repetition: Repetition) -> None:
        """Take the next one."""
        self.repetitions += 1
        self.judged += repetition.passed is not None
        self.passed += repetition.passed is True
        interval = repetition.start_s - self.last_start_s
        self.last_start_s = repetition.start_s
        if 0.0 < interval <= LONGEST_INTERVAL_S:
            self.intervals += 1
            off = interval - self.mean_s
            self.mean_s += off / self.intervals
            self.squares += off * (interval - self.mean_s)  # Welford: no sum of large squares

    @property
    def interval_s(self) -> float:
        """Mean time from one beginning to the next, s; NaN before the second."""
        return self.mean_s if self.intervals else nan

    @property
    def variation_pct(self) -> float:
        """SD of these times as a share of their mean, %; NaN before the third."""
        if self.intervals < 2:
            return nan
        return 100.0 * sqrt(self.squares / (self.intervals - 1)) / self.mean_s

    @property
    def pass_pct(self) -> float:
        """Share of good ones among those that could be judged, %."""
        return 100.0 * self.passed / self.judged if self.judged else nan

    def count(self, seconds: float) -> LegCount:
        """Give it as what is shown of a leg."""
        return LegCount(self.repetitions, self.judged, self.passed, self.interval_s, self.variation_pct, seconds)


@dataclass(slots=True)
class Alternation:
    """How often a repetition followed one of the other leg."""

    last: Side | None = None
    followed: int = 0
    alternated: int = 0

    def add(self, side: Side | None) -> None:
        """Take the next one's side."""
        if self.last is not None and side is not None:
            self.followed += 1
            self.alternated += side is not self.last
        self.last = side

    @property
    def pct(self) -> float:
        """Share, %; NaN before the second."""
        return 100.0 * self.alternated / self.followed if self.followed else nan
