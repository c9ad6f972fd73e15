"""The whole window: what comes is drawn, keys do what they say, nothing is lost by closing it, errors end it."""

import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip(
    "PySide6.QtWidgets",
    reason="Qt cannot be loaded: apt-get install libegl1 libxkbcommon0 libdbus-1-3",
    exc_type=ImportError,
)
from PySide6.QtCore import QEventLoop, QPointF, Qt, QTimer
from PySide6.QtGui import QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMessageBox

from firmware_bridge.backlog import Amount
from firmware_bridge.recorder_state import Condition, RecorderState
from firmware_bridge.samples import Side
from firmware_bridge.sensor_health import SensorHealth, State
from legcycle_imu.aiming import Aiming
from legcycle_imu.broadcast import Ended, Item, Restarted, Subscription
from legcycle_imu.cycle import CYCLE, Phase
from legcycle_imu.live import app as application
from legcycle_imu.live.actions import DOINGS
from legcycle_imu.live.palette import DARK, LIGHT
from legcycle_imu.live.transport_bar import LINE_LEFT_PX, LINE_RIGHT_PX, SPEEDS, minutes
from legcycle_imu.live.window import LiveWindow
from legcycle_imu.targets import Targets
from legcycle_imu.view.state import LegState

SEEN_S = 12.55


@dataclass
class Clock:
    now_s: float = 100.0

    def __call__(self) -> float:
        return self.now_s


@dataclass
class Recorder:
    marks: list[str] = field(default_factory=list)

    @property
    def state(self) -> RecorderState:
        written, nothing = Amount(3100, 3_100_000), Amount(0, 0)
        return RecorderState(Condition.RECORDING, "", 42.0, written, nothing, nothing, 0.1, False)

    def marker(self, text: str) -> None:
        self.marks.append(text)


@dataclass
class Sound:
    muted: bool = False


@dataclass
class Transport:
    playing: bool = True
    speed: float = 1.0
    position_s: float = 12.5
    duration_s: float = 20.0
    markers: list[tuple[float, str]] = field(default_factory=lambda: [(5.0, "lap 1")])
    asked: list[tuple[Any, ...]] = field(default_factory=list)

    def play(self) -> None:
        self.playing = True

    def pause(self) -> None:
        self.playing = False

    def set_speed(self, speed: float) -> None:
        self.speed = speed

    def seek(self, position_s: float) -> None:
        self.asked.append(("seek", position_s))

    def step_stride(self, forward: bool) -> None:
        self.asked.append(("stride", forward))

    def step_sample(self, forward: bool) -> None:
        self.asked.append(("sample", forward))

    def step_marker(self, forward: bool) -> None:
        self.asked.append(("marker", forward))


class Guide:
    guidance = None


Open = Callable[..., LiveWindow]
Look = Callable[..., Any]


@pytest.fixture
def opened(app: QApplication, session: Any) -> Iterator[Open]:
    """Give what opens a window on the first seconds of the run; its timer stands still."""
    windows: list[LiveWindow] = []

    def open_window(
        until_s: float = SEEN_S, items: list[Item] | None = None, run: Any = session, **given: Any
    ) -> LiveWindow:
        following = Subscription()
        for item in run.until(until_s) if items is None else items:
            following.put(item)
        given = {"clock": Clock(), "asks": False} | given
        window = LiveWindow(following, run.model(), **given)
        window._timer.stop()
        windows.append(window)
        window.show()
        window.activateWindow()
        app.processEvents()
        window.frame()
        app.processEvents()
        return window

    yield open_window
    for window in windows:
        window.asks = False
        window.close()
        window.deleteLater()
    app.processEvents()


def press(window: LiveWindow, *keys: Qt.Key) -> None:
    for key in keys:
        QTest.keyClick(window, key)


def trigger(window: LiveWindow, name: str) -> None:
    window.actions_by_name[name].trigger()


