from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from legcycle_imu.drills.finding import MovementSettings
from legcycle_imu.drills.movement import LegMovements, Movement, Row
from legcycle_imu.simulation.drill_moves import Move
from tests.drill_rows import DRAG, DRIVE, LIFT, STILL, moves, rows

FOUND = {"drag": DRAG, "lift": LIFT, "drive": DRIVE}


def found(stream: list[Row]) -> list[Movement]:
    leg = LegMovements()
    return [movement for row in stream if (movement := leg.push(row)) is not None]


@pytest.mark.parametrize("move", FOUND.values(), ids=FOUND)
def test_a_movement_is_found_with_its_times(move: Move):
    (one,) = found(rows(*moves((2.0, move)), until=6.0))
    assert one.start == pytest.approx(2.0, abs=0.3)
    assert one.end == pytest.approx(2.0 + move.duration_s, abs=0.4)
    assert one.end <= one.known <= one.end + 0.5
    assert one.returned


@pytest.mark.parametrize("move", FOUND.values(), ids=FOUND)
def test_movements_without_a_stop_between_are_told_apart(move: Move):
    starts = [(2.0 + k * (move.duration_s + 0.02), move) for k in range(5)]
    assert len(found(rows(*moves(*starts), until=16.0))) == 5


@settings(max_examples=15, derandomize=True, deadline=None)
@given(drift=st.floats(-0.4, 0.4), tempo=st.floats(0.6, 1.8), pause=st.floats(0.0, 1.5))
def test_neither_drift_nor_tempo_nor_rests_change_the_count(drift: float, tempo: float, pause: float):
    slower = Move(
        tuple((tempo * at, value) for at, value in DRAG.thigh), tuple((tempo * at, value) for at, value in DRAG.shank)
    )
    starts = [(2.0 + k * (slower.duration_s + pause + 0.02), slower) for k in range(6)]
    stream = rows(*moves(*starts), until=starts[-1][0] + slower.duration_s + 2.0, drift_deg_s=drift)
    assert len(found(stream)) == 6


def test_who_stands_does_not_move():
    assert found(rows(STILL, STILL, until=5.0)) == []


def test_sway_and_small_shifts_of_the_weight_are_no_movement():
    shift = ((0.0, 0.0), (0.4, 3.0), (0.8, 0.0))
    assert found(rows(*moves((2.0, Move(shift, shift))), until=5.0)) == []


def test_nothing_is_found_before_a_rest_is_known():
    late = rows(*moves((0.0, DRAG)), until=1.7)
    assert found(late) == []


def test_a_position_that_is_held_is_one_movement():
    held = Move(((0.0, 0.0), (0.6, 90.0), (2.6, 90.0), (3.4, 0.0)), ((0.0, 0.0), (0.6, -5.0), (2.6, -5.0), (3.4, 0.0)))
    (one,) = found(rows(*moves((2.0, held)), until=8.0))
    assert one.end - one.start > 2.5


def test_a_leg_that_stays_behind_did_not_return():
    stays = Move(((0.0, 0.0), (0.6, -18.0)), ((0.0, 0.0), (0.6, -25.0)))
    (one,) = found(rows(*moves((2.0, stays)), until=9.0))
    assert not one.returned
    assert one.known == pytest.approx(2.6 + MovementSettings().hold_s, abs=0.4)


def test_a_foot_put_down_elsewhere_is_a_new_rest():
    elsewhere = Move(((0.0, 0.0), (0.5, 60.0), (1.2, 4.0)), ((0.0, 0.0), (0.5, -20.0), (1.2, 5.0)))
    leg = LegMovements()
    stream = rows(*moves((2.0, elsewhere)), until=5.0)
    assert len([row for row in stream if leg.push(row) is not None]) == 1
    assert leg.state.rest is not None
    assert np.degrees(leg.state.rest.thigh) == pytest.approx(0.0, abs=0.1)


def gapped(stream: list[Row], start: float, end: float) -> list[Row]:
    nothing = float("nan")
    return [Row(row.time, nothing, nothing) if start <= row.time < end else row for row in stream]


def test_a_short_gap_is_gone_over_and_told():
    (one,) = found(gapped(rows(*moves((2.0, DRAG)), until=6.0), 2.5, 2.6))
    assert one.gap


def test_a_long_gap_ends_what_was_under_way():
    assert found(gapped(rows(*moves((2.0, DRAG)), until=6.0), 2.5, 3.5)) == []


def test_after_a_long_gap_it_goes_on():
    stream = rows(*moves((2.0, DRAG), (6.0, DRAG)), until=10.0)
    (one,) = found(gapped(stream, 2.5, 4.5))
    assert one.start > 5.5
    assert not one.gap


def test_what_lasts_too_long_is_no_repetition():
    away = Move(((0.0, 0.0), (0.5, 80.0), (14.0, 60.0), (14.5, 0.0)), ((0.0, 0.0), (14.5, 0.0)))
    assert found(rows(*moves((2.0, away)), until=20.0)) == []


def test_settings_decide_what_leaves_the_rest():
    leg = LegMovements(replace(MovementSettings(), thigh_rad=1.0, shank_rad=1.0))
    assert not [row for row in rows(*moves((2.0, DRAG)), until=6.0) if leg.push(row) is not None]
