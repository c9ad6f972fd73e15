"""`legcycle compare`: two recordings, what changed, and what that rests on."""

import json
import sqlite3
from pathlib import Path

import pytest


def say_of(path: Path, key: str, value: str) -> Path:
    with sqlite3.connect(path) as database:
        database.execute("INSERT OR REPLACE INTO meta (key, value) VALUES (?, ?)", (key, value))
    database.close()
    return path


@pytest.fixture
def pair(recording):
    """Give two recordings of runs at different speeds."""
    return recording("jog"), recording("run")


def test_the_same_run_twice_is_no_change(cli, recording):
    path = recording("run")
    result = cli("compare", path, path)
    assert result.exit_code == 0, result.stderr
    assert "left leg" in result.stdout
    assert "right leg" in result.stdout
    assert result.stdout.count("≈ no change that can be told") == 18
    assert "1.96 x sqrt(2) x SEM" in " ".join(result.stdout.split())
    assert "\x1b" not in result.stdout + result.stderr


def test_another_pace_is_said_and_nothing_is_marked(cli, pair):
    result = cli("compare", *pair)
    assert result.exit_code == 0
    assert "note: Cadence differs by" in result.stderr
    assert "▲" not in result.stdout
    assert "not comparable: another pace" in result.stdout


def test_who_knows_the_speed_gets_marks(cli, pair):
    result = cli("compare", *pair, "--same-speed")
    assert "▲ more" in result.stdout
    assert "literature" in result.stdout
    assert "another pace" not in result.stdout


def test_recordings_of_two_runners_are_not_compared(cli, pair):
    say_of(pair[0], "runner", '{"code": "anna"}')
    result = cli("compare", *pair)
    assert result.exit_code == 0
    assert "different runners by their codes (anna and simulated)" in result.stderr
    assert "not comparable: another runner" in result.stdout
    assert "▲" not in result.stdout


def test_json_has_the_same_and_nothing_else_is_on_standard_output(cli, pair):
    result = cli("compare", *pair, "--same-speed", "--json")
    whole = json.loads(result.stdout)
    assert whole["before"]["name"] == "jog"
    thigh = next(c for c in whole["changes"] if (c["side"], c["key"]) == ("left", "thigh_range_deg"))
    assert thigh["word"] == "more"
    assert thigh["change"] > thigh["mdc95"] > 0.0
    assert any("SEM" in note for note in whole["notes"])


def test_a_picture_is_drawn_beside_the_table(cli, pair, tmp_path):
    result = cli("compare", *pair, "-o", tmp_path / "change.svg")
    assert result.exit_code == 0
    assert "The picture:" in result.stderr
    assert "<svg" in (tmp_path / "change.svg").read_text(encoding="utf-8")


def test_own_recordings_tell_by_how_much_days_differ(cli, recording, tmp_path):
    folder = tmp_path / "own"
    folder.mkdir()
    run = recording("run")
    for k in range(3):
        (folder / f"s{k}.legcycle").write_bytes(run.read_bytes())
    (folder / "bad.legcycle").write_text("nothing")
    result = cli("compare", run, run, "--own", folder)
    assert "own 4" in result.stdout
    assert "note: bad.legcycle is skipped:" in result.stderr
    assert "published" not in result.stdout


def test_what_cannot_be_read_is_told(cli, recording, tmp_path):
    result = cli("compare", recording("run"), tmp_path / "gone.legcycle", "-o", tmp_path / "change.svg")
    assert (result.exit_code, result.stdout) == (1, "")
    assert len(result.stderr.splitlines()) == 1
    assert not (tmp_path / "change.svg").exists()


def test_a_folder_without_more_of_the_runner_leaves_it_at_the_literature(cli, recording, tmp_path):
    run = recording("run")
    result = cli("compare", run, run, "--own", tmp_path)
    assert result.exit_code == 0
    assert "note: There is no recording (.legcycle) of runner simulated in" in result.stderr
    assert "literature" in result.stdout
    assert cli("compare", run, run, "--own", tmp_path / "gone").exit_code == 1
