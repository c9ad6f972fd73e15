"""A drill along a session: fed by what passes, shown by whoever asks, begun, rested and ended by a person."""

from collections.abc import Callable, Collection
from math import inf
from threading import Lock

from firmware_bridge.samples import Side
from firmware_bridge.source import Kind
from legcycle_imu.announced import GO_ON, REST, STOP, Announced, effect_s, mark_of, within
from legcycle_imu.broadcast import Passed
from legcycle_imu.drill_standing import Standing, counted
from legcycle_imu.drills import RULES, Drill, DrillSession, Repetition
from legcycle_imu.passage import Passage
from legcycle_imu.runner import LegGeometry
from legcycle_imu.targets import Targets

Mark = Callable[[int, str], object]
"""Takes a mark: session time in ns, and what it says."""
LATE_S = 1.0
"""What was measured before a drill's end has come so long after it, s."""


class Drilling:
    """Counts a drill while a session passes. May be used from any thread.

    Parameters
    ----------
    drill : which
    waits : it begins with the first calibration that is made in the session; else with the session
    """

    def __init__(self, drill: Drill, *, waits: bool = False) -> None:
        self.drill = drill
        self._waits = waits
        self._lock = Lock()
        self._mark: Mark = lambda _at_ns, _text: None
        self._sides: Collection[Side] = tuple(Side)
        self._geometry: LegGeometry | None = None
        self._targets: Targets | None = None
        self._arrived_s = 0.0
        self._span = Announced(drill, inf)
        self._session: DrillSession | None = None
        self._repetitions: list[Repetition] = []
        self._standing = Standing(RULES[drill])

    def prepare(self, passage: Passage, mark: Mark | None = None) -> None:
        """Take whose legs are measured, before anything passes.

        Parameters
        ----------
        passage : the session
        mark : takes the marks that announce the drill; None: nothing is recorded
        """
        self._sides, self._geometry = tuple(passage.pipeline.legs), passage.runner.geometry
        self._targets = passage.config.targets
        self._mark = mark or self._mark

    @property
    def standing(self) -> Standing:
        """How the drill stands."""
        return self._standing

    def start(self) -> None:
        """Begin, or begin anew: what was counted before counts no more."""
        with self._lock:
            self._begin()

    def rest(self) -> None:
        """Stop the count, or go on with it."""
        with self._lock:
            if self._session is None or self._standing.done:
                return
            resting = self._span.resting
            at_s = self._set_mark(GO_ON if resting else REST)
            self._span = self._span.gone_on(at_s) if resting else self._span.rested(at_s)
            self._tell()

    def end(self) -> None:
        """End it; what is left of the session is not counted."""
        with self._lock:
            if self._session is not None and self._span.end_s == inf:
                self._span = self._span._replace(end_s=self._set_mark(STOP))
                self._tell()

    def take(self, step: Passed) -> None:
        """Take what passes."""
        with self._lock:
            self._arrived_s = max(self._arrived_s, step.arrived_s)
            if self._session is None and self._may_begin(step):
                self._begin()
            if self._session is not None:
                self._repetitions += self._session.push(within(step.update, self._span))
                self._tell()
                if self._arrived_s > self._span.end_s + LATE_S:
                    self._flush()

    def flush(self) -> Standing:
        """Give how it stands in the end; the session is over."""
        with self._lock:
            self._flush()
            return self._standing

    def _may_begin(self, step: Passed) -> bool:
        if self._span.end_s < inf:
            return False
        return any(chunk.kind is Kind.CALIBRATION for chunk in step.chunks) if self._waits else bool(step.chunks)

    def _begin(self) -> None:
        self._span = Announced(self.drill, self._set_mark(mark_of(self.drill)))
        self._session = DrillSession(self.drill, self._sides, geometry=self._geometry, targets=self._targets)
        self._repetitions = []
        self._tell()

    def _flush(self) -> None:
        if self._session is not None:
            self._repetitions += self._session.flush()
            self._tell()
            self._session = None

    def _set_mark(self, text: str) -> float:
        """Set a mark now; give when it takes effect, s."""
        at_ns = round(self._arrived_s * 1e9)
        self._mark(at_ns, text)
        return effect_s(at_ns)

    def _tell(self) -> None:
        assert self._session is not None
        rule, view = self._session.rule, self._session.view()
        self._standing = Standing(
            rule,
            view,
            counted(rule, view, self._repetitions),
            self._span.resting,
            self._span.end_s < inf,
        )


def replayed(passage: Passage, drill: Announced) -> Standing:
    """Let a recording pass, and give how the drill in it stood in the end."""
    session = DrillSession(
        drill.drill,
        tuple(passage.pipeline.legs),
        geometry=passage.runner.geometry,
        targets=passage.config.targets,
    )
    repetitions: list[Repetition] = []
    for update in passage:
        repetitions += session.push(within(update, drill))
    repetitions += session.flush()
    rule, view = session.rule, session.view()
    return Standing(rule, view, counted(rule, view, repetitions), drill.resting, drill.end_s < inf)
