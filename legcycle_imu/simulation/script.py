"""What the simulated runner does: sections in a row, and the smooth speed, presence, gait and heading they give."""

from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise
from math import pi

import numpy as np

from firmware_bridge.samples import Side
from legcycle_imu.simulation.norms import Floats


class SectionKind(StrEnum):
    """Kind of a section; the values are the words of the truth's timeline."""

    STAND = "stand"
    KNEE_LIFTS = "march"
    RUN = "run"
    WALK = "walk"
    TRANSITION = "transition"


MOVING = (SectionKind.RUN, SectionKind.WALK)
FADE_S = 1.0
"""Longest time, s, over which strides grow out of standing, fade into it, or turn from walk to run."""
KNEE_LIFT_S = 1.2
"""Time of one knee lift, s: ten in 12 s, as in the shared recordings."""


@dataclass(frozen=True, slots=True)
class Section:
    """One section.

    Parameters
    ----------
    kind : what is done; a transition leads smoothly from the section before to the one after
    duration_s : s, above 0
    speed_m_s : forward speed, m/s; for run and walk alone
    turn : change of heading over the section, rad, positive to the left
    side : the leg whose knee alone is lifted, for knee lifts alone; None: both in turn, the left one first
    """

    kind: SectionKind
    duration_s: float
    speed_m_s: float = 0.0
    turn: float = 0.0
    side: Side | None = None

    def __post_init__(self) -> None:
        if not self.duration_s > 0:
            raise ValueError(f"expected a duration above 0 s, got {self.duration_s}")
        if (self.kind in MOVING) != (self.speed_m_s > 0):
            raise ValueError(f"expected a speed for run and walk alone, got {self.kind} at {self.speed_m_s} m/s")
        if self.side is not None and self.kind is not SectionKind.KNEE_LIFTS:
            raise ValueError(f"expected a side for knee lifts alone, got {self.kind} of the {self.side} leg")


@dataclass(frozen=True, slots=True)
class Track:
    """A value that rests at its knots' values and moves smoothly (quintic) from each knot to the next."""

    at: Floats
    value: Floats

    def __call__(self, time: Floats) -> Floats:
        """Give the value at times (n,), s; continuous with its first and second derivative."""
        i = np.clip(np.searchsorted(self.at, time, side="right") - 1, 0, len(self.at) - 2)
        share = np.clip((time - self.at[i]) / (self.at[i + 1] - self.at[i]), 0.0, 1.0)
        return np.asarray(self.value[i] + (self.value[i + 1] - self.value[i]) * smooth(share))


def smooth(share: Floats) -> Floats:
    """Give the quintic from 0 at 0 to 1 at 1, at rest with no acceleration at both ends."""
    return np.asarray(share**3 * (10.0 - 15.0 * share + 6.0 * share**2))


MARCH_SHANK = -0.28
"""Shank's share of the thigh's angle in a knee lift: the foot hangs a little behind the knee."""


@dataclass(frozen=True, slots=True)
class KneeLift:
    """One knee lift: thigh up to the horizontal and down again, over [start_s, end_s).

    Parameters
    ----------
    side : which leg
    start_s, end_s : s
    height : of the thigh above standing, rad; None for the runner's own
    shank_share : shank's angle as a share of the thigh's; 1 with a stiff knee, below -1 with the heel behind
    shank_lag_s : the shank follows so much later, s
    hip_shift_m : how far the hips go meanwhile, forward, up (the lifted leg's alone) and to the right; the other foot
        stays where it is
    ramp : share of the time that goes into lifting, and into lowering
    """

    side: Side
    start_s: float
    end_s: float
    height: float | None = None
    shank_share: float = MARCH_SHANK
    shank_lag_s: float = 0.0
    hip_shift_m: tuple[float, float, float] = (0.0, 0.0, 0.0)
    ramp: float = 0.45

    def bump(self, time: Floats) -> Floats:
        """Give the lift's share (n,) at times (n,): 0 outside, 1 at its top, smooth."""
        up = np.clip((time - self.start_s) / (self.end_s - self.start_s) / self.ramp, 0.0, 1.0)
        down = np.clip((self.end_s - time) / (self.end_s - self.start_s) / self.ramp, 0.0, 1.0)
        return smooth(up) * smooth(down)


