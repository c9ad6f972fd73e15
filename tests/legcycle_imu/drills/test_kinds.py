from math import inf, isnan

import pytest

from legcycle_imu.drills import ADVICE, RULES, Bound, Drill, DrillRule, DrillSettings, Fault, Posture, Repetition
from legcycle_imu.drills.kinds import COACH, OURS

FORBIDDEN = ("glute", "injur", "prevent", "diagnos", "therap", "rehab", "risk", "medical")


def test_every_drill_has_a_rule_of_its_own():
    assert set(RULES) == set(Drill)
    assert all(rule.drill is drill for drill, rule in RULES.items())


@pytest.mark.parametrize("rule", RULES.values(), ids=lambda rule: rule.drill.value)
def test_bounds_are_about_what_is_measured_and_say_where_they_are_from(rule: DrillRule):
    for bound in rule.bounds:
        assert bound.measure in Repetition._fields
        assert bound.source in (COACH, OURS)
        assert bound.measure.endswith(("_s", f"_{bound.unit}", "_pct"))
        assert bound.least < bound.most
    assert rule.source in (COACH, OURS)


@pytest.mark.parametrize("text", [rule.instruction for rule in RULES.values()] + list(ADVICE.values()))
def test_words_claim_nothing_that_is_not_seen(text: str):
    assert not [word for word in FORBIDDEN if word in text.lower()]
    assert text[0].isupper()
    assert text.endswith(".")


def test_every_fault_has_advice_of_one_sentence():
    assert set(ADVICE) == set(Fault)
    assert all(text.count(".") == 1 for text in ADVICE.values())


@pytest.mark.parametrize(
    ("drill", "measure", "figure"),
    [
        (Drill.PUSH_LIFT, "lift_flexion_deg", 120.0),
        (Drill.PUSH_LIFT_DRIVE, "drive_deg", 85.0),
        (Drill.PRONE_FLICKS, "lift_flexion_deg", 90.0),
        (Drill.PUSH_LIFT_DRIVE, "heel_lift_cm", 0.0),
    ],
)
def test_figures_of_the_method(drill: Drill, measure: str, figure: float):
    bound = RULES[drill].bound(measure)
    assert bound.least == figure
    assert bound.source == COACH


def test_times_of_the_method():
    assert RULES[Drill.HEEL_DRAG].seconds == 120.0
    assert RULES[Drill.HEEL_DRAG].each_leg
    assert RULES[Drill.HEEL_DRAG].bound("heel_travel_cm").full == 30.0
    assert RULES[Drill.PRONE_FLICKS].source == OURS
    assert RULES[Drill.PRONE_FLICKS].alternation == 0.9
    assert RULES[Drill.PUSH_LIFT_DRIVE].bound("drive_deg").full == 90.0
    assert RULES[Drill.HILL].bounds == ()


def test_a_bound_names_what_is_wrong():
    bound = Bound("push_s", "s", OURS, 0.3, 2.0, Fault.TOO_FAST, Fault.TOO_FAR)
    assert [bound.fault(value) for value in (0.2, 0.3, 2.0, 2.1)] == [Fault.TOO_FAST, None, None, Fault.TOO_FAR]
    assert bound.fault(float("nan")) is None


def test_a_rule_can_be_edited():
    rule = RULES[Drill.PUSH_LIFT].with_bound("lift_flexion_deg", least=100.0)
    assert rule.bound("lift_flexion_deg").least == 100.0
    assert RULES[Drill.PUSH_LIFT].bound("lift_flexion_deg").least == 120.0
    settings = DrillSettings(rules={**RULES, Drill.PUSH_LIFT: rule})
    assert settings.rules[Drill.PUSH_LIFT] is rule


def test_an_unknown_measure_is_refused():
    with pytest.raises(StopIteration):
        RULES[Drill.HILL].with_bound("drive_deg", least=1.0)


@pytest.mark.parametrize(
    "values", [{"repetitions": 0}, {"seconds": -1.0}, {"repetitions": 3, "sets": 0}, {"repetitions": 3, "rest_s": -1.0}]
)
def test_a_rule_without_an_end_is_refused(values: dict[str, float]):
    with pytest.raises(ValueError, match="expected"):
        DrillRule(Drill.HILL, "", "", Posture.RUNNING, (), **values)  # type: ignore[arg-type]


def test_counted_drills_have_no_time():
    assert isnan(RULES[Drill.PUSH_LIFT].seconds)
    assert RULES[Drill.RUN_30M].pause_s == inf
