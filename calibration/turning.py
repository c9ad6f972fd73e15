"""What a gyroscope integrates to between one rest on the table and the next."""

from dataclasses import dataclass, field
from math import cos, hypot, radians, sqrt
from statistics import median

from calibration.lying import Moment
from calibration.model import Triple
from calibration.turns import Turn, TurnSettings, turn_of


@dataclass(frozen=True, slots=True)
class TurningSettings:
    """When a turn is one.

    Parameters
    ----------
    same_up_rad : the sensor lies as before a turn up to here
    least_turn_rad : less is no turn but a nudge
    turn : what counts as whole turns
    """

    same_up_rad: float = radians(4.0)
    least_turn_rad: float = radians(60.0)
    turn: TurnSettings = field(default_factory=TurnSettings)


class Turning:
    """Integrate from rest to rest.

    Parameters
    ----------
    settings : see `TurningSettings`
    """

    def __init__(self, settings: TurningSettings) -> None:
        self._settings = settings
        self._up: Triple | None = None
        self._bias: Triple = (0.0, 0.0, 0.0)
        self._angle: Triple = (0.0, 0.0, 0.0)
        self._duration_s = 0.0
        self._clipped = False
        self._broken = False

    def see(self, moment: Moment) -> None:
        """Integrate on."""
        x, y, z = (a + b * moment.duration_s for a, b in zip(self._angle, moment.gyr, strict=True))
        self._angle = x, y, z
        self._duration_s += moment.duration_s
        self._clipped |= moment.clipped
        self._broken |= moment.begins

    def lies(self, acc: Triple, lain: list[Moment]) -> Turn | str | None:
        """Give what was turned since the last rest: whole turns, why it is none, or None where nothing was meant.

        Parameters
        ----------
        acc : mean specific force of this rest
        lain : its moments; the next turn is integrated from the first of them on
        """
        before, bias = self._up, middle([each.gyr for each in lain])
        drift = mean([self._bias, bias])
        x, y, z = (a - b * self._duration_s for a, b in zip(self._angle, drift, strict=True))
        clipped, broken = self._clipped, self._broken
        self._up, self._bias = acc, bias
        self._begin(lain)
        if before is None or _cosine(before, acc) < cos(self._settings.same_up_rad):
            return None  # laid down anew
        if hypot(x, y, z) < self._settings.least_turn_rad:
            return None
        if broken:
            return "samples were lost while it was turned"
        if clipped:
            return "it was turned faster than it can measure"
        if abs(_cosine((x, y, z), acc)) < cos(self._settings.turn.largest_tilt_rad):
            return "it was lifted or tilted while it was turned"
        return turn_of((x, y, z), self._settings.turn)

    def _begin(self, lain: list[Moment]) -> None:
        self._angle = (0.0, 0.0, 0.0)
        self._duration_s = 0.0
        self._clipped = self._broken = False
        for moment in lain:
            self.see(moment)
        self._broken = False  # a rest that was there has no gap in it, but perhaps before it


def mean(vectors: list[Triple]) -> Triple:
    """Give the mean of vectors."""
    x, y, z = (sum(column) / len(vectors) for column in zip(*vectors, strict=True))
    return x, y, z


def middle(vectors: list[Triple]) -> Triple:
    """Give the median, to which one moment of a turn that begins slowly means nothing."""
    x, y, z = (median(column) for column in zip(*vectors, strict=True))
    return x, y, z


def apart(a: Triple, b: Triple) -> float:
    """Give the distance of two vectors."""
    return sqrt(sum((p - q) ** 2 for p, q in zip(a, b, strict=True)))


def _cosine(a: Triple, b: Triple) -> float:
    size = hypot(*a) * hypot(*b)
    return sum(p * q for p, q in zip(a, b, strict=True)) / size if size else 0.0
