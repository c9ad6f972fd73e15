"""The one thing to think of: the phase that misses its target most, held for a while, as a picture outside the body."""

from collections import deque
from collections.abc import Collection, Iterable, Mapping
from statistics import median

from firmware_bridge.samples import Side
from legcycle_imu.cycle import Phase
from legcycle_imu.summary import Hits
from legcycle_imu.targets import Verdict
from legcycle_imu.view.state import Cue, LegState, LegView, Mark
from legcycle_imu.view.words import LEG_SHAPE, NOT_KNOWN, OK, distance_of, missed

STRIDES = 5
"""Strides of a leg that the cue looks back on: 3.5 s of running. Our choice."""
LEAST = 3
"""Fewest judged strides for a cue. Our choice."""
HOLD = 20
"""A cue stays for so many strides of both legs, 7 s, unless its phase is on target: one thing at a time. Our choice."""
ON_TARGET = 0.8
"""Share of hits from which on a phase is fine. Our choice."""
ONE_SIDED = 0.5
"""Legs whose shares of hits differ by more are told apart. Our choice."""
SENTENCE = {
    Phase.LIFT: "heel up to the dashed line",
    Phase.DRIVE: "knee forward to the {target:.0f}° ray",
    Phase.PUSH: "push the ground away behind you",
    Phase.PLACE: "set the foot down on the spot right below you",
}
"""Pictures outside of the body, of what the view shows."""
IN_ORDER = (Phase.LIFT, Phase.DRIVE, Phase.PLACE, Phase.PUSH)
FOREMOST = (Phase.LIFT, Phase.DRIVE)
"""The coach's focus: another phase is cued only once these are on target."""
READY = Mark("○", "ready")
FURTHEST_FIRST = (LegState.LIVE, LegState.POOR, LegState.ALIGNING, LegState.NO_DATA)


class CueChoice:
    """Streaming stage: judged strides in, the cue as it stands at any time.

    Parameters
    ----------
    sides : legs that are measured
    focus : phase that is cued whatever the others do; None to choose
    """

    def __init__(self, sides: Iterable[Side], focus: Phase | None = None) -> None:
        self.focus = focus
        self._recent: dict[Phase, dict[Side, deque[Verdict]]] = {
            phase: {side: deque(maxlen=STRIDES) for side in sides} for phase in IN_ORDER
        }
        self._chosen = Phase.UNKNOWN
        self._held = 0

    def push(self, verdicts: Iterable[Verdict]) -> None:
        """Take the verdicts of a stride."""
        for verdict in verdicts:
            self._recent[verdict.phase][verdict.side].append(verdict)
        self._held += 1
        self._choose()

    def view(self, seen: Collection[Side]) -> Cue | None:
        """Give the cue for the legs that are seen; None while there is nothing to go by."""
        phase = self.focus or self._chosen
        if phase is Phase.UNKNOWN or not self._verdicts(phase, seen):
            return None
        side = next(iter(seen)) if len(seen) == 1 else self._one_sided(phase, seen)
        verdicts = self._verdicts(phase, seen if side is None else (side,))
        hits = _hits(verdicts)
        said = _mark(verdicts, hits)
        sentence = "on target: keep it so" if said is OK else SENTENCE[phase].format(target=verdicts[-1].target)
        return Cue(phase, side, said, sentence, hits, _distance(verdicts, reached=said is OK))

    def _choose(self) -> None:
        rates = {phase: _rate(self._verdicts(phase, Side)) for phase in IN_ORDER}
        known = {phase: rate for phase, rate in rates.items() if rate is not None}
        if not known or (known.get(self._chosen, 1.0) < ON_TARGET and self._held < HOLD):
            return
        foremost = {phase: rate for phase, rate in known.items() if phase in FOREMOST and rate < ON_TARGET}
        worst = min(foremost or known, key=lambda phase: known[phase])
        if worst is not self._chosen:
            self._chosen, self._held = worst, 0

    def _verdicts(self, phase: Phase, sides: Iterable[Side]) -> list[Verdict]:
        recent = self._recent[phase]
        return [verdict for side in sides if side in recent for verdict in recent[side]]

    def _one_sided(self, phase: Phase, seen: Collection[Side]) -> Side | None:
        rates = {side: _rate(self._verdicts(phase, (side,))) for side in Side if side in seen}
        known = {side: rate for side, rate in rates.items() if rate is not None}
        if len(known) < len(Side) or max(known.values()) - min(known.values()) <= ONE_SIDED:
            return None
        return min(known, key=lambda side: known[side])


def waited_for(legs: Mapping[Side, LegView]) -> Cue:
    """Give what is said while there is no cue: what the leg that is furthest waits for."""
    leg = min(legs.values(), key=lambda leg: FURTHEST_FIRST.index(leg.state))
    if leg.state.seen:
        return Cue(Phase.UNKNOWN, None, READY, leg.sentence or "run: a few strides say what to think of", Hits(0, 0))
    return Cue(Phase.UNKNOWN, None, Mark(LEG_SHAPE[leg.state], str(leg.state)), leg.sentence, Hits(0, 0))


def _hits(verdicts: Iterable[Verdict]) -> Hits:
    judged = [verdict.hit for verdict in verdicts if verdict.hit is not None]
    return Hits(sum(judged), len(judged))


def _rate(verdicts: Iterable[Verdict]) -> float | None:
    hits = _hits(verdicts)
    return hits.hit / hits.judged if hits.judged >= LEAST else None


def _mark(verdicts: list[Verdict], hits: Hits) -> Mark:
    if not hits.judged:
        return Mark(NOT_KNOWN, "no target")
    if hits.hit >= ON_TARGET * hits.judged:
        return OK
    return missed(*_median_distance(verdicts))


def _distance(verdicts: list[Verdict], *, reached: bool) -> str:
    if all(verdict.hit is None for verdict in verdicts):
        return ""
    return distance_of(*_median_distance(verdicts), reached=reached)


def _median_distance(verdicts: list[Verdict]) -> tuple[str, float]:
    judged = [verdict for verdict in verdicts if verdict.hit is not None]
    metric = judged[-1].metric
    return metric, median(verdict.distance for verdict in judged if verdict.metric == metric)
