from collections.abc import Sequence
from dataclasses import replace
from functools import cache
from itertools import pairwise
from math import isnan, pi, radians

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from calibration.intrinsic import axis_errors
from calibration.intrinsic_guidance import IntrinsicGuidance, IntrinsicStep
from calibration.intrinsic_routine import IntrinsicRoutine
from calibration.model import IntrinsicCalibration
from calibration.poses import FACES, POSES
from firmware_bridge.samples import Quality, SampleBlock
from legcycle_imu.simulation.handled import Act, calibration_acts, handled, random_axes, tilted
from legcycle_imu.simulation.recording import sensor_facts
from legcycle_imu.simulation.sensors import SensorSetup, draw_sensors

G = 9.80665
X_UP, Y_UP, Z_UP = (np.array(face.up) for face in FACES[:3])


@cache
def sensor(seed: int = 1) -> tuple[SensorSetup, np.ndarray]:
    return draw_sensors(seed, rate_hz=100.0)[0], random_axes(np.random.default_rng(seed), radians(1.0))


def samples(acts: Sequence[Act], seed: int = 1) -> SampleBlock:
    setup, axes = sensor(seed)
    return handled(acts, setup, seed, axes)


@cache
def whole(seed: int = 1) -> SampleBlock:
    return samples(calibration_acts(np.random.default_rng(seed)), seed)


def routine(*, turns: bool = True) -> IntrinsicRoutine:
    return IntrinsicRoutine(sensor_facts(sensor()[0])._replace(device="5EED0001", node=3), turns=turns)


def told(guide: IntrinsicRoutine, block: SampleBlock, step: int = 20) -> list[IntrinsicGuidance]:
    """Give what is said, each thing once."""
    said: list[IntrinsicGuidance] = []
    for k in range(0, len(block), step):
        now = guide.push(block[k : k + step])
        if not said or repr(now) != repr(said[-1]):
            said.append(now)
    return said


def poses(count: int = 12) -> list[Act]:
    return [Act(np.array(pose.up)) for pose in POSES[:count]]


def troubles(said: list[IntrinsicGuidance]) -> list[str]:
    return list(dict.fromkeys(now.trouble.reason for now in said if now.trouble))


def assert_right(found: IntrinsicCalibration | None, seed: int = 1) -> None:
    setup, axes = sensor(seed)
    assert found is not None
    mine, true = axis_errors(found.acc_matrix), axis_errors(np.linalg.inv(np.diag(setup.acc_scale) @ axes))
    np.testing.assert_allclose(found.acc_bias_m_s2, setup.acc_bias, atol=0.001 * G)
    np.testing.assert_allclose(mine.scale, true.scale, atol=0.001)
    np.testing.assert_allclose(mine.nonorthogonality_rad, true.nonorthogonality_rad, atol=radians(0.1))
    if found.gyr_turns:
        np.testing.assert_allclose(np.array(found.gyr_scale) * setup.gyr_scale, 1.0, atol=0.0005)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_twelve_poses_and_turns_give_the_calibration(seed: int):
    said = told(routine(), whole(seed))
    assert troubles(said) == []
    assert_right(said[-1].outcome, seed)
    assert said[-1].outcome is not None
    assert (said[-1].outcome.device, said[-1].outcome.node) == ("5EED0001", 3)
    assert (said[-1].outcome.poses, said[-1].outcome.gyr_turns) == (12, 9)
    assert (said[-1].step, said[-1].progress, said[-1].turned) == (IntrinsicStep.DONE, 1.0, "xyz")


def test_steps_come_in_their_order_and_progress_never_falls():
    said = told(routine(), whole())
    steps = list(dict.fromkeys(now.step for now in said))
    assert steps == [IntrinsicStep.POSES, IntrinsicStep.TURNS, IntrinsicStep.DONE]
    for step in steps:
        progress = [now.progress for now in said if now.step is step]
        assert progress == sorted(progress)


