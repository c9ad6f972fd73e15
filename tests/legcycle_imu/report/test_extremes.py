from math import nan

import pytest

from firmware_bridge.samples import Side
from legcycle_imu.cycle import Phase
from legcycle_imu.report.extremes import extremes
from legcycle_imu.report.results import judged
from tests.legcycle_imu.report.made import a_session, strides


def found(made, phase=Phase.DRIVE, **more):
    session = a_session(made, **more)
    return extremes(session, judged(session), phase)


def test_best_and_worst_are_the_ends_of_the_figure() -> None:
    made = strides(30, knee_drive_deg=lambda k, side: 40.0 + (7 * k) % 30)
    pairs = found(made)
    assert [(e.stride.side, e.word) for e in pairs] == [(s, w) for s in Side for w in ("best", "worst")]
    for best, worst in (pairs[:2], pairs[2:]):
        values = [s.knee_drive_deg for s in made if s.side is best.stride.side]
        assert best.verdict.value == best.stride.knee_drive_deg == max(values)
        assert worst.stride.knee_drive_deg == min(values)


def test_of_landing_less_is_better() -> None:
    best, worst = found(strides(10, sides=[Side.LEFT], placement_cm=lambda k, _: 15.0 + k), Phase.PLACE)
    assert (best.stride.placement_cm, worst.stride.placement_cm) == (15.0, 24.0)


def test_without_a_target_there_are_a_best_and_a_worst_all_the_same() -> None:
    best, worst = found(strides(10, sides=[Side.LEFT], hip_extension_deg=lambda k, _: 15.0 + k), Phase.PUSH)
    assert (best.verdict.value, worst.verdict.value) == (24.0, 15.0)


@pytest.mark.parametrize(
    "doubt", [{"flags": frozenset({"saturated"})}, {"coverage_pct": 80.0}, {"knee_drive_deg": nan}]
)
def test_a_stride_in_doubt_stands_for_nothing(doubt) -> None:
    made = strides(10, sides=[Side.LEFT], knee_drive_deg=lambda k, _: 40.0 + k)
    made[9] = made[9]._replace(**doubt)
    best, _ = found(made)
    assert best.stride.stride == 8


@pytest.mark.parametrize("count", [0, 1])
def test_too_few_strides_have_no_best(count: int) -> None:
    assert found(strides(count)) == ()
