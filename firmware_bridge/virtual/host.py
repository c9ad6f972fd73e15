"""The computer between its radio or ports and the program: late by a little, and now and then by much. Pure."""

from bisect import bisect_right
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True, slots=True)
class HostSettings:
    """How late the program learns of what the computer's radio or port has received.

    Floor, jitter and stalls are those with which the clock methods of the project's first trials were compared
    (OS jitter about 1.5 ms, rare stalls); the fake BlueZ on two cores has a median of 0.1 to 0.5 ms.

    Parameters
    ----------
    floor_s : least time, s
    jitter_s : mean of what is added, exponential, s
    stalls_per_s : how often the computer is busy with something else
    stall_s : shortest and longest such time, s
    """

    floor_s: float = 0.0003
    jitter_s: float = 0.001
    stalls_per_s: float = 0.05
    stall_s: tuple[float, float] = (0.02, 0.06)


STALLS_KEPT = 256
"""Past stalls that are remembered at least: links are followed one after the other, some seconds apart."""
OVERLAPPING = 4
"""Stalls that may reach into one another; more hardly ever do."""


class Host:
    """The computer: its stalls are the same for all links.

    Parameters
    ----------
    settings : see `HostSettings`
    rng : of its stalls
    """

    def __init__(self, settings: HostSettings, rng: np.random.Generator) -> None:
        self._settings = settings
        self._rng = rng
        self._begins: list[float] = []
        self._ends: list[float] = []
        self._known_s = 0.0

    def told_s(self, at_s: float, rng: np.random.Generator) -> float:
        """Give when the program learns of what the computer has received at a true time, s."""
        settings = self._settings
        told_s = at_s + settings.floor_s + settings.jitter_s * float(rng.standard_exponential())
        self._draw_stalls(told_s)
        begun = bisect_right(self._begins, told_s)
        return max([told_s, *self._ends[max(0, begun - OVERLAPPING) : begun]])

    def _draw_stalls(self, until_s: float) -> None:
        settings = self._settings
        while settings.stalls_per_s > 0.0 and self._known_s <= until_s:
            self._known_s += float(self._rng.standard_exponential()) / settings.stalls_per_s
            self._begins.append(self._known_s)
            self._ends.append(self._known_s + float(self._rng.uniform(*settings.stall_s)))
        if len(self._begins) > 2 * STALLS_KEPT:
            del self._begins[:-STALLS_KEPT], self._ends[:-STALLS_KEPT]
