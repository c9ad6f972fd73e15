"""Each panel by itself: what it draws is the state's, in the state's colours; grey where nothing is known."""

from collections.abc import Callable
from dataclasses import replace
from math import nan
from typing import Any

import pytest

pytest.importorskip(
    "PySide6.QtWidgets",
    reason="Qt cannot be loaded: apt-get install libegl1 libxkbcommon0 libdbus-1-3",
    exc_type=ImportError,
)
from PySide6.QtCore import QRectF
from PySide6.QtGui import QPainter, QPixmap
from PySide6.QtWidgets import QApplication, QWidget

from firmware_bridge.samples import Side
from firmware_bridge.sensor_health import State
from legcycle_imu.cycle import CYCLE, Phase
from legcycle_imu.live.actions import DOINGS
from legcycle_imu.live.balance_panel import BalancePanel
from legcycle_imu.live.big_view import BigPanel
from legcycle_imu.live.canvas import LEFT, Canvas, mixed, spaced
from legcycle_imu.live.cue_panel import CuePanel
from legcycle_imu.live.curves_panel import CurvesPanel
from legcycle_imu.live.help_overlay import HelpOverlay
from legcycle_imu.live.leg_panel import LegPanel
from legcycle_imu.live.palette import DARK, LIGHT, Theme
from legcycle_imu.live.ring_panel import RingPanel
from legcycle_imu.live.sensors_bar import SensorsBar
from legcycle_imu.live.strides_panel import StridesPanel
from legcycle_imu.summary import Hits
from legcycle_imu.view.state import BigView, Cue, LegState, LiveState, Mark, Span

Look = Callable[..., Any]
SIDES = (Side.LEFT, Side.RIGHT)
THEMES = pytest.mark.parametrize("theme", [DARK, LIGHT], ids=lambda theme: theme.name)
PHASES = tuple(rule.phase for rule in CYCLE)


class Line(Canvas):
    """Writes one line into a box of a width."""

    def __init__(self, text: str, width: float) -> None:
        super().__init__()
        self.text, self.box = text, QRectF(0, 0, width, 20)

    def draw(self, painter: QPainter) -> None:
        self.write(painter, self.box, self.text, "#FFFFFF", 16, LEFT)


class TestCanvas:
    def test_a_line_that_fits_is_written_whole(self, look: Look) -> None:
        assert look(Line("42.0 cm", 200.0)).cut == []

    def test_a_line_shrinks_before_it_is_cut(self, look: Look) -> None:
        line = Line("a line of some length", 120.0)
        assert line.width_of(line.text, 16) > 120.0
        assert look(line).cut == []

    def test_what_cannot_be_read_any_more_ends_in_an_ellipsis(self, look: Look) -> None:
        line = Line("a line of some length", 30.0)
        assert look(line).cut == [line.text]
        assert line._fit(line.text, 16, False, 30)[1].endswith("…")

    def test_what_seldom_changes_is_drawn_once(self, app: QApplication) -> None:
        canvas, drawn = Line("", 1.0), []
        picture = QPixmap(canvas.size())
        painter = QPainter(picture)
        for key in ("a", "a", "b"):
            canvas.draw_still(painter, key, lambda _: drawn.append(1))
        canvas.set_theme(LIGHT)
        canvas.draw_still(painter, "b", lambda _: drawn.append(1))
        painter.end()
        assert len(drawn) == 3

    def test_a_mixed_colour_is_what_opacity_would_give(self) -> None:
        assert mixed("#FF0000", "#000000", 0.5).getRgb()[:3] == (128, 0, 0)
        assert mixed("#123456", "#FFFFFF", 0.0).getRgb()[:3] == (255, 255, 255)

    @pytest.mark.parametrize(("unit", "text"), [("°", "°"), (" cm", " cm"), ("cm", " cm"), ("", "")])
    def test_units_follow_numbers_as_they_should(self, unit: str, text: str) -> None:
        assert spaced(unit) == text


