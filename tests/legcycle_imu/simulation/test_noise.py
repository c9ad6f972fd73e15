import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from legcycle_imu.simulation.noise import knots, smooth_noise


def test_curves_have_unit_variance_and_no_correlation() -> None:
    curves = smooth_noise(knots(np.random.default_rng(1), 4000, 2), np.arange(0, 4000, 0.1))
    np.testing.assert_allclose(curves.std(axis=0), 1.0, atol=0.05)
    assert abs(np.corrcoef(curves.T)[0, 1]) < 0.05


def test_curves_are_smooth_to_the_second_derivative() -> None:
    step = 1e-3
    curve = smooth_noise(knots(np.random.default_rng(2), 20, 1), np.arange(0, 20, step))[:, 0]
    bend = np.diff(curve, 2) / step**2
    assert np.abs(np.diff(bend)).max() < 20 * step


@given(st.floats(-5.0, 15.0))
def test_any_place_gives_a_finite_value(place: float) -> None:
    value = smooth_noise(knots(np.random.default_rng(3), 5, 1), np.array([place]))
    assert np.isfinite(value).all()


def test_value_depends_on_the_place_alone() -> None:
    drawn, at = knots(np.random.default_rng(4), 10, 3), np.linspace(0, 10, 101)
    np.testing.assert_array_equal(smooth_noise(drawn, at)[40:60], smooth_noise(drawn, at[40:60]))
