"""Whose turn it is, for how long still, and when to rest: the clock of a drill, in stream time.

A turn's time begins with its first repetition and stands while nobody moves. Where repetitions are counted instead, a
turn is over with the last of them.
"""

from collections.abc import Collection
from dataclasses import dataclass, field
from math import inf, isnan, nan

from firmware_bridge.samples import Side
from legcycle_imu.drills.kinds import DrillRule, Posture
from legcycle_imu.drills.view import DrillState


@dataclass(slots=True)
class PaceState:
    """Where a drill stands.

    Parameters
    ----------
    state : see `DrillState`
    side : whose turn it is; None where either leg may begin, or both move
    done : legs that have had their turn in this set
    set_number : from 1
    elapsed_s : time of this turn
    repetitions : of this turn
    seconds : time of all turns of each leg
    since_s : begin of this turn or rest, session time
    now_s : session time
    moved_s : when somebody moved last, session time
    """

    state: DrillState = DrillState.READY
    side: Side | None = None
    done: tuple[Side, ...] = ()
    set_number: int = 1
    elapsed_s: float = 0.0
    repetitions: int = 0
    seconds: dict[Side, float] = field(default_factory=dict)
    since_s: float = -inf
    now_s: float = -inf
    moved_s: float = -inf


class Pace:
    """The clock of a drill. Streaming; a copy continues alike.

    Parameters
    ----------
    rule : of the drill
    sides : legs that are measured
    """

    def __init__(self, rule: DrillRule, sides: Collection[Side]) -> None:
        self.rule = rule
        self._sides = tuple(sides)
        self.state = PaceState()

    @property
    def time_left_s(self) -> float:
        """Time left of the turn, or of the rest, s; NaN where nothing is timed."""
        state = self.state
        if state.state is DrillState.REST:
            return max(self.rule.rest_s - (state.now_s - state.since_s), 0.0)
        if state.state is DrillState.DONE:
            return 0.0 if self._timed else nan
        return max(self.rule.seconds - state.elapsed_s, 0.0)

    @property
    def _timed(self) -> bool:
        return not isnan(self.rule.seconds)

    def is_wrong(self, side: Side | None, start_s: float) -> bool:
        """Tell whether a repetition was done out of turn; one that began before the turn changed was not."""
        state = self.state
        return self.rule.each_leg and state.side is not None and side is not state.side and start_s >= state.since_s

    def tick(self, time: float, *, moving: bool) -> None:
        """Let time come to a row."""
        state = self.state
        step = time - state.now_s if state.now_s > -inf else 0.0
        state.now_s = time
        if moving:
            state.moved_s = time
        if state.state is DrillState.REST and self.time_left_s <= 0.0:
            state.state = DrillState.READY
        elif state.state is DrillState.PAUSED and moving:
            state.state = DrillState.GOING
        elif state.state is DrillState.GOING and time - state.moved_s >= self.rule.pause_s:
            state.state = DrillState.PAUSED
        if state.state is DrillState.GOING:
            self._spend(step)

    def note(self, side: Side | None, start_s: float, *, wrong: bool) -> None:
        """Take note of a repetition."""
        state = self.state
        if state.state is DrillState.DONE or wrong or start_s < state.since_s:
            return
        if state.state is not DrillState.GOING:
            self._begin(side, start_s)
        state.repetitions += 1
        if self.rule.posture is Posture.RUNNING:
            self._ran()
        elif not self._timed and state.repetitions >= self.rule.repetitions:
            self._turn_over()

    def _begin(self, side: Side | None, start_s: float) -> None:
        state = self.state
        fresh = state.state is not DrillState.PAUSED
        state.state = DrillState.GOING
        if self.rule.each_leg and state.side is None:
            state.side = side
        state.moved_s = state.now_s
        if fresh:
            self._spend(max(state.now_s - start_s, 0.0))

    def _spend(self, seconds: float) -> None:
        state = self.state
        state.elapsed_s += seconds
        for side in self._sides if state.side is None else (state.side,):
            state.seconds[side] = state.seconds.get(side, 0.0) + seconds
        if self._timed and state.elapsed_s >= self.rule.seconds:
            self._turn_over()

    def _ran(self) -> None:
        """One run is over: rest, or that was all."""
        state = self.state
        if state.repetitions >= self.rule.repetitions:
            self._set_over()
            return
        state.state = DrillState.REST if self.rule.rest_s > 0.0 else DrillState.READY
        state.since_s = state.now_s

    def _turn_over(self) -> None:
        """The other leg, the next set, or that was all."""
        state = self.state
        state.since_s = state.now_s
        if self.rule.each_leg and state.side is not None:
            state.done = (*state.done, state.side)
            left = [side for side in self._sides if side not in state.done]
            if left:
                state.state, state.side, state.elapsed_s, state.repetitions = DrillState.SWITCH, left[0], 0.0, 0
                return
        self._set_over()

    def _set_over(self) -> None:
        state = self.state
        if state.set_number >= self.rule.sets:
            state.state, state.side = DrillState.DONE, None
            return
        state.set_number += 1
        state.state = DrillState.REST if self.rule.rest_s > 0.0 else DrillState.READY
        state.since_s, state.elapsed_s, state.repetitions = state.now_s, 0.0, 0
        state.done, state.side = (), None
