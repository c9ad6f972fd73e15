import os
import signal
import subprocess
import sys

import pytest


def test_the_demo_runs_to_its_end_without_a_terminal(cli):
    result = cli("demo", "--speed", "max")
    assert result.exit_code == 0, result.stderr
    lines = result.stdout.splitlines()
    assert sum("knee drive" in line and "of 50.0°" in line for line in lines) > 40
    assert any("✖ low" in line for line in lines)
    assert any("✔ OK" in line for line in lines)
    assert "mean ± SD" in result.stdout
    assert "legcycle import csv" in result.stderr
    assert "\x1b" not in result.stdout


def test_the_demo_runs_in_a_process_of_its_own_and_never_mind_the_config(legcycle, tmp_path):
    (tmp_path / "legcycle.toml").write_text("this is no TOML")
    done = legcycle("demo", "--speed", "max")
    assert done.returncode == 0, done.stderr
    assert "drive target reached" in done.stdout


def test_signs_that_a_console_lacks_do_not_stop_it(legcycle):
    done = legcycle("demo", "--speed", "max", PYTHONUTF8="0", PYTHONIOENCODING="ascii")
    assert done.returncode == 0, done.stderr
    assert "OK +" in done.stdout


def test_ctrl_c_is_a_way_to_stop(cli, monkeypatch):
    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("legcycle_imu.pipeline.Pipeline.push", interrupted)
    result = cli("demo", "--speed", "max")
    assert result.exit_code == 0
    assert "Demo stopped." in result.stderr


@pytest.mark.skipif(os.name == "nt", reason="signals of this kind are POSIX's")
def test_ctrl_c_stops_a_process_in_the_midst():
    process = subprocess.Popen(
        [sys.executable, "-m", "legcycle_imu.cli", "demo"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding="utf-8",
        env=os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)},
    )
    assert process.stdout is not None
    process.stdout.readline()  # the first stride is there
    process.send_signal(signal.SIGINT)
    _, said = process.communicate(timeout=60)
    assert process.returncode == 0
    assert "Demo stopped." in said
    assert "Traceback" not in said
