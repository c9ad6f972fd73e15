"""The scorer itself, on strides whose errors are known because they were put there."""

from dataclasses import replace
from math import nan

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks import scoring
from benchmarks.scoring import LegScore, bouts, f1, pairs, score_legs, times_of, within_and_between
from firmware_bridge.samples import Side
from legcycle_imu.cycle import EventKind
from legcycle_imu.model import STRIDE_COLUMNS, Stride

STRIDE_S = 0.7
NUMBERS = [name for name in STRIDE_COLUMNS if name not in ("side", "stride", "flags")]
AFTER_CONTACT = {"toe_off": 0.25, "peak_heel_lift": 0.42, "peak_knee_drive": 0.55}


def stride(number: int, late_s: float = 0.0, side: Side = Side.LEFT, **more: float) -> Stride:
    """Give the stride of a steady run, its events late by some time."""
    start = STRIDE_S * number + late_s
    values = dict.fromkeys(NUMBERS, nan) | {
        "initial_contact_s": start,
        "next_initial_contact_s": start + STRIDE_S,
        **{f"{kind}_s": start + after for kind, after in AFTER_CONTACT.items()},
    }
    values |= {f"{kind}_known_s": values[f"{kind}_s"] + 0.02 for kind in EventKind}
    return Stride(**values | more, side=side, stride=number, flags=frozenset())  # type: ignore[arg-type]


def run(strides: int, late_s: float = 0.0) -> list[Stride]:
    return [stride(number, late_s) for number in range(strides)]


def scored(true: list[Stride], found: list[Stride]) -> LegScore:
    return score_legs(true, found, "a", 3.0)[Side.LEFT]


def test_the_truth_itself_is_without_error() -> None:
    leg = scored(run(10), run(10))
    for kind in EventKind:
        assert f1([leg], kind) == 1.0
        assert leg.events[kind].errors == pytest.approx([0.0] * leg.events[kind].true)
    assert (leg.strides, leg.in_order, leg.false) == (9, 9, 0)


def test_the_first_stride_is_not_scored_and_the_last_ends_with_a_contact() -> None:
    leg = scored(run(10), run(10))
    assert leg.events[EventKind.INITIAL_CONTACT].true == 10
    assert leg.events[EventKind.TOE_OFF].true == 9


def test_what_is_found_outside_the_scored_part_counts_neither_way() -> None:
    outside = [stride(-1), stride(10), stride(11)]
    assert f1([scored(run(10), run(10) + outside)], EventKind.TOE_OFF) == 1.0


@given(late_ms=st.integers(-79, 79))
@settings(max_examples=20, deadline=None, derandomize=True)
def test_late_events_are_matched_and_their_lateness_is_the_error(late_ms: int) -> None:
    leg = scored(run(10), run(10, late_ms / 1e3))
    for kind in EventKind:
        assert leg.events[kind].errors == pytest.approx([late_ms / 1e3] * leg.events[kind].true)


@pytest.mark.parametrize("late_s", [0.09, -0.09])
def test_events_too_far_away_are_missed_and_false_at_once(late_s: float) -> None:
    assert f1([scored(run(10), run(10, late_s))], EventKind.PEAK_HEEL_LIFT) == 0.0


def test_a_missed_stride_costs_recall_and_a_repeated_one_precision() -> None:
    missed = scored(run(10), [s for s in run(10) if s.stride != 5])
    assert f1([missed], EventKind.TOE_OFF) == pytest.approx(2 * 8 / (9 + 8))
    repeated = scored(run(10), [*run(10), stride(5, 0.01)])
    assert f1([repeated], EventKind.TOE_OFF) == pytest.approx(2 * 9 / (9 + 10))


def test_the_contact_that_ends_one_stride_and_begins_the_next_is_one_event() -> None:
    assert times_of(run(3), EventKind.INITIAL_CONTACT) == pytest.approx([0.0, 0.7, 1.4, 2.1])


def test_a_stride_with_an_event_out_of_order_or_missing_is_not_in_order() -> None:
    found = run(10)
    found[4] = stride(4, peak_heel_lift_s=found[4].toe_off_s - 0.01)
    found[6] = stride(6, toe_off_s=nan)
    leg = scored(run(10), found)
    assert (leg.strides, leg.in_order) == (9, 7)


def test_a_break_in_the_truth_parts_it_and_each_part_loses_its_first_stride() -> None:
    true = run(5) + [stride(number) for number in range(20, 25)]
    assert [len(bout) for bout in bouts(true)] == [5, 5]
    assert scored(true, true).events[EventKind.TOE_OFF].true == 8


def test_latency_is_from_the_event_to_its_becoming_known() -> None:
    assert scored(run(10), run(10)).events[EventKind.TOE_OFF].delays == pytest.approx([0.02] * 9)


def test_metrics_are_compared_in_their_printed_unit() -> None:
    true = [stride(n, contact_time_s=0.250) for n in range(4)]
    found = [stride(n, contact_time_s=0.253) for n in range(4)]
    assert scored(true, found).metrics["contact_time_s"] == pytest.approx([3.0] * 3)


def test_what_is_not_known_is_no_error() -> None:
    assert scored(run(4), run(4)).metrics["knee_drive_deg"] == []


def test_walking_counts_on_neither_side() -> None:
    walk = frozenset(("walk",))
    walking = [Stride(**{n: getattr(s, n) for n in STRIDE_COLUMNS} | {"flags": walk}) for s in run(6)]
    assert score_legs(walking, run(6), "a", 3.0) == {}
    assert scored(run(6), walking).events[EventKind.TOE_OFF].found == 0


def test_legs_are_scored_each_by_itself() -> None:
    both = run(5) + [stride(n, 0.35, Side.RIGHT) for n in range(5)]
    legs = score_legs(both, run(5), "a", 3.0)
    assert f1([legs[Side.LEFT]], EventKind.TOE_OFF) == 1.0
    assert f1([legs[Side.RIGHT]], EventKind.TOE_OFF) == 0.0


def test_matching_is_one_to_one_and_takes_the_nearest() -> None:
    assert pairs(np.array([1.0, 2.0]), np.array([1.05, 1.01, 2.3])) == [(0, 1)]
    assert pairs(np.array([]), np.array([1.0])) == []


def test_spreads_within_and_between() -> None:
    groups = [("a", np.array([1.0, 3.0])), ("a", np.array([2.0])), ("b", np.array([6.0, 8.0]))]
    within, between = within_and_between(groups)
    assert within == pytest.approx(np.sqrt(4 / 5))
    assert between == pytest.approx(5 / np.sqrt(2))
    assert all(np.isnan(x) for x in within_and_between([]))


def test_angle_rows_remove_each_legs_own_offset() -> None:
    legs = [replace(LegScore("a", 3.0), angles={"thigh": offset + np.array([-1.0, 1.0] * 5)}) for offset in (2.0, -2.0)]
    assert scoring.angle_rows(legs) == [["thigh", "2.24", "1.00", "2.00"]]


def test_tables_have_as_many_columns_as_their_headings() -> None:
    true = [stride(n, contact_time_s=0.250) for n in range(5)]
    leg = scored(true, true)
    assert {len(row) for row in scoring.event_rows([leg])} == {len(scoring.EVENT_HEAD)}
    assert {len(row) for row in scoring.metric_rows([leg])} == {len(scoring.METRIC_HEAD)}
    assert scoring.event_rows([LegScore("a", 3.0)])[0][3:] == ["-"] * 7
