"""Repetitions of both legs of a person who lies on the belly and flicks the heels."""

from collections.abc import Collection, Mapping
from math import degrees, radians
from typing import NamedTuple

from firmware_bridge.samples import Side
from legcycle_imu.drills.faults import Fault
from legcycle_imu.drills.finding import FlickSettings
from legcycle_imu.drills.flicks import Flick, LegFlicks
from legcycle_imu.drills.kinds import DrillRule
from legcycle_imu.drills.movement import Row
from legcycle_imu.drills.repetition import VIRTUAL, Repetition

TOGETHER_SHARE = 0.75
"""Where the other heel is up by this share of a flick at its peak, both go up together."""
RECENT_S = 6.0
"""Flexions older than this are not needed any more."""


class _Highest(NamedTuple):
    """The flick of either leg whose peak was the last one before."""

    side: Side
    peak_at: float


class ProneLegs:
    """Find the flicks of both legs. Streaming, row by row; a copy continues alike.

    Parameters
    ----------
    rule : of the drill
    sides : legs that are measured
    settings : see `FlickSettings`
    """

    def __init__(self, rule: DrillRule, sides: Collection[Side], settings: FlickSettings | None = None) -> None:
        self._rule = rule
        self._legs = {side: LegFlicks(settings) for side in sides}
        self._flexions: dict[Side, list[tuple[float, float]]] = {side: [] for side in sides}
        self._before: _Highest | None = None

    @property
    def moving(self) -> bool:
        """Whether a heel is on its way."""
        return any(leg.moving for leg in self._legs.values())

    @property
    def lying(self) -> bool:
        """Whether the person lies on the belly."""
        return any(leg.lying for leg in self._legs.values())

    def push(self, rows: Mapping[Side, Row]) -> list[Repetition]:
        """Take the next row of each leg, give the flicks that it ends; numbers are not known here."""
        found = []
        for side, row in rows.items():
            flick = self._legs[side].push(row)
            self._remember(side, row.time)
            if flick is not None:
                found.append((side, flick))
        return [self._repetition(side, flick) for side, flick in found]

    def _remember(self, side: Side, time: float) -> None:
        flexions = self._flexions[side]
        flexions.append((time, self._legs[side].flexion))
        if flexions[0][0] < time - 2.0 * RECENT_S:
            del flexions[: len(flexions) // 2]

    def _repetition(self, side: Side, flick: Flick) -> Repetition:
        faults = []
        if self._together(side, flick):
            faults.append(Fault.TOGETHER)
        elif len(self._legs) > 1 and self._before is not None and self._before.side is side:
            faults.append(Fault.NOT_ALTERNATING)
        self._before = _Highest(side, flick.peak_at)
        return Repetition(
            self._rule.drill,
            side,
            0,
            flick.start,
            flick.end,
            flick.known,
            lift_flexion_deg=degrees(flick.flexion),
            lift_s=flick.peak_at - flick.start,
            place_s=flick.end - flick.peak_at,
            faults=tuple(faults),
            flags=frozenset({VIRTUAL, "gap"} if flick.gap else {VIRTUAL}),
        )

    def _together(self, side: Side, flick: Flick) -> bool:
        other = next((flexions for at, flexions in self._flexions.items() if at is not side), [])
        then = next((flexion for time, flexion in other if time >= flick.peak_at), 0.0)
        return then > max(TOGETHER_SHARE * flick.flexion, radians(45.0))
