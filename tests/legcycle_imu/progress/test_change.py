"""A change is marked only where it is larger than chance, and only between what can be compared."""

from dataclasses import replace
from math import isnan, sqrt

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import t as student

from calibration.model import ZeroSource
from firmware_bridge.samples import Side
from legcycle_imu.progress.change import (
    SHAPE,
    Change,
    Detectable,
    Word,
    compare,
    detectable,
    hindrance,
    judge,
    pace_differs,
    shown,
)
from legcycle_imu.progress.metrics import BY_KEY
from legcycle_imu.progress.session import Figure, SessionFigures
from legcycle_imu.runner import Runner

LEFT = Side.LEFT
sds = st.floats(0.0, 5.0)


def word_of(changes: list[Change], key: str, side: Side = LEFT) -> Change:
    return next(c for c in changes if c.side is side and c.key == key)


@given(sds, sds, st.floats(0.1, 5.0))
def test_two_sessions_alike_have_the_mdc_of_the_books(strides: float, zero: float, days: float) -> None:
    figure = Figure(40, 40.0, 2.0, strides, zero, days)
    sem = sqrt(strides**2 + zero**2 + days**2)
    assert detectable([figure], [], figure) == pytest.approx((1.96 * sqrt(2.0) * sem, 0))


def test_own_sessions_take_the_place_of_the_literature_from_three_on() -> None:
    own = [Figure(40, mean, 2.0, 0.3, 1.8, 2.7) for mean in (40.0, 41.0, 42.0, 43.0)]
    now = own[0]
    assert detectable(own[:1], own[:2], now).own_sessions == 0
    three = detectable(own[:1], own[:3], now)
    assert three == pytest.approx((student.ppf(0.975, 2) * sqrt(2.0) * 1.0, 3))
    four = detectable(own, own, now)
    sd = np.std([40, 41, 42, 43], ddof=1)
    assert four == pytest.approx((student.ppf(0.975, 3) * sd * sqrt(1.25), 4))


def test_a_session_of_few_strides_is_no_surer_than_its_strides() -> None:
    own = [Figure(40, mean, 2.0, 0.3) for mean in (40.0, 40.1, 40.2)]
    assert detectable(own, own, Figure(8, 40.0, 6.0, 3.0)).mdc > student.ppf(0.975, 2) * 3.0


def test_the_same_session_twice_has_no_change(session) -> None:
    changes = compare(session("a"), session("b"))
    assert {c.word for c in changes} == {Word.NONE}
    assert all(c.change == 0.0 and c.detectable.mdc > 0.0 and c.detectable.basis == "literature" for c in changes)


@pytest.mark.parametrize(("times", "word"), [(0.9, Word.NONE), (1.1, Word.MORE), (-1.1, Word.LESS), (-0.9, Word.NONE)])
@pytest.mark.parametrize("key", ["knee_drive_deg", "peak_knee_flexion_deg", "shank_at_contact_deg"])
def test_what_is_larger_than_its_mdc_is_marked(session, key, times, word) -> None:
    before = session("a")
    mdc = word_of(compare(before, session("b")), key).detectable.mdc
    value = before.figure(LEFT, key).mean + times * mdc
    change = word_of(compare(before, session("b", **{key: value}, scatter=1e-9)), key)
    assert change.word is word
    assert change.change == pytest.approx(times * mdc)
    assert change.verdict.startswith(SHAPE[word])
    assert str(word) in change.verdict


def test_another_zero_bars_what_depends_on_it_and_nothing_else(session) -> None:
    changes = compare(session("a"), session("b", zero=ZeroSource.RUNNING))
    barred = {c.key for c in changes if c.word is Word.NOT_COMPARABLE}
    assert barred == {c.key for c in changes if BY_KEY[c.key].zeros}
    assert {"thigh_range_deg", "contact_time_s", "cadence_spm"} == {c.key for c in changes} - barred
    assert all(c.reason == "another zero" and isnan(c.detectable.mdc) for c in changes if c.key in barred)


def test_a_zero_that_changed_within_a_session_is_like_no_other(session) -> None:
    twice = session("a", one_zero=False)
    assert hindrance(LEFT, "knee_drive_deg", twice, twice) == "another zero"
    assert hindrance(LEFT, "thigh_range_deg", twice, twice) == ""


def test_another_runner_bars_all(session) -> None:
    changes = compare(session("a"), session("b", runner="bert", knee_drive_deg=70.0))
    assert {c.reason for c in changes} == {"another runner"}


