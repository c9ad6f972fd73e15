"""Left or right from running. That it holds for real legs is measured by `benchmarks.identification`."""

import numpy as np
import pytest

from calibration.side import POINTS, RIGHT_LEG, LikelySide, SideSettings, leg_waves, likely_side
from firmware_bridge.samples import SampleBlock, Side

RATE_HZ, STRIDE_S, STRIDES = 100.0, 0.7, 12


def course(waves: np.ndarray, phase: np.ndarray) -> np.ndarray:
    """Give the course (n,) of harmonics."""
    return sum(2 * (wave * np.exp(2j * np.pi * (k + 1) * phase)).real for k, wave in enumerate(waves))


def leg(sign: float, size: float = 0.3, rate_hz: float = RATE_HZ, duration_s: float = STRIDES * STRIDE_S):
    """Give a leg that moves out of its plane as right legs do, or, with a negative sign, as left ones."""
    time = np.arange(int(duration_s * rate_hz)) / rate_hz
    phase, still = time / STRIDE_S, np.zeros(len(time))
    blocks = []
    for half, swing in ((0, 3.0), (3, 7.0)):
        # the votes' weights stand for the courses themselves: a leg that is as like them as can be
        x, y, z = (
            size * sign * course(np.conj(RIGHT_LEG[half + k]) / np.abs(RIGHT_LEG[half + k]).max(), phase)
            for k in range(3)
        )
        gyr = np.stack([x, y, swing * np.sin(2 * np.pi * phase)], axis=1)
        acc = np.stack([still, still + 9.81, z], axis=1)
        blocks.append(SampleBlock(time, gyr, acc, np.zeros(len(time), np.uint8)))
    return blocks


def mirrored(block: SampleBlock) -> SampleBlock:
    """Give what the other leg would feel, doing the same: z is to the right on both."""
    return SampleBlock(block.time, block.gyr * [-1, -1, 1], block.acc * [1, 1, -1], block.quality)


@pytest.mark.parametrize(("sign", "side"), [(1.0, Side.RIGHT), (-1.0, Side.LEFT)])
@pytest.mark.parametrize("rate_hz", [60.0, 200.0])
def test_a_leg_that_moves_as_right_legs_do_is_a_right_one(sign: float, side: Side, rate_hz: float):
    found = likely_side(*leg(sign, rate_hz=rate_hz), (rate_hz, rate_hz))
    assert isinstance(found, LikelySide)
    assert found.side is side
    assert found.margin > 0.4
    assert STRIDES - 3 <= found.strides <= STRIDES


def test_the_mirror_image_of_a_leg_is_the_other_leg():
    blocks = leg(1.0, 0.8)
    one = likely_side(*blocks, (RATE_HZ, RATE_HZ))
    other = likely_side(*(mirrored(b) for b in blocks), (RATE_HZ, RATE_HZ))
    assert one is not None
    assert other is not None
    assert (one.side, other.side) == (Side.RIGHT, Side.LEFT)
    assert one.margin == pytest.approx(other.margin)


def test_a_leg_that_stays_in_its_plane_has_no_side():
    assert likely_side(*leg(1.0, 0.0), (RATE_HZ, RATE_HZ)) is None


def test_turning_the_frames_about_the_vertical_changes_nothing():
    c, s = np.cos(0.3), np.sin(0.3)
    turn = np.array([[c, 0, s], [0, 1, 0], [-s, 0, c]])
    blocks = leg(1.0)
    turned = [SampleBlock(b.time, b.gyr @ turn.T, b.acc @ turn.T, b.quality) for b in blocks]
    one, other = (leg_waves(*x, (RATE_HZ, RATE_HZ), SideSettings()) for x in (blocks, turned))
    assert one is not None
    assert other is not None
    np.testing.assert_allclose(one[0], other[0], atol=1e-9)
    assert one[0].shape == (6, 3)
    assert 2 * one[0].shape[1] < POINTS


def test_too_few_strides_say_nothing():
    assert likely_side(*leg(1.0, duration_s=3.0), (RATE_HZ, RATE_HZ)) is None
    assert likely_side(SampleBlock.empty(), SampleBlock.empty(), (RATE_HZ, RATE_HZ)) is None


def test_strides_with_a_gap_are_left_out():
    thigh, shank = leg(1.0)
    holed = SampleBlock.join([thigh[:300], thigh[350:]])
    whole, part = (likely_side(t, shank, (RATE_HZ, RATE_HZ)) for t in (thigh, holed))
    assert whole is not None
    assert part is not None
    assert whole.strides - 2 <= part.strides < whole.strides
    assert part.side is whole.side
