from math import pi, radians

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from calibration.poses import FACES, POSES, pose_of
from firmware_bridge.samples import Placement, SampleBlock, Segment, Side
from legcycle_imu.simulation.gaits import GRAVITY
from legcycle_imu.simulation.handled import Act, HandledRun, calibration_acts, felt_by, handled, random_axes, tilted
from legcycle_imu.simulation.motion import GRID_HZ
from legcycle_imu.simulation.sensors import NO_ERRORS, SensorSetup, random_rotation
from legcycle_imu.simulation.streaming import StreamingSettings

PLACE = Placement(Side.LEFT, Segment.THIGH)
PERFECT = SensorSetup(PLACE, np.zeros(3), model=NO_ERRORS)


@settings(max_examples=20)
@given(st.integers(0, 2**32 - 1))
def test_what_is_upright_follows_the_rate(seed: int):
    """The vertical, turned back by the integrated rate alone, is where it is laid in the end."""
    rng = np.random.default_rng(seed)
    first, last = random_rotation(rng)[0], random_rotation(rng)[0]
    rate, _ = felt_by([Act(first, lie_s=0.1), Act(last, lie_s=0.1)])
    up = first
    for k in np.flatnonzero(np.abs(rate).max(axis=0) > 0.0):
        step = rate[:, k] / GRID_HZ
        size = float(np.linalg.norm(step))
        up = (
            np.cos(size) * up
            - np.sin(size) * np.cross(step / size, up)
            + (1 - np.cos(size)) * (step @ up) * step / size**2
        )
    np.testing.assert_allclose(up, last, atol=1e-4)


def test_opposite_faces_are_half_a_turn_apart():
    rate, _ = felt_by([Act(np.array(FACES[0].up), lie_s=0.1), Act(np.array(FACES[3].up), lie_s=0.1)])
    assert np.linalg.norm(rate.sum(axis=1)) / GRID_HZ == pytest.approx(pi, rel=1e-6)


def test_a_turn_turns_by_its_angle_about_what_is_upright():
    up = tilted(np.array(FACES[1].up), radians(5.0), np.random.default_rng(1))
    rate, force = felt_by([Act(up, lie_s=0.1), Act(up, 2.0, 0.1, -6 * pi)])
    np.testing.assert_allclose(rate.sum(axis=1) / GRID_HZ, -6 * pi * up, rtol=1e-6, atol=1e-6)
    still = np.linalg.norm(rate, axis=0) > 0.0
    np.testing.assert_allclose(force[:, still].T, np.tile(GRAVITY * up, (still.sum(), 1)))


def test_at_rest_it_feels_one_g_and_lies_in_every_pose():
    block = handled(calibration_acts(np.random.default_rng(1)), PERFECT)
    resting = (np.abs(block.gyr) < 1e-6).all(axis=1) & (block.time > 1.05)  # laid down first
    np.testing.assert_allclose(np.linalg.norm(block.acc[resting], axis=1), GRAVITY, rtol=0.01)
    assert {pose_of(acc) for acc in block.acc[resting][::20].tolist()} >= set(POSES)


def test_axes_that_are_not_square_show_at_rest():
    axes = random_axes(np.random.default_rng(1), radians(1.0))
    block = handled([Act(np.array(FACES[0].up))], PERFECT, axes=axes)
    np.testing.assert_allclose(block.acc[-100] / GRAVITY, axes[:, 0], atol=1e-9)


def test_no_axes_are_further_from_square_than_asked():
    for seed in range(50):
        axes = random_axes(np.random.default_rng(seed), radians(1.0))
        cosines = [axes[a] @ axes[b] / np.linalg.norm(axes[a]) / np.linalg.norm(axes[b]) for a, b in ((0, 1), (1, 2))]
        assert np.abs(np.arcsin(cosines)).max() <= radians(1.01)


def test_without_turns_there_are_twelve_acts():
    assert len(calibration_acts(np.random.default_rng(1), turns=0)) == 12
    assert sum(act.turned_rad != 0.0 for act in calibration_acts(np.random.default_rng(1))) == 3


def test_a_run_in_pieces_is_the_whole():
    acts = calibration_acts(np.random.default_rng(1))[:2]
    run = HandledRun(StreamingSettings(rate_hz=100.0), acts)
    pieces = list(run.pieces({PLACE}))
    joined = SampleBlock.join([samples[PLACE] for _, samples in pieces])
    assert [end for end, _ in pieces] == sorted(end for end, _ in pieces)
    assert len(joined) == pytest.approx(2 * 4.5 * 100, abs=2)
    assert (np.diff(joined.time) > 0.009).all()


def test_its_entries_are_the_same_whoever_else_is_asked_for():
    acts = calibration_acts(np.random.default_rng(1))[:1]

    def entries(count: int) -> list[bytes]:
        run = HandledRun(StreamingSettings(), acts)
        facts = {
            k: run._facts(found.told.placement) for k, found in enumerate(run.found()[:count]) if found.told.placement
        }
        return [chunk.data for chunk in run.entries(facts) if chunk.sensor == 0]

    assert entries(1) == entries(2)