class TestWhatIsShown:
    @pytest.mark.parametrize("theme", [DARK, LIGHT], ids=lambda theme: theme.name)
    @pytest.mark.parametrize("size", [(1200, 800), (1920, 1080)], ids=str)
    def test_every_panel_is_alive_and_nothing_is_cut_off(self, opened: Open, look: Look, theme: Any, size: Any) -> None:
        window = opened(theme=theme, recorder=Recorder(), sound=Sound())
        seen = look(window, *size)
        state = window.state
        for rule in CYCLE:
            assert seen.count(theme.phases[rule.phase]) > 3000
        for history in state.histories:
            for side, leg in history.legs.items():
                assert any(text.startswith(f"{side[0].upper()} {leg.text}") for text in seen.texts)
        assert {state.cue.sentence, f"{state.cadence_spm:.0f}", "3.1 MB", "sound on"} <= set(seen.texts)
        for leg in state.legs.values():
            assert {ghost.text for ghost in leg.ghosts} <= {text[:-2] for text in seen.texts}
        assert seen.cut == []

    def test_it_is_usable_when_small(self, opened: Open, look: Look) -> None:
        window = opened()
        seen = look(window, 800, 500)
        assert (window.width(), window.height()) == (800, 500)
        assert window.state.cue.sentence in seen.texts
        assert sum(seen.count(DARK.phases[rule.phase]) for rule in CYCLE) > 5000

    def test_where_it_is_low_the_legs_keep_their_room(self, opened: Open, look: Look) -> None:
        window = opened(transport=Transport())
        look(window, 800, 500)
        dashboard = window.dashboard
        assert not dashboard.curves.isVisible()
        assert dashboard.legs[Side.LEFT].leg.height() >= 150
        assert all(panel.height() >= 90 for panel in dashboard.strides)
        look(window, 1200, 800)
        assert dashboard.curves.isVisible()

    def test_one_leg_has_the_room_of_two(self, opened: Open, look: Look, left_session: Any) -> None:
        window = opened(run=left_session)
        seen = look(window, 1200, 800)
        assert list(window.dashboard.legs) == [Side.LEFT]
        assert "RIGHT" not in seen.texts
        assert "both legs" not in seen.texts
        assert seen.count(DARK.phases[window.state.legs[Side.LEFT].phase]) > 3000
        assert seen.cut == []

    def test_before_anything_came_it_is_grey_and_says_so(self, opened: Open, look: Look) -> None:
        window = opened(items=[])
        seen = look(window, 1200, 800)
        assert seen.texts.count("–  no data") == 2
        assert seen.cut == []
        names = 2 * 240 * 5  # of the metrics of a phase: a line in its hue
        assert all(seen.count(DARK.phases[rule.phase]) < names for rule in CYCLE)

    def test_when_nothing_comes_any_more_it_greys_by_itself(self, opened: Open, look: Look) -> None:
        clock = Clock()
        window = opened(clock=clock)
        assert all(leg.state is LegState.LIVE for leg in window.state.legs.values())
        clock.now_s += 3.0
        window.frame()
        assert window.state.now_s == pytest.approx(window.intake.now_s())
        assert all(leg.state is LegState.NO_DATA for leg in window.state.legs.values())
        assert look(window, 1200, 800).texts.count("–  no data") == 2

    def test_a_lost_sensor_greys_its_leg_alone(self, opened: Open, look: Look, session: Any) -> None:
        health = [SensorHealth(State.STREAMING)] * 3 + [SensorHealth(State.LOST, ("Has sent nothing for 3 s.",), 3.0)]
        lost = session.sensors[3].placement.side
        items = [item for item in session.until(SEEN_S) if item.arrived_s < 10.0 or item.chunks[0].sensor != 3]
        calls = []
        window = opened(items=items, health=lambda: calls.append(1) or health)
        seen = look(window, 1200, 800)
        assert calls
        assert "lost" in seen.texts
        assert {side for side, leg in window.state.legs.items() if leg.state is LegState.NO_DATA} == {lost}

    def test_numbers_are_the_pipelines(self, opened: Open, session: Any) -> None:
        window = opened()
        strides = [stride for item in session.until(SEEN_S) for stride in item.update.strides]
        assert window.state.strides == len(strides)
        drive = next(h for h in window.state.histories if h.metric == "knee_drive_deg")
        for side in Side:
            own = [stride.knee_drive_deg for stride in strides if stride.side is side]
            assert [dot.value for dot in drive.legs[side].dots] == pytest.approx(own[-20:], nan_ok=True)


