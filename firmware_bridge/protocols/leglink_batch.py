"""From samples to what a LegLink DATA packet holds: how many go together, and as which numbers. Pure."""

from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from firmware_bridge.protocols.leglink_packets import BATCH
from firmware_bridge.protocols.units import DEGREE_RAD, STANDARD_GRAVITY_M_S2
from firmware_bridge.samples import Floats, Quality, SampleBlock, Vectors
from firmware_bridge.source import SensorFacts

FULL_SCALE = 32768
"""A scale is its range over this: all of an i16."""
STEP_TOLERANCE = 0.5
"""A step between samples further than this from the nominal one, as a share of it, ends the packet."""
SATURATED = Quality.ACC_SATURATED | Quality.GYR_SATURATED


@dataclass(frozen=True, slots=True)
class Scales:
    """Full scales of a sensor, m/s² and rad/s, and the sizes of its units as an f32 holds them."""

    acc_range: float
    gyr_range: float
    acc_scale: float
    gyr_scale: float

    @classmethod
    def of(cls, facts: SensorFacts) -> Self:
        """Give those of a sensor."""
        units = _f32(facts.acc_unit_m_s2), _f32(facts.gyr_unit_rad_s)
        return cls(facts.acc_range_m_s2, facts.gyr_range_rad_s, *units)

    @classmethod
    def of_ranges(cls, acc_g: int, gyr_dps: int) -> Self:
        """Give those of ranges that fill an i16."""
        acc, gyr = acc_g * STANDARD_GRAVITY_M_S2, gyr_dps * DEGREE_RAD
        return cls(acc, gyr, _f32(acc / FULL_SCALE), _f32(gyr / FULL_SCALE))

    def raw(self, block: SampleBlock) -> tuple[NDArray[np.int16], bool]:
        """Give the numbers of the wire (n, 6), rounded and clipped, and whether any is at its end."""
        exact = np.rint(np.hstack([block.acc / self.acc_scale, block.gyr / self.gyr_scale]))
        limit = np.floor(np.repeat([self.acc_range / self.acc_scale, self.gyr_range / self.gyr_scale], 3))
        ends = np.abs(exact) >= np.minimum(limit, FULL_SCALE - 1)
        raw = np.clip(exact, -FULL_SCALE, FULL_SCALE - 1).astype("<i2")
        return raw, bool(ends.any() or (block.quality & SATURATED).any())


class Batcher:
    """Groups samples as packets hold them: so many, at equal distances. Holds back less than a packet's.

    Parameters
    ----------
    rate_hz : nominal sampling rate

    Attributes
    ----------
    n : samples a packet
    """

    def __init__(self, rate_hz: float) -> None:
        self.n = BATCH
        self._rate_hz = rate_hz
        self.clear()

    def clear(self) -> None:
        """Forget what is held back."""
        self._held = SampleBlock.empty()

    def push(self, block: SampleBlock) -> list[SampleBlock]:
        """Give the groups that these samples complete; samples that are no numbers are left out, as never taken."""
        held = SampleBlock.join([self._held, _finite(block)])
        groups: list[SampleBlock] = []
        while (end := self._end(held.time)) is not None:
            groups.append(held[:end])
            held = held[end:]
        self._held = held
        return groups

    def step_s(self, group: SampleBlock) -> float:
        """Give the time between two samples of a group, s."""
        steps = len(group) - 1
        return float(group.time[-1] - group.time[0]) / steps if steps else 1.0 / self._rate_hz

    def _end(self, time: Floats) -> int | None:
        """Give how many samples the next group has; None where it has to wait for more."""
        steps = np.diff(time[: self.n + 1]) * self._rate_hz
        uneven = np.flatnonzero(np.abs(steps - 1.0) > STEP_TOLERANCE)
        if len(uneven):
            return int(uneven[0]) + 1
        return self.n if len(time) >= self.n else None


def _finite(block: SampleBlock) -> SampleBlock:
    good = np.isfinite(block.time) & _finite_rows(block.gyr) & _finite_rows(block.acc)
    if good.all():
        return block
    return SampleBlock(block.time[good], block.gyr[good], block.acc[good], block.quality[good])


def _finite_rows(vectors: Vectors) -> NDArray[np.bool_]:
    finite: NDArray[np.bool_] = np.logical_and.reduce(np.isfinite(vectors), axis=1)
    return finite


def _f32(value: float) -> float:
    """Give the number that is left of one in an f32: the scale that the other side will use."""
    return float(np.float32(value))
