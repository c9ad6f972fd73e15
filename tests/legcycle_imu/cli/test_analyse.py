import csv
import io
import json
import os
import re
import sqlite3
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import pytest

from legcycle_imu import STRIDE_COLUMNS, read_strides
from legcycle_imu.tables import ANGLE_COLUMNS

FIXTURES = ("jog", "run", "sprint", "walk-run-walk", "one-leg", "odd-mounting")


@pytest.mark.parametrize("name", FIXTURES)
def test_into_a_pipe_goes_the_stride_table_and_into_files_the_same(cli, recording, tmp_path, name):
    strides, angles = tmp_path / "strides.csv", tmp_path / "angles.csv"
    result = cli("analyse", recording(name), "--strides", strides, "--angles", angles, "--rate-hz", 50)
    assert result.exit_code == 0, result.stderr
    assert result.stdout == strides.read_text()
    assert tuple(next(csv.reader(io.StringIO(result.stdout)))) == STRIDE_COLUMNS
    assert tuple(angles.read_text().splitlines()[0].split(",")) == ANGLE_COLUMNS
    assert len(read_strides(strides)) >= 8
    assert "mean ± SD" in result.stderr
    assert "\x1b" not in result.stdout + result.stderr


@pytest.mark.parametrize("name", FIXTURES)
def test_replay_writes_the_very_same_table(cli, recording, tmp_path, name):
    path = recording(name)
    assert cli("analyse", path, "--strides", tmp_path / "a.csv").exit_code == 0
    assert cli("replay", path, "--speed", "max", "--strides", tmp_path / "b.csv").exit_code == 0
    assert (tmp_path / "a.csv").read_bytes() == (tmp_path / "b.csv").read_bytes()


def test_one_leg_alone_has_its_own_summary_and_no_symmetry(cli, recording):
    said = cli("analyse", recording("one-leg")).stderr
    assert "left" in said
    assert "right" not in said


def test_the_zero_of_the_angles_is_said_with_its_uncertainty(cli, recording):
    said = cli("analyse", recording("run")).stderr
    assert "The left leg's angles have their zero from running (uncertain by" in said
    assert "degrees at the thigh" in said


def test_json_is_the_summary_alone(cli, recording):
    result = cli("analyse", recording("run"), "--json")
    summary = json.loads(result.stdout)
    assert set(summary["legs"]) == {"left", "right"}
    drive = summary["legs"]["left"]["metrics"]["knee_drive_deg"]
    assert drive["known"] > 5
    assert 20 < drive["mean"] < 60
    assert set(summary["symmetry"]["contact_time_s"]) == {"index_pct", "half_width_pct"}
    assert any("zero" in notice for notice in summary["notices"])


@pytest.fixture
def unmeasured(recording) -> Path:
    """Give a recording of a runner whose lengths nobody has taken."""
    path = recording("run")
    with sqlite3.connect(path) as database:
        database.execute("""UPDATE meta SET value = '{"code": "anna"}' WHERE key = 'runner'""")
    database.close()
    return path


def heel_lifts(text: str) -> set[str]:
    return {row["heel_lift_cm"] for row in csv.DictReader(io.StringIO(text))}


def test_without_lengths_centimetres_are_blank_and_a_note_says_so(cli, unmeasured):
    result = cli("analyse", unmeasured)
    assert heel_lifts(result.stdout) == {""}
    assert "note: The runner's lengths are not known" in result.stderr
    assert "[runner.anna]" in result.stderr


def test_lengths_come_from_the_command_line(cli, unmeasured):
    result = cli("analyse", unmeasured, "--height-m", "1.75")
    assert heel_lifts(result.stdout) != {""}
    assert "lengths are not known" not in result.stderr


def test_lengths_come_from_the_config_file(cli, unmeasured, tmp_path):
    (tmp_path / "legcycle.toml").write_text("[runner.anna]\nheight_m = 1.75\n")
    by_config = cli("analyse", unmeasured)
    (tmp_path / "legcycle.toml").unlink()
    assert by_config.stdout == cli("analyse", unmeasured, "--height-m", "1.75").stdout


def test_a_mistake_in_the_config_file_is_told(cli, recording, tmp_path):
    (tmp_path / "legcycle.toml").write_text("[runner.anna]\nheight = 1.75\n")
    result = cli("analyse", recording("run"))
    assert (result.exit_code, result.stdout) == (1, "")
    assert "did you mean height_m?" in result.stderr


