"""`legcycle drill`: a simulated person does a drill, live and from the recording of it."""

import csv
import json
import re
import sqlite3
from dataclasses import replace
from pathlib import Path

import pytest

from calibration.store import save_calibration
from firmware_bridge.recording import Recording
from legcycle_imu.cli.drill import simulated_doing
from legcycle_imu.demo import true_calibration
from legcycle_imu.drills import RULES, Drill
from legcycle_imu.simulation.drill_live import DrillRun
from legcycle_imu.simulation.streaming import StreamingSettings
from legcycle_imu.tones import Tone
from tests.legcycle_imu.cli.simulated import use_drill

SOON_S = 0.6
"""What is counted began within this of what was done, s; the sensors are connected half a second after the start."""


@pytest.fixture(scope="module")
def calibration(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a file that says how the simulated sensors sit."""
    path = tmp_path_factory.mktemp("sits") / "calibration.json"
    run = DrillRun(StreamingSettings(3.0, 12.0, rate_hz=100.0, seed=4), Drill.RUN_30M)
    save_calibration(true_calibration(tuple(run.setups.values())), path)
    return path


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(newline="") as stream:
        return list(csv.DictReader(stream))


class Sound:
    """What notes the tones that it is to play."""

    trouble = ""

    def __init__(self, heard: list[Tone]) -> None:
        self._heard = heard

    def play(self, tone: Tone) -> None:
        self._heard.append(tone)

    def close(self) -> None: ...


class TestLive:
    def test_it_calibrates_and_counts_what_was_done_and_the_recording_gives_the_same(
        self, cli, monkeypatch, tmp_path: Path
    ) -> None:
        (done,) = [use_drill(monkeypatch, Drill.PUSH_LIFT)]
        run, lived, again = (tmp_path / name for name in ("run.legcycle", "live.csv", "again.csv"))
        live = cli(
            "drill", "push-lift", "--source", "sim:", "--record", run, "--repetitions", lived, "--height-m", 1.75
        )
        assert live.exit_code == 0, live.stderr
        assert "2/6 right knee" in live.stdout
        true, counted = done[0].repetitions, rows(lived)
        assert len(true) == 20
        assert [row["side"] for row in counted] == [one.side for one in true]
        for row, one in zip(counted, true, strict=True):
            assert float(row["start_s"]) == pytest.approx(one.start_s, abs=SOON_S)
            assert float(row["end_s"]) == pytest.approx(one.end_s, abs=SOON_S + 0.5)
        assert [row["faults"] for row in counted] == [""] * 20

        with Recording.open(run) as recording:
            assert [mark.text for mark in recording.markers()] == ["drill push-lift"]
        assert "Recognised" not in cli("analyse", run).stderr
        replayed = cli("drill", "push-lift", run, "--repetitions", again)
        assert replayed.exit_code == 0, replayed.stderr
        assert again.read_bytes() == lived.read_bytes()
        assert table(replayed.stdout) == table(live.stdout)
        assert [line for line in replayed.stdout.splitlines() if " s  " in line] == [
            line for line in live.stdout.splitlines() if " s  " in line
        ]

        unannounced(run)
        analysed = cli("analyse", run)
        assert re.search(r"Recognised: push-lift, both legs, .* 20 repetitions \(left 10, right 10\)", analysed.stderr)
        assert len(json.loads(cli("drill", "push-lift", run, "--json").stdout)["repetitions"]) >= 20

    def test_wrong_repetitions_are_named_with_one_thing_to_do(self, cli, monkeypatch, calibration: Path) -> None:
        done = use_drill(monkeypatch, Drill.PUSH_LIFT_DRIVE, guided=False, wrong=0.4)
        live = cli("drill", "push-lift-drive", "--source", "sim:", "--calibration", calibration, "--height-m", 1.75)
        assert live.exit_code == 0, live.stderr
        said = [line for line in live.stdout.splitlines() if re.match(r"\s+\d+\.\d\d s  ", line)]
        true = done[0].repetitions
        assert len(said) == len(true)
        wrong = [(line, one.fault) for line, one in zip(said, true, strict=True) if one.fault]
        assert len(wrong) > 3
        named = [fault.replace("_", " ") in line and line.endswith(".") for line, fault in wrong]
        assert sum(named) >= 0.8 * len(named)

    def test_json_is_all_that_is_printed(self, cli, monkeypatch, calibration: Path) -> None:
        use_drill(monkeypatch, Drill.PUSH_LIFT, guided=False)
        heard: list[Tone] = []
        monkeypatch.setattr("legcycle_imu.drill_sounding.DrillSounding.__init__.__defaults__", (lambda: Sound(heard),))
        arguments = ("drill", "push-lift", "--source", "sim:", "--calibration", calibration, "--json", "--sounds")
        live = cli(*arguments, "--duration-s", 600)
        assert live.exit_code == 0, live.stderr
        told = json.loads(live.stdout)
        assert told["done"]
        assert [tone.pan == 0.0 for tone in heard] == [False, True]  # the legs change, the drill is done
        assert {name: leg["repetitions"] for name, leg in told["legs"].items()} == {"left": 10, "right": 10}
        assert len(told["repetitions"]) == 20
        assert told["repetitions"][0]["drive_deg"] is None or isinstance(told["repetitions"][0]["drive_deg"], float)

    def test_runs_are_counted_by_themselves(self, cli, monkeypatch, calibration: Path) -> None:
        monkeypatch.setitem(RULES, Drill.HILL, replace(RULES[Drill.HILL], repetitions=2))
        use_drill(monkeypatch, Drill.HILL, guided=False)
        live = cli("drill", "hill", "--source", "sim:", "--calibration", calibration, "--json")
        told = json.loads(live.stdout)
        assert [one["number"] for one in told["repetitions"]] == [1, 2]
        assert all(one["strides"] > 15 and one["passed"] is None for one in told["repetitions"])

    def test_it_may_end_before_anything_was_begun(self, cli, monkeypatch) -> None:
        use_drill(monkeypatch, Drill.PUSH_LIFT)
        monkeypatch.setattr("legcycle_imu.cli.showing.guide", lambda *_: None)
        live = cli("drill", "push-lift", "--source", "sim:")
        assert live.exit_code == 1
        assert "No calibration was made" in live.stderr


def unannounced(run: Path) -> None:
    """Take the marks out of a recording."""
    with sqlite3.connect(run) as file:
        file.execute("DELETE FROM entry WHERE kind = 'marker'")
    file.close()


def table(stdout: str) -> list[str]:
    lines = stdout.splitlines()
    return lines[next(number for number, line in enumerate(lines) if "left" in line and "right" in line) :]


class TestRecording:
    def test_one_that_was_not_announced_is_counted_from_its_beginning(self, cli, recording) -> None:
        counted = cli("drill", "hill", recording("run"), "--json")
        assert counted.exit_code == 0, counted.stderr
        told = json.loads(counted.stdout)
        assert [one["strides"] > 10 for one in told["repetitions"]] == [True]
        assert told["notices"]

    def test_one_without_a_repetition_says_so(self, cli, recording) -> None:
        counted = cli("drill", "prone-flicks", recording("run"))
        assert counted.exit_code == 0
        assert "no repetition was seen" in counted.stdout

    def test_the_table_may_not_be_written_over_it(self, cli, recording) -> None:
        path = recording("run")
        assert cli("drill", "hill", path, "--repetitions", path).exit_code == 2

    @pytest.mark.parametrize("option", [("--record", "x.legcycle"), ("--source", "sim:"), ("--duration-s", "5")])
    def test_what_only_sensors_have_is_refused(self, cli, recording, option: tuple[str, str]) -> None:
        assert cli("drill", "hill", recording("run"), *option).exit_code == 2


class TestList:
    @pytest.mark.parametrize("arguments", [(), ("--list",), ("push-lift", "--list")])
    def test_every_drill_is_listed(self, cli, arguments: tuple[str, ...]) -> None:
        listed = cli("drill", *arguments)
        assert listed.exit_code == 0
        assert set(Drill) <= set(listed.stdout.split())
        assert all(rule.instruction.split(".")[0].split()[0] in listed.stdout for rule in RULES.values())

    def test_an_unknown_one_is_refused_with_those_there_are(self, cli) -> None:
        refused = cli("drill", "squat")
        assert refused.exit_code == 2
        assert "push-lift-drive" in refused.stderr.replace("\n", "")

    def test_the_help_names_them_all(self, cli) -> None:
        words = set(re.split(r"[\s,;]+", cli("drill", "--help").stdout))
        assert set(Drill) <= words


class TestSource:
    def test_a_simulated_person_does_the_drill_that_is_asked_for(self) -> None:
        assert simulated_doing(["sim:"], Drill.HILL, guided=True) == ["sim:guided=1,drill=hill"]
        assert simulated_doing(["sim:seed=3"], Drill.HILL, guided=False) == ["sim:seed=3,drill=hill"]

    def test_whoever_names_another_gets_it(self) -> None:
        assert simulated_doing(["sim:drill=heel-drag"], Drill.HILL, guided=False) == ["sim:drill=heel-drag"]
        assert simulated_doing(["ble:"], Drill.HILL, guided=True) == ["ble:"]

    def test_a_replay_is_no_sensor(self, cli, recording) -> None:
        refused = cli("drill", "hill", "--source", f"replay:{recording('run')}")
        assert refused.exit_code == 2
        assert "legcycle drill hill FILE" in " ".join(refused.stderr.split())