class TestLeg:
    @THEMES
    def test_a_running_leg_is_drawn_in_the_hue_of_its_phase(self, running: LiveState, look: Look, theme: Theme) -> None:
        for side in SIDES:
            leg, panel = running.legs[side], LegPanel()
            panel.set_theme(theme)
            panel.show_leg(leg)
            assert look(panel).count(theme.phases[leg.phase]) > 800

    def test_its_numbers_are_those_of_the_ghosts(self, running: LiveState, look: Look) -> None:
        leg, panel = running.legs[Side.LEFT], LegPanel()
        panel.show_leg(leg)
        texts = look(panel).texts
        assert len(leg.ghosts) == 2
        for ghost in leg.ghosts:
            assert f"{ghost.text} {ghost.mark.shape}" in texts
        assert f"{leg.drive_deg:.0f}°" in texts
        assert "knee height" in texts

    def test_ghosts_are_there_in_paler_hues(self, running: LiveState, look: Look) -> None:
        leg, panel = running.legs[Side.LEFT], LegPanel()
        panel.show_leg(leg)
        with_ghosts = look(panel)
        panel.show_leg(replace(leg, ghosts=()))
        without = look(panel)
        for phase in (Phase.LIFT, Phase.DRIVE):
            pale = mixed(DARK.phases[phase], DARK.card, DARK.ghost).name()
            assert with_ghosts.count(pale) > 300
            assert without.count(pale) == 0

    def test_without_data_it_is_grey_and_says_why(self, silent: LiveState, look: Look) -> None:
        leg, panel = silent.legs[Side.RIGHT], LegPanel()
        panel.show_leg(leg)
        seen = look(panel)
        assert leg.sentence in seen.texts
        assert "–  no data" in seen.texts
        assert sum(seen.count(DARK.phases[phase]) for phase in PHASES) == 0
        assert seen.cut == []

    @pytest.mark.parametrize("state", [LegState.ALIGNING, LegState.POOR])
    def test_its_state_is_said_in_words(self, running: LiveState, look: Look, state: LegState) -> None:
        panel = LegPanel()
        panel.show_leg(replace(running.legs[Side.LEFT], state=state, sentence="stand still for 3 s"))
        texts = look(panel).texts
        assert any(str(state) in text for text in texts)
        assert "stand still for 3 s" in texts

    def test_the_leg_stays_within_its_panel(self, session: Any, look: Look) -> None:
        panel = LegPanel()
        for moment in (12.1, 12.25, 12.4, 12.55):
            panel.show_leg(session.state(moment).legs[Side.LEFT])
            image = look(panel, 260, 270).image
            edge = [image.pixelColor(x, y).name() for x in (0, 259) for y in range(80, 270)]
            edge += [image.pixelColor(x, 269).name() for x in range(260)]
            assert not {DARK.phases[phase].lower() for phase in PHASES} & set(edge)

    def test_the_same_leg_is_not_drawn_twice(self, running: LiveState, app: QApplication) -> None:
        class Counting(LegPanel):
            asked = 0

            def update(self, *_: object) -> None:
                self.asked += 1

        panel = Counting()
        panel.show_leg(running.legs[Side.LEFT])
        panel.show_leg(replace(running.legs[Side.LEFT]))
        assert panel.asked == 1