class TestTaking:
    def test_sensors_and_recorder_are_asked_as_often_as_a_person_reads(self, opened: Open) -> None:
        clock, asked = Clock(), []
        window = opened(clock=clock, health=lambda: asked.append(clock.now_s) or [SensorHealth(State.WAITING)] * 4)
        for _ in range(100):
            clock.now_s += 0.01
            window.frame()
        assert 5 <= len(asked) <= 6

    def test_frames_and_steps_are_counted(self, opened: Open, session: Any) -> None:
        window = opened()
        window.frame()
        assert window.frames == 2
        assert window.intake.steps == len(session.until(SEEN_S))

    def test_a_restart_forgets_everything(self, opened: Open, session: Any) -> None:
        window = opened(items=[*session.until(SEEN_S), Restarted()])
        assert window.state.strides == 0
        assert window.state.now_s == pytest.approx(0.0)

    def test_the_end_is_told_once_with_what_broke_it_off(self, opened: Open) -> None:
        window, told = opened(items=[]), []
        window.ended.connect(told.append)
        error = OSError("gone")
        window.intake.following.put(Ended(error))
        window.frame()
        window.frame()
        assert told == [error]

    def test_time_stands_still_after_the_end(self, opened: Open, session: Any) -> None:
        clock = Clock()
        window = opened(items=[*session.until(SEEN_S), Ended()], clock=clock)
        before = window.intake.now_s()
        clock.now_s += 60.0
        assert window.intake.now_s() == before
        window.frame()
        assert "ended" in window.standing.text()

    def test_what_the_queue_dropped_is_said(self, opened: Open) -> None:
        window = opened()
        window.intake.following.dropped = 7
        window.frame()
        assert "7 steps not shown" in window.standing.text()

    def test_an_error_while_drawing_ends_in_an_error_not_in_a_flood(self, opened: Open) -> None:
        window, told = opened(), []
        window.ended.connect(told.append)
        window._timer.start()

        def broken() -> None:
            raise ValueError("broken")

        window.frame = broken
        window._tick()
        assert [str(error) for error in told] == ["broken"]
        assert not window._timer.isActive()

    def test_the_timer_draws_by_itself(self, opened: Open, app: QApplication) -> None:
        window = opened()
        window._timer.start()
        loop = QEventLoop()
        window.ended.connect(lambda _: loop.quit())
        draw = window.frame

        def until_enough() -> None:
            draw()
            if window.frames > 5:
                window.ended.emit(None)

        window.frame = until_enough
        QTimer.singleShot(5000, loop.quit)
        loop.exec()
        assert window.frames > 5


