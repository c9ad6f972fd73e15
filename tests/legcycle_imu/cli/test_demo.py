import os
import signal
import subprocess
import sys

import pytest

from legcycle_imu.demo import bundled_recording


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
    assert " cm above ? OK" in done.stdout


def test_it_can_be_recorded_and_leaves_a_picture(cli, tmp_path):
    pytest.importorskip("PySide6.QtWidgets", exc_type=ImportError)
    run, live, again = (tmp_path / name for name in ("demo.legcycle", "a.csv", "b.csv"))

    result = cli("demo", "--speed", "max", "--no-window", "--record", run)

    assert result.exit_code == 0, result.stderr
    assert (tmp_path / "legcycle-demo.png").read_bytes().startswith(b"\x89PNG")
    with bundled_recording() as bundled:
        assert cli("analyse", bundled, "--strides", live).exit_code == 0
    assert cli("analyse", run, "--strides", again).exit_code == 0
    assert live.read_bytes() == again.read_bytes()


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
    assert "Traceback" not in said