class TestRing:
    @THEMES
    def test_arcs_are_as_long_as_their_phases(self, running: LiveState, look: Look, theme: Theme) -> None:
        leg, panel = replace(running.legs[Side.LEFT], phase=Phase.UNKNOWN, hand=None), RingPanel()
        panel.set_theme(theme)
        panel.show_leg(leg)
        seen = look(panel, 300, 400)
        counted = {share.phase: seen.count(theme.phases[share.phase]) for share in leg.shares}
        whole = sum(counted.values())
        for share in leg.shares:
            assert counted[share.phase] / whole == pytest.approx(share.share, abs=0.02)

    def test_the_table_says_shares_and_milliseconds(self, running: LiveState, look: Look) -> None:
        leg, panel = running.legs[Side.RIGHT], RingPanel()
        panel.show_leg(leg)
        texts = look(panel, 200, 280).texts
        for share in leg.shares:
            assert f"{100 * share.share:.0f} %" in texts
            assert f"{share.duration_ms:.0f} ms" in texts
        assert leg.phase.upper() in texts

    def test_the_hand_goes_round_like_a_clock(self, running: LiveState, look: Look) -> None:
        leg, panel = running.legs[Side.LEFT], RingPanel()
        places = []
        for hand in (0.25, 0.75):
            panel.show_leg(replace(leg, hand=hand, shares=(), phase=Phase.UNKNOWN))
            image = look(panel, 200, 160).image
            white = [x for x in range(200) if image.pixelColor(x, 84).name() == DARK.ink.lower()]
            places.append(sum(white) / len(white))
        assert places[0] > 100.0 > places[1]  # a quarter past is on the right

    def test_it_is_grey_without_data(self, silent: LiveState, look: Look) -> None:
        panel = RingPanel()
        panel.show_leg(silent.legs[Side.LEFT])
        seen = look(panel)
        assert sum(seen.count(DARK.phases[phase]) for phase in PHASES) == 0
        assert seen.count(DARK.missing) > 100


class TestCurves:
    @THEMES
    def test_phases_lie_behind_the_curves(self, running: LiveState, look: Look, theme: Theme) -> None:
        panel = CurvesPanel(SIDES)
        panel.set_theme(theme)
        look(panel, 1000, 200)
        panel.show_curves(running.curves)
        seen = look(panel, 1000, 200)
        for phase in PHASES:
            assert seen.count(theme.phases[phase]) > 200  # the ribbon
            assert seen.count(mixed(theme.phases[phase], theme.card, theme.tint).name()) > 2000
        for colour in (theme.thigh, theme.shank):
            assert seen.count(colour) > 300

    def test_a_gap_is_hatched_and_nothing_else_is(self, running: LiveState, silent: LiveState, look: Look) -> None:
        panel = CurvesPanel(SIDES)
        panel.set_theme(DARK)
        look(panel, 1000, 200)
        panel.show_curves(running.curves)
        whole = look(panel, 1000, 200).count(self.hatching())
        panel.show_curves(silent.curves)
        gaps = look(panel, 1000, 200).count(self.hatching())
        assert all(leg.gaps for leg in silent.curves.legs.values())
        assert gaps > whole + 3000

    @staticmethod
    def hatching() -> str:
        return mixed(DARK.missing, DARK.card, 0.85).name()

    def test_a_gap_covers_the_phases_under_it(self, running: LiveState, look: Look) -> None:
        curves = running.curves
        all_of_it = (Span(curves.start_s, curves.end_s),)
        legs = {side: replace(leg, gaps=all_of_it, thigh_deg=leg.thigh_deg * nan) for side, leg in curves.legs.items()}
        panel = CurvesPanel(SIDES)
        panel.set_theme(DARK)
        look(panel, 1000, 200)
        panel.show_curves(replace(curves, legs=legs))
        assert sum(look(panel, 1000, 200).count(DARK.phases[phase]) for phase in PHASES) == 0

    def test_a_shorter_length_shows_fewer_strides(self, running: LiveState, app: QApplication, look: Look) -> None:
        panel = CurvesPanel((Side.LEFT,))
        panel.set_theme(DARK)
        look(panel, 600, 200)
        panel.show_curves(running.curves)
        plot = panel.plots[Side.LEFT]
        assert len(plot.curves[0].getData()[0]) == len(running.curves.time_s)
        panel.length_s = 3.0
        panel.show_curves(running.curves)
        assert len(plot.curves[0].getData()[0]) == pytest.approx(len(running.curves.time_s) / 2, abs=1)
        assert plot.getViewBox().viewRange()[0] == [-3.0, 0.0]

    def test_nothing_known_is_no_curve(self, unheard: LiveState, look: Look) -> None:
        panel = CurvesPanel(SIDES)
        panel.set_theme(DARK)
        look(panel, 1000, 200)
        panel.show_curves(unheard.curves)
        before = look(panel, 1000, 200)
        assert before.count(DARK.shank) < 200  # the piece in the heading


