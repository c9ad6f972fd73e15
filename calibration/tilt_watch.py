"""Whether one sensor of a leg has tilted: thigh and shank stand otherwise to each other, and nothing else changed."""

from typing import NamedTuple

from calibration.slip import SlipSettings, Usual
from calibration.turn_watch import Watched
from firmware_bridge.samples import Segment

_WAYS = 7
"""Ways of running that are remembered beside the last one: walk, jog, stride out, sprint, and some."""


class _Pair(NamedTuple):
    """Thigh and shank over about the same stride.

    Attributes
    ----------
    duration, thigh_spread, shank_spread : what must be as usual for a tilt to be told
    thigh_mean, shank_mean : mean angles, rad
    thigh_lean, shank_lean : how far the mean force leaned sideways, rad
    """

    duration: float
    thigh_spread: float
    shank_spread: float
    thigh_mean: float
    shank_mean: float
    thigh_lean: float
    shank_lean: float

    @classmethod
    def of(cls, thigh: Watched, shank: Watched) -> "_Pair":
        return cls(
            0.5 * (thigh.seen.duration + shank.seen.duration),
            thigh.seen.spread,
            shank.seen.spread,
            thigh.mean,
            shank.mean,
            thigh.lean,
            shank.lean,
        )

    @property
    def bend(self) -> float:
        """Mean angle between thigh and shank, rad: speeding up, which tilts the force on both, cancels."""
        return self.thigh_mean - self.shank_mean

    @property
    def lean(self) -> float:
        """How differently the force leans sideways on them, rad: a bend cancels."""
        return self.thigh_lean - self.shank_lean

    def less(self, other: "_Pair") -> "_Pair":
        """Give the differences from another."""
        return _Pair._make([a - b for a, b in zip(self, other, strict=True)])


class Tilt(NamedTuple):
    """A segment whose sensor has tilted: since when, s, and by how much, rad."""

    segment: Segment
    since: float
    angle: float


class TiltWatch:
    """Whether one sensor of a leg has tilted since its calibration. Streaming, stride by stride of both segments.

    What the force does to both segments - speeding up, a bend - cancels in what differs between them.
    """

    def __init__(self, settings: SlipSettings | None = None) -> None:
        self.settings = settings or SlipSettings()
        self._last: dict[Segment, Watched] = {}
        self._usual = Usual(self.settings.memory)
        self._known: list[Usual] = []
        self._strange = 0
        self._deviating: list[tuple[float, _Pair]] = []

    def push(self, segment: Segment, watched: Watched) -> Tilt | None:
        """Take a stride of one segment that was looked at; give the tilt that it settles."""
        if watched.deviates or not self.settings.counts(watched.seen):
            return None
        self._last[segment] = watched
        if len(self._last) < len(Segment):
            return None
        thigh, shank = self._last[Segment.THIGH], self._last[Segment.SHANK]
        if abs(thigh.seen.known - shank.seen.known) > self.settings.together_s:
            return None
        pair = _Pair.of(thigh, shank)
        change = self._change(pair)
        if change is None:
            self._deviating.clear()
            return None
        self._deviating.append((watched.seen.start, change))
        return self._settled()

    def _change(self, pair: _Pair) -> _Pair | None:
        """Give how a pair differs from the usual where it does in what a tilt changes, and in nothing else."""
        s = self.settings
        known = self._usual.count
        usual = _Pair._make(self._usual.values) if known else pair
        if not self._alike(pair, usual):
            self._strange += 1
            if known < s.learned or self._strange >= s.in_a_row:
                self._begin(pair)
            return None
        self._strange = 0
        tilted = abs(pair.bend - usual.bend) > s.tilted_rad or abs(pair.lean - usual.lean) > s.leant_rad
        if tilted and known >= s.learned:
            return pair.less(usual)
        self._usual.follow(pair)
        if self._usual.count == s.learned:
            self._remember()
        return None

    def _alike(self, pair: _Pair, usual: _Pair) -> bool:
        """Tell whether two pairs are of the same way of running, by what a tilt does not change."""
        s = self.settings
        return (
            abs(pair.duration - usual.duration) <= s.alike_duration * usual.duration
            and abs(pair.thigh_spread - usual.thigh_spread) <= s.alike_spread * usual.thigh_spread
            and abs(pair.shank_spread - usual.shank_spread) <= s.alike_spread * usual.shank_spread
        )

    def _begin(self, pair: _Pair) -> None:
        """Learn another way of running."""
        self._usual = Usual(self.settings.memory)
        self._usual.follow(pair)
        self._strange = 0

    def _remember(self) -> None:
        """Go by what was learned of this way of running when it was met before; else remember it from now on."""
        now = _Pair._make(self._usual.values)
        for known in self._known:
            if self._alike(now, _Pair._make(known.values)):
                self._usual = known
                return
        self._known = [*self._known[-_WAYS:], self._usual]

    def _settled(self) -> Tilt | None:
        """Give the tilt, once enough sightings in a row agree; what is usual is then learned anew."""
        s = self.settings
        self._deviating = self._deviating[-s.sightings :]
        if len(self._deviating) < s.sightings:
            return None
        since, changes = self._deviating[0][0], [change for _, change in self._deviating]
        mean = _Pair._make(sum(column) / len(changes) for column in zip(*changes, strict=True))
        forward = abs(mean.bend) / s.tilted_rad >= abs(mean.lean) / s.leant_rad
        seen = [change.bend if forward else change.lean for change in changes]
        if max(seen) - min(seen) > s.agree_rad:
            return None
        thigh, shank = (mean.thigh_mean, mean.shank_mean) if forward else (mean.thigh_lean, mean.shank_lean)
        of_thigh = abs(thigh) >= abs(shank)
        self._usual, self._known = Usual(s.memory), []
        self._deviating.clear()
        return Tilt(Segment.THIGH if of_thigh else Segment.SHANK, since, thigh if of_thigh else shank)
