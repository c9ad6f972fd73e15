import sqlite3

import pytest

from legcycle_imu import read_strides


@pytest.mark.parametrize("no_window", [(), ("--no-window",)])
def test_a_line_a_stride_goes_to_standard_output(cli, recording, tmp_path, no_window):
    strides = tmp_path / "strides.csv"
    result = cli("replay", recording("run"), "--speed", "max", "--strides", strides, *no_window)
    assert result.exit_code == 0
    lines = result.stdout.splitlines()
    assert len(lines) == len(read_strides(strides))
    assert all("push" in line and "place" in line for line in lines)
    assert any("knee drive" in line and "of 50.0°" in line for line in lines)
    assert "\x1b" not in result.stdout
    assert "zero" in result.stderr


def test_lines_come_in_the_order_in_which_strides_become_known(cli, recording):
    lines = cli("replay", recording("one-leg"), "--speed", "max").stdout.splitlines()
    counts = [int(line.split("left")[1].split()[0]) for line in lines]
    assert counts == list(range(len(counts)))


def test_a_pace_is_kept(cli, recording, monkeypatch):
    waited: list[float] = []
    now = [0.0]

    def sleep(seconds: float) -> None:
        waited.append(seconds)
        now[0] += seconds

    defaults = {"clock": lambda: now[0], "sleep": sleep}
    monkeypatch.setattr("firmware_bridge.replay.ReplaySource.__init__.__kwdefaults__", defaults)
    result = cli("replay", recording("one-leg"), "--speed", "4")
    assert result.exit_code == 0
    assert sum(waited) == pytest.approx(9.0 / 4.0, abs=0.1)


def test_ctrl_c_is_a_way_to_stop(cli, recording, tmp_path, monkeypatch):
    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("legcycle_imu.pipeline.Pipeline.flush", interrupted)
    strides = tmp_path / "strides.csv"
    result = cli("replay", recording("run"), "--speed", "max", "--strides", strides)
    assert result.exit_code == 0
    assert "Replay stopped." in result.stderr
    assert not list(tmp_path.glob("strides*"))


def test_a_recording_that_cannot_be_aligned_is_told(cli, recording, tmp_path):
    path = recording("run")
    with sqlite3.connect(path) as database:
        database.execute("DELETE FROM entry WHERE arrival_ns > 1000000000")
    database.close()
    result = cli("replay", path, "--speed", "max", "--strides", tmp_path / "strides.csv")
    assert (result.exit_code, result.stdout) == (1, "")
    assert "cannot be aligned" in result.stderr
    assert not (tmp_path / "strides.csv").exists()