class TestStrides:
    @THEMES
    def test_every_history_shows_its_values(self, running: LiveState, look: Look, theme: Theme) -> None:
        for history in running.histories:
            panel = StridesPanel()
            panel.set_theme(theme)
            panel.show_history(history, SIDES, focused=False)
            seen = look(panel, 240, 170)
            assert history.name in seen.texts
            assert seen.count(theme.phases[history.phase]) > 500
            for side, leg in history.legs.items():
                assert any(text.startswith(f"{side[0].upper()} {leg.text}") for text in seen.texts)
                if leg.hits.judged:
                    assert leg.distance in seen.texts
                    assert any(text.endswith(f"{leg.hits.hit} of {leg.hits.judged} hit") for text in seen.texts)
            assert seen.cut == []

    def test_a_miss_has_another_shape_than_a_hit(self, running: LiveState, look: Look) -> None:
        history = running.histories[0]
        counts = []
        for hit in (True, False):
            legs = {
                side: replace(leg, dots=tuple(dot._replace(hit=hit) for dot in leg.dots))
                for side, leg in history.legs.items()
            }
            panel = StridesPanel()
            panel.show_history(replace(history, legs=legs), SIDES, focused=False)
            counts.append(look(panel, 240, 170).count(DARK.phases[history.phase]))
        assert counts[0] != counts[1]

    def test_a_stride_that_does_not_count_is_hollow_and_grey(self, running: LiveState, look: Look) -> None:
        history = running.histories[0]
        legs = {
            side: replace(leg, dots=tuple(dot._replace(counted=False) for dot in leg.dots))
            for side, leg in history.legs.items()
        }
        panel = StridesPanel()
        panel.show_history(replace(history, legs=legs), SIDES, focused=False)
        seen = look(panel, 240, 170)
        assert seen.count(DARK.phases[history.phase]) <= 240 * 5  # the line along the top alone
        assert seen.count(DARK.missing) > 0

    def test_a_value_that_is_not_known_has_no_dot(self, running: LiveState, look: Look) -> None:
        history = running.histories[1]
        legs = {
            side: replace(leg, dots=tuple(dot._replace(value=nan) for dot in leg.dots))
            for side, leg in history.legs.items()
        }
        panel = StridesPanel()
        panel.show_history(replace(history, legs=legs), SIDES, focused=False)
        assert look(panel, 240, 170).count(DARK.phases[history.phase]) <= 240 * 5

    def test_a_lost_leg_has_no_last_value(self, silent: LiveState, look: Look) -> None:
        panel = StridesPanel()
        panel.show_history(silent.histories[0], SIDES, focused=False)
        assert {"L –", "R –"} <= set(look(panel, 240, 170).texts)

    def test_only_the_legs_that_are_asked_for_are_shown(self, running: LiveState, look: Look) -> None:
        panel = StridesPanel()
        panel.show_history(running.histories[0], (Side.RIGHT,), focused=True)
        texts = look(panel, 240, 170).texts
        assert not any(text.startswith("L ") for text in texts)
        assert "▸ heel lift" in texts

    def test_the_target_is_said(self, running: LiveState, look: Look) -> None:
        panel = StridesPanel()
        panel.show_history(running.histories[1], SIDES, focused=False)
        assert "≥ 50°" in look(panel, 240, 170).texts

    @pytest.mark.parametrize(
        ("place", "norm", "width", "words"),
        [
            (1, "norm 43 ± 5", 230, "≥ 50° · norm 43 ± 5"),
            (1, "norm 43 ± 5", 150, "≥ 50°"),
            (2, "norm 24 ± 4", 230, "norm 24 ± 4°"),
            (3, "norm 225 ± 17", 230, "norm 225 ± 17 ms"),
            (4, "norm 22 ± 3", 230, "≤ 30 cm · norm 22 ± 3"),
        ],
    )
    def test_the_norm_stands_beside_the_target_where_there_is_room(
        self, running: LiveState, look: Look, place: int, norm: str, width: int, words: str
    ) -> None:
        panel = StridesPanel()
        panel.show_history(replace(running.histories[place], norm=norm), SIDES, focused=False)
        seen = look(panel, width, 170)
        assert words in seen.texts
        assert words not in seen.cut

    @pytest.mark.parametrize("size", [(240, 170), (150, 120)])
    def test_a_trend_stands_before_the_hits(self, running: LiveState, look: Look, size: tuple[int, int]) -> None:
        history = running.histories[1]
        legs = {side: replace(leg, trend=Mark("▼", "falling")) for side, leg in history.legs.items()}
        panel = StridesPanel()
        panel.show_history(replace(history, legs=legs), SIDES, focused=False)
        seen = look(panel, *size)
        word = "▼ falling" if size[0] > 200 else "▼"
        for leg in legs.values():
            assert f"{word} · {leg.hits.hit}/{leg.hits.judged}" in seen.texts
        assert seen.cut == []

    def test_without_target_the_trend_has_the_place_of_the_distance(self, running: LiveState, look: Look) -> None:
        history = running.histories[2]
        legs = {side: replace(leg, trend=Mark("▲", "rising")) for side, leg in history.legs.items()}
        panel = StridesPanel()
        panel.show_history(replace(history, legs=legs), SIDES, focused=False)
        assert look(panel, 240, 170).texts.count("▲ rising") == len(SIDES)


