import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from firmware_bridge.samples import Quality, parts_between_gaps
from legcycle_imu.events.track import Track, first_true, last_true

RATE_HZ = 100.0


def track_of(values: list[float], delay_s: float = 0.0) -> Track:
    track = Track(2, RATE_HZ, {1: delay_s})
    track.append(np.arange(len(values)) / RATE_HZ, np.array(values))
    return track


@given(st.lists(st.booleans()))
def test_the_first_true_is_the_one_that_any_loop_finds(mask: list[bool]):
    assert first_true(np.array(mask, np.bool_)) == next((k for k, hit in enumerate(mask) if hit), None)


@given(st.lists(st.booleans(), min_size=1).filter(any))
def test_the_last_true_is_the_one_that_any_loop_finds(mask: list[bool]):
    assert last_true(np.array(mask)) == max(k for k, hit in enumerate(mask) if hit)


@given(st.lists(st.sampled_from([0, int(Quality.AFTER_GAP), int(Quality.FILLED), int(Quality.AFTER_GAP | 1)])))
def test_parts_cover_the_block_and_begin_at_gaps(flags: list[int]):
    quality = np.array(flags, np.uint8)
    parts = list(parts_between_gaps(quality))
    assert [k for part, _ in parts for k in range(part.start, part.stop)] == list(range(len(flags)))
    for part, after_gap in parts:
        assert after_gap == bool(flags[part.start] & Quality.AFTER_GAP)
        assert not any(flags[k] & Quality.AFTER_GAP for k in range(part.start + 1, part.stop))


@pytest.mark.parametrize(("level", "share"), [(0.0, 0.5), (-1.0, 0.0), (1.0, 1.0), (0.5, 0.75), (7.0, 1.0)])
def test_a_crossing_lies_on_the_line_between_two_samples(level: float, share: float):
    assert track_of([-1.0, 1.0]).crossing(1, 1, level) == pytest.approx(share / RATE_HZ)


def test_a_crossing_is_dated_back_by_the_filters_delay():
    assert track_of([-1.0, 1.0], delay_s=0.003).crossing(1, 1, 0.0) == pytest.approx(0.5 / RATE_HZ - 0.003)


def test_numbers_count_from_the_first_sample_of_the_stream():
    track = track_of([0.0] * 50)
    track.skip_to(40)
    track.append(np.array([0.5]), np.array([9.0]))
    assert track.end == 51
    assert track.time(45) == pytest.approx(0.45)
    np.testing.assert_array_equal(track.ahead(1, None, 50), [9.0])


def test_what_was_forgotten_goes_but_for_the_sample_before():
    track = track_of([float(k) for k in range(50)])
    track.forget_before(30)
    track.append(np.array([0.5]), np.array([50.0]))
    np.testing.assert_array_equal(track.ahead(1, None, 29), np.arange(29.0, 51.0))


def test_a_search_has_a_deadline_and_waiting_tells_of_it():
    track = track_of([0.0] * 50)
    assert not track.waiting
    track.enter(10)
    assert track.waiting
    assert track.deadline(0.2) == 31
    assert track.deadline(9.0) == track.end
    track.skip_to(20)
    assert not track.waiting


@given(st.integers(0, 49))
def test_the_sample_at_a_time_is_counted(number: int):
    track = track_of([0.0] * 50)
    track.enter(5)
    assert track.number_at(number / RATE_HZ) == number
    assert track.number_at(number / RATE_HZ + 0.5 / RATE_HZ) == number + 1
    assert track.number_at(99.0) == track.end
