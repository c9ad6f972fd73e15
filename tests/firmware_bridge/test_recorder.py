import math
import sqlite3
import sys
from threading import Event

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from firmware_bridge.backlog import ENTRY_BYTES, Amount
from firmware_bridge.errors import Reason, RecordingError
from firmware_bridge.recorder import Recorder, RecorderSettings
from firmware_bridge.recorder_state import Condition
from firmware_bridge.recording import Marker, Recording, RecordingMeta, RecordingWriter
from firmware_bridge.samples import Placement, Segment, Side
from firmware_bridge.source import Chunk, Kind, SensorFacts

META = RecordingMeta((SensorFacts(Placement(Side.LEFT, Segment.THIGH), "imported", 200.0, math.inf, math.inf),))
CHUNKS = [Chunk(0, n, n.to_bytes(4, "big"), Kind.SENT if n % 7 == 3 else Kind.RECEIVED) for n in range(40)]
BY_HAND = RecorderSettings(commit_s=3600.0, retry_s=0.0, close_s=30.0)
"""The thread waits for the end; tests write by hand."""
LONG_S = 30.0
FULL = RecordingError(Reason.NOT_WRITABLE, "run.legcycle cannot be written: database or disk is full.", "Make room.")


class Clock:
    """A clock that is told the time."""

    now = 100.0

    def __call__(self) -> float:
        return self.now


