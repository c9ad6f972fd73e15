"""The guided calibration in the terminal: what is shown, and how an answer of a person is taken."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from itertools import chain, repeat
from queue import SimpleQueue

import pytest

from calibration.guidance import Guidance, Outcome, Step, Trouble
from calibration.model import CalibrationSet
from firmware_bridge.errors import LegcycleError
from firmware_bridge.samples import Side
from legcycle_imu.broadcast import Passed
from legcycle_imu.cli.guiding import QUESTION, guide, unfinished
from legcycle_imu.model import Update

MADE = CalibrationSet((), made="2026-05-01T10:00:00+00:00")
STAND = Guidance(Step.STAND, "Stand still.")
DONE = Guidance(Step.DONE, "Lift your right knee.", 1.0, outcome=Outcome(MADE, {}))
NOTHING = Passed((), Update(), 0.0)


@dataclass
class Scripted:
    """A calibration that stands, step by step, as the test says; beginning again it is at the first step."""

    stands: Iterable[Guidance | None]
    guidance: Guidance | None = None
    begun: int = 0
    accepted: int = 0

    def steps(self) -> Iterator[Passed]:
        for guidance in self.stands:
            self.guidance = guidance
            yield NOTHING

    def start(self) -> None:
        self.begun += 1

    def accept(self) -> CalibrationSet | None:
        self.accepted += 1
        return MADE


@dataclass
class Session:
    """As much of a passage as a pipe shows."""

    legs: dict[Side, None] = field(default_factory=lambda: dict.fromkeys(Side))

    @property
    def pipeline(self) -> "Session":
        return self


def guided(calibrating: Scripted, *, answers: "SimpleQueue[str] | None" = None, steps: object = None):
    return guide(Session(), calibrating, steps or calibrating.steps(), lambda: (), answers)


class Person:
    """Types a line before a step of a session."""

    def __init__(self, calibrating: Scripted, typed: dict[int, str]) -> None:
        self.answers: SimpleQueue[str] = SimpleQueue()
        self.calibrating, self.typed = calibrating, typed
        self.seen = 0

    def steps(self) -> Iterator[Passed]:
        for number, step in enumerate(self.calibrating.steps()):
            if number in self.typed:
                self.answers.put(self.typed[number])
            self.seen = number
            yield step

    def made(self) -> CalibrationSet | None:
        return guided(self.calibrating, answers=self.answers, steps=self.steps())


def test_where_nobody_can_be_asked_it_is_taken_as_soon_as_it_is_there(capsys):
    calibrating = Scripted([None, STAND, STAND, DONE, DONE])

    assert guided(calibrating) is MADE

    assert calibrating.accepted == 1
    lines = capsys.readouterr().out.splitlines()
    assert [line.split(":")[0] for line in lines] == ["4/6 stand", "6/6 confirm"]


@pytest.mark.parametrize("typed", ["\n", "yes\n", " \n"])
def test_a_person_takes_it_when_they_have_seen_it(typed):
    person = Person(Scripted([STAND, DONE, DONE, DONE, DONE]), {3: typed})

    assert person.made() is MADE

    assert (person.seen, person.calibrating.begun) == (3, 0)


def test_nothing_is_taken_until_somebody_answers():
    calibrating = Scripted([STAND, DONE, DONE])

    assert Person(calibrating, {}).made() is None

    assert calibrating.accepted == 0


def test_what_was_typed_before_there_was_anything_to_see_is_no_answer():
    person = Person(Scripted([STAND, STAND, DONE, DONE]), {0: "\n", 1: "\n"})

    assert person.made() is None

    assert person.calibrating.accepted == 0


@pytest.mark.parametrize("typed", ["r\n", "R\n", " r \n"])
def test_r_begins_again(typed):
    person = Person(Scripted([STAND, DONE, DONE, STAND, DONE, DONE]), {2: typed, 5: "\n"})

    assert person.made() is MADE

    assert (person.calibrating.begun, person.calibrating.accepted, person.seen) == (1, 1, 5)


def test_a_session_that_ends_before_gives_nothing():
    assert guided(Scripted([None, STAND])) is None


def test_what_cannot_be_kept_is_told_by_who_keeps_it(monkeypatch):
    calibrating = Scripted([DONE])
    error = LegcycleError("no reason", "The disk is full.", "Make room.")

    def breaks() -> None:
        raise error

    monkeypatch.setattr(calibrating, "accept", breaks)
    with pytest.raises(LegcycleError) as raised:
        guided(calibrating)
    assert raised.value is error


@pytest.mark.parametrize(
    ("guidance", "words"),
    [
        (None, "No calibration was made. Try again."),
        (STAND, "No calibration was made: it had come to stand. Stand still."),
        (
            replace(STAND, trouble=Trouble("You moved.", "Stand still for 3 s.")),
            "No calibration was made: it had come to stand. You moved. Stand still for 3 s. Stand still.",
        ),
    ],
)
def test_how_far_it_had_come_is_told_with_what_to_do(guidance, words):
    assert str(unfinished(guidance)) == words


class TestOnATerminal:
    """As seen on a screen, with the person's own keyboard."""

    @pytest.fixture
    def passage(self):
        class Still(Session):
            sensors = ()
            arrived_s = 0.0

            @property
            def runner(self):
                return type("Runner", (), {"geometry": None})

        return Still()

    def test_the_question_is_asked_once_there_is_something_to_see(self, capsys, monkeypatch, passage):
        monkeypatch.setattr("sys.stdout.isatty", lambda: True)
        monkeypatch.setattr("legcycle_imu.cli.guiding.FRAME_S", 0.0)
        calibrating = Scripted([STAND])
        guide(passage, calibrating, calibrating.steps(), lambda: (), SimpleQueue())
        assert "Enter" not in capsys.readouterr().out

        calibrating = Scripted([STAND, DONE])
        guide(passage, calibrating, calibrating.steps(), lambda: (), SimpleQueue())
        shown = capsys.readouterr().out
        assert "Stand still." in shown
        assert QUESTION.split(".")[0] in shown

    def test_lines_of_the_keyboard_are_answers(self, monkeypatch, passage):
        class Keyboard:
            """Gives a line when it is asked for the second time, once the result has been seen."""

            def isatty(self) -> bool:
                return True

            def __iter__(self) -> Iterator[str]:
                while calibrating.guidance is not DONE:
                    pass
                yield "\n"

        calibrating = Scripted(chain([STAND], repeat(DONE, 10_000_000)))
        monkeypatch.setattr("sys.stdin", Keyboard())
        monkeypatch.setattr("sys.stdout.isatty", lambda: True)
        assert guide(passage, calibrating, calibrating.steps(), lambda: ()) is MADE
