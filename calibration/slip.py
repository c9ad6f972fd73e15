"""Sensors that slip while their wearer runs: which has turned round the leg, which has tilted.

Both are seen stride by stride (`calibration.swept_plane`). A sensor that turns round the leg takes the plane that the
vertical sweeps along: by how much shows, so that it can be aligned anew in flight. One that tilts takes the zero of
its angle along, which nothing in running shows but by guess: that is said, and left to the wearer.

What else moves these figures moves them otherwise: speeding up and bends tilt the force on both segments of a leg;
another speed, walking and drills change the strides' duration and range as well; fatigue is slow.
"""

from dataclasses import dataclass
from enum import StrEnum
from math import degrees, radians
from typing import NamedTuple

from calibration.swept_plane import Sighting
from firmware_bridge.samples import Segment, Side


class SlipKind(StrEnum):
    """How a sensor slipped."""

    TURNED = "turned"
    """Round the leg: aligned anew in flight."""
    TILTED = "tilted"
    """Its angle's zero has moved: nothing but strapping it anew and calibrating helps."""


class Slip(NamedTuple):
    """A sensor that slipped.

    Attributes
    ----------
    side, segment : where it is worn
    t_known : stream time at which it was noticed, s; what has turned is aligned anew from here on
    kind : how
    angle_rad : by how much; positive about y (turned), about z or x (tilted), whichever was the more
    sentence : what to tell the wearer
    """

    side: Side
    segment: Segment
    t_known: float
    kind: SlipKind
    angle_rad: float
    sentence: str

    @classmethod
    def turned(cls, side: Side, segment: Segment, t_known: float, angle_rad: float) -> "Slip":
        """Make one of a sensor that has turned round the leg."""
        sentence = (
            f"the {side} {segment} sensor has turned by {abs(degrees(angle_rad)):.0f} degrees round the leg; "
            f"it was aligned anew, and its angles hold again from {t_known:.1f} s on: tighten its strap"
        )
        return cls(side, segment, t_known, SlipKind.TURNED, angle_rad, sentence)

    @classmethod
    def tilted(cls, side: Side, segment: Segment, t_known: float, angle_rad: float) -> "Slip":
        """Make one of a sensor that has tilted."""
        sentence = (
            f"re-strap the {side} {segment} sensor and calibrate again: it has tilted by about "
            f"{abs(degrees(angle_rad)):.0f} degrees, and so have its angles"
        )
        return cls(side, segment, t_known, SlipKind.TILTED, angle_rad, sentence)


@dataclass(frozen=True, slots=True)
class SlipSettings:
    """When a sensor counts as slipped (docs/algorithms.md, "When a sensor slips", has what was measured).

    Parameters
    ----------
    running_stride_s : shortest and longest duration of a running stride: others are not looked at
    least_spread_rad : nor are those in which the segment moves less: knee lifts on the other leg, small steps
    most_rough : nor are those that leave their plane more
    turned_rad : turn beyond which a sensor has turned; strides scatter by 0.9 deg, four in a row strayed by up to 5
    tilted_rad : change of the mean angle between thigh and shank beyond which one of them has tilted
    leant_rad : the same for how the force leans sideways
    in_a_row : strides in a row that must agree
    sightings : sightings of both segments in a row that must agree
    agree_rad : these lie no further apart than this
    learned : strides that make a reference
    memory : sightings over which a reference follows the runner: fatigue is slower
    alike_duration, alike_spread : strides are judged against others that differ by no more than this share
    together_s : sightings of thigh and shank no further apart than this belong together
    every : where nothing is odd, one stride in so many is looked at
    off_vertical_rad : a tracked vertical that is further off the strides' mean force than this is put right when
        its sensor is aligned anew: the gyroscope has not seen the slip
    tilt_sd_rad, drift_sd_rad_s : uncertainty of the vertical and its drift that a turn adds: the errors of a
        sensor turn along with it
    """

    running_stride_s: tuple[float, float] = (0.35, 0.85)
    least_spread_rad: float = radians(8.0)
    most_rough: float = 0.2
    turned_rad: float = radians(12.0)
    tilted_rad: float = radians(8.0)
    leant_rad: float = radians(5.0)
    in_a_row: int = 4
    sightings: int = 6
    agree_rad: float = radians(8.0)
    learned: int = 6
    memory: int = 32
    alike_duration: float = 0.1
    alike_spread: float = 0.15
    together_s: float = 2.0
    every: int = 3
    off_vertical_rad: float = radians(4.0)
    tilt_sd_rad: float = radians(2.0)
    drift_sd_rad_s: float = radians(1.0)

    def counts(self, seen: Sighting) -> bool:
        """Tell whether a stride is one of running, in a plane."""
        shortest, longest = self.running_stride_s
        return (
            shortest <= seen.duration <= longest
            and seen.spread >= self.least_spread_rad
            and seen.rough <= self.most_rough
        )


class Usual:
    """Means that follow slowly."""

    def __init__(self, memory: int) -> None:
        self._memory = memory
        self.count = 0
        self.values: tuple[float, ...] = ()

    def follow(self, values: tuple[float, ...]) -> None:
        """Take the next values: a plain mean at first, then one that forgets."""
        self.count += 1
        share = 1.0 / min(self.count, self._memory)
        before = self.values or values
        self.values = tuple([a + share * (b - a) for a, b in zip(before, values, strict=True)])
