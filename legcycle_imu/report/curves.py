"""Angles of each stride for the report's pictures, in bounded memory: mean curves, a few strides, the event postures.

`StrideCurves.push(update)`; a run of hours keeps no more angles than one of minutes, and eight numbers a stride.
"""

from collections import deque
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from firmware_bridge.samples import Floats, Placement, Segment, Side
from legcycle_imu.angle_grid import GridSettings, Track
from legcycle_imu.cycle import EventKind
from legcycle_imu.model import SegmentAngles, Stride, Update
from legcycle_imu.personal_band import is_drill, is_good

POINTS = 101
"""Points of a curve, 0 to 100 % of the stride."""
KEPT = 12
"""Curves of single strides that are shown beside the mean; between so many and half of it are kept."""
LATE_S = 60.0
"""A stride becomes known at most so long after its end: samples wait up to 30 s for the alignment, and then for the
other leg's; see `legcycle_imu.merge`."""

Curve = NDArray[np.float64]
"""Thigh and shank over a stride, (2, POINTS), rad."""


class Posture(NamedTuple):
    """A leg at one instant: angles to the vertical, rad."""

    thigh: float
    shank: float


class CurveStatistics(NamedTuple):
    """Curves of one leg.

    Attributes
    ----------
    strides : that went into the mean
    mean, sd : (2, POINTS) thigh and shank, rad; `sd` between strides
    some : curves of single strides, evenly over the run
    postures : stride -> event -> the leg then
    """

    strides: int
    mean: Curve
    sd: Curve
    some: tuple[Curve, ...]
    postures: dict[int, dict[EventKind, Posture]]


@dataclass(slots=True)
class LegCurves:
    """What is remembered of one leg."""

    strides: int = 0
    mean: Curve = field(default_factory=lambda: np.zeros((2, POINTS)))
    squares: Curve = field(default_factory=lambda: np.zeros((2, POINTS)))
    some: list[Curve] = field(default_factory=list)
    every: int = 1
    """One stride in so many is kept."""
    postures: dict[int, dict[EventKind, Posture]] = field(default_factory=dict)

    def take(self, curve: Curve) -> None:
        """Let a curve join the mean (Welford 1962), and perhaps the few that are kept."""
        if self.strides % self.every == 0:
            self.some.append(curve)
            if len(self.some) > KEPT:
                self.some, self.every = self.some[::2], 2 * self.every
        self.strides += 1
        deviation = curve - self.mean
        self.mean = self.mean + deviation / self.strides
        self.squares = self.squares + deviation * (curve - self.mean)

    def statistics(self) -> CurveStatistics:
        """Give them as they stand."""
        sd = np.sqrt(self.squares / max(self.strides - 1, 1))
        return CurveStatistics(self.strides, self.mean, sd, tuple(self.some), self.postures)


class StrideCurves:
    """Streaming stage: updates in; at any time the curves of each leg's good running strides."""

    def __init__(self) -> None:
        self.legs: dict[Side, LegCurves] = {side: LegCurves() for side in Side}
        self._blocks: dict[Placement, deque[SegmentAngles]] = {
            Placement(side, segment): deque() for side in Side for segment in Segment
        }
        self._longest_gap_s = GridSettings().longest_gap_s

    def push(self, update: Update) -> None:
        """Take angles, and the strides that became known with them."""
        for block in update.angles:
            if len(block):
                self._blocks[block.placement].append(block)
        for stride in update.strides:
            if is_good(stride) and not is_drill(stride):
                self._take(stride)
        self._forget()

    def result(self) -> dict[Side, CurveStatistics]:
        """Give the curves of each leg that has any."""
        return {side: leg.statistics() for side, leg in self.legs.items() if leg.strides}

    def _take(self, stride: Stride) -> None:
        even = np.linspace(stride.initial_contact_s, stride.next_initial_contact_s, POINTS)
        instants = {kind: float(getattr(stride, f"{kind}_s")) for kind in EventKind}
        angles = self._angles(stride.side, np.concatenate((even, list(instants.values()))))
        if np.isnan(angles).any():
            return
        leg = self.legs[stride.side]
        leg.take(angles[:, :POINTS])
        at_events = angles[:, POINTS:].T.tolist()
        leg.postures[stride.stride] = {
            kind: Posture(thigh, shank) for kind, (thigh, shank) in zip(instants, at_events, strict=True)
        }

    def _angles(self, side: Side, time: Floats) -> Curve:
        tracks = [self._track(Placement(side, segment), time.min(), time.max()) for segment in Segment]
        return np.stack([track.at(time, self._longest_gap_s) for track in tracks])

    def _track(self, placement: Placement, start: float, end: float) -> Track:
        """Give the angles of a segment from before `start` to after `end`."""
        needed: list[SegmentAngles] = []
        for block in reversed(self._blocks[placement]):
            if block.time[0] > end:
                needed.clear()
            needed.append(block)
            if block.time[-1] < start:
                break
        return Track([(block.time, block.angle, block.rate) for block in reversed(needed)])

    def _forget(self) -> None:
        """Let go of angles that no stride can need any more."""
        latest = max((float(blocks[-1].time[-1]) for blocks in self._blocks.values() if blocks), default=0.0)
        for blocks in self._blocks.values():
            while blocks and blocks[0].time[-1] < latest - LATE_S:
                blocks.popleft()
