from math import isnan, nan

import pytest
from hypothesis import given
from hypothesis import strategies as st

from firmware_bridge.samples import Side
from legcycle_imu.cycle import Phase
from legcycle_imu.personal_band import PersonalBand
from legcycle_imu.runner import LegGeometry
from legcycle_imu.targets import Lift, Preset, Targets
from legcycle_imu.view.history import STRIDES, MetricHistory, shown_metrics
from tests.legcycle_imu.view.made import GEOMETRY, judged, stride

DRIVES = st.lists(st.floats(20.0, 70.0), min_size=1, max_size=30)


def history(metric: str = "knee_drive_deg", phase: Phase = Phase.DRIVE, **values: list[float]) -> MetricHistory:
    made = MetricHistory(phase, metric, Side)
    for column, each in values.items():
        for number, value in enumerate(each):
            one = stride(number, **{column: value})
            made.push(one, judged(one))
    return made


def left(made: MetricHistory, *seen: Side):
    return made.view(seen or Side).legs[Side.LEFT]


@given(DRIVES)
def test_the_last_20_strides_are_shown_with_the_tables_numbers(values):
    dots = left(history(knee_drive_deg=values)).dots
    assert [dot.value for dot in dots] == values[-STRIDES:]
    assert [dot.stride for dot in dots] == list(range(len(values)))[-STRIDES:]
    assert [dot.hit for dot in dots] == [value > 50.0 for value in values[-STRIDES:]]


@given(DRIVES)
def test_the_hit_rate_is_that_of_the_dots(values):
    hits = left(history(knee_drive_deg=values)).hits
    assert hits == (sum(value > 50.0 for value in values[-STRIDES:]), len(values[-STRIDES:]))


@given(DRIVES)
def test_the_band_is_the_personal_band(values):
    reference = PersonalBand(Side.LEFT, "knee_drive_deg")
    for number, value in enumerate(values):
        reference.push(stride(number, knee_drive_deg=value))
    band = left(history(knee_drive_deg=values)).band
    assert band == (None if isnan(reference.band().low) else reference.band())


def test_times_are_shown_in_milliseconds_band_and_all():
    leg = left(history("contact_time_s", Phase.PUSH, contact_time_s=[0.2, 0.21] * 5))
    assert (leg.latest, leg.text) == (pytest.approx(210.0), "210 ms")
    assert leg.band is not None
    assert leg.band.median == pytest.approx(205.0)
    assert leg.target is None
    assert leg.hits == (0, 0)


def test_the_target_is_that_of_the_last_stride():
    assert left(history(knee_drive_deg=[40.0])).target == 50.0
    assert left(history("hip_extension_deg", Phase.PUSH, hip_extension_deg=[20.0])).target is None


def test_a_leg_that_is_not_seen_keeps_its_past_and_has_no_value_of_now():
    made = history(knee_drive_deg=[40.0, 52.0])
    unseen, seen = left(made, Side.RIGHT), left(made, Side.LEFT)
    assert (unseen.latest, unseen.text) == (None, "–")
    assert (seen.latest, seen.text) == (52.0, "52.0°")
    assert unseen.dots == seen.dots


def test_walking_is_shown_and_not_counted():
    made = MetricHistory(Phase.DRIVE, "knee_drive_deg", Side)
    walk = stride(knee_drive_deg=30.0, flags=frozenset({"walk"}))
    made.push(walk, judged(walk))
    (dot,) = left(made).dots
    assert (dot.value, dot.hit, dot.counted, dot.mark.word) == (30.0, None, False, "left out")
    assert left(made).hits == (0, 0)


def test_a_value_that_is_not_known_is_none_not_the_one_before():
    leg = left(history(knee_drive_deg=[52.0, nan]))
    assert leg.latest is None
    assert isnan(leg.dots[-1].value)
    assert leg.dots[-1].hit is None
    assert leg.hits == (1, 1)


def test_legs_are_apart():
    made = history(knee_drive_deg=[40.0])
    assert made.view(Side).legs[Side.RIGHT].dots == ()
    assert made.view(Side).legs[Side.RIGHT].latest is None


def test_nothing_is_made_anew_between_two_strides():
    made = history(knee_drive_deg=[40.0])
    assert left(made) is left(made)


@pytest.mark.parametrize(
    ("targets", "geometry", "metrics"),
    [
        (
            Targets(),
            GEOMETRY,
            ["heel_lift_cm", "knee_drive_deg", "hip_extension_deg", "contact_time_s", "placement_cm"],
        ),
        (
            Targets(preset=Preset.BASELINE, lift=Lift.BUTTOCK),
            LegGeometry(),
            [
                "peak_knee_flexion_deg",
                "knee_drive_deg",
                "peak_hip_extension_deg",
                "contact_time_s",
                "shank_at_contact_deg",
            ],
        ),
    ],
)
def test_what_is_shown_is_what_can_be_known_and_is_judged(targets, geometry, metrics):
    assert [metric for _, metric in shown_metrics(targets, geometry)] == metrics


def test_the_heel_without_lengths_is_held_against_its_target():
    one = stride(heel_lift_cm=nan, heel_lift_pct=4.0)
    made = MetricHistory(*shown_metrics(Targets(), LegGeometry())[0], Side)
    made.push(one, judged(one))
    assert left(made).dots[0].hit is True
    assert left(made).text == "4.0 %"


def test_the_distance_is_the_last_strides_and_not_that_of_a_lost_leg():
    made = history(knee_drive_deg=[58.0, 46.8])
    assert left(made).distance == "3.2° to go"
    assert left(made, Side.RIGHT).distance == ""
    assert left(history(knee_drive_deg=[51.5])).distance == "1.5° above"
    assert left(history(knee_drive_deg=[51.5, nan])).distance == ""
    assert left(history("hip_extension_deg", Phase.PUSH, hip_extension_deg=[20.0])).distance == ""


def test_the_trend_is_that_of_the_good_strides_of_a_leg_that_is_seen():
    made = history(knee_drive_deg=[40.0, 41.0] * 5 + [47.0, 48.0] * 5)
    assert left(made).trend == ("▲", "rising")
    assert left(made, Side.RIGHT).trend is None
    assert left(history(knee_drive_deg=[40.0, 41.0] * 10)).trend is None


def test_a_norm_is_passed_on():
    assert history(knee_drive_deg=[40.0]).view(Side, "norm 43 ± 5").norm == "norm 43 ± 5"
