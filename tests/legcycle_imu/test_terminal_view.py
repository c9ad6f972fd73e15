import io
import re
from math import nan, radians

import numpy as np
import pytest
from rich.console import Console

from firmware_bridge.samples import Placement, Segment, Side
from legcycle_imu.cycle import CYCLE, Phase
from legcycle_imu.model import GaitEvent, SegmentAngles, Stride, Update
from legcycle_imu.runner import Runner
from legcycle_imu.targets import Judge, Targets
from legcycle_imu.terminal_view import (
    INNER,
    PANEL_HEIGHT,
    PANEL_WIDTH,
    CycleView,
    Judged,
    stride_line,
)
from legcycle_imu.view.words import LOST_S, mark

GEOMETRY = Runner(height_m=1.75).geometry
PHASE_S = 0.15

STRIDE = Stride(
    Side.LEFT,
    4,
    *(10.0 + PHASE_S * k for k in range(5)),
    stride_time_s=4 * PHASE_S,
    contact_time_s=PHASE_S,
    flight_time_s=0.12,
    cadence_spm=200.0,
    push_s=PHASE_S,
    lift_s=PHASE_S,
    drive_s=PHASE_S,
    place_s=PHASE_S,
    hip_extension_deg=24.0,
    peak_hip_extension_deg=25.0,
    heel_lift_cm=3.2,
    heel_lift_pct=8.0,
    knee_drive_deg=46.0,
    placement_cm=20.0,
    shank_at_contact_deg=8.0,
    peak_knee_flexion_deg=110.0,
    initial_contact_known_s=10.0,
    toe_off_known_s=10.2,
    peak_heel_lift_known_s=10.3,
    peak_knee_drive_known_s=10.5,
)


def angles(time: float, side: Side = Side.LEFT, value: float = 0.1) -> list[SegmentAngles]:
    one = np.array([time])
    return [
        SegmentAngles(Placement(side, segment), one, np.array([value]), np.zeros(1), np.zeros(1, np.uint8))
        for segment in Segment
    ]


def events(until: float, side: Side = Side.LEFT) -> list[GaitEvent]:
    """Give a run's events from 10 s on."""
    times = np.arange(10.0, until, PHASE_S).tolist()
    return [GaitEvent(t, t, side, CYCLE[k % len(CYCLE)].begins) for k, t in enumerate(times)]


def update(now: float, side: Side = Side.LEFT, strides: tuple[Stride, ...] = ()) -> Update:
    return Update(angles(now, side), events(now, side), [], list(strides))


def shown(view: CycleView, width: int = 2 * PANEL_WIDTH, *, colour: bool = False) -> str:
    stream = io.StringIO()
    Console(width=width, file=stream, force_terminal=colour, color_system="truecolor" if colour else None).print(view)
    return stream.getvalue()


def judged(**changed: object) -> Judged:
    stride = STRIDE._replace(**changed)
    return Judged(stride, Judge(geometry=GEOMETRY).push(stride))


def test_before_anything_is_known_the_view_says_so():
    said = shown(CycleView(Side, title="a run"))
    assert "a run" in said
    assert said.count("no stride yet") == 4
    assert said.count("ALIGNING") == 2
    for rule in CYCLE:
        assert rule.phase.upper() not in said


@pytest.mark.parametrize("k", range(4))
def test_the_phase_of_now_stands_there_with_the_coachs_words(k):
    view = CycleView([Side.LEFT])
    view.push(update(10.6 + k * PHASE_S + 0.1))
    said = " ".join(shown(view).split())
    assert CYCLE[k].phase.upper() in said
    assert CYCLE[k].coach.split()[0] in said
    assert all(rule.phase.upper() not in said for rule in CYCLE if rule is not CYCLE[k])


def test_a_leg_that_has_stopped_is_in_no_phase():
    view = CycleView([Side.LEFT])
    view.push(update(11.0))
    view.push(Update(angles(11.0 + LOST_S + 1.0)))
    assert all(rule.phase.upper() not in shown(view) for rule in CYCLE)
    assert "▏" not in shown(view)
    assert "·" * INNER in shown(view)


def test_time_goes_on_while_a_leg_is_being_aligned():
    view = CycleView([Side.LEFT], duration_s=60.0)
    view.arrived_s = 4.2
    assert "4.2 s of 60 s" in shown(view)
    view.push(update(11.2))
    assert "11.2 s of 60 s" in shown(view)
    assert "ALIGNING" not in shown(view)


def test_the_strip_names_the_latest_phases_in_their_order():
    view = CycleView([Side.LEFT])
    view.push(update(11.2))
    strip = next(line for line in shown(view).splitlines() if line.count("▏") > 3)
    names = [rule.phase for rule in CYCLE if rule.phase in strip]
    assert len(names) >= 3
    assert strip.index("push") < strip.rindex("lift")


def test_a_stride_is_shown_against_its_targets():
    view = CycleView([Side.LEFT], geometry=GEOMETRY, duration_s=20.0)
    found = view.push(update(11.0, strides=(STRIDE,)))
    assert [each.stride for each in found] == [STRIDE]
    said = shown(view)
    for words in (
        "11.0 s of 20 s",
        "3.2 cm 3.2 above ✔ OK",
        "46.0° 4.0 to go ▲ close",
        "stride 5 · 200 spm",
        "contact 150 ms",
    ):
        assert words in said
    assert "hip ext. 24° · placement 20 cm" in said
    assert said.count("┃") == 2


