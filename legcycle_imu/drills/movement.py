"""Movements of one standing leg: from leaving its rest to the return to it.

Streaming, row by row. The rest is learned anew whenever the leg is still, and between two repetitions that follow each
other without a stop, where it was slowest: so neither a foot that is put down elsewhere nor a slow drift of the
angles matters.

How far a leg is from its rest is one number, its excursion: the thigh's or the shank's, whichever is more, in units of
what leaving the rest means.
"""

from collections import deque
from dataclasses import dataclass, field
from math import inf, isnan, nan
from typing import NamedTuple

from legcycle_imu.drills.finding import MovementSettings


class Row(NamedTuple):
    """One leg at one instant: s, rad."""

    time: float
    thigh: float
    shank: float


class Rest(NamedTuple):
    """Where a leg rests, as measured now, and where it truly is: as measured when gravity showed it; rad."""

    thigh: float
    shank: float
    true_thigh: float
    true_shank: float


class Movement(NamedTuple):
    """One movement of a leg.

    Attributes
    ----------
    rows : from leaving rest to the return
    rest : before it
    known : stream time at which its end was known, s
    peak : largest excursion
    returned : whether it came back
    gap : whether rows were missing
    """

    rows: tuple[Row, ...]
    rest: Rest
    known: float
    peak: float
    returned: bool = True
    gap: bool = False

    @property
    def start(self) -> float:
        """When the leg left its rest, s."""
        return self.rows[0].time

    @property
    def end(self) -> float:
        """When it was back, s."""
        return self.rows[-1].time

    @property
    def bend(self) -> float:
        """By how much the knee's flexion changed at most, rad."""
        at_rest = self.rest.thigh - self.rest.shank
        return max(abs(row.thigh - row.shank - at_rest) for row in self.rows)


@dataclass(slots=True)
class MovementState:
    """What a leg remembers."""

    rest: Rest | None = None
    last: Row | None = None
    still_since: float = inf
    recent: deque[Row] = field(default_factory=deque)
    """Since the leg last was at rest, or of the last second."""
    moving: list[Row] = field(default_factory=list)
    peak: float = 0.0
    lowest: float = inf
    """Least excursion since the largest one."""
    lowest_at: int = 0
    slowest: tuple[float, Row] | None = None
    gap: bool = False


