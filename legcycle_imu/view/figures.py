"""The few figures of a run as it goes: cadence, coverage, latency."""

from collections import deque
from collections.abc import Iterable
from math import isnan
from statistics import median

from legcycle_imu.model import GaitEvent, Stride
from legcycle_imu.view.state import Latency
from legcycle_imu.view.words import LOST_S

STRIDES = 8
"""Strides of both legs whose median is the cadence: 3 s of running."""
EVENTS = 24
"""Events whose medians are the latency: three strides of both legs."""


class Figures:
    """Streaming stage: events and strides in, figures at any time."""

    def __init__(self) -> None:
        self.strides = 0
        self._stride_s = 0.0
        self._covered_s = 0.0
        self._recent: deque[Stride] = deque(maxlen=STRIDES)
        self._delays: deque[tuple[float, float]] = deque(maxlen=EVENTS)
        self._last_event = -float("inf")

    def push(self, events: Iterable[GaitEvent], strides: Iterable[Stride], arrived_s: float) -> None:
        """Take what became known when samples arrived."""
        for event in events:
            self._delays.append((event.t_known - event.t, arrived_s - event.t_known))
            self._last_event = event.t
        for stride in strides:
            self.strides += 1
            self._recent.append(stride)
            if not isnan(stride.coverage_pct):
                self._stride_s += stride.stride_time_s
                self._covered_s += 0.01 * stride.coverage_pct * stride.stride_time_s

    @property
    def coverage(self) -> float | None:
        """Share of the strides' time in which data was there, 0 to 1."""
        return self._covered_s / self._stride_s if self._stride_s else None

    def cadence_spm(self, now_s: float) -> float | None:
        """Give the steps per minute; None where no stride has ended lately."""
        recent = [s.cadence_spm for s in self._recent if now_s - s.next_initial_contact_s <= STRIDES * LOST_S]
        ended = self._recent[-1].next_initial_contact_s if self._recent else -float("inf")
        return median(recent) if recent and now_s - ended <= LOST_S else None

    def latency(self, now_s: float) -> Latency | None:
        """Give the latency; None where no event was lately."""
        if now_s - self._last_event > LOST_S:
            return None
        detection, delivery = zip(*self._delays, strict=True)
        return Latency(median(detection), median(delivery))
