"""Who runs: the lengths that are known of a runner, and the leg geometry that follows from them."""

import re
from dataclasses import dataclass
from math import isnan, nan
from typing import NamedTuple

THIGH_OF_HEIGHT = 0.228
"""Hip centre to knee centre by body height: mean joint centres of 13 runners, SD 0.008."""
SHANK_OF_HEIGHT = 0.236
"""Knee centre to ankle centre by body height: the same runners, SD 0.006."""
HEEL_BELOW_ANKLE_OF_HEIGHT = 0.032
"""Shod heel below the ankle centre, along the shank, by body height: at peak heel lift, SD 0.007."""
HEEL_BEHIND_ANKLE_OF_HEIGHT = 0.051
"""Shod heel behind the ankle centre, across the shank, by body height: at peak heel lift, SD 0.004."""


class _Range(NamedTuple):
    """Values of a body length that a person can have, m."""

    name: str
    low: float
    high: float


PLAUSIBLE: dict[str, _Range] = {
    "height_m": _Range("body height", 1.0, 2.5),
    "thigh_m": _Range("thigh (hip to knee)", 0.2, 0.7),
    "shank_m": _Range("shank (knee to ankle)", 0.2, 0.7),
}
"""What a typed length is held against; wide enough for a child of 1 m and a person of 2.5 m."""
WORD = re.compile(r"[^\W\d_]+")
INNER_CAPITAL = re.compile(r"(?<=[a-zß-ÿ])(?=[A-ZÀ-Þ])")
"""Where a word begins in the middle of another: AnnaMuster."""


@dataclass(frozen=True, slots=True)
class LegGeometry:
    """Lengths of one leg; the two heel ratios are always known, the lengths may not be.

    Parameters
    ----------
    thigh_m : hip centre to knee centre, m; NaN where not known
    shank_m : knee centre to ankle centre, m; NaN where not known
    heel_below : heel below the ankle centre, along the shank, as a share of the shank's length
    heel_behind : heel behind the ankle centre, across the shank, as a share of the shank's length
    """

    thigh_m: float = nan
    shank_m: float = nan
    heel_below: float = HEEL_BELOW_ANKLE_OF_HEIGHT / SHANK_OF_HEIGHT
    heel_behind: float = HEEL_BEHIND_ANKLE_OF_HEIGHT / SHANK_OF_HEIGHT

    @property
    def heel_below_m(self) -> float:
        """Heel below the ankle centre (q), m; NaN where the shank's length is not known."""
        return self.heel_below * self.shank_m

    @property
    def heel_behind_m(self) -> float:
        """Heel behind the ankle centre (p), m; NaN where the shank's length is not known."""
        return self.heel_behind * self.shank_m

    @property
    def leg_m(self) -> float:
        """Thigh and shank together, m; NaN where either is not known."""
        return self.thigh_m + self.shank_m


@dataclass(frozen=True, slots=True)
class Runner:
    """A runner under a code, with the lengths that were typed or measured; None is "not known".

    Parameters
    ----------
    code : pseudonym
    height_m : body height without shoes, m
    thigh_m : greater trochanter to knee, m
    shank_m : knee to ankle, m

    Raises
    ------
    ValueError
        if a length is outside `PLAUSIBLE`; the sentence names the likely slip of the unit
    """

    code: str = ""
    height_m: float | None = None
    thigh_m: float | None = None
    shank_m: float | None = None

    def __post_init__(self) -> None:
        for field, plausible in PLAUSIBLE.items():
            value = getattr(self, field)
            if value is not None:
                _check(value, field, plausible)

    @property
    def geometry(self) -> LegGeometry:
        """Leg geometry: lengths as given, else from body height, else not known.

        Body height, where not given, follows from both lengths together; it scales the heel alone.
        """
        height_m = self._height_m()
        thigh_m = _first(self.thigh_m, THIGH_OF_HEIGHT * height_m)
        shank_m = _first(self.shank_m, SHANK_OF_HEIGHT * height_m)
        if isnan(height_m):
            return LegGeometry(thigh_m, shank_m)
        return LegGeometry(
            thigh_m,
            shank_m,
            HEEL_BELOW_ANKLE_OF_HEIGHT * height_m / shank_m,
            HEEL_BEHIND_ANKLE_OF_HEIGHT * height_m / shank_m,
        )

    def _height_m(self) -> float:
        if self.height_m is not None:
            return self.height_m
        if self.thigh_m is not None and self.shank_m is not None:
            return (self.thigh_m + self.shank_m) / (THIGH_OF_HEIGHT + SHANK_OF_HEIGHT)
        return nan


def looks_like_name(code: str) -> bool:
    """Tell whether a code seems to be a person's name: it has a space, or two words with a capital each."""
    words = WORD.findall(INNER_CAPITAL.sub(" ", code))
    return " " in code.strip() or sum(len(word) > 1 and word.istitle() for word in words) > 1


def _first(known: float | None, otherwise: float) -> float:
    return otherwise if known is None else known


def _check(value: float, field: str, plausible: _Range) -> None:
    if plausible.low <= value <= plausible.high:
        return
    hint = "; is it in centimetres?" if plausible.low <= value / 100 <= plausible.high else ""
    raise ValueError(
        f"expected {field}, the {plausible.name}, between {plausible.low} and {plausible.high} m, got {value:g}{hint}"
    )
