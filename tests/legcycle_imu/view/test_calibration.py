from dataclasses import replace
from math import nan

import pytest

from calibration.guidance import Guidance, Outcome, Step
from firmware_bridge.samples import Placement, Segment, Side
from firmware_bridge.sensor_health import SensorHealth, State
from firmware_bridge.source import SensorFacts
from legcycle_imu.view.calibration import AGAIN, DONE, NOW, TO_COME, CalibrationView, asked, view_of
from legcycle_imu.view.chips import sensor_chip
from legcycle_imu.view.state import SensorChip
from tests.legcycle_imu.view import guided
from tests.legcycle_imu.view.made import sensors


def chips(*sides: Side, state: State = State.STREAMING) -> list[SensorChip]:
    return [sensor_chip(facts, SensorHealth(state)) for facts in sensors(*sides)]


def marks(view: CalibrationView) -> dict[Step, str]:
    return {step.step: step.mark.shape for step in view.steps}


class TestSteps:
    @pytest.mark.parametrize("now", Step)
    def test_what_was_is_done_and_what_comes_is_to_come(self, now: Step) -> None:
        shapes = list(marks(view_of(Guidance(now, "Do it."), chips())).values())
        place = list(Step).index(now)
        assert shapes == [DONE.shape] * place + [NOW.shape] + [TO_COME.shape] * (len(Step) - 1 - place)

    def test_every_mark_has_a_shape_and_a_word_of_its_own(self) -> None:
        assert len({m.shape for m in (DONE, NOW, AGAIN, TO_COME)}) == len({m.word for m in (DONE, NOW, AGAIN, TO_COME)})

    def test_a_step_that_went_wrong_is_done_again(self) -> None:
        view = view_of(replace(guided.STAND, trouble=guided.MOVED), chips())
        assert marks(view)[Step.STAND] == AGAIN.shape
        assert view.trouble is not None
        assert view.trouble[1:] == (guided.MOVED.reason, guided.MOVED.advice)

    @pytest.mark.parametrize("side", Side)
    def test_of_one_leg_one_knee_is_lifted(self, side: Side) -> None:
        knees = {Step.RIGHT_KNEE, Step.LEFT_KNEE}
        found = knees & set(marks(view_of(guided.STAND, chips(side))))
        assert found == {Step.RIGHT_KNEE if side is Side.RIGHT else Step.LEFT_KNEE}

    def test_whatever_knee_is_asked_for_is_in_the_row(self) -> None:
        assert NOW.shape in marks(view_of(guided.RIGHT_KNEE, chips(Side.LEFT))).values()

    @pytest.mark.parametrize("step", Step)
    def test_every_step_but_the_last_shows_what_to_do(self, step: Step) -> None:
        poses = view_of(Guidance(step, "Do it."), chips()).poses
        assert bool(poses) is (step is not Step.DONE)


class TestWords:
    @pytest.mark.parametrize(("seconds", "words"), [(2.01, "3 s"), (2.0, "2 s"), (0.4, "1 s"), (0.0, "0 s"), (nan, "")])
    def test_a_countdown_never_ends_too_early(self, seconds: float, words: str) -> None:
        assert view_of(replace(guided.STAND, remaining_s=seconds)).countdown == words

    @pytest.mark.parametrize(
        ("attempt", "words"),
        [(1, ""), (2, "2nd try"), (3, "3rd try"), (4, "4th try"), (12, "12th try"), (21, "21st try")],
    )
    def test_tries_are_counted_from_the_second(self, attempt: int, words: str) -> None:
        assert view_of(replace(guided.STAND, attempt=attempt)).attempt == words

    @pytest.mark.parametrize(("given", "shown"), [(-0.1, 0.0), (0.4, 0.4), (1.2, 1.0)])
    def test_progress_stays_within_its_bar(self, given: float, shown: float) -> None:
        assert view_of(replace(guided.STAND, progress=given)).progress == shown

    def test_keys_are_said_that_do_something(self) -> None:
        assert "Enter" not in view_of(guided.STAND).keys
        assert "Enter" in view_of(guided.DONE).keys

    def test_the_leg_that_is_measured_is_asked_for(self) -> None:
        assert "right knee: the leg marked RIGHT" in asked(guided.outcome())
        assert "left knee: the leg marked LEFT" in asked(guided.outcome(Side.LEFT))


class TestSensors:
    def test_each_is_where_it_is_believed_to_be_and_streams_or_not(self) -> None:
        worn = view_of(guided.STAND, chips(state=State.LOST)).sensors
        assert [(one.label, one.place) for one in worn] == [
            ("LT", "left thigh"),
            ("LS", "left shank"),
            ("RT", "right thigh"),
            ("RS", "right shank"),
        ]
        assert {(one.mark.word, one.here) for one in worn} == {("lost", False)}

    def test_what_went_wrong_points_at_its_sensor(self) -> None:
        worn = view_of(replace(guided.STAND, trouble=guided.MOVED), chips()).sensors
        assert [one.meant for one in worn] == [False, False, False, True]
        assert not any(one.meant for one in view_of(guided.STAND, chips()).sensors)

    def test_exchanged_sensors_are_shown_where_they_are_worn_and_where_they_were_believed_to_be(self) -> None:
        facts = sensors()
        thigh, shank = (Placement(Side.LEFT, segment) for segment in Segment)
        placements = dict(enumerate(one.placement for one in facts)) | {0: shank, 1: thigh}
        found = Outcome(guided.outcome().calibration, placements, {0: thigh, 1: shank})
        worn = view_of(replace(guided.DONE, outcome=found), chips()).sensors
        assert [(one.place, one.was) for one in worn[:3]] == [
            ("left shank", "left thigh"),
            ("left thigh", "left shank"),
            ("right thigh", ""),
        ]

    def test_names_are_the_sensors_own(self) -> None:
        named = SensorFacts(Placement(Side.LEFT, Segment.THIGH), "dot", 60.0, 160.0, 35.0, name="DOT 7")
        (worn,) = view_of(guided.STAND, [sensor_chip(named, SensorHealth())]).sensors
        assert worn.name == "DOT 7"


class TestDone:
    def test_a_person_is_asked_to_look(self) -> None:
        assert view_of(guided.DONE, chips()).instruction == asked(guided.outcome())
        assert view_of(guided.STAND, chips()).instruction == guided.STAND.instruction

    def test_there_are_no_legs_before(self) -> None:
        view = view_of(guided.STAND, chips())
        assert not view.done
        assert view.legs == {}

    def test_legs_stand_left_first_with_their_quality(self) -> None:
        view = view_of(guided.DONE, chips())
        assert view.done
        assert list(view.legs) == [Side.LEFT, Side.RIGHT]
        assert all(leg.stick is None and len(leg.quality) == 3 for leg in view.legs.values())

    def test_only_legs_that_were_calibrated_are_shown(self) -> None:
        view = view_of(replace(guided.DONE, outcome=guided.outcome(Side.RIGHT)), chips(Side.RIGHT))
        assert list(view.legs) == [Side.RIGHT]
