"""Ticks hold every sample once, whatever the cut, and say who has fallen silent."""

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from calibration.routine.settings import RoutineSettings
from calibration.routine.ticks import Tick, Ticker, look_at, samples_of, turned_rad
from firmware_bridge.samples import Quality, SampleBlock

SETTINGS = RoutineSettings()


def sensor(start: float, end: float, rate_hz: float = 50.0, seed: int = 0) -> SampleBlock:
    time = np.arange(start, end, 1.0 / rate_hz)
    rng = np.random.default_rng(seed)
    values = rng.standard_normal((2, len(time), 3))
    return SampleBlock(time, 0.01 * values[0], 0.01 * values[1] + [0, 9.81, 0], np.zeros(len(time), np.uint8))


def ticks(blocks: Sequence[SampleBlock], edges: Sequence[float]) -> list[Tick]:
    ticker, out = Ticker(len(blocks), SETTINGS), []
    bounds = [-np.inf, *edges, np.inf]
    for a, b in pairwise(bounds):
        out += ticker.push([block[slice(*np.searchsorted(block.time, (a, b)).tolist())] for block in blocks])
    return out


@settings(max_examples=30, deadline=None)
@given(
    edges=st.lists(st.floats(0.0, 9.0), max_size=12).map(sorted),
    starts=st.lists(st.floats(0.0, 2.0), min_size=2, max_size=4),
)
def test_any_cut_gives_the_same_ticks_and_loses_nothing(edges: list[float], starts: list[float]) -> None:
    blocks = [sensor(start, 8.0, seed=k) for k, start in enumerate(starts)]
    whole, cut = ticks(blocks, []), ticks(blocks, edges)
    assert [(t.time, t.silent) for t in cut] == [(t.time, t.silent) for t in whole]
    for one, other in zip(cut, whole, strict=True):
        for mine, theirs in zip(one.looks, other.looks, strict=True):
            assert mine.samples.time.tolist() == theirs.samples.time.tolist()
            assert mine.gyr.tobytes() == theirs.gyr.tobytes()
    for block, taken in zip(blocks, samples_of(whole), strict=True):
        assert taken.time.tolist() == block.time[block.time < whole[-1].time].tolist()


def test_ticks_are_a_quarter_second_apart_and_wait_for_the_last_sensor() -> None:
    times = [tick.time for tick in ticks([sensor(0.0, 3.0), sensor(0.0, 2.0)], [])]
    np.testing.assert_allclose(np.diff(times), SETTINGS.tick_s)
    assert times[-1] == 1.75


def test_who_is_far_behind_has_fallen_silent_until_it_is_back() -> None:
    whole = sensor(0.0, 10.0)
    gap = (whole.time < 3.0) | (whole.time >= 6.0)
    other = SampleBlock(whole.time[gap], whole.gyr[gap], whole.acc[gap], whole.quality[gap])
    silent = {tick.time: tick.silent for tick in ticks([whole, other], [])}
    assert silent[2.75] == silent[6.0] == frozenset()
    assert silent[3.25] == silent[4.25] == frozenset({1})
    assert silent[4.75] == frozenset()  # it comes back within the time that is waited for


def test_a_sensor_that_never_began_is_silent() -> None:
    assert {tick.silent for tick in ticks([sensor(0.0, 5.0), SampleBlock.empty()], [])} == {frozenset({1})}


def test_another_number_of_blocks_is_refused() -> None:
    with pytest.raises(ValueError, match="expected a block for each of 2 sensors, got 1"):
        list(Ticker(2, SETTINGS).push([SampleBlock.empty()]))


def test_filled_samples_did_not_come() -> None:
    block = sensor(0.0, 1.0)
    filled = replace(block, quality=np.where(np.arange(50) < 10, Quality.FILLED, Quality.CLEAN).astype(np.uint8))
    assert look_at(filled).came == 40
    assert look_at(SampleBlock.empty()).came == 0


@pytest.mark.parametrize(("shake", "quiet", "still"), [(0.0, True, True), (0.1, True, False), (0.5, False, False)])
def test_still_is_stricter_than_quiet(shake: float, quiet: bool, still: bool) -> None:
    block = sensor(0.0, 0.25)
    moved = replace(block, gyr=block.gyr + shake * np.sin(60.0 * block.time)[:, np.newaxis])
    tick = Tick(0.25, (look_at(moved),), frozenset())
    assert (tick.quiet(SETTINGS), tick.still(SETTINGS)) == (quiet, still)


def test_the_angle_between_poses_is_told() -> None:
    up = Tick(0.0, (look_at(sensor(0.0, 0.25)),), frozenset()).pose()
    assert turned_rad(up, np.array([[0.0, 1.0, 0.0]])) == pytest.approx(0.0, abs=0.01)
    assert turned_rad(up, np.array([[1.0, 0.0, 0.0]])) == pytest.approx(np.pi / 2, abs=0.01)
