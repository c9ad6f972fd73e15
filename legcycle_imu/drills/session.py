"""A drill as it is done: repetitions counted and judged, turns, sets and times.

Streaming: `push(update)` gives the repetitions that became known, `view()` how the drill stands.
"""

from collections.abc import Collection
from math import inf, nan

from firmware_bridge.samples import Side
from legcycle_imu.drills.kinds import Drill, DrillSettings
from legcycle_imu.drills.repetition import Repetition
from legcycle_imu.drills.view import DrillState, DrillView, LegCount
from legcycle_imu.model import Update
from legcycle_imu.runner import LegGeometry
from legcycle_imu.targets import Targets


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
        self.rule = (settings or DrillSettings()).rules[drill]
        self._sides = tuple(side for side in Side if side in sides)

    def push(self, update: Update) -> list[Repetition]:
        """Take what became known, give the repetitions that this settles."""
        return []

    def flush(self) -> list[Repetition]:
        """Give what was held back; the stream has ended."""
        return []

    def view(self) -> DrillView:
        """Give how the drill stands."""
        rule = self.rule
        return DrillView(
            rule.drill,
            rule.title,
            rule.instruction,
            DrillState.READY,
            -inf,
            None,
            0,
            rule.repetitions,
            1,
            rule.sets,
            rule.seconds,
            rule.instruction,
            None,
            nan,
            nan,
            nan,
            nan,
            {side: LegCount(0, 0, 0, nan, nan, 0.0) for side in self._sides},
        )
