"""Simulated sensors as commands find them, whose time the test decides."""

import time
from math import inf

import pytest

from firmware_bridge.choice import choose
from firmware_bridge.links.live import LiveSource
from firmware_bridge.virtual import Faults
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


def use(
    monkeypatch: pytest.MonkeyPatch, faults: Faults | None = None, speed: float = inf, run_s: float = 12.0
) -> list[LiveSource]:
    """Let commands find a simulated runner's four sensors, whatever sources they are given; and give those."""
    sources: list[LiveSource] = []

    def found(*_: object, **__: object) -> LiveSource:
        clock = SimulatedTime(speed)
        settings = StreamingSettings(speed_m_s=3.5, duration_s=run_s, rate_hz=100.0, seed=4, faults=faults or Faults())
        link = SimLink(settings, clock=clock.seconds, sleep=clock.sleep)
        facts = choose(link.find(0.0), {}).sensors
        sources.append(LiveSource(facts, [(link, range(4))], clock_ns=clock.nanoseconds))
        return sources[-1]

    monkeypatch.setattr("legcycle_imu.sources.open_live", found)
    return sources
