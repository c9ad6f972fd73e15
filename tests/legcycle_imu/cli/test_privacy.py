"""What commands that store something store of a person: the code that was typed, and nothing of the computer."""

import getpass
import platform
import socket
from pathlib import Path

import pytest

from firmware_bridge.recording import Recording
from tests.legcycle_imu.cli.simulated import use

USER, COMPUTER = "zwieselmann", "laptop-of-petrosyan"


@pytest.fixture
def of_somebody(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[bytes]:
    """Let the computer be somebody's; gives what tells so."""
    for variable in ("USER", "LOGNAME", "USERNAME"):
        monkeypatch.setenv(variable, USER)
    for variable in ("HOSTNAME", "COMPUTERNAME"):
        monkeypatch.setenv(variable, COMPUTER)
    monkeypatch.setattr(socket, "gethostname", lambda: COMPUTER)
    monkeypatch.setattr(platform, "node", lambda: COMPUTER)
    assert getpass.getuser() == USER
    return [text.encode() for text in (USER, COMPUTER, str(tmp_path), str(Path.home()), tmp_path.name)]


@pytest.mark.parametrize("command", [["record", "-o"], ["live", "--no-window", "--record"]], ids=lambda words: words[0])
def test_a_session_stores_the_code_and_nothing_of_the_computer(cli, tmp_path, monkeypatch, of_somebody, command):
    use(monkeypatch, run_s=2.0)
    path = tmp_path / "run.legcycle"
    done = cli(*command, path, "--source", "sim:", "--runner", "r07", "--height-m", 1.75)
    assert done.exit_code == 0, done.stderr
    assert "looks like a name" not in done.stderr
    with Recording.open(path) as recording:
        meta = recording.meta
        assert recording.markers() == []
    assert meta.runner is not None
    assert (meta.runner.code, meta.settings) == ("r07", None)
    stored = path.read_bytes()
    assert b"r07" in stored
    assert not [secret for secret in of_somebody if secret in stored]


def test_an_import_stores_the_files_names_but_not_where_they_lay(cli, tmp_path, sensor_files, of_somebody):
    folder = tmp_path / "petrosyan"
    folder.mkdir()
    for name in ("left_thigh", "left_shank"):
        (folder / f"{name}.csv.gz").write_bytes((sensor_files / f"{name}.csv.gz").read_bytes())
    sensors = ["--left-thigh", folder / "left_thigh.csv.gz", "--left-shank", folder / "left_shank.csv.gz"]
    assert cli("import", "csv", *sensors, "--runner", "r07", "-o", tmp_path / "run.legcycle").exit_code == 0
    stored = (tmp_path / "run.legcycle").read_bytes()
    assert b"left_thigh.csv" in stored
    assert not [secret for secret in (*of_somebody, b"petrosyan") if secret in stored]


@pytest.mark.parametrize("command", [["record", "-o"], ["live", "--no-window", "--record"]], ids=lambda words: words[0])
def test_a_name_as_code_is_remarked_upon_once_and_stored_as_typed(cli, tmp_path, monkeypatch, command):
    use(monkeypatch, run_s=1.0)
    done = cli(*command, tmp_path / "run.legcycle", "--source", "sim:", "--runner", "Anna Muster")
    assert done.exit_code == 0
    assert done.stderr.count("looks like a name") == 1
    with Recording.open(tmp_path / "run.legcycle") as recording:
        assert recording.meta.runner is not None
        assert recording.meta.runner.code == "Anna Muster"
