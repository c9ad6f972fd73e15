"""`legcycle trend`: the sessions of a folder in the order of time."""

import json
import shutil
from pathlib import Path

import pytest

from tests.legcycle_imu.cli.test_compare import say_of


@pytest.fixture
def folder(recording, tmp_path) -> Path:
    """Give a folder with the same run four times, a day each, and the last day first by name."""
    folder = tmp_path / "sessions"
    folder.mkdir()
    run = recording("run")
    for day, name in zip((4, 1, 2, 3), "abcd", strict=True):
        path = Path(shutil.copy(run, folder / f"{name}.legcycle"))
        say_of(path, "started", f'"2026-0{day}-01T18:00:00+00:00"')
        say_of(path, "runner", '{"code": "anna", "height_m": 1.75}')
    return folder


def days_in(text: str) -> list[str]:
    return [line.split()[0] for line in text.splitlines() if line.startswith("2026-")]


def test_sessions_stand_in_the_order_of_time_leg_by_leg(cli, folder):
    result = cli("trend", folder)
    assert result.exit_code == 0, result.stderr
    assert days_in(result.stdout) == ["2026-01-01", "2026-02-01", "2026-03-01", "2026-04-01"] * 2
    assert "own 3" in result.stdout
    assert "began with" in result.stdout
    assert "▲ more, ▼ less" in result.stdout
    assert result.stderr == ""
    assert "\x1b" not in result.stdout


def test_one_that_cannot_be_read_is_named_and_skipped(cli, folder):
    (folder / "e.legcycle").write_text("no recording")
    result = cli("trend", folder)
    assert result.exit_code == 0
    assert "note: e.legcycle is skipped:" in result.stderr
    assert len(days_in(result.stdout)) == 8


def test_without_starts_the_order_is_that_of_the_names_and_said(cli, folder):
    say_of(folder / "c.legcycle", "started", "null")
    result = cli("trend", folder)
    assert result.exit_code == 0
    assert "note: Not every recording says when it began" in result.stderr


def test_each_runner_has_a_trend_and_one_can_be_asked_for(cli, folder):
    say_of(folder / "d.legcycle", "runner", '{"code": "bert"}')
    both = cli("trend", folder)
    assert "Runner anna" in both.stdout
    assert "Runner bert" in both.stdout
    anna = cli("trend", folder, "--runner", "anna")
    assert len(days_in(anna.stdout)) == 6
    assert "bert" not in anna.stdout
    nobody = cli("trend", folder, "--runner", "cora")
    assert (nobody.exit_code, nobody.stdout) == (1, "")
    assert "of runner cora" in nobody.stderr


def test_a_picture_shows_one_runner(cli, folder, tmp_path):
    assert cli("trend", folder, "-o", tmp_path / "trend.png").exit_code == 0
    assert (tmp_path / "trend.png").read_bytes().startswith(b"\x89PNG")
    say_of(folder / "d.legcycle", "runner", '{"code": "bert"}')
    two = cli("trend", folder, "-o", tmp_path / "two.png")
    assert (two.exit_code, two.stdout) == (2, "")
    assert "here are anna, bert" in two.stderr
    assert not (tmp_path / "two.png").exists()


def test_json_is_whole_and_alone(cli, folder):
    whole = json.loads(cli("trend", folder, "--json").stdout)
    (anna,) = whole["trends"]
    assert anna["by_time"] is True
    assert [session["name"] for session in anna["sessions"]] == ["b", "c", "d", "a"]
    assert {change["word"] for change in anna["changes"]} == {"nothing before it", "no change that can be told"}


@pytest.mark.parametrize("content", [None, "no recording"])
def test_where_nothing_can_be_read_the_exit_code_is_1(cli, tmp_path, content):
    folder = tmp_path / "folder"
    folder.mkdir()
    if content:
        (folder / "x.legcycle").write_text(content)
    result = cli("trend", folder)
    assert (result.exit_code, result.stdout) == (1, "")
    assert cli("trend", tmp_path / "gone").exit_code == 1
