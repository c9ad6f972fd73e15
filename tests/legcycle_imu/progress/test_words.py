"""What stands beside the tables: the formula, where the days' part is from, why something is not compared."""

import pytest

from calibration.model import ZeroSource
from legcycle_imu.progress import words
from legcycle_imu.progress.change import compare
from legcycle_imu.progress.trend import trend
from legcycle_imu.progress.words import about, notes_on_trend, notes_on_two


def test_the_formula_and_the_literature_are_said(session) -> None:
    said = " ".join(about(compare(session("a"), session("b"))))
    assert "1.96 x sqrt(2) x SEM" in said
    assert "taken from what is published of others" in said
    assert "own sessions, one a day" not in said
    assert "not a medical device" in said


def test_own_sessions_are_said_where_they_were_used(session, on_days) -> None:
    own = on_days("knee_drive_deg", 40.0, 41.0, 42.0)
    said = " ".join(about(compare(session("a"), session("b"), own)))
    assert "Student's t" in said
    assert "taken from what is published of others" not in said


def test_where_nothing_can_be_compared_no_formula_is_said(session) -> None:
    said = about(compare(session("a"), session("b", runner="bert")))
    assert said[0] == "Nothing here can be compared."
    assert words.FORMULA not in said


def test_two_runs_alike_need_no_note(session) -> None:
    a, b = session("a"), session("b")
    assert notes_on_two(a, b, compare(a, b)) == []


def notes(session, **other) -> str:
    a, b = session("a"), session("b", **other)
    return " ".join(notes_on_two(a, b, compare(a, b)))


def test_another_zero_is_said_with_both_sources(session) -> None:
    said = notes(session, zero=ZeroSource.RUNNING)
    assert "The left leg's angles have their zero from standing and running in a, from running in b" in said
    assert "The right leg's" in said
    assert "more than one source" in notes(session, one_zero=False)


def test_another_runner_and_none_are_said(session) -> None:
    assert "different runners by their codes (anna and bert)" in notes(session, runner="bert")
    a, b = session("a", runner=""), session("b", runner="")
    assert "taken for one runner's" in " ".join(notes_on_two(a, b, compare(a, b)))


def test_another_pace_is_said_with_its_figures(session) -> None:
    said = notes(session, cadence_spm=172.0 * 1.1)
    assert "Cadence differs by +10.0 %, contact time by +0.0 %" in said
    assert "--same-speed" in said


def test_a_trend_says_its_order_who_ran_and_the_pace(session, on_days) -> None:
    said = " ".join(notes_on_trend(trend([session("a", runner=""), session("b", runner="", cadence_spm=200.0)])))
    for part in ("the order is that of the file names", "taken for one runner's", "another pace"):
        assert part in said
    assert notes_on_trend(trend(on_days("knee_drive_deg", 40.0, 41.0))) == []


@pytest.mark.parametrize("word", ["injur", "prevent", "diagnos", "therap", "rehab", "risk", "glute"])
def test_nothing_is_promised_that_is_not_measured(word) -> None:
    texts = [text for name, text in vars(words).items() if isinstance(text, str) and name.isupper()]
    assert len(texts) >= 6
    assert not [text for text in texts if word in text.lower()]
