"""Stream time in ticks: what every sensor told between two of them, however the stream was cut."""

from collections.abc import Iterator, Sequence
from math import ceil, inf
from typing import NamedTuple

import numpy as np

from calibration.routine.settings import RoutineSettings
from firmware_bridge.samples import Floats, Quality, SampleBlock, Vectors


class Look(NamedTuple):
    """What one sensor told in one tick; vectors in the sensor frame.

    Attributes
    ----------
    samples : of the tick
    gyr, acc : (3,) means, rad/s and m/s^2; NaN of no samples
    gyr_sd, acc_sd : largest standard deviation of an axis; infinite of no samples
    moving_axes : axes of the gyroscope that did not give one and the same value all the time
    """

    samples: SampleBlock
    gyr: Floats
    acc: Floats
    gyr_sd: float
    acc_sd: float
    moving_axes: int

    @property
    def came(self) -> int:
        """Samples that really came."""
        return int(np.count_nonzero(self.samples.quality & Quality.FILLED == 0))


class Tick(NamedTuple):
    """What all sensors told in one tick.

    Attributes
    ----------
    time : its end in stream time, s
    looks : of each sensor
    silent : numbers of the sensors that have fallen silent
    """

    time: float
    looks: tuple[Look, ...]
    silent: frozenset[int]

    def quiet(self, settings: RoutineSettings) -> bool:
        """Tell whether nobody walks, lifts a knee or fidgets."""
        return all(
            look.gyr_sd < settings.quiet_gyr_rad_s and look.acc_sd < settings.quiet_acc_m_s2 for look in self.looks
        )

    def pose(self) -> Vectors:
        """Give where gravity points from in each sensor's frame, (k, 3), unit length."""
        acc = np.array([look.acc for look in self.looks])
        return np.asarray(acc / np.sqrt((acc * acc).sum(axis=1))[:, None])

    def still(self, settings: RoutineSettings) -> bool:
        """Tell whether every sensor is at rest."""
        rest = settings.rest
        return all(
            look.gyr_sd < rest.gyr_sd_rad_s
            and look.acc_sd < rest.acc_sd_m_s2
            and bool((np.abs(look.gyr) < rest.gyr_mean_rad_s).all())
            for look in self.looks
        )


class Ticker:
    """Cut the streams of all sensors into ticks at whole multiples of `tick_s`. Streaming.

    A tick is due when every sensor has come so far, or when one is `silent_s` ahead: who then has not told anything
    since has fallen silent.
    """

    def __init__(self, sensors: int, settings: RoutineSettings) -> None:
        self._settings = settings
        self._waiting: list[list[SampleBlock]] = [[] for _ in range(sensors)]
        self._first = inf
        self._reached = [-inf] * sensors
        self._next: int | None = None

    def push(self, blocks: Sequence[SampleBlock]) -> Iterator[Tick]:
        """Take the next samples, one block a sensor; yield the ticks that are due."""
        if len(blocks) != len(self._waiting):
            raise ValueError(f"expected a block for each of {len(self._waiting)} sensors, got {len(blocks)}")
        for number, block in enumerate(blocks):
            if len(block):
                self._waiting[number].append(block)
                self._reached[number] = float(block.time[-1])
                if self._next is None:
                    self._first = min(self._first, float(block.time[0]))
        while self._due():
            yield self._tick()

    def _due(self) -> bool:
        at = self._at()
        return min(self._reached) >= at or max(self._reached) >= at + self._settings.silent_s

    def _at(self) -> float:
        """Give the end of the next tick."""
        tick_s = self._settings.tick_s
        if self._next is not None:
            return self._next * tick_s
        return (ceil(self._first / tick_s) + 1) * tick_s if self._first < inf else inf

    def _tick(self) -> Tick:
        at, settings = self._at(), self._settings
        looks, silent = [], set()
        for number, waiting in enumerate(self._waiting):
            block = _by_rows(SampleBlock.join(waiting))
            count = int(np.searchsorted(block.time, at, side="left"))
            rest = block[count:]
            self._waiting[number] = [rest] if len(rest) else []
            looks.append(look_at(block[:count]))
            if not len(rest) or float(rest.time[0]) >= at + settings.silent_s:
                silent.add(number)
        self._next = round(at / settings.tick_s) + 1
        return Tick(at, tuple(looks), frozenset(silent))


def turned_rad(one: Vectors, other: Vectors) -> Floats:
    """Give the angles between unit vectors, (k, 3) each."""
    return np.asarray(np.arccos(np.clip((one * other).sum(axis=1), -1.0, 1.0)))


def samples_of(ticks: Sequence[Tick]) -> list[SampleBlock]:
    """Give the samples of consecutive ticks, one block a sensor."""
    return [SampleBlock.join([look.samples for look in looks]) for looks in zip(*(t.looks for t in ticks), strict=True)]


def _by_rows(block: SampleBlock) -> SampleBlock:
    """Store vectors in one way, whatever the blocks were: sums may depend on it in the last bit."""
    return SampleBlock(block.time, np.ascontiguousarray(block.gyr), np.ascontiguousarray(block.acc), block.quality)


def look_at(samples: SampleBlock) -> Look:
    """Sum up samples."""
    if len(samples) == 0:
        nothing = np.full(3, np.nan)
        return Look(samples, nothing, nothing, inf, inf, 0)
    gyr, acc = np.ascontiguousarray(samples.gyr.T), np.ascontiguousarray(samples.acc.T)
    axes = int(np.count_nonzero(gyr.max(axis=1) > gyr.min(axis=1)))
    return Look(samples, gyr.mean(axis=1), acc.mean(axis=1), _scatter(gyr), _scatter(acc), axes)


def _scatter(rows: Vectors) -> float:
    """Give the largest standard deviation of (3, n) values."""
    return float(rows.std(axis=1).max())
