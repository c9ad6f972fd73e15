"""What is to be seen of a drill, without pixels."""

from math import nan

import pytest

from firmware_bridge.samples import Side
from legcycle_imu.drills import RULES, Drill, DrillState, Fault, LegCount
from legcycle_imu.view.drill import DOTS, KEYS, MEASURES, NOT_BEGUN, clock, page_of, rhythm, tallies, words_of
from tests.legcycle_imu.view.drilled import DRAG, FLICKS, LIFT, RUNS, THREE, one, view


class TestPage:
    def test_a_drill_that_goes_on(self) -> None:
        page = page_of(LIFT, view(), THREE)
        assert (page.count, page.goal, page.clock, page.part) == ("3", "of 10", "", "")
        assert page.turn == ("LEFT LEG", (Side.LEFT,))
        assert page.state.word == "go"
        assert page.sentence == "Bring the heel higher."
        assert page.last == "left 3: too low, no push (push 15°, knee bend 128°)"
        assert [dot.shape for dot in page.dots] == ["✔", "✔", "✖"]
        assert page.dots[-1].word == "too low"
        assert page.good == "2 of 3 good"
        assert page.figures == ("left 3 · right 0", "rhythm 2.1 s ± 8 %")
        assert page.keys == KEYS

    def test_time_is_that_of_the_turn_and_no_leg_is_meant_by_it(self) -> None:
        page = page_of(DRAG, view(DRAG, time_left_s=83.2))
        assert (page.clock, page.clock_of, page.goal) == ("1:24", "to go", "")
        assert page.elapsed == pytest.approx(1.0 - 83.2 / 120.0)

    def test_a_rest_counts_down_and_nobody_has_a_turn(self) -> None:
        page = page_of(RUNS, view(RUNS, state=DrillState.REST, side=None, time_left_s=45.0))
        assert (page.clock, page.clock_of) == ("0:45", "rest")
        assert page.elapsed == pytest.approx(0.25)
        assert page.turn.sides == ()

    @pytest.mark.parametrize(
        ("rule", "word"), [(LIFT, "EITHER LEG"), (FLICKS, "BOTH LEGS"), (RUNS, "BOTH LEGS")], ids=lambda x: str(x)[:9]
    )
    def test_without_a_turn_it_is_told_whether_either_or_both(self, rule, word: str) -> None:
        page = page_of(rule, view(rule, side=None))
        assert page.turn == (word, tuple(Side))

    def test_of_one_leg_that_is_measured_it_is_the_turn(self) -> None:
        legs = {Side.RIGHT: LegCount(0, 0, 0, nan, nan, 0.0)}
        assert page_of(LIFT, view(side=None, legs=legs)).turn == ("RIGHT LEG", (Side.RIGHT,))

    def test_before_it_has_begun(self) -> None:
        page = page_of(LIFT, None)
        assert page.sentence == NOT_BEGUN
        assert (page.count, page.dots, page.last_mark) == ("0", (), None)

    def test_a_count_that_was_stopped_says_how_it_goes_on(self) -> None:
        page = page_of(LIFT, view(), THREE, resting=True)
        assert page.state.word == "stopped"
        assert "P" in page.sentence
        assert page_of(LIFT, view(state=DrillState.DONE), THREE, resting=True).state.word == "done"

    def test_only_the_last_repetitions_are_dots(self) -> None:
        many = [one(number=k) for k in range(1, 40)]
        assert len(page_of(LIFT, view(), many).dots) == DOTS

    @pytest.mark.parametrize("state", DrillState)
    def test_every_state_has_a_shape_and_a_word(self, state: DrillState) -> None:
        mark = page_of(LIFT, view(state=state)).state
        assert mark.shape
        assert mark.word

    def test_sets_are_counted_where_there_are_some(self) -> None:
        assert page_of(LIFT, view(sets=3, set_number=2)).part == "set 2 of 3"

    def test_alternation_is_told_where_it_is_known(self) -> None:
        assert "in turn 97 %" in page_of(FLICKS, view(FLICKS, alternation_pct=97.0)).figures


class TestWords:
    def test_a_run_is_told_with_its_strides(self) -> None:
        run = one(None, 2, drill=Drill.RUN_30M)._replace(strides=22, lift_hit_pct=90.0, drive_hit_pct=nan)
        assert words_of(RUNS, run) == "run 2: good (22 strides in 1.5 s, lift reached 90 %)"

    def test_what_cannot_be_judged_is_counted(self) -> None:
        hill = one(None, 1, drill=Drill.HILL)._replace(passed=None, strides=20)
        assert words_of(RULES[Drill.HILL], hill) == "run 1: counted (20 strides in 1.5 s)"

    def test_every_bound_has_words(self) -> None:
        assert {bound.measure for rule in RULES.values() for bound in rule.bounds} <= set(MEASURES)

    @pytest.mark.parametrize(
        ("seconds", "text"), [(0.0, "0:00"), (0.2, "0:01"), (60.0, "1:00"), (119.1, "2:00"), (nan, "")]
    )
    def test_the_clock_is_rounded_up(self, seconds: float, text: str) -> None:
        assert clock(seconds) == text

    def test_rhythm_is_told_as_far_as_it_is_known(self) -> None:
        assert [rhythm(nan, nan), rhythm(2.04, nan), rhythm(2.04, 8.4)] == ["–", "2.0 s", "2.0 s ± 8 %"]


class TestTallies:
    def test_each_leg_has_its_own_with_faults_by_name(self) -> None:
        done = (*THREE, one(Side.LEFT, 4, Fault.TOO_LOW), one(Side.RIGHT, 1))
        left, right = tallies(done, view())
        assert (left.name, left.repetitions, left.judged, left.passed) == ("left", 4, 4, 2)
        assert list(left.faults.items()) == [(Fault.TOO_LOW, 2), (Fault.NO_PUSH, 1)]
        assert (right.repetitions, right.faults) == (1, {})

    def test_runs_are_of_both_legs(self) -> None:
        (both,) = tallies([one(None, 1), one(None, 2, Fault.DRIVE_LOW)], view(RUNS))
        assert (both.name, both.repetitions, both.passed) == ("both", 2, 1)
