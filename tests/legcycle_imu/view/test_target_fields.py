import re
from math import nan

import pytest
from hypothesis import given
from hypothesis import strategies as st

from legcycle_imu.config import TARGET_KEYS
from legcycle_imu.targets import METHOD, Lift, Place, Preset, Targets
from legcycle_imu.view.target_fields import (
    MEANING,
    OWN_USUAL,
    RUNNING,
    STANDING,
    edited,
    norms_in_words,
    texts_of,
)

LIFTS = st.sampled_from(list(Lift)) | st.integers(-40, 80).map(float)
ANGLES = st.integers(1, 150).map(float)
TARGETS = st.builds(
    Targets,
    st.sampled_from(list(Preset)),
    LIFTS,
    ANGLES,
    st.sampled_from(list(Place)) | st.integers(0, 80).map(float),
    LIFTS,
    ANGLES,
)


def test_every_key_of_the_config_file_has_a_field() -> None:
    assert {"preset", *(field.key for field in (*RUNNING, *STANDING))} == set(TARGET_KEYS)
    assert set(MEANING) == set(Preset)


def test_thresholds_in_words() -> None:
    assert texts_of(Targets()) == {
        "lift": "back of knee",
        "drive_deg": "50°",
        "place": "norm",
        "drill_lift": "buttock",
        "drill_drive_deg": "90°",
    }
    own = texts_of(Targets(Preset.BASELINE))
    assert {own[field.key] for field in RUNNING} == {OWN_USUAL}
    assert texts_of(Targets(Preset.DRILL))["drive_deg"] == "90°"
    assert texts_of(Targets(lift=8.0, place=17.5))["place"] == "17.5 cm"


@given(TARGETS)
def test_what_was_not_touched_changes_nothing(targets: Targets) -> None:
    assert edited(targets, texts_of(targets)) is targets


@given(TARGETS, ANGLES)
def test_a_threshold_that_is_edited_makes_the_preset_custom_and_leaves_the_others(
    targets: Targets, drive: float
) -> None:
    changed = edited(targets, texts_of(targets) | {"drive_deg": f"{drive:g}"})
    assert changed.running == targets.running._replace(drive_deg=drive) or changed == targets
    assert changed.standing == targets.standing
    if f"{drive:g}°" != texts_of(targets)["drive_deg"]:
        assert changed.preset is Preset.CUSTOM


@given(TARGETS, ANGLES)
def test_a_threshold_of_the_drill_leaves_the_preset(targets: Targets, drive: float) -> None:
    changed = edited(targets, texts_of(targets) | {"drill_drive_deg": f"{drive:g}"})
    assert (changed.preset, changed.drill_drive_deg) == (targets.preset, drive)
    assert (changed.lift, changed.place) == (targets.lift, targets.place)


@pytest.mark.parametrize(
    ("key", "text", "value"),
    [
        ("lift", "above knee", Lift.ABOVE_KNEE),
        ("lift", " Back_of_Knee ", Lift.BACK_OF_KNEE),
        ("lift", "8", 8.0),
        ("lift", "-2,5 cm", -2.5),
        ("drive_deg", "42.5°", 42.5),
        ("drive_deg", "42 deg", 42.0),
        ("place", "none", Place.NONE),
        ("place", "20cm", 20.0),
    ],
)
def test_what_a_person_types_is_understood(key: str, text: str, value: object) -> None:
    before = Targets(lift=1.0, drive_deg=33.0, place=33.0)
    assert getattr(edited(before, texts_of(before) | {key: text}), key) == value


def test_back_to_the_coachs_figures_by_hand_stays_custom() -> None:
    before = Targets(drive_deg=33.0)
    after = edited(before, texts_of(before) | {"drive_deg": "50"})
    assert (after.preset, after.running) == (Preset.CUSTOM, METHOD)


@pytest.mark.parametrize(
    ("key", "text", "sentence"),
    [
        ("drive_deg", "fifty", "Knee drive: expected a number, got text."),
        ("drive_deg", "500", "Expected knee drive above 0 and up to 150 deg, got 500."),
        ("drive_deg", "nan", "Expected knee drive above 0 and up to 150 deg, got nan."),
        ("lift", "90 cm", "Expected heel lift from -40 to 80 cm, got 90."),
        ("place", "-1", "Expected placement from 0 to 80 cm, got -1."),
        ("drill_lift", "", "Heel lift in a drill: expected"),
        ("lift", "high", 'Heel lift: expected "back of knee" or "above knee" or "buttock" or a number, got \'high\'.'),
    ],
)
def test_what_means_nothing_is_said_in_one_sentence(key: str, text: str, sentence: str) -> None:
    with pytest.raises(ValueError, match=f"^{re.escape(sentence)}") as caught:
        edited(Targets(), texts_of(Targets()) | {key: text})
    assert str(caught.value).endswith(".")
    assert not any(name in str(caught.value) for name in ("$", "_", "drive deg"))


def test_the_norms_are_labelled_as_what_others_do() -> None:
    assert norms_in_words() == (
        "Norms at 2.5 / 3.5 / 4.5 m/s: heel lift -1 / 12 / 20 cm, knee drive 30 / 37 / 43°, "
        "placement 18 / 22 / 26 cm. What others do, no targets."
    )
    assert str(nan) not in norms_in_words()
