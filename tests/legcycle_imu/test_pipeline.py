from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from calibration.model import CalibrationSet
from firmware_bridge.replay import ReplaySource
from firmware_bridge.samples import Placement, SampleBlock, Segment, Side
from legcycle_imu.cycle import EventKind
from legcycle_imu.model import STRIDE_COLUMNS, Stride
from legcycle_imu.pipeline import Pipeline
from legcycle_imu.runner import LegGeometry
from legcycle_imu.simulation import Script, Section, SectionKind, draw_sensors, running_script
from legcycle_imu.simulation.sensors import PLACEMENTS
from legcycle_imu.tables import read_strides, write_strides
from tests.strategies import Matrix, Session, rotations, rows, session_of, true_calibration, without

NUMBERS = [name for name in STRIDE_COLUMNS if name not in ("side", "stride", "flags")]
TIMES = [name for name in NUMBERS if name.endswith("_s") and not name.startswith(("stride_time", "contact_time"))]
INSTANTS = [f"{kind}_s" for kind in EventKind] + ["next_initial_contact_s"]


def assert_close(found: list[Stride], expected: list[Stride], time_s: float = 1e-6, other: float = 1e-4) -> None:
    assert [(s.side, s.stride, s.flags) for s in found] == [(s.side, s.stride, s.flags) for s in expected]
    for name in NUMBERS:
        a, b = (np.array([getattr(s, name) for s in strides]) for strides in (found, expected))
        np.testing.assert_allclose(a, b, atol=time_s if name.endswith("_s") else other, rtol=1e-7, err_msg=name)


def remounted(session: Session, turns: dict[Placement, Matrix]) -> Session:
    """The same movement seen by sensors that sit in another way; calibration and samples turned alike."""
    sensors = tuple(replace(s, mounting=s.mounting @ turns[s.placement]) for s in session.simulation.sensors)
    turned = session.with_samples(
        lambda placement, b: SampleBlock(b.time, b.gyr @ turns[placement], b.acc @ turns[placement], b.quality)
    )
    legs = []
    for leg in session.calibration.legs:
        seats = {}
        for segment in Segment:
            turn, seat = turns[Placement(leg.side, segment)], getattr(leg, segment.value)
            bias = tuple((np.array(seat.gyr_bias_rad_s) @ turn).tolist())
            seats[segment.value] = type(seat)(rows(seat.matrix() @ turn), bias)
        legs.append(type(leg)(leg.side, seats["thigh"], seats["shank"], leg.zero_source))
    return replace(
        turned, simulation=replace(turned.simulation, sensors=sensors), calibration=CalibrationSet(tuple(legs))
    )


# Physics


@settings(max_examples=5)
@given(st.lists(rotations(), min_size=4, max_size=4))
def test_any_mounting_gives_the_same_strides(run: Session, turns: list[Matrix]):
    for session, other in ((run, 1e-4), (run.knowing(), 1e-6)):
        turned = remounted(session, dict(zip(PLACEMENTS, turns, strict=True)))
        assert_close(turned.strides(), session.strides(), other=other)


@pytest.mark.parametrize("shift_s", [0.25, 1000.0])
def test_later_samples_give_the_same_strides_later(run: Session, shift_s: float):
    later = run.with_samples(lambda _, b: SampleBlock(b.time + shift_s, b.gyr, b.acc, b.quality))
    shifted = [
        s._replace(**{name: getattr(s, name) - shift_s for name in [*INSTANTS, *(f"{k}_known_s" for k in EventKind)]})
        for s in later.strides()
    ]
    assert_close(shifted, run.strides(), time_s=1e-6, other=1e-3)


def test_a_mirrored_runner_has_mirrored_legs(run: Session):
    mirror = np.array([1.0, 1.0, -1.0])
    swapped = {s.placement: Placement(other(s.placement.side), s.placement.segment) for s in run.simulation.sensors}
    samples = {
        swapped[placement]: SampleBlock(b.time, -b.gyr * mirror, b.acc * mirror, b.quality)
        for placement, b in run.simulation.samples.items()
    }
    sensors = tuple(replace(s, placement=swapped[s.placement]) for s in run.simulation.sensors)
    mirrored = replace(run, simulation=replace(run.simulation, samples=samples, sensors=sensors))
    back = [s._replace(side=other(s.side)) for s in mirrored.strides()]

    def key(stride: Stride) -> tuple[str, int]:
        return stride.side, stride.stride

    assert_close(sorted(back, key=key), sorted(run.strides(), key=key))


def other(side: Side) -> Side:
    return Side.RIGHT if side is Side.LEFT else Side.LEFT


def test_every_stride_of_the_run_is_found_with_its_phases_in_order(run: Session):
    found = run.strides()
    for side in Side:
        mine = [s for s in found if s.side is side]
        true = [s for s in run.simulation.strides if s.side is side]
        assert len(mine) >= len(true) - 2
        assert [s.stride for s in mine] == list(range(len(mine)))
        for a, b in pairwise(mine):
            assert b.initial_contact_s == a.next_initial_contact_s
        for stride in mine:
            instants = [getattr(stride, name) for name in INSTANTS]
            assert instants == sorted(instants)
            nearest = min(true, key=lambda t: abs(t.initial_contact_s - stride.initial_contact_s))
            assert stride.initial_contact_s == pytest.approx(nearest.initial_contact_s, abs=0.03)
            assert stride.toe_off_s == pytest.approx(nearest.toe_off_s, abs=0.03)
            assert stride.knee_drive_deg == pytest.approx(nearest.knee_drive_deg, abs=6.0)