class Disk:
    """A writer and its file, which go wrong as they are told."""

    def __init__(self) -> None:
        self.certain: list[Chunk] = []
        self.added: list[Chunk] = []
        self.troubles: list[str] = []
        self.refuses = self.closed = False
        self.answers, self.asked = Event(), Event()
        self.answers.set()

    def open(self, _path, _meta) -> "Disk":
        return self

    def add_many(self, chunks) -> None:
        self.asked.set()
        assert self.answers.wait(LONG_S)
        self.added += chunks[: len(chunks) // 2]
        self._trouble("add")
        self.added += chunks[len(chunks) // 2 :]

    def commit(self) -> None:
        self._trouble("commit")
        self.certain += self.added
        self.added = []
        self._trouble("after")

    def recover(self) -> int:
        self._trouble("recover")
        self.added = []
        return len(self.certain)

    def close(self) -> None:
        self.certain += self.added
        self.closed = True

    def _trouble(self, where: str) -> None:
        if self.refuses or (self.troubles and self.troubles[0] == where and self.troubles.pop(0)):
            raise FULL


@pytest.fixture
def disk():
    return Disk()


@pytest.fixture
def clock():
    return Clock()


def recorder_on(disk, tmp_path, clock, how=BY_HAND) -> Recorder:
    return Recorder(tmp_path / "run.legcycle", META, settings=how, clock=clock, open_writer=disk.open)


def test_what_is_put_is_in_the_recording_in_its_order(tmp_path):
    with Recorder(tmp_path / "run.legcycle", META, settings=RecorderSettings(commit_s=0.001)) as recorder:
        for n in range(0, 40, 4):
            recorder.put(CHUNKS[n : n + 4])
        recorder.marker(17, "Hügel")

    assert recorder.state.written == Amount(41, 4 * 40 + len("Hügel".encode()))
    with Recording.open(recorder.path) as recording:
        assert not recording.recovered
        assert [chunk for batch in recording.batches(100) for chunk in batch] == CHUNKS
        assert recording.markers() == [Marker(17, "Hügel")]
        assert recording.meta == META
    assert [p.name for p in tmp_path.iterdir()] == ["run.legcycle"]


def test_it_writes_by_itself_while_it_is_open(disk, tmp_path, clock):
    with recorder_on(disk, tmp_path, clock, RecorderSettings(commit_s=0.001)) as recorder:
        recorder.put(CHUNKS[:1])
        assert disk.asked.wait(LONG_S)
        assert not disk.closed
    assert disk.certain == CHUNKS[:1]
    assert disk.closed


def test_the_state_shows_what_waits_and_what_is_certain(disk, tmp_path, clock):
    with recorder_on(disk, tmp_path, clock) as recorder:
        recorder.put(CHUNKS[:3])
        recorder.put([])
        clock.now += 0.3
        state = recorder.state
        assert (state.waiting, state.written, state.lost) == (Amount(3, 12), Amount(), Amount())
        assert (state.lag_s, state.elapsed_s) == pytest.approx((0.3, 0.3))
        assert (state.condition, state.alarm) == (Condition.RECORDING, False)
        assert state.sentence == "Recording to run.legcycle."

        assert recorder._write()
        state = recorder.state
        assert (state.waiting, state.written, state.lag_s) == (Amount(), Amount(3, 12), 0.0)


@pytest.mark.parametrize(
    ("age_s", "alarm", "condition", "sentence"),
    [
        (1.9, False, Condition.RECORDING, "Recording to run.legcycle."),
        (2.1, True, Condition.WAITING, "The disk is 2.1 s behind. 3 entries (0.0 kB) wait in memory."),
        (7.0, True, Condition.WAITING, "The disk has not answered for 7 s. 3 entries (0.0 kB) wait in memory."),
    ],
)
def test_a_disk_that_stalls_blocks_nobody_and_loses_nothing(disk, tmp_path, clock, age_s, alarm, condition, sentence):
    recorder = recorder_on(disk, tmp_path, clock, RecorderSettings(commit_s=0.001, close_s=LONG_S))
    disk.answers.clear()
    recorder.put(CHUNKS[:2])
    assert disk.asked.wait(LONG_S)

    recorder.put(CHUNKS[2:3])  # would wait for ever if it waited
    clock.now += age_s
    state = recorder.state
    assert (state.alarm, state.condition, state.sentence) == (alarm, condition, sentence)

    disk.answers.set()
    recorder.close()
    assert disk.certain == CHUNKS[:3]
    assert recorder.state.condition is Condition.RECORDING


def test_a_disk_that_refuses_is_asked_until_it_accepts(disk, tmp_path, clock):
    with recorder_on(disk, tmp_path, clock) as recorder:
        disk.refuses = True
        for n in range(5):
            recorder.put(CHUNKS[n : n + 1])
            assert not recorder._write()
        state = recorder.state
        assert state.condition is Condition.FAILING
        assert state.sentence == f"{FULL.sentence} 5 entries (0.0 kB) wait in memory."
        assert disk.certain == []

        disk.refuses = False
        assert recorder._write()
        assert disk.certain == CHUNKS[:5]
        assert recorder.state.condition is Condition.RECORDING
        assert recorder.state.lost == Amount()


@pytest.mark.parametrize("where", ["add", "commit", "after"])
def test_nothing_is_written_twice(disk, tmp_path, clock, where):
    disk.troubles = [where, "recover"]
    with recorder_on(disk, tmp_path, clock) as recorder:
        recorder.put(CHUNKS[:4])
        assert not recorder._write()
        recorder.put(CHUNKS[4:6])
        assert not recorder._write()
        assert recorder._write()

        assert disk.certain == CHUNKS[:6]
        assert recorder.state.written == Amount(6, 24)


@settings(max_examples=60, derandomize=True, deadline=None)
@given(
    st.lists(st.sampled_from(["add", "commit", "after", "recover"]), max_size=12),
    st.lists(st.integers(0, 4), min_size=1, max_size=20),
    st.sampled_from([1, 600, 10**6]),
)
def test_whatever_fails_every_entry_is_written_once(tmp_path_factory, troubles, writes, commit_bytes):
    disk = Disk()
    disk.troubles = list(troubles)
    how = RecorderSettings(commit_s=3600.0, retry_s=0.0, commit_bytes=commit_bytes, close_s=LONG_S)
    put = 0
    with Recorder(tmp_path_factory.getbasetemp() / "x", META, settings=how, open_writer=disk.open) as recorder:
        for count in writes:
            recorder.put(CHUNKS[put : put + count])
            put = min(40, put + count)
            recorder._write()
        disk.troubles = []

    assert disk.certain == CHUNKS[:put]
    assert recorder.state.lost == Amount()


def test_when_memory_is_full_too_what_is_lost_is_counted_said_and_marked(disk, tmp_path, clock):
    how = RecorderSettings(commit_s=3600.0, retry_s=0.0, memory_bytes=4 * (4 + ENTRY_BYTES))
    recorder = recorder_on(disk, tmp_path, clock, how)
    disk.refuses = True
    for n in range(6):
        recorder.put(CHUNKS[n : n + 1])
    recorder._write()
    state = recorder.state
    assert (state.waiting, state.lost) == (Amount(4, 16), Amount(2, 8))
    assert state.condition is Condition.FAILING
    assert state.sentence.endswith("4 entries (0.0 kB) wait in memory. 2 entries (0.0 kB) are lost.")

    disk.refuses = False
    recorder._write()
    recorder.put(CHUNKS[6:7])
    assert recorder.state.condition is Condition.RECORDING
    assert "2 entries (0.0 kB) are lost" in recorder.state.sentence

    with pytest.raises(RecordingError, match=r"2 entries .* could not be written"):
        recorder.close()
    assert [chunk.data for chunk in disk.certain if chunk.kind is Kind.MARKER] == [b"2 entries before this were lost"]
    assert [chunk for chunk in disk.certain if chunk.kind is not Kind.MARKER] == CHUNKS[:4] + CHUNKS[6:7]


def test_entries_that_the_disk_has_no_more_are_counted(disk, tmp_path, clock):
    recorder = recorder_on(disk, tmp_path, clock)
    recorder.put(CHUNKS[:5])
    recorder._write()
    disk.troubles = ["add"]
    recorder.put(CHUNKS[5:7])
    recorder._write()
    del disk.certain[3:]

    assert recorder._write()
    assert disk.certain == CHUNKS[:3] + CHUNKS[5:7]
    assert recorder.state.lost.entries == 2
    with pytest.raises(RecordingError):
        recorder.close()


def test_closing_on_a_disk_that_refuses_says_what_is_missing_and_where_the_rest_is(disk, tmp_path, clock):
    recorder = recorder_on(disk, tmp_path, clock, RecorderSettings(commit_s=3600.0, retry_s=0.001, close_s=0.01))
    recorder.put(CHUNKS[:3])
    recorder._write()
    disk.refuses = True
    recorder.put(CHUNKS[3:8])

    with pytest.raises(RecordingError, match=r"5 entries \(0\.0 kB\) .*disk is full") as caught:
        recorder.close()
    assert caught.value.reason is Reason.NOT_WRITABLE
    assert str(recorder.path) in caught.value.advice
    assert not recorder._thread.is_alive()
    assert disk.certain == CHUNKS[:3]
    recorder.close()


def test_half_a_transaction_is_not_made_certain_by_closing(disk, tmp_path, clock):
    recorder = recorder_on(disk, tmp_path, clock, RecorderSettings(commit_s=3600.0, retry_s=3600.0, close_s=0.01))
    disk.troubles = ["add"]
    recorder.put(CHUNKS[:4])

    with pytest.raises(RecordingError, match="4 entries"):
        recorder.close()
    assert disk.closed
    assert disk.certain == []


def test_closing_waits_a_bounded_time_for_a_disk_that_does_not_answer(disk, tmp_path, clock):
    how = RecorderSettings(commit_s=3600.0, close_s=0.01, give_up_s=0.01)
    recorder = recorder_on(disk, tmp_path, clock, how)
    disk.answers.clear()
    recorder.put(CHUNKS[:3])

    with pytest.raises(RecordingError, match=r"3 entries .* The disk does not answer\."):
        recorder.close()
    assert recorder._thread.daemon  # so that the program can end
    disk.answers.set()
    recorder._thread.join(LONG_S)


def test_an_error_that_nobody_thought_of_does_not_end_the_thread(disk, tmp_path, clock):
    with recorder_on(disk, tmp_path, clock) as recorder:
        disk.commit = lambda: {}["surprise"]
        recorder.put(CHUNKS[:2])
        assert not recorder._write()
        assert recorder.state.condition is Condition.FAILING
        assert "run.legcycle cannot be written: 'surprise'" in recorder.state.sentence
        del disk.commit
    assert disk.certain == CHUNKS[:2]


def test_what_comes_after_the_end_is_a_mistake(disk, tmp_path, clock):
    recorder = recorder_on(disk, tmp_path, clock)
    recorder.close()
    with pytest.raises(ValueError, match="expected an open recorder"):
        recorder.put(CHUNKS)


def test_a_file_that_exists_is_refused_at_once(tmp_path):
    (tmp_path / "run.legcycle").write_bytes(b"mine")
    with pytest.raises(RecordingError, match="exists already"):
        Recorder(tmp_path / "run.legcycle", META)


def read(path) -> list[Chunk]:
    with Recording.open(path) as recording:
        return [chunk for batch in recording.batches(100) for chunk in batch]


class SmallDisk(RecordingWriter):
    """A recording that SQLite does not let grow beyond so many pages."""

    pages = 8

    def _be_durable(self) -> None:
        super()._be_durable()
        self._database.execute(f"PRAGMA max_page_count={self.pages}")


def test_a_full_disk_that_is_made_room_on(tmp_path, monkeypatch):
    chunks = [Chunk(0, n, bytes([n]) * 50_000) for n in range(12)]
    path = tmp_path / "run.legcycle"
    with Recorder(path, META, settings=BY_HAND, open_writer=SmallDisk) as recorder:
        for chunk in chunks:
            recorder.put([chunk])
            recorder._write()
        state = recorder.state
        assert state.condition is Condition.FAILING
        assert "full" in state.sentence
        assert 0 < state.waiting.entries < 12

        monkeypatch.setattr(SmallDisk, "pages", 10_000)
        assert recorder._write()
    assert read(path) == chunks


def test_a_full_disk_that_stays_full_keeps_what_it_has(tmp_path):
    chunks = [Chunk(0, n, bytes([n]) * 50_000) for n in range(12)]
    path = tmp_path / "run.legcycle"
    how = RecorderSettings(commit_s=3600.0, retry_s=0.001, close_s=0.05)
    recorder = Recorder(path, META, settings=how, open_writer=SmallDisk)
    for chunk in chunks:
        recorder.put([chunk])
        recorder._write()
    written = recorder.state.written.entries

    with pytest.raises(RecordingError, match=f"{12 - written} entries .* could not be written"):
        recorder.close()
    assert read(path) == chunks[:written]


def test_a_file_that_is_moved_away_while_the_disk_refuses_is_not_made_anew(tmp_path, monkeypatch):
    path, away = tmp_path / "run.legcycle", tmp_path / "away"
    away.mkdir()
    with Recorder(path, META, settings=BY_HAND, open_writer=SmallDisk) as recorder:
        recorder.put([Chunk(0, 0, b"a")])
        recorder._write()
        recorder.put([Chunk(0, 1, bytes(500_000))])
        recorder._write()
        monkeypatch.setattr(SmallDisk, "pages", 10_000)
        recorder._writer._database.close()
        path.rename(away / path.name)
        assert not recorder._write()
        assert "unable to open database file" in recorder.state.sentence
        assert not path.exists()

        (away / path.name).rename(path)
        assert recorder._write()
    assert [len(chunk.data) for chunk in read(path)] == [1, 500_000]


@pytest.mark.skipif(sys.platform == "win32", reason="Windows does not let go of a file that is open")
@pytest.mark.parametrize("beside", ["", "-wal"])
def test_a_file_that_is_deleted_while_it_is_written_is_written_again(tmp_path, beside):
    path = tmp_path / "run.legcycle"
    with Recorder(path, META, settings=BY_HAND) as recorder:
        recorder.put(CHUNKS[:5])
        recorder._write()
        for name in {"", beside}:
            path.with_name(path.name + name).unlink()
        recorder.put(CHUNKS[5:7])
        assert not recorder._write()
        assert "it was moved or deleted while it was written" in recorder.state.sentence
        assert recorder._write()
        recorder.put(CHUNKS[7:9])
    assert read(path) == CHUNKS[:9]
    assert [p.name for p in tmp_path.iterdir()] == ["run.legcycle"]


def test_a_file_that_somebody_else_holds_locked_is_written_later(tmp_path):
    path = tmp_path / "run.legcycle"
    with Recorder(path, META, settings=BY_HAND, open_writer=impatient) as recorder:
        recorder.put(CHUNKS[:5])
        other = sqlite3.connect(path)
        other.execute("BEGIN IMMEDIATE")
        assert not recorder._write()
        assert "locked" in recorder.state.sentence
        other.close()
        assert recorder._write()
    assert read(path) == CHUNKS[:5]


def impatient(path, meta) -> RecordingWriter:
    writer = RecordingWriter(path, meta)
    writer._database.execute("PRAGMA busy_timeout=1")
    return writer
