"""Drills that nobody announced, in words."""

from firmware_bridge.samples import Side
from legcycle_imu.drills import Activity, Span
from legcycle_imu.recognised import notices_of
from tests.legcycle_imu.view.drilled import one

LEFT, RIGHT = one(Side.LEFT), one(Side.RIGHT)


def test_of_one_leg() -> None:
    drag = Span(Activity.HEEL_DRAG, 61.7, 180.6, 190.0, (RIGHT,) * 38)
    assert notices_of([drag]) == ["Recognised: heel-drag, right leg, 62 to 181 s: 38 repetitions."]


def test_of_both_each_is_told() -> None:
    flicks = Span(Activity.PRONE_FLICKS, 10.0, 20.0, 21.0, (LEFT, RIGHT, LEFT))
    assert notices_of([flicks]) == ["Recognised: prone-flicks, both legs, 10 to 20 s: 3 repetitions (left 2, right 1)."]


def test_short_runs_are_a_drill_where_there_are_some() -> None:
    runs = [Span(Activity.RUN_30M, 30.0 * k, 30.0 * k + 6.0, 0.0, strides=20) for k in range(3)]
    assert notices_of(runs) == ["Recognised: run-30m, 0 to 66 s: 3 runs."]
    assert notices_of(runs[:2]) == []


def test_running_walking_and_marching_are_no_drills() -> None:
    others = (Activity.RUNNING, Activity.WALKING, Activity.MARCHING)
    assert notices_of(Span(activity, 0.0, 60.0, 60.0, strides=100) for activity in others) == []


def test_in_the_order_of_time() -> None:
    late = Span(Activity.PUSH_LIFT, 50.0, 60.0, 61.0, (LEFT,) * 4)
    early = Span(Activity.HEEL_DRAG, 5.0, 20.0, 21.0, (LEFT,) * 4)
    assert [text.split(",")[0] for text in notices_of([late, early])] == [
        "Recognised: heel-drag",
        "Recognised: push-lift",
    ]
