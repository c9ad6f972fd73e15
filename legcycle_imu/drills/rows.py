"""Rows of the angles' grid, leg by leg."""

from collections.abc import Collection, Iterator, Mapping

from firmware_bridge.samples import Placement, Segment, Side
from legcycle_imu.angle_grid import PLACEMENTS, AngleRows
from legcycle_imu.drills.movement import Row


def rows_of(rows: AngleRows, sides: Collection[Side]) -> Iterator[tuple[float, Mapping[Side, Row]]]:
    """Give the time and the row of each leg, one instant after the other."""
    columns = [(side, PLACEMENTS.index(Placement(side, Segment.THIGH))) for side in sides]
    for time, angle in zip(rows.time.tolist(), rows.angle.tolist(), strict=True):
        yield time, {side: Row(time, angle[k], angle[k + 1]) for side, k in columns}
