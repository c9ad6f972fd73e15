from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from firmware_bridge.backlog import ENTRY_BYTES, Amount, Backlog
from firmware_bridge.recording_format import marker
from firmware_bridge.source import Chunk, Kind

BIG = 10**9


def chunks(first: int, count: int, size: int = 10) -> list[Chunk]:
    return [Chunk(0, n, bytes(size)) for n in range(first, first + count)]


def test_what_waits_comes_out_in_its_order_and_stays_until_it_is_written():
    backlog = Backlog(BIG)
    backlog.put(0.0, chunks(0, 3))
    backlog.put(1.0, chunks(3, 2))

    part = backlog.oldest(BIG)
    assert part.chunks == chunks(0, 5)
    assert backlog.oldest(BIG) == part
    assert backlog.waiting == Amount(5, 50)

    backlog.put(2.0, chunks(5, 1))
    backlog.wrote(part)
    assert (backlog.waiting, backlog.written, backlog.lost) == (Amount(1, 10), Amount(5, 50), Amount())
    assert backlog.oldest(BIG).chunks == chunks(5, 1)


def test_a_long_backlog_is_taken_in_pieces_of_whole_batches():
    backlog = Backlog(BIG)
    for n in range(10):
        backlog.put(0.0, chunks(n, 1, 1000))

    assert len(backlog.oldest(3 * (1000 + ENTRY_BYTES)).chunks) == 3
    assert len(backlog.oldest(1).chunks) == 1
    assert backlog.oldest(BIG).chunks == chunks(0, 10, 1000)


def test_nothing_is_no_batch():
    backlog = Backlog(BIG)
    backlog.put(0.0, [])

    assert backlog.oldest(BIG) == ([], 0)
    assert backlog.lag_s(99.0) == 0.0


def test_the_lag_is_the_age_of_the_oldest():
    backlog = Backlog(BIG)
    backlog.put(10.0, chunks(0, 1))
    backlog.put(12.0, chunks(1, 1))
    assert backlog.lag_s(12.5) == 2.5

    backlog.wrote(backlog.oldest(1))
    assert backlog.lag_s(12.5) == 0.5


def test_what_finds_no_place_is_counted_and_said_once_there_is_place():
    backlog = Backlog(3 * (10 + ENTRY_BYTES))
    backlog.put(0.0, chunks(0, 3))
    backlog.put(1.0, chunks(3, 2))
    backlog.put(2.0, chunks(5, 1))
    assert (backlog.lost, backlog.losing) == (Amount(3, 30), 3)

    backlog.wrote(backlog.oldest(BIG))
    backlog.put(3.0, chunks(6, 1))
    said = marker(6, "3 entries before this were lost")
    assert backlog.oldest(BIG).chunks == [said, *chunks(6, 1)]
    assert backlog.waiting == Amount(2, 10 + len(said.data))
    assert (backlog.lost, backlog.losing) == (Amount(3, 30), 0)


def test_what_has_gone_from_the_disk_counts_as_lost():
    backlog = Backlog(BIG)
    backlog.lose(-4)
    assert backlog.lost == Amount()

    backlog.lose(4)
    assert backlog.lost == Amount(4, 0)


@settings(max_examples=60, derandomize=True)
@given(st.lists(st.tuples(st.integers(0, 5), st.booleans()), max_size=30), st.integers(0, 2000))
def test_every_entry_is_written_waits_or_is_counted(steps, bound):
    backlog, put, got = Backlog(bound), 0, []
    for count, write in steps:
        backlog.put(0.0, chunks(put, count))
        put += count
        assert backlog.waiting.memory <= bound + 2 * ENTRY_BYTES  # a mark may come on top
        if write:
            got += (part := backlog.oldest(500)).chunks
            backlog.wrote(part)
    marks = [chunk for chunk in got + backlog.oldest(BIG).chunks if chunk.kind is Kind.MARKER]
    assert backlog.written.plus(backlog.waiting).plus(backlog.lost).entries == put + len(marks)
    numbers = [chunk.arrival_ns for chunk in got if chunk.kind is not Kind.MARKER]
    assert all(a < b for a, b in pairwise(numbers))
    assert sum(int(mark.data.split()[0]) for mark in marks) + backlog.losing == backlog.lost.entries


@pytest.mark.parametrize(
    ("amount", "text"),
    [
        (Amount(1, 20), "1 entry (0.0 kB)"),
        (Amount(7, 1500), "7 entries (1.5 kB)"),
        (Amount(9, 10**7), "9 entries (10.0 MB)"),
    ],
)
def test_amounts_are_said(amount, text):
    assert str(amount) == text
