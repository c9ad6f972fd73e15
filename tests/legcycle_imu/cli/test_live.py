import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from firmware_bridge.recording import Recording
from firmware_bridge.virtual import Faults
from tests.legcycle_imu.cli.simulated import TROUBLED, use

ROOT = Path(__file__).parents[3]


@pytest.fixture
def sensors(monkeypatch):
    """Let the commands find simulated sensors whose time goes as fast as can be."""
    return lambda faults: use(monkeypatch, faults)


@pytest.mark.parametrize("faults", [Faults(), TROUBLED], ids=["good", "troubled"])
def test_what_live_finds_is_what_its_recording_gives(cli, sensors, tmp_path, faults):
    sensors(faults)
    run, strides, again, analysed = (tmp_path / name for name in ("run.legcycle", "live.csv", "replay.csv", "a.csv"))

    done = cli("live", "--no-window", "--source", "sim:", "--record", run, "--strides", strides, "--height-m", "1.75")

    assert done.exit_code == 0, done.output
    rows = strides.read_text(encoding="utf-8").splitlines()
    assert len(rows) > 10
    assert cli("replay", run, "--speed", "max", "--strides", again).exit_code == 0
    assert cli("analyse", run, "--strides", analysed).exit_code == 0
    assert strides.read_bytes() == again.read_bytes() == analysed.read_bytes()


def test_record_keeps_what_live_would_have_found(cli, sensors, tmp_path):
    sensors(TROUBLED)
    lived, recorded = tmp_path / "live.csv", tmp_path / "recorded.csv"

    assert cli("record", "--source", "sim:", "-o", tmp_path / "run.legcycle", "--runner", "R7").exit_code == 0
    assert cli("live", "--source", "sim:", "--strides", lived).exit_code == 0
    assert cli("analyse", tmp_path / "run.legcycle", "--strides", recorded).exit_code == 0

    assert recorded.read_bytes() == lived.read_bytes()
    with Recording.open(tmp_path / "run.legcycle") as recording:
        assert recording.meta.runner is not None
        assert recording.meta.runner.code == "R7"
        assert recording.meta.started is not None
        kinds = {str(count.kind) for count in recording.counts()}
    assert kinds == {"received", "sent", "connected", "lost", "info"}


def test_it_says_which_sensors_there_are(cli, sensors, tmp_path):
    sensors(Faults())

    done = cli("record", "--source", "sim:", "-o", tmp_path / "run.legcycle")

    assert "left thigh: LegLink " in done.stderr
    assert re.search(r"run\.legcycle: \d+ s, \d\.\d MB", done.stderr)


@pytest.mark.parametrize("command", [["record", "-o"], ["live", "--record"]])
def test_a_recording_is_never_overwritten_and_nothing_is_looked_for(cli, monkeypatch, tmp_path, command):
    taken = tmp_path / "run.legcycle"
    taken.write_text("mine")
    monkeypatch.setattr("legcycle_imu.sources.open_live", lambda *_, **__: pytest.fail("looked for sensors"))

    done = cli(*command, taken, "--source", "sim:")

    assert done.exit_code == 1
    assert "never overwritten" in done.stderr
    assert taken.read_text() == "mine"


def test_a_source_that_is_none_is_said(cli, tmp_path):
    done = cli("record", "--source", "bluetooth:", "-o", tmp_path / "run.legcycle")

    assert done.exit_code == 1
    assert "'bluetooth:' is no source" in done.stderr
    assert not (tmp_path / "run.legcycle").exists()


def test_a_recording_can_be_the_source(cli, recording, tmp_path):
    lived, analysed = tmp_path / "live.csv", tmp_path / "analysed.csv"

    done = cli(
        "live", "--source", f"replay:{recording('run')}", "--record", tmp_path / "b.legcycle", "--strides", lived
    )

    assert done.exit_code == 0, done.output
    assert cli("analyse", tmp_path / "b.legcycle", "--strides", analysed).exit_code == 0
    assert lived.read_bytes() == analysed.read_bytes()


@pytest.mark.skipif(sys.platform == "win32", reason="interrupts are sent otherwise on Windows")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupt_ends_a_recording_in_good_order(tmp_path, number):
    path = tmp_path / "run.legcycle"
    process = subprocess.Popen(
        [sys.executable, "-m", "legcycle_imu.cli", "record", "--source", "sim:", "-o", str(path)],
        stderr=subprocess.PIPE,
        encoding="utf-8",
        cwd=tmp_path,
        env=os.environ | {"PYTHONPATH": str(ROOT), "PYTHONUTF8": "1", "HOME": str(tmp_path)},
    )
    assert process.stderr is not None
    with process.stderr:
        for line in process.stderr:
            if line.startswith("0:00:01"):
                process.send_signal(number)
                break
        rest = process.stderr.read()

    assert process.wait(20) == 0, rest
    assert "Traceback" not in rest
    assert str(path) in rest
    with Recording.open(path) as recording:
        assert not recording.recovered
        assert recording.duration_s > 0.5


def test_it_ends_after_the_time_that_was_asked_for(legcycle, tmp_path):
    done = legcycle("record", "--source", "sim:", "--duration-s", "1", "-o", tmp_path / "run.legcycle")

    assert done.returncode == 0, done.stderr
    with Recording.open(tmp_path / "run.legcycle") as recording:
        assert 0.5 < recording.duration_s < 5.0
