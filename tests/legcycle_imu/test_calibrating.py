"""The guided calibration along a session: begun, followed, taken, left, begun again."""

from dataclasses import dataclass, field
from functools import cache

import pytest

from calibration.guidance import Outcome, Step
from calibration.model import CalibrationSet
from calibration.routine import Routine
from firmware_bridge.errors import LegcycleError, Reason
from firmware_bridge.samples import SampleBlock
from firmware_bridge.source import SensorFacts
from legcycle_imu.broadcast import Passed
from legcycle_imu.calibrating import Calibrating, now_iso
from legcycle_imu.model import Update
from tests.calibration.people import Person

MADE = "2026-05-01T10:00:00+00:00"


@cache
def played() -> tuple[list[SensorFacts], list[list[SampleBlock]]]:
    """Somebody who does what is said: the sensors, and the samples piece by piece."""
    person, pieces = Person(3), []
    routine = Routine(person.sensors)
    while not routine.guidance.done:
        for blocks in person.pieces(person.react(routine.guidance)):
            pieces.append(blocks)
            routine.push(blocks)
    return person.sensors, pieces


@dataclass
class Session:
    used: list[CalibrationSet] = field(default_factory=list)
    kept: list[tuple[CalibrationSet, Outcome]] = field(default_factory=list)
    sensors: list[SensorFacts] = field(default_factory=lambda: played()[0])

    def __post_init__(self) -> None:
        self.calibrating = Calibrating(lambda: self.sensors, self.used.append, self.keep, lambda: MADE)

    def keep(self, calibration: CalibrationSet, outcome: Outcome) -> None:
        assert self.used == [calibration], "it is in use before it is remembered"
        self.kept.append((calibration, outcome))

    def live(self, pieces: list[list[SampleBlock]]) -> None:
        for blocks in pieces:
            self.calibrating.take(Passed((), Update(samples=blocks), 0.0))

    def through(self) -> None:
        self.calibrating.start()
        self.live(played()[1])


def test_none_is_made_until_it_begins():
    session = Session()
    session.live(played()[1][:20])
    assert session.calibrating.guidance is None
    assert session.calibrating.accept() is None


def test_it_begins_with_the_first_step():
    session = Session()
    session.calibrating.start()
    assert session.calibrating.guidance is not None
    assert session.calibrating.guidance.step is Step.FIND


def test_what_was_accepted_is_used_and_kept_with_the_time_when_it_was_made():
    session = Session()
    session.through()
    guidance = session.calibrating.guidance
    assert guidance is not None
    assert guidance.outcome is not None

    made = session.calibrating.accept()

    assert made is not None
    assert made.made == MADE
    assert {leg.side for leg in made.legs} == {leg.side for leg in guidance.outcome.calibration.legs}
    assert session.used == [made]
    assert session.kept == [(made, guidance.outcome)]
    assert session.calibrating.guidance is None


def test_it_is_accepted_once():
    session = Session()
    session.through()
    assert session.calibrating.accept() is not None
    assert session.calibrating.accept() is None
    assert len(session.used) == 1


def test_nothing_is_accepted_before_it_is_there():
    session = Session()
    session.calibrating.start()
    session.live(played()[1][:-30])
    assert session.calibrating.accept() is None
    assert session.calibrating.guidance is not None, "it goes on"
    assert session.used == []
    session.live(played()[1][-30:])
    assert session.calibrating.accept() is not None


def test_one_that_is_left_changes_nothing():
    session = Session()
    session.through()
    session.calibrating.cancel()
    assert session.calibrating.guidance is None
    assert session.calibrating.accept() is None
    assert (session.used, session.kept) == ([], [])


def test_it_may_be_begun_again_at_any_time():
    session = Session()
    session.through()
    session.calibrating.start()
    assert session.calibrating.guidance is not None
    assert session.calibrating.guidance.step is Step.FIND
    session.live(played()[1])
    assert session.calibrating.accept() is not None


def test_each_begin_asks_anew_where_the_sensors_are_worn():
    """After one calibration has put exchanged sensors right the next begins with that."""
    session = Session()
    session.calibrating.start()
    session.sensors = session.sensors[:2]
    session.calibrating.start()
    session.live([blocks[:2] for blocks in played()[1][:4]])
    assert session.calibrating.guidance is not None


def test_a_step_in_which_nothing_arrived_is_passed_over():
    session = Session()
    session.calibrating.start()
    session.calibrating.take(Passed((), Update(), 0.0))
    assert session.calibrating.guidance is not None
    assert session.calibrating.guidance.step is Step.FIND


def test_what_cannot_be_kept_is_told_and_holds_all_the_same():
    used: list[CalibrationSet] = []
    error = LegcycleError(Reason.NOT_WRITABLE, "The disk is full.", "Make room.")

    def keep(_: CalibrationSet, __: Outcome) -> None:
        raise error

    calibrating = Calibrating(lambda: played()[0], used.append, keep)
    calibrating.start()
    for blocks in played()[1]:
        calibrating.take(Passed((), Update(samples=blocks), 0.0))
    with pytest.raises(LegcycleError) as raised:
        calibrating.accept()
    assert raised.value is error
    assert len(used) == 1
    assert used[0].made
    assert calibrating.guidance is None


def test_now_is_in_utc_to_the_second():
    assert len(now_iso()) == len(MADE)
    assert now_iso().endswith("+00:00")
