"""Session after session, each against where it began."""

from dataclasses import replace
from math import isnan, nan

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from calibration.model import ZeroSource
from firmware_bridge.samples import Side
from legcycle_imu.progress.change import Word
from legcycle_imu.progress.trend import FIRST, trend
from tests.legcycle_imu.progress.made_up import make_session

DRIVE = (Side.LEFT, "knee_drive_deg")
STEADY = (40.0, 40.5, 39.6, 40.2, 39.9)


def test_the_first_session_has_nothing_before_it(on_days) -> None:
    first, second = trend(on_days("knee_drive_deg", 40.0, 41.0)).changes[DRIVE]
    assert first.word is Word.FIRST
    assert isnan(first.before)
    assert (second.word, second.before, second.detectable.basis) == (Word.NONE, pytest.approx(40.0), "literature")


def test_later_sessions_are_held_against_the_first_five(on_days) -> None:
    course = trend(on_days("knee_drive_deg", *STEADY, 40.1, 47.0, 47.0)).changes[DRIVE]
    bases = [change.detectable.own_sessions for change in course]
    assert bases == [0, 0, 0, 3, 4, FIRST, FIRST, FIRST]
    assert [change.word for change in course[5:]] == [Word.NONE, Word.MORE, Word.MORE]
    assert course[-1].before == pytest.approx(sum(STEADY) / 5)
    assert course[-1].detectable == course[-2].detectable


def test_the_order_is_that_of_the_starts(on_days) -> None:
    sessions = on_days("knee_drive_deg", 40.0, 41.0, 42.0)
    found = trend([sessions[2], sessions[0], sessions[1]])
    assert found.by_time
    assert [s.name for s in found.sessions] == ["s0", "s1", "s2"]


def test_where_a_start_is_not_known_the_order_is_that_of_the_names(on_days) -> None:
    sessions = on_days("knee_drive_deg", 40.0, 41.0, 42.0)
    found = trend([replace(sessions[2], name="a", started_s=nan), *sessions[:2]])
    assert not found.by_time
    assert [s.name for s in found.sessions] == ["a", "s0", "s1"]


def test_a_session_at_another_pace_is_passed_over_and_the_next_goes_on(on_days) -> None:
    sessions = on_days("knee_drive_deg", 40.0, 41.0, 40.5)
    sprint = on_days("knee_drive_deg", 60.0, cadence_spm=220.0)[0]
    course = trend([sessions[0], replace(sprint, name="x", started_s=1e5), *sessions[1:]]).changes[DRIVE]
    assert [change.word for change in course] == [Word.FIRST, Word.NOT_COMPARABLE, Word.NONE, Word.NONE]
    assert course[1].reason == "another pace"
    assert course[3].before == pytest.approx(40.5)


def test_each_zero_source_has_a_course_of_its_own(on_days) -> None:
    standing = on_days("knee_drive_deg", 40.0, 41.0)
    running = on_days("knee_drive_deg", 60.0, 61.0, zero=ZeroSource.RUNNING)
    mixed = [replace(s, name=f"r{k}", started_s=2e6 + k) for k, s in enumerate(running)]
    course = trend([*standing, *mixed]).changes[DRIVE]
    assert [change.word for change in course] == [Word.FIRST, Word.NONE, Word.NOT_COMPARABLE, Word.NONE]
    assert course[3].before == pytest.approx(60.0)


def test_a_leg_that_ran_once_is_shown(session) -> None:
    found = trend([session("a", sides=(Side.LEFT,)), session("b")])
    assert found.sides == tuple(Side)
    right = found.changes[Side.RIGHT, "knee_drive_deg"]
    assert [change.word for change in right] == [Word.FIRST, Word.NOT_COMPARABLE]


def test_somebody_may_know_that_the_speed_was_the_same(on_days) -> None:
    slow = on_days("contact_time_s", 0.22, 0.26)
    assert trend(slow).changes[DRIVE][1].word is Word.NOT_COMPARABLE
    assert trend(slow, same_speed=True).changes[DRIVE][1].word is Word.NONE


@settings(max_examples=20, deadline=None)
@given(order=st.permutations(range(5)))
def test_the_order_in_which_sessions_are_given_does_not_matter(order) -> None:
    sessions = [make_session(f"s{k}", strides=10, started_s=float(k), knee_drive_deg=40.0 + k) for k in range(5)]
    assert trend([sessions[k] for k in order]).sessions == trend(sessions).sessions
