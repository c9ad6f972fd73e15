import copy
from math import nan

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from firmware_bridge.samples import Placement, Segment, Side
from legcycle_imu.angle_grid import PLACEMENTS, AngleRows, AnglesResampler, GridSettings
from legcycle_imu.model import SegmentAngles

LEFT_THIGH, LEFT_SHANK, RIGHT_THIGH, RIGHT_SHANK = PLACEMENTS


def motion(time: np.ndarray) -> np.ndarray:
    return 0.6 * np.sin(2 * np.pi * 1.45 * time)


def motion_rate(time: np.ndarray) -> np.ndarray:
    return 0.6 * 2 * np.pi * 1.45 * np.cos(2 * np.pi * 1.45 * time)


def track(placement: Placement, time: np.ndarray) -> SegmentAngles:
    return SegmentAngles(placement, time, motion(time), motion_rate(time), np.zeros(len(time), np.uint8))


def part(angles: SegmentAngles, start: int, stop: int) -> SegmentAngles:
    return SegmentAngles(
        angles.placement,
        angles.time[start:stop],
        angles.angle[start:stop],
        angles.rate[start:stop],
        angles.quality[start:stop],
    )


def leg(start: float = 0.003, stop: float = 2.0) -> list[SegmentAngles]:
    return [
        track(LEFT_THIGH, np.arange(start, stop, 1 / 200)),
        track(LEFT_SHANK, np.arange(start + 0.1012, stop - 0.05, 1 / 187)),
    ]


def join(parts: list[AngleRows]) -> AngleRows:
    return AngleRows(np.concatenate([p.time for p in parts]), np.concatenate([p.angle for p in parts]))


def run(resampler: AnglesResampler, calls: list[list[SegmentAngles]]) -> AngleRows:
    return join([*(resampler.push(call) for call in calls), resampler.flush()])


def time_merged(tracks: list[SegmentAngles], size: int) -> list[SegmentAngles]:
    pieces = [part(t, i, i + size) for t in tracks for i in range(0, len(t), size)]
    return sorted(pieces, key=lambda p: (float(p.time[-1]), p.placement))


def same(one: AngleRows, other: AngleRows) -> bool:
    return np.array_equal(one.time, other.time) and np.array_equal(one.angle, other.angle, equal_nan=True)


def test_the_columns_are_those_of_the_table() -> None:
    assert [str(p) for p in PLACEMENTS] == ["left thigh", "left shank", "right thigh", "right shank"]


def test_rows_lie_on_the_grid_and_meet_the_motion() -> None:
    rows = run(AnglesResampler([LEFT_THIGH, LEFT_SHANK]), [leg()])
    assert np.array_equal(rows.time, np.arange(1, 200) / 100)
    known = ~np.isnan(rows.angle)
    assert known[:, 0].all()
    assert not known[:, 2:].any()
    assert np.array_equal(np.flatnonzero(~known[:10, 1]), np.arange(10))  # before the shank's first sample
    assert np.nanmax(np.abs(rows.angle[:, 0] - motion(rows.time))) < np.radians(0.001)
    assert np.nanmax(np.abs(rows.angle[:, 1] - motion(rows.time))) < np.radians(0.001)


@settings(max_examples=25)
@given(size=st.integers(1, 400), calls=st.lists(st.integers(1, 50), max_size=40))
def test_the_rows_do_not_depend_on_the_cut(size: int, calls: list[int]) -> None:
    whole = run(AnglesResampler([LEFT_THIGH, LEFT_SHANK]), [leg()])
    pieces = time_merged(leg(), size)
    cut = []
    for count in calls:
        cut.append(pieces[:count])
        pieces = pieces[count:]
    assert same(run(AnglesResampler([LEFT_THIGH, LEFT_SHANK]), [*cut, pieces]), whole)


@settings(max_examples=25)
@given(st.integers(0, 800))
def test_what_was_given_is_never_taken_back_and_a_copy_continues_identically(cut: int) -> None:
    pieces = time_merged(leg(), 1)
    resampler = AnglesResampler([LEFT_THIGH, LEFT_SHANK])
    before = resampler.push(pieces[:cut])
    whole = run(AnglesResampler([LEFT_THIGH, LEFT_SHANK]), [leg()])
    assert same(before, AngleRows(whole.time[: len(before.time)], whole.angle[: len(before.time)]))
    resumed = AnglesResampler(state=copy.deepcopy(resampler.state))
    assert same(join([before, run(resumed, [pieces[cut:]])]), whole)


