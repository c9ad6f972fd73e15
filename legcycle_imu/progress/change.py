"""Whether a metric changed: the change, the least one that can be told from chance, and what stands in the way.

Two sessions: MDC95 = 1.96 sqrt(2) SEM. In general, of a session against the mean of m others,
MDC95 = k sqrt(SEM_now^2 + SEM_others^2 / m), which is the same for m = 1 and equal SEM. The SEM of one session is

- by what is published: sqrt(strides^2 + zero^2 + days^2), k = 1.96: the standard error of the mean by the strides, the
  uncertainty of the angles' zero and the published SD between days;
- from three sessions of the runner's own on: the SD of their means, in which all this is, and k is Student's t.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from math import hypot, isnan, nan, sqrt
from typing import NamedTuple

import numpy as np
from scipy.stats import t as student

from firmware_bridge.samples import Side
from legcycle_imu.progress.metrics import BY_KEY, METRICS, NEEDS_LENGTHS
from legcycle_imu.progress.session import Figure, SessionFigures
from legcycle_imu.summary import LEAST_STRIDES, NORMAL_95

LEAST_SESSIONS = 3
"""From so many sessions of the runner's own on their SD is taken instead of what is published."""
SAME_CADENCE = 0.03
SAME_CONTACT = 0.05
"""Shares by which cadence and contact time may differ between runs at what may be the same speed. In 13 runners
1 m/s more made contact 10 to 21 % shorter, and cadence 0 to 16 % higher (benchmarks/progress.py)."""


class Word(StrEnum):
    """What is said of a change."""

    MORE = "more"
    LESS = "less"
    NONE = "no change that can be told"
    NOT_COMPARABLE = "not comparable"
    FIRST = "nothing before it"


SHAPE = {Word.MORE: "▲", Word.LESS: "▼", Word.NONE: "≈", Word.NOT_COMPARABLE: "×", Word.FIRST: "○"}
"""A mark is told by shape and word, never by colour alone."""


class Detectable(NamedTuple):
    """The least change that can be told from chance, with 95 % certainty.

    Attributes
    ----------
    mdc : in the metric's unit; NaN where it cannot be said
    own_sessions : on how many sessions of the runner's own the SD between days rests; 0: on what is published
    """

    mdc: float
    own_sessions: int = 0

    @property
    def basis(self) -> str:
        """Where the part of day to day is from, in a word or two; `own 4`: four sessions of the runner's own."""
        return f"own {self.own_sessions}" if self.own_sessions else "literature"


@dataclass(frozen=True, slots=True)
class Change:
    """One metric of one leg against earlier sessions.

    Parameters
    ----------
    side, key : which leg, which metric
    before : mean of the earlier sessions, in the metric's unit
    now : of the session that is judged
    detectable : the least change that can be told
    word, reason : what is said of it, and why it cannot be compared; the reason is "" otherwise
    """

    side: Side
    key: str
    before: float
    now: float
    detectable: Detectable
    word: Word
    reason: str = ""

    @property
    def change(self) -> float:
        """How much it changed; positive: it is larger now."""
        return self.now - self.before

    @property
    def verdict(self) -> str:
        """Shape and word."""
        return f"{SHAPE[self.word]} {self.word}" + (f": {self.reason}" if self.reason else "")


def compare(
    before: SessionFigures, now: SessionFigures, own: Sequence[SessionFigures] = (), *, same_speed: bool = False
) -> list[Change]:
    """Hold one session against an earlier one: every metric that both have, leg by leg.

    Parameters
    ----------
    before, now : the sessions
    own : more sessions of the runner, to tell how far this runner's days differ; neither of the two among them
    same_speed : somebody knows that both runs were at the same speed; their pace is not looked at
    """
    return [
        judge(side, key, [before], now, [before, *own], same_speed=same_speed)
        for side in Side
        for key in shown([before, now])
        if side in before.legs or side in now.legs
    ]


