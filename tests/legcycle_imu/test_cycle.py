from itertools import pairwise

from legcycle_imu.cycle import CYCLE, PHASE_AFTER, EventKind, Phase
from legcycle_imu.model import STRIDE_COLUMNS


def test_each_phase_begins_with_the_event_that_ends_the_one_before():
    for before, after in pairwise([*CYCLE, CYCLE[0]]):
        assert before.ends is after.begins


def test_the_phases_are_push_lift_drive_place():
    assert [rule.phase for rule in CYCLE] == [Phase.PUSH, Phase.LIFT, Phase.DRIVE, Phase.PLACE]


def test_every_event_begins_one_phase():
    assert set(PHASE_AFTER) == set(EventKind)
    assert len(set(PHASE_AFTER.values())) == len(CYCLE)
    assert Phase.UNKNOWN not in PHASE_AFTER.values()


def test_every_metric_is_a_column_of_the_table():
    assert {rule.metric for rule in CYCLE} <= set(STRIDE_COLUMNS)


def test_every_phase_and_event_is_timed_in_the_table():
    assert {f"{rule.phase}_s" for rule in CYCLE} <= set(STRIDE_COLUMNS)
    assert {f"{kind}_s" for kind in EventKind} | {f"{kind}_known_s" for kind in EventKind} <= set(STRIDE_COLUMNS)
