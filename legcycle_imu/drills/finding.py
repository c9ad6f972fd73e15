"""How repetitions are found: settings of the detectors."""

from dataclasses import dataclass
from math import radians


@dataclass(frozen=True, slots=True)
class MovementSettings:
    """When a standing leg moves, and when it is back.

    Parameters
    ----------
    still_rad_s : slower than this, thigh and shank are still; who stands on one leg sways at 1 to 3 deg/s
    still_s : still for so long near its rest, a leg rests
    long_still_s : still for so long, gravity has shown the angles themselves (the orientation asks for 1 s)
    upright_rad : thigh and shank of a resting leg are within this of the vertical
    thigh_rad, shank_rad : an excursion of 1: who stands on one leg sways by 1 to 2 deg, leans by 4
    back : an excursion below this is the return
    back_share, back_at_most : or one below this share of the movement's largest, and below the second value, where
        the leg stops or turns
    again : a turn is one where the excursion has grown again by so much
    began : a movement is dated back to an excursion below this
    shift : largest excursion of a shift of the weight
    least : movements whose largest excursion stays below this are shifts of the weight
    shortest_s, longest_s : so are shorter ones; a longer one is no repetition
    hold_s : still for so long away from its rest, but upright, the leg does not come back
    shift_s : and still for so long after a movement too small to count, its weight has shifted
    gap_s : rows may be missing for so long within a movement
    moved_share : where a leg rests elsewhere than before, so much of the difference is its own, the rest a drift of the
        angles: a foot comes down some cm off, the angles drift by degrees in a minute
    """

    still_rad_s: float = radians(7.0)
    still_s: float = 0.25
    long_still_s: float = 1.3
    upright_rad: float = radians(30.0)
    thigh_rad: float = radians(5.0)
    shank_rad: float = radians(8.0)
    back: float = 0.5
    back_share: float = 0.45
    back_at_most: float = 2.5
    again: float = 0.7
    began: float = 0.25
    least: float = 1.1
    shortest_s: float = 0.2
    longest_s: float = 12.0
    hold_s: float = 3.0
    moved_share: float = 0.7
    shift_s: float = 0.8
    shift: float = 2.0
    gap_s: float = 0.3


@dataclass(frozen=True, slots=True)
class FlickSettings:
    """When a person lies, and when a heel has gone up and down.

    Parameters
    ----------
    lying_rad : thigh's angle of who lies on the belly, least and largest
    lying_s : so for so long
    flat_rad : a shank within this of the thigh's line is flat: that leg lies still
    settle_rad_s : slower than this, the thigh of who lies is believed
    turn_rad : the heel has turned where the flexion has changed by so much since its last extreme
    least_rad : flicks of a smaller range are not counted
    flat_s : a heel that has been down for so long ends its flick
    gap_s : rows may be missing for so long
    """

    lying_rad: tuple[float, float] = (radians(-130.0), radians(-55.0))
    lying_s: float = 0.8
    flat_rad: float = radians(25.0)
    settle_rad_s: float = radians(4.0)
    turn_rad: float = radians(12.0)
    least_rad: float = radians(20.0)
    flat_s: float = 0.3
    gap_s: float = 0.3


@dataclass(frozen=True, slots=True)
class RunSettings:
    """What makes a run.

    Parameters
    ----------
    least_strides : of both legs together; 30 m take 15 to 25
    gap_s : strides further apart belong to different runs
    patience_s : a run is over where so long after it no stride has become known: gap, longest stride, and latency
    """

    least_strides: int = 8
    gap_s: float = 1.0
    patience_s: float = 3.0
