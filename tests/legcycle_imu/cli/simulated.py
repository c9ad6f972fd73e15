"""Simulated sensors as commands find them, whose time the test decides."""

import time
from math import inf
from threading import Condition

import pytest

from firmware_bridge.choice import choose
from firmware_bridge.links.live import LiveSource
from firmware_bridge.virtual import Faults
from legcycle_imu.broadcast import Passed
from legcycle_imu.calibrating import Calibrating
from legcycle_imu.drills import Drill
from legcycle_imu.simulation.drill_live import DrillRun
from legcycle_imu.simulation.live import SimLink
from legcycle_imu.simulation.streaming import StreamingSettings

TROUBLED = Faults(drop=0.05, jitter_s=0.01, disconnect_every_s=9.0, disconnect_for_s=2.0)


class SimulatedTime:
    """A clock of the sensors.

    Parameters
    ----------
    speed : how many times as fast as ours it goes; infinite: it goes on when somebody waits, and at once
    """

    def __init__(self, speed: float = inf) -> None:
        self.speed = speed
        self._begun_s = time.monotonic()
        self._waited_s = 0.0

    def seconds(self) -> float:
        return self._waited_s if self.speed == inf else (time.monotonic() - self._begun_s) * self.speed

    def nanoseconds(self) -> int:
        return round(self.seconds() * 1e9)

    def sleep(self, seconds: float) -> None:
        self._waited_s += seconds
        time.sleep(seconds / self.speed)


class FollowedTime(SimulatedTime):
    """A clock that waits for the guided calibration, so that what a person answers reaches the stream in time."""

    LEAD_S = 0.5
    """How far the stream may be ahead of what the calibration has taken, s."""
    PATIENCE_S = 0.2
    """So long it is waited for in our time, s: while nothing arrives there is nothing to take."""

    def __init__(self) -> None:
        super().__init__()
        self._taken_s = 0.0
        self._news = Condition()

    def taken(self, until_s: float) -> None:
        with self._news:
            self._taken_s = max(self._taken_s, until_s)
            self._news.notify_all()

    def sleep(self, seconds: float) -> None:
        super().sleep(seconds)
        with self._news:
            self._news.wait_for(lambda: self._taken_s + self.LEAD_S >= self.seconds(), self.PATIENCE_S)


def use(
    monkeypatch: pytest.MonkeyPatch,
    faults: Faults | None = None,
    speed: float = inf,
    run_s: float = 12.0,
    *,
    guided: bool = False,
) -> list[LiveSource]:
    """Let commands find a simulated runner's four sensors, whatever sources they are given; and give those.

    Where it is guided the runner first does what the guided calibration asks for, and time waits for that.
    """
    sources: list[LiveSource] = []

    def found(*_: object, **__: object) -> LiveSource:
        clock = follow_calibration(monkeypatch) if guided else SimulatedTime(speed)
        settings = StreamingSettings(3.5, run_s, rate_hz=100.0, seed=4, faults=faults or Faults(), guided=guided)
        link = SimLink(settings, clock=clock.seconds, sleep=clock.sleep)
        facts = choose(link.find(0.0), {}).sensors
        sources.append(LiveSource(facts, [(link, range(4))], clock_ns=clock.nanoseconds))
        return sources[-1]

    monkeypatch.setattr("legcycle_imu.sources.open_live", found)
    return sources


def follow_calibration(monkeypatch: pytest.MonkeyPatch) -> FollowedTime:
    """Give a clock that waits for the guided calibration of the session to come."""
    clock, take = FollowedTime(), Calibrating.take

    def noted(calibrating: Calibrating, step: Passed) -> None:
        take(calibrating, step)
        clock.taken(step.arrived_s)

    monkeypatch.setattr(Calibrating, "take", noted)
    return clock


def use_drill(
    monkeypatch: pytest.MonkeyPatch, drill: Drill, *, guided: bool = True, wrong: float = 0.0
) -> list[DrillRun]:
    """Let commands find the sensors of a person who does a drill; give what is done."""
    done: list[DrillRun] = []

    def found(*_: object, **__: object) -> LiveSource:
        clock = follow_calibration(monkeypatch) if guided else SimulatedTime()
        settings = StreamingSettings(3.0, 12.0, rate_hz=100.0, seed=4, guided=guided)
        done.append(DrillRun(settings, drill, wrong))
        link = SimLink(run=done[-1], clock=clock.seconds, sleep=clock.sleep)
        return LiveSource(choose(link.find(0.0), {}).sensors, [(link, range(4))], clock_ns=clock.nanoseconds)

    monkeypatch.setattr("legcycle_imu.sources.open_live", found)
    return done
