from math import radians

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from calibration.intrinsic import (
    AccelerometerFit,
    AxisErrors,
    Refused,
    as_rows,
    as_triple,
    axis_errors,
    corrected,
    correction_matrix,
    fit_accelerometer,
)
from calibration.model import IntrinsicCalibration
from firmware_bridge.samples import Quality, SampleBlock

G = 9.80665
FACES = np.vstack([np.eye(3), -np.eye(3)])
EDGES = np.array([[1, 1, 0], [1, -1, 0], [0, 1, 1], [0, 1, -1], [1, 0, 1], [-1, 0, 1]]) / np.sqrt(2.0)
POSES = np.vstack([FACES, EDGES])
SEEDS = st.integers(0, 2**32 - 1)


def tilted(rng: np.random.Generator, poses: np.ndarray, largest_rad: float) -> np.ndarray:
    """Turn each pose about an axis of its own, by up to so much."""
    axes = np.cross(poses, rng.standard_normal(poses.shape))
    axes /= np.linalg.norm(axes, axis=1)[:, np.newaxis]
    angle = largest_rad * rng.uniform(size=(len(poses), 1))
    return np.cos(angle) * poses + np.sin(angle) * np.cross(axes, poses)


def drawn_sensor(rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Draw sensitive axes (3 rows) and bias, g: +-25 mg, +-.5 %, each axis up to .5 deg off."""
    off = radians(0.5) * rng.uniform(-1.0, 1.0, (3, 3)) * (1.0 - np.eye(3))
    return np.diag(1.0 + rng.uniform(-0.005, 0.005, 3)) @ (np.eye(3) + off), rng.uniform(-0.025, 0.025, 3)


def felt(axes: np.ndarray, bias: np.ndarray, up: np.ndarray) -> np.ndarray:
    return G * (up @ axes.T + bias)


def fitted(rests: np.ndarray) -> AccelerometerFit:
    fit = fit_accelerometer(rests)
    assert isinstance(fit, AccelerometerFit), fit
    return fit


@settings(max_examples=25)
@given(SEEDS)
def test_twelve_rests_give_bias_scale_and_non_orthogonality(seed: int):
    rng = np.random.default_rng(seed)
    axes, bias = drawn_sensor(rng)
    noise = 0.003 / np.sqrt(400) * rng.standard_normal((12, 3))
    fit = fitted(felt(axes, bias, tilted(rng, POSES, radians(5.0))) + G * noise)
    found, true = axis_errors(fit.matrix), axis_errors(np.linalg.inv(axes))
    np.testing.assert_allclose(fit.bias_m_s2 / G, bias, atol=0.001)
    np.testing.assert_allclose(found.scale, true.scale, atol=0.001)
    np.testing.assert_allclose(found.nonorthogonality_rad, true.nonorthogonality_rad, atol=radians(0.1))


@settings(max_examples=10)
@given(SEEDS)
def test_without_noise_the_fit_is_exact_and_every_direction_feels_one_g(seed: int):
    rng = np.random.default_rng(seed)
    axes, bias = drawn_sensor(rng)
    fit = fitted(felt(axes, bias, tilted(rng, POSES, radians(5.0))))
    np.testing.assert_allclose(fit.bias_m_s2, G * bias, atol=1e-7)
    anywhere = rng.standard_normal((50, 3))
    anywhere /= np.linalg.norm(anywhere, axis=1)[:, np.newaxis]
    true = (felt(axes, bias, anywhere) - fit.bias_m_s2) @ fit.matrix.T
    np.testing.assert_allclose(np.linalg.norm(true, axis=1), G, rtol=1e-7)


def test_the_correction_turns_nothing():
    axes, bias = drawn_sensor(np.random.default_rng(3))
    fit = fitted(felt(axes, bias, POSES))
    np.testing.assert_array_equal(fit.matrix, fit.matrix.T)


def test_uncertainties_are_those_of_the_errors():
    rng = np.random.default_rng(4)
    axes, bias = drawn_sensor(rng)
    errors, told = [], []
    for _ in range(60):
        fit = fitted(felt(axes, bias, POSES) + G * 0.0003 * rng.standard_normal((12, 3)))
        errors.append(np.abs(fit.bias_m_s2 - G * bias).max())
        told.append(fit.bias_sd_m_s2)
    within = np.mean(np.array(errors) < 2.0 * np.array(told))
    assert within > 0.85
    assert np.mean(told) < 2.0 * np.mean(errors)


@pytest.mark.parametrize("count", [0, 8])
def test_too_few_rests_are_refused(count: int):
    assert fit_accelerometer(G * POSES[:count]) == (f"{count} rests are here, and 9 different ones are needed", None)


@pytest.mark.parametrize(
    "poses",
    [
        pytest.param(np.tile(FACES, (2, 1)), id="faces alone do not see the angles between the axes"),
        pytest.param(tilted(np.random.default_rng(1), np.tile([[0.0, 1.0, 0.0]], (12, 1)), radians(5.0)), id="one"),
        pytest.param(np.array([[np.cos(a), np.sin(a), 0.0] for a in np.linspace(0, 6, 12)]), id="all about one axis"),
    ],
)
def test_poses_that_do_not_span_enough_are_refused(poses: np.ndarray):
    rng = np.random.default_rng(5)
    outcome = fit_accelerometer(G * (poses + 0.0002 * rng.standard_normal(poses.shape)))
    assert isinstance(outcome, Refused)
    assert "too much alike" in outcome.reason


def test_a_rest_that_was_none_is_refused_and_found():
    rests = G * POSES.copy()
    rests[7] *= 1.02
    refused = fit_accelerometer(rests)
    assert isinstance(refused, Refused)
    assert "moved in one of them" in refused.reason
    assert refused.worst == 7


def test_noisy_rests_are_refused_with_the_uncertainties_they_leave():
    rng = np.random.default_rng(6)
    outcome = fit_accelerometer(G * (POSES + 0.0015 * rng.standard_normal((12, 3))))
    assert isinstance(outcome, Refused)
    assert "uncertain by" in outcome.reason


@pytest.mark.parametrize(
    "rests",
    [
        pytest.param(2.0 * G * POSES, id="twice the scale"),
        pytest.param(G * POSES + [0.0, 4.0, 0.0], id="a bias of 0.4 g"),
        pytest.param(G * POSES @ np.array([[1, 0.1, 0], [0.1, 1, 0], [0, 0, 1]]), id="axes 11 degrees off"),
    ],
)
def test_what_no_sound_sensor_does_is_refused(rests: np.ndarray):
    outcome = fit_accelerometer(rests)
    assert isinstance(outcome, Refused)
    assert "range" in outcome.reason


@settings(max_examples=20)
@given(SEEDS)
def test_axis_errors_and_matrix_are_each_others_inverse(seed: int):
    rng = np.random.default_rng(seed)
    errors = AxisErrors(rng.uniform(0.9, 1.1, 3), rng.uniform(-0.08, 0.08, 3))
    again = axis_errors(correction_matrix(errors))
    np.testing.assert_allclose(again.scale, errors.scale, rtol=1e-12)
    np.testing.assert_allclose(again.nonorthogonality_rad, errors.nonorthogonality_rad, atol=1e-12)


def test_non_orthogonality_is_positive_where_the_angle_falls_short():
    x = np.array([np.cos(0.01), np.sin(0.01), 0.0])  # leans towards y
    errors = axis_errors(np.linalg.inv(np.array([x, [0, 1, 0], [0, 0, 1]])))
    np.testing.assert_allclose(errors.nonorthogonality_rad, [0.0, 0.0, 0.01], atol=1e-12)


INTRINSIC = IntrinsicCalibration(
    "5EED0001",
    acc_bias_m_s2=(0.1, -0.2, 0.05),
    acc_matrix=((1.01, 0.002, -0.003), (0.002, 0.99, 0.004), (-0.003, 0.004, 1.005)),
    gyr_scale=(1.01, 0.98, 1.0),
)


def samples(n: int, seed: int = 0) -> SampleBlock:
    rng = np.random.default_rng(seed)
    quality = rng.integers(0, 2, n).astype(np.uint8) * np.uint8(Quality.FILLED)
    return SampleBlock(np.arange(n) / 200.0, rng.standard_normal((n, 3)), 10 * rng.standard_normal((n, 3)), quality)


def test_corrected_is_matrix_times_measured_less_bias():
    block = samples(20)
    mine = corrected(block, INTRINSIC)
    expected = (block.acc - INTRINSIC.acc_bias_m_s2) @ np.array(INTRINSIC.acc_matrix).T
    np.testing.assert_allclose(mine.acc, expected, rtol=1e-12)
    np.testing.assert_allclose(mine.gyr, block.gyr * INTRINSIC.gyr_scale, rtol=1e-15)
    np.testing.assert_array_equal(mine.time, block.time)
    np.testing.assert_array_equal(mine.quality, block.quality)


@settings(max_examples=20)
@given(st.integers(0, 300), st.integers(0, 300))
def test_corrected_is_the_same_to_the_bit_however_it_is_cut(first: int, second: int):
    block, (a, b) = samples(300), sorted((first, second))
    whole = corrected(block, INTRINSIC)
    parts = SampleBlock.join([corrected(block[part], INTRINSIC) for part in (slice(a), slice(a, b), slice(b, None))])
    assert whole.acc.tobytes("C") == parts.acc.tobytes("C")
    assert whole.gyr.tobytes("C") == parts.gyr.tobytes("C")


def test_a_sensor_without_errors_is_left_as_it_is():
    block = samples(10)
    same = corrected(block, IntrinsicCalibration("x"))
    np.testing.assert_array_equal(same.acc, block.acc)
    np.testing.assert_array_equal(same.gyr, block.gyr)


def test_stored_numbers_are_plain():
    assert as_triple(np.array([1.0, 2.0, 3.0])) == (1.0, 2.0, 3.0)
    assert as_rows(np.eye(3)) == ((1.0, 0.0, 0.0), (0.0, 1.0, 0.0), (0.0, 0.0, 1.0))