class TestCueAndBalance:
    CUE = Cue(Phase.LIFT, Side.LEFT, Mark("▲", "close"), "heel up to the dashed line", Hits(3, 10))

    @THEMES
    def test_the_cue_is_a_phase_a_mark_and_a_sentence(self, look: Look, theme: Theme) -> None:
        panel = CuePanel()
        panel.set_theme(theme)
        panel.show_cue(self.CUE, muted=True)
        seen = look(panel, 280, 160)
        assert {"LIFT", "▲ close", "left leg", "3 of the last 10 hit", "sound off", self.CUE.sentence} <= set(
            seen.texts
        )
        assert seen.count(theme.phases[Phase.LIFT]) > 160 * 6
        assert seen.cut == []

    def test_the_distance_comes_before_hit_or_miss(self, look: Look) -> None:
        panel = CuePanel()
        panel.show_cue(replace(self.CUE, distance="3.2 cm to go"), muted=None)
        seen = look(panel, 280, 160)
        assert "▲ close · 3 of the last 10 hit" in seen.texts
        assert seen.texts.index("3.2 cm to go") < seen.texts.index("▲ close · 3 of the last 10 hit")
        assert seen.cut == []

    def test_without_strides_it_says_what_is_waited_for(self, unheard: LiveState, look: Look) -> None:
        panel = CuePanel()
        panel.show_cue(unheard.cue, muted=None)
        seen = look(panel, 280, 160)
        assert unheard.cue.sentence in seen.texts
        assert unheard.cue.mark.word.upper() in seen.texts
        assert not any("sound" in text for text in seen.texts)

    def test_cadence_and_balance_are_the_states(self, running: LiveState, look: Look) -> None:
        panel = BalancePanel()
        panel.show_state(running)
        seen = look(panel, 280, 200)
        assert f"{running.cadence_spm:.0f}" in seen.texts
        for balance in running.balances[:3]:
            assert {balance.name, balance.text} <= set(seen.texts)
        assert seen.cut == []

    def test_nobody_runs_is_no_number(self, silent: LiveState, look: Look) -> None:
        panel = BalancePanel()
        panel.show_state(silent)
        assert look(panel, 280, 200).texts[0] == "–"


