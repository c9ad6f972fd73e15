from math import isnan, nan

import pytest

from legcycle_imu.drills.measured import Measured, measured
from legcycle_imu.drills.movement import LegMovements
from legcycle_imu.runner import LegGeometry, Runner
from legcycle_imu.simulation.drill_moves import Move
from tests.drill_rows import DRAG, DRIVE, LIFT, moves, rows

GEOMETRY = Runner(height_m=1.75).geometry


def of(move: Move, geometry: LegGeometry = GEOMETRY, **how: float) -> Measured:
    leg = LegMovements()
    (one,) = [m for row in rows(*moves((2.0, move)), until=8.0, **how) if (m := leg.push(row)) is not None]  # type: ignore[arg-type]
    return measured(one, geometry)


def test_a_heel_drag():
    values = of(DRAG)
    assert values.push_deg == pytest.approx(16.0, abs=0.3)
    expected = 100 * (GEOMETRY.thigh_m * 0.276 + GEOMETRY.shank_m * 0.433)  # sines about standing
    assert values.heel_travel_cm == pytest.approx(expected, abs=1.0)
    assert values.heel_rise_cm < 15.0
    assert 0.4 < values.push_s < 0.8
    assert isnan(values.drive_s)


def test_push_and_lift():
    values = of(LIFT)
    assert values.push_deg == pytest.approx(15.0, abs=0.3)
    assert values.lift_flexion_deg == pytest.approx(129.0, abs=1.5)
    assert values.pushed_first > 0.9
    assert values.heel_lift_cm > 20.0


def test_push_lift_and_drive():
    values = of(DRIVE)
    assert values.drive_deg == pytest.approx(91.0, abs=0.3)
    assert values.driven_at_lift_deg < 10.0
    assert values.push_s + values.lift_s + values.drive_s + values.place_s == pytest.approx(2.1, abs=0.4)


def test_a_drift_hardly_matters():
    still, drifting = of(DRIVE), of(DRIVE, drift_deg_s=0.5)
    assert drifting.push_deg == pytest.approx(still.push_deg, abs=1.0)
    assert drifting.drive_deg == pytest.approx(still.drive_deg, abs=2.5)


def test_a_push_after_the_lift_is_seen():
    late = Move(
        ((0.0, 0.0), (0.5, 0.0), (1.2, -16.0), (1.9, 0.0)), ((0.0, 0.0), (0.5, -120.0), (1.2, -125.0), (1.9, 0.0))
    )
    values = of(late)
    assert values.pushed_first < 0.3
    assert values.push_deg == pytest.approx(16.0, abs=0.5)
    assert isnan(values.lift_s) or values.lift_s >= 0.0


def test_a_leg_that_goes_forward_alone_has_not_pushed():
    values = of(Move(((0.0, 0.0), (0.6, 80.0), (1.4, 0.0)), ((0.0, 0.0), (0.6, -20.0), (1.4, 0.0))))
    assert values.push_deg < 2.0
    assert values.drive_deg == pytest.approx(76.0, abs=0.5)


def test_lengths_that_are_not_known_leave_centimetres_blank():
    values = of(DRAG, LegGeometry(nan, nan))
    assert isnan(values.heel_travel_cm)
    assert isnan(values.heel_lift_cm)
    assert values.push_deg == pytest.approx(16.0, abs=0.3)
