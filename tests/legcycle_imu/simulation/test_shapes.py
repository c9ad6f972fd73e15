from dataclasses import dataclass

import numpy as np
import pytest

from legcycle_imu.simulation.fourier import waves
from legcycle_imu.simulation.gaits import GRAVITY
from legcycle_imu.simulation.norms import Floats, running_norms
from legcycle_imu.simulation.shapes import GaitTable, running, soft_floor, walking

PHASE = np.arange(1000) / 1000


@dataclass(frozen=True)
class MeanStride:
    """One stride of the mean runner: degrees, deg/s, s, m."""

    stride_time: float
    toe_off: float
    thigh: Floats
    shank: Floats
    hip_up: Floats

    def rate(self, curve: Floats) -> Floats:
        return (np.roll(curve, -1) - np.roll(curve, 1)) / (0.002 * self.stride_time)

    def at_toe_off(self, curve: Floats) -> float:
        return float(np.interp(self.toe_off, PHASE, curve))


def mean_stride(table: GaitTable, speed: float) -> MeanStride:
    weights = table.weights(np.array([speed]))[0]
    landmark = PHASE + table.bumps(PHASE) @ (weights @ table.warps)
    thigh, shank, _, hip_up = np.einsum("nf,fcg,g->cn", waves(landmark), table.shapes, weights)
    toe_off = float(np.interp(table.landmarks[0], landmark, PHASE))
    return MeanStride(float(weights @ table.stride_times), toe_off, np.degrees(thigh), np.degrees(shank), hip_up)


@pytest.mark.parametrize("norm", running_norms(), ids=lambda n: f"{n.speed} m/s")
def test_running_at_a_norm_s_speed_is_the_norm(norm) -> None:
    stride = mean_stride(running(), norm.speed)
    assert stride.stride_time == pytest.approx(norm.stride_time.mean, rel=2e-3)
    assert stride.toe_off == pytest.approx(norm.toe_off.mean, abs=5e-4)
    assert np.abs(stride.thigh[::10] - np.degrees(norm.thigh.mean)).max() < 0.2
    assert np.abs(stride.shank[::10] - np.degrees(norm.shank.mean)).max() < 0.4


@pytest.mark.parametrize("speed", [8.0, 9.0, 9.5])
def test_sprint_has_the_figures_of_sprinting(speed: float) -> None:
    stride = mean_stride(running(), speed)
    assert 0.088 <= stride.toe_off * stride.stride_time <= 0.122
    assert 238 <= 120 / stride.stride_time <= 290
    assert 60 <= stride.thigh.max() <= 80
    assert -30 <= stride.at_toe_off(stride.thigh) <= -18
    assert 115 <= (stride.thigh - stride.shank).max() <= 135
    assert -5 <= stride.shank[0] <= 8
    assert 800 <= stride.rate(stride.shank).max() <= 1600
    assert 600 <= stride.rate(stride.thigh).max() <= 1000


@pytest.mark.parametrize(("speed", "least", "most"), [(3.5, 12, 20), (6.6, 3, 11), (9.4, -3, 4)])
def test_shank_falls_after_toe_off_by_less_the_faster_one_runs(speed: float, least: float, most: float) -> None:
    stride = mean_stride(running(), speed)
    rate = stride.rate(stride.shank)
    start = int(1000 * (stride.toe_off - 0.1))
    top = start + int(np.argmax(rate[start : start + 130]))
    falls = top + int(np.argmax(rate[top:] < -100 / stride.stride_time))
    assert least <= 1000 * stride.stride_time * (falls / 1000 - stride.toe_off) <= most


@pytest.mark.parametrize("speed", [0.8, 1.2, 1.4, 1.8, 2.0, 2.2])
def test_walking_has_double_support_and_the_shank_turns_after_toe_off(speed: float) -> None:
    stride = mean_stride(walking(), speed)
    assert stride.toe_off > 0.5
    turns = PHASE[np.argmin(stride.shank)] - stride.toe_off
    assert 0.066 <= turns * stride.stride_time <= 0.104


def test_the_thigh_of_a_fast_walk_peaks_at_the_end_of_swing() -> None:
    peaks = [PHASE[np.argmax(mean_stride(walking(), v).thigh)] for v in (1.0, 1.4, 2.0)]
    assert peaks[0] <= peaks[1] < peaks[2]
    assert peaks[2] > 0.94


@pytest.mark.parametrize("table", [running(), walking()], ids=["running", "walking"])
def test_knee_never_bends_backwards(table: GaitTable) -> None:
    for speed in np.linspace(table.speeds[0], table.speeds[-1], 15):
        stride = mean_stride(table, float(speed))
        assert (stride.thigh - stride.shank).min() > 0


def test_running_changes_smoothly_and_steadily_with_speed() -> None:
    strides = [mean_stride(running(), v) for v in np.arange(1.8, 9.6, 0.2)]
    for value in (
        [s.stride_time for s in strides],
        [s.toe_off * s.stride_time for s in strides],
        [-s.thigh.max() for s in strides],
    ):
        assert (np.diff(value) < 0).all()


def test_a_sprinter_in_flight_falls_freely() -> None:
    stride = mean_stride(running(), 9.5)
    step = stride.stride_time / 1000
    rise = (np.roll(stride.hip_up, -1) - 2 * stride.hip_up + np.roll(stride.hip_up, 1)) / step**2
    flight = rise[int(1000 * (stride.toe_off + 0.06)) : 440]
    assert np.abs(flight.mean() + GRAVITY) < 2.0


def test_below_the_slowest_run_the_shape_stays() -> None:
    still, slow = running().weights(np.array([0.0, 1.0]))
    np.testing.assert_allclose(still, slow, atol=0.02)
    assert abs(running().weights(np.linspace(0, 12, 50)).sum(axis=1) - 1.0).max() < 1e-9


def test_weights_have_no_kink() -> None:
    speed = np.linspace(0.0, 9.5, 20001)
    bend = np.diff(running().weights(speed), 2, axis=0) / (speed[1] - speed[0]) ** 2
    assert np.abs(np.diff(bend, axis=0)).max() < 0.05


def test_bumps_are_one_at_their_own_landmark_alone() -> None:
    table = running()
    np.testing.assert_allclose(table.bumps(np.r_[0.0, table.landmarks]), np.eye(4)[:, 1:], atol=1e-12)


def test_soft_floor_is_a_floor() -> None:
    value = soft_floor(np.array([-10.0, 0.0, 1.0, 10.0]), 1.0)
    assert (value >= 1.0).all()
    assert value[3] == pytest.approx(10.0, abs=2e-3)
