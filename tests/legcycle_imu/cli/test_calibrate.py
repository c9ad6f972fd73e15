"""`legcycle calibrate`, and what other commands make of a calibration."""

import csv
import io
import re
import sqlite3
from dataclasses import replace
from pathlib import Path

import pytest

from calibration.model import CalibrationSet, ZeroSource
from calibration.store import load_calibration, save_calibration
from firmware_bridge.recording import Recording
from firmware_bridge.samples import Side
from firmware_bridge.source import Kind
from firmware_bridge.virtual import Faults
from firmware_bridge.virtual import exchanged as swapped
from legcycle_imu import read_strides
from legcycle_imu.cli.calibrate import doing_as_asked
from legcycle_imu.demo import write_calibrated
from legcycle_imu.passage import Passage
from legcycle_imu.simulation import simulate_run
from legcycle_imu.simulation.files import write_recording
from tests.legcycle_imu.cli.simulated import use

STEPS = ["find", "right knee", "left knee", "stand", "move", "confirm"]
BY_RUNNING = "angles have their zero from standing and running"


@pytest.fixture
def runner(monkeypatch):
    """Let commands find somebody who does what the guided calibration asks for."""

    def found(swap: str = ""):
        return use(monkeypatch, Faults(swap=swapped(swap)), run_s=60.0, guided=True)

    return found


@pytest.fixture(scope="session")
def simulated(tmp_path_factory) -> Path:
    """A recording of standing, knee lifts and running; not to be changed."""
    path = tmp_path_factory.mktemp("recordings") / "run.legcycle"
    write_recording(simulate_run(3.5, 12.0, rate_hz=100.0, seed=2), path, chunk_samples=20)
    return path


@pytest.fixture(scope="session")
def known(tmp_path_factory) -> Path:
    """A recording whose calibration was given; not to be changed."""
    path = tmp_path_factory.mktemp("recordings") / "known.legcycle"
    write_calibrated(simulate_run(3.5, 12.0, preamble=False, rate_hz=100.0, seed=2), path, chunk_samples=20)
    return path


def steps_in(text: str) -> list[str]:
    """The steps that were told, in their order, each attempt once."""
    return re.findall(r"^\d/6 ([a-z ]+?)(?:, \d\w\w try)?:", text, re.MULTILINE)


def by_zero(said: str) -> set[str]:
    return set(re.findall(r"The (left|right) leg's angles have the zero of the calibration that was given", said))


