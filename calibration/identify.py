"""Which sensor is where, told by how legs move: the thigh turns about the hip, the shank shares the knee with it.

Nothing is asked of the mounting. While one knee is lifted, every ordered pair of sensors is tried as thigh and shank
of the leg that moves: the first must turn about a point above it that stays where it is, both must tell the same
acceleration of a knee between them, and all others must be still. What leaves the least is the answer; how much
more the next best leaves is its margin, and a small margin is no answer.

docs/algorithms.md, "Which sensor is where", has the figures.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import permutations
from math import cos, radians
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from calibration.joints import JointSettings, Movement, hip, knee, movements, stillness
from firmware_bridge.samples import Floats, SampleBlock


@dataclass(frozen=True, slots=True)
class IdentifySettings:
    """What counts as a knee lift, and how clear an answer must be.

    Parameters
    ----------
    moving : a sensor moves where force and rate together leave stillness by so much, m/s^2
    pause_s : a calm of this length divides one lift from the next
    held_deg : a sensor that is tilted so far in a calm is held up, and the lift goes on
    around_s : so much of the calm before and after a lift is looked at with it
    shortest_s, longest_s : duration of what can be a lift, or a few in a row
    least_turn_deg : the thigh turns at least so far; steps and swaying stay below
    other_leg_share : the other leg's sensors move at most by this share of the lifted leg's
    one_sensor_share : a sensor of the lifted leg that moves less than this share of the other one did not move
    least_margin : logarithm of how many times as much the next best answer must leave
    floor : what any part of an answer may leave, (m/s^2)^2: hips and skin move
    joints : see `JointSettings`
    """

    moving: float = 0.6
    pause_s: float = 0.4
    held_deg: float = 15.0
    around_s: float = 0.2
    shortest_s: float = 0.4
    longest_s: float = 8.0
    least_turn_deg: float = 25.0
    other_leg_share: float = 0.5
    one_sensor_share: float = 0.2
    least_margin: float = 1.0
    floor: float = 0.1
    joints: JointSettings = field(default_factory=JointSettings)


class LiftedLeg(NamedTuple):
    """Which sensors are on the leg that was lifted.

    Attributes
    ----------
    thigh, shank : their places in the sequence that was given
    margin : logarithm of how many times as much the next best answer leaves unexplained; 1 is the least, 4 usual
    lift_s : session time of the lift's begin and end
    """

    thigh: int
    shank: int
    margin: float
    lift_s: tuple[float, float]


NOBODY = "no leg was lifted"
MISSING = "samples are missing while the knee was lifted"
ONE_SENSOR = "only one sensor moved; the other one of that leg did not"
BOTH_LEGS = "both legs moved"
LOW = "the knee was hardly lifted"
UNCLEAR = "thigh and shank cannot be told apart from this lift"


def lifted_leg(
    blocks: Sequence[SampleBlock], rates_hz: Sequence[float], settings: IdentifySettings | None = None
) -> LiftedLeg | str:
    """Tell which two sensors are on the leg whose knee was lifted, and which of them is on the thigh.

    Parameters
    ----------
    blocks : per sensor, its samples from standing before the lift until after it; 2 or 4 sensors
    rates_hz : per sensor, its nominal rate
    settings : see `IdentifySettings`

    Returns
    -------
    LiftedLeg, or a sentence that says what was wrong. With two sensors both are taken to be on one leg.
    """
    if len(blocks) not in (2, 4):
        raise ValueError(f"expected 2 or 4 sensors, got {len(blocks)}")
    s = settings or IdentifySettings()
    sensors = movements(blocks, rates_hz, s.joints)
    if not sensors:
        return NOBODY
    answers = [_lift([m.between(part) for m in sensors], s) for part in _stirrings(sensors, s)]
    return _agreed(answers) if answers else NOBODY


def _stirrings(sensors: list[Movement], settings: IdentifySettings) -> Iterator[slice]:
    """Give the stretches in which something moves, with a little calm about them."""
    moving = np.any([_stir(m) > settings.moving for m in sensors], axis=0)
    hz = settings.joints.grid_hz
    around, longest = round(settings.around_s * hz), round(settings.longest_s * hz)
    runs: list[tuple[int, int]] = []
    for start, stop in _runs(moving):
        if runs and (start - runs[-1][1] < settings.pause_s * hz or _is_held(sensors, runs[-1][0], start, settings)):
            runs[-1] = (runs[-1][0], stop)
        else:
            runs.append((start, stop))
    for start, stop in runs:
        if stop - start >= settings.shortest_s * hz:
            yield slice(max(0, start - around), min(stop + around, start + longest))


def _is_held(sensors: list[Movement], before: int, after: int, settings: IdentifySettings) -> bool:
    """Tell whether a sensor is tilted against how it was before: a knee that is held up."""
    cosines = [float((m.axes[before, 2] * m.axes[after, 2]).sum()) for m in sensors]
    return min(cosines) < cos(radians(settings.held_deg))


def _stir(sensor: Movement) -> Floats:
    """Give how much a sensor moves, (n,), m/s^2; 1 rad/s counts as 1 m/s^2."""
    force = sensor.force - np.array([0.0, 0.0, sensor.gravity])
    return np.asarray(np.sqrt((force * force).sum(axis=1) + (sensor.rate * sensor.rate).sum(axis=1)))


def _runs(true: NDArray[np.bool_]) -> list[tuple[int, int]]:
    """Give begin and end of the runs of what is true."""
    edges = np.flatnonzero(np.diff(np.concatenate([[False], true, [False]]).astype(int)))
    return [(start, stop) for start, stop in edges.reshape(-1, 2).tolist()]


def _lift(sensors: list[Movement], settings: IdentifySettings) -> LiftedLeg | str:
    """Judge one stretch of movement."""
    if not all(m.whole.all() for m in sensors):
        return MISSING
    still = [stillness(m, settings.joints) for m in sensors]
    left = _left_by_answer(sensors, still, settings)
    best, second = sorted(left, key=left.__getitem__)[:2]
    margin = left[second] - left[best]
    lift_s = float(sensors[0].time[0]), float(sensors[0].time[-1])
    return _trouble(sensors, still, best, margin, settings) or LiftedLeg(*best, margin, lift_s)


def _trouble(
    sensors: list[Movement], still: list[float], best: tuple[int, int], margin: float, settings: IdentifySettings
) -> str:
    """Say why the best answer is none; "" where it is one."""
    thigh, shank = best
    others = [still[k] for k in range(len(sensors)) if k not in best]
    turned = [m.turned_deg for m in sensors]
    if max(turned) < settings.least_turn_deg:
        return LOW
    if min(still[thigh], still[shank]) < settings.one_sensor_share**2 * max(still):
        return ONE_SENSOR
    if max(others, default=0.0) > settings.other_leg_share**2 * still[thigh]:
        return BOTH_LEGS
    if turned[thigh] < settings.least_turn_deg:
        return LOW
    return UNCLEAR if margin < settings.least_margin else ""


def _left_by_answer(
    sensors: list[Movement], still: list[float], settings: IdentifySettings
) -> dict[tuple[int, int], float]:
    """Give for every pair of thigh and shank how much it leaves unexplained: the logarithms of all parts, added up.

    Logarithms, since nobody knows beforehand how much hips and skin move: each part is as good as others do it.
    """
    about_hip = [hip(m, settings.joints).misfit for m in sensors]
    left = {}
    for a, b in permutations(range(len(sensors)), 2):
        others = [still[k] for k in range(len(sensors)) if k not in (a, b)]
        parts = [about_hip[a], knee(sensors[a], sensors[b], settings.joints).misfit, *others]
        left[a, b] = float(np.log(np.array(parts) + settings.floor).sum())
    return left


def _agreed(answers: list[LiftedLeg | str]) -> LiftedLeg | str:
    """Put the answers of all lifts together."""
    clear = [a for a in answers if isinstance(a, LiftedLeg)]
    if not clear:
        return next(reason for reason in _REASONS if reason in answers)
    if len({frozenset((a.thigh, a.shank)) for a in clear}) > 1:
        return BOTH_LEGS
    if len({a.thigh for a in clear}) > 1:
        return UNCLEAR
    return max(clear, key=lambda a: a.margin)


_REASONS = (MISSING, BOTH_LEGS, UNCLEAR, ONE_SENSOR, LOW)
"""Which is said where there are several."""
