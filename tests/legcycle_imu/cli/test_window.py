"""Commands in a window: what a person does and sees there, what goes wrong, and what is on the disk afterwards."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from importlib import import_module
from math import inf
from pathlib import Path
from statistics import median
from threading import Event
from threading import enumerate as threads
from typing import Any, NamedTuple

import pytest

pytest.importorskip(
    "PySide6.QtWidgets",
    reason="Qt cannot be loaded: apt-get install libegl1 libxkbcommon0 libdbus-1-3",
    exc_type=ImportError,
)
from PySide6.QtCore import Qt, QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QMessageBox

from calibration.model import CalibrationSet
from calibration.store import load_calibration
from firmware_bridge.errors import Reason, RecordingError
from firmware_bridge.links.live import LiveSource
from firmware_bridge.recorder import RecorderSettings
from firmware_bridge.recording import Recording
from firmware_bridge.recording_writer import RecordingWriter
from firmware_bridge.samples import Side
from firmware_bridge.sensor_health import State
from firmware_bridge.source import Chunk, Kind
from firmware_bridge.virtual import Faults, exchanged
from legcycle_imu import read_strides
from legcycle_imu.broadcast import Passed
from legcycle_imu.cli import main
from legcycle_imu.cueing import Cueing
from legcycle_imu.cues import CueDecision, CueSettings
from legcycle_imu.cycle import CYCLE, Phase
from legcycle_imu.drills import Drill
from legcycle_imu.live.leg_panel import LegPanel
from legcycle_imu.live.palette import DARK
from legcycle_imu.live.window import LiveWindow
from legcycle_imu.model import Stride
from legcycle_imu.passage import Passage
from legcycle_imu.pipeline import Pipeline
from legcycle_imu.runner import LegGeometry
from legcycle_imu.targets import Judge, Targets
from legcycle_imu.tones import Tone
from legcycle_imu.view.state import LegState
from tests.legcycle_imu.cli.person import looks_on, sit_down, until
from tests.legcycle_imu.cli.simulated import TROUBLED, use, use_drill
from tests.pixels import count

ROOT = Path(__file__).parents[3]
SAME_S = 15.0
"""An instant at which pictures of live and replay are held against each other, s; all strides are known by then."""


class Done(NamedTuple):
    exit_code: int
    stdout: str
    stderr: str


@pytest.fixture
def legcycle_here(monkeypatch: pytest.MonkeyPatch, capfd: Any) -> Callable[..., Done]:
    """Run the whole program within this process, with a display that nobody sees."""
    monkeypatch.setenv("QT_QPA_PLATFORM", "offscreen")

    def run(*arguments: object) -> Done:
        capfd.readouterr()
        monkeypatch.setattr("sys.argv", ["legcycle", *map(str, arguments)])
        with pytest.raises(SystemExit) as ended:
            main()
        return Done(int(ended.value.code or 0), *capfd.readouterr())

    return run


def chunks_of(path: Path) -> list[Chunk]:
    with Recording.open(path) as recording:
        assert not recording.recovered
        return [chunk for batch in recording.batches(5000) for chunk in batch]


def expect_closed(path: Path) -> None:
    chunks_of(path)
    assert not list(path.parent.glob(f"{path.name}-*"))


class TestLive:
    @pytest.mark.parametrize("faults", [Faults(), TROUBLED], ids=["good", "troubled"])
    def test_live_its_recording_and_a_replay_show_and_write_the_same(
        self, legcycle_here: Any, monkeypatch: Any, tmp_path: Path, faults: Faults
    ) -> None:
        use(monkeypatch, faults)
        run, lived, analysed = (tmp_path / name for name in ("run.legcycle", "live.csv", "analysed.csv"))
        windows = sit_down(monkeypatch, looks_on)
        done = legcycle_here("live", "--source", "sim:", "--record", run, "--strides", lived, "--height-m", "1.75")
        assert done.exit_code == 0, done.stderr
        expect_closed(run)
        assert legcycle_here("analyse", run, "--strides", analysed).exit_code == 0
        assert lived.read_bytes() == analysed.read_bytes()

        strides = len(read_strides(lived))
        assert strides > 10

        def watches_all(window: LiveWindow) -> Iterator[object]:
            yield from until(lambda: window.state.strides == strides)
            yield from until(lambda: window.intake.transport.position_s >= window.intake.transport.duration_s)

        again = sit_down(monkeypatch, watches_all)
        assert legcycle_here("replay", run, "--speed", "50").exit_code == 0
        live, replayed = (window.intake.model.state(SAME_S) for window in windows + again)
        assert replayed.strides == live.strides == strides
        shown = [dot for history in live.histories for leg in history.legs.values() for dot in leg.dots]
        assert len(shown) == strides * len(live.histories)
        assert repr(replayed.histories) == repr(live.histories)
        assert repr((replayed.balances, replayed.cue, replayed.big, replayed.cadence_spm)) == repr(
            (live.balances, live.cue, live.big, live.cadence_spm)
        )

    def test_an_unplugged_sensor_greys_its_leg_and_recording_goes_on(
        self, legcycle_here: Any, monkeypatch: Any, tmp_path: Path
    ) -> None:
        use(monkeypatch, Faults(disconnect_every_s=11.0, disconnect_for_s=4.0), speed=2.5, run_s=16.0)
        run = tmp_path / "run.legcycle"
        seen: dict[str, Any] = {}

        def watches(window: LiveWindow) -> Iterator[object]:
            yield from until(lambda: all(leg.state is LegState.LIVE for leg in window.state.legs.values()))
            yield from until(lambda: any(leg.state is LegState.NO_DATA for leg in window.state.legs.values()))
            seen["grey"] = window.state
            written = window.state.recorder.bytes
            yield from until(lambda: any(chip.state is State.LOST for chip in window.state.sensors))
            yield from until(lambda: all(leg.state is LegState.LIVE for leg in window.state.legs.values()))
            seen["more"] = window.state.recorder.bytes > written

        sit_down(monkeypatch, watches)
        done = legcycle_here("live", "--source", "sim:", "--record", run)
        assert done.exit_code == 0, done.stderr
        states = [leg.state for leg in seen["grey"].legs.values()]
        assert sorted(states) == sorted([LegState.LIVE, LegState.NO_DATA])
        assert seen["more"]
        kinds = [chunk.kind for chunk in chunks_of(run)]
        assert Kind.LOST in kinds
        assert Kind.RECEIVED in kinds[kinds.index(Kind.LOST) :]

    def test_closing_asks_while_recording_and_ends_in_good_order(
        self, legcycle_here: Any, monkeypatch: Any, tmp_path: Path
    ) -> None:
        answers = [QMessageBox.StandardButton.No, QMessageBox.StandardButton.Yes]
        asked = []

        def question(*words: Any) -> QMessageBox.StandardButton:
            asked.append(words[-1])
            return answers[len(asked) - 1]

        monkeypatch.setattr(QMessageBox, "question", question)

        def closes(window: LiveWindow) -> Iterator[object]:
            yield from until(lambda: window.state.recorder and window.state.recorder.bytes)
            QTest.keyClick(window, Qt.Key.Key_Q)
            assert window.isVisible()
            yield
            QTest.keyClick(window, Qt.Key.Key_Q)
            assert not window.isVisible()
            yield from looks_on(window)

        sit_down(monkeypatch, closes)
        run = tmp_path / "run.legcycle"
        use(monkeypatch, run_s=inf, speed=5.0)
        done = legcycle_here("live", "--source", "sim:", "--record", run)
        assert done.exit_code == 0, done.stderr
        assert asked == ["A recording is running. End it and close the window?"] * 2
        expect_closed(run)


class TestCalibrate:
    def test_a_minute_after_the_start_strides_go_by_the_new_calibration(
        self, legcycle_here: Any, monkeypatch: Any, tmp_path: Path
    ) -> None:
        use(monkeypatch, Faults(swap=exchanged("thigh")), run_s=18.0, guided=True)
        run, kept, lived, analysed = (tmp_path / name for name in ("run.legcycle", "c.json", "live.csv", "a.csv"))
        seen: dict[str, Any] = {}

        def follows(window: LiveWindow) -> Iterator[object]:
            seen["first"] = window.pages.currentWidget() is window.guide
            yield from until(lambda: window.state.calibration and window.state.calibration.done)
            seen["result"] = window.state
            window.activateWindow()
            QTimer.singleShot(0, lambda: QTest.keyClick(window, Qt.Key.Key_Return))  # it draws anew at once
            yield from until(lambda: window.state.calibration is None)
            seen["after"] = window.pages.currentWidget() is window.dashboard
            strides = window.state.strides
            yield from until(lambda: window.state.strides > strides + 6)
            seen["running"] = window.state
            yield from looks_on(window)

        sit_down(monkeypatch, follows)
        done = legcycle_here("calibrate", "--source", "sim:", "-o", kept, "--record", run, "--strides", lived)
        assert done.exit_code == 0, done.stderr
        assert seen["first"]
        assert seen["after"]
        assert any(
            "left thigh and the right thigh are exchanged" in said for said in seen["result"].calibration.notices
        )
        assert set(seen["result"].calibration.legs) == set(Side)
        assert seen["result"].now_s < 60.0
        assert seen["running"].now_s < 60.0
        assert all(leg.state is LegState.LIVE for leg in seen["running"].legs.values())
        assert [chip.label for chip in seen["running"].sensors] == ["RT", "LS", "LT", "RS"]

        (made,) = [chunk for chunk in chunks_of(run) if chunk.kind is Kind.CALIBRATION]
        assert CalibrationSet.from_json(made.data.decode()) == load_calibration(kept)
        assert legcycle_here("analyse", run, "--strides", analysed).exit_code == 0
        assert lived.read_bytes() == analysed.read_bytes()
        strides = read_strides(lived)
        assert {stride.side for stride in strides} == set(Side)
        self.expect_as_by(load_calibration(kept), run, strides, made.arrival_ns * 1e-9 + 2.0)

    def expect_as_by(self, calibration: CalibrationSet, run: Path, strides: list[Stride], from_s: float) -> None:
        """Expect strides, some while after they go by a calibration, as if it had been known from the start."""
        with Passage.of(run, calibration=calibration) as passage:
            expected = [stride for update in passage for stride in update.strides if stride.initial_contact_s > from_s]
        later = [stride for stride in strides if stride.initial_contact_s > from_s]
        assert len(later) > 10
        assert [stride.side for stride in later] == [stride.side for stride in expected]
        for stride, other in zip(later, expected, strict=True):
            assert stride.initial_contact_s == pytest.approx(other.initial_contact_s, abs=3e-3)
            assert stride.knee_drive_deg == pytest.approx(other.knee_drive_deg, abs=1.0)

    def test_closing_before_it_is_done_keeps_nothing(
        self, legcycle_here: Any, monkeypatch: Any, tmp_path: Path
    ) -> None:
        def leaves(window: LiveWindow) -> Iterator[object]:
            yield from until(lambda: window.state.calibration is not None)

        sit_down(monkeypatch, leaves)
        use(monkeypatch, run_s=18.0, guided=True)
        done = legcycle_here("calibrate", "--source", "sim:", "-o", tmp_path / "c.json")
        assert "Traceback" not in done.stderr
        assert not (tmp_path / "c.json").exists()


class TestDrill:
    def test_after_the_calibration_the_drill_is_counted_to_its_end(
        self, legcycle_here: Any, monkeypatch: Any, tmp_path: Path
    ) -> None:
        done, table = use_drill(monkeypatch, Drill.PUSH_LIFT), tmp_path / "repetitions.csv"
        seen: dict[str, Any] = {}

        def follows(window: LiveWindow) -> Iterator[object]:
            yield from until(lambda: window.state.calibration and window.state.calibration.done)
            seen["first"] = window.pages.currentWidget() is window.guide
            window.activateWindow()
            QTimer.singleShot(0, lambda: QTest.keyClick(window, Qt.Key.Key_Return))
            yield from until(lambda: window.pages.currentWidget() is window.drill and window.state.drill.count == "3")
            seen["third"] = window.state.drill
            yield from until(lambda: window.state.drill.state.word == "done")
            seen["done"] = window.state.drill
            yield from looks_on(window)

        sit_down(monkeypatch, follows)
        ended = legcycle_here("drill", "push-lift", "--source", "sim:", "--repetitions", table)
        assert ended.exit_code == 0, ended.stderr
        assert seen["first"]
        first = done[0].repetitions[0].side
        assert seen["third"].turn.sides == (first,)
        assert seen["third"].good == "3 of 3 good"
        assert seen["done"].good == "20 of 20 good"
        assert len(table.read_text().splitlines()) == 21
        assert "push and lift" in ended.stdout


class TestDemo:
    def test_it_opens_in_the_midst_of_a_run_with_every_panel_alive(self, legcycle_here: Any, monkeypatch: Any) -> None:
        states, pictures = [], []

        def looks(window: LiveWindow) -> Iterator[object]:
            yield from until(lambda: window.intake.steps)
            states.append(window.state)
            pictures.append(window.grab().toImage())

        sit_down(monkeypatch, looks)
        assert legcycle_here("demo").exit_code == 0
        (state,) = states
        assert state.now_s < 7.0
        for leg in state.legs.values():
            assert leg.state is LegState.LIVE
            assert leg.phase in DARK.phases
            assert leg.stick
            assert len(leg.ghosts) == 2
        assert all(len(leg.dots) >= 2 for history in state.histories for leg in history.legs.values())
        assert 120.0 < state.cadence_spm < 220.0
        assert state.cue.phase is not None
        assert state.coverage > 0.0
        for rule in CYCLE:
            assert count(pictures[0], DARK.phases[rule.phase]) > 1000

    def test_it_opens_soon(self, tmp_path: Path) -> None:
        """Time of the processor from the start to the picture; on a computer with nothing else to do, time."""
        done = subprocess.run(
            [sys.executable, "-c", SOON, "demo"],
            capture_output=True,
            encoding="utf-8",
            check=False,
            cwd=tmp_path,
            timeout=60.0,
            env=os.environ | {"PYTHONPATH": str(ROOT), "HOME": str(tmp_path), "QT_QPA_PLATFORM": "offscreen"},
        )
        assert done.returncode == 0, done.stderr
        took_s = float(done.stdout.splitlines()[0])
        print(f"demo: drawn after {took_s:.2f} s of the processor")  # noqa: T201 - a figure for `pytest -s`
        assert took_s < 3.5


SOON = """
import time
from legcycle_imu.cli import main
from legcycle_imu.live.window import LiveWindow

