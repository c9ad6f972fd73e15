from math import pi, radians

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from calibration.turns import Turn, TurnSettings, fit_gyroscope, turn_of

WHOLE = 2.0 * pi


def integrated(axis: int, turns: float, scale: tuple[float, float, float], tilt: float = 0.0) -> tuple[float, ...]:
    """What a gyroscope with such scale makes of turns about an axis that is tilted."""
    up = np.zeros(3)
    up[axis], up[(axis + 1) % 3] = np.cos(tilt), np.sin(tilt)
    return tuple((turns * WHOLE * up * scale).tolist())


SCALES = st.tuples(*[st.floats(0.97, 1.03)] * 3)


@settings(max_examples=40)
@given(SCALES, st.lists(st.sampled_from([-3.0, 3.0, 2.0, -1.0]), min_size=3, max_size=3), st.floats(-0.08, 0.08))
def test_whole_turns_give_the_scale_whichever_way_and_however_tilted(scale, turns, tilt):
    seen = [turn_of(integrated(axis, turns[axis], scale, tilt)) for axis in range(3)]
    assert [turn.axis for turn in seen if isinstance(turn, Turn)] == [0, 1, 2]
    fit = fit_gyroscope([turn for turn in seen if isinstance(turn, Turn)])
    np.testing.assert_allclose(np.array(fit.scale) * scale, 1.0, rtol=1e-9)
    assert fit.turns == sum(abs(n) for n in turns)


def test_an_axis_that_was_not_turned_about_keeps_one():
    turn = turn_of(integrated(1, 3, (1.0, 1.02, 1.0)))
    assert isinstance(turn, Turn)
    fit = fit_gyroscope([turn])
    assert fit.scale == pytest.approx((1.0, 1 / 1.02, 1.0))
    assert fit.scale[0] == fit.scale[2] == 1.0


def test_more_turns_are_surer_and_repeated_ones_are_averaged():
    one, three = Turn((WHOLE, 0.0, 0.0), 0, 1), Turn((3 * WHOLE, 0.0, 0.0), 0, 3)
    sd = radians(1.0) / WHOLE
    assert fit_gyroscope([one]).scale_sd == pytest.approx(sd)
    assert fit_gyroscope([three]).scale_sd == pytest.approx(sd / 3)
    assert fit_gyroscope([three, three]).scale_sd == pytest.approx(sd / 3 / np.sqrt(2))
    apart = [Turn((3 * WHOLE * k, 0.0, 0.0), 0, 3) for k in (1.01, 0.99)]
    assert fit_gyroscope(apart).scale[0] == pytest.approx(1.0, abs=1e-3)


def test_the_uncertainty_is_that_of_laying_it_back():
    rng, settings_ = np.random.default_rng(1), TurnSettings()
    scales = []
    for _ in range(300):
        angles = 3 * WHOLE + settings_.return_sd_rad * rng.standard_normal(3)
        scales.append(fit_gyroscope([Turn(tuple(angles[k] * np.eye(3)[k]), k, 3) for k in range(3)]).scale)
    told = fit_gyroscope([Turn(tuple(3 * WHOLE * np.eye(3)[k]), k, 3) for k in range(3)]).scale_sd
    assert np.std(scales) == pytest.approx(told, rel=0.1)


def test_no_turns_say_nothing():
    assert fit_gyroscope([]) == ((1.0, 1.0, 1.0), 0.0, 0)


@pytest.mark.parametrize(
    ("angle", "said"),
    [
        ((0.0, 0.0, 0.0), "about 0 degrees"),
        ((0.0, WHOLE / 2, 0.0), "about 180 degrees"),
        ((0.0, 2.5 * WHOLE, 0.0), "no whole number"),
        ((1.06 * WHOLE, 0.0, 0.0), "no whole number"),
        ((9 * WHOLE, 0.0, 0.0), "about 9 times"),
        ((3 * WHOLE * np.cos(0.3), 3 * WHOLE * np.sin(0.3), 0.0), "flat on one of its faces"),
    ],
)
def test_what_is_no_whole_turn_about_an_axis_is_refused(angle, said):
    refused = turn_of(angle)
    assert isinstance(refused, str)
    assert said in refused


def test_factory_errors_of_three_percent_are_no_reason_to_refuse():
    for axis in range(3):
        assert isinstance(turn_of(integrated(axis, 8, (1.03, 0.97, 1.03), radians(5.0))), Turn)
