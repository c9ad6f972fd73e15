import numpy as np
import pytest

from firmware_bridge.samples import Side
from legcycle_imu.simulation import SimulatedRunner, Variation, draw_runner
from legcycle_imu.simulation.norms import PERCENT, running_norms
from legcycle_imu.simulation.runner import CURVE_WEIGHTS, SIDES, aligned_spread, low_waves, mean_landmark_sd, together

RUNNERS = [draw_runner(seed) for seed in range(300)]


def over(value) -> np.ndarray:
    return np.array([value(r) for r in RUNNERS])


def test_the_same_seed_gives_the_same_runner() -> None:
    one, two = draw_runner(7), draw_runner(7)
    assert one.geometry == two.geometry
    for side in SIDES:
        np.testing.assert_array_equal(one.legs[side].curves, two.legs[side].curves)
    assert draw_runner(8).geometry != one.geometry


def test_standing_angles_spread_as_measured() -> None:
    thigh = np.degrees(over(lambda r: r.legs[Side.LEFT].thigh_stand))
    shank = np.degrees(over(lambda r: r.legs[Side.RIGHT].shank_stand))
    assert thigh.mean() == pytest.approx(-3.8, abs=0.5)
    assert thigh.std() == pytest.approx(2.6, abs=0.4)
    assert shank.mean() == pytest.approx(-3.7, abs=0.5)
    assert shank.std() == pytest.approx(2.8, abs=0.45)


def test_lengths_are_those_of_people() -> None:
    thigh = over(lambda r: r.geometry.thigh_m / r.height_m)
    shank = over(lambda r: r.geometry.shank_m / r.height_m)
    assert thigh.mean() == pytest.approx(0.228, abs=0.002)
    assert shank.mean() == pytest.approx(0.236, abs=0.002)
    assert over(lambda r: r.height_m).min() > 1.55


def test_impact_delay_is_the_error_model_s_and_never_early() -> None:
    delay = over(lambda r: r.impact.delay_s)
    assert delay.mean() == pytest.approx(0.012, abs=0.001)
    assert delay.std() == pytest.approx(0.006, abs=0.001)
    assert delay.min() >= 0.002


def test_impact_delay_can_be_shifted_and_set() -> None:
    assert draw_runner(3, impact_delay_shift_s=0.02).impact.delay_s == pytest.approx(
        draw_runner(3).impact.delay_s + 0.02
    )
    assert draw_runner(3, impact_delay_s=0.015).impact.delay_s == 0.015


def test_no_variation_makes_everybody_the_mean_runner() -> None:
    none = Variation(between=0.0, asymmetry=0.0)
    one, two = draw_runner(1, none), draw_runner(2, none)
    assert one.stride_time_factor == two.stride_time_factor == 1.0
    for runner in (one, two):
        for side in SIDES:
            assert not runner.legs[side].curves.any()
            assert not runner.legs[side].warp.any()


def difference(runner: SimulatedRunner) -> float:
    left, right = (runner.legs[side].thigh_stand for side in SIDES)
    return abs(np.degrees(left - right))


def test_legs_of_one_runner_differ_less_than_runners_do() -> None:
    assert 0.3 < over(difference).mean() < 1.8
    assert difference(draw_runner(4, Variation(asymmetry=0.0))) == 0.0


def test_personal_curves_vary_by_what_timing_leaves_of_the_norms_spread() -> None:
    norm, warp = running_norms()[1], mean_landmark_sd("between")
    left = aligned_spread(norm.shank.mean, norm.shank.between, warp, 0.011)
    assert (left <= 1.1 * norm.shank.between).all()
    assert (left >= 0.25 * norm.shank.between).all()
    peak, steep = int(np.argmin(norm.shank.mean)), int(np.argmax(np.gradient(norm.shank.mean)))
    assert left[peak] == pytest.approx(norm.shank.between[peak], rel=0.1)
    assert left[steep] < 0.8 * norm.shank.between[steep]
    assert not np.fft.rfft(left)[6:].round(9).any()


def test_low_waves_with_their_weights_have_the_same_variance_at_every_phase() -> None:
    np.testing.assert_allclose(((low_waves(PERCENT) * CURVE_WEIGHTS) ** 2).sum(axis=1), 1.0)


def test_together_correlates_the_last_with_the_middle() -> None:
    mixed = together(np.random.default_rng(0).standard_normal((20000, 3)), 0.8)
    found = np.corrcoef(mixed.T)
    assert found[1, 2] == pytest.approx(0.8, abs=0.02)
    assert abs(found[0, 1]) < 0.03
    np.testing.assert_allclose(mixed.std(axis=0), 1.0, atol=0.02)


def test_wobble_axes_have_unit_length() -> None:
    for runner in RUNNERS[:20]:
        np.testing.assert_allclose(np.linalg.norm(runner.impact.wobble_axis, axis=1), 1.0)
