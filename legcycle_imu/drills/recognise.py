"""What a recording holds where nobody said so: drills, running, walking, marching.

Every movement of a standing leg is of one kind by what it measures; a row of them is a drill if most of them are of
that drill's kind. Flicks of who lies are flicks. What strides there are is running or walking, unless it lies within a
drill: the leg of who does a drill looks like a walking one to detectors that were made for strides.
"""

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from math import inf
from typing import NamedTuple

from firmware_bridge.samples import Placement, Segment, Side
from legcycle_imu.angle_grid import AnglesResampler, GridSettings
from legcycle_imu.drills.judging import judged
from legcycle_imu.drills.kinds import Drill, DrillSettings
from legcycle_imu.drills.measured import Measured
from legcycle_imu.drills.movement import Row
from legcycle_imu.drills.prone import ProneLegs
from legcycle_imu.drills.repetition import Repetition
from legcycle_imu.drills.rows import rows_of
from legcycle_imu.drills.running import Bout, Bouts
from legcycle_imu.drills.standing import Single, StandingLegs, repetition_of
from legcycle_imu.model import Stride, Update
from legcycle_imu.personal_band import is_drill
from legcycle_imu.runner import LegGeometry

REMEMBERED = 20
"""Drills that are remembered, for strides that lie within them: strides are known some seconds later at most."""


class Activity(StrEnum):
    """What a stretch of a recording is; the drills have the names of `Drill`."""

    HEEL_DRAG = "heel-drag"
    PRONE_FLICKS = "prone-flicks"
    PUSH_LIFT = "push-lift"
    PUSH_LIFT_DRIVE = "push-lift-drive"
    RUN_30M = "run-30m"
    RUNNING = "running"
    WALKING = "walking"
    MARCHING = "marching"


class Span(NamedTuple):
    """A stretch of a recording.

    Attributes
    ----------
    activity : what was done; what lies between spans is standing, or nothing that is known
    start_s, end_s : session time, s
    t_known : stream time at which it was known, s
    repetitions : of a drill, numbered by leg; empty for anything else
    strides : of both legs, of running and walking
    """

    activity: Activity
    start_s: float
    end_s: float
    t_known: float
    repetitions: tuple[Repetition, ...] = ()
    strides: int = 0

    @property
    def drill(self) -> Drill | None:
        """Which drill; None where it is none."""
        return Drill(self.activity.value) if self.activity.value in set(Drill) else None


@dataclass(frozen=True, slots=True)
class RecogniseSettings:
    """When a row of movements is a drill.

    Parameters
    ----------
    rate_hz : of the grid on which angles are looked at: half of what a drill that was announced is measured with
    gap_s : movements further apart belong to different stretches
    least : fewest repetitions that make a drill
    share : least share of them that are of its kind
    short_run_s : shorter runs are repetitions of 30 m; 30 m take 4 to 10 s
    drills : rules by which repetitions are judged, and how they are found
    """

    rate_hz: float = 50.0
    gap_s: float = 8.0
    least: int = 3
    share: float = 0.6
    short_run_s: float = 13.0
    drills: DrillSettings = field(default_factory=DrillSettings)


def kind_of(values: Measured) -> Activity | None:
    """Tell by one movement what is being done; None where it may be anything."""
    if values.drive_deg >= 45.0:
        pushed = values.push_deg >= 6.0 or values.heel_lift_cm > -15.0
        return Activity.PUSH_LIFT_DRIVE if pushed else Activity.MARCHING
    if values.bend_deg >= 50.0:
        return Activity.PUSH_LIFT
    return Activity.HEEL_DRAG if values.push_deg >= 6.0 or values.heel_travel_cm >= 10.0 else None


class _Row(NamedTuple):
    """One movement or flick, what it looks like, and when."""

    activity: Activity
    start: float
    end: float
    single: Single | None
    flick: Repetition | None


