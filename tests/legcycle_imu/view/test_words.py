from math import nan

import pytest
from hypothesis import given
from hypothesis import strategies as st

from firmware_bridge.recorder_state import Condition
from firmware_bridge.samples import Side
from firmware_bridge.sensor_health import State
from legcycle_imu.cycle import Phase
from legcycle_imu.model import STRIDE_COLUMNS
from legcycle_imu.runner import LegGeometry
from legcycle_imu.targets import BASELINE_METRICS, LIFT_GOALS, Verdict
from legcycle_imu.view.state import LegState
from legcycle_imu.view.words import (
    LEG_SHAPE,
    METRICS,
    RECORDER_SHAPE,
    SENSOR_SHAPE,
    distance,
    distance_of,
    elapsed,
    mark,
    missed,
    norm,
    percent,
)
from tests.legcycle_imu.view.made import judged, stride


def test_every_state_has_a_shape_of_its_own():
    for states, shapes in ((State, SENSOR_SHAPE), (Condition, RECORDER_SHAPE), (LegState, LEG_SHAPE)):
        assert set(shapes) == set(states)
        assert len(set(shapes.values())) == len(shapes)


def test_everything_that_can_be_judged_can_be_said():
    judged_metrics = {goal.metric for goals in LIFT_GOALS.values() for goal in goals}
    judged_metrics |= {metric for metrics in BASELINE_METRICS.values() for metric, _ in metrics}
    assert judged_metrics <= set(METRICS) <= set(STRIDE_COLUMNS)


@pytest.mark.parametrize(
    ("metric", "value", "said"),
    [
        ("heel_lift_cm", -4.25, "-4.2 cm"),
        ("heel_lift_pct", 8.0, "8.0 %"),
        ("knee_drive_deg", 46.04, "46.0°"),
        ("contact_time_s", 210.4, "210 ms"),
        ("knee_drive_deg", nan, "–"),
        ("knee_drive_deg", None, "–"),
    ],
)
def test_a_value_is_said_with_its_unit(metric, value, said):
    assert METRICS[metric].text(value) == said


@pytest.mark.parametrize(
    ("changed", "phase", "said"),
    [
        ({"knee_drive_deg": 51.0}, Phase.DRIVE, ("✔", "OK")),
        ({"knee_drive_deg": 45.1}, Phase.DRIVE, ("▲", "close")),
        ({"knee_drive_deg": 44.9}, Phase.DRIVE, ("✖", "low")),
        ({"knee_drive_deg": nan}, Phase.DRIVE, ("–", "not known")),
        ({}, Phase.PUSH, ("–", "no target")),
        ({"placement_cm": 60.0}, Phase.PLACE, ("✖", "far")),
    ],
)
def test_a_verdict_is_a_shape_and_a_word(changed, phase, said):
    assert {verdict.phase: mark(verdict) for verdict in judged(stride(**changed))}[phase] == said


@given(st.sampled_from(sorted(METRICS)), st.floats(-100.0, -1e-6), st.floats(-100.0, -1e-6))
def test_the_larger_miss_is_never_the_closer_one(metric, one, other):
    worse, better = sorted((one, other))
    assert not (missed(metric, worse).word == "close" and missed(metric, better).word != "close")


def test_scales_are_the_right_way_round():
    assert all(how.scale.low < how.scale.high and how.scale.close > 0.0 for how in METRICS.values())


@pytest.mark.parametrize(("share", "said"), [(0.034, "3.4 %"), (None, "–"), (nan, "–"), (0.0, "0.0 %")])
def test_percent(share, said):
    assert percent(share) == said


def test_elapsed():
    assert elapsed(3723.9) == "1:02:03"


@pytest.mark.parametrize(
    ("metric", "by", "reached", "words"),
    [
        ("knee_drive_deg", -3.2, False, "3.2° to go"),
        ("knee_drive_deg", 0.0, False, "0.0° to go"),
        ("heel_lift_cm", 1.5, True, "1.5 cm above"),
        ("placement_cm", 2.4, True, "2.4 cm below"),
        ("placement_cm", -4.0, False, "4.0 cm to go"),
        ("hip_extension_deg", nan, False, ""),
    ],
)
def test_the_distance_in_words(metric, by, reached, words):
    assert distance_of(metric, by, reached=reached) == words
    assert distance(Verdict(Side.LEFT, 0, Phase.DRIVE, metric, 1.0, 2.0, by, reached)) == words


def test_a_norm_is_labelled_and_blank_where_nobody_knows():
    leg = LegGeometry(0.4, 0.419)
    assert norm("knee_drive_deg", 184.0, leg) == "norm 43 ± 5"
    assert norm("contact_time_s", 171.0, leg) == "norm 225 ± 17"
    assert norm("placement_cm", 171.0, leg) == "norm 22 ± 3"
    assert norm("placement_cm", 162.0, LegGeometry()) == ""
    assert norm("heel_lift_pct", 162.0, leg) == ""
    for cadence in (None, 120.0, 211.0, nan):
        assert norm("knee_drive_deg", cadence, leg) == ""