def test_a_run_has_flight(run: Session):
    flights = [s.flight_time_s for s in run.strides()[2:-2]]
    assert 0.03 < np.median(flights) < 0.25


def test_walking_has_double_support_and_its_flag():
    sensors = draw_sensors(4, rate_hz=100.0)
    walk = session_of(Script((Section(SectionKind.WALK, 12.0, 1.4),)), sensors, 4).knowing()
    strides = walk.strides()[4:]
    assert len(strides) >= 12
    assert all("walk" in s.flags for s in strides)
    assert np.nanmedian([s.flight_time_s for s in strides]) == pytest.approx(-0.1, abs=0.05)


def test_walk_and_run_are_told_apart_in_one_recording():
    strides = strides_of(Path(__file__).parents[1] / "data" / "walk-run-walk.legcycle")
    flags = ["walk" in s.flags for s in strides]
    first, last = flags.index(False), len(flags) - flags[::-1].index(False)
    assert not any(flags[first:last])
    assert first >= 3 and len(flags) - last >= 2


# What is worn


def test_one_leg_alone_gives_its_strides_without_flight(run: Session):
    left = [s for s in run.simulation.sensors if s.placement.side is Side.LEFT]
    alone = replace(run, simulation=replace(run.simulation, sensors=tuple(left)))
    found, both = alone.strides(), [s for s in run.strides() if s.side is Side.LEFT]
    assert [s._replace(flight_time_s=0.0) for s in found] == [s._replace(flight_time_s=0.0) for s in both]
    assert all(np.isnan(s.flight_time_s) for s in found)


@pytest.mark.parametrize("worn", [(), (0,), (0, 3), (0, 1, 2)])
def test_half_legs_are_refused(run: Session, worn: tuple[int, ...]):
    with pytest.raises(ValueError, match="expected a sensor on thigh and shank of each leg"):
        Pipeline([run.sensors[k] for k in worn])


def test_two_sensors_on_one_segment_are_refused(run: Session):
    with pytest.raises(ValueError, match="each sensor at a place of its own"):
        Pipeline([run.sensors[0], run.sensors[0]])


def test_without_lengths_centimetres_stay_blank(run: Session):
    pipeline = Pipeline(run.sensors, LegGeometry())
    strides = [*pipeline.push(run.chunks(20)).strides, *pipeline.flush().strides]
    assert strides
    assert all(np.isnan(s.heel_lift_cm) and np.isnan(s.placement_cm) for s in strides)
    assert not any(np.isnan(s.heel_lift_pct) for s in strides)


def test_a_saturated_gyroscope_is_flagged():
    sensors = draw_sensors(2, rate_hz=100.0, gyr_range_deg_s=400.0)
    session = session_of(running_script(4.5, 8.0, preamble=False), sensors, 2)
    session = replace(session, calibration=true_calibration(sensors), given=True)
    assert [s for s in session.strides() if "saturated" in s.flags]


def test_losses_are_counted(run: Session):
    lossy = run.with_samples(lambda _, block: without(block, [(3.0, 3.015), (6.0, 6.2)]))
    pipeline = lossy.pipeline()
    pipeline.push(lossy.chunks(20))
    for counted, block in zip(pipeline.statistics, lossy.simulation.samples.values(), strict=True):
        assert counted.received == len(block)
        assert counted.gaps == 1
        assert counted.filled in (1, 2)


# The golden table


def strides_of(path: Path) -> list[Stride]:
    with ReplaySource(path) as source:
        runner = source.recording.meta.runner
        geometry = None if runner is None else LegGeometry(runner.thigh_m, runner.shank_m)
        pipeline = Pipeline(source.sensors, geometry)
        strides = [s for batch in source for s in pipeline.push(batch).strides]
        strides += pipeline.flush().strides
    return sorted(strides, key=lambda s: (s.initial_contact_s, s.side))


PRINTED = {"_s": 1e-4, "_deg": 1e-2, "_cm": 1e-2, "_pct": 1e-2, "_spm": 1e-2}
"""Smallest step of a printed column, by the end of its name."""


def test_strides_are_those_of_the_golden_table(golden_folder: Path, update_golden: bool):
    found, golden = strides_of(golden_folder.parent / "run.legcycle"), golden_folder / "run.strides.csv"
    if update_golden:
        golden.parent.mkdir(exist_ok=True)
        golden.unlink(missing_ok=True)
        write_strides(found, golden)
    expected = read_strides(golden)
    assert [(s.side, s.stride, s.flags) for s in found] == [(s.side, s.stride, s.flags) for s in expected]
    for name in NUMBERS:
        step = next(step for end, step in PRINTED.items() if name.endswith(end))
        a, b = (np.array([getattr(s, name) for s in strides]) for strides in (found, expected))
        np.testing.assert_allclose(a, b, atol=0.5 * step + 1e-6, rtol=0.0, err_msg=name)
