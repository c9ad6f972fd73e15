"""What must be said beside the tables: what a mark means, what it rests on, what stands in its way."""

from collections.abc import Iterable, Sequence
from math import isnan

from firmware_bridge.samples import Side
from legcycle_imu.progress.change import Change, Word, pace
from legcycle_imu.progress.session import SessionFigures
from legcycle_imu.progress.trend import Trend

FORMULA = (
    "A change is marked if it is larger than MDC95, the least that can be told from chance: 1.96 x sqrt(2) x SEM for "
    "two sessions; against the mean of m sessions sqrt(1 + 1/m) stands for sqrt(2). SEM is of one session."
)
BY_LITERATURE = (
    "Day to day by the literature: SEM = sqrt(strides^2 + zero^2 + days^2); the days' part is taken from what is "
    "published of others (angles 2.7 deg; times 2.5 %, an assumption), since fewer than 3 sessions of the "
    "runner's own can be compared."
)
BY_OWN = (
    "Day to day by own sessions: SEM is the SD of the means of the runner's own sessions, one a day; Student's t of "
    "their number stands for 1.96."
)
STRIDES = (
    "The strides' part is the SD of 8 means of consecutive strides by sqrt(8), or the SD by sqrt(n) where that is more."
)
CHANCE = "One in twenty figures that did not change is marked by chance: a single mark among many says little."
ZERO_TAKES = (
    "Where the zero comes from running, a leg that is carried further in front or behind as a whole is taken for the "
    "zero, in part or whole; the thigh's range is free of that."
)
TRAINING_AID = "A training aid, not a medical device. Inertial sensors cannot see muscles, foot-strike type or trunk."


def about(changes: Iterable[Change]) -> list[str]:
    """Give what holds for the marks of a table."""
    changes = list(changes)
    told = [c for c in changes if not isnan(c.detectable.mdc)]
    said = [FORMULA] if told else ["Nothing here can be compared."]
    if any(not c.detectable.own_sessions for c in told):
        said.append(BY_LITERATURE)
    if any(c.detectable.own_sessions for c in told):
        said.append(BY_OWN)
    return [*said, *([STRIDES, CHANCE] if told else []), ZERO_TAKES, TRAINING_AID]


def notes_on_two(before: SessionFigures, now: SessionFigures, changes: Sequence[Change]) -> list[str]:
    """Give what must be said of two sessions: who ran, how fast, by which zero."""
    reasons = {change.reason for change in changes if change.word is Word.NOT_COMPARABLE}
    return [*_who(before, now), *_zeros(before, now), *([_pace(before, now)] if "another pace" in reasons else [])]


def notes_on_trend(trend: Trend) -> list[str]:
    """Give what must be said of a row of sessions."""
    said = [] if trend.by_time else ["Not every recording says when it began; the order is that of the file names."]
    if not trend.sessions[0].runner:
        said.append("These recordings do not say who ran; they are taken for one runner's.")
    reasons = {c.reason for course in trend.changes.values() for c in course if c.word is Word.NOT_COMPARABLE}
    if "another pace" in reasons:
        said.append(f"Sessions at another pace are not compared: {_PACE_MATTERS}")
    return said


_PACE_MATTERS = (
    "knee drive, heel lift and placement grow with speed, which thigh and shank do not show. If you know that the "
    "speed was the same, say so with --same-speed."
)


def _who(before: SessionFigures, now: SessionFigures) -> list[str]:
    if before.runner != now.runner:
        names = " and ".join(s.runner or "nobody by name" for s in (before, now))
        return [f"The recordings are of different runners by their codes ({names}), so nothing is marked."]
    return [] if now.runner else ["The recordings do not say who ran; they are taken for one runner's."]


def _zeros(before: SessionFigures, now: SessionFigures) -> list[str]:
    said = []
    for side in Side:
        if side in before.legs and side in now.legs:
            a, b = (leg.zero_source or "more than one source" for leg in (before.legs[side], now.legs[side]))
            if a != b or a == "more than one source":
                said.append(
                    f"The {side} leg's angles have their zero from {a} in {before.name}, from {b} in {now.name}: what "
                    "depends on the zero is not compared. The thigh's range and times do not."
                )
    return said


def _pace(before: SessionFigures, now: SessionFigures) -> str:
    cadence, contact = (100.0 * (pace(now, key) / pace(before, key) - 1.0) for key in ("cadence_spm", "contact_time_s"))
    return (
        f"Cadence differs by {cadence:+.1f} %, contact time by {contact:+.1f} %: the runs may have been at different "
        f"speeds, so nothing is marked; {_PACE_MATTERS}"
    )
