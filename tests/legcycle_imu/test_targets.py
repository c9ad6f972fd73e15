import copy
from math import isnan, nan
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from firmware_bridge.samples import Side
from legcycle_imu.cycle import CYCLE, Phase
from legcycle_imu.model import STRIDE_COLUMNS, Stride
from legcycle_imu.personal_band import LEFT_OUT
from legcycle_imu.runner import Runner
from legcycle_imu.targets import (
    METHOD,
    Judge,
    Lift,
    Place,
    Preset,
    Targets,
    Thresholds,
    Verdict,
    place_goals,
)

GEOMETRY = Runner(thigh_m=0.40, shank_m=0.419).geometry
JOG = {
    "cadence_spm": 171.0,
    "hip_extension_deg": 21.0,
    "peak_hip_extension_deg": 28.0,
    "heel_lift_cm": 11.7,
    "heel_lift_pct": 28.0,
    "knee_drive_deg": 37.0,
    "placement_cm": 22.1,
    "shank_at_contact_deg": 9.1,
    "peak_knee_flexion_deg": 107.0,
}
"""Mean of 13 runners at 3.5 m/s."""


def a_stride(**known: Any) -> Stride:
    nothing = dict.fromkeys(STRIDE_COLUMNS, nan) | {"side": Side.LEFT, "stride": 0, "flags": frozenset()}
    return Stride(**(nothing | JOG | known))


def judged(phase: Phase, targets: Targets | None = None, **known: Any) -> Verdict:
    verdicts = Judge(targets, GEOMETRY).push(a_stride(**known))
    return next(v for v in verdicts if v.phase is phase)


def test_a_verdict_a_phase_in_the_order_of_the_cycle() -> None:
    verdicts = Judge(geometry=GEOMETRY).push(a_stride(side=Side.RIGHT, stride=7))
    assert [v.phase for v in verdicts] == [rule.phase for rule in CYCLE]
    assert [v.metric for v in verdicts] == [rule.metric for rule in CYCLE]
    assert {(v.side, v.stride) for v in verdicts} == {(Side.RIGHT, 7)}


def test_a_mean_jogger_lifts_and_lands_well_and_does_not_reach_the_drive() -> None:
    verdicts = Judge(geometry=GEOMETRY).push(a_stride())
    assert [v.hit for v in verdicts] == [None, True, False, True]
    push, lift, drive, place = verdicts
    assert (push.value, isnan(push.target), isnan(push.distance)) == (21.0, True, True)
    assert lift.distance == pytest.approx(11.7)
    assert drive.distance == pytest.approx(-13.0)
    assert place.target == pytest.approx(22.1 + 2 * 2.6)


def test_the_drive_must_be_above_and_the_heel_may_be_level() -> None:
    assert judged(Phase.DRIVE, knee_drive_deg=50.0).hit is False
    assert judged(Phase.DRIVE, knee_drive_deg=50.01).hit is True
    assert judged(Phase.LIFT, heel_lift_cm=0.0).hit is True
    assert judged(Phase.LIFT, heel_lift_cm=-0.01).hit is False


@pytest.mark.parametrize(
    ("lift", "metric", "target"),
    [
        (Lift.BACK_OF_KNEE, "heel_lift_cm", 0.0),
        (Lift.ABOVE_KNEE, "heel_lift_cm", 5.0),
        (Lift.BUTTOCK, "peak_knee_flexion_deg", 120.0),
    ],
)
def test_the_three_lifts_of_the_coaching_text(lift: Lift, metric: str, target: float) -> None:
    for value, hit in ((target - 0.1, False), (target + 0.1, True)):
        verdict = judged(Phase.LIFT, Targets(lift=lift), **{metric: value})
        assert (verdict.metric, verdict.target, verdict.hit) == (metric, target, hit)


def test_without_lengths_the_heel_is_judged_by_the_ratio_and_landing_by_the_shank() -> None:
    lift = judged(Phase.LIFT, heel_lift_cm=nan, heel_lift_pct=-3.0)
    assert (lift.metric, lift.hit) == ("heel_lift_pct", False)
    place = judged(Phase.PLACE, placement_cm=nan, shank_at_contact_deg=14.8)
    assert (place.metric, place.hit) == ("shank_at_contact_deg", False)
    assert place.target == pytest.approx(9.1 + 2 * 2.8)


def test_five_centimetres_cannot_be_judged_without_lengths() -> None:
    verdict = judged(Phase.LIFT, Targets(lift=Lift.ABOVE_KNEE), heel_lift_cm=nan)
    assert verdict.hit is None


