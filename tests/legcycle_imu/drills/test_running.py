from dataclasses import replace

import pytest

from firmware_bridge.samples import Side
from legcycle_imu.drills import RULES, Drill, Repetition
from legcycle_imu.drills.judging import judged
from legcycle_imu.drills.running import Runs
from legcycle_imu.model import Stride
from legcycle_imu.targets import Targets


def stride(start: float, side: Side = Side.LEFT, *, drive: float = 60.0, lift: float = 5.0, flags: str = "") -> Stride:
    values = dict.fromkeys(Stride._fields, 0.5)
    values |= {"initial_contact_s": start, "next_initial_contact_s": start + 0.6, "cadence_spm": 200.0}
    values |= {"knee_drive_deg": drive, "heel_lift_cm": lift}
    named = {"side": side, "stride": 0, "flags": frozenset(flags.split())}
    return Stride(**(values | named))  # type: ignore[arg-type]


def run(start: float, strides: int = 10, **how: float) -> list[Stride]:
    """So many strides of each leg."""
    return [
        stride(start + 0.6 * k + (0.3 if side is Side.RIGHT else 0.0), side, **how)  # type: ignore[arg-type]
        for k in range(strides)
        for side in Side
    ]


def found(strides: list[Stride], until: float = 100.0, drill: Drill = Drill.RUN_30M) -> list[Repetition]:
    runs = Runs(RULES[drill])
    for one in strides:
        runs.see(one)
    return runs.pull(until)


def test_a_run_begins_and_ends_by_itself():
    (one,) = found(run(5.0))
    assert (one.start_s, one.end_s) == (5.0, pytest.approx(11.3))
    assert one.strides == 20
    assert one.side is None
    assert one.t_known == pytest.approx(14.3)


def test_runs_with_a_rest_between_are_two():
    assert [one.strides for one in found(run(5.0) + run(20.0, 6))] == [20, 12]


def test_a_run_is_not_over_while_a_stride_may_come():
    assert found(run(5.0), until=14.2) == []
    assert len(found(run(5.0), until=14.4)) == 1


def test_few_strides_are_no_run():
    assert found(run(5.0, 3)) == []


@pytest.mark.parametrize("flags", ["walk", "drill", "virtual"])
def test_walking_and_drills_on_the_spot_are_no_run(flags: str):
    assert found([stride(5.0 + 0.6 * k, flags=flags) for k in range(20)]) == []


def test_lift_and_drive_are_held_against_the_targets():
    low = run(5.0, 5, drive=40.0) + run(8.0, 5, drive=60.0)
    (one,) = found(low)
    assert one.drive_hit_pct == pytest.approx(50.0)
    assert one.lift_hit_pct == 100.0
    assert judged(one, RULES[Drill.RUN_30M]).passed


def test_targets_can_be_edited():
    runs = Runs(RULES[Drill.RUN_30M], targets=replace(Targets(), drive_deg=30.0))
    for one in run(5.0, drive=40.0):
        runs.see(one)
    assert runs.flush()[0].drive_hit_pct == 100.0


def test_a_hill_is_tagged_and_not_judged():
    (one,) = found(run(5.0), drill=Drill.HILL)
    assert "hill" in one.flags
    assert judged(one, RULES[Drill.HILL]).passed is None


def test_a_gap_is_told():
    strides = run(5.0)
    strides[3] = strides[3]._replace(flags=frozenset({"gap"}))
    assert "gap" in found(strides)[0].flags
