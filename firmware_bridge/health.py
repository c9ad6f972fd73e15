"""How each sensor does while it streams: what came in the last seconds, measured. Pure.

chunks, samples and what the intake counted -> windows of some seconds -> numbers at an instant -> state and sentences
"""

from collections import deque
from collections.abc import Iterable, Sequence
from itertools import pairwise
from statistics import median
from typing import NamedTuple, Protocol

import numpy as np

from firmware_bridge.intake import links_of
from firmware_bridge.protocols.packets import Report
from firmware_bridge.samples import SampleBlock
from firmware_bridge.sensor_health import HealthSettings, LinkEvent, SensorHealth, State, judged
from firmware_bridge.source import Chunk, Kind, SensorFacts
from firmware_bridge.stream import StreamStatistics

__all__ = ["Counts", "Health", "HealthSettings", "SensorHealth", "State"]

NS = 1e-9
TOGETHER_S = 0.003
"""Packets that arrive within this time of each other came in one connection event; the shortest interval is 7.5 ms."""


class Counts(Protocol):
    """What the intake counted until now, one of each a sensor: an `Intake`."""

    @property
    def statistics(self) -> Sequence[StreamStatistics]:
        """What became of the samples."""
        ...

    @property
    def dirt(self) -> Sequence[dict[str, int]]:
        """What was thrown away."""
        ...

    @property
    def reports(self) -> Sequence[Report | None]:
        """What the sensors told of their state."""
        ...


class Health:
    """How all sensors of a session do.

    Parameters
    ----------
    sensors : the session's sensors
    settings : see `HealthSettings`
    """

    def __init__(self, sensors: Sequence[SensorFacts], settings: HealthSettings | None = None) -> None:
        settings = settings or HealthSettings()
        self._sensors = [_Sensor(facts, settings) for facts in sensors]
        self._of_link = {group[0]: [self._sensors[number] for number in group] for group in links_of(sensors)}

    def push(self, chunks: Iterable[Chunk], blocks: Sequence[SampleBlock], counts: Counts) -> None:
        """Take what arrived, the samples that it gave, one block a sensor, and what the intake has counted since."""
        for chunk in chunks:
            for sensor in self._of_link.get(chunk.sensor, ()):
                sensor.heard(chunk)
        parts = zip(self._sensors, blocks, counts.statistics, counts.dirt, counts.reports, strict=True)
        for sensor, block, statistics, dirt, report in parts:
            sensor.told(dirt, report)
            if len(block):
                sensor.measured(block, statistics)

    def at(self, now_ns: int) -> list[SensorHealth]:
        """Give how each sensor does, so long after the session's start."""
        return [sensor.at(now_ns * NS) for sensor in self._sensors]


class _Arrival(NamedTuple):
    """Samples that arrived: when, how long after they were measured, and what had been counted by then."""

    at_s: float
    delay_s: float
    counted: StreamStatistics
    strangers: int


_START = _Arrival(0.0, 0.0, StreamStatistics(), 0)


