import shutil
import sqlite3
import sys
from pathlib import Path

import pytest

from calibration.model import CalibrationSet
from calibration.store import default_path, save_calibration
from firmware_bridge.errors import LegcycleError
from firmware_bridge.recording import Recording, RecordingMeta, RecordingWriter, Runner
from firmware_bridge.recording_format import marker
from legcycle_imu.deleting import delete, is_ours, of_recordings, of_runner, recordings_of

RUN = Path(__file__).parents[1] / "data" / "run.legcycle"
MADE = "2026-05-04T17:31:09+00:00"


@pytest.fixture
def run(tmp_path: Path) -> Path:
    return Path(shutil.copy(RUN, tmp_path / "run.legcycle"))


def crashed(path: Path) -> None:
    """Make a recording as a power cut leaves one: its newest entries in the -wal file."""
    writer = RecordingWriter(path.with_name("open"), RecordingMeta(()))
    writer.marker(1, "lap 1")
    writer.commit()
    for ending in ("", "-wal", "-shm"):
        shutil.copy(f"{writer.path}{ending}", f"{path}{ending}")
    writer.close()
    writer.path.unlink()


def test_a_recording_goes_with_all_that_lies_beside_it(run, tmp_path):
    other = Path(shutil.copy(RUN, tmp_path / "runner-up.legcycle"))
    shutil.copy(RUN, tmp_path / "run.legcycle.part")
    (tmp_path / "run.legcycle-journal").write_bytes(b"")
    save_calibration(CalibrationSet(()), tmp_path / "run.calibration.json")
    doomed = of_recordings([run, run])
    assert doomed.files[0] == run
    assert len(doomed.files) == 4
    delete(doomed)
    assert list(tmp_path.iterdir()) == [other]
    delete(doomed)  # what is gone is gone


def test_what_is_not_ours_stays_and_is_told(run, tmp_path):
    mine = [tmp_path / name for name in ("run.legcycle.part", "run.calibration.json", "run.report.html")]
    for path in mine:
        path.write_text("mine")
    doomed = of_recordings([run])
    delete(doomed)
    assert sorted(tmp_path.iterdir()) == sorted(mine)
    assert [sentence.split(" stays")[0] for sentence in doomed.remarks] == list(map(str, mine))


def test_a_foreign_database_is_never_deleted(tmp_path):
    path = tmp_path / "photos.legcycle"
    with sqlite3.connect(path) as database:
        database.execute("CREATE TABLE photo (id)")
        database.execute("PRAGMA application_id=7")
    database.close()
    assert not is_ours(path)
    with pytest.raises(LegcycleError, match="not a legcycle recording"):
        of_recordings([path])
    assert path.exists()


@pytest.mark.parametrize("name", ["gone.legcycle", "folder"])
def test_what_cannot_be_read_is_told(tmp_path, name):
    (tmp_path / "folder").mkdir()
    with pytest.raises(LegcycleError, match="Nothing was deleted"):
        of_recordings([tmp_path / name])


def test_one_that_was_never_closed_goes_whole(tmp_path):
    path = tmp_path / "cut.legcycle"
    crashed(path)
    assert (tmp_path / "cut.legcycle-wal").exists()
    delete(of_recordings([path]))
    assert not list(tmp_path.iterdir())


def test_one_that_is_damaged_can_be_deleted(run, tmp_path):
    with run.open("r+b") as file:
        file.seek(20_000)
        file.write(b"\xff" * 50_000)
    (tmp_path / "run.legcycle-wal").write_bytes(b"rubbish")
    delete(of_recordings([run]))
    assert not list(tmp_path.iterdir())


def test_one_that_is_being_recorded_is_refused(tmp_path):
    with RecordingWriter(tmp_path / "now.legcycle", RecordingMeta(())) as writer:
        writer.add(marker(1, "lap 1"))
        writer.commit()
        with pytest.raises(LegcycleError, match="may be recording"):
            of_recordings([writer.path])
        writer.add(marker(2, "lap 2"))
    with Recording.open(writer.path) as recording:
        assert [mark.text for mark in recording.markers()] == ["lap 1", "lap 2"]


@pytest.mark.skipif(sys.platform == "win32", reason="links need rights there")
def test_of_a_link_the_recording_goes_too(run, tmp_path):
    (tmp_path / "link.legcycle").symlink_to(run)
    delete(of_recordings([tmp_path / "link.legcycle"]))
    assert not list(tmp_path.iterdir())


def test_of_a_runner_go_exactly_that_runner_s_calibrations(tmp_path):
    made = CalibrationSet((), made=MADE)
    paths = {code: default_path(made, code, tmp_path) for code in ("anna", "anna-2", "ann", "")}
    for path in paths.values():
        save_calibration(made, path)
    save_calibration(CalibrationSet(()), default_path(CalibrationSet(()), "anna", tmp_path))
    (tmp_path / "anna-20260101T000000.json").write_text("mine")
    doomed = of_runner("anna", tmp_path)
    assert [path.name for path in doomed.files] == ["anna-20260504T173109.json", "anna-undated.json"]
    assert len(doomed.remarks) == 1
    delete(doomed)
    assert {path.name for path in tmp_path.iterdir()} == {
        "anna-20260101T000000.json",
        *(path.name for code, path in paths.items() if code != "anna"),
    }


@pytest.mark.parametrize("code", ["", ".*", "../anna", "a|b"])
def test_a_code_is_no_pattern_and_no_path(tmp_path, code):
    path = default_path(CalibrationSet((), made=MADE), "anna", tmp_path / "kept")
    save_calibration(CalibrationSet((), made=MADE), path)
    assert of_runner(code, tmp_path / "kept").files == []
    assert of_runner("anna", tmp_path / "nowhere").files == []


def test_recordings_of_a_runner_are_found_wherever_they_lie(tmp_path):
    for folder, code in (("a", "anna"), ("a/b", "bert"), ("a/b/c", "anna")):
        (tmp_path / folder).mkdir()
        with RecordingWriter(tmp_path / folder / "x.legcycle", RecordingMeta((), Runner(code))):
            pass
    (tmp_path / "a" / "notes.legcycle").write_text("mine")
    with RecordingWriter(tmp_path / "a" / "nobody.legcycle", RecordingMeta(())):
        pass
    found, remarks = recordings_of("anna", [tmp_path / "a", tmp_path / "a" / "b"])
    assert found == [tmp_path / "a" / "b" / "c" / "x.legcycle", tmp_path / "a" / "x.legcycle"]
    assert len(remarks) == 1
