"""Recordings become figures; of a folder each is read, or named and skipped."""

import shutil
import sqlite3
from math import isnan
from pathlib import Path

import pytest

from calibration.model import ZeroSource
from firmware_bridge.errors import LegcycleError, Reason
from firmware_bridge.samples import Side
from legcycle_imu.analysis import analyse
from legcycle_imu.config import Config
from legcycle_imu.progress.reading import read_folder, read_session

DATA = Path(__file__).parents[2] / "data"


def say_of(path: Path, key: str, value: str) -> None:
    with sqlite3.connect(path) as database:
        database.execute("INSERT OR REPLACE INTO meta (key, value) VALUES (?, ?)", (key, value))
    database.close()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in ("run", "jog"):
        shutil.copy(DATA / f"{name}.legcycle", tmp_path)
    return tmp_path


def test_the_figures_are_those_of_analyse() -> None:
    path = DATA / "run.legcycle"
    session, analysis = read_session(path, config=Config()), analyse(path, config=Config())
    assert session.name == "run"
    assert session.runner == analysis.runner.code
    assert session.geometry == analysis.runner.geometry
    for side in Side:
        assert session.legs[side].zero_source is ZeroSource.RUNNING
        for key in ("knee_drive_deg", "heel_lift_cm", "contact_time_s"):
            summed = analysis.summary.legs[side].metrics[key]
            figure = session.figure(side, key)
            assert figure.strides == summed.known
            assert figure.mean == pytest.approx(summed.mean)
            assert figure.sd == pytest.approx(summed.sd)


def test_one_leg_is_one_leg() -> None:
    assert set(read_session(DATA / "one-leg.legcycle", config=Config()).legs) == {Side.LEFT}


@pytest.mark.parametrize(
    ("started", "day"), [('"2026-05-03T17:04:00+02:00"', "2026-05-03"), ("null", ""), ('"yesterday"', "")]
)
def test_a_start_is_read_where_it_is_one(folder, started, day) -> None:
    say_of(folder / "run.legcycle", "started", started)
    session = read_session(folder / "run.legcycle", config=Config())
    assert session.day == day
    assert isnan(session.started_s) is not bool(day)


def test_a_folder_is_read_by_name_and_what_cannot_be_read_is_named(folder) -> None:
    (folder / "bad.legcycle").write_text("no recording" * 100)
    (folder / "notes.txt").write_text("not looked at")
    (folder / "more").mkdir()
    shutil.copy(DATA / "sprint.legcycle", folder / "more")
    skipped: list[tuple[str, Reason]] = []
    shares: list[float] = []
    sessions = read_folder(
        folder,
        config=Config(),
        progress=lambda share, what: shares.append(share),
        skipped=lambda path, error: skipped.append((path.name, error.reason)),
    )
    assert [session.name for session in sessions] == ["jog", "run"]
    assert skipped == [("bad.legcycle", Reason.NOT_A_RECORDING)]
    assert shares == sorted(shares)
    assert 0.9 < shares[-1] <= 1.0


def test_only_the_runner_asked_for_is_read(folder) -> None:
    say_of(folder / "jog.legcycle", "runner", '{"code": "anna"}')
    assert [s.name for s in read_folder(folder, "anna", config=Config())] == ["jog"]
    with pytest.raises(LegcycleError, match="of runner bert") as caught:
        read_folder(folder, "bert", config=Config())
    assert caught.value.reason is Reason.MISSING


def test_recordings_can_be_left_alone(folder) -> None:
    sessions = read_folder(folder, config=Config(), without=[folder / "more" / ".." / "run.legcycle"])
    assert [s.name for s in sessions] == ["jog"]


def test_an_empty_folder_none_and_one_without_a_sound_recording_are_told(tmp_path) -> None:
    with pytest.raises(LegcycleError, match="no recording"):
        read_folder(tmp_path, config=Config())
    with pytest.raises(LegcycleError, match="no folder"):
        read_folder(tmp_path / "gone", config=Config())
    (tmp_path / "bad.legcycle").touch()
    with pytest.raises(LegcycleError, match="could be read") as caught:
        read_folder(tmp_path, config=Config())
    assert caught.value.reason is Reason.UNREADABLE
