from collections.abc import Mapping, Sequence
from dataclasses import replace

import pytest
from rich.console import Console

from calibration.guidance import Guidance, Step, Trouble
from firmware_bridge.samples import Side
from firmware_bridge.sensor_health import SensorHealth, State
from legcycle_imu.terminal_calibration import CalibrationLines, calibration_view
from legcycle_imu.view.calibration import QUESTION, asked
from legcycle_imu.view.chips import sensor_chip
from legcycle_imu.view.poses import LIFTED, UPRIGHT
from legcycle_imu.view.state import SensorChip, Stick
from tests.legcycle_imu.view import guided
from tests.legcycle_imu.view.made import sensors

CHIPS = [sensor_chip(facts, SensorHealth(State.STREAMING)) for facts in sensors()]
FIND = Guidance(Step.FIND, "Stand still for a moment, while the sensors are looked for.")


def drawn(
    guidance: Guidance,
    chips: Sequence[SensorChip] = CHIPS,
    sticks: Mapping[Side, Stick | None] | None = None,
    width: int = 80,
) -> str:
    console = Console(width=width)
    with console.capture() as capture:
        console.print(calibration_view(guidance, chips, sticks))
    return capture.get()


class TestBlock:
    def test_steps_instruction_progress_and_sensors_are_there(self) -> None:
        text = drawn(guided.STAND)
        assert "✔ find   ✔ right knee   ✔ left knee   ● stand   ○ move   ○ confirm" in text
        assert guided.STAND.instruction in text
        assert "━" * 16 + "─" in text
        assert "━" * 17 not in text
        assert "2 s" in text
        assert sum(line.startswith(("left", "right")) and "● streaming" in line for line in text.splitlines()) == 4

    def test_what_went_wrong_is_said_with_what_to_do(self) -> None:
        text = " ".join(drawn(replace(guided.STAND, trouble=guided.MOVED, attempt=2)).replace("┃", " ").split())
        assert "▲ stand" in text
        assert "again" in text
        assert guided.MOVED.reason in text
        assert guided.MOVED.advice in text
        assert "2nd try" in text

    def test_it_fits_a_classic_terminal(self) -> None:
        long = Trouble("What moved are " + "the left thigh sensor and " * 6 + "others.", "Lift it once more.")
        for guidance in (guided.RIGHT_KNEE, replace(guided.STAND, trouble=long, notices=("x " * 60,)), guided.DONE):
            assert max(map(len, drawn(guidance).splitlines())) <= 80

    def test_without_sensors_it_is_the_routine_alone(self) -> None:
        assert "streaming" not in drawn(guided.STAND, ())

    def test_at_the_end_the_legs_are_looked_at(self) -> None:
        text = drawn(guided.DONE, sticks={Side.LEFT: UPRIGHT, Side.RIGHT: None})
        assert QUESTION in text
        assert "LEFT" in text
        assert text.count("not seen now") == 1
        assert any("\u2800" < sign < "\u28ff" for sign in text)
        assert text.count("zero: uncertain by 1.8°") == 2

    def test_a_lifted_knee_is_drawn_lifted(self) -> None:
        straight, lifted = (drawn(guided.DONE, sticks={Side.LEFT: leg, Side.RIGHT: None}) for leg in (UPRIGHT, LIFTED))

        def widest(text: str) -> int:
            dots = [k for line in text.splitlines() for k, sign in enumerate(line) if "\u2800" < sign <= "\u28ff"]
            return max(dots) - min(dots)

        assert widest(lifted) > widest(straight) + 3

    def test_exchanged_sensors_say_where_they_were_believed_to_be(self) -> None:
        found = replace(guided.outcome(), corrected={0: guided.PLACEMENTS[1]})
        assert "was taken for the left shank's" in drawn(replace(guided.DONE, outcome=found))


class TestLines:
    def test_each_step_is_one_line_however_long_it_takes(self) -> None:
        lines = CalibrationLines()
        assert lines.push(FIND) == [f"1/6 find: {FIND.instruction}"]
        assert lines.push(replace(FIND, progress=0.7)) == []
        assert lines.push(guided.RIGHT_KNEE) == [f"2/6 right knee: {guided.RIGHT_KNEE.instruction}"]

    def test_of_one_leg_there_are_fewer_steps(self) -> None:
        assert CalibrationLines((Side.RIGHT,)).push(guided.STAND)[0].startswith("3/5 stand")

    def test_what_went_wrong_comes_before_the_next_try_and_once(self) -> None:
        lines = CalibrationLines()
        lines.push(guided.STAND)
        again = replace(guided.STAND, trouble=guided.MOVED, attempt=2)
        first, second = lines.push(again)
        assert first == f"▲ again: {guided.MOVED.reason} {guided.MOVED.advice}"
        assert second.startswith("4/6 stand, 2nd try: ")
        assert lines.push(replace(again, progress=0.9)) == []
        assert len(lines.push(replace(again, attempt=3))) == 1

    def test_numbers_that_change_are_no_news(self) -> None:
        lines = CalibrationLines()
        lines.push(FIND)
        said = [
            lines.push(replace(FIND, trouble=Trouble(f"It sends {share} % of its samples.", "Bring it nearer.")))
            for share in (41, 42, 43)
        ]
        assert [len(new) for new in said] == [1, 0, 0]

    def test_trouble_that_comes_back_is_said_again(self) -> None:
        lines = CalibrationLines()
        lines.push(FIND)
        wrong = replace(FIND, trouble=guided.MOVED)
        assert [len(lines.push(one)) for one in (wrong, FIND, wrong)] == [1, 0, 1]

    def test_what_was_put_right_is_said_once(self) -> None:
        lines = CalibrationLines()
        noticed = replace(guided.STAND, notices=("Two sensors are exchanged; this is put right.",))
        assert lines.push(noticed)[0] == "▲ Two sensors are exchanged; this is put right."
        assert lines.push(replace(noticed, step=Step.MOVE))[0].startswith("5/6 move")

    @pytest.mark.parametrize("sides", [(), (Side.RIGHT,)])
    def test_the_end_tells_how_good_it_is(self, sides: tuple[Side, ...]) -> None:
        outcome = guided.outcome(*sides)
        done = replace(guided.DONE, outcome=outcome)
        first, *legs = CalibrationLines(sides).push(done)
        assert first.endswith(f"confirm: {asked(outcome)}")
        assert len(legs) == (len(sides) or 2)
        assert all("✔ zero uncertain by 1.8°, from standing and running" in leg for leg in legs)