def test_a_person_is_told_what_to_do_how_long_and_what_is_done():
    said = told(routine(turns=False), samples(poses(2)))
    assert said[0].instruction.startswith("Lay it on another face")
    holding = [now.remaining_s for now in said if not isnan(now.remaining_s)]
    assert holding[0] == pytest.approx(2.25)
    assert min(holding) == pytest.approx(0.25)
    assert [now.covered for now in said if now.instruction.startswith("Good")][-1] == ("+x", "+y")
    assert {now.lying for now in said} == {"", "+x", "+y"}


def test_after_the_faces_edges_are_asked_for():
    said = told(routine(), samples(poses(7)))
    assert said[-1].instruction.startswith("Good. Lean it on an edge")
    assert "1 of 6" in said[-1].instruction


def test_without_turns_it_is_done_after_the_twelfth_pose():
    said = told(routine(turns=False), samples(poses()))
    assert_right(said[-1].outcome)
    assert said[-1].outcome is not None
    assert said[-1].outcome.gyr_turns == 0
    assert said[-1].outcome.gyr_scale == (1.0, 1.0, 1.0)


def test_the_order_of_the_poses_does_not_matter():
    acts = poses()
    np.random.default_rng(5).shuffle(acts)  # type: ignore[arg-type]
    assert_right(told(routine(turns=False), samples(acts))[-1].outcome)


def test_the_same_pose_again_is_said_and_does_not_count():
    said = told(routine(turns=False), samples([Act(X_UP), Act(Y_UP), Act(X_UP)]))
    assert troubles(said) == ["It has lain like this before."]
    assert said[-1].covered == ("+x", "+y")


def test_a_pose_between_face_and_edge_is_said_and_does_not_count():
    said = told(routine(), samples([Act(tilted(X_UP, radians(22.5), np.random.default_rng(1)))]))
    assert troubles(said) == ["It lies neither on a face nor on an edge."]
    assert said[-1].covered == ()


def test_who_moves_too_soon_is_told_so():
    said = told(routine(), samples([Act(X_UP, lie_s=1.7), Act(Y_UP)]))
    assert [reason[:14] for reason in troubles(said)] == ["It moved after"]
    assert said[-1].covered == ("+y",)
    assert said[-1].trouble is None


def test_who_turns_it_slowly_while_it_should_lie_is_not_taken_for_still():
    slow = Act(tilted(X_UP, radians(12.0), np.random.default_rng(1)), move_s=6.0, lie_s=0.0)
    said = told(routine(), samples([Act(X_UP, lie_s=1.0), slow]))
    assert said[-1].covered == ()


def test_a_bad_rest_is_found_and_asked_for_once_more():
    block = samples(poses())
    bad = (block.time > 5 * 4.5) & (block.time < 6 * 4.5)  # the sixth pose, in a lift that sets off
    block = SampleBlock(block.time, block.gyr, np.where(bad[:, np.newaxis], 1.02, 1.0) * block.acc, block.quality)
    guide = routine(turns=False)
    said = told(guide, block)
    assert "disagree" in said[-1].trouble.reason  # type: ignore[union-attr]
    assert "z axis down" in said[-1].trouble.advice  # type: ignore[union-attr]
    again = told(guide, _later(samples([Act(X_UP), Act(-Z_UP)]), block.time[-1]))
    assert_right(again[-1].outcome)


def test_a_sensor_whose_range_is_wrong_is_never_calibrated():
    block = samples(poses())
    said = told(routine(), SampleBlock(block.time, block.gyr, 2.0 * block.acc, block.quality))
    assert said[-1].covered == ()
    assert "range" in said[-1].trouble.advice  # type: ignore[union-attr]


def test_nine_poses_will_do_where_no_more_come():
    keep = [pose for pose in POSES if pose.name not in {"x-y", "y-z", "z-x"}]
    guide = routine()
    told(guide, samples([Act(np.array(pose.up)) for pose in keep]))
    assert not guide.guidance().done
    assert guide.flush().outcome is not None
    assert_right(guide.flush().outcome)


