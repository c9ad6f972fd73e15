from math import pi, radians

import pytest

from calibration.lying import Moment
from calibration.turning import Turning, TurningSettings, apart, mean, middle
from calibration.turns import Turn

UP = (0.0, 9.8, 0.0)
STEP_S = 0.25


def moment(gyr: tuple[float, float, float] = (0.0, 0.0, 0.0), **more: bool) -> Moment:
    return Moment(0.0, STEP_S, gyr, UP, not any(gyr), more.get("clipped", False), more.get("begins", False))


def rested(bias: tuple[float, float, float] = (0.0, 0.0, 0.0)) -> tuple[Turning, list[Moment]]:
    turning, lain = Turning(TurningSettings()), [moment(bias)] * 8
    assert turning.lies(UP, lain) is None
    return turning, lain


def turned(turning: Turning, angle: float, axis: int = 1, steps: int = 16, **more: bool) -> None:
    gyr = tuple(angle / (steps * STEP_S) if k == axis else 0.0 for k in range(3))
    for _ in range(steps):
        turning.see(moment(gyr, **more))  # type: ignore[arg-type]


def test_what_was_turned_between_rests_is_integrated():
    turning, lain = rested()
    turned(turning, 4 * pi)
    turn = turning.lies(UP, lain)
    assert isinstance(turn, Turn)
    assert turn.angle_rad == pytest.approx((0.0, 4 * pi, 0.0))


def test_a_bias_that_drifts_evenly_is_taken_out():
    bias, later = (0.0, 0.02, 0.0), (0.0, 0.03, 0.0)
    turning, lain = rested(bias)
    for moment_ in lain:
        turning.see(moment_)
    for _ in range(16):
        turning.see(moment((0.0, 0.025 + pi, 0.0)))
    for _ in range(8):
        turning.see(moment(later))
    turn = turning.lies(UP, [moment(later)] * 8)
    assert isinstance(turn, Turn)
    assert turn.angle_rad[1] == pytest.approx(4 * pi, abs=radians(2.0))


def test_each_turn_is_integrated_by_itself():
    turning, lain = rested()
    turned(turning, 2 * pi)
    turning.lies(UP, lain)
    turned(turning, -4 * pi)
    turn = turning.lies(UP, lain)
    assert isinstance(turn, Turn)
    assert turn.turns == 2


def test_laid_on_another_face_it_was_not_turned():
    turning, lain = rested()
    turned(turning, 2 * pi)
    assert turning.lies((9.8, 0.0, 0.0), lain) is None


def test_a_nudge_is_no_turn():
    turning, lain = rested()
    turned(turning, radians(30.0))
    assert turning.lies(UP, lain) is None


def test_turned_about_a_lying_axis_it_was_lifted():
    turning, lain = rested()
    turned(turning, 2 * pi, axis=0)
    assert "lifted" in str(turning.lies(UP, lain))


@pytest.mark.parametrize(("spoiled", "said"), [("clipped", "faster"), ("begins", "lost")])
def test_a_spoiled_turn_is_refused_and_the_next_is_not(spoiled: str, said: str):
    turning, lain = rested()
    turned(turning, 2 * pi, **{spoiled: True})
    assert said in str(turning.lies(UP, lain))
    turned(turning, 2 * pi)
    assert isinstance(turning.lies(UP, lain), Turn)


def test_means_and_distances():
    vectors = [(0.0, 0.0, 0.0), (3.0, 0.0, 0.0), (0.0, 6.0, 9.0)]
    assert mean(vectors) == (1.0, 2.0, 3.0)
    assert middle(vectors) == (0.0, 0.0, 0.0)
    assert apart((1.0, 2.0, 2.0), (0.0, 0.0, 0.0)) == 3.0
