from dataclasses import replace
from math import degrees, radians

import numpy as np
import pytest

from calibration.guidance import Outcome
from calibration.model import SegmentCalibration, to_segment_frame
from firmware_bridge.samples import Placement, SampleBlock, Segment, Side
from legcycle_imu.view.mirror import KEPT_S, Mirror
from legcycle_imu.view.state import Stick
from legcycle_imu.view.words import LOST_S
from tests.legcycle_imu.view import guided
from tests.legcycle_imu.view.guided import SECONDS, standing, still
from tests.legcycle_imu.view.made import GEOMETRY, sensors


def thigh_of(leg: Stick | None) -> float:
    assert leg is not None
    x, y = leg.knee
    return degrees(np.arctan2(x, -y))


def test_before_there_is_a_calibration_there_are_no_legs() -> None:
    mirror = Mirror(sensors(), GEOMETRY)
    mirror.push(standing())
    assert mirror.legs(SECONDS) == {}


def test_the_legs_stand_there_at_once_from_what_was_kept() -> None:
    mirror = Mirror(sensors(), GEOMETRY)
    mirror.push(standing(30.0))
    mirror.show(guided.outcome())
    legs = mirror.legs(SECONDS)
    assert list(legs) == [Side.LEFT, Side.RIGHT]
    assert [thigh_of(leg) for leg in legs.values()] == pytest.approx([30.0, 30.0], abs=0.5)


def test_they_move_with_what_comes() -> None:
    mirror = Mirror(sensors(), GEOMETRY)
    mirror.push(standing())
    mirror.show(guided.outcome())
    mirror.push(standing(start=SECONDS, seconds=0.1))
    turning = still(0.0, SECONDS + 0.1, 0.5)
    turning.gyr[:, 2] = radians(80.0)  # the right thigh swings forward
    blocks = [SampleBlock.empty()] * 2 + [turning, still(0.0, SECONDS + 0.1, 0.5)]
    mirror.push(blocks)
    legs = mirror.legs(SECONDS + 0.6)
    assert thigh_of(legs[Side.RIGHT]) == pytest.approx(40.0, abs=3.0)
    assert thigh_of(legs[Side.LEFT]) == pytest.approx(0.0, abs=1.0)


def test_exchanged_sensors_are_drawn_where_they_are_worn() -> None:
    straight = guided.outcome()
    exchanged = {2: Placement(Side.LEFT, Segment.THIGH), 0: Placement(Side.RIGHT, Segment.THIGH)}
    found = Outcome(straight.calibration, {**straight.placements, **exchanged})
    mirror = Mirror(sensors(), GEOMETRY)
    blocks = standing()
    blocks[0] = still(35.0)
    mirror.push(blocks)
    mirror.show(found)
    legs = mirror.legs(SECONDS)
    assert thigh_of(legs[Side.RIGHT]) == pytest.approx(35.0, abs=0.5)
    assert thigh_of(legs[Side.LEFT]) == pytest.approx(0.0, abs=0.5)


def test_the_calibration_is_that_of_the_outcome() -> None:
    turned = ((0.0, 1.0, 0.0), (-1.0, 0.0, 0.0), (0.0, 0.0, 1.0))  # worn a quarter round
    made = guided.leg()
    segment = SegmentCalibration(turned)
    leg = type(made)(made.side, segment, segment, made.zero_source)
    found = replace(guided.outcome(), calibration=type(guided.outcome().calibration)((leg,)))
    mirror = Mirror(sensors(), GEOMETRY)
    block = still(0.0)
    worn = SampleBlock(block.time, block.gyr, block.acc @ np.array(turned), block.quality)
    assert to_segment_frame(worn, segment).acc == pytest.approx(block.acc)
    mirror.push([SampleBlock.empty()] * 2 + [worn, worn])
    mirror.show(found)
    legs = mirror.legs(SECONDS)
    assert list(legs) == [Side.RIGHT]
    assert thigh_of(legs[Side.RIGHT]) == pytest.approx(0.0, abs=0.5)


def test_a_leg_that_is_silent_is_not_left_standing() -> None:
    mirror = Mirror(sensors(), GEOMETRY)
    mirror.push(standing())
    mirror.show(guided.outcome())
    mirror.push([*standing(start=SECONDS, seconds=LOST_S + 1.0)[:3], SampleBlock.empty()])
    legs = mirror.legs(SECONDS + LOST_S + 0.9)
    assert legs[Side.LEFT] is not None
    assert legs[Side.RIGHT] is None


def test_no_more_is_kept_than_the_vertical_needs() -> None:
    mirror = Mirror(sensors(), GEOMETRY)
    for second in range(60):
        mirror.push(standing(start=float(second), seconds=1.0))
    assert all(len(kept) <= KEPT_S + 2.0 for kept in mirror.state.kept)


def test_beginning_again_forgets_the_calibration_and_keeps_the_samples() -> None:
    mirror = Mirror(sensors(), GEOMETRY)
    mirror.push(standing())
    mirror.show(guided.outcome())
    mirror.show(None)
    assert mirror.legs(SECONDS) == {}
    mirror.show(guided.outcome())
    assert mirror.legs(SECONDS)[Side.LEFT] is not None
    mirror.restart()
    mirror.show(guided.outcome())
    assert mirror.legs(SECONDS)[Side.LEFT] is None
