from math import cos, degrees, radians, sin

import numpy as np
import pytest

from calibration.slip import SlipSettings
from calibration.swept_plane import Sighting
from calibration.turn_watch import TurnWatch, Watched

T = 0.7


def seen(number: int, turn_deg: float, *, duration: float = T, mean_deg: float = 10.0, rough: float = 0.05) -> Sighting:
    turn, mean = radians(turn_deg), radians(mean_deg)
    ahead, upright = 0.9 * sin(mean), 0.9 * cos(mean)
    place = (ahead * cos(turn), upright, ahead * sin(turn))
    return Sighting(number * T, number * T + duration, number * T + duration, turn, place, rough, (0.0, 1.0, 0.0))


def watched(turns_deg: list[float], watch: TurnWatch | None = None, **more: float) -> list[Watched]:
    watch = watch or TurnWatch()
    return [watch.push(seen(k, turn, **more)) for k, turn in enumerate(turns_deg) if watch.wants()]


def settled(turns_deg: list[float]) -> list[float]:
    return [degrees(w.turned) for w in watched(turns_deg) if w.turned is not None]


@pytest.mark.parametrize("turned_deg", [-25.0, 25.0, 14.0])
def test_a_turn_is_settled_within_ten_strides(turned_deg: float):
    rng = np.random.default_rng(1)
    before, after = rng.normal(2.0, 1.0, 40), rng.normal(2.0 + turned_deg, 1.0, 10)
    assert settled([*before, *after]) == [pytest.approx(turned_deg, abs=2.0)]


def test_it_is_settled_once_and_a_second_turn_anew():
    found = settled([0.0] * 20 + [25.0] * 20 + [40.0] * 20)
    assert found == [pytest.approx(25.0), pytest.approx(15.0)]


def test_a_turn_back_is_one_too():
    assert settled([0.0] * 20 + [25.0] * 20 + [0.0] * 20) == [pytest.approx(25.0), pytest.approx(-25.0)]


def test_the_frame_is_to_be_turned_by_the_sum():
    watch = TurnWatch()
    watched([1.0] * 20 + [26.0] * 20 + [41.0] * 20, watch)
    assert degrees(watch.turn) == pytest.approx(40.0)


def test_what_a_calibration_leaves_is_no_turn():
    """The running plane may lie some degrees off that of knee lifts: the first strides are what is gone by."""
    assert settled([15.0] * 60) == []


@pytest.mark.parametrize("seed", range(5))
def test_scatter_and_single_strides_are_no_turn(seed: int):
    rng = np.random.default_rng(seed)
    turns = rng.normal(0.0, 2.0, 200)
    turns[::11] += 30.0
    found = watched(turns.tolist())
    assert not [w for w in found if w.turned is not None or w.deviates]


def test_strides_that_do_not_agree_settle_nothing():
    assert settled([0.0] * 20 + [20.0, 40.0, 60.0] * 10) == []


@pytest.mark.parametrize("more", [{"duration": 1.1}, {"rough": 0.3}, {"duration": 0.3}])
def test_other_movements_are_not_looked_at(more: dict[str, float]):
    assert not [w for w in watched([0.0] * 20 + [40.0] * 20, **more) if w.turned is not None]


def test_strides_that_agree_on_a_turn_deviate_from_the_second_on():
    found = watched([0.0] * 21 + [25.0] * 12)
    assert [w.deviates for w in found if w.seen.turn > 0.3][:5] == [False, True, True, True, False]


def test_where_nothing_is_odd_few_strides_are_looked_at():
    found = watched([0.0] * 66)
    learned, every = SlipSettings().learned, SlipSettings().every
    assert len(found) == learned + (66 - learned) // every


def test_a_mean_that_has_changed_makes_it_look_at_every_stride():
    watch = TurnWatch()
    watched([0.0] * 30, watch)
    watch.push(seen(40, 0.0, mean_deg=20.0))
    assert watch.wants()


def test_the_vertical_is_that_of_the_strides_that_settled_it():
    watch = TurnWatch()
    for k in range(20):
        watch.push(seen(k, 0.0))
    for k in range(20, 24):
        watch.push(seen(k, 25.0)._replace(up=(0.0, cos(0.1), sin(0.1) * (-1) ** k)))
    assert watch.vertical() == pytest.approx((0.0, 1.0, 0.0))


def test_the_pose_is_told_in_the_frame_as_it_sits_now():
    watch = TurnWatch()
    watched([0.0] * 20 + [25.0] * 10, watch)
    pose = watch.push(seen(50, 25.0, mean_deg=12.0))
    assert degrees(pose.mean) == pytest.approx(12.0)
    assert pose.lean == pytest.approx(0.0, abs=1e-9)