class TestGuided:
    def test_in_a_pipe_it_leads_through_the_steps_and_keeps_the_calibration(self, cli, runner, tmp_path):
        sources = runner()

        done = cli("calibrate", "--source", "sim:", "--runner", "R7")

        assert done.exit_code == 0, done.output
        assert steps_in(done.stdout) == STEPS
        assert "\x1b" not in done.stdout + done.stderr
        (kept,) = (tmp_path / "data" / "calibrations").iterdir()
        assert re.fullmatch(r"R7-\d{8}T\d{6}\.json", kept.name)
        assert f"{kept}: the calibration." in done.stderr
        calibration = load_calibration(kept)
        assert {leg.side for leg in calibration.legs} == set(Side)
        assert {leg.zero_source for leg in calibration.legs} == {ZeroSource.STANDING_AND_RUNNING}
        assert {(one.device, one.placement) for one in calibration.sensors} == {
            (facts.device, facts.placement) for facts in sources[0].sensors
        }
        assert not list(tmp_path.glob("*.toml")), "of simulated sensors nothing is remembered"

    def test_in_less_than_a_minute_of_the_stream(self, cli, runner, tmp_path):
        runner()
        done = cli("calibrate", "--source", "sim:", "--record", tmp_path / "run.legcycle")
        assert done.exit_code == 0, done.output
        assert calibrated_at_s(tmp_path / "run.legcycle") < 60.0

    def test_it_goes_where_it_is_told_to(self, cli, runner, tmp_path):
        runner()
        done = cli("calibrate", "--source", "sim:", "-o", tmp_path / "mine.json")
        assert done.exit_code == 0, done.output
        assert len(load_calibration(tmp_path / "mine.json").legs) == 2
        assert not (tmp_path / "data").exists()

    def test_its_recording_holds_it_and_gives_the_same_again(self, cli, runner, tmp_path):
        runner()
        run, lived, replayed, analysed = (tmp_path / name for name in ("run.legcycle", "l.csv", "r.csv", "a.csv"))

        done = cli("calibrate", "--source", "sim:", "--record", run, "--strides", lived, "-o", tmp_path / "c.json")

        assert done.exit_code == 0, done.output
        (entry,) = entries(run)
        assert CalibrationSet.from_json(entry.data.decode()) == load_calibration(tmp_path / "c.json")
        again = cli("analyse", run, "--strides", analysed)
        assert again.exit_code == 0, again.output
        assert again.stderr.count(BY_RUNNING) == 2
        assert cli("replay", run, "--speed", "max", "--strides", replayed).exit_code == 0
        assert lived.read_bytes() == replayed.read_bytes() == analysed.read_bytes()

    @pytest.mark.parametrize("swap", ["thigh", "right"])
    def test_exchanged_sensors_are_said_and_put_right(self, cli, runner, tmp_path, swap):
        sources = runner(swap)

        done = cli("calibrate", "--source", "sim:", "-o", tmp_path / "c.json", "--record", tmp_path / "run.legcycle")

        assert done.exit_code == 0, done.output
        assert "exchanged; this is put right" in done.stdout
        one, other = swapped(swap)
        elsewhere = {one: other, other: one}
        truth = {f.device: elsewhere.get(f.placement, f.placement) for f in sources[0].sensors}
        assert {one.device: one.placement for one in load_calibration(tmp_path / "c.json").sensors} == truth
        with Passage.of(tmp_path / "run.legcycle") as passage:
            for _ in passage:
                pass
            said = passage.notices()
        for believed, true in elsewhere.items():
            assert f"The sensor that was taken for the {believed}'s was worn on the {true}." in said
            assert {facts.device: facts.placement for facts in passage.pipeline.sensors} == truth

    def test_a_session_that_ends_before_is_told_with_what_to_do(self, cli, runner, tmp_path):
        runner()
        done = cli("calibrate", "--source", "sim:", "--duration-s", "0.2", "-o", tmp_path / "c.json")
        assert done.exit_code == 1
        told = done.stderr.splitlines()[-1]
        assert re.match(r"legcycle: No calibration was made: it had come to (find|(right|left) knee|stand)\. ", told)
        assert not (tmp_path / "c.json").exists()

    def test_sensors_that_stop_before_are_told_too(self, cli, monkeypatch):
        use(monkeypatch, run_s=2.0)
        done = cli("calibrate", "--source", "sim:")
        assert done.exit_code == 1
        assert "it had come to right knee" in done.stderr
        assert done.stderr.rstrip().endswith("put the foot down again.")

    def test_what_breaks_on_the_way_is_told_as_what_it_is(self, cli, runner, monkeypatch):
        runner()

        def breaks(*_: object) -> None:
            raise ZeroDivisionError("it broke")

        monkeypatch.setattr("legcycle_imu.calibrating.Routine.push", breaks)
        done = cli("calibrate", "--source", "sim:")
        assert isinstance(done.exception, ZeroDivisionError)
        assert "No calibration was made" not in done.stderr

    def test_a_calibration_that_cannot_be_kept_is_told(self, cli, runner, tmp_path):
        runner()
        (tmp_path / "file").write_text("")
        done = cli("calibrate", "--source", "sim:", "-o", tmp_path / "file" / "c.json")
        assert done.exit_code == 1
        assert "The calibration cannot be written to" in done.stderr.splitlines()[-1]

    def test_a_recording_is_never_overwritten_and_nothing_is_looked_for(self, cli, monkeypatch, tmp_path):
        (tmp_path / "run.legcycle").write_text("mine")
        monkeypatch.setattr("legcycle_imu.sources.open_live", lambda *_, **__: pytest.fail("looked for sensors"))
        done = cli("calibrate", "--source", "sim:", "--record", tmp_path / "run.legcycle")
        assert done.exit_code == 1
        assert "never overwritten" in done.stderr

    def test_a_simulated_runner_does_as_asked_unless_told_otherwise(self):
        names = ["sim:", "sim:seed=3", "sim:guided=0", "sim:seed=3,guided=0", "ble:", "serial:COM1"]
        assert doing_as_asked(names) == [
            "sim:guided=1",
            "sim:seed=3,guided=1",
            "sim:guided=0",
            "sim:seed=3,guided=0",
            "ble:",
            "serial:COM1",
        ]


