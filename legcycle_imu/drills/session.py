"""A drill as it is done: repetitions counted and judged, turns, sets and times.

Streaming: `push(update)` gives the repetitions that became known, `view()` how the drill stands.
"""

from collections.abc import Collection, Mapping
from math import nan

from firmware_bridge.samples import Placement, Segment, Side
from legcycle_imu.angle_grid import AngleRows, AnglesResampler, GridSettings
from legcycle_imu.drills.faults import Fault
from legcycle_imu.drills.judging import judged
from legcycle_imu.drills.kinds import Drill, DrillSettings, Posture
from legcycle_imu.drills.movement import Row
from legcycle_imu.drills.pace import Pace
from legcycle_imu.drills.prone import ProneLegs
from legcycle_imu.drills.repetition import Repetition
from legcycle_imu.drills.rows import rows_of
from legcycle_imu.drills.running import Runs
from legcycle_imu.drills.saying import RUNNING, sentence
from legcycle_imu.drills.standing import StandingLegs, repetition_of
from legcycle_imu.drills.tally import Alternation, Tally
from legcycle_imu.drills.view import DrillState, DrillView
from legcycle_imu.model import Update
from legcycle_imu.runner import LegGeometry
from legcycle_imu.targets import Targets

SILENT_S = 2.0
"""A sensor so far behind the others is not waited for. A stream whose sensors are further apart than this is the one
case in which what is found depends on how it was cut."""


class DrillSession:
    """One drill, from what the pipeline finds. Streaming; any cutting of the updates gives the same.

    Parameters
    ----------
    drill : which
    sides : legs that are measured
    settings : see `DrillSettings`
    geometry : lengths of the leg
    targets : what strides of a run are held against
    """

    def __init__(
        self,
        drill: Drill,
        sides: Collection[Side] = tuple(Side),
        settings: DrillSettings | None = None,
        geometry: LegGeometry | None = None,
        targets: Targets | None = None,
    ) -> None:
        self.settings = settings or DrillSettings()
        self.rule = self.settings.rules[drill]
        self._sides = tuple(side for side in Side if side in sides)
        if not self._sides:
            raise ValueError("expected at least one leg that is measured, got none")
        worn = [Placement(side, segment) for side in self._sides for segment in Segment]
        self._grid = AnglesResampler(worn, GridSettings(silent_s=SILENT_S))
        self._pace = Pace(self.rule, self._sides)
        self._runs = Runs(self.rule, geometry, targets, self.settings.runs)
        self._standing = StandingLegs(self._sides, geometry or LegGeometry(), self.settings.movement)
        self._prone = ProneLegs(self.rule, self._sides, self.settings.flicks)
        self._tally = {side: Tally() for side in self._sides}
        self._all = Tally()
        self._alternation = Alternation()
        self._last: Repetition | None = None

    def push(self, update: Update) -> list[Repetition]:
        """Take what became known, give the repetitions that this settles."""
        if self.rule.posture is Posture.RUNNING:
            for stride in update.strides:
                self._runs.see(stride)
        return self._through(self._grid.push(update.angles))

    def flush(self) -> list[Repetition]:
        """Give what was held back; the stream has ended."""
        found = self._through(self._grid.flush())
        return found + [self._noted(one) for one in self._runs.flush()]

    def view(self) -> DrillView:
        """Give how the drill stands."""
        rule, pace, everything = self.rule, self._pace.state, self._all
        return DrillView(
            drill=rule.drill,
            title=rule.title,
            instruction=rule.instruction,
            state=DrillState.GOING if self._running else pace.state,
            now_s=pace.now_s,
            side=pace.side,
            count=pace.repetitions,
            goal=rule.repetitions,
            set_number=pace.set_number,
            sets=rule.sets,
            time_left_s=self._pace.time_left_s,
            sentence=RUNNING if self._running else sentence(rule, pace, self._last),
            last=self._last,
            pass_pct=everything.pass_pct,
            alternation_pct=self._alternation.pct if rule.alternation and len(self._sides) > 1 else nan,
            interval_s=everything.interval_s,
            variation_pct=everything.variation_pct,
            legs={side: tally.count(pace.seconds.get(side, 0.0)) for side, tally in self._tally.items()},
        )

    def _through(self, rows: AngleRows) -> list[Repetition]:
        found: list[Repetition] = []
        for time, legs in rows_of(rows, self._sides):
            new = self._find(time, legs)
            self._pace.tick(time, moving=self._moving)
            found += [self._noted(one) for one in new]
        return found

    def _find(self, time: float, rows: Mapping[Side, Row]) -> list[Repetition]:
        match self.rule.posture:
            case Posture.STANDING:
                singles = self._standing.push(rows)
                return [one for one in (repetition_of(single, self.rule) for single in singles) if one is not None]
            case Posture.PRONE:
                return self._prone.push(rows)
            case Posture.RUNNING:
                return self._runs.pull(time)

    @property
    def _running(self) -> bool:
        """Whether a run is under way; it counts only once it is over."""
        return self._runs.moving and self._pace.state.state is not DrillState.DONE

    @property
    def _moving(self) -> bool:
        match self.rule.posture:
            case Posture.STANDING:
                return self._standing.moving
            case Posture.PRONE:
                return self._prone.moving
            case Posture.RUNNING:
                return self._runs.moving

    def _noted(self, repetition: Repetition) -> Repetition:
        """Give a repetition its number and verdict, and count it."""
        wrong = self._pace.is_wrong(repetition.side, repetition.start_s)
        tally = self._all if repetition.side is None else self._tally[repetition.side]
        faults = ((Fault.WRONG_SIDE,) if wrong else ()) + repetition.faults
        one = judged(repetition._replace(number=tally.repetitions + 1), self.rule, faults)
        if self._pace.state.state is not DrillState.DONE:
            self._all.add(one)
            if one.side is not None:
                tally.add(one)
                self._alternation.add(one.side)
        self._pace.note(one.side, one.start_s, wrong=wrong)
        self._last = one
        return one