frame = LiveWindow.frame

def told(window):
    frame(window)
    if window.state.strides:
        window.grab()
        print(time.process_time(), flush=True)
        window.close()

LiveWindow.frame = told
main()
"""
"""The program, saying when its window shows a stride."""


class TestReplay:
    def test_keys_play_pause_step_and_hurry(self, legcycle_here: Any, monkeypatch: Any, recording: Any) -> None:
        def press(window: LiveWindow, key: Qt.Key) -> None:
            window.activateWindow()
            QTest.keyClick(window, key)

        def plays(window: LiveWindow) -> Iterator[object]:
            player = window.intake.transport
            yield from until(lambda: player.position_s > 0.2)
            press(window, Qt.Key.Key_Space)
            assert not player.playing
            yield
            begun_s = player.position_s
            for _ in range(5):
                yield
            assert player.position_s == begun_s
            press(window, Qt.Key.Key_Right)
            yield from until(lambda: player.position_s > begun_s and window.state.now_s == player.position_s)
            press(window, Qt.Key.Key_Right)
            stride_s = player.position_s
            yield from until(lambda: player.position_s > stride_s + 0.1)
            later_s = player.position_s
            press(window, Qt.Key.Key_Left)
            yield from until(lambda: player.position_s < later_s - 0.1 and window.state.now_s == player.position_s)
            before_s = player.position_s
            press(window, Qt.Key.Key_Period)
            yield from until(lambda: player.position_s > before_s)
            assert player.position_s < before_s + 0.02
            sample_s = player.position_s
            press(window, Qt.Key.Key_Comma)
            yield from until(lambda: player.position_s < sample_s)
            press(window, Qt.Key.Key_BracketRight)
            assert player.speed == 2.0
            press(window, Qt.Key.Key_BracketLeft)
            press(window, Qt.Key.Key_BracketLeft)
            assert player.speed == 0.5
            assert not player.playing
            press(window, Qt.Key.Key_Space)
            still_s = player.position_s
            yield from until(lambda: player.position_s > still_s)

        sit_down(monkeypatch, plays)
        done = legcycle_here("replay", recording("run"))
        assert (done.exit_code, "Traceback" in done.stderr) == (0, False), done.stderr


def after(calls: int, error: Exception, real: Callable[..., Any]) -> Callable[..., Any]:
    """Give what does as the real one does, some times, and then fails for good."""
    count = [0]

    def breaks(*given: Any, **named: Any) -> Any:
        count[0] += 1
        if count[0] > calls:
            raise error
        return real(*given, **named)

    return breaks


class TestErrors:
    """Whatever breaks: one sentence, a closed file, exit code 1; no traceback, and nobody waits for ever."""

    @pytest.mark.parametrize(
        ("where", "calls"),
        [
            ("legcycle_imu.pipeline.Pipeline.push", 40),
            ("legcycle_imu.cli.session.Watcher.push", 40),
            ("legcycle_imu.cueing.Cueing.take", 40),
            ("legcycle_imu.live.leg_panel.LegPanel.draw", 3),
            ("legcycle_imu.live.sensors_bar.SensorsBar.draw", 3),
            ("legcycle_imu.view.live_model.LiveModel.push", 40),
            ("legcycle_imu.view.live_model.LiveModel.state", 10),
            ("legcycle_imu.tables.StrideTable.push", 2),
        ],
    )
    def test_one_in_any_thread_ends_the_session(
        self, legcycle_here: Any, monkeypatch: Any, tmp_path: Path, where: str, calls: int
    ) -> None:
        module, kind, name = where.rsplit(".", 2)
        real = getattr(getattr(import_module(module), kind), name)
        broken = after(calls, ZeroDivisionError("it broke"), real)
        monkeypatch.setattr(where, broken)
        use(monkeypatch, run_s=inf, speed=8.0)
        sit_down(monkeypatch, looks_on)
        run = tmp_path / "run.legcycle"
        done = legcycle_here("live", "--source", "sim:", "--record", run, "--strides", tmp_path / "strides.csv")
        assert done.exit_code == 1, done.stderr
        words = [line for line in done.stderr.splitlines() if "it broke" in line]
        assert words == [
            "legcycle: this is a mistake in the program (ZeroDivisionError: it broke). --debug shows where."
        ]
        assert "Traceback" not in done.stderr
        assert "override" not in done.stderr
        assert done.stderr.rstrip().endswith(words[0])
        expect_closed(run)

    def test_one_of_the_world_has_its_own_sentence(self, legcycle_here: Any, monkeypatch: Any, tmp_path: Path) -> None:
        error = RecordingError(Reason.DAMAGED, "The packet is of another program.", "Update it.")
        broken = after(40, error, Pipeline.push)
        monkeypatch.setattr(Pipeline, "push", broken)
        use(monkeypatch, run_s=inf, speed=8.0)
        run = tmp_path / "run.legcycle"
        done = legcycle_here("live", "--source", "sim:", "--record", run)
        assert done.exit_code == 1
        assert done.stderr.splitlines()[-1] == "legcycle: The packet is of another program. Update it."
        expect_closed(run)

    def test_a_disk_that_takes_no_more_is_told_and_at_the_end_too(
        self, legcycle_here: Any, monkeypatch: Any, tmp_path: Path
    ) -> None:
        impatient = replace(RecorderSettings(), retry_s=0.1, close_s=0.3, give_up_s=0.3)
        monkeypatch.setattr("firmware_bridge.recorder.RecorderSettings", lambda: impatient)
        broken = after(2, OSError(28, "No space left on device"), RecordingWriter.commit)
        monkeypatch.setattr(RecordingWriter, "commit", broken)
        use(monkeypatch, run_s=inf, speed=5.0)
        chips = []

        def watches(window: LiveWindow) -> Iterator[object]:
            yield from until(lambda: "No space" in window.state.recorder.sentence)
            chips.append(window.state.recorder)

        sit_down(monkeypatch, watches)
        run = tmp_path / "run.legcycle"
        done = legcycle_here("live", "--source", "sim:", "--record", run)
        assert (done.exit_code, len(chips)) == (1, 1), done.stderr
        assert "could not be written" in done.stderr.splitlines()[-1]
        assert "Traceback" not in done.stderr
        assert chunks_of(run)


class Heard(NamedTuple):
    """A tone, how long after its step had arrived it was played, s of the session, and whether painting hung then."""

    tone: Tone
    delay_s: float
    hung: bool


class TestStalled:
    """The window is the last in the chain: while it hangs in the midst of painting, all else goes on."""

    SPEED = 5.0

    def test_no_byte_is_lost_and_no_cue_is_late(self, legcycle_here: Any, monkeypatch: Any, tmp_path: Path) -> None:
        (tmp_path / "legcycle.toml").write_text('[cues]\nfocus = "drive"\nk_of_n = [1, 1]\n')
        free, stalled = tmp_path / "free.legcycle", tmp_path / "stalled.legcycle"
        use(monkeypatch, run_s=8.0)
        assert legcycle_here("live", "--source", "sim:", "--no-window", "--record", free).exit_code == 0

        hung = self.hang(monkeypatch)
        sources = use(monkeypatch, run_s=8.0, speed=self.SPEED)
        steps, heard = self.listen(monkeypatch, sources, hung)
        monkeypatch.setattr("legcycle_imu.cli.showing.MOST_WAITING", 50)
        windows = sit_down(monkeypatch, looks_on)
        done = legcycle_here("live", "--source", "sim:", "--cues", "--record", stalled)
        assert done.exit_code == 0, done.stderr

        for sensor in range(4):
            assert sent(stalled, sensor) == sent(free, sensor)
        assert [cue.tone for cue in heard] == tones_of(steps)
        assert len(heard) > 5
        assert all(cue.hung for cue in heard)
        assert median(cue.delay_s for cue in heard) < 0.1 * self.SPEED
        (window,) = windows
        dropped = window.intake.following.dropped
        assert dropped > 100
        assert dropped + window.intake.steps >= len([step for step in steps if step.chunks])
        assert f"{dropped} steps not shown" in window.standing.text()

    def hang(self, monkeypatch: Any) -> Event:
        """Let the first picture of a leg hang until all who follow the session have ended; tell while it does."""
        hung, draw = Event(), LegPanel.draw

        def hangs(panel: LegPanel, painter: Any) -> None:
            draw(panel, painter)
            hung.set()
            for thread in threads():
                if thread.name in ("sensors", "cues"):
                    thread.join(60.0)
                    assert not thread.is_alive()
            hung.clear()

        monkeypatch.setattr(LegPanel, "draw", hangs)
        return hung

    def listen(self, monkeypatch: Any, sources: list[LiveSource], hung: Event) -> tuple[list[Passed], list[Heard]]:
        """Give what cues are made of, and which ones sound."""
        steps: list[Passed] = []
        heard: list[Heard] = []
        take = Cueing.take

        class Sound:
            trouble = ""

            def play(self, tone: Tone) -> None:
                heard.append(Heard(tone, sources[0].now_ns() * 1e-9 - steps[-1].arrived_s, hung.is_set()))

            def close(self) -> None: ...

        def noted(cueing: Cueing, step: Passed) -> None:
            steps.append(step)
            take(cueing, step)

        monkeypatch.setattr("legcycle_imu.cueing.Cueing.__init__.__defaults__", (Sound,))
        monkeypatch.setattr(Cueing, "take", noted)
        return steps, heard


def tones_of(steps: list[Passed]) -> list[Tone]:
    """Give the tones that these steps call for, whatever the time is."""
    decision, judge = CueDecision(CueSettings(True, Phase.DRIVE, (1, 1))), Judge(Targets(), LegGeometry())
    strides = [stride for step in steps for stride in step.update.strides]
    return [tone for stride in strides for tone in decision.push(stride, judge.push(stride))]


def sent(path: Path, sensor: int) -> list[bytes]:
    return [chunk.data for chunk in chunks_of(path) if chunk.sensor == sensor and chunk.kind is Kind.RECEIVED]


@pytest.mark.skipif(sys.platform == "win32", reason="signals are sent otherwise on Windows")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.parametrize("command", ["live", "replay"])
def test_a_signal_ends_it_in_good_order(recording: Any, tmp_path: Path, command: str, number: int) -> None:
    run = recording("run") if command == "replay" else tmp_path / "recorded.legcycle"
    arguments = ["--source", "sim:", "--record", run] if command == "live" else [run]
    process = subprocess.Popen(
        [sys.executable, "-c", SIGNALLED, command, *map(str, arguments)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding="utf-8",
        cwd=tmp_path,
        env=os.environ | {"PYTHONPATH": str(ROOT), "HOME": str(tmp_path), "QT_QPA_PLATFORM": "offscreen"},
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "drawn\n"
    process.send_signal(number)
    _, said = process.communicate(timeout=30.0)
    assert process.returncode == 0, said
    assert "Traceback" not in said
    expect_closed(run)


SIGNALLED = """
import sys
from legcycle_imu.cli import main
from legcycle_imu.live.window import LiveWindow

frame = LiveWindow.frame

def told(window):
    frame(window)
    if window.frames == 20:
        print("drawn", flush=True)

LiveWindow.frame = told
main()
"""
"""The program, saying when its window has been drawn some times."""
