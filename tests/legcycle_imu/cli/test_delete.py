from dataclasses import replace
from pathlib import Path

import pytest

from calibration.model import CalibrationSet
from calibration.store import default_path, save_calibration
from firmware_bridge.recording import Recording, RecordingWriter, Runner
from legcycle_imu.report.writing import SIGN


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a person sit at the terminal."""
    monkeypatch.setattr("legcycle_imu.cli.delete.interactive", lambda: True)


@pytest.fixture
def answered(cli, asked, monkeypatch: pytest.MonkeyPatch):
    def run(answer: bool, *arguments: object):
        monkeypatch.setattr("typer.confirm", lambda *_, **__: answer)
        return cli(*arguments)

    return run


def kept_of(*codes: str) -> dict[str, Path]:
    made = CalibrationSet((), made="2026-05-04T17:31:09+00:00")
    paths = {code: default_path(made, code) for code in codes}
    for path in paths.values():
        save_calibration(made, path)
    return paths


def test_with_a_recording_goes_what_was_made_of_it_beside_it(answered, recording, tmp_path):
    path, other = recording("run"), recording("jog")
    save_calibration(CalibrationSet(()), tmp_path / "run.calibration.json")
    (tmp_path / "run.report.html").write_text(f'<!doctype html>{SIGN} 1.0">')
    result = answered(True, "delete", path)
    assert (result.exit_code, result.stdout) == (0, "")
    for name in ("run.legcycle", "run.calibration.json", "run.report.html"):
        assert f"{tmp_path / name}\n" in result.stderr
    assert "Deleted: 3 files" in result.stderr
    assert "backups" in result.stderr
    assert "SSD" in result.stderr
    assert list(tmp_path.iterdir()) == [other]


def test_who_says_no_keeps_everything(answered, recording):
    path = recording("run")
    result = answered(False, "delete", path)
    assert result.exit_code == 1
    assert "Nothing was deleted." in result.stderr
    assert path.exists()


def test_where_nobody_can_be_asked_yes_must_be_said(cli, recording):
    path = recording("run")
    refused = cli("delete", path)
    assert refused.exit_code == 2
    assert "--yes" in refused.stderr
    assert path.exists()
    assert cli("delete", "--yes", path).exit_code == 0
    assert not path.exists()


def test_nothing_goes_where_one_file_is_not_ours(cli, recording, tmp_path):
    path, notes = recording("run"), tmp_path / "notes.legcycle"
    notes.write_text("mine")
    result = cli("delete", "--yes", path, notes)
    assert result.exit_code == 1
    assert "not a legcycle recording" in result.stderr
    assert path.exists()
    assert notes.exists()


def test_a_runner_s_calibrations_go_and_recordings_are_listed(cli, recording, tmp_path):
    paths = kept_of("anna", "anna-maria", "bert")
    (tmp_path / "runs").mkdir()
    named(recording("run"), "anna", tmp_path / "runs" / "monday.legcycle")
    named(recording("run"), "bert", tmp_path / "runs" / "tuesday.legcycle")
    (tmp_path / "runs" / "broken.legcycle").write_text("no recording")
    (tmp_path / "legcycle.toml").write_text("[runner.anna]\nheight_m = 1.7\n")
    result = cli("delete", "--yes", "--runner", "anna", "--folder", tmp_path / "runs")
    assert (result.exit_code, result.stdout) == (0, "")
    assert [code for code, path in paths.items() if path.exists()] == ["anna-maria", "bert"]
    assert "monday.legcycle" in result.stderr
    assert "tuesday.legcycle" not in result.stderr
    assert "broken.legcycle is not a legcycle recording" in result.stderr
    assert "[runner.anna]" in result.stderr
    assert len(list((tmp_path / "runs").iterdir())) == 3


def named(path: Path, code: str, target: Path) -> None:
    """Copy a recording as one of a runner."""
    with Recording.open(path) as recording, RecordingWriter(target, replace(recording.meta, runner=Runner(code))):
        pass


def test_of_a_runner_of_whom_nothing_is_kept_that_is_said(cli):
    result = cli("delete", "--runner", "nobody")
    assert result.exit_code == 0
    assert "No calibration of nobody is kept." in result.stderr
    assert "--folder" in result.stderr


@pytest.mark.parametrize(
    "arguments", [[], ["x.legcycle", "--runner", "anna"], ["x.legcycle", "--folder", "."]], ids=str
)
def test_what_is_meant_must_be_clear(cli, arguments):
    assert cli("delete", *arguments).exit_code == 2


def test_a_folder_that_is_not_there_is_no_all_clear(cli, tmp_path):
    done = cli("delete", "--runner", "anna", "--folder", tmp_path / "nowhere", "--yes")
    assert done.exit_code == 2
    assert "There is no folder" in " ".join(done.stderr.replace("│", " ").split())