class TestDoing:
    def test_marks_and_laps_go_to_the_recorder(self, opened: Open) -> None:
        recorder = Recorder()
        press(opened(recorder=recorder), Qt.Key.Key_M, Qt.Key.Key_L, Qt.Key.Key_L)
        assert recorder.marks == ["marker", "lap 1", "lap 2"]

    def test_what_there_is_nothing_for_is_not_offered(self, opened: Open) -> None:
        offered = set(opened().actions_by_name)
        assert not offered & {
            "marker",
            "lap",
            "mute",
            "next_stride",
            "faster",
            "calibrate",
            "accept",
            "again",
            "targets",
        }
        assert {doing.name for doing in DOINGS if doing.menu != "Drill"} == set(
            opened(
                recorder=Recorder(),
                sound=Sound(),
                transport=Transport(),
                calibration=Guide(),
                aiming=Aiming(Targets()),
            ).actions_by_name
        )

    def test_targets_are_changed_while_the_session_goes_on(self, opened: Open, session: Any) -> None:
        aimed: list[Targets] = []
        window = opened(until_s=10.0, aiming=Aiming(Targets(), aimed.append))
        assert window.targets is not None
        press(window, Qt.Key.Key_T)
        assert window.targets.isVisible()
        line = window.targets.inputs["drive_deg"]
        line.setText("1")
        line.editingFinished.emit()
        window.intake.model.aim(*aimed)
        for item in session.until(SEEN_S)[len(session.until(10.0)) :]:
            window.intake.following.put(item)
        window.frame()
        leg = window.state.histories[1].legs[Side.LEFT]
        assert leg.target == 1.0
        assert leg.dots[-1].hit is True
        window.targets.turn()
        assert window.targets.isHidden()

    def test_a_paused_picture_stands_still_while_data_goes_on(self, opened: Open, session: Any) -> None:
        window = opened(until_s=10.0)
        press(window, Qt.Key.Key_Space)
        before = window.state
        for item in session.until(SEEN_S)[len(session.until(10.0)) :]:
            window.intake.following.put(item)
        window.frame()
        assert window.state is before
        assert "paused" in window.standing.text()
        press(window, Qt.Key.Key_Space)
        window.frame()
        assert window.state.strides > before.strides

    def test_the_theme_changes(self, opened: Open, look: Look) -> None:
        window = opened()
        press(window, Qt.Key.Key_D)
        assert window.theme is LIGHT
        assert look(window, 1200, 800).count(LIGHT.card) > 200_000
        press(window, Qt.Key.Key_D)
        assert look(window, 1200, 800).count(DARK.card) > 200_000

    def test_sound_is_silenced_and_back(self, opened: Open) -> None:
        sound = Sound()
        window = opened(sound=sound)
        press(window, Qt.Key.Key_A)
        assert sound.muted
        press(window, Qt.Key.Key_A)
        assert not sound.muted

    def test_a_phase_is_looked_at_alone_and_again_all(self, opened: Open) -> None:
        window = opened()
        press(window, Qt.Key.Key_2)
        assert window.dashboard.focus is Phase.LIFT
        window.frame()
        assert window.state.cue.phase is Phase.LIFT
        press(window, Qt.Key.Key_2)
        assert window.dashboard.focus is None

    def test_legs_take_turns(self, opened: Open) -> None:
        window = opened()
        shown = []
        for _ in range(4):
            press(window, Qt.Key.Key_Tab)
            shown.append({side for side, leg in window.dashboard.legs.items() if leg.frame.isVisible()})
        assert shown == [{Side.LEFT}, {Side.RIGHT}, set(Side), {Side.LEFT}]

    def test_curves_grow_and_shrink_within_what_is_kept(self, opened: Open) -> None:
        window = opened()
        kept = window.state.curves.end_s - window.state.curves.start_s
        lengths = []
        for key in (
            Qt.Key.Key_Minus,
            Qt.Key.Key_Minus,
            Qt.Key.Key_Minus,
            Qt.Key.Key_Plus,
            Qt.Key.Key_Plus,
            Qt.Key.Key_Plus,
        ):
            press(window, key)
            lengths.append(window.dashboard.curves.length_s)
        assert lengths == [3.0, 1.5, 1.5, 3.0, 6.0, 6.0]
        assert kept == pytest.approx(6.0)

    def test_the_big_display_has_the_window_alone_and_shows_the_cue(self, opened: Open, look: Look) -> None:
        window = opened()
        press(window, Qt.Key.Key_B)
        assert window.is_big
        assert not window.menuBar().isVisible()
        big = window.state.big
        texts = look(window, 1200, 800).texts
        assert big.word.upper() in texts
        assert any(text.startswith(big.text) for text in texts)
        press(window, Qt.Key.Key_B)
        assert not window.is_big
        assert window.menuBar().isVisible()

    def test_there_is_always_a_way_back(self, opened: Open) -> None:
        window = opened()
        press(window, Qt.Key.Key_F, Qt.Key.Key_B)
        trigger(window, "help")
        press(window, Qt.Key.Key_Escape)
        assert not (window.is_big or window.isFullScreen() or window.help.isVisible())

    def test_help_opens_and_closes(self, opened: Open) -> None:
        window = opened()
        trigger(window, "help")
        assert window.help.isVisible()
        trigger(window, "help")
        assert not window.help.isVisible()

    def test_a_picture_is_saved(self, opened: Open, tmp_path: Path) -> None:
        window = opened(pictures=tmp_path)
        press(window, Qt.Key.Key_S)
        (saved,) = tmp_path.glob("legcycle-*.png")
        assert QImage(str(saved)).width() == window.grab().toImage().width()

    def test_a_picture_that_cannot_be_saved_is_a_sentence(self, opened: Open, tmp_path: Path) -> None:
        window = opened(pictures=tmp_path / "missing")
        press(window, Qt.Key.Key_S)
        assert "cannot be written" in window.statusBar().currentMessage()
        with pytest.raises(OSError, match="cannot be written"):
            window.save_picture(tmp_path / "missing" / "a.png")


class TestTransport:
    def test_keys_move_in_the_recording(self, opened: Open) -> None:
        transport = Transport()
        window = opened(transport=transport)
        press(window, Qt.Key.Key_Right, Qt.Key.Key_Left, Qt.Key.Key_Period, Qt.Key.Key_Comma)
        trigger(window, "next_marker")
        trigger(window, "previous_marker")
        assert transport.asked == [
            ("stride", True), ("stride", False), ("sample", True), ("sample", False),
            ("marker", True), ("marker", False),
        ]  # fmt: skip

    def test_space_pauses_the_recording_not_the_picture(self, opened: Open) -> None:
        transport = Transport()
        window = opened(transport=transport)
        press(window, Qt.Key.Key_Space)
        assert not transport.playing
        assert not window.paused
        press(window, Qt.Key.Key_Space)
        assert transport.playing

    def test_speeds_end_at_both_ends(self, opened: Open) -> None:
        transport = Transport()
        window = opened(transport=transport)
        press(window, *[Qt.Key.Key_BracketRight] * 10)
        assert transport.speed == SPEEDS[-1]
        press(window, *[Qt.Key.Key_BracketLeft] * 10)
        assert transport.speed == SPEEDS[0]

    def test_a_click_on_the_line_goes_there(self, opened: Open) -> None:
        transport = Transport()
        window = opened(transport=transport)
        bar = window.bar
        assert bar is not None
        middle = (LINE_LEFT_PX + bar.width() - LINE_RIGHT_PX) / 2.0
        QTest.mouseClick(bar, Qt.MouseButton.LeftButton, pos=QPointF(middle, 15).toPoint())
        QTest.mouseClick(bar, Qt.MouseButton.LeftButton, pos=QPointF(15, 15).toPoint())
        assert transport.asked[0][1] == pytest.approx(10.0, abs=0.05)
        assert not transport.playing

    def test_time_is_the_recordings(self, opened: Open, look: Look) -> None:
        window = opened(transport=Transport())
        assert window.state.now_s == 12.5
        texts = look(window, 1200, 800).texts
        assert "0:12.5" in texts
        assert "1 ×   of 0:20.0" in texts
        assert "not recording" not in texts

    @pytest.mark.parametrize(("seconds", "text"), [(0.0, "0:00.0"), (59.96, "0:59.9"), (61.3, "1:01.3")])
    def test_times_are_written_as_minutes(self, seconds: float, text: str) -> None:
        assert minutes(seconds) == text