class TestAfterwards:
    def test_a_recording_is_calibrated_and_analysed_and_stays_as_it_is(self, cli, simulated, tmp_path):
        before, kept, strides = simulated.read_bytes(), tmp_path / "mine.json", tmp_path / "strides.csv"

        done = cli("calibrate", "--from", simulated, "-o", kept, "--strides", strides)

        assert done.exit_code == 0, done.output
        assert simulated.read_bytes() == before
        assert [leg.zero_source for leg in load_calibration(kept).legs] == [ZeroSource.STANDING_AND_RUNNING] * 2
        assert re.search(r"^left leg: zero from standing and running, uncertain by \d\.\d° at the thigh", done.stdout)
        assert re.search(r"knee drive( +-?\d+\.\d °){4}", done.stdout)
        assert f"{kept}: the calibration." in done.stderr
        analysed = cli("analyse", simulated, "--calibration", kept)
        assert strides.read_text(encoding="utf-8") == analysed.stdout
        assert len(read_strides(strides)) > 20

    def test_without_a_name_it_is_kept_beside_the_recording(self, cli, recording, tmp_path):
        done = cli("calibrate", "--from", recording("run"))
        assert done.exit_code == 0, done.output
        assert len(load_calibration(tmp_path / "run.calibration.json").legs) == 2
        assert sorted(path.name for path in tmp_path.iterdir()) == ["run.calibration.json", "run.legcycle"]

    def test_one_leg_is_one_leg(self, cli, recording, tmp_path):
        done = cli("calibrate", "--from", recording("one-leg"))
        assert done.exit_code == 0, done.output
        assert "right" not in done.stdout
        assert [leg.side for leg in load_calibration(tmp_path / "one-leg.calibration.json").legs] == [Side.LEFT]

    def test_if_one_leg_fails_the_other_goes_on_with_one_note(self, cli, recording):
        path = recording("run")
        with sqlite3.connect(path) as database:
            database.execute("DELETE FROM entry WHERE sensor >= 2 AND arrival_ns > 1000000000")
        database.close()
        done = cli("calibrate", "--from", path)
        assert done.exit_code == 0, done.output
        notes = [line for line in done.stderr.splitlines() if "right leg cannot be aligned" in line]
        assert len(notes) == 1
        assert notes[0].startswith("note: The right leg")

    def test_a_recording_in_which_nobody_runs_is_told_and_nothing_is_kept(self, cli, recording, tmp_path):
        path = recording("run")
        done = cli("calibrate", "--from", path, "--end-s", "1", "--strides", tmp_path / "s.csv")
        assert (done.exit_code, done.stdout) == (1, "")
        assert len(done.stderr.splitlines()) == 1
        assert "cannot be aligned from what was seen" in done.stderr
        assert list(tmp_path.iterdir()) == [path]

    def test_exchanged_sensors_give_no_calibration_and_are_told(self, cli, tmp_path):
        right = simulate_run(3.5, 12.0, preamble=False, rate_hz=100.0, seed=2)
        one, other = swapped("thigh")
        wrong = replace(right, samples=right.samples | {one: right.samples[other], other: right.samples[one]})
        write_recording(wrong, tmp_path / "wrong.legcycle", chunk_samples=20)
        done = cli("calibrate", "--from", tmp_path / "wrong.legcycle")
        assert (done.exit_code, done.stdout) == (1, "")
        (told,) = done.stderr.splitlines()
        assert re.search(r"\. The sensors believed on .* are exchanged.*\.$", told)
        assert [path.name for path in tmp_path.iterdir()] == ["wrong.legcycle"]

    def test_what_is_no_recording_is_told(self, cli, tmp_path):
        done = cli("calibrate", "--from", tmp_path / "gone.legcycle")
        assert done.exit_code == 1
        assert "There is no file" in done.stderr