def test_a_bar_is_longer_the_larger_its_value():
    def filled(knee_drive_deg: float) -> int:
        view = CycleView([Side.LEFT], geometry=GEOMETRY)
        view.push(update(11.0, strides=(STRIDE._replace(knee_drive_deg=knee_drive_deg),)))
        return [line for line in shown(view).splitlines() if "┃" in line][1].count("━")

    lengths = [filled(value) for value in (-10.0, 20.0, 40.0, 60.0, 500.0)]
    assert lengths == sorted(set(lengths))
    assert lengths[-1] == INNER - 1


def test_a_stride_on_which_nothing_rests_changes_nothing():
    view = CycleView([Side.LEFT])
    view.push(update(11.0, strides=(STRIDE._replace(flags=frozenset({"walk"})),)))
    assert shown(view).count("no stride yet") == 2


def test_angles_that_are_not_known_are_passed_over():
    view = CycleView([Side.LEFT])
    view.push(Update(angles(10.0, value=radians(40.0))))
    before = shown(view).splitlines()[2:]
    view.push(Update(angles(10.1, value=nan)))
    assert shown(view).splitlines()[2:] == before
    assert view.now == 10.1


def test_the_view_keeps_its_size():
    view = CycleView(Side, geometry=GEOMETRY)
    sizes = set()
    for k in range(12):
        side = Side.LEFT if k % 2 else Side.RIGHT
        view.push(update(10.0 + 0.3 * k, side, (STRIDE._replace(side=side, heel_lift_cm=nan if k == 5 else 2.0),)))
        lines = shown(view).splitlines()
        sizes.add((len(lines), max(map(len, lines))))
    assert sizes == {(PANEL_HEIGHT + 1, 2 * PANEL_WIDTH)}


def test_memory_is_bounded():
    view = CycleView([Side.LEFT])
    for k in range(2000):
        t = 10.0 + PHASE_S * k
        view.push(Update(angles(t), [GaitEvent(t, t, Side.LEFT, CYCLE[k % 4].begins)], [], []))
    assert len(view._legs[Side.LEFT].phases) < 20


def test_phases_have_their_colours_on_a_terminal():
    view = CycleView([Side.LEFT])
    view.push(update(11.2))
    colours = set(re.findall(r"\x1b\[[0-9;]*48;([0-9;]+)m", shown(view, colour=True)))
    assert len(colours) == len(CYCLE)
    assert "\x1b" not in shown(view)


@pytest.mark.parametrize(
    ("changed", "drive"),
    [
        ({"knee_drive_deg": 51.0}, ("✔", "OK")),
        ({"knee_drive_deg": 45.5}, ("▲", "close")),
        ({"knee_drive_deg": 44.5}, ("✖", "low")),
        ({"knee_drive_deg": nan}, ("–", "not known")),
    ],
    ids=["hit", "close", "low", "not known"],
)
def test_status_is_a_shape_and_a_word(changed, drive):
    assert {v.phase: mark(v) for v in judged(**changed).verdicts}[Phase.DRIVE] == drive


def test_a_phase_without_a_target_says_so():
    assert {v.phase: mark(v) for v in judged().verdicts}[Phase.PUSH] == ("–", "no target")


def test_a_line_says_phases_and_figures():
    line = stride_line(judged())
    for words in (
        "10.00 s left",
        "  4  ",
        "push 150 lift 150 drive 150 place 150 ms",
        "3.2 cm of 0.0 cm, 3.2 cm above ✔ OK",
    ):
        assert words in line
    assert "46.0° of 50.0°, 4.0° to go ▲ close" in line
    assert "\n" not in line


def test_a_line_of_a_walking_stride_has_its_flag_and_no_verdict():
    line = stride_line(judged(flags=frozenset({"walk"}), place_s=nan))
    assert line.endswith("[walk]")
    assert "place   – ms" in line
    assert "knee drive" not in line


def test_lengths_that_are_not_known_show_percent():
    line = stride_line(Judged(s := STRIDE._replace(heel_lift_cm=nan), Judge().push(s)))
    assert "8.0 % of 0.0 %" in line


def test_other_targets_are_followed():
    stride = STRIDE
    verdicts = Judge(Targets(drive_deg=40.0), GEOMETRY).push(stride)
    assert "46.0° of 40.0°, 6.0° above ✔ OK" in stride_line(Judged(stride, verdicts))


def test_a_trend_is_told_by_shape_and_word_and_nothing_is_pushed_out():
    view = CycleView([Side.LEFT], geometry=GEOMETRY)
    for number in range(20):
        stride = STRIDE._replace(stride=number, knee_drive_deg=40.0 + number % 2 + 8.0 * (number >= 10))
        view.push(update(11.0 + number, strides=(stride,)))
    said = shown(view)
    assert "drive ▲ rising" in said
    assert "lift ▲" not in said
    assert "placement 20 cm" in said