class TestSensors:
    def test_every_sensor_has_shape_word_and_numbers(self, running: LiveState, look: Look) -> None:
        bar = SensorsBar()
        bar.show_state(running)
        seen = look(bar, 1184, 62)
        for chip in running.sensors:
            assert f"{chip.mark.shape} {chip.label}" in seen.texts
            assert chip.mark.word in seen.texts
        assert f"{running.strides} strides" in seen.texts
        assert f"known after {1e3 * running.latency.total_s:.0f} ms" in seen.texts
        assert seen.cut == []

    def test_what_no_sensor_tells_is_left_out(self, running: LiveState, look: Look) -> None:
        told = replace(running.sensors[0], text="200 Hz · loss 0.1 % · battery 87 % · 0.0 s")
        silent = replace(running.sensors[1], text="– · loss – · battery – · 0.3 s")
        bar = SensorsBar()
        bar.show_state(replace(running, sensors=(told, silent)))
        texts = look(bar, 800, 62).texts
        assert {"200 Hz · loss 0.1 %", "battery 87 % · 0.0 s ago", "0.3 s ago"} <= set(texts)
        assert not any("–" in text and "loss" in text for text in texts)

    def test_what_wants_attention_is_filled(self, running: LiveState, look: Look) -> None:
        lost = replace(running.sensors[1], state=State.LOST, mark=Mark("✖", "lost"), here=False)
        calm, alarmed = SensorsBar(), SensorsBar()
        calm.show_state(running)
        alarmed.show_state(replace(running, sensors=(running.sensors[0], lost, *running.sensors[2:])))
        assert look(alarmed, 1184, 62).count(DARK.ink) > look(calm, 1184, 62).count(DARK.ink) + 4000

    def test_whether_it_is_recorded_is_said_live_alone(self, running: LiveState, look: Look) -> None:
        live, replay = SensorsBar(), SensorsBar()
        replay.live = False
        for bar in (live, replay):
            bar.show_state(running)
        assert "not recording" in look(live, 1184, 62).texts
        assert "not recording" not in look(replay, 1184, 62).texts


class TestBig:
    @pytest.mark.parametrize("size", [(1200, 800), (800, 500), (1920, 1080)])
    def test_its_digits_are_half_as_high_as_the_screen(self, look: Look, size: tuple[int, int]) -> None:
        panel = BigPanel()
        panel.show_big(BigView("DRIVE", "▲", 46.4, "°"))
        seen = look(panel, *size)
        assert {"DRIVE", "46°"} <= set(seen.texts)
        rows = [
            y
            for y in range(int(size[1] * 0.36), int(size[1] * 0.96))
            if any(seen.image.pixelColor(x, y).name() == DARK.ink.lower() for x in range(size[0] // 2, size[0], 7))
        ]
        assert len(rows) > 0.30 * size[1]
        assert seen.cut == []

    def test_every_shape_looks_different(self, look: Look) -> None:
        pictures = set()
        for shape in ("✔", "▲", "✖", "–"):
            panel = BigPanel()
            panel.show_big(BigView("LIFT", shape, 3.0, "cm"))
            pictures.add(look(panel, 600, 400).count(DARK.ink))
        assert len(pictures) == 4

    def test_no_number_is_grey(self, look: Look) -> None:
        panel = BigPanel()
        panel.show_big(BigView("NO DATA", "–", None, ""))
        seen = look(panel, 600, 400)
        assert seen.count(DARK.ink) == 0
        assert {"NO DATA", "–"} <= set(seen.texts)


class TestHelp:
    @pytest.mark.parametrize("size", [(1200, 800), (800, 500)])
    def test_every_key_is_explained(self, look: Look, size: tuple[int, int]) -> None:
        window = QWidget()
        overlay = HelpOverlay(DOINGS, window)
        window.resize(*size)
        overlay.turn()
        assert window.rect().contains(overlay.geometry())
        seen = look(overlay, overlay.width(), overlay.height())
        assert {doing.text for doing in DOINGS} <= set(seen.texts)
        assert seen.cut == []
        window.close()
