"""A run in a few figures: each leg over its good running strides, both legs together, symmetry.

`Summing` takes stride after stride and keeps none of them, so that a run of hours needs no more than one of minutes.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from math import isnan, nan, sqrt
from typing import NamedTuple

from firmware_bridge.samples import Side
from legcycle_imu.cycle import Phase
from legcycle_imu.model import STRIDE_COLUMNS, Stride
from legcycle_imu.personal_band import is_drill, is_good
from legcycle_imu.runner import LegGeometry
from legcycle_imu.targets import Judge, Targets

METRICS: tuple[str, ...] = STRIDE_COLUMNS[
    STRIDE_COLUMNS.index("stride_time_s") : STRIDE_COLUMNS.index("initial_contact_known_s")
]
"""Columns of the stride table that have a mean: durations, cadence and angles, not instants."""

SYMMETRY_METRICS: tuple[str, ...] = (
    "contact_time_s",
    "flight_time_s",
    "push_s",
    "lift_s",
    "drive_s",
    "place_s",
    "peak_hip_extension_deg",
    "knee_drive_deg",
    "peak_knee_flexion_deg",
)
"""Metrics far enough from zero for a ratio of left and right to mean something."""

LEAST_STRIDES = 8
"""Fewest strides a side for symmetry: contact time with 5 ms of scatter is then known to about 1 %."""
NORMAL_95 = 1.96
"""Half width of the interval that holds 95 % of a normal distribution, in standard deviations."""


class Statistics(NamedTuple):
    """One metric over the strides whose value is known, in the metric's unit; NaN where too few are.

    `sd` is the sample standard deviation, known from two strides on.
    """

    known: int
    mean: float
    sd: float


class Hits(NamedTuple):
    """How many of the strides that could be judged reached the target of a phase."""

    hit: int
    judged: int


class Symmetry(NamedTuple):
    """Symmetry index 200 (L - R) / (L + R) of the means, %; positive: the left is larger. NaN: not known."""

    index_pct: float
    half_width_pct: float
    """Half width of the index's 95 % confidence interval; an index inside it is no asymmetry."""


@dataclass(frozen=True, slots=True)
class LegSummary:
    """One leg of a run.

    Parameters
    ----------
    side : which leg
    strides : good running strides, on which all the rest is based
    left_out : flag -> strides that it kept out of the figures; a stride with two flags is under both
    metrics : column of the stride table -> its statistics
    hits : phase -> strides that reached the target
    """

    side: Side
    strides: int
    left_out: Mapping[str, int]
    metrics: Mapping[str, Statistics]
    hits: Mapping[Phase, Hits]


@dataclass(frozen=True, slots=True)
class Summary:
    """A run: both legs, and what takes both to tell. NaN is "not known".

    Parameters
    ----------
    legs : side -> the leg's figures
    flight_time_s : mean time without contact; negative is double support
    cadence_spm : mean steps per minute
    duty_factor : mean share of the stride that one leg is in contact
    symmetry : column of the stride table -> symmetry of its means
    """

    legs: Mapping[Side, LegSummary]
    flight_time_s: float
    cadence_spm: float
    duty_factor: float
    symmetry: Mapping[str, Symmetry]


def summarise(
    strides: Iterable[Stride], targets: Targets | None = None, geometry: LegGeometry | None = None
) -> Summary:
    """Sum up the strides of one run; walking, drills and doubtful strides are counted and left out.

    Parameters
    ----------
    strides : in the order in which they became known
    targets, geometry : what the hits are held against, see `legcycle_imu.targets`
    """
    summing = Summing(targets, geometry)
    for stride in strides:
        summing.push(stride)
    return summing.result()


@dataclass(slots=True)
class Moments:
    """Count, mean and squared deviations of the known values so far, updated value by value (Welford 1962)."""

    known: int = 0
    mean: float = 0.0
    squares: float = 0.0
    """Sum of the squared deviations from the mean."""

    def push(self, value: float) -> None:
        """Take a value into account; one that is not known changes nothing."""
        if isnan(value):
            return
        self.known += 1
        deviation = value - self.mean
        self.mean += deviation / self.known
        self.squares += deviation * (value - self.mean)

    def statistics(self) -> Statistics:
        """Give them as they stand."""
        mean = self.mean if self.known else nan
        sd = sqrt(self.squares / (self.known - 1)) if self.known > 1 else nan
        return Statistics(self.known, mean, sd)