class Recogniser:
    """Find the drills in what the pipeline finds. Streaming; any cutting of the updates gives the same.

    Parameters
    ----------
    sides : legs that are measured
    geometry : lengths of the leg
    settings : see `RecogniseSettings`
    """

    def __init__(
        self,
        sides: Collection[Side] = tuple(Side),
        geometry: LegGeometry | None = None,
        settings: RecogniseSettings | None = None,
    ) -> None:
        self.settings = s = settings or RecogniseSettings()
        self._sides = tuple(side for side in Side if side in sides)
        worn = [Placement(side, segment) for side in self._sides for segment in Segment]
        self._grid = AnglesResampler(worn, GridSettings(rate_hz=s.rate_hz))
        self._standing = StandingLegs(self._sides, geometry or LegGeometry(), s.drills.movement)
        self._prone = ProneLegs(s.drills.rules[Drill.PRONE_FLICKS], self._sides, s.drills.flicks)
        self._row: list[_Row] = []
        self._drilled: list[tuple[float, float]] = []
        self._bouts = {walking: Bouts(s.drills.runs) for walking in (False, True)}

    def push(self, update: Update) -> list[Span]:
        """Take what became known, give the stretches that are over."""
        for stride in update.strides:
            self._see(stride)
        spans: list[Span] = []
        for time, rows in rows_of(self._grid.push(update.angles), self._sides):
            spans += self._advance(time, rows)
        return spans

    def flush(self) -> list[Span]:
        """Give what was under way; the stream has ended."""
        spans: list[Span] = []
        for time, rows in rows_of(self._grid.flush(), self._sides):
            spans += self._advance(time, rows)
        return spans + self._close(self._row[-1].end if self._row else 0.0) + self._runs(inf)

    def _see(self, stride: Stride) -> None:
        if not is_drill(stride):
            self._bouts["walk" in stride.flags].see(stride)

    def _advance(self, time: float, rows: Mapping[Side, Row]) -> list[Span]:
        spans = []
        if self._row and time > self._row[-1].end + self.settings.gap_s:
            spans += self._close(time)
        singles = [(single, kind_of(single.values)) for single in self._standing.push(rows)]
        self._row += [_Row(kind, one.start, one.end, one, None) for one, kind in singles if kind is not None]
        flicks = self._prone.push(rows)
        self._row += [_Row(Activity.PRONE_FLICKS, one.start_s, one.end_s, None, one) for one in flicks]
        spans += self._changed(time)
        return spans + self._runs(time)

    def _changed(self, time: float) -> list[Span]:
        """Close a row where two movements in a row are of another kind than most before them."""
        if len(self._row) < 3:
            return []
        *before, last, newest = self._row
        if last.activity is not newest.activity or before[-1].activity is newest.activity:
            return []
        if newest.activity is _most(before).activity:
            return []
        self._row = before
        spans = self._close(time)
        self._row = [last, newest]
        return spans

    def _close(self, time: float) -> list[Span]:
        row, self._row = self._row, []
        s = self.settings
        if len(row) < s.least:
            return []
        most = _most(row)
        if most.times < s.share * len(row):
            return []
        repetitions = self._repetitions(most.activity, row)
        self._drilled = [*self._drilled[-REMEMBERED:], (row[0].start, row[-1].end)]
        return [Span(most.activity, row[0].start, row[-1].end, time, repetitions)]

    def _repetitions(self, activity: Activity, row: list[_Row]) -> tuple[Repetition, ...]:
        if activity is Activity.MARCHING:
            return ()
        rule = self.settings.drills.rules[Drill(activity.value)]
        found = [one.flick or (repetition_of(one.single, rule) if one.single else None) for one in row]
        numbers: Counter[Side | None] = Counter()
        repetitions = []
        for one in found:
            if one is not None and one.drill is rule.drill:
                numbers[one.side] += 1
                repetitions.append(judged(one._replace(number=numbers[one.side]), rule, one.faults))
        return tuple(repetitions)

    def _runs(self, time: float) -> list[Span]:
        """Give the runs and walks that are over, and that no drill explains."""
        spans: list[Span] = []
        settled = min((one.start for one in self._row), default=inf)
        for walking, bouts in self._bouts.items():
            over = bouts.pull(min(time, settled))
            spans += [self._span(bout, walking=walking, time=time) for bout in over if not self._explained(bout)]
        return sorted(spans, key=lambda span: (span.start_s, span.end_s))

    def _explained(self, bout: Bout) -> bool:
        """Tell whether a drill lies there."""
        return any(start < bout.end and bout.start < end for start, end in self._drilled)

    def _span(self, bout: Bout, *, walking: bool, time: float) -> Span:
        short = bout.end - bout.start < self.settings.short_run_s
        running = Activity.RUN_30M if short else Activity.RUNNING
        known = time if time < inf else bout.end
        return Span(Activity.WALKING if walking else running, bout.start, bout.end, known, strides=bout.strides)


class _Most(NamedTuple):
    activity: Activity
    times: int


def _most(row: list[_Row]) -> _Most:
    return _Most(*Counter(one.activity for one in row).most_common(1)[0])
