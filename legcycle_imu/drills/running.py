"""Runs that start and stop by themselves: rows of running strides between standing and walking."""

from dataclasses import dataclass, field
from math import inf, nan

from legcycle_imu.cycle import Phase
from legcycle_imu.drills.finding import RunSettings
from legcycle_imu.drills.kinds import Drill, DrillRule
from legcycle_imu.drills.repetition import Repetition
from legcycle_imu.model import Stride
from legcycle_imu.personal_band import is_drill
from legcycle_imu.runner import LegGeometry
from legcycle_imu.targets import Judge, Targets


@dataclass(slots=True)
class Bout:
    """A run under way, or over and not given out yet."""

    start: float
    end: float
    strides: int = 0
    hits: dict[Phase, int] = field(default_factory=dict)
    known: dict[Phase, int] = field(default_factory=dict)
    flags: frozenset[str] = frozenset()

    def share_pct(self, phase: Phase) -> float:
        """Give the share of strides that reached a phase's target, %."""
        known = self.known.get(phase, 0)
        return 100.0 * self.hits.get(phase, 0) / known if known else nan


class Bouts:
    """Rows of strides without a gap. Streaming; strides first, then how far the stream has come.

    Parameters
    ----------
    settings : see `RunSettings`
    """

    def __init__(self, settings: RunSettings | None = None) -> None:
        self.settings = settings or RunSettings()
        self._bouts: list[Bout] = []

    @property
    def any(self) -> bool:
        """Whether one is under way or has just ended."""
        return bool(self._bouts)

    def see(self, stride: Stride) -> Bout:
        """Take the next stride of either leg, give the bout that it is of."""
        bout = self._bouts[-1] if self._bouts else None
        if bout is None or stride.initial_contact_s > bout.end + self.settings.gap_s:
            bout = Bout(stride.initial_contact_s, stride.next_initial_contact_s)
            self._bouts.append(bout)
        bout.start = min(bout.start, stride.initial_contact_s)
        bout.end = max(bout.end, stride.next_initial_contact_s)
        bout.strides += 1
        bout.flags |= stride.flags & {"gap"}
        return bout

    def pull(self, time: float) -> list[Bout]:
        """Give the bouts of enough strides that are over at a stream time, s."""
        s = self.settings
        over = [bout for bout in self._bouts if bout.end + s.patience_s <= time]
        self._bouts = [bout for bout in self._bouts if bout.end + s.patience_s > time]
        return [bout for bout in over if bout.strides >= s.least_strides]


class Runs:
    """Find the runs. Streaming, as `Bouts`.

    Parameters
    ----------
    rule : of the drill
    geometry, targets : what strides are held against
    settings : see `RunSettings`
    """

    def __init__(
        self,
        rule: DrillRule,
        geometry: LegGeometry | None = None,
        targets: Targets | None = None,
        settings: RunSettings | None = None,
    ) -> None:
        self._rule = rule
        self._judge = Judge(targets, geometry)
        self._bouts = Bouts(settings)

    @property
    def moving(self) -> bool:
        """Whether a run is under way or has just ended."""
        return self._bouts.any

    def see(self, stride: Stride) -> None:
        """Take the next stride of either leg; walking and drills on the spot do not count."""
        if "walk" in stride.flags or is_drill(stride):
            return
        bout = self._bouts.see(stride)
        for verdict in self._judge.push(stride):
            if verdict.hit is not None:
                bout.known[verdict.phase] = bout.known.get(verdict.phase, 0) + 1
                bout.hits[verdict.phase] = bout.hits.get(verdict.phase, 0) + verdict.hit

    def pull(self, time: float) -> list[Repetition]:
        """Give the runs that are over at a stream time, s; they have no number yet."""
        return [self._repetition(bout, time) for bout in self._bouts.pull(time)]

    def flush(self) -> list[Repetition]:
        """Give the run under way; the stream has ended."""
        return self.pull(inf)

    def _repetition(self, bout: Bout, time: float) -> Repetition:
        known = min(bout.end + self._bouts.settings.patience_s, time)
        return Repetition(
            self._rule.drill,
            None,
            0,
            bout.start,
            bout.end,
            known,
            strides=bout.strides,
            lift_hit_pct=bout.share_pct(Phase.LIFT),
            drive_hit_pct=bout.share_pct(Phase.DRIVE),
            flags=bout.flags | ({"hill"} if self._rule.drill is Drill.HILL else set()),
        )