@dataclass(slots=True)
class LegTally:
    """What is kept of one leg while its strides pass."""

    strides: int = 0
    left_out: Counter[str] = field(default_factory=Counter)
    metrics: dict[str, Moments] = field(default_factory=lambda: {metric: Moments() for metric in METRICS})
    hit: Counter[Phase] = field(default_factory=Counter)
    judged: Counter[Phase] = field(default_factory=Counter)


@dataclass(slots=True)
class SummingState:
    """What the summing remembers, the same amount after any number of strides."""

    legs: dict[Side, LegTally] = field(default_factory=lambda: {side: LegTally() for side in Side})
    flight_time_s: Moments = field(default_factory=Moments)
    cadence_spm: Moments = field(default_factory=Moments)
    duty_factor: Moments = field(default_factory=Moments)


class Summing:
    """Streaming stage: strides in, in the order in which they became known; the summary of them at any time.

    Parameters
    ----------
    targets, geometry : what the hits are held against, see `legcycle_imu.targets`
    """

    def __init__(self, targets: Targets | None = None, geometry: LegGeometry | None = None) -> None:
        self.state = SummingState()
        self._judge = Judge(targets, geometry)

    def push(self, stride: Stride) -> None:
        """Take a stride into account: in the figures if it is good running, else under its flags."""
        if not is_good(stride) or is_drill(stride):
            self.state.legs[stride.side].left_out.update(stride.flags)
            return
        self._measure(stride)
        self._hold_against_targets(stride)

    def aim(self, targets: Targets) -> None:
        """Hold the strides to come against other targets."""
        self._judge.targets = targets

    def result(self) -> Summary:
        """Give the summary as it stands."""
        legs = {side: _leg(side, tally) for side, tally in self.state.legs.items()}
        left, right = legs[Side.LEFT].metrics, legs[Side.RIGHT].metrics
        return Summary(
            legs=legs,
            flight_time_s=self.state.flight_time_s.statistics().mean,
            cadence_spm=self.state.cadence_spm.statistics().mean,
            duty_factor=self.state.duty_factor.statistics().mean,
            symmetry={metric: symmetry(left[metric], right[metric]) for metric in SYMMETRY_METRICS},
        )

    def _measure(self, stride: Stride) -> None:
        tally = self.state.legs[stride.side]
        tally.strides += 1
        for metric, moments in tally.metrics.items():
            moments.push(getattr(stride, metric))
        self.state.flight_time_s.push(stride.flight_time_s)
        self.state.cadence_spm.push(stride.cadence_spm)
        self.state.duty_factor.push(stride.contact_time_s / stride.stride_time_s)

    def _hold_against_targets(self, stride: Stride) -> None:
        tally = self.state.legs[stride.side]
        for verdict in self._judge.push(stride):
            if verdict.hit is not None:
                tally.judged[verdict.phase] += 1
                tally.hit[verdict.phase] += verdict.hit


def symmetry(left: Statistics, right: Statistics) -> Symmetry:
    """Compare the means of two legs; not known with fewer than 8 strides a side or means not above zero."""
    if min(left.known, right.known) < LEAST_STRIDES or min(left.mean, right.mean) <= 0.0:
        return Symmetry(nan, nan)
    both = left.mean + right.mean
    # first-order error propagation of 200 (L - R) / (L + R)
    by_left = 400.0 * right.mean / both**2 * left.sd / sqrt(left.known)
    by_right = 400.0 * left.mean / both**2 * right.sd / sqrt(right.known)
    return Symmetry(200.0 * (left.mean - right.mean) / both, NORMAL_95 * sqrt(by_left**2 + by_right**2))


def _leg(side: Side, tally: LegTally) -> LegSummary:
    return LegSummary(
        side=side,
        strides=tally.strides,
        left_out=dict(sorted(tally.left_out.items())),
        metrics={metric: moments.statistics() for metric, moments in tally.metrics.items()},
        hits={phase: Hits(tally.hit[phase], tally.judged[phase]) for phase in sorted(tally.judged)},
    )