class _Sensor:
    """The last seconds of one sensor."""

    def __init__(self, facts: SensorFacts, settings: HealthSettings) -> None:
        self._facts = facts
        self._settings = settings
        self._battery: float | None = None
        self._strangers = 0
        self._event: tuple[Kind, float, str] | None = None
        self._arrived_s = 0.0
        """When something was heard last."""
        self._heard_s: deque[float] = deque()
        """When something was heard in the last seconds; what came together counts as one."""
        self._since_s = 0.0
        """When the link came up or broke last."""
        self._arrivals: deque[_Arrival] = deque()
        self._blocks: deque[SampleBlock] = deque()

    def heard(self, chunk: Chunk) -> None:
        """Note when something arrived, or what befell the link."""
        at_s = chunk.arrival_ns * NS
        if chunk.kind in {Kind.CONNECTED, Kind.LOST}:
            self._event = (chunk.kind, at_s, chunk.data.decode(errors="replace"))
            self._since_s = at_s
            self._heard_s.clear()
        elif chunk.kind == Kind.RECEIVED:
            self._arrived_s = at_s
            if not self._heard_s or at_s - self._heard_s[-1] > TOGETHER_S:
                self._heard_s.append(at_s)
            while self._heard_s[0] < at_s - self._settings.window_s:
                self._heard_s.popleft()

    def told(self, dirt: dict[str, int], report: Report | None) -> None:
        """Note what it told of itself, and what was of nobody."""
        self._strangers = dirt.get("stranger", 0)
        if report is not None and report.battery is not None:
            self._battery = report.battery

    def measured(self, block: SampleBlock, counted: StreamStatistics) -> None:
        """Note samples that came with what was heard last."""
        at_s = self._arrived_s
        self._arrivals.append(_Arrival(at_s, at_s - float(block.time[len(block) // 2]), counted, self._strangers))
        # One more than the window holds: what was counted before it began.
        while len(self._arrivals) > 1 and self._arrivals[1].at_s < at_s - self._settings.window_s:
            self._arrivals.popleft()
        self._blocks.append(block)
        while len(self._blocks) > 1 and self._blocks[1].time[0] <= block.time[-1] - self._settings.signal_s:
            self._blocks.popleft()

    def at(self, now_s: float) -> SensorHealth:
        """Give the numbers, and what they mean."""
        recent = [a for a in self._arrivals if a.at_s >= now_s - self._settings.window_s]
        stuck, rest = self._signal() if recent else (False, None)
        health = SensorHealth(
            age_s=now_s - self._arrivals[-1].at_s if self._arrivals else None,
            latency_s=median(a.delay_s for a in recent) if recent else None,
            interval_s=self._interval_s(),
            battery=self._battery,
            stuck=stuck,
            rest_m_s2=rest,
        )
        event = self._event and LinkEvent(self._event[0], now_s - self._event[1], self._event[2])
        health = self._with_shares(self._with_rates(health, recent, now_s), recent)
        return judged(health, event, self._facts, self._settings)

    def _with_rates(self, health: SensorHealth, recent: list[_Arrival], now_s: float) -> SensorHealth:
        """Add what came after the first arrival of the window, over the time that it took."""
        begin_s = max(now_s - self._settings.rate_window_s, self._since_s)
        recent = [a for a in recent if a.at_s >= begin_s]
        if not recent or recent[-1].at_s < recent[0].at_s + self._settings.rate_after_s:
            return health
        first, last, took_s = recent[0].counted, recent[-1].counted, recent[-1].at_s - recent[0].at_s
        came, missing = last.received - first.received, last.missing - first.missing
        return health._replace(rate_hz=came / took_s, sent_hz=(came + missing) / took_s)

    def _with_shares(self, health: SensorHealth, recent: list[_Arrival]) -> SensorHealth:
        """Add what share of the window's samples was lost, saturated or came twice, and what was of nobody."""
        if not recent:
            return health
        last = recent[-1]
        first = _START if self._arrivals[0] is recent[0] else self._arrivals[-len(recent) - 1]
        now, before = last.counted, first.counted
        came = now.received - before.received
        if came <= 0:
            return health
        missing, repeated = now.missing - before.missing, now.repeated - before.repeated
        return health._replace(
            loss=missing / (came + missing) if now.loss_known else None,
            saturated=(now.saturated - before.saturated) / came,
            repeated=repeated / (came + repeated),
            strangers=last.strangers - first.strangers,
        )

    def _interval_s(self) -> float | None:
        return median(b - a for a, b in pairwise(self._heard_s)) if len(self._heard_s) > 1 else None

    def _signal(self) -> tuple[bool, float | None]:
        """Tell whether all values have been the same, and give what is felt at rest."""
        block = SampleBlock.join(list(self._blocks))
        if block.time[-1] - block.time[0] < self._settings.signal_s:
            return False, None
        stuck = bool((block.gyr == block.gyr[-1]).all() and (block.acc == block.acc[-1]).all())
        force = np.sqrt(np.square(block.acc).sum(axis=1))
        turning = float(np.abs(block.gyr).max())
        at_rest = turning < self._settings.rest_gyr_rad_s and np.ptp(force) < self._settings.rest_spread_m_s2
        return stuck, float(force.mean()) if at_rest else None