def test_other_lengths_bar_centimetres_alone(session) -> None:
    changes = compare(session("a"), session("b", geometry=Runner(height_m=1.8).geometry))
    assert {c.key for c in changes if c.reason == "other lengths of the leg"} == {"heel_lift_cm", "placement_cm"}
    assert {c.reason for c in changes} == {"", "other lengths of the leg"}


@pytest.mark.parametrize(
    ("means", "differs"),
    [
        ({}, False),
        ({"cadence_spm": 172.0 * 1.02}, False),
        ({"cadence_spm": 172.0 * 1.04}, True),
        ({"cadence_spm": 172.0 * 0.96}, True),
        ({"contact_time_s": 0.22 * 0.96}, False),
        ({"contact_time_s": 0.22 * 0.93}, True),
    ],
)
def test_another_pace_bars_all_unless_somebody_knows_the_speed(session, means, differs) -> None:
    a, b = session("a"), session("b", **means, knee_drive_deg=60.0)
    assert pace_differs(a, b) is differs
    assert (word_of(compare(a, b), "knee_drive_deg").word is Word.MORE) is not differs
    assert word_of(compare(a, b, same_speed=True), "knee_drive_deg").word is Word.MORE


def test_too_few_strides_or_no_leg_bar_a_metric(session) -> None:
    few = compare(session("a"), session("b", strides=7))
    assert {c.reason for c in few} == {"fewer than 8 strides"}
    one = compare(session("a"), session("b", sides=(LEFT,)))
    assert {c.reason for c in one if c.side is Side.RIGHT} == {"fewer than 8 strides"}
    assert {c.reason for c in one if c.side is LEFT} == {""}
    alone = compare(session("a", sides=(LEFT,)), session("b", sides=(LEFT,)))
    assert {c.side for c in alone} == {LEFT}
    assert compare(SessionFigures("a"), SessionFigures("b")) == []


def test_own_sessions_tell_by_how_much_days_differ(session, on_days) -> None:
    own = on_days("knee_drive_deg", 40.0, 40.4, 39.7, 40.1)
    a, b = session("a"), session("b", knee_drive_deg=44.0)
    assert word_of(compare(a, b), "knee_drive_deg").word is Word.NONE
    steady = word_of(compare(a, b, own), "knee_drive_deg")
    assert (steady.word, steady.detectable.own_sessions) == (Word.MORE, 5)
    restless = on_days("knee_drive_deg", 30.0, 50.0, 34.0, 44.0)
    assert word_of(compare(a, b, restless), "knee_drive_deg").detectable.mdc > 15.0


def test_sessions_of_one_day_say_nothing_of_days(session, on_days) -> None:
    own = [replace(s, day="2026-05-01") for s in on_days("knee_drive_deg", 40.0, 40.1, 40.2, 40.1)]
    change = judge(LEFT, "knee_drive_deg", own[:1], session("b"), own)
    assert change.detectable.basis == "literature"


def test_own_sessions_that_cannot_be_compared_do_not_count(session, on_days) -> None:
    others = on_days("knee_drive_deg", 40.0, 41.0, 42.0, 40.5, zero=ZeroSource.RUNNING)
    changes = compare(session("a"), session("b"), others)
    assert word_of(changes, "knee_drive_deg").detectable.basis == "literature"
    assert word_of(changes, "thigh_range_deg").detectable.basis == "own 5"


def test_heel_lift_is_shown_in_centimetres_where_it_can_be(session) -> None:
    keys = shown([session("a")])
    assert "heel_lift_cm" in keys
    assert "heel_lift_pct" not in keys
    unmeasured = shown([session("a", heel_lift_cm=float("nan"), placement_cm=float("nan"))])
    assert "heel_lift_pct" in unmeasured
    assert "placement_cm" not in unmeasured


def test_a_band_as_wide_as_the_change_marks_nothing() -> None:
    assert SHAPE.keys() == set(Word)
    assert len(set(SHAPE.values())) == len(SHAPE)
    assert Detectable(1.0, 4).basis == "own 4"


@pytest.mark.parametrize("own", [0, 3, 5])
def test_one_in_twenty_is_marked_where_nothing_changed(own) -> None:
    rng, marked, draws = np.random.default_rng(7), 0, 3000
    for _ in range(draws):
        *before, now = (Figure(40, 40.0 + 2.7 * z, 2.0, 0.0, 0.0, 2.7) for z in rng.standard_normal(max(own, 1) + 1))
        least = detectable(before, before, now)
        assert least.own_sessions == own
        marked += abs(now.mean - np.mean([figure.mean for figure in before])) > least.mdc
    assert 0.035 < marked / draws < 0.065
