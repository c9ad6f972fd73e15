"""Session after session: each held against the first ones that can be compared with it."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import isnan, nan

from firmware_bridge.samples import Side
from legcycle_imu.progress.change import Change, Detectable, Word, hindrance, judge, shown
from legcycle_imu.progress.session import SessionFigures

FIRST = 5
"""Sessions against which later ones are held, at most: the first of them that can be compared. Progress is counted
from where it began, and the band does not follow it."""


@dataclass(frozen=True, slots=True)
class Trend:
    """Sessions of one runner in the order of time.

    Parameters
    ----------
    sessions : first to last
    keys : metrics that are shown
    changes : (side, key) -> a change for each session; before the first session that can be compared `before` is NaN
    by_time : the order is that of the recordings' starts; else that of their names
    """

    sessions: tuple[SessionFigures, ...]
    keys: tuple[str, ...]
    changes: dict[tuple[Side, str], tuple[Change, ...]]
    by_time: bool

    @property
    def sides(self) -> tuple[Side, ...]:
        """Legs that ran in any session."""
        return tuple(side for side in Side if any(side in session.legs for session in self.sessions))


def trend(sessions: Sequence[SessionFigures], *, same_speed: bool = False) -> Trend:
    """Follow the metrics of one runner from session to session.

    Parameters
    ----------
    sessions : in any order, at least one
    same_speed : somebody knows that all runs were at the same speed
    """
    by_time = not any(isnan(session.started_s) for session in sessions)
    ordered = tuple(sorted(sessions, key=lambda s: (s.started_s, s.name) if by_time else (0.0, s.name)))
    keys = tuple(shown(ordered))
    sides = [side for side in Side if any(side in session.legs for session in ordered)]
    changes = {(side, key): _course(side, key, ordered, same_speed=same_speed) for side in sides for key in keys}
    return Trend(ordered, keys, changes, by_time)


def _course(side: Side, key: str, sessions: Sequence[SessionFigures], *, same_speed: bool) -> tuple[Change, ...]:
    return tuple(_against_first(side, key, sessions[:k], now, same_speed=same_speed) for k, now in enumerate(sessions))


def _against_first(
    side: Side, key: str, earlier: Sequence[SessionFigures], now: SessionFigures, *, same_speed: bool
) -> Change:
    hindrances = [hindrance(side, key, session, now, same_speed=same_speed) for session in earlier]
    first = [session for session, reason in zip(earlier, hindrances, strict=True) if not reason][:FIRST]
    if first:
        return judge(side, key, first, now, first, same_speed=same_speed)
    word, reason = (Word.NOT_COMPARABLE, hindrances[0]) if hindrances else (Word.FIRST, "")
    return Change(side, key, nan, now.figure(side, key).mean, Detectable(nan), word, reason)