@pytest.mark.parametrize("flag", ["drill", "virtual"])
def test_drills_on_the_spot_have_their_own_targets(flag: str) -> None:
    known = {"flags": frozenset({flag}), "knee_drive_deg": 85.0, "peak_knee_flexion_deg": 125.0}
    assert judged(Phase.DRIVE, **known).target == 90.0
    assert judged(Phase.LIFT, **known).metric == "peak_knee_flexion_deg"
    assert judged(Phase.LIFT, **known).hit is True
    assert judged(Phase.PLACE, **known).hit is None


def test_landing_can_be_left_without_target() -> None:
    verdict = judged(Phase.PLACE, Targets(place=Place.NONE), placement_cm=60.0)
    assert (verdict.value, verdict.hit) == (60.0, None)


@given(st.floats(100, 300), st.floats(100, 300))
def test_faster_steps_may_land_further_ahead(one: float, other: float) -> None:
    slow, fast = sorted((one, other))
    for low, high in zip(*(place_goals(Place.NORM, cadence, GEOMETRY) for cadence in (slow, fast)), strict=True):
        assert low.target <= high.target


def test_the_norm_says_two_sd_above_the_mean_in_centimetres_of_this_leg() -> None:
    for cadence, mean, sd in ((162, 17.5, 2.4), (171, 22.1, 2.6), (184, 25.9, 2.7)):
        placement, shank = place_goals(Place.NORM, cadence, GEOMETRY)
        assert placement.target == pytest.approx(mean + 2 * sd)
        assert shank.metric == "shank_at_contact_deg"
    assert isnan(place_goals(Place.NORM, 171, Runner().geometry)[0].target)


@pytest.mark.parametrize("flag", sorted(LEFT_OUT))
def test_strides_that_do_not_count_get_no_verdict(flag: str) -> None:
    assert Judge(geometry=GEOMETRY).push(a_stride(flags=frozenset({flag}))) == ()


def test_the_baseline_is_silent_until_the_runner_is_known() -> None:
    judge = Judge(Targets(Preset.BASELINE), GEOMETRY)
    hits = [[v.hit for v in judge.push(a_stride())] for _ in range(9)]
    assert hits[:8] == [[None] * 4] * 8
    assert hits[8] == [True] * 4  # no worse than the eight before


def test_the_baseline_is_the_edge_of_the_own_band_and_excludes_the_stride_itself() -> None:
    judge = Judge(Targets(Preset.BASELINE), GEOMETRY)
    for drive in (36.0, 38.0) * 10:
        judge.push(a_stride(knee_drive_deg=drive, placement_cm=drive - 15))
    reach = 1.5 * 1.4826
    *_, drive_verdict, place = judge.push(a_stride(knee_drive_deg=30.0, placement_cm=30.0))
    assert drive_verdict.target == pytest.approx(37.0 - reach)
    assert place.target == pytest.approx(22.0 + reach)
    assert (drive_verdict.hit, place.hit) == (False, False)


def test_each_leg_has_its_own_baseline() -> None:
    judge = Judge(Targets(Preset.BASELINE), GEOMETRY)
    for _ in range(10):
        judge.push(a_stride(side=Side.LEFT, knee_drive_deg=30.0))
        judge.push(a_stride(side=Side.RIGHT, knee_drive_deg=40.0))
    left = judge.push(a_stride(side=Side.LEFT, knee_drive_deg=35.0))[2]
    right = judge.push(a_stride(side=Side.RIGHT, knee_drive_deg=35.0))[2]
    assert (left.hit, right.hit) == (True, False)


def test_drills_keep_the_coachs_targets_under_the_baseline() -> None:
    assert judged(Phase.DRIVE, Targets(Preset.BASELINE), flags=frozenset({"drill"})).target == 90.0


@given(st.lists(st.floats(20, 60), min_size=1, max_size=40), st.integers(0, 40))
def test_a_copied_judge_continues_identically(drives: list[float], cut: int) -> None:
    strides = [a_stride(knee_drive_deg=d, stride=i) for i, d in enumerate(drives)]
    whole = Judge(Targets(Preset.BASELINE), GEOMETRY)
    expected = [whole.push(s) for s in strides]
    first = Judge(Targets(Preset.BASELINE), GEOMETRY)
    got = [first.push(s) for s in strides[:cut]]
    second = copy.deepcopy(first)
    got += [second.push(s) for s in strides[cut:]]
    assert repr(got) == repr(expected)
    assert whole.flush() == ()


