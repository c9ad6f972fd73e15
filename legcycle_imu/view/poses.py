"""What a person does in each step of the guided calibration, as legs to be drawn; and where the sensors sit on them."""

from collections.abc import Mapping
from math import radians
from typing import NamedTuple

from calibration.guidance import Step
from firmware_bridge.samples import Segment, Side
from legcycle_imu.runner import LegGeometry
from legcycle_imu.view.state import Point, Stick
from legcycle_imu.view.stick import in_legs, stick, toe_of

WORN_AT = {Segment.THIGH: 0.72, Segment.SHANK: 0.72}
"""Where a sensor sits, as a share of its segment from above: both in the lower third, where the least flesh moves."""


class Pose(NamedTuple):
    """A person seen from the right, looking to the right.

    Attributes
    ----------
    words : what is done, short
    legs : side -> the leg
    moving : the legs that the step is about; the others stand back
    """

    words: str
    legs: Mapping[Side, Stick]
    moving: frozenset[Side]

    @property
    def floor_y(self) -> float:
        """Height of the ground below the hip, lengths of the leg."""
        return min(point[1] for leg in self.legs.values() for point in (leg.heel, toe_of(leg)))


def _leg(thigh_deg: float, shank_deg: float) -> Stick:
    drawn = stick(radians(thigh_deg), radians(shank_deg), in_legs(LegGeometry()))
    assert drawn is not None
    return drawn


UPRIGHT, LIFTED = _leg(0.0, 0.0), _leg(82.0, -4.0)
AHEAD, BEHIND = _leg(34.0, -8.0), _leg(-16.0, -78.0)
LEFT_ALONE, RIGHT_ALONE, BOTH = frozenset({Side.LEFT}), frozenset({Side.RIGHT}), frozenset(Side)

POSES: Mapping[Step, tuple[Pose, ...]] = {
    Step.FIND: (Pose("sensors on", {Side.LEFT: UPRIGHT, Side.RIGHT: UPRIGHT}, BOTH),),
    Step.RIGHT_KNEE: (Pose("right knee up", {Side.LEFT: UPRIGHT, Side.RIGHT: LIFTED}, RIGHT_ALONE),),
    Step.LEFT_KNEE: (Pose("left knee up", {Side.LEFT: LIFTED, Side.RIGHT: UPRIGHT}, LEFT_ALONE),),
    Step.STAND: (Pose("stand still", {Side.LEFT: UPRIGHT, Side.RIGHT: UPRIGHT}, BOTH),),
    Step.MOVE: (
        Pose("jog", {Side.LEFT: BEHIND, Side.RIGHT: AHEAD}, BOTH),
        Pose("or 5 lifts each", {Side.LEFT: UPRIGHT, Side.RIGHT: LIFTED}, BOTH),
    ),
    Step.DONE: (),
}
"""What is to be done in each step; either of two will do."""


def worn_at(leg: Stick, segment: Segment) -> Point:
    """Give where the sensor of a segment sits on a leg."""
    start, end = (leg.hip, leg.knee) if segment is Segment.THIGH else (leg.knee, leg.ankle)
    share = WORN_AT[segment]
    return start[0] + share * (end[0] - start[0]), start[1] + share * (end[1] - start[1])