def test_eight_poses_will_not():
    guide = routine()
    told(guide, samples(poses(8)))
    ended = guide.flush()
    assert ended.outcome is None
    assert ended.trouble is not None
    assert "8 rests" in ended.trouble.reason


def test_turns_that_are_missing_are_done_without():
    guide = routine()
    acts = [*poses(), Act(Y_UP), Act(Y_UP, 6.0, 3.5, -6 * pi)]
    said = told(guide, samples(acts))
    assert (said[-1].turned, said[-1].done) == ("y", False)
    found = guide.flush().outcome
    assert found is not None
    assert found.gyr_scale[1] * sensor()[0].gyr_scale[1] == pytest.approx(1.0, abs=0.0005)
    assert found.gyr_scale[0] == found.gyr_scale[2] == 1.0


TURNING = [*poses(), Act(Y_UP)]


@pytest.mark.parametrize(
    ("turn", "reason"),
    [
        (Act(Y_UP, 5.0, 3.5, 5 * pi), "no whole number of turns"),
        (Act(Y_UP, 8.0, 3.5, 20 * pi), "nobody can tell"),
        (Act(Y_UP, 2.0, 3.5, pi), "no whole number of turns"),
    ],
)
def test_what_is_no_whole_turn_is_said_and_does_not_count(turn: Act, reason: str):
    said = told(routine(), samples([*TURNING, turn]))
    assert reason in said[-1].trouble.reason  # type: ignore[union-attr]
    assert said[-1].turned == ""


def test_a_turn_faster_than_the_range_is_said():
    setup, axes = sensor()
    block = handled([*TURNING, Act(Y_UP, 3.0, 3.5, 6 * pi)], replace(setup, gyr_range=radians(500.0)), 1, axes)
    said = told(routine(), block)
    assert "faster" in said[-1].trouble.reason  # type: ignore[union-attr]


def test_samples_lost_in_a_turn_spoil_it():
    block = samples([*TURNING, Act(Y_UP, 6.0, 3.5, 6 * pi)])
    quality = block.quality.copy()
    quality[np.searchsorted(block.time, 13 * 4.5 + 3.0)] |= Quality.AFTER_GAP
    said = told(routine(), SampleBlock(block.time, block.gyr, block.acc, quality))
    assert "lost" in said[-1].trouble.reason  # type: ignore[union-attr]


def test_a_nudge_on_the_table_means_nothing():
    said = told(routine(), samples([*TURNING, Act(Y_UP, 1.0, 3.5, 0.3), Act(Y_UP, 6.0, 3.5, 6 * pi)]))
    assert troubles(said) == []
    assert said[-1].turned == "y"


def test_while_it_is_turned_nothing_else_is_asked_for():
    said = told(routine(), samples([*TURNING, Act(Y_UP, 6.0, 3.5, 6 * pi)]))
    asked = [now.instruction for now in said if now.step is IntrinsicStep.TURNS and not now.turned]
    turning = [text for text in dict.fromkeys(asked) if text != "Hold it still."]
    assert turning == [turning[0], turning[1]]
    assert turning[0].startswith("Lay it on a face")
    assert turning[1].startswith("Turn it three whole turns")
    assert said[-1].instruction.endswith("1 of 3 axes are done.")


@settings(max_examples=10, deadline=None)
@given(st.lists(st.integers(0, 9500), max_size=12))
def test_any_cutting_tells_the_same(cuts: list[int]):
    block, guide = whole(), routine()
    ends = [end for end in sorted(cuts) if end < len(block)]
    for begin, end in pairwise([0, *ends, len(block)]):
        guide.push(block[begin:end])
    one = routine()
    assert repr(guide.guidance()) == repr(one.push(block))


def _later(block: SampleBlock, by_s: float) -> SampleBlock:
    return SampleBlock(block.time + by_s + 0.01, block.gyr, block.acc, block.quality)
