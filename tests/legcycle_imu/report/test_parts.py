from math import isnan

import pytest
from hypothesis import given
from hypothesis import strategies as st

from firmware_bridge.samples import Side
from legcycle_imu.report.parts import PAUSE_S, bouts, laps, other_marks
from legcycle_imu.report.results import judged
from legcycle_imu.report.session import Mark
from tests.legcycle_imu.report.made import STRIDE_S, a_session, a_stride, strides


def numbered(groups):
    """Several groups of strides in one run, numbered on."""
    found, counts = [], dict.fromkeys(Side, 0)
    for stride in sorted((s for group in groups for s in group), key=lambda s: s.next_initial_contact_s):
        found.append(stride._replace(stride=counts[stride.side]))
        counts[stride.side] += 1
    return found


@given(st.lists(st.tuples(st.integers(4, 20), st.floats(PAUSE_S + 0.5, 60.0)), min_size=1, max_size=6))
def test_every_pause_ends_a_bout(plan) -> None:
    groups, start_s = [], 0.0
    for count, pause_s in plan:
        groups.append(strides(count, start_s=start_s))
        start_s += (count + 0.5) * STRIDE_S + pause_s
    session = a_session(numbered(groups))
    found = bouts(session, judged(session))
    assert [part.strides for part in found] == [2 * count for count, _ in plan]
    assert [part.name for part in found] == [f"bout {k}" for k in range(1, len(plan) + 1)]
    assert sum(part.strides for part in found) == len(session.running)


def test_a_gap_in_the_data_is_no_pause_while_strides_go_on() -> None:
    gap = [a_stride(Side.LEFT, 0, 7.2 + k * STRIDE_S, "gap") for k in range(8)]
    session = a_session(numbered([strides(10), gap, strides(10, start_s=13.0)]))
    assert [part.strides for part in bouts(session, judged(session))] == [40]


def test_walking_is_a_pause_and_a_stumble_is_no_bout() -> None:
    walk = [a_stride(Side.LEFT, 0, 7.5 + k, "walk") for k in range(10)]
    session = a_session(numbered([strides(10), walk, strides(10, start_s=18.0), strides(1, start_s=40.0)]))
    assert [part.strides for part in bouts(session, judged(session))] == [20, 20]


def test_laps_begin_at_their_marks() -> None:
    made = strides(100)
    marks = [Mark(20.0, "lap 1"), Mark(30.0, "windy"), Mark(45.0, "lap 2")]
    session = a_session(made, marks=marks)
    found = laps(session, judged(session))
    assert [part.name for part in found] == ["before the first lap", "lap 1", "lap 2"]
    assert sum(part.strides for part in found) == len(made)
    for part, start, end in zip(found, (0.0, 20.0, 45.0), (20.0, 45.0, 80.0), strict=True):
        assert start <= part.start_s < end
        assert part.duration_s > 0.0
    assert other_marks(session) == (Mark(30.0, "windy"),)
    assert laps(a_session(made), ()) == ()


def test_a_part_has_the_means_and_hits_of_its_own_strides() -> None:
    slow, fast = strides(10, knee_drive_deg=40.0), strides(10, start_s=20.0, knee_drive_deg=60.0)
    session = a_session(numbered([slow, fast]))
    first, second = bouts(session, judged(session))
    assert (first.metrics["knee_drive_deg"].mean, first.drive_pct) == (pytest.approx(40.0), 0.0)
    assert (second.metrics["knee_drive_deg"].mean, second.drive_pct) == (pytest.approx(60.0), 100.0)
    assert first.lift_pct == 100.0


def test_without_a_judgement_there_is_no_share() -> None:
    session = a_session(strides(5))
    assert isnan(bouts(session, ())[0].lift_pct)
