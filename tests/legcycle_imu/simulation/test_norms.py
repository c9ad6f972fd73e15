import numpy as np

from legcycle_imu.simulation.norms import PERCENT, running_norms


def test_norms_come_slowest_first() -> None:
    assert [norm.speed for norm in running_norms()] == [2.5, 3.5, 4.5]


def test_norms_are_in_radians_metres_and_fractions() -> None:
    norm = running_norms()[1]
    assert norm.thigh.mean.shape == norm.shank.between.shape == norm.hip_up.shape == (PERCENT,)
    assert 0.5 < norm.thigh.mean.max() < 0.7
    assert np.abs(norm.hip_up).max() < 0.1
    assert 0.3 < norm.toe_off.mean < norm.peak_heel_lift.mean < norm.peak_knee_drive.mean < 1.0


def test_hip_moves_about_its_mean() -> None:
    for norm in running_norms():
        assert abs(norm.hip_forward.mean()) < 0.003
        assert abs(norm.hip_up.mean()) < 0.003
