"""Movements of both legs of a person who stands, held against each other, and the repetitions that they are.

Who moves one leg stands on the other, which tilts a little. So of two movements at one time the lesser one is the
standing leg's lean; where both knees bend, the person walks, and neither counts.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Collection, Mapping
from math import degrees, nan, radians
from operator import attrgetter
from typing import Any, NamedTuple

from firmware_bridge.samples import Side
from legcycle_imu.drills.faults import Fault
from legcycle_imu.drills.finding import MovementSettings
from legcycle_imu.drills.judging import counts, order_faults
from legcycle_imu.drills.kinds import DrillRule
from legcycle_imu.drills.measured import Measured, measured
from legcycle_imu.drills.movement import LegMovements, Movement, Rest, Row
from legcycle_imu.drills.repetition import ASSUMED_LENGTH, VIRTUAL, Repetition
from legcycle_imu.runner import LegGeometry, Runner

ASSUMED_HEIGHT_M = 1.75
"""Body height for the centimetres of a person whose lengths are not known; between people it varies by 5 %."""
WALKS_RAD = radians(25.0)
"""Where both knees bend by more at one time, the person walks."""
BEND_WEIGHT = radians(5.0)
"""A leg whose knee bends by so much more counts as much as one with an excursion of 1 more: a lean is stiff."""
REMEMBERED_S = 15.0
"""Leans and movements older than this serve no movement that may still come."""


class Instant(NamedTuple):
    """One leg at one instant, about its rest: excursion, knee flexion and tilt of the whole leg, rad."""

    time: float
    excursion: float
    bend: float
    tilt: float


class Share(NamedTuple):
    """What one leg did during a span of time: largest excursion, and by how much the knee bent, rad."""

    peak: float
    bend: float

    @property
    def weight(self) -> float:
        """How much it speaks for being the leg that was meant."""
        return self.peak + self.bend / BEND_WEIGHT


class Single(NamedTuple):
    """One movement of one leg while the other one stood; `lean_rad` is how far that one tilted."""

    side: Side
    start: float
    end: float
    known: float
    values: Measured
    lean_rad: float
    returned: bool
    flags: frozenset[str]


class StandingLegs:
    """Find the movements of one leg of a person who stands. Streaming, row by row; a copy continues alike.

    Parameters
    ----------
    sides : legs that are measured
    geometry : lengths of the leg; not known: those of a person of 1.75 m, flagged
    settings : see `MovementSettings`
    """

    def __init__(
        self, sides: Collection[Side], geometry: LegGeometry, settings: MovementSettings | None = None
    ) -> None:
        known = geometry.leg_m == geometry.leg_m  # not NaN
        self._geometry = geometry if known else Runner(height_m=ASSUMED_HEIGHT_M).geometry
        self._flags = frozenset({VIRTUAL} if known else {VIRTUAL, ASSUMED_LENGTH})
        self._legs = {side: LegMovements(settings) for side in sides}
        self._courses: dict[Side, list[Instant]] = {side: [] for side in sides}

    @property
    def moving(self) -> bool:
        """Whether a leg is away from its rest."""
        return any(leg.moving for leg in self._legs.values())

    def push(self, rows: Mapping[Side, Row]) -> list[Single]:
        """Take the next row of each leg, give the movements that it ends."""
        ended = {}
        for side, row in rows.items():
            self._remember(side, row)
            ended[side] = self._legs[side].push(row)
        singles = [self._single(side, movement) for side, movement in ended.items() if movement is not None]
        return [single for single in singles if single is not None]

    def _remember(self, side: Side, row: Row) -> None:
        """Remember how far a leg is from its rest, how much its knee is bent, and how far it tilts as a whole."""
        leg = self._legs[side]
        if leg.state.rest is None:
            return
        course = self._courses[side]
        course.append(_instant(row, leg.state.rest, leg.excursion(row)))
        if course[0].time < row.time - 2.0 * REMEMBERED_S:
            del course[: len(course) // 2]

    def _meanwhile(self, side: Side, movement: Movement) -> list[Instant]:
        """Give what the other leg did during a movement."""
        course = self._courses.get(_opposite(side), [])
        first = bisect_left(course, movement.start, key=attrgetter("time"))
        return course[first : bisect_right(course, movement.end, key=attrgetter("time"))]

    def _single(self, side: Side, movement: Movement) -> Single | None:
        """Give a movement, unless it is the standing leg's lean, or a part of walking."""
        meanwhile = self._meanwhile(side, movement)
        own, other = Share(movement.peak, movement.bend), _share(meanwhile)
        if min(own.bend, other.bend) > WALKS_RAD or other.weight > own.weight:
            return None
        return Single(
            side,
            movement.start,
            movement.end,
            movement.known,
            measured(movement, self._geometry),
            max((one.tilt for one in meanwhile), default=nan),
            movement.returned,
            self._flags | ({"gap"} if movement.gap else set()),
        )


def repetition_of(single: Single, rule: DrillRule) -> Repetition | None:
    """Give a movement as a repetition of a drill, without number and verdict; None where it is but a step."""
    values = single.values
    if not counts(rule.drill, values):
        return None
    faults = order_faults(rule.drill, values, rule)
    if not single.returned:
        faults.append(Fault.NO_RETURN)
    bare = Repetition(rule.drill, single.side, 0, single.start, single.end, single.known)
    return bare._replace(lean_deg=degrees(single.lean_rad), faults=tuple(faults), flags=single.flags, **_shared(values))


def _shared(values: Measured) -> dict[str, Any]:
    return {name: value for name, value in values._asdict().items() if name in Repetition._fields}


def _instant(row: Row, rest: Rest, excursion: float) -> Instant:
    thigh, shank = row.thigh - rest.thigh, row.shank - rest.shank
    tilt = min(abs(thigh), abs(shank)) if thigh * shank > 0.0 else 0.0
    return Instant(row.time, excursion, thigh - shank, tilt)


def _share(course: list[Instant]) -> Share:
    known = [one for one in course if one.excursion == one.excursion]
    return Share(max((one.excursion for one in known), default=0.0), max((abs(one.bend) for one in known), default=0.0))


def _opposite(side: Side) -> Side:
    return Side.RIGHT if side is Side.LEFT else Side.LEFT