class LegMovements:
    """Find the movements of one leg. Streaming, row by row; a copy continues alike."""

    def __init__(self, settings: MovementSettings | None = None) -> None:
        self.settings = settings or MovementSettings()
        self.state = MovementState()

    @property
    def moving(self) -> bool:
        """Whether the leg is away from its rest."""
        return bool(self.state.moving)

    @property
    def began(self) -> float:
        """When the movement under way began, s; infinite where there is none."""
        return self.state.moving[0].time if self.state.moving else inf

    def push(self, row: Row) -> Movement | None:
        """Take the next row, give the movement that it ends."""
        if isnan(row.thigh) or isnan(row.shank):
            self._blank(row)
            return None
        self._feel(row)
        if self.state.moving:
            return self._advance(row)
        self._wait(row)
        return None

    def excursion(self, row: Row) -> float:
        """Give how far a leg is from its rest."""
        rest, s = self.state.rest, self.settings
        if rest is None:
            return nan
        return max(abs(row.thigh - rest.thigh) / s.thigh_rad, abs(row.shank - rest.shank) / s.shank_rad)

    def _feel(self, row: Row) -> None:
        """Note since when the leg is still."""
        s, state = self.settings, self.state
        last, state.last = state.last, row
        if last is None:
            state.still_since = row.time
            return
        step = row.time - last.time
        speed = max(abs(row.thigh - last.thigh), abs(row.shank - last.shank)) / step
        if speed > s.still_rad_s:
            state.still_since = inf
        elif state.still_since == inf:
            state.still_since = row.time
        if state.slowest is None or speed < state.slowest[0]:
            state.slowest = (speed, row)

    def _wait(self, row: Row) -> None:
        """Rest, until the excursion tells that the leg has left."""
        s, state = self.settings, self.state
        state.recent.append(row)
        while state.recent and state.recent[0].time < row.time - 1.0:
            state.recent.popleft()
        excursion = self.excursion(row)
        if excursion > 1.0:
            self._leave()
        elif row.time - state.still_since >= s.still_s and self._upright(row):
            self._rest_at(self._while_ago(row.time - s.still_s))

    def _while_ago(self, time: float) -> Row:
        """Give a row of a while ago: a leg that leaves slowly must not take its rest along."""
        return next(row for row in self.state.recent if row.time >= time - 1e-9)

    def _leave(self) -> None:
        """Begin a movement where the leg was still at its rest."""
        s, state = self.settings, self.state
        rows = list(state.recent)
        near = [k for k, row in enumerate(rows) if self.excursion(row) < s.began]
        state.moving = rows[near[-1] if near else 0 :]
        state.recent.clear()
        state.peak, state.lowest, state.lowest_at, state.slowest = 0.0, inf, 0, None
        for k, row in enumerate(state.moving):
            self._measure(k, row)

    def _measure(self, k: int, row: Row) -> float:
        state, excursion = self.state, self.excursion(row)
        if excursion > state.peak:
            state.peak, state.lowest = excursion, inf
        if excursion < state.lowest:
            state.lowest, state.lowest_at = excursion, k
        return excursion

    def _advance(self, row: Row) -> Movement | None:
        s, state = self.settings, self.state
        state.moving.append(row)
        excursion = self._measure(len(state.moving) - 1, row)
        still_s = row.time - state.still_since
        back = max(s.back, min(s.back_share * state.peak, s.back_at_most))
        if state.peak > 1.0 and (excursion < s.back or (excursion < back and still_s >= s.still_s)):
            return self._end(len(state.moving) - 1, row)
        if state.lowest < back and excursion > state.lowest + s.again:
            return self._turn(row)
        if still_s >= (s.shift_s if state.peak < s.shift else s.hold_s) and self._upright(row):
            return self._end(len(state.moving) - 1, row, returned=False)
        if row.time - state.moving[0].time > s.longest_s:
            self._forget()
        return None

    def _end(self, last: int, row: Row, *, returned: bool = True) -> Movement | None:
        """Close the movement with one of its rows; the leg rests."""
        state = self.state
        movement = self._movement(last, row.time, returned)
        state.moving, state.gap = [], False
        state.recent.clear()
        state.recent.append(row)
        if not returned or row.time - state.still_since >= self.settings.still_s:
            self._rest_at(row)
        state.slowest = None
        return movement

    def _turn(self, row: Row) -> Movement | None:
        """Close the movement where the leg turned near its rest; the next one has begun there."""
        state = self.state
        at = state.lowest_at
        movement, rest = self._movement(at, row.time, returned=True), state.moving[at:]
        turning = rest[0]
        self._rest_at(turning, share=0.5)
        state.moving, state.gap = rest, False
        state.peak, state.lowest, state.lowest_at, state.slowest = 0.0, inf, 0, None
        for k, one in enumerate(rest):
            self._measure(k, one)
        return movement

    def _movement(self, last: int, known: float, returned: bool) -> Movement | None:
        s, state = self.settings, self.state
        rows = tuple(state.moving[: last + 1])
        if state.rest is None or state.peak < s.least or rows[-1].time - rows[0].time < s.shortest_s:
            return None
        return Movement(rows, state.rest, known, state.peak, returned, state.gap)

    def _rest_at(self, row: Row, share: float = 1.0) -> None:
        state = self.state
        long = row.time - state.still_since >= self.settings.long_still_s
        old = state.rest
        if old is None or long:
            state.rest = Rest(row.thigh, row.shank, row.thigh, row.shank)
            return
        thigh, shank = share * (row.thigh - old.thigh), share * (row.shank - old.shank)
        own = self.settings.moved_share
        state.rest = Rest(
            old.thigh + thigh, old.shank + shank, old.true_thigh + own * thigh, old.true_shank + own * shank
        )

    def _upright(self, row: Row) -> bool:
        return max(abs(row.thigh), abs(row.shank)) < self.settings.upright_rad

    def _blank(self, row: Row) -> None:
        """Go over a short gap; a longer one ends what was under way."""
        state = self.state
        state.still_since = inf
        state.gap = state.gap or self.moving
        if state.last is not None and row.time - state.last.time > self.settings.gap_s:
            self._forget()
            state.last = None

    def _forget(self) -> None:
        """Give up the movement and the rest: where the leg is must be learned anew."""
        self.state.moving, self.state.gap, self.state.rest = [], False, None
        self.state.recent.clear()