class TestUsage:
    @pytest.mark.parametrize(
        ("arguments", "sentence"),
        [
            (["--from", "a", "--record", "b"], "--from goes without --record."),
            (["--from", "a", "--source", "sim:"], "--from goes without --source."),
            (
                ["--from", "a", "--source", "sim:", "--record", "b", "--duration-s", "3"],
                "--from goes without --source and --record and --duration-s.",
            ),
            (["--from", "a", "--start-s", "5", "--end-s", "2"], "--end-s 2 is not after --start-s 5: nothing would be"),
            (["--start-s", "3"], "--start-s goes with --from alone."),
            (["--start-s", "3", "--end-s", "9"], "--start-s and --end-s go with --from alone."),
            (["--intrinsic", "left thigh", "--from", "a"], "--intrinsic goes without --from."),
            (["--intrinsic", "left thigh", "-o", "a"], "--intrinsic goes without --output."),
            (["--intrinsic", "left thigh", "--record", "a"], "--intrinsic goes without --record."),
            (["--intrinsic", "left thigh", "--strides", "a"], "--intrinsic goes without --strides."),
            (["--source", "replay:run.legcycle"], "legcycle calibrate --from run.legcycle"),
        ],
        ids=" ".join,
    )
    def test_what_has_no_effect_is_refused_by_its_name(self, cli, monkeypatch, tmp_path, arguments, sentence):
        monkeypatch.setattr("legcycle_imu.sources.open_live", lambda *_, **__: pytest.fail("looked for sensors"))
        done = cli("calibrate", *arguments)
        assert done.exit_code == 2
        assert sentence in " ".join(done.stderr.split())
        assert not list(tmp_path.iterdir())

    @pytest.mark.parametrize(
        "outputs", [("-o", "run.legcycle"), ("--strides", "run.legcycle"), ("-o", "a", "--strides", "a")]
    )
    def test_nothing_is_written_over_what_is_read(self, cli, recording, outputs):
        path = recording("run")
        before = path.read_bytes()
        assert cli("calibrate", "--from", path, *outputs).exit_code != 0
        assert path.read_bytes() == before


