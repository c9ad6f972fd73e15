import re
from math import nan

from firmware_bridge.samples import Side
from legcycle_imu.drills import ADVICE, Activity, Drill, Fault, Repetition, Span
from legcycle_imu.report.data import report_data
from legcycle_imu.report.page import render
from legcycle_imu.report.practice import practice_table, practised
from tests.legcycle_imu.report.made import a_session, strides


def a_repetition(number: int, side: Side | None = Side.LEFT, *faults: Fault, **known) -> Repetition:
    start_s = 20.0 + 3.0 * number
    values = {"drill": Drill.PUSH_LIFT, "push_deg": 12.0, "lift_flexion_deg": 125.0, "passed": not faults} | known
    return Repetition(
        side=side, number=number, start_s=start_s, end_s=start_s + 2.0, t_known=start_s, faults=faults, **values
    )


PUSH_LIFT = Span(
    Activity.PUSH_LIFT,
    23.0,
    55.0,
    60.0,
    (
        a_repetition(1),
        a_repetition(2, Side.LEFT, Fault.TOO_LOW, Fault.NO_PUSH),
        a_repetition(1, Side.RIGHT, Fault.TOO_LOW),
        a_repetition(2, Side.RIGHT, lift_flexion_deg=nan),
    ),
)
RUNS = Span(
    Activity.RUN_30M,
    100.0,
    140.0,
    150.0,
    (a_repetition(1, None, drill=Drill.RUN_30M, lift_hit_pct=90.0, drive_hit_pct=10.0, passed=None),),
)
RUNNING = Span(Activity.RUNNING, 0.0, 15.0, 16.0, strides=40)


def test_drills_are_counted_by_leg_and_running_is_none() -> None:
    standing, runs = practised(a_session(strides(10), spans=(RUNNING, PUSH_LIFT, RUNS)))
    assert standing.counts == {Side.LEFT: 2, Side.RIGHT: 2}
    assert (standing.good, standing.judged) == (2, 4)
    assert standing.advice == f"{ADVICE[Fault.TOO_LOW].removesuffix('.')} (2 of 4)"
    assert runs.counts == {None: 1}
    assert (runs.good, runs.judged, runs.advice) == (0, 0, "")


def test_runs_without_repetitions_of_their_own_are_left_to_the_bouts() -> None:
    assert practised(a_session(strides(10), spans=(RUNS._replace(repetitions=()),))) == ()


def test_drills_alone_are_no_running_but_something() -> None:
    page = render(report_data(a_session([], spans=(PUSH_LIFT,))))
    assert "No running in this recording" in page
    assert "There are drills in it: see below." in page


def test_each_repetition_has_what_its_rule_looks_at() -> None:
    standing, runs = practised(a_session([], spans=(PUSH_LIFT, RUNS)))
    table = practice_table(standing, 1)
    assert table.heads == ("repetition", "from", "lasts", "push", "lift flexion", "good")
    assert table.rows[0] == ("1 left", "0:23", "2.0 s", "12.0°", "125.0°", "✔ good")
    assert table.rows[1][-1] == f"✖ {ADVICE[Fault.TOO_LOW]}"
    assert table.rows[3][4] == "–"
    assert practice_table(runs, 2).rows == (("1", "0:23", "2.0 s", "90.0 %", "10.0 %", "not judged"),)


def test_a_page_has_drills_where_some_were_done() -> None:
    page = render(report_data(a_session([], spans=(PUSH_LIFT, RUNS))))
    text = " ".join(re.sub(r"<[^>]+>", " ", page).split())
    assert "Push and lift, 0:23 to 0:55 left 2, right 2; 2 of 4 good. First to correct:" in text
    assert "30 m runs, 1:40 to 2:20 runs 1." in text
    assert 'id="practice"' not in render(report_data(a_session(strides(10), spans=(RUNNING,))))