class TestClosing:
    @pytest.mark.parametrize(("answer", "closed"), [("Yes", True), ("No", False)])
    def test_it_asks_while_recording(self, opened: Open, monkeypatch: Any, answer: str, closed: bool) -> None:
        monkeypatch.setattr(QMessageBox, "question", lambda *_: getattr(QMessageBox.StandardButton, answer))
        window = opened(recorder=Recorder(), asks=True)
        assert window.close() is closed
        assert window.isVisible() is not closed

    @pytest.mark.parametrize("given", [{"recorder": Recorder(), "asks": False}, {"asks": True}], ids=["told", "replay"])
    def test_otherwise_it_does_not(self, opened: Open, monkeypatch: Any, given: dict[str, Any]) -> None:
        monkeypatch.setattr(QMessageBox, "question", lambda *_: pytest.fail("asked"))
        window = opened(**given)
        window._timer.start()
        assert window.close()
        assert not window._timer.isActive()


class TestApplication:
    @pytest.mark.parametrize(
        ("environment", "platform", "missing"),
        [
            ({}, "linux", True),
            ({"DISPLAY": ":0"}, "linux", False),
            ({"WAYLAND_DISPLAY": "wayland-0"}, "linux", False),
            ({"QT_QPA_PLATFORM": "offscreen"}, "linux", False),
            ({}, "darwin", False),
            ({}, "win32", False),
        ],
    )
    def test_a_missing_display_is_noticed(self, environment: dict[str, str], platform: str, missing: bool) -> None:
        assert bool(application.missing_display(environment, platform)) is missing

    def test_a_display_that_can_be_used_is_no_trouble(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("QT_QPA_PLATFORM", "offscreen")
        assert application.unusable_display() == ""

    @pytest.mark.skipif(sys.platform != "linux", reason="elsewhere there is always a display")
    def test_a_display_that_cannot_be_used_is_noticed_before_qt_aborts(self, monkeypatch: pytest.MonkeyPatch) -> None:
        for variable in ("QT_QPA_PLATFORM", "WAYLAND_DISPLAY"):
            monkeypatch.delenv(variable, raising=False)
        monkeypatch.setenv("DISPLAY", ":987")
        assert application.unusable_display().startswith(("The display :987 does not answer.", "Qt lacks a library"))
        assert application.unusable_display("darwin") == ""

    def test_a_display_that_hangs_is_not_waited_for_for_ever(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(application, "PROBE", "import time; time.sleep(60)")
        monkeypatch.setattr(application, "PROBE_S", 0.1)
        assert "has not answered" in application.unusable_display("linux")

    def test_there_is_one(self, app: QApplication) -> None:
        assert application.application() is app

    def test_it_ends_with_what_broke_the_session_off(self, app: QApplication, session: Any) -> None:
        following, error = Subscription(), OSError("unplugged")
        following.put(Ended(error))
        assert application.run(lambda: LiveWindow(following, session.model(), recorder=Recorder())) is error

    def test_it_ends_without_error_when_the_window_is_closed(self, app: QApplication, session: Any) -> None:
        class Closing(LiveWindow):
            def frame(self) -> None:
                super().frame()
                self.close()

        made: list[LiveWindow] = []

        def make() -> LiveWindow:
            made.append(Closing(Subscription(), session.model()))
            return made[0]

        assert application.run(make, big=True) is None
        assert made[0].is_big
        assert made[0].frames == 1
