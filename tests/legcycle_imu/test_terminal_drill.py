"""A drill in a terminal and in a pipe, and what it came to."""

import json
from math import nan

import pytest
from rich.console import Console, RenderableType

from firmware_bridge.samples import Side
from legcycle_imu.drills import RULES, Drill, DrillState, Fault
from legcycle_imu.terminal_drill import (
    WIDTH,
    DrillLines,
    big_number,
    drill_block,
    drill_json,
    drill_list,
    drill_summary,
    how_much,
    repetition_line,
)
from legcycle_imu.view.drill import page_of
from tests.legcycle_imu.view.drilled import DRAG, FLICKS, LIFT, RUNS, THREE, one, view


def shown(item: RenderableType) -> str:
    console = Console(width=WIDTH + 2, force_terminal=False)
    with console.capture() as captured:
        console.print(item)
    return captured.get()


class TestBlock:
    def test_count_turn_sentence_and_last_repetition_are_there(self) -> None:
        text = shown(drill_block(page_of(LIFT, view(), THREE)))
        for said in (
            "push and lift",
            "● go",
            "◀ LEFT LEG",
            "of 10",
            "Bring the heel higher.",
            "✖ left 3: too low",
            "2 of 3 good",
        ):
            assert said in text
        assert "✔ ✔ ✖" in text
        assert max(len(line) for line in text.splitlines()) <= WIDTH

    def test_each_leg_has_its_place(self) -> None:
        places = {
            side: next(
                line for line in shown(drill_block(page_of(LIFT, view(side=side)))).splitlines() if "LEG" in line
            )
            for side in Side
        }
        assert places[Side.LEFT].index("LEFT") < places[Side.RIGHT].index("RIGHT")
        assert "◀" not in places[Side.RIGHT]
        assert "▶" in places[Side.RIGHT]

    def test_the_time_has_a_bar(self) -> None:
        text = shown(drill_block(page_of(DRAG, view(DRAG, time_left_s=60.0))))
        assert "1:00 to go" in text
        assert "━" * 20 in text

    def test_a_rest_and_nothing_yet(self) -> None:
        assert "0:45 rest" in shown(drill_block(page_of(RUNS, view(RUNS, state=DrillState.REST, time_left_s=45.0))))
        assert "calibrated" in shown(drill_block(page_of(LIFT, None)))

    def test_digits_are_large_and_all_differ(self) -> None:
        digits = [big_number(str(digit)) for digit in range(10)]
        assert len(set(digits)) == 10
        assert all(len(digit.splitlines()) == 5 for digit in digits)
        assert len(big_number("118").splitlines()[0]) > 3 * 6 - 1


class TestLines:
    def test_what_to_do_then_a_line_a_repetition(self) -> None:
        lines = DrillLines()
        assert lines.push(LIFT, None, ()) == []
        assert lines.push(LIFT, view(), THREE[:2])[0].startswith("push and lift: Stand tall")
        assert lines.push(LIFT, view(), THREE[:2]) == []
        (line,) = lines.push(LIFT, view(), THREE)
        assert line == repetition_line(LIFT, THREE[2])
        assert line == "    6.00 s  ✖ left 3: too low, no push (push 15°, knee bend 128°). Bring the heel higher."

    def test_what_begins_is_told_once(self) -> None:
        lines = DrillLines()
        lines.push(LIFT, view(), ())
        switched = view(state=DrillState.SWITCH, side=Side.RIGHT, sentence="Switch legs: now the right one.")
        assert lines.push(LIFT, switched, ()) == ["switch legs: Switch legs: now the right one."]
        assert lines.push(LIFT, switched, ()) == []
        assert lines.push(LIFT, view(state=DrillState.REST, time_left_s=30.0, sentence="Rest."), ()) == [
            "rest 0:30: Rest."
        ]

    def test_begun_anew_all_is_told_again(self) -> None:
        lines = DrillLines()
        lines.push(LIFT, view(), THREE)
        assert lines.push(LIFT, view(), THREE[:1]) == [repetition_line(LIFT, THREE[0])]


class TestSummary:
    def test_legs_with_faults_by_name(self) -> None:
        text = shown(drill_summary((*THREE, one(Side.RIGHT, 1)), view()))
        rows = {line.split("  ")[0].strip(): line.split() for line in text.splitlines()}
        assert rows["repetitions"][-2:] == ["3", "1"]
        assert rows["too low"][-2:] == ["1", "0"]
        assert "2 of 3" in text
        assert "2.1 s ± 8 %" in text

    def test_alternation_where_it_is_asked_for(self) -> None:
        assert "in turn: 97 %" in shown(drill_summary(THREE, view(FLICKS, alternation_pct=97.0)))

    def test_runs_have_one_column_and_no_rhythm(self) -> None:
        text = shown(drill_summary([one(None, 1, Fault.DRIVE_LOW)], view(RUNS, interval_s=nan)))
        assert "both" in text
        assert "rhythm" not in text

    def test_nothing_at_all_is_said(self) -> None:
        assert "no repetition was seen" in shown(drill_summary((), view()))

    def test_json_has_null_for_what_is_not_known(self) -> None:
        told = json.loads(drill_json(THREE, view(), ["A note."]))
        assert told["drill"] == "push-lift"
        assert told["legs"]["left"]["faults"] == {"too_low": 1, "no_push": 1}
        assert told["repetitions"][2]["faults"] == ["too_low", "no_push"]
        assert told["repetitions"][0]["drive_deg"] is None
        assert told["alternation_pct"] is None
        assert told["notices"] == ["A note."]
        assert not told["done"]


class TestList:
    def test_every_drill_has_a_line(self) -> None:
        assert set(Drill) <= set(shown(drill_list()).split())

    @pytest.mark.parametrize(
        ("drill", "text"),
        [
            (Drill.HEEL_DRAG, "2:00 each leg"),
            (Drill.PRONE_FLICKS, "0:45"),
            (Drill.PUSH_LIFT, "10 times each leg"),
            (Drill.RUN_30M, "6 runs"),
        ],
    )
    def test_it_says_how_much(self, drill: Drill, text: str) -> None:
        assert how_much(RULES[drill]) == text
