from math import inf, isnan, nan

import pytest
from hypothesis import given
from hypothesis import strategies as st

from firmware_bridge.samples import Side
from legcycle_imu.cycle import EventKind
from legcycle_imu.leg import Finding, with_flight
from legcycle_imu.merge import LegMerge, MergeSettings
from legcycle_imu.model import STRIDE_COLUMNS, GaitEvent, Stride

LEFT, RIGHT = Side.LEFT, Side.RIGHT
GIVEN = dict.fromkeys(Side, -inf)
DONE = dict.fromkeys(Side, inf)


def stride(side: Side, start: float, toe_off: float, end: float) -> Stride:
    values = dict.fromkeys(STRIDE_COLUMNS, nan) | {
        "side": side,
        "stride": 0,
        "initial_contact_s": start,
        "toe_off_s": toe_off,
        "next_initial_contact_s": end,
        "flags": frozenset(),
    }
    return Stride(**values)


def finding(side: Side, t: float, known: float | None = None, of: Stride | None = None) -> Finding:
    decided = t + 0.02
    event = GaitEvent(decided if known is None else known, t, side, EventKind.INITIAL_CONTACT)
    return Finding(decided, event, None, of)


def flight_of(*contacts_of_the_other: float, toe_off: float = 1.25) -> float:
    merge = LegMerge()
    merge.push([finding(RIGHT, t) for t in contacts_of_the_other])
    merge.push([finding(LEFT, 1.7, of=stride(LEFT, 1.0, toe_off, 1.7))])
    (only,) = [found.stride for found in merge.pull(DONE, GIVEN) if found.stride]
    return only.flight_time_s


def test_flight_lasts_from_toe_off_to_the_other_contact():
    assert flight_of(1.35) == pytest.approx(0.10)


def test_double_support_is_a_negative_flight():
    assert flight_of(1.2) == pytest.approx(-0.05)


def test_the_contact_nearest_to_the_middle_counts():
    assert flight_of(1.02, 1.34, 1.6) == pytest.approx(0.09)


@pytest.mark.parametrize("contacts", [(), (0.9,), (1.8,)])
def test_without_a_contact_inside_flight_is_not_known(contacts: tuple[float, ...]):
    assert isnan(flight_of(*contacts))


def test_one_leg_alone_has_no_flight_and_does_not_wait():
    merge = LegMerge()
    merge.push([finding(LEFT, 1.7, of=stride(LEFT, 1.0, 1.2, 1.7))])
    (found,) = merge.pull({LEFT: 2.0}, {LEFT: -inf})
    assert isnan(found.stride.flight_time_s)


def test_nothing_is_given_before_the_other_leg_is_past_it():
    merge = LegMerge()
    merge.push([finding(LEFT, 1.0)])
    assert not merge.pull({LEFT: 5.0, RIGHT: 1.01}, GIVEN)
    assert len(merge.pull({LEFT: 5.0, RIGHT: 1.02}, GIVEN)) == 1


@given(st.lists(st.tuples(st.sampled_from(Side), st.floats(0.0, 10.0)), max_size=20))
def test_findings_come_in_the_order_in_which_they_were_known(contacts: list[tuple[Side, float]]):
    merge = LegMerge()
    for side, t in contacts:
        merge.push([finding(side, t)])
    keys = [f.event[:4] for f in merge.pull(DONE, GIVEN)]
    assert len(keys) == len(contacts)
    assert keys == sorted(keys)


def test_a_leg_that_is_aligned_waits_for_the_other_only_so_long():
    merge = LegMerge(MergeSettings(patience_s=5.0))
    aligned = {LEFT: 10.0, RIGHT: inf}
    merge.push([finding(LEFT, 9.0, known=10.0)])
    assert not merge.pull({LEFT: 14.0, RIGHT: 14.0}, aligned)
    assert not merge.pull({LEFT: 15.0, RIGHT: 15.0}, aligned)
    assert len(merge.pull({LEFT: 15.1, RIGHT: 15.1}, aligned)) == 1


def test_the_flight_of_held_strides_is_found_when_the_legs_align_one_after_the_other():
    merge = LegMerge()
    merge.push([finding(RIGHT, 1.35, known=10.0)])
    assert len(merge.pull({LEFT: 10.0, RIGHT: 12.0}, {LEFT: 10.1, RIGHT: 10.0})) == 1
    merge.push([finding(LEFT, 1.7, known=10.1, of=stride(LEFT, 1.0, 1.25, 1.7))])
    (found,) = merge.pull(DONE, {LEFT: 10.1, RIGHT: 10.0})
    assert found.stride.flight_time_s == pytest.approx(0.10)


def test_flight_changes_nothing_else():
    before = stride(LEFT, 1.0, 1.25, 1.7)
    after = with_flight(before, 1.4)
    assert after.flight_time_s == pytest.approx(0.15)
    assert repr(after._replace(flight_time_s=nan)) == repr(before)


def test_of_two_events_at_one_instant_the_cycle_decides_the_order():
    merge = LegMerge()
    contact = finding(LEFT, 2.36)
    peak = contact._replace(event=contact.event._replace(kind=EventKind.PEAK_KNEE_DRIVE))
    merge.push([peak, contact])
    given_out = [found.event.kind for found in merge.pull(DONE, GIVEN)]
    assert given_out == [EventKind.PEAK_KNEE_DRIVE, EventKind.INITIAL_CONTACT]
