"""A simulated person reads the window and does what it says: in less than a minute the calibration holds."""

from collections.abc import Callable, Iterator
from math import atan2, degrees

import numpy as np
import pytest

pytest.importorskip(
    "PySide6.QtWidgets",
    reason="Qt cannot be loaded: apt-get install libegl1 libxkbcommon0 libdbus-1-3",
    exc_type=ImportError,
)
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from calibration.guidance import Step
from calibration.model import CalibrationSet
from firmware_bridge.samples import Placement, Segment, Side
from legcycle_imu.broadcast import Passed, Subscription
from legcycle_imu.calibrating import Calibrating
from legcycle_imu.live.window import LiveWindow
from legcycle_imu.model import Update
from legcycle_imu.view.live_model import LiveModel
from legcycle_imu.view.state import Stick
from tests.calibration.people import Character, Person, Snippet, lift

MINUTE_S = 60.0
LEFT_THIGH, RIGHT_THIGH = (Placement(side, Segment.THIGH) for side in (Side.LEFT, Side.RIGHT))


class Session:
    """A person, the guided calibration, and the window that both share."""

    def __init__(self, person: Person) -> None:
        self.person = person
        self.used: list[CalibrationSet] = []
        self.calibrating = Calibrating(
            lambda: person.sensors, self.used.append, now=lambda: "2026-05-01T10:00:00+00:00"
        )
        self.following = Subscription()
        self.window = LiveWindow(self.following, LiveModel(person.sensors), calibration=self.calibrating, asks=False)
        self.window._timer.stop()
        self.read: list[str] = []
        """All that was to be read, in its order."""

    def press(self, key: Qt.Key) -> None:
        QTest.keyClick(self.window, key)

    def live(self, snippet: Snippet) -> Iterator[dict[Side, Stick | None]]:
        """Let a piece of movement pass; give the legs that are seen after each of its parts."""
        for blocks in self.person.pieces(snippet):
            step = Passed((), Update(samples=blocks), self.person.time_s)
            self.calibrating.take(step)
            self.following.put(step)
            self.window.frame()
            view = self.window.state.calibration
            if view is not None:
                said = [view.instruction, *(view.trouble[1:] if view.trouble else ()), *view.notices]
                self.read += [text for text in said if text not in self.read[-len(said) :]]
                yield {side: leg.stick for side, leg in view.legs.items()}

    def follow(self) -> None:
        """Do what is said until the calibration is there, or the minute is over."""
        while self.person.time_s < MINUTE_S and self.calibrating.guidance is not None:
            if self.calibrating.guidance.done:
                return
            list(self.live(self.person.react(self.calibrating.guidance)))


@pytest.fixture
def session(app: QApplication) -> Iterator[Callable[[Person], Session]]:
    made: list[Session] = []

    def begin(person: Person) -> Session:
        made.append(Session(person))
        made[-1].window.show()
        made[-1].window.activateWindow()
        app.processEvents()
        made[-1].press(Qt.Key.Key_C)
        return made[-1]

    yield begin
    for one in made:
        one.window.close()
        one.window.deleteLater()
    app.processEvents()


def thigh_deg(stick: Stick | None) -> float:
    assert stick is not None
    return degrees(atan2(stick.knee[0], -stick.knee[1]))


CAST = {
    "does what is said": Character(),
    "moves while standing": Character(moves=1),
    "wears both thigh sensors exchanged": Character(exchanged={LEFT_THIGH: RIGHT_THIGH, RIGHT_THIGH: LEFT_THIGH}),
}


@pytest.mark.parametrize("who", CAST)
def test_a_minute_after_the_key_the_calibration_holds(session: Callable[[Person], Session], who: str) -> None:
    running = session(Person(3, CAST[who]))
    assert running.window.pages.currentWidget() is running.window.guide
    running.follow()
    assert running.calibrating.guidance is not None
    assert running.calibrating.guidance.step is Step.DONE
    assert running.person.time_s < MINUTE_S
    swings = [
        {side: thigh_deg(leg) for side, leg in legs.items()}
        for legs in running.live(lift(Side.RIGHT, rng=np.random.default_rng(1)))
    ]
    assert max(swing[Side.RIGHT] for swing in swings) > 35.0
    assert max(abs(swing[Side.LEFT]) for swing in swings) < 15.0
    running.press(Qt.Key.Key_Return)
    (calibration,) = running.used
    assert calibration.made == "2026-05-01T10:00:00+00:00"
    assert [sensor.placement for sensor in calibration.sensors] == running.person.truth
    assert running.window.pages.currentWidget() is running.window.dashboard


def test_what_went_wrong_is_read(session: Callable[[Person], Session]) -> None:
    running = session(Person(3, CAST["moves while standing"]))
    running.follow()
    assert any(text.startswith("You moved after") for text in running.read)


def test_what_was_put_right_is_read(session: Callable[[Person], Session]) -> None:
    running = session(Person(3, CAST["wears both thigh sensors exchanged"]))
    running.follow()
    assert any("left thigh and the right thigh are exchanged" in text for text in running.read)
