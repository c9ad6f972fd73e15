"""The page of a drill: all that is said is there, the count is large, the leg has its place; keys do what they say."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any

import pytest

pytest.importorskip(
    "PySide6.QtWidgets",
    reason="Qt cannot be loaded: apt-get install libegl1 libxkbcommon0 libdbus-1-3",
    exc_type=ImportError,
)
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from firmware_bridge.samples import Side
from legcycle_imu.broadcast import Ended, Subscription
from legcycle_imu.drill_standing import Standing
from legcycle_imu.drills import DrillState
from legcycle_imu.live.canvas import Canvas
from legcycle_imu.live.drill_panel import DrillPanel
from legcycle_imu.live.palette import DARK, LIGHT, Theme
from legcycle_imu.live.window import LiveWindow
from legcycle_imu.view.drill import KEYS, DrillPage, page_of
from legcycle_imu.view.live_model import LiveModel
from tests.legcycle_imu.view.drilled import DRAG, LIFT, RUNS, THREE, view
from tests.legcycle_imu.view.made import sensors
from tests.pixels import count

Look = Callable[..., Any]
THEMES = pytest.mark.parametrize("theme", [DARK, LIGHT], ids=lambda theme: theme.name)
GOING = page_of(LIFT, view(), THREE)
READY = page_of(DRAG, view(DRAG, side=None, state=DrillState.READY, time_left_s=120.0, sentence=DRAG.instruction))
REST = page_of(RUNS, view(RUNS, side=None, state=DrillState.REST, time_left_s=42.0, sentence="Walk back and rest."))


def panel_of(page: DrillPage, theme: Theme = DARK) -> DrillPanel:
    panel = DrillPanel()
    panel.set_theme(theme)
    panel.show_page(page)
    return panel


@dataclass
class Drill:
    """A drill that stands as the test says, and notes what it is asked for."""

    standing: Standing = field(default_factory=lambda: Standing(LIFT, view(), THREE))
    asked: list[str] = field(default_factory=list)

    def start(self) -> None:
        self.asked.append("start")

    def rest(self) -> None:
        self.asked.append("rest")
        self.standing = self.standing._replace(resting=True)

    def end(self) -> None:
        self.asked.append("end")


@pytest.fixture
def opened(app: QApplication) -> Iterator[Callable[..., LiveWindow]]:
    windows: list[LiveWindow] = []

    def open_window(drill: Drill | None, following: Subscription | None = None) -> LiveWindow:
        window = LiveWindow(following or Subscription(), LiveModel(sensors()), drill=drill, asks=False)
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
    @pytest.mark.parametrize("size", [(1200, 740), (1920, 1020), (800, 450)], ids=str)
    @pytest.mark.parametrize("page", [GOING, READY, REST], ids=["going", "ready", "rest"])
    def test_it_is_there_and_not_cut_off(
        self, look: Look, page: DrillPage, theme: Theme, size: tuple[int, int]
    ) -> None:
        shown = look(panel_of(page, theme), *size)
        said = {page.title.upper(), f"{page.state.shape} {page.state.word}", page.sentence, KEYS}
        assert said <= set(shown.texts)
        assert shown.cut == []

    @THEMES
    def test_the_count_is_read_from_5_m(self, look: Look, monkeypatch: pytest.MonkeyPatch, theme: Theme) -> None:
        sizes: dict[str, int] = {}
        fit = Canvas._fit

        def note(self: Canvas, text: str, px: int, bold: bool, width: int) -> Any:
            font, shown = fit(self, text, px, bold, width)
            sizes[text] = font.pixelSize()
            return font, shown

        monkeypatch.setattr(Canvas, "_fit", note)
        look(panel_of(replace(page_of(DRAG, view(DRAG, time_left_s=60.0), THREE), count="118"), theme), 1200, 740)
        assert sizes["118"] >= 160  # digits are 0.73 of it: 120 pixels
        look(panel_of(REST, theme), 1200, 740)
        assert sizes["0:42"] >= 160

    def test_the_rest_says_how_much_is_done(self, look: Look) -> None:
        shown = look(panel_of(REST), 1200, 740)
        assert {"0:42", "rest", "3 of 6"} <= set(shown.texts)


class TestWhoseTurn:
    @THEMES
    @pytest.mark.parametrize("side", Side)
    def test_it_has_a_word_a_filling_and_a_place(self, look: Look, theme: Theme, side: Side) -> None:
        shown = look(panel_of(page_of(LIFT, view(side=side)), theme), 1200, 740)
        assert side.upper() in shown.texts
        assert {"left", "right"} - set(shown.texts) == {str(side)}
        half = shown.image.width() // 2
        filled = [count(shown.image.copy(x, 70, half, 300), theme.ink) for x in (0, half)]
        assert (filled[0] > 3 * filled[1]) is (side is Side.LEFT)

    def test_of_either_leg_both_are_filled_and_it_is_said(self, look: Look) -> None:
        assert {"LEFT", "RIGHT", "EITHER LEG"} <= set(look(panel_of(READY), 1200, 740).texts)

    def test_in_a_rest_none_is(self, look: Look) -> None:
        assert {"left", "right"} <= set(look(panel_of(REST), 1200, 740).texts)


class TestHowTheyWere:
    @THEMES
    def test_good_and_wrong_ones_differ_in_shape(self, look: Look, theme: Theme) -> None:
        shown = look(panel_of(GOING, theme), 1200, 740)
        assert shown.texts.count("✔") == 2
        assert shown.texts.count("✖") == 1
        assert "2 of 3 good" in shown.texts
        assert f"✖ {GOING.last}" in shown.texts

    def test_a_bar_fills(self, look: Look) -> None:
        ink = [
            look(panel_of(page_of(DRAG, view(DRAG, time_left_s=left))), 1200, 740).count(DARK.ink)
            for left in (120.0, 60.0)
        ]
        assert ink[1] - ink[0] > 3000


class TestWindow:
    def test_a_drill_has_the_page_until_all_panels_are_asked_for(self, opened: Callable[..., LiveWindow]) -> None:
        window = opened(Drill())
        assert window.pages.currentWidget() is window.drill
        assert window.drill.page == GOING
        press(window, Qt.Key.Key_V)
        assert window.pages.currentWidget() is window.dashboard
        press(window, Qt.Key.Key_V)
        assert window.pages.currentWidget() is window.drill
        press(window, Qt.Key.Key_B)
        assert window.pages.currentWidget() is window.big

    def test_keys_begin_stop_and_end_it(self, opened: Callable[..., LiveWindow]) -> None:
        drill = Drill()
        window = opened(drill)
        press(window, Qt.Key.Key_V, Qt.Key.Key_G)
        assert window.pages.currentWidget() is window.drill
        press(window, Qt.Key.Key_P, Qt.Key.Key_E)
        assert drill.asked == ["start", "rest", "end"]
        assert window.drill.page is not None
        assert window.drill.page.state.word == "stopped"

    def test_a_session_that_has_ended_leaves_it_as_it_was(self, opened: Callable[..., LiveWindow]) -> None:
        drill, following = Drill(), Subscription()
        following.put(Ended())
        window = opened(drill, following)
        press(window, Qt.Key.Key_G)
        assert drill.asked == []

    def test_without_a_drill_there_are_no_keys_for_it(self, opened: Callable[..., LiveWindow]) -> None:
        window = opened(None)
        assert window.pages.currentWidget() is window.dashboard
        assert not {"drill_start", "drill_rest", "drill_end", "drill_page"} & set(window.actions_by_name)