class TestGiven:
    """`--calibration FILE` of other commands."""

    @pytest.fixture
    def file(self, known, tmp_path) -> Path:
        with Recording.open(known) as recording:
            assert recording.meta.calibration is not None
            save_calibration(CalibrationSet.from_json(recording.meta.calibration), tmp_path / "given.json")
        return tmp_path / "given.json"

    def test_analyse_uses_it(self, cli, simulated, file):
        assert by_zero(cli("analyse", simulated).stderr) == set()
        given = cli("analyse", simulated, "--calibration", file)
        assert given.exit_code == 0, given.output
        assert by_zero(given.stderr) == {"left", "right"}

    def test_in_place_of_the_one_that_the_recording_holds(self, cli, known, file, tmp_path):
        right = cli("analyse", known)
        assert cli("analyse", known, "--calibration", file).stdout == right.stdout
        turned = load_calibration(file)
        turned = CalibrationSet(tuple(replace_thigh(leg) for leg in turned.legs))
        save_calibration(turned, tmp_path / "turned.json")
        drives = [
            drives_of(cli("analyse", known, "--calibration", path).stdout) for path in (file, tmp_path / "turned.json")
        ]
        assert drives[0] != drives[1]

    @pytest.mark.parametrize("command", ["live", "record"])
    def test_sessions_keep_it_in_their_recording(self, cli, monkeypatch, file, tmp_path, command):
        use(monkeypatch)
        run = tmp_path / "run.legcycle"
        where = ("-o", run) if command == "record" else ("--record", run)
        done = cli(command, "--source", "sim:", *where, "--calibration", file)
        assert done.exit_code == 0, done.output
        with Recording.open(run) as recording:
            assert recording.meta.calibration is not None
            assert CalibrationSet.from_json(recording.meta.calibration) == load_calibration(file)
        if command == "live":
            assert by_zero(done.stderr) == {"left", "right"}
        assert by_zero(cli("analyse", run).stderr) == {"left", "right"}

    def test_live_uses_it_for_a_recording_that_is_the_source(self, cli, simulated, file, tmp_path):
        strides, again = tmp_path / "live.csv", tmp_path / "run.legcycle"
        done = cli(
            "live", "--source", f"replay:{simulated}", "--calibration", file, "--strides", strides, "--record", again
        )
        assert done.exit_code == 0, done.output
        assert by_zero(done.stderr) == {"left", "right"}
        assert cli("analyse", again).stdout == strides.read_text(encoding="utf-8")

    def test_what_calibrate_keeps_serves_the_next_session(self, cli, runner, monkeypatch, tmp_path):
        runner()
        assert cli("calibrate", "--source", "sim:", "-o", tmp_path / "c.json").exit_code == 0
        use(monkeypatch)
        done = cli("live", "--source", "sim:", "--calibration", tmp_path / "c.json", "--strides", tmp_path / "s.csv")
        assert done.exit_code == 0, done.output
        assert done.stderr.count(BY_RUNNING) == 2
        assert len(read_strides(tmp_path / "s.csv")) > 20

    @pytest.mark.parametrize("damage", ["missing", "damaged", "newer"])
    @pytest.mark.parametrize("command", ["analyse", "live", "record"])
    def test_one_that_cannot_be_read_is_told_before_anything_else(
        self, cli, monkeypatch, simulated, tmp_path, command, damage
    ):
        monkeypatch.setattr("legcycle_imu.sources.open_live", lambda *_, **__: pytest.fail("looked for sensors"))
        file, run = tmp_path / "c.json", tmp_path / "run.legcycle"
        if damage != "missing":
            file.write_text('{"legs": [' if damage == "damaged" else '{"legs": [], "format_version": 99}')
        rest = {"analyse": [simulated], "live": ["--no-window", "--source", "sim:"], "record": ["-o", run]}[command]
        done = cli(command, *rest, "--calibration", file)
        assert (done.exit_code, done.stdout) == (1, "")
        (sentence,) = done.stderr.splitlines()
        assert str(file) in sentence
        assert "legcycle calibrate" in sentence
        assert not run.exists()


def entries(path: Path) -> list:
    with Recording.open(path) as recording:
        return [chunk for batch in recording.batches(5000) for chunk in batch if chunk.kind is Kind.CALIBRATION]


def calibrated_at_s(path: Path) -> float:
    (entry,) = entries(path)
    return entry.arrival_ns * 1e-9


def replace_thigh(leg):
    return type(leg)(leg.side, leg.thigh.turned(0.5), leg.shank, leg.zero_source)


def drives_of(table: str) -> list[str]:
    return [row["knee_drive_deg"] for row in csv.DictReader(io.StringIO(table))]


class TestRescue:
    """A recording whose own calibration cannot be read: its samples are there all the same."""

    @pytest.fixture
    def damaged(self, simulated, tmp_path) -> Path:
        path = tmp_path / "damaged.legcycle"
        path.write_bytes(simulated.read_bytes())
        database = sqlite3.connect(path)
        database.execute("UPDATE meta SET value = '{\"legs\": 3}' WHERE key = 'calibration'")
        database.commit()
        database.close()
        return path

    def test_it_is_said_and_what_to_do(self, cli, damaged):
        done = cli("analyse", damaged)
        assert done.exit_code == 1
        assert "legcycle calibrate --from" in done.stderr

    def test_a_calibration_of_what_it_holds_makes_it_usable(self, cli, damaged, tmp_path):
        assert cli("calibrate", "--from", damaged, "-o", tmp_path / "c.json").exit_code == 0
        done = cli("analyse", damaged, "--calibration", tmp_path / "c.json")
        assert done.exit_code == 0, done.output
