import pickle
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from math import isnan, nan

import pytest

from firmware_bridge.samples import Side
from legcycle_imu.drills import RULES, Drill, DrillSession, DrillSettings, DrillState, Fault, Repetition
from legcycle_imu.model import SegmentAngles, Stride, Update
from legcycle_imu.runner import Runner
from legcycle_imu.simulation.drill_people import simulate_drill
from tests.drill_rows import angles

GEOMETRY = Runner(height_m=1.75).geometry
ON_THE_SPOT = (Drill.HEEL_DRAG, Drill.PUSH_LIFT, Drill.PUSH_LIFT_DRIVE, Drill.PRONE_FLICKS)


def session_of(drill: Drill, sides: Sequence[Side] = tuple(Side), **rule: float) -> DrillSession:
    rules = {**RULES, drill: replace(RULES[drill], **rule)}  # type: ignore[arg-type]
    return DrillSession(drill, sides, DrillSettings(rules=rules), GEOMETRY)


def through(session: DrillSession, stream: Sequence[SegmentAngles], size: int = 200) -> list[Repetition]:
    found = []
    for k in range(0, len(stream), size):
        found += session.push(Update(angles=list(stream[k : k + size])))
    return found + session.flush()


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("drill", ON_THE_SPOT)
def test_every_repetition_is_counted_and_good(drill: Drill, seed: int):
    counted = {} if drill is Drill.PRONE_FLICKS else {"seconds": nan, "repetitions": 4}
    found = through(session_of(drill, **counted), angles(drill, seed, 4))
    true = simulate_drill(drill, seed, repetitions=4, sensors=()).set.repetitions
    assert Counter(one.side for one in found) == Counter(one.side for one in true)
    assert all(one.passed for one in found if one is not found[-1])
    for side in Side:
        mine = [one for one in found if one.side is side]
        assert [one.number for one in mine] == list(range(1, len(mine) + 1))
        for one, truth in zip(mine, [one for one in true if one.side is side], strict=True):
            assert one.start_s < truth.end_s
            assert truth.start_s < one.end_s <= one.t_known


def test_the_view_before_anything():
    view = session_of(Drill.HEEL_DRAG).view()
    assert view.state is DrillState.READY
    assert view.sentence == view.instruction
    assert view.time_left_s == 120.0
    assert view.last is None
    assert isnan(view.pass_pct)
    assert set(view.legs) == set(Side)


def test_the_view_in_the_middle_and_at_the_end():
    session = session_of(Drill.PUSH_LIFT, repetitions=2)
    stream = angles(Drill.PUSH_LIFT)
    found = through(session, stream)
    view = session.view()
    assert view.state is DrillState.DONE
    assert view.sentence == "Done."
    assert view.last == found[-1]
    assert view.pass_pct == 100.0
    assert view.legs[Side.LEFT].repetitions == view.legs[Side.RIGHT].repetitions == 2
    assert view.interval_s > 0.0

    session = session_of(Drill.PUSH_LIFT, repetitions=2)
    reached = found[1].t_known
    seen = [one for one in stream if one.time[0] <= reached + 0.5]
    session.push(Update(angles=seen))
    view = session.view()
    assert view.state is DrillState.SWITCH
    assert view.side is not found[0].side
    assert view.sentence == f"Switch legs: now the {view.side} one."


def test_the_other_leg_out_of_turn_is_named():
    found = through(session_of(Drill.PUSH_LIFT, repetitions=10), angles(Drill.PUSH_LIFT))
    assert [Fault.WRONG_SIDE in one.faults for one in found] == [False, False, True, True]
    assert [one.passed for one in found] == [True, True, False, False]


def test_one_leg_alone_can_be_measured():
    found = through(session_of(Drill.PUSH_LIFT, (Side.LEFT,)), angles(Drill.PUSH_LIFT))
    assert {one.side for one in found} == {Side.LEFT}
    assert len(found) == 2


def test_a_session_without_a_leg_is_refused():
    with pytest.raises(ValueError, match="at least one leg"):
        DrillSession(Drill.HILL, ())


def test_prone_flicks_tell_alternation():
    session = session_of(Drill.PRONE_FLICKS)
    through(session, angles(Drill.PRONE_FLICKS, 0, 8))
    assert session.view().alternation_pct >= 90.0
    assert session.view().side is None


def test_repetitions_of_another_drill_are_bad_ones():
    found = through(session_of(Drill.PUSH_LIFT_DRIVE), angles(Drill.HEEL_DRAG))
    assert found
    assert not any(one.passed for one in found)
    assert all(Fault.NO_LIFT in one.faults for one in found)


def test_each_leg_has_its_time():
    stream = angles(Drill.HEEL_DRAG, 1, 14)
    session = session_of(Drill.HEEL_DRAG, seconds=20.0)
    views = []
    for k in range(0, len(stream), 100):
        session.push(Update(angles=list(stream[k : k + 100])))
        views.append(session.view())
    states = [view.state for view in views]
    going = [view.time_left_s for view in views[: states.index(DrillState.SWITCH)] if view.state is DrillState.GOING]
    assert going == sorted(going, reverse=True)
    assert max(going) < 20.0
    assert min(going) < 1.0
    after = views[states.index(DrillState.SWITCH)]
    assert after.side is not after.last.side  # type: ignore[union-attr]
    assert after.legs[after.last.side].seconds == pytest.approx(20.0, abs=0.1)  # type: ignore[union-attr, index]


def shifted(stream: Sequence[SegmentAngles], by_s: float) -> list[SegmentAngles]:
    return [replace(block, time=block.time + by_s) for block in stream]


def test_memory_does_not_grow_with_the_set():
    stream = angles(Drill.PUSH_LIFT)
    length = float(stream[-1].time[0]) + 0.02
    session, sizes = session_of(Drill.PUSH_LIFT, repetitions=1000), []
    for lap in range(8):
        session.push(Update(angles=shifted(stream, lap * length)))
        sizes.append(len(pickle.dumps(session)))
    assert max(sizes[4:]) < 1.2 * max(sizes[2:4])


def test_a_run_is_going_until_it_is_over():
    session = DrillSession(Drill.RUN_30M, geometry=GEOMETRY)
    session.push(Update(strides=run(5.0)))
    assert session.view().state is DrillState.GOING
    assert session.view().sentence == "Heels up, knees through."
    (one,) = session.flush()
    assert one.number == 1
    assert session.view().state is DrillState.REST
    assert session.view().legs[Side.LEFT].repetitions == 0


def run(start: float) -> list[Stride]:
    values = dict.fromkeys(Stride._fields, 0.5)
    times = ({"initial_contact_s": start + k, "next_initial_contact_s": start + k + 1.0} for k in range(12))
    named = {"side": Side.LEFT, "flags": frozenset[str](), "knee_drive_deg": 60.0, "heel_lift_cm": 5.0}
    return [Stride(**(values | named | time)) for time in times]  # type: ignore[arg-type]
