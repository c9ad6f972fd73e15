from collections.abc import Sequence

import numpy as np
import pytest

from firmware_bridge.samples import Placement, Segment, Side
from legcycle_imu.drills import Activity, Drill, Recogniser, Span
from legcycle_imu.drills.measured import Measured
from legcycle_imu.drills.recognise import kind_of
from legcycle_imu.model import SegmentAngles, Stride, Update
from legcycle_imu.runner import Runner
from legcycle_imu.simulation.drill_people import simulate_drill
from tests.drill_rows import angles

GEOMETRY = Runner(height_m=1.75).geometry


def spans_of(stream: Sequence[SegmentAngles], strides: Sequence[Stride] = ()) -> list[Span]:
    recogniser = Recogniser(geometry=GEOMETRY)
    found = recogniser.push(Update(angles=list(stream), strides=list(strides)))
    return found + recogniser.flush()


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("drill", [Drill.HEEL_DRAG, Drill.PUSH_LIFT, Drill.PUSH_LIFT_DRIVE, Drill.PRONE_FLICKS])
def test_a_drill_is_recognised_with_its_repetitions(drill: Drill, seed: int):
    (span,) = spans_of(angles(drill, seed, 4))
    true = simulate_drill(drill, seed, repetitions=4, sensors=()).set.repetitions
    assert span.drill is drill
    assert len(span.repetitions) == len(true)
    assert span.start_s == pytest.approx(true[0].start_s, abs=1.6)
    assert span.end_s == pytest.approx(true[-1].end_s, abs=0.6)
    assert span.t_known >= span.end_s


def walking(start: float, count: int, *, walk: bool = True) -> list[Stride]:
    values = dict.fromkeys(Stride._fields, 0.5)
    named = {"side": Side.LEFT, "flags": frozenset({"walk"} if walk else ())}
    times = ({"initial_contact_s": start + k, "next_initial_contact_s": start + k + 1.0} for k in range(count))
    return [Stride(**(values | named | time)) for time in times]  # type: ignore[arg-type]


def test_strides_that_detectors_see_in_a_drill_are_no_walk():
    stream = angles(Drill.PRONE_FLICKS, 0, 8)
    kinds = [span.activity for span in spans_of(stream, walking(9.0, 9))]
    assert kinds == [Activity.PRONE_FLICKS]


def standing(seconds: float) -> list[SegmentAngles]:
    time = np.arange(0.0, seconds, 0.1)
    zeros = np.zeros(len(time))
    return [
        SegmentAngles(Placement(side, segment), time, zeros, zeros, zeros.astype(np.uint8))
        for side in Side
        for segment in Segment
    ]


def test_walks_runs_and_short_runs_are_told_apart():
    strides = [*walking(5.0, 10), *walking(20.0, 10, walk=False), *walking(40.0, 30, walk=False)]
    spans = spans_of(standing(80.0), strides)
    assert [span.activity for span in spans] == [Activity.WALKING, Activity.RUN_30M, Activity.RUNNING]
    assert [span.strides for span in spans] == [10, 10, 30]
    assert [span.drill for span in spans] == [None, Drill.RUN_30M, None]


def test_who_stands_does_nothing():
    assert spans_of(standing(20.0)) == []


def test_two_movements_are_no_drill():
    assert spans_of(angles(Drill.PUSH_LIFT, 0, 1)) == []


NOTHING = Measured(*([0.0] * len(Measured._fields)))


@pytest.mark.parametrize(
    ("values", "activity"),
    [
        ({"push_deg": 15.0, "heel_travel_cm": 30.0, "bend_deg": 10.0}, Activity.HEEL_DRAG),
        ({"push_deg": 15.0, "bend_deg": 125.0, "heel_lift_cm": 20.0}, Activity.PUSH_LIFT),
        ({"push_deg": 15.0, "bend_deg": 110.0, "heel_lift_cm": 20.0, "drive_deg": 92.0}, Activity.PUSH_LIFT_DRIVE),
        ({"push_deg": 0.0, "bend_deg": 90.0, "heel_lift_cm": -38.0, "drive_deg": 68.0}, Activity.MARCHING),
        ({"push_deg": 2.0}, None),
    ],
)
def test_one_movement_is_of_a_kind(values: dict[str, float], activity: Activity | None):
    assert kind_of(NOTHING._replace(**values)) is activity