def test_a_row_waits_for_every_present_segment() -> None:
    thigh, shank = leg()
    resampler = AnglesResampler([LEFT_THIGH, LEFT_SHANK])
    assert len(resampler.push([thigh]).time) == 0
    rows = resampler.push([part(shank, 0, 100)])
    assert rows.time[-1] <= shank.time[99] < rows.time[-1] + 0.01
    alone = AnglesResampler([LEFT_THIGH]).push([thigh])
    assert len(alone.time) > len(rows.time)


@pytest.mark.parametrize(("gap_s", "blank"), [(0.095, False), (0.105, True)])
def test_long_gaps_are_blank_and_short_ones_are_bridged(gap_s: float, blank: bool) -> None:
    time = np.r_[np.arange(0.0, 1.0, 0.005), 0.995 + gap_s + np.arange(0.0, 1.0, 0.005)]
    rows = run(AnglesResampler([LEFT_THIGH]), [[track(LEFT_THIGH, time)]])
    inside = (rows.time > 0.996) & (rows.time < 0.994 + gap_s)
    assert inside.any()
    assert np.isnan(rows.angle[inside, 0]).all() == blank
    assert not np.isnan(rows.angle[~inside, 0]).any()
    if not blank:
        assert np.abs(rows.angle[inside, 0] - motion(rows.time[inside])).max() < np.radians(0.1)


def test_a_sensor_that_stays_silent_is_not_waited_for_forever() -> None:
    resampler = AnglesResampler(settings=GridSettings(silent_s=2.0))
    time = np.arange(0.0, 10.0, 0.005)
    rows = resampler.push([track(p, time) for p in (LEFT_THIGH, LEFT_SHANK, RIGHT_THIGH)])
    assert rows.time[-1] == pytest.approx(7.99, abs=0.011)
    assert not np.isnan(rows.angle[:, :3]).any()
    assert np.isnan(rows.angle[:, 3]).all()


def test_a_sensor_that_comes_back_fills_its_column_again() -> None:
    resampler = AnglesResampler([LEFT_THIGH, LEFT_SHANK], GridSettings(silent_s=2.0))
    time = np.arange(0.0, 10.0, 0.005)
    calls = [[track(LEFT_THIGH, time), track(LEFT_SHANK, time[:200])], [track(LEFT_SHANK, time[1600:])]]
    rows = run(resampler, calls)
    assert np.array_equal(np.isnan(rows.angle[:, 1]), (rows.time > 0.996) & (rows.time < 7.999))
    assert not np.isnan(rows.angle[:, 0]).any()


def test_memory_is_bounded() -> None:
    resampler = AnglesResampler([LEFT_THIGH, LEFT_SHANK])
    for second in range(50):
        time = second + np.arange(0.0, 1.0, 0.005)
        resampler.push([track(LEFT_THIGH, time), track(LEFT_SHANK, time)])
    held = [len(block[0]) for t in resampler.state.tracks.values() for block in t.blocks]
    assert sum(held) < 20


@given(rate=st.sampled_from([100.0, 60.0, 29.97, 7.3]), start=st.floats(0, 1e5))
@settings(max_examples=50)
def test_no_row_is_lost_or_blank_at_the_ends(rate: float, start: float) -> None:
    time = start + np.arange(0.0, 1.0, 0.005)
    rows = run(AnglesResampler([LEFT_SHANK], GridSettings(rate)), [[track(LEFT_SHANK, time)]])
    number = np.rint(rows.time * rate)
    assert np.array_equal(rows.time, number / rate)
    assert np.array_equal(np.diff(number), np.ones(len(number) - 1))
    assert (number[0] - 1) / rate < time[0] <= rows.time[0]
    assert rows.time[-1] <= time[-1] < (number[-1] + 1) / rate
    assert not np.isnan(rows.angle[:, 1]).any()


def test_nothing_in_nothing_out_and_strangers_are_ignored() -> None:
    resampler = AnglesResampler([LEFT_THIGH])
    assert len(resampler.flush().time) == 0
    stranger = track(Placement(Side.RIGHT, Segment.SHANK), np.arange(0, 1, 0.01))
    assert resampler.push([stranger]).angle.shape == (0, 4)
    assert len(AnglesResampler([]).flush().time) == 0


def test_an_unknown_angle_stays_unknown_next_to_known_ones() -> None:
    time = np.arange(0.0, 0.1, 0.010)
    angles = track(LEFT_THIGH, time)
    angles.angle[5] = nan
    rows = run(AnglesResampler([LEFT_THIGH]), [[angles]])
    assert np.array_equal(np.flatnonzero(np.isnan(rows.angle[:, 0])), [5])


@pytest.mark.parametrize("name", ["rate_hz", "longest_gap_s", "silent_s"])
def test_settings_that_cannot_work_are_refused(name: str) -> None:
    with pytest.raises(ValueError, match=f"expected {name} above 0, got"):
        GridSettings(**{name: 0.0})
