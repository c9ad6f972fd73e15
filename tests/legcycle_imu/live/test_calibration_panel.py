"""The page of the guided calibration: all that is said is there, large, in either theme; keys do what they say."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any

import pytest

pytest.importorskip(
    "PySide6.QtWidgets",
    reason="Qt cannot be loaded: apt-get install libegl1 libxkbcommon0 libdbus-1-3",
    exc_type=ImportError,
)
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QPainter
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from calibration.guidance import Guidance, Step, Trouble
from firmware_bridge.errors import LegcycleError, Reason
from firmware_bridge.sensor_health import SensorHealth, State
from legcycle_imu.broadcast import Subscription
from legcycle_imu.live.calibration_panel import CalibrationPanel
from legcycle_imu.live.calibration_result import ResultSheet
from legcycle_imu.live.calibration_sheet import Sheet, cut_bottom, cut_top, parts
from legcycle_imu.live.canvas import Canvas
from legcycle_imu.live.palette import DARK, LIGHT, VERMILLION, Theme
from legcycle_imu.live.window import LiveWindow
from legcycle_imu.model import Update
from legcycle_imu.view.calibration import KEYS, KEYS_DONE, QUESTION, CalibrationView, view_of
from legcycle_imu.view.chips import sensor_chip
from legcycle_imu.view.live_model import LiveModel
from legcycle_imu.view.poses import POSES
from tests.legcycle_imu.view import guided
from tests.legcycle_imu.view.guided import standing
from tests.legcycle_imu.view.made import sensors

Look = Callable[..., Any]
THEMES = pytest.mark.parametrize("theme", [DARK, LIGHT], ids=lambda theme: theme.name)
LONG = Trouble(
    "The right thigh swung in another plane than when its knee was lifted (35° apart): the sensor has turned, or the "
    "knee was not lifted to the front.",
    "See that the straps are tight, and begin with the knees anew.",
    (guided.PLACEMENTS[2],),
)
WORDY = "Jog forwards for ten strides; where there is no room, lift each knee 5 times, heel to the seat, and stand."


def seen(guidance: Guidance, state: State = State.STREAMING) -> CalibrationView:
    return view_of(guidance, [sensor_chip(facts, SensorHealth(state)) for facts in sensors()])


def panel_of(guidance: Guidance, theme: Theme = DARK) -> CalibrationPanel:
    panel = CalibrationPanel()
    panel.set_theme(theme)
    panel.show_view(seen(guidance))
    return panel


@dataclass
class Guide:
    """A guided calibration that is where the test wants it, and notes what it is asked for."""

    guidance: Guidance | None = None
    asked: list[str] = field(default_factory=list)
    error: LegcycleError | None = None

    def start(self) -> None:
        self.asked.append("start")
        self.guidance = guided.RIGHT_KNEE

    def accept(self) -> None:
        self.asked.append("accept")
        self.guidance = None
        if self.error is not None:
            raise self.error

    def cancel(self) -> None:
        self.asked.append("cancel")
        self.guidance = None


@pytest.fixture
def opened(app: QApplication) -> Iterator[Callable[[Guide | None], LiveWindow]]:
    windows: list[LiveWindow] = []

    def open_window(guide: Guide | None) -> LiveWindow:
        window = LiveWindow(Subscription(), LiveModel(sensors()), calibration=guide, asks=False)
        window._timer.stop()
        windows.append(window)
        window.show()
        window.activateWindow()
        window.frame()
        app.processEvents()
        return window

    yield open_window
    for window in windows:
        window.close()
        window.deleteLater()
    app.processEvents()


def press(window: LiveWindow, *keys: Qt.Key) -> None:
    for key in keys:
        QTest.keyClick(window, key)


class TestWhatIsSaid:
    @THEMES
    @pytest.mark.parametrize("size", [(1200, 800), (1920, 1080)], ids=str)
    @pytest.mark.parametrize("step", [step for step in Step if step is not Step.DONE])
    def test_steps_instruction_and_sensors_are_there_and_not_cut_off(
        self, look: Look, step: Step, theme: Theme, size: tuple[int, int]
    ) -> None:
        shown = look(panel_of(Guidance(step, guided.RIGHT_KNEE.instruction, 0.5), theme), *size)
        assert guided.RIGHT_KNEE.instruction in shown.texts
        assert {f"● {step}", "now", *(str(place) for place in guided.PLACEMENTS), KEYS} <= set(shown.texts)
        assert {pose.words for pose in POSES[step]} <= set(shown.texts)
        assert shown.cut == []

    @THEMES
    def test_what_went_wrong_says_why_and_what_to_do(self, look: Look, theme: Theme) -> None:
        for trouble in (guided.MOVED, LONG):
            shown = look(panel_of(replace(guided.STAND, trouble=trouble, attempt=2), theme), 1200, 800)
            assert {trouble.reason, trouble.advice, "▲ again", "2nd try", "2 s"} <= set(shown.texts)
            assert shown.cut == []

    def test_the_leg_that_is_asked_for_has_its_name(self, look: Look) -> None:
        assert "RIGHT" in look(panel_of(guided.RIGHT_KNEE), 1200, 800).texts
        assert not {"RIGHT", "LEFT"} & set(look(panel_of(guided.STAND), 1200, 800).texts)

    def test_what_was_put_right_is_said(self, look: Look) -> None:
        notices = ("The sensors of the left thigh and the right shank are exchanged; this is put right.",) * 2
        for guidance in (guided.STAND, guided.DONE):
            shown = look(panel_of(replace(guidance, notices=notices)), 1200, 800)
            assert shown.texts.count(f"▲ {notices[0]}") == 2
            assert shown.cut == []

    def test_it_is_usable_when_small(self, look: Look) -> None:
        shown = look(panel_of(replace(guided.STAND, trouble=guided.MOVED)), 800, 500)
        assert guided.MOVED.advice in shown.texts
        assert not {guided.MOVED.advice, guided.STAND.instruction} & set(shown.cut)

    @THEMES
    @pytest.mark.parametrize("trouble", [None, guided.MOVED, LONG], ids=["", "moved", "long"])
    def test_the_instruction_is_read_from_3_m(
        self, look: Look, monkeypatch: pytest.MonkeyPatch, theme: Theme, trouble: Trouble | None
    ) -> None:
        drawn: dict[str, int] = {}
        write = Canvas.write_wrapped

        def note(self: Canvas, painter: QPainter, box: QRectF, text: str, colour: str, px: float) -> None:
            write(self, painter, box, text, colour, px)
            drawn[text] = painter.font().pixelSize()

        monkeypatch.setattr(Canvas, "write_wrapped", note)
        for guidance in (guided.STAND, Guidance(Step.MOVE, WORDY)):
            look(panel_of(replace(guidance, trouble=trouble), theme), 1200, 800)
            assert drawn[guidance.instruction] >= 28
        if trouble is not None:
            assert drawn[trouble.advice] >= 28

    @THEMES
    def test_a_fuller_bar_is_fuller(self, look: Look, theme: Theme) -> None:
        ink = [look(panel_of(Guidance(Step.FIND, "", p), theme), 1200, 800).count(theme.ink) for p in (0.0, 0.5, 1.0)]
        assert ink[2] - ink[1] == pytest.approx(ink[1] - ink[0], rel=0.05)
        assert ink[1] - ink[0] > 5000

    @THEMES
    def test_a_sensor_that_is_not_heard_stands_out(self, look: Look, theme: Theme) -> None:
        heard, lost = CalibrationPanel(), CalibrationPanel()
        heard.show_view(seen(guided.STAND))
        lost.show_view(seen(guided.STAND, State.LOST))
        for panel in (heard, lost):
            panel.set_theme(theme)
        assert "✖ lost" in look(lost, 1200, 800).texts
        assert look(lost, 1200, 800).count(theme.ink) > look(heard, 1200, 800).count(theme.ink) + 40_000

    @THEMES
    def test_the_person_wears_sensors(self, look: Look, theme: Theme) -> None:
        assert look(panel_of(guided.RIGHT_KNEE, theme), 1200, 800).count(VERMILLION) > 1000


class TestResult:
    @THEMES
    @pytest.mark.parametrize("size", [(1200, 800), (1920, 1080)], ids=str)
    def test_the_question_and_the_quality_are_there_and_not_cut_off(
        self, look: Look, theme: Theme, size: tuple[int, int]
    ) -> None:
        shown = look(panel_of(guided.DONE, theme), *size)
        assert {QUESTION, "LEFT", "RIGHT", "● confirm", KEYS_DONE} <= set(shown.texts)
        assert shown.texts.count("uncertain by 1.8°, from standing and running") == 2
        assert shown.texts.count("– not seen now") == 2
        assert shown.cut == []

    def test_legs_that_are_seen_stand_out(self, look: Look, app: QApplication) -> None:
        model = LiveModel(sensors())
        model.calibrating(guided.DONE)
        grey, seen_now = ResultSheet(), ResultSheet()
        nothing = model.state(3.0).calibration
        model.push(Update(samples=standing(35.0)), 3.0)
        something = model.state(3.0).calibration
        assert nothing is not None
        assert something is not None
        grey.show_view(nothing)
        seen_now.show_view(something)
        before, after = look(grey, 1160, 560), look(seen_now, 1160, 560)
        assert "forward →" in after.texts
        assert after.count(DARK.ink) > before.count(DARK.ink) + 5000

    def test_one_leg_has_the_room_of_two(self, look: Look) -> None:
        one = replace(guided.DONE, outcome=guided.outcome(guided.PLACEMENTS[2].side))
        shown = look(panel_of(one), 1200, 800)
        assert "LEFT" not in shown.texts
        assert shown.cut == []


class TestBoxes:
    def test_what_is_cut_off_and_what_is_left_make_the_whole(self) -> None:
        box = QRectF(1.0, 2.0, 30.0, 40.0)
        top, bottom = cut_top(box, 10.0), cut_bottom(box, 5.0)
        assert (top.top(), top.bottom(), box.top(), box.bottom()) == (2.0, 12.0, 12.0, 37.0)
        assert (bottom.top(), bottom.bottom()) == (37.0, 42.0)

    @pytest.mark.parametrize("count", [0, 1, 4])
    def test_parts_are_equal_and_fill_the_box(self, count: int) -> None:
        cut = parts(QRectF(0.0, 0.0, 100.0, 10.0), count, 4.0)
        assert len(cut) == count
        if count:
            assert cut[-1].right() == pytest.approx(100.0)
            assert {round(part.width(), 6) for part in cut} == {round((100.0 - 4.0 * (count - 1)) / count, 6)}

    def test_a_sheet_without_anything_to_show_is_empty(self, look: Look) -> None:
        assert look(Sheet(), 100, 100).texts == []


class TestInTheWindow:
    def test_without_one_who_calibrates_it_is_not_offered(self, opened: Callable[..., LiveWindow]) -> None:
        window = opened(None)
        assert not {"calibrate", "accept", "again"} & set(window.actions_by_name)
        press(window, Qt.Key.Key_C)
        assert window.pages.currentWidget() is window.dashboard

    def test_c_begins_and_the_page_is_there_until_it_is_taken(self, opened: Callable[..., LiveWindow]) -> None:
        guide = Guide()
        window = opened(guide)
        press(window, Qt.Key.Key_C, Qt.Key.Key_C)
        assert guide.asked == ["start"]
        assert window.pages.currentWidget() is window.guide
        press(window, Qt.Key.Key_Return)
        assert guide.asked == ["start"]  # there is nothing to take yet
        guide.guidance = guided.DONE
        window.frame()
        assert window.guide.middle.currentWidget() is window.guide.result
        press(window, Qt.Key.Key_Return)
        assert guide.asked == ["start", "accept"]
        assert window.pages.currentWidget() is window.dashboard

    def test_r_begins_again(self, opened: Callable[..., LiveWindow]) -> None:
        guide = Guide()
        window = opened(guide)
        press(window, Qt.Key.Key_R)
        assert guide.asked == []
        guide.guidance = guided.DONE
        window.frame()
        press(window, Qt.Key.Key_R)
        assert guide.asked == ["start"]
        assert window.guide.middle.currentWidget() is window.guide.to_do

    def test_a_calibration_that_cannot_be_kept_holds_and_it_is_said(self, opened: Callable[..., LiveWindow]) -> None:
        error = LegcycleError(Reason.NOT_WRITABLE, "It cannot be written.", "Name another file.")
        window = opened(Guide(guided.DONE, error=error))
        press(window, Qt.Key.Key_Enter)
        assert "holds from now on" in window.statusBar().currentMessage()
        assert "It cannot be written." in window.statusBar().currentMessage()
        assert window.pages.currentWidget() is window.dashboard

    def test_esc_leaves_all_as_it_was(self, opened: Callable[..., LiveWindow]) -> None:
        guide = Guide(guided.STAND)
        window = opened(guide)
        assert window.pages.currentWidget() is window.guide
        press(window, Qt.Key.Key_Escape)
        assert guide.asked == ["cancel"]
        assert window.pages.currentWidget() is window.dashboard
        press(window, Qt.Key.Key_Escape)
        assert guide.asked == ["cancel"]

    def test_the_big_display_comes_back_after_it(self, opened: Callable[..., LiveWindow]) -> None:
        guide = Guide()
        window = opened(guide)
        window.show_big()
        press(window, Qt.Key.Key_C)
        assert window.pages.currentWidget() is window.guide
        assert window.menuBar().isVisible()
        press(window, Qt.Key.Key_Escape)
        assert window.pages.currentWidget() is window.big
        assert not window.menuBar().isVisible()

    def test_a_picture_that_stood_still_does_not_hide_it(self, opened: Callable[..., LiveWindow]) -> None:
        window = opened(Guide())
        press(window, Qt.Key.Key_Space, Qt.Key.Key_C)
        assert window.pages.currentWidget() is window.guide
        assert not window.paused

    def test_the_theme_changes(self, opened: Callable[..., LiveWindow], look: Look) -> None:
        window = opened(Guide(guided.STAND))
        press(window, Qt.Key.Key_D)
        assert look(window, 1200, 800).count(LIGHT.window) > 300_000
