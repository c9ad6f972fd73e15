from math import isnan, nan

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from firmware_bridge.samples import Side
from legcycle_imu.report.trends import MEDIAN_OF, MOST_POINTS, ROWS, running_median, trends
from tests.legcycle_imu.report.made import a_session, strides


@given(st.lists(st.floats(-100, 100), min_size=1, max_size=80))
def test_the_running_median_is_that_of_the_neighbours(values) -> None:
    found = running_median(np.array(values))
    assert len(found) == len(values)
    reach = MEDIAN_OF // 2
    if len(values) <= MEDIAN_OF:
        assert set(found.tolist()) == {float(np.median(values))}
        return
    for k in range(len(values)):
        assert found[k] == np.median(values[max(0, k - reach) : k + reach + 1])


def test_a_long_run_is_drawn_with_few_points() -> None:
    found = trends(a_session(strides(1000, knee_drive_deg=lambda k, _: 40.0 + k / 100)))
    drive = next(trend for trend in found if trend.metric == "knee_drive_deg")
    for leg in drive.legs:
        (piece,) = leg.pieces
        assert MOST_POINTS / 2 < len(piece.time_s) <= MOST_POINTS
        assert len(piece.value) == len(piece.median) == len(piece.time_s)
        assert list(leg.rows) == sorted(leg.rows)
        assert leg.rows[0] == pytest.approx(40.5, abs=0.1)
    starts = drive.row_starts_s()
    assert len(starts) == ROWS
    assert (starts[0], starts[1] - starts[0]) == (drive.start_s, pytest.approx((drive.end_s - drive.start_s) / ROWS))


def test_without_lengths_the_columns_that_need_none_are_shown() -> None:
    found = trends(a_session(strides(20, heel_lift_cm=nan, placement_cm=nan)))
    metrics = [trend.metric for trend in found]
    assert "heel_lift_pct" in metrics
    assert "shank_at_contact_deg" in metrics
    assert "heel_lift_cm" not in metrics


def test_a_leg_without_strides_has_no_line_and_an_empty_part_no_median() -> None:
    made = strides(10, sides=[Side.LEFT]) + [
        s._replace(stride=s.stride + 10) for s in strides(10, sides=[Side.LEFT], start_s=60.0)
    ]
    found = trends(a_session(made))
    assert all([leg.side for leg in trend.legs] == [Side.LEFT] for trend in found)
    assert isnan(found[0].legs[0].rows[4])
    first, second = found[0].legs[0].pieces
    assert first.time_s[-1] < 10.0
    assert second.time_s[0] >= 60.0
    assert trends(a_session([])) == ()
