"""Which sensors share a leg, and which of the two is on the shank, from running or from knee lifts alone.

No prompt is needed: thigh and shank of one leg tell the same acceleration of their knee. Which is the thigh is told
by the hip, about which it turns in a knee lift, and by the rates of running, in which the shank turns 1.2 to
2.1 times as fast. Left and right stay open: see `calibration.side`.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice, permutations, product
from typing import NamedTuple

import numpy as np

from calibration.joints import JointSettings, Movement, hip, knee, movements, stillness
from firmware_bridge.protocols.units import STANDARD_GRAVITY_M_S2
from firmware_bridge.samples import SampleBlock

Leg = tuple[int, int]
"""Thigh and shank of one leg, as places in the sequence of sensors."""


@dataclass(frozen=True, slots=True)
class MovingSettings:
    """Which movement is used, and how clear an answer must be.

    Parameters
    ----------
    window_s : movement is judged in windows of this length
    windows : so many windows are used at most, those that come last
    running_force : mean size of the specific force, in g, from which on every sensor of a window is said to run
    least_stir : rms of force and rate from which on a sensor moves, m/s^2
    rate_weight : how many times the logarithm of the rates' ratio counts
    least_margin : logarithm of how many times as much the next best answer must leave, mean of the windows
    largest_unshared : logarithm of the share that the knee may leave of what moved; in 39 recorded runs each leg had
        less than -1.5, a thigh and the other leg's shank more than -0.6 (simulated up to 9 m/s: -1.6, -1.3)
    floor : what any part may leave, (m/s^2)^2
    lifting, running : see `JointSettings`; in running forces are less sure, so places count for more
    """

    window_s: float = 5.0
    windows: int = 4
    running_force: float = 1.2
    least_stir: float = 0.7
    rate_weight: float = 2.0
    least_margin: float = 0.5
    largest_unshared: float = -1.4
    floor: float = 0.1
    lifting: JointSettings = field(default_factory=JointSettings)
    running: JointSettings = field(default_factory=lambda: JointSettings(stiffness=10.0))


class Legs(NamedTuple):
    """Which sensors share a leg.

    Attributes
    ----------
    legs : thigh and shank of each, as places in the sequence that was given; which one is left is not known
    margin : logarithm of how many times as much the next best answer leaves unexplained
    windows : windows of movement that were seen
    """

    legs: tuple[Leg, ...]
    margin: float
    windows: int


TOO_LITTLE = "the legs have not moved enough yet"
NO_KNEE = "sensors that should share a leg share no knee"
UNCLEAR = "which sensors share a leg cannot be told from this movement"


def moving_legs(
    blocks: Sequence[SampleBlock], rates_hz: Sequence[float], settings: MovingSettings | None = None
) -> Legs | str:
    """Tell from running, or from lifts of both knees, which sensors share a leg, and which is on the thigh.

    Parameters
    ----------
    blocks : per sensor, its samples; 2 sensors, which should be on one leg, or 4
    rates_hz : per sensor, its nominal rate
    settings : see `MovingSettings`

    Returns
    -------
    Legs, or a sentence that says what was wrong. Two sensors on a thigh and on the other leg's shank are noticed; two
    on both thighs, or on both shanks, mostly are.
    """
    if len(blocks) not in (2, 4):
        raise ValueError(f"expected 2 or 4 sensors, got {len(blocks)}")
    s = settings or MovingSettings()
    seen = (_tried(window, rates_hz, s) for window in _windows(blocks, s))
    tried = list(islice(filter(None, seen), s.windows))
    if not tried:
        return TOO_LITTLE
    left = {legs: _mean(w[leg].left for w in tried for leg in legs) * len(legs) for legs in _answers(len(blocks))}
    best, second = sorted(left, key=left.__getitem__)[:2]
    if max(_mean(w[leg].unshared for w in tried) for leg in best) > s.largest_unshared:
        return NO_KNEE
    margin = left[second] - left[best]
    return Legs(best, margin, len(tried)) if margin >= s.least_margin else UNCLEAR


class _Tried(NamedTuple):
    """A pair that was tried as a leg, in one window: logarithms of what it leaves, and of the knee's share of that in
    all that moved.
    """

    left: float
    unshared: float


def _mean(values: Iterable[float]) -> float:
    return float(np.mean(list(values)))


def _answers(sensors: int) -> list[tuple[Leg, ...]]:
    """Give all ways in which sensors can make up legs."""
    if sensors == 2:
        return [((0, 1),), ((1, 0),)]
    pairings = (((0, 1), (2, 3)), ((0, 2), (1, 3)), ((0, 3), (1, 2)))
    return [legs for one, other in pairings for legs in product(*((leg, (leg[1], leg[0])) for leg in (one, other)))]


def _windows(blocks: Sequence[SampleBlock], settings: MovingSettings) -> Iterator[list[SampleBlock]]:
    """Give the windows, the last one first."""
    if not all(len(b) for b in blocks):
        return
    first, last = max(float(b.time[0]) for b in blocks), min(float(b.time[-1]) for b in blocks)
    for k in range(int((last - first) / settings.window_s)):
        end = last - k * settings.window_s
        parts = (np.searchsorted(b.time, (end - settings.window_s, end)).tolist() for b in blocks)
        yield [b[slice(*part)] for b, part in zip(blocks, parts, strict=True)]


def _tried(blocks: list[SampleBlock], rates_hz: Sequence[float], settings: MovingSettings) -> dict[Leg, _Tried]:
    """Try every pair as thigh and shank in a window; {} where it is no movement to go by."""
    if not all(len(b) > 0.5 * settings.window_s * rate for b, rate in zip(blocks, rates_hz, strict=True)):
        return {}
    run = min(float(np.sqrt((b.acc * b.acc).sum(axis=1)).mean()) for b in blocks)
    is_run = run >= settings.running_force * STANDARD_GRAVITY_M_S2
    joints = settings.running if is_run else settings.lifting
    sensors = movements(blocks, rates_hz, joints)
    if not sensors or not all(m.whole.all() for m in sensors):
        return {}
    moved = [stillness(m, joints) for m in sensors]
    if min(moved) < settings.least_stir**2:
        return {}
    alone = _by_rates(sensors, settings) if is_run else _by_hips(sensors, settings)
    level = [m.levelled() for m in sensors] if is_run else sensors
    tried = {}
    for a, b in permutations(range(len(sensors)), 2):
        misfit = _logarithm(knee(level[a], level[b], joints).misfit, settings)
        tried[a, b] = _Tried(misfit + alone[a, b], misfit - float(np.log(min(moved[a], moved[b]))))
    return tried


def _by_rates(sensors: list[Movement], settings: MovingSettings) -> dict[Leg, float]:
    """Give what speaks against each pair in running: the shank turns faster than the thigh."""
    squares = [float(np.percentile((m.rate * m.rate).sum(axis=1), 95)) for m in sensors]
    speed = [settings.rate_weight * 0.5 * float(np.log(square)) for square in squares]
    return {(a, b): speed[a] - speed[b] for a, b in permutations(range(len(sensors)), 2)}


def _by_hips(sensors: list[Movement], settings: MovingSettings) -> dict[Leg, float]:
    """Give what speaks against each pair in knee lifts: the thigh turns about the hip."""
    about_hip = [_logarithm(hip(m, settings.lifting).misfit, settings) for m in sensors]
    return {(a, b): about_hip[a] for a, b in permutations(range(len(sensors)), 2)}


def _logarithm(misfit: float, settings: MovingSettings) -> float:
    return float(np.log(misfit + settings.floor))
