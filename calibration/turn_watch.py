"""Whether a sensor has turned round the leg: the plane that the vertical sweeps in its frame has turned."""

from statistics import median
from typing import NamedTuple

from calibration.slip import SlipSettings, Usual
from calibration.swept_plane import Sighting


class Watched(NamedTuple):
    """A stride of one segment that was looked at.

    Attributes
    ----------
    seen : what it showed
    mean, lean : mean angle, and how far the mean force leaned sideways, in the frame as it was known to sit; rad
    deviates : whether it and the one before show the sensor turned
    turned : by how much it has turned, rad; None but where this stride settled that
    """

    seen: Sighting
    mean: float
    lean: float
    deviates: bool = False
    turned: float | None = None


class TurnWatch:
    """Whether one sensor has turned round the leg since its calibration. Streaming, stride by stride.

    Nothing but the segment's own strides decides, so that a turn can hold from the very sample on that settled it.
    """

    def __init__(self, settings: SlipSettings | None = None) -> None:
        self.settings = settings or SlipSettings()
        self.turn = 0.0
        """By how much the calibrated frame is to be turned about y, rad."""
        self._first: list[float] = []
        self._reference = 0.0
        self._usual = Usual(self.settings.memory)
        self._deviating: list[Sighting] = []
        self._passed = 0
        self._alert = False

    def wants(self) -> bool:
        """Tell whether the next stride is to be looked at: every so many, and all while something is odd."""
        self._passed += 1
        learning = len(self._first) < self.settings.learned
        return learning or self._alert or self._passed >= self.settings.every

    def push(self, seen: Sighting) -> Watched:
        """Take the next stride that was looked at."""
        s = self.settings
        self._passed = 0
        watched = Watched(seen, *seen.pose(self.turn))
        if not s.counts(seen):
            self._deviating.clear()
            self._alert = False
            return watched
        self._alert = self._is_odd(watched)
        if len(self._first) < s.learned:
            self._first.append(seen.turn)
            self._reference = median(self._first)
            return watched
        if abs(self._deviation(seen)) <= s.turned_rad:
            self._deviating.clear()
            return watched
        self._alert = True
        if self._deviating and abs(seen.turn - self._deviating[-1].turn) > s.agree_rad:
            self._deviating.clear()
        self._deviating.append(seen)
        turned = self._settled()
        return watched._replace(deviates=len(self._deviating) > 1, turned=turned)

    def vertical(self) -> tuple[float, float, float]:
        """Give the direction of the mean force over the strides that settled the last turn, in the drifting frame."""
        x, y, z = (sum(column) for column in zip(*(seen.up for seen in self._deviating), strict=True))
        size = (x * x + y * y + z * z) ** 0.5
        return (x / size, y / size, z / size)

    def _is_odd(self, watched: Watched) -> bool:
        """Tell whether mean or lean are unlike the last strides': the sensor may have tilted."""
        s, now = self.settings, (watched.mean, watched.lean)
        usual = self._usual.values or now
        self._usual.follow(now)
        return abs(now[0] - usual[0]) > 0.5 * s.tilted_rad or abs(now[1] - usual[1]) > 0.5 * s.leant_rad

    def _deviation(self, seen: Sighting) -> float:
        return seen.turn - self._reference - self.turn

    def _settled(self) -> float | None:
        """Give by how much the sensor has turned, once enough strides in a row agree."""
        s = self.settings
        self._deviating = self._deviating[-s.in_a_row :]
        turns = [self._deviation(seen) for seen in self._deviating]
        if len(turns) < s.in_a_row or max(turns) - min(turns) > s.agree_rad:
            return None
        turned = sum(turns) / len(turns)
        self.turn += turned
        return turned
