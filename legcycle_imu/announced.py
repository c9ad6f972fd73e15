"""Drills that a recording announces: marks that say when one began, rested and was over. Pure.

A drill is what was measured between its marks, live and from the recording alike, to the row.
"""

from collections.abc import Iterable
from dataclasses import replace
from math import inf
from typing import NamedTuple

import numpy as np

from legcycle_imu.drills import Drill
from legcycle_imu.model import SegmentAngles, Update

WORD, STOP, REST, GO_ON = "drill", "drill stop", "drill rest", "drill start"
"""Marks: the first is followed by the name of the drill that begins."""
LEAD_S = 0.1
"""A drill, or its rest, begins and ends so long after its mark, s: what was measured then has surely not passed yet."""


class Announced(NamedTuple):
    """One drill of a recording.

    Attributes
    ----------
    drill : which
    begin_s, end_s : what was measured from then on and until then belongs to it, session time
    rests : begin and end of the times within that do not
    """

    drill: Drill
    begin_s: float = 0.0
    end_s: float = inf
    rests: tuple[tuple[float, float], ...] = ()

    def holds(self, time: np.ndarray) -> np.ndarray:
        """Tell which instants belong to the drill."""
        within = (time >= self.begin_s) & (time < self.end_s)
        for begin, end in self.rests:
            within &= (time < begin) | (time >= end)
        return within

    @property
    def resting(self) -> bool:
        """Whether it has not gone on after its last rest."""
        return bool(self.rests) and self.rests[-1][1] == inf

    def rested(self, at_s: float) -> "Announced":
        """Give it with a rest from then on."""
        return self if self.resting else self._replace(rests=(*self.rests, (at_s, inf)))

    def gone_on(self, at_s: float) -> "Announced":
        """Give it with its rest over then."""
        return self._replace(rests=(*self.rests[:-1], (self.rests[-1][0], at_s))) if self.resting else self


def mark_of(drill: Drill) -> str:
    """Give the mark that announces a drill."""
    return f"{WORD} {drill}"


def effect_s(mark_ns: int) -> float:
    """Give when a mark takes effect, s."""
    return mark_ns * 1e-9 + LEAD_S


def announced(marks: Iterable[tuple[int, str]]) -> list[Announced]:
    """Give the drills that marks announce, (time in ns, text), in their order; other marks mean nothing here."""
    known = {mark_of(drill): drill for drill in Drill}
    found: list[Announced] = []
    for at_ns, text in marks:
        at_s = effect_s(at_ns)
        if text in known:
            found.append(Announced(known[text], at_s))
        elif not found:
            continue
        elif text == STOP:
            found[-1] = found[-1]._replace(end_s=min(found[-1].end_s, at_s))
        elif text == REST:
            found[-1] = found[-1].rested(at_s)
        elif text == GO_ON:
            found[-1] = found[-1].gone_on(at_s)
    return found


def within(update: Update, drill: Announced) -> Update:
    """Give what of an update belongs to a drill: angles, and strides that began in it."""
    return replace(
        update,
        angles=[_part(angles, drill.holds(angles.time)) for angles in update.angles],
        strides=[s for s in update.strides if drill.holds(np.array([s.initial_contact_s]))[0]],
    )


def _part(angles: SegmentAngles, kept: np.ndarray) -> SegmentAngles:
    if kept.all():
        return angles
    return SegmentAngles(
        angles.placement, angles.time[kept], angles.angle[kept], angles.rate[kept], angles.quality[kept]
    )