@pytest.mark.parametrize("degrees", [0.0, -5.0, 151.0, nan])
def test_impossible_targets_are_refused(degrees: float) -> None:
    with pytest.raises(ValueError, match="expected drive_deg above 0 and up to 150 deg, got"):
        Targets(drive_deg=degrees)
    with pytest.raises(ValueError, match="expected drill_drive_deg"):
        Targets(drill_drive_deg=degrees)


@pytest.mark.parametrize(("name", "value"), [("lift", -41.0), ("drill_lift", 81.0), ("place", -0.1), ("place", nan)])
def test_heights_and_landings_that_no_leg_reaches_are_refused(name: str, value: float) -> None:
    with pytest.raises(ValueError, match=f"expected {name} from .* cm, got"):
        Targets(**{name: value})


def test_a_number_for_lift_is_centimetres_above_the_own_knee() -> None:
    for value, hit in ((7.9, False), (8.0, True)):
        verdict = judged(Phase.LIFT, Targets(lift=8.0), heel_lift_cm=value)
        assert (verdict.metric, verdict.target, verdict.hit) == ("heel_lift_cm", 8.0, hit)
    assert judged(Phase.LIFT, Targets(lift=8.0), heel_lift_cm=nan).hit is None


def test_a_number_for_place_is_centimetres_ahead_of_the_hip() -> None:
    for value, hit in ((15.0, True), (15.1, False)):
        verdict = judged(Phase.PLACE, Targets(place=15.0), placement_cm=value)
        assert (verdict.metric, verdict.target, verdict.hit) == ("placement_cm", 15.0, hit)


def test_the_drill_holds_every_stride_against_the_standing_drill() -> None:
    targets = Targets(Preset.DRILL)
    drive, place = (judged(phase, targets) for phase in (Phase.DRIVE, Phase.PLACE))
    assert (drive.target, place.hit) == (90.0, None)
    assert judged(Phase.LIFT, targets).metric == "peak_knee_flexion_deg"
    assert judged(Phase.DRIVE, Targets(Preset.DRILL, drill_drive_deg=80.0)).target == 80.0


@pytest.mark.parametrize(
    "changed", [{"drive_deg": 55.0}, {"lift": Lift.ABOVE_KNEE}, {"lift": 3.0}, {"place": Place.NONE}]
)
def test_the_method_with_another_threshold_is_custom_and_judges_as_before(changed: dict[str, Any]) -> None:
    targets = Targets(**changed)
    assert targets.preset is Preset.CUSTOM
    assert targets == Targets(Preset.METHOD, **changed) == Targets(Preset.CUSTOM, **changed)
    assert targets.running == METHOD._replace(**changed)


def test_the_thresholds_of_the_drill_are_no_part_of_the_method() -> None:
    assert Targets(drill_drive_deg=85.0).preset is Preset.METHOD


def test_presets_are_turned_to_and_back() -> None:
    own = Targets(drive_deg=44.0, drill_drive_deg=80.0)
    assert own.of_preset(Preset.METHOD) == Targets(drill_drive_deg=80.0)
    assert own.of_preset(Preset.CUSTOM) == own
    assert own.of_preset(Preset.BASELINE).of_preset(Preset.CUSTOM) == own
    drill = own.of_preset(Preset.DRILL)
    assert drill.running == (Lift.BUTTOCK, 80.0, Place.NONE)
    assert drill.of_preset(Preset.CUSTOM).running == drill.running


def test_editing_a_threshold_makes_the_preset_custom() -> None:
    for preset in Preset:
        edited = Targets(preset).with_thresholds(Thresholds(4.0, 45.0, Place.NONE))
        assert (edited.preset, edited.running) == (Preset.CUSTOM, (4.0, 45.0, Place.NONE))


@pytest.mark.parametrize(
    ("targets", "words"),
    [
        (Targets(), "method: lift back of knee, drive 50°, place norm"),
        (Targets(Preset.DRILL), "drill: lift buttock, drive 90°, place none"),
        (Targets(Preset.BASELINE), "baseline: the runner's own recent strides"),
        (Targets(lift=8.0, drive_deg=42.5, place=18.0), "custom: lift 8 cm, drive 42.5°, place 18 cm"),
    ],
)
def test_targets_in_words(targets: Targets, words: str) -> None:
    assert targets.in_words() == words


def test_other_targets_hold_for_the_strides_to_come_and_the_bands_stay() -> None:
    judge = Judge(geometry=GEOMETRY)
    for _ in range(8):
        assert judge.push(a_stride())[2].target == 50.0
    judge.targets = Targets(drive_deg=30.0)
    assert judge.push(a_stride())[2].hit is True
    judge.targets = Targets(Preset.BASELINE)
    assert judge.push(a_stride())[2].target == pytest.approx(37.0)
