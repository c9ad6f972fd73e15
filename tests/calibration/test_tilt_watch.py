from math import cos, degrees, radians, sin

import numpy as np
import pytest

from calibration.swept_plane import Sighting
from calibration.tilt_watch import TiltWatch
from calibration.turn_watch import Watched
from firmware_bridge.samples import Segment

THIGH, SHANK = Segment.THIGH, Segment.SHANK


def stride(
    number: int, mean_deg: float, lean_deg: float = 0.0, *, spread: float = 0.4, duration: float = 0.7
) -> Watched:
    mean, lean, length = radians(mean_deg), radians(lean_deg), np.exp(-0.5 * spread**2)
    place = (length * sin(mean) * cos(lean), length * cos(mean) * cos(lean), length * sin(lean))
    seen = Sighting(number * 0.7, number * 0.7 + duration, number * 0.7 + duration, 0.0, place, 0.05, (0.0, 1.0, 0.0))
    return Watched(seen, mean, lean)


def tilts(*strides: tuple[float, float, float, float] | tuple[float, float, float, float, dict[str, float]]) -> list:
    """Feed (thigh mean, shank mean, thigh lean, shank lean), degrees, stride by stride; give the tilts and when."""
    watch, found = TiltWatch(), []
    for number, (thigh, shank, thigh_lean, shank_lean, *more) in enumerate(strides):
        options = more[0] if more else {}
        for segment, watched in (
            (THIGH, stride(number, thigh, thigh_lean, **options)),
            (SHANK, stride(number, shank, shank_lean, **options)),
        ):
            tilt = watch.push(segment, watched)
            if tilt is not None:
                found.append((number, tilt))
    return found


USUAL = (10.0, -40.0, 0.0, 0.0)


@pytest.mark.parametrize("segment", [THIGH, SHANK])
@pytest.mark.parametrize("angle_deg", [-15.0, 15.0])
@pytest.mark.parametrize("sideways", [False, True])
def test_a_tilt_is_told_within_ten_strides(segment: Segment, angle_deg: float, sideways: bool):
    change = np.zeros(4)
    change[(2 if sideways else 0) + (segment is SHANK)] = angle_deg if not sideways else 0.65 * angle_deg
    after = tuple(np.add(USUAL, change).tolist())
    ((number, tilt),) = tilts(*[USUAL] * 20, *[after] * 20)
    assert number < 30
    assert tilt.segment is segment
    assert degrees(tilt.angle) == pytest.approx(change.sum(), abs=1.0)
    assert tilt.since == pytest.approx(20 * 0.7, abs=0.8)


def test_what_moves_both_segments_is_no_tilt():
    """Speeding up tilts the force forwards on both, a bend sideways."""
    assert tilts(*[USUAL] * 20, *[(30.0, -20.0, 0.0, 0.0)] * 20, *[(10.0, -40.0, 14.0, 14.0)] * 20) == []


def test_another_way_of_running_is_no_tilt():
    sprint = (5.0, -60.0, 0.0, 0.0, {"spread": 0.6, "duration": 0.45})
    assert tilts(*[USUAL] * 20, *[sprint] * 20, *[USUAL] * 20) == []


def test_walking_is_not_looked_at():
    assert tilts(*[USUAL] * 20, *[(0.0, -10.0, 0.0, 0.0, {"duration": 1.1})] * 20, *[USUAL] * 5) == []


def test_fatigue_is_no_tilt():
    strides = [(10.0 - 0.02 * k, -40.0 + 0.02 * k, 0.0, 0.0) for k in range(600)]
    assert tilts(*strides) == []


@pytest.mark.parametrize("seed", range(5))
def test_scatter_is_no_tilt(seed: int):
    rng = np.random.default_rng(seed)
    strides = [tuple(np.add(USUAL, rng.normal(0.0, (1.4, 1.8, 1.5, 1.2))).tolist()) for _ in range(300)]
    assert tilts(*strides) == []


def test_a_tilt_during_a_break_is_told_when_running_goes_on_as_before():
    other = (5.0, -60.0, 0.0, 0.0, {"spread": 0.6, "duration": 0.45})
    tilted = (25.0, -40.0, 0.0, 0.0)
    ((number, tilt),) = tilts(*[USUAL] * 20, *[other] * 20, *[tilted] * 20)
    assert tilt.segment is THIGH
    assert number < 55


def test_it_is_told_once_and_another_one_anew():
    found = tilts(*[USUAL] * 20, *[(25.0, -40.0, 0.0, 0.0)] * 40, *[(25.0, -25.0, 0.0, 0.0)] * 20)
    assert [tilt.segment for _, tilt in found] == [THIGH, SHANK]


def test_a_sensor_that_turns_is_left_to_the_other_watch():
    watch = TiltWatch()
    for number in range(60):
        shift = 0.0 if number < 20 else 15.0
        for segment, mean in ((THIGH, 10.0), (SHANK, -40.0 + shift)):
            watched = stride(number, mean)._replace(deviates=bool(shift) and segment is SHANK)
            assert watch.push(segment, watched) is None


def test_one_segment_alone_tells_nothing():
    watch = TiltWatch()
    found = [watch.push(THIGH, stride(k, 10.0 if k < 20 else 40.0)) for k in range(60)]
    assert found == [None] * 60