@dataclass(frozen=True, slots=True)
class Script:
    """Sections in a row from time 0.

    Parameters
    ----------
    sections : in their order
    overground : the runner travels; False = on a treadmill, where speed shapes the stride alone
    lifts : knee lifts beside those of the sections; those of one leg do not overlap
    """

    sections: tuple[Section, ...]
    overground: bool = True
    lifts: tuple[KneeLift, ...] = ()

    def __post_init__(self) -> None:
        if not self.sections:
            raise ValueError("expected at least one section, got none")

    @property
    def duration_s(self) -> float:
        """Duration of the whole, s."""
        return sum(s.duration_s for s in self.sections)

    def timeline(self) -> list[tuple[Section, float, float]]:
        """Give each section with its start and its end, s."""
        ends = np.cumsum([s.duration_s for s in self.sections])
        starts = np.r_[0.0, ends[:-1]]
        return [(s, float(a), float(b)) for s, a, b in zip(self.sections, starts, ends, strict=True)]

    def speed(self) -> Track:
        """Give the forward speed, m/s."""
        return self._track([s.speed_m_s for s in self.sections], fade=False)

    def presence(self) -> Track:
        """Give the share of the stride's shape: 0 standing, 1 walking or running."""
        return self._track([float(s.kind in MOVING) for s in self.sections], fade=True)

    def run_share(self) -> Track:
        """Give the share of running in the gait: 0 walking, 1 running; standing has its neighbour's."""
        kinds = [s.kind for s in self.sections]
        moving = [i for i, kind in enumerate(kinds) if kind in MOVING] or [0]
        nearest = [min(moving, key=lambda m, i=i: abs(m - i)) for i in range(len(kinds))]  # type: ignore[misc]
        return self._track([float(kinds[i] is not SectionKind.WALK) for i in nearest], fade=True)

    def heading(self) -> Track:
        """Give the heading, rad: each section turns smoothly by its own turn."""
        ends = [end for _, _, end in self.timeline()]
        return Track(np.r_[0.0, ends], np.cumsum([0.0, *(s.turn for s in self.sections)]))

    def knee_lifts(self) -> list[KneeLift]:
        """Give the knee lifts: of the section's side, or left first, alternating."""
        lifts: list[KneeLift] = []
        for section, start, _ in self.timeline():
            if section.kind is SectionKind.KNEE_LIFTS:
                count = max(1, round(section.duration_s / KNEE_LIFT_S))
                edges = start + np.arange(count + 1) * (section.duration_s / count)
                sides = [section.side or (Side.LEFT, Side.RIGHT)[i % 2] for i in range(count)]
                lifts += [KneeLift(s, float(a), float(b)) for s, (a, b) in zip(sides, pairwise(edges), strict=True)]
        return [*lifts, *self.lifts]

    def _track(self, values: list[float], *, fade: bool) -> Track:
        """Join the values of the sections; transitions lead from one to the next, faded near the standing end."""
        at, value = [-1.0], [values[0]]
        for i, (section, start, end) in enumerate(self.timeline()):
            if section.kind is SectionKind.TRANSITION:
                before, after = values[max(i - 1, 0)], values[min(i + 1, len(values) - 1)]
                first = i == 0
                a, b = _faded(before if not first else 0.0, after, start, end) if fade else (start, end)
                at += [a, b]
                value += [0.0 if first else before, 0.0 if i + 1 == len(values) else after]
            else:
                at += [start, end]
                value += [values[i], values[i]]
        at.append(at[-1] + 1.0)
        value.append(value[-1])
        kept = np.r_[True, np.diff(at) > 0]
        return Track(np.array(at)[kept], np.array(value)[kept])


def _faded(before: float, after: float, start: float, end: float) -> tuple[float, float]:
    length = min(end - start, FADE_S)
    return (start, start + length) if after > before else (end - length, end)


def running_script(speed_m_s: float, duration_s: float, *, preamble: bool = True, overground: bool = True) -> Script:
    """Give the script of one steady run.

    Parameters
    ----------
    speed_m_s : speed of the run, m/s
    duration_s : time of the run itself, s
    preamble : stand 5 s, ten knee lifts in 12 s, stand 2 s and a transition before it, a transition
        and stand 3 s after it; the transitions take 1 s, above 3.5 m/s as long as 3.5 m/s^2 needs
    overground : see `Script`
    """
    run = Section(SectionKind.RUN, duration_s, speed_m_s)
    if not preamble:
        return Script((run,), overground)
    change = Section(SectionKind.TRANSITION, max(1.0, speed_m_s / 3.5))
    before = (Section(SectionKind.STAND, 5.0), Section(SectionKind.KNEE_LIFTS, 12.0), Section(SectionKind.STAND, 2.0))
    return Script((*before, change, run, change, Section(SectionKind.STAND, 3.0)), overground)


def full_turn(laps: float) -> float:
    """Give the turn, rad, of so many laps to the left: 800 m on a track are two."""
    return 2 * pi * laps
