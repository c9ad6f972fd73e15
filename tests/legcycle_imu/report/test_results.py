from math import isnan, nan

import pytest
from hypothesis import given
from hypothesis import strategies as st

from firmware_bridge.samples import Side
from legcycle_imu.cycle import CYCLE, Phase
from legcycle_imu.report.results import drift, judged, of_leg, phase_results
from legcycle_imu.summary import Hits
from legcycle_imu.targets import Preset, Targets
from tests.legcycle_imu.report.made import a_session, a_stride, strides

FLAGS = ("walk", "gap", "inferred", "drill", "virtual", "out_of_order", "no_peak")


def wavy(mean: float):
    return lambda k, side: mean + (k % 5 - 2) + (0.5 if side is Side.LEFT else 0.0)


def test_the_phases_stand_in_the_order_of_the_cycle() -> None:
    session = a_session(strides(10))
    assert [r.phase for r in phase_results(session, judged(session))] == [rule.phase for rule in CYCLE]


@pytest.mark.parametrize("preset", Preset)
def test_hits_and_values_are_those_of_the_summary(preset: Preset) -> None:
    made = strides(40, heel_lift_cm=wavy(0.0), knee_drive_deg=wavy(50.0))
    session = a_session(made, targets=Targets(preset=preset))
    verdicts = judged(session)
    for result in phase_results(session, verdicts):
        for leg in result.legs:
            of = [v for v in verdicts if v.side is leg.side and v.phase is result.phase and v.hit is not None]
            expected = session.summary.legs[leg.side].hits.get(result.phase)
            assert leg.hits == expected
            assert expected in (None, Hits(sum(bool(v.hit) for v in of), len(of)))
            assert leg.value == session.summary.legs[leg.side].metrics[leg.metric]


def test_the_distance_is_on_the_good_side_when_it_is_positive() -> None:
    session = a_session(strides(10, heel_lift_cm=-4.0, knee_drive_deg=53.0, placement_cm=10.0))
    by_phase = {r.phase: r for r in phase_results(session, judged(session))}
    assert by_phase[Phase.LIFT].distance.mean == pytest.approx(-4.0)
    assert by_phase[Phase.DRIVE].distance.mean == pytest.approx(3.0)
    assert by_phase[Phase.PLACE].distance.mean > 0.0
    assert isnan(by_phase[Phase.PUSH].distance.mean)


def test_doubtful_strides_walking_and_drills_are_left_out() -> None:
    made = strides(10)
    others = [a_stride(Side.LEFT, 20 + k, 20.0 + k, flag, knee_drive_deg=5.0) for k, flag in enumerate(FLAGS)]
    session = a_session([*made, *others])
    for result in phase_results(session, judged(session)):
        assert all(leg.value.known == 10 for leg in result.legs)


@given(st.floats(-3.0, 3.0), st.integers(24, 90))
def test_a_change_over_the_run_has_its_sign_and_its_size(slope: float, count: int) -> None:
    made = of_leg(strides(count, knee_drive_deg=lambda k, _: 40.0 + slope * k), Side.LEFT)
    found = drift(made, "knee_drive_deg")
    third = count // 3
    assert found.change == pytest.approx(slope * (count - third), abs=1e-6)
    if abs(slope) > 0.01:
        assert found.word == ("rising" if slope > 0.0 else "falling")


def test_scatter_alone_is_steady_and_few_strides_tell_nothing() -> None:
    assert drift(of_leg(strides(60, knee_drive_deg=wavy(40.0)), Side.LEFT), "knee_drive_deg").word == "steady"
    few = drift(of_leg(strides(20), Side.LEFT), "knee_drive_deg")
    assert few.word == ""
    assert isnan(few.change)
    assert drift(of_leg(strides(60, knee_drive_deg=nan), Side.LEFT), "knee_drive_deg").word == ""
