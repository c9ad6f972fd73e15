"""Which strides count, and what is usual for a runner: the band of the recent good ones."""

from collections import deque
from dataclasses import dataclass, field
from math import isnan, nan
from statistics import median
from typing import NamedTuple

from firmware_bridge.samples import Side
from legcycle_imu.model import Stride

LEFT_OUT = frozenset({"walk", "gap", "inferred", "out_of_order", "no_peak"})
"""Flags of strides that no target, band or statistic rests on."""
DRILL = frozenset({"drill", "virtual"})
"""Flags of strides done on the spot: they have targets of their own and no part in running's statistics."""


def is_good(stride: Stride) -> bool:
    """Tell whether anything may rest on this stride."""
    return not stride.flags & LEFT_OUT


def is_drill(stride: Stride) -> bool:
    """Tell whether this stride was done on the spot."""
    return bool(stride.flags & DRILL)


@dataclass(frozen=True, slots=True)
class BandSettings:
    """How the personal band is taken."""

    strides: int = 20
    """Recent good running strides that it covers; some 15 s of running."""
    least: int = 8
    """Fewest known values that make a band; the same number as for symmetry."""
    width_sd: float = 1.5
    """Half width in robust standard deviations: 87 % of normal strides are inside."""
    sd_of_mad: float = 1.4826
    """Standard deviation of a normal distribution by its median absolute deviation."""


class Band(NamedTuple):
    """Personal band of one leg and metric, in the metric's unit; NaN while too few strides are known."""

    low: float
    median: float
    high: float


@dataclass(slots=True)
class BandState:
    """What a personal band remembers: the latest known values, oldest first."""

    recent: deque[float] = field(default_factory=deque)


class PersonalBand:
    """Median +- 1.5 robust SD of one metric over the last 20 good running strides of one leg.

    Parameters
    ----------
    side, metric : which leg, which column of the stride table
    settings, state : see there; a copy of the state continues identically
    """

    def __init__(
        self, side: Side, metric: str, settings: BandSettings | None = None, state: BandState | None = None
    ) -> None:
        self.side = side
        self.metric = metric
        self.settings = settings or BandSettings()
        self.state = state or BandState()

    def push(self, stride: Stride) -> None:
        """Take a stride into account; one of the other leg, a bad one or an unknown value changes nothing."""
        value: float = getattr(stride, self.metric)
        if stride.side != self.side or not is_good(stride) or is_drill(stride) or isnan(value):
            return
        self.state.recent.append(value)
        if len(self.state.recent) > self.settings.strides:
            self.state.recent.popleft()

    def band(self) -> Band:
        """Give the band as it stands."""
        recent = self.state.recent
        if len(recent) < self.settings.least:
            return Band(nan, nan, nan)
        middle = median(recent)
        deviation = self.settings.sd_of_mad * median(abs(value - middle) for value in recent)
        reach = self.settings.width_sd * deviation
        return Band(middle - reach, middle, middle + reach)
