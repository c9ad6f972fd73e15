"""What the window takes in: the queue of what passes, how the sensors do, how recording goes, and what time it is."""

import time
from collections.abc import Callable, Sequence
from typing import Protocol

from calibration.guidance import Guidance
from firmware_bridge.recorder_state import RecorderState
from firmware_bridge.sensor_health import SensorHealth
from legcycle_imu.broadcast import Ended, Item, Passed, Restarted
from legcycle_imu.drill_standing import Standing
from legcycle_imu.live.transport_bar import Transport
from legcycle_imu.view.live_model import LiveModel
from legcycle_imu.view.state import LiveState

HEALTH_S = 0.2
"""Time between two looks at sensors and recorder, s: figures that change faster cannot be read."""


class Following(Protocol):
    """A queue of what passes: see `legcycle_imu.broadcast.Subscription`."""

    dropped: int

    def take(self) -> list[Item]:
        """Give what came since the last time; never waits."""


class Recording(Protocol):
    """What the window needs of a recorder."""

    @property
    def state(self) -> RecorderState:
        """How recording goes now."""

    def marker(self, text: str) -> None:
        """Take a person's mark, set now."""


class Calibrating(Protocol):
    """What the window needs of a guided calibration: see `legcycle_imu.calibrating.Calibrating`. None of it waits."""

    @property
    def guidance(self) -> Guidance | None:
        """How it stands now; None while nobody calibrates."""

    def start(self) -> None:
        """Begin, or begin anew."""

    def accept(self) -> object:
        """Take the calibration that is there: it holds from now on, and nobody calibrates any more.

        Raises
        ------
        LegcycleError : it holds, but cannot be remembered
        """

    def cancel(self) -> None:
        """Leave all as it was; nobody calibrates any more."""


class Drilling(Protocol):
    """What the window needs of a drill: see `legcycle_imu.drilling.Drilling`. None of it waits."""

    @property
    def standing(self) -> Standing:
        """How it stands now."""

    def start(self) -> None:
        """Begin, or begin anew."""

    def rest(self) -> None:
        """Stop the count, or go on with it."""

    def end(self) -> None:
        """End it."""


class Intake:
    """Takes in what came, and gives the state of now.

    Parameters
    ----------
    following : what passes
    model : makes of it what is to be seen
    transport : controls of a recording that plays; None: live
    recorder : None: nothing is recorded
    health : gives how the sensors do now; None: not known
    clock : monotonic seconds
    calibration : guides a calibration; None where that cannot be done
    drill : counts a drill; None: there is none

    Attributes
    ----------
    steps : steps of the passage that were taken in
    ended : the last one of them, once it was
    """

    def __init__(
        self,
        following: Following,
        model: LiveModel,
        transport: Transport | None = None,
        recorder: Recording | None = None,
        health: Callable[[], Sequence[SensorHealth]] | None = None,
        clock: Callable[[], float] = time.monotonic,
        calibration: Calibrating | None = None,
        drill: Drilling | None = None,
    ) -> None:
        self.calibration, self.drill = calibration, drill
        self.following, self.model, self.transport = following, model, transport
        self.recorder, self.health, self._clock = recorder, health, clock
        self._look_at = clock()
        self.steps = 0
        self.ended: Ended | None = None
        self._arrived_s, self._arrived_at = 0.0, clock()

    def take(self) -> None:
        """Take in what came since the last time; never waits."""
        for item in self.following.take():
            self._take(item)
        if self.calibration is not None:
            self.model.calibrating(self.calibration.guidance)
        if self.drill is not None:
            self.model.drilling(self.drill.standing)
        if self._clock() >= self._look_at:
            self._look_at = self._clock() + HEALTH_S
            self._look()

    def state(self) -> LiveState:
        """Give what is to be seen now."""
        return self.model.state(self.now_s())

    def now_s(self) -> float:
        """Give the session time that is now, s: live, the clock goes on between two packets, and when none comes."""
        if self.transport is not None:
            return self.transport.position_s
        return self._arrived_s + (0.0 if self.ended else self._clock() - self._arrived_at)

    def _look(self) -> None:
        if self.health is not None:
            self.model.sensors(self.health())
        if self.recorder is not None:
            self.model.recorder(self.recorder.state)

    def _take(self, item: Item) -> None:
        if isinstance(item, Passed):
            self.model.push(item.update, item.arrived_s)
            self._arrived_s, self._arrived_at = max(item.arrived_s, self._arrived_s), self._clock()
            self.steps += 1
        elif isinstance(item, Restarted):
            self.model.restart()
            self._arrived_s = 0.0
        elif isinstance(item, Ended):
            self.ended = item
