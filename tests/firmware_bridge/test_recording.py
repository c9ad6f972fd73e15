import math
import multiprocessing
import os
import sqlite3
import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from firmware_bridge.errors import Reason, RecordingError
from firmware_bridge.recording import (
    EntryCount,
    Kind,
    Marker,
    Recording,
    RecordingMeta,
    RecordingWriter,
    Runner,
    whole_recording,
)
from firmware_bridge.recording_format import meta_from_rows, meta_rows
from firmware_bridge.samples import Placement, Segment, Side
from firmware_bridge.source import NO_SENSOR, Chunk, SensorFacts

THIGH = SensorFacts(Placement(Side.LEFT, Segment.THIGH), "imported", 200.0, 156.9, 34.9, 9.80665, 0.0174, "a.csv")
SHANK = SensorFacts(Placement(Side.LEFT, Segment.SHANK), "imported", 104.0, math.inf, math.inf)
META = RecordingMeta(sensors=(THIGH, SHANK))
CHUNKS = [Chunk(n % 2, n * 1_000_000, bytes([n]) * n) for n in range(10)]


class Clock:
    """A clock that is told the time."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


def write(path, chunks=CHUNKS, meta=META) -> None:
    with RecordingWriter(path, meta) as writer:
        writer.add_many(chunks)


def read(path) -> list[Chunk]:
    with Recording.open(path) as recording:
        return [chunk for batch in recording.batches(3) for chunk in batch]


def test_what_went_in_comes_out_in_its_order(tmp_path):
    path = tmp_path / "run.legcycle"
    write(path)

    with Recording.open(path) as recording:
        batches = list(recording.batches(4))
        assert [len(batch) for batch in batches] == [4, 4, 2]
        assert [*batches[0], *batches[1], *batches[2]] == CHUNKS
        assert all(type(chunk) is Chunk for chunk in batches[0])
        assert recording.sensors == [THIGH, SHANK]
        assert recording.duration_s == pytest.approx(0.009)
        assert recording.entries == 10
        assert not recording.recovered


def test_a_finished_recording_is_one_file(tmp_path):
    write(tmp_path / "run.legcycle")

    assert [p.name for p in tmp_path.iterdir()] == ["run.legcycle"]


@settings(max_examples=50, derandomize=True)
@given(
    st.builds(
        RecordingMeta,
        sensors=st.lists(
            st.builds(
                SensorFacts,
                placement=st.builds(Placement, st.sampled_from(Side), st.sampled_from(Segment)),
                protocol=st.text(),
                rate_hz=st.floats(1, 4000),
                acc_range_m_s2=st.one_of(st.just(math.inf), st.floats(1, 400)),
                gyr_range_rad_s=st.one_of(st.just(math.inf), st.floats(1, 80)),
                acc_unit_m_s2=st.floats(1e-6, 10),
                gyr_unit_rad_s=st.floats(1e-6, 10),
                name=st.text(),
                device=st.text(),
                link=st.text(),
                node=st.integers(0, 255),
            ),
            max_size=4,
        ).map(tuple),
        runner=st.none()
        | st.builds(Runner, st.text(), *[st.none() | st.floats(0.1, 2.5)] * 3),
        started=st.none() | st.just("2026-05-01T07:30:00+02:00"),
        calibration=st.none() | st.just('{"left thigh": [1, 2]}'),
        settings=st.none() | st.just("{}"),
        software=st.text(),
    )
)  # fmt: skip
def test_what_is_known_of_a_session_survives_exactly(meta):
    assert meta_from_rows(meta_rows(meta)) == meta


def test_what_a_later_version_adds_to_meta_is_passed_over():
    assert meta_from_rows([*meta_rows(META), ("weather", '"rain"')]) == META


def test_every_kind_of_entry_is_played_in_its_order_but_markers(tmp_path):
    path = tmp_path / "run.legcycle"
    played = [Chunk(1, n, bytes([n]) * n, kind) for n, kind in enumerate(set(Kind) - {Kind.MARKER})]
    with RecordingWriter(path, META) as writer:
        writer.add_many(played[:2])
        writer.marker(1, "Hügel")
        writer.add_many(played[2:])

    batches = read(path)
    assert batches == played
    assert [chunk.kind for chunk in batches] == [chunk.kind for chunk in played]
    assert all(isinstance(chunk.kind, Kind) for chunk in batches)


def test_a_kind_that_a_later_version_adds_is_passed_over(tmp_path):
    path = tmp_path / "run.legcycle"
    write(path, CHUNKS[:3])
    database = sqlite3.connect(path)
    database.execute("UPDATE entry SET kind = 'weather' WHERE id = 2")
    database.commit()
    database.close()

    assert read(path) == [CHUNKS[0], CHUNKS[2]]


def test_a_calibration_is_played_where_it_was_made(tmp_path):
    path = tmp_path / "run.legcycle"
    made = Chunk(NO_SENSOR, 2_500_000, b'{"legs": []}', Kind.CALIBRATION)
    entries = [*CHUNKS[:3], made, *CHUNKS[3:]]
    write(path, entries)
    assert read(path) == entries


def test_a_recording_of_the_first_version_is_read(tmp_path):
    path = tmp_path / "run.legcycle"
    write(path)
    database = sqlite3.connect(path)
    database.execute("PRAGMA user_version=1")
    database.close()
    assert read(path) == CHUNKS


def test_markers_and_counts(tmp_path):
    path = tmp_path / "run.legcycle"
    with RecordingWriter(path, META) as writer:
        writer.add(Chunk(1, 5, b"abc"))
        writer.add(Chunk(1, 6, b"", Kind.LOST))
        writer.marker(7, "Hügel")

    with Recording.open(path) as recording:
        assert recording.markers() == [Marker(7, "Hügel")]
        assert set(recording.counts()) == {
            EntryCount(1, "received", 1, 3),
            EntryCount(1, "lost", 1, 0),
            EntryCount(None, "marker", 1, 6),
        }


def test_a_recording_without_entries(tmp_path):
    write(tmp_path / "run.legcycle", [])

    with Recording.open(tmp_path / "run.legcycle") as recording:
        assert (recording.entries, recording.duration_s, recording.counts()) == (0, 0.0, [])
        assert list(recording.batches(5)) == []


def visible(path) -> int:
    """What another program sees of a recording that is being written."""
    database = sqlite3.connect(path)
    count = database.execute("SELECT count(*) FROM entry").fetchone()[0]
    database.close()
    return count


def test_entries_are_committed_within_half_a_second(tmp_path):
    path, clock = tmp_path / "run.legcycle", Clock()
    writer = RecordingWriter(path, META, clock=clock)
    writer.add(CHUNKS[0])
    assert visible(path) == 0

    clock.now = 0.45
    writer.add(CHUNKS[1])
    assert visible(path) == 2

    writer.add(CHUNKS[2])
    clock.now = 0.9
    writer.commit_if_due()
    assert visible(path) == 3
    writer.close()


def test_the_write_ahead_log_is_taken_over_every_five_seconds(tmp_path):
    path, clock = tmp_path / "run.legcycle", Clock()
    writer = RecordingWriter(path, META, clock=clock)
    before = path.stat().st_size
    writer.add_many([Chunk(0, 0, bytes(100_000))])
    clock.now = 4.9
    writer.commit_if_due()
    assert path.stat().st_size == before

    clock.now = 5.5
    writer.commit_if_due()
    assert path.stat().st_size > before + 100_000
    writer.close()


def test_it_is_synced_at_every_commit(tmp_path):
    writer = RecordingWriter(tmp_path / "run.legcycle", META)
    pragma = {p: writer._database.execute(f"PRAGMA {p}").fetchone()[0] for p in ("journal_mode", "synchronous")}
    writer.close()

    assert pragma == {"journal_mode": "wal", "synchronous": 2}


def _killed_while_recording(path) -> None:
    clock = Clock()
    writer = RecordingWriter(path, META, clock=clock)
    writer.add_many(CHUNKS[:6])
    clock.now = 1.0
    writer.commit_if_due()
    writer.add_many(CHUNKS[6:])
    os._exit(9)


def test_a_recording_that_was_killed_is_recovered_and_said_so(tmp_path):
    path = tmp_path / "run.legcycle"
    process = multiprocessing.get_context("spawn").Process(target=_killed_while_recording, args=(path,))
    process.start()
    process.join()
    assert process.exitcode == 9
    assert path.with_name("run.legcycle-wal").stat().st_size > 0

    with Recording.open(path) as recording:
        assert recording.recovered
        assert [chunk for batch in recording.batches(3) for chunk in batch] == CHUNKS[:6]
    assert [p.name for p in tmp_path.iterdir()] == ["run.legcycle"]
    with Recording.open(path) as recording:
        assert not recording.recovered


def test_a_recording_can_be_read_while_it_is_written(tmp_path):
    path, clock = tmp_path / "run.legcycle", Clock()
    writer = RecordingWriter(path, META, clock=clock)
    writer.add_many(CHUNKS[:4])
    clock.now = 1.0
    writer.commit_if_due()

    assert read(path) == CHUNKS[:4]
    writer.add_many(CHUNKS[4:])
    with Recording.open(path):
        writer.close()

    assert read(path) == CHUNKS


def test_a_recording_survives_an_exception_around_it(tmp_path):
    path = tmp_path / "run.legcycle"
    with pytest.raises(RuntimeError), RecordingWriter(path, META) as writer:
        writer.add_many(CHUNKS)
        raise RuntimeError

    assert read(path) == CHUNKS


def test_closing_twice_is_harmless(tmp_path):
    writer = RecordingWriter(tmp_path / "run.legcycle", META)
    writer.close()
    writer.close()


def test_a_whole_recording_appears_at_the_end(tmp_path):
    path = tmp_path / "run.legcycle"
    with whole_recording(path, META) as writer:
        writer.add_many(CHUNKS)
        assert not path.exists()

    assert read(path) == CHUNKS
    assert [p.name for p in tmp_path.iterdir()] == ["run.legcycle"]


@pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt])
def test_nothing_half_written_remains_of_a_whole_recording(tmp_path, error):
    def chunks():
        yield from CHUNKS
        raise error

    with pytest.raises(error), whole_recording(tmp_path / "run.legcycle", META) as writer:
        writer.add_many(chunks())

    assert list(tmp_path.iterdir()) == []


def test_what_an_earlier_attempt_left_is_no_hindrance(tmp_path):
    path = tmp_path / "run.legcycle"
    (tmp_path / "run.legcycle.part").write_bytes(b"left by a crash")
    with whole_recording(path, META) as writer:
        writer.add_many(CHUNKS)

    assert read(path) == CHUNKS


@pytest.mark.parametrize("begin", [RecordingWriter, lambda *a: whole_recording(*a).__enter__()])
def test_a_file_that_exists_is_never_touched(tmp_path, begin):
    path = tmp_path / "run.legcycle"
    path.write_bytes(b"mine")

    with pytest.raises(RecordingError, match=r"run\.legcycle exists already") as caught:
        begin(path, META)

    assert caught.value.reason is Reason.EXISTS
    assert path.read_bytes() == b"mine"


@pytest.mark.parametrize("begin", [RecordingWriter, lambda *a: whole_recording(*a).__enter__()])
def test_a_folder_that_does_not_exist(tmp_path, begin):
    with pytest.raises(RecordingError, match=r"run\.legcycle cannot be written") as caught:
        begin(tmp_path / "nowhere" / "run.legcycle", META)

    assert caught.value.reason is Reason.NOT_WRITABLE


def test_a_full_disk_is_said(tmp_path):
    writer = RecordingWriter(tmp_path / "run.legcycle", META)
    writer._database.execute("PRAGMA max_page_count=4")

    with pytest.raises(RecordingError, match="full") as caught:
        writer.add(Chunk(0, 0, bytes(200_000)))

    assert caught.value.reason is Reason.NOT_WRITABLE
    writer.close()


def test_a_file_that_could_not_be_begun_is_not_left_behind(tmp_path, monkeypatch):
    connect = sqlite3.connect
    monkeypatch.setattr(sqlite3, "connect", lambda *a, **k: connect(*a, factory=FullFromTheStart, **k))
    with pytest.raises(RecordingError, match="disk is full"):
        RecordingWriter(tmp_path / "run.legcycle", META)

    assert list(tmp_path.iterdir()) == []


class FullFromTheStart(sqlite3.Connection):
    """A connection to a disk on which there is no room."""

    def executescript(self, _script):
        raise sqlite3.OperationalError("database or disk is full")


def sqlite_of_somebody_else(path) -> None:
    database = sqlite3.connect(path)
    database.execute("CREATE TABLE entry (id)")
    database.commit()
    database.close()


def newer(path) -> None:
    write(path)
    database = sqlite3.connect(path)
    database.execute("PRAGMA user_version=3")
    database.close()


def without_meta(path) -> None:
    write(path)
    database = sqlite3.connect(path)
    database.execute("DELETE FROM meta")
    database.commit()
    database.close()


def unknown_protocol(path) -> None:
    write(path, meta=RecordingMeta(sensors=(THIGH._replace(protocol="from_2030"),)))


def short(path) -> None:
    write(path)
    path.write_bytes(path.read_bytes()[:20000])


@pytest.mark.parametrize(
    ("make", "reason", "words"),
    [
        (lambda _: None, Reason.MISSING, "There is no file"),
        (lambda p: p.mkdir(), Reason.UNREADABLE, "cannot be read"),
        (lambda p: p.write_bytes(b""), Reason.EMPTY, "is empty"),
        (lambda p: p.write_text("time_s,gyr_x\n" * 99), Reason.NOT_A_RECORDING, "not a legcycle recording"),
        (lambda p: p.write_bytes(b"SQ"), Reason.NOT_A_RECORDING, "not a legcycle recording"),
        (sqlite_of_somebody_else, Reason.NOT_A_RECORDING, "not a legcycle recording"),
        (newer, Reason.NEWER_VERSION, "format version 3"),
        (unknown_protocol, Reason.NEWER_VERSION, "'from_2030'"),
        (without_meta, Reason.DAMAGED, "no sensors and no software"),
        (short, Reason.DAMAGED, "is damaged"),
    ],
)
def test_what_cannot_be_opened_is_said_in_a_sentence(tmp_path, make, reason, words):
    path = tmp_path / "run.legcycle"
    make(path)

    with pytest.raises(RecordingError, match=words) as caught:
        Recording.open(path)

    assert caught.value.reason is reason
    assert str(path) in caught.value.sentence
    assert caught.value.advice


def test_a_recording_that_another_program_locks_is_not_called_damaged(tmp_path):
    path = tmp_path / "run.legcycle"
    write(path)
    database = sqlite3.connect(path)
    database.execute("BEGIN EXCLUSIVE")

    with pytest.raises(RecordingError, match="cannot be read: database is locked") as caught:
        Recording.open(path)
    database.close()

    assert caught.value.reason is Reason.UNREADABLE


class WithoutWriteAhead(sqlite3.Connection):
    """A connection to a drive on which write-ahead mode cannot be set."""

    def execute(self, sql, *parameters):
        if sql == "PRAGMA journal_mode=WAL":
            raise sqlite3.OperationalError("locking protocol")
        return super().execute(sql, *parameters)


def test_a_drive_without_write_ahead_mode(tmp_path, monkeypatch):
    path, clock = tmp_path / "run.legcycle", Clock()
    connect = sqlite3.connect
    monkeypatch.setattr(sqlite3, "connect", lambda *a, **k: connect(*a, factory=WithoutWriteAhead, **k))
    writer = RecordingWriter(path, META, clock=clock)
    writer.add_many(CHUNKS[:5])
    clock.now = 6.0
    writer.commit_if_due()
    assert visible(path) == 5
    writer.add_many(CHUNKS[5:])
    writer.close()

    assert read(path) == CHUNKS
    assert [p.name for p in tmp_path.iterdir()] == ["run.legcycle"]


def test_damage_in_the_middle_is_said_when_it_is_read(tmp_path):
    path = tmp_path / "run.legcycle"
    write(path, [Chunk(0, n, bytes(20_000)) for n in range(50)])
    data = bytearray(path.read_bytes())
    data[200_000:600_000] = b"\xff" * 400_000
    path.write_bytes(data)

    with Recording.open(path) as recording, pytest.raises(RecordingError) as caught:
        list(recording.batches(10))

    assert caught.value.reason is Reason.DAMAGED


@pytest.mark.skipif(sys.platform == "win32", reason="such names are not allowed on Windows")
def test_names_with_odd_characters(tmp_path):
    path = tmp_path / "läuf #1 100%?.legcycle"
    write(path)

    assert read(path) == CHUNKS
