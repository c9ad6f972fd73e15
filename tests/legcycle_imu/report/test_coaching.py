from math import nan

import pytest
from hypothesis import given
from hypothesis import strategies as st

from firmware_bridge.samples import Side
from legcycle_imu.cycle import Phase
from legcycle_imu.drills import Drill
from legcycle_imu.report.coaching import CUES, Advice, advise, shortfall
from legcycle_imu.report.results import judged, phase_results
from legcycle_imu.targets import Preset, Targets
from tests.legcycle_imu.report.made import a_session, strides


def wobble(k: int, side: Side) -> float:
    return (-1.0, 0.0, 1.0)[k % 3] + (0.1 if side is Side.LEFT else -0.1)


def advice_for(targets: Targets | None = None, count: int = 30, **figures: float) -> Advice:
    made = strides(count, **{m: (lambda k, side, mean=mean: mean + wobble(k, side)) for m, mean in figures.items()})
    session = a_session(made, targets=targets)
    advice = advise(phase_results(session, judged(session)))
    assert advice is not None
    return advice


def test_nobody_ran_so_there_is_no_advice() -> None:
    session = a_session([])
    assert phase_results(session, judged(session)) == ()
    assert advise(()) is None


@pytest.mark.parametrize(
    ("lift_cm", "drive_deg", "phase", "drill"),
    [
        (-6.0, 55.0, Phase.LIFT, Drill.PRONE_FLICKS),  # far below
        (-0.5, 55.0, Phase.LIFT, Drill.PUSH_LIFT),  # nearly there
        (-0.5, 30.0, Phase.LIFT, Drill.PUSH_LIFT),  # the first phases first, though drive is further off
        (5.0, 40.0, Phase.DRIVE, Drill.PUSH_LIFT_DRIVE),
        (5.0, 49.6, Phase.DRIVE, Drill.RUN_30M),
        (5.0, 55.0, Phase.PUSH, Drill.HEEL_DRAG),  # all reached: the cycle begins with push
    ],
)
def test_push_and_lift_come_first_then_drive(lift_cm: float, drive_deg: float, phase: Phase, drill: Drill) -> None:
    advice = advice_for(heel_lift_cm=lift_cm, knee_drive_deg=drive_deg)
    assert (advice.phase, advice.drill.drill) == (phase, drill)
    assert advice.cue == CUES[phase]
    assert advice.reached is (phase is Phase.PUSH)


@given(st.floats(-20, 20), st.floats(20, 80), st.floats(5, 60))
def test_landing_is_never_the_cue(lift_cm: float, drive_deg: float, placement_cm: float) -> None:
    advice = advice_for(heel_lift_cm=lift_cm, knee_drive_deg=drive_deg, placement_cm=placement_cm)
    assert advice.phase is not Phase.PLACE
    assert advice.phase in CUES


def test_the_reason_has_the_figures_it_rests_on() -> None:
    reason = advice_for(heel_lift_cm=-6.0, knee_drive_deg=30.0).reason
    assert "heel lift is 6.0 cm short of its target in the mean" in reason
    assert "0 of 60 strides reached it" in reason
    assert "few strides" not in reason
    assert "few strides" in advice_for(count=5, heel_lift_cm=-6.0).reason


def test_against_the_own_baseline_push_can_be_the_one_to_work_on() -> None:
    fading = strides(60, peak_hip_extension_deg=lambda k, _: 26.0 - 0.002 * 1.15**k)
    session = a_session(fading, targets=Targets(preset=Preset.BASELINE))
    advice = advise(phase_results(session, judged(session)))
    assert advice is not None
    assert advice.phase is Phase.PUSH
    assert not advice.reached
    assert "push is the one to work on" in advice.reason


def test_without_any_scatter_a_miss_is_a_miss() -> None:
    session = a_session(strides(20, heel_lift_cm=-1.0))
    lift = phase_results(session, judged(session))[1]
    assert shortfall(lift) == float("inf")
    advice = advise(phase_results(session, judged(session)))
    assert advice is not None
    assert advice.phase is Phase.LIFT
    assert "inf" not in advice.reason


def test_what_is_not_known_is_not_short() -> None:
    session = a_session(strides(20, heel_lift_cm=nan, heel_lift_pct=nan, knee_drive_deg=nan))
    results = phase_results(session, judged(session))
    assert [shortfall(result) for result in results[:3]] == [0.0, 0.0, 0.0]
    advice = advise(results)
    assert advice is not None
    assert "Nothing could be held against a target" in advice.reason