def test_what_is_not_a_recording_is_told(cli, tmp_path):
    other = tmp_path / "other.legcycle"
    other.write_text("time_s,gyr_x_deg_s\n" * 100)
    empty = tmp_path / "empty.legcycle"
    empty.touch()
    for path, word in ((other, "not a legcycle recording"), (empty, "is empty"), (tmp_path / "gone", "no file")):
        result = cli("analyse", path, "--strides", tmp_path / "strides.csv")
        assert (result.exit_code, result.stdout) == (1, "")
        assert len(result.stderr.splitlines()) == 1
        assert word in result.stderr
    assert set(tmp_path.iterdir()) == {other, empty}


def test_a_recording_of_a_newer_version_is_told(cli, recording, tmp_path):
    path = recording("run")
    with sqlite3.connect(path) as database:
        database.execute("PRAGMA user_version = 99")
    database.close()
    result = cli("analyse", path, "--strides", tmp_path / "strides.csv")
    assert result.exit_code == 1
    assert "Update legcycle-imu" in result.stderr
    assert not (tmp_path / "strides.csv").exists()


@pytest.fixture
def cut_short(recording) -> Path:
    """Give a recording of one second, too short for any alignment."""
    path = recording("run")
    with sqlite3.connect(path) as database:
        database.execute("DELETE FROM entry WHERE arrival_ns > 1000000000")
    database.close()
    return path


def test_legs_that_cannot_be_aligned_are_told_and_nothing_is_written(cli, cut_short, tmp_path):
    before = set(tmp_path.iterdir())
    result = cli("analyse", cut_short, "--strides", "strides.csv", "--angles", "angles.csv")
    assert (result.exit_code, result.stdout) == (1, "")
    assert len(result.stderr.splitlines()) == 1
    assert "cannot be aligned" in result.stderr
    assert set(tmp_path.iterdir()) == before


def test_if_one_leg_fails_the_other_goes_on_with_a_note(cli, recording):
    path = recording("run")
    with sqlite3.connect(path) as database:
        database.execute("DELETE FROM entry WHERE sensor >= 2 AND arrival_ns > 1000000000")
    database.close()
    result = cli("analyse", path)
    assert result.exit_code == 0
    assert {row["side"] for row in csv.DictReader(io.StringIO(result.stdout))} == {"left"}
    assert "note: The right leg" in result.stderr


def test_a_folder_that_is_not_there_is_told(cli, recording, tmp_path):
    result = cli("analyse", recording("run"), "--strides", tmp_path / "nowhere" / "strides.csv")
    assert (result.exit_code, result.stdout) == (1, "")
    assert "cannot be written" in result.stderr


def test_a_reader_may_leave_early(legcycle, recording, tmp_path):
    path, strides = recording("run"), tmp_path / "strides.csv"
    program = f"import sys; from legcycle_imu.cli import main; sys.argv = ['legcycle', 'analyse', {str(path)!r}, "
    program += f"'--strides', {str(strides)!r}]; main()"
    process = subprocess.Popen(
        [sys.executable, "-c", program], stdout=subprocess.PIPE, stderr=subprocess.PIPE, encoding="utf-8"
    )
    assert process.stdout is not None
    assert process.stderr is not None
    process.stdout.close()
    said = process.stderr.read()
    process.stderr.close()
    process.wait(timeout=60)
    assert "Traceback" not in said
    assert "Exception ignored" not in said
    assert len(read_strides(strides)) > 10


def test_in_a_process_of_its_own_with_a_pipe_there_is_no_ansi(legcycle, recording):
    done = legcycle("analyse", recording("run"), FORCE_COLOR="")
    assert done.returncode == 0
    assert done.stdout.startswith("side,stride,")
    assert "\x1b" not in done.stdout + done.stderr


def on_a_terminal(*arguments: object, columns: int = 80, **environment: str) -> str:
    """Run a command with standard output on a terminal of its own, and give what it wrote there."""
    reads, writes = os.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "legcycle_imu.cli", *map(str, arguments)],
        stdout=writes,
        stderr=subprocess.DEVNULL,
        env=os.environ
        | {"PYTHONPATH": os.pathsep.join(sys.path), "COLUMNS": str(columns), "TERM": "xterm-256color"}
        | environment,
    )
    os.close(writes)
    written = b""
    with suppress(OSError):  # how Linux says that the other end is closed
        while part := os.read(reads, 65536):
            written += part
    os.close(reads)
    assert process.wait(timeout=60) == 0
    return written.decode()


@pytest.mark.skipif(os.name == "nt", reason="pseudo-terminals are POSIX's")
def test_on_a_terminal_there_is_a_table_to_read_and_the_summary_below(recording):
    path = recording("run")
    said = on_a_terminal("analyse", path)
    assert "\x1b[" in said
    assert "side,stride" not in said
    assert said.index("knee") < said.index("mean ± SD")
    plain = on_a_terminal("analyse", path, NO_COLOR="1")
    assert not re.search(r"\x1b\[[0-9;]*[34]\dm", plain), "no colours"