def judge(
    side: Side,
    key: str,
    before: Sequence[SessionFigures],
    now: SessionFigures,
    own: Sequence[SessionFigures] = (),
    *,
    same_speed: bool = False,
) -> Change:
    """Hold a session against the mean of earlier ones, all of which can be compared with it or none.

    Parameters
    ----------
    before : at least one session
    own : sessions of the runner by which day to day is told, `now` not among them; what cannot be compared, and all
        but the first of a day, is left out
    """
    reason = next((r for s in before if (r := hindrance(side, key, s, now, same_speed=same_speed))), "")
    mean = float(np.mean([s.figure(side, key).mean for s in before]))
    now_mean = now.figure(side, key).mean
    if reason:
        return Change(side, key, mean, now_mean, Detectable(nan), Word.NOT_COMPARABLE, reason)
    usable = one_a_day([s for s in own if not hindrance(side, key, s, now, same_speed=same_speed)])
    figures = [[session.figure(side, key) for session in some] for some in (before, usable)]
    least = detectable(figures[0], figures[1], now.figure(side, key))
    change = now_mean - mean
    word = Word.NONE if not abs(change) > least.mdc else Word.MORE if change > 0.0 else Word.LESS
    return Change(side, key, mean, now_mean, least, word)


def detectable(before: Sequence[Figure], own: Sequence[Figure], now: Figure) -> Detectable:
    """Give the least change of `now` against the mean of `before` that can be told from chance.

    Parameters
    ----------
    before : at least one figure
    own : figures of the runner's own sessions; from three on their SD is used
    """
    if len(own) < LEAST_SESSIONS:
        others = sqrt(sum(published_sem(figure) ** 2 for figure in before)) / len(before)
        return Detectable(NORMAL_95 * hypot(published_sem(now), others))
    sd = float(np.std([figure.mean for figure in own], ddof=1))
    quantile = float(student.ppf(0.975, len(own) - 1))
    return Detectable(quantile * hypot(max(sd, now.sem), sd / sqrt(len(before))), len(own))


def published_sem(figure: Figure) -> float:
    """Give the SEM of one session's figure by its strides, its zero and what is published of days."""
    return hypot(figure.sem, figure.zero_sd, figure.days_sd)


def one_a_day(sessions: Sequence[SessionFigures]) -> list[SessionFigures]:
    """Give the first session of each day; one whose day is not known counts as a day of its own."""
    seen = [session.day for session in sessions]
    return [session for k, session in enumerate(sessions) if not session.day or session.day not in seen[:k]]


def hindrance(side: Side, key: str, one: SessionFigures, other: SessionFigures, *, same_speed: bool = False) -> str:
    """Give why a metric of two sessions cannot be compared, "" where it can."""
    if min(one.figure(side, key).strides, other.figure(side, key).strides) < LEAST_STRIDES:
        return f"fewer than {LEAST_STRIDES} strides"
    if one.runner != other.runner:
        return "another runner"
    zeros = {one.legs[side].zero_source, other.legs[side].zero_source}
    if BY_KEY[key].zeros and (len(zeros) > 1 or None in zeros):
        return "another zero"
    if key in NEEDS_LENGTHS and one.geometry != other.geometry:
        return "other lengths of the leg"
    return "" if same_speed or not pace_differs(one, other) else "another pace"


def pace_differs(one: SessionFigures, other: SessionFigures) -> bool:
    """Tell whether two runs may have been at different speeds, by cadence and contact time of any leg."""
    return any(
        abs(b - a) > limit * a
        for key, limit in (("cadence_spm", SAME_CADENCE), ("contact_time_s", SAME_CONTACT))
        if not isnan(a := pace(one, key)) and not isnan(b := pace(other, key))
    )


def pace(session: SessionFigures, key: str) -> float:
    """Give the mean of a metric over the legs that have it."""
    known = [figure.mean for side in session.legs if not isnan((figure := session.figure(side, key)).mean)]
    return float(np.mean(known)) if known else nan


def shown(sessions: Sequence[SessionFigures]) -> list[str]:
    """Give the metrics to show: those that are known; heel lift by the shank's length only where not in centimetres."""
    known = [
        m.key for m in METRICS if any(s.figure(side, m.key).strides >= LEAST_STRIDES for s in sessions for side in Side)
    ]
    return [key for key in known if key != "heel_lift_pct" or "heel_lift_cm" not in known]
