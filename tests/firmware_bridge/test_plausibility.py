import math

import numpy as np
import pytest

from firmware_bridge.errors import ImportFileError, Reason
from firmware_bridge.plausibility import check_leg, check_range, check_sensor, check_together
from firmware_bridge.samples import Segment
from firmware_bridge.sensor_table import ACC_UNITS, GYR_UNITS, TIME_UNITS, SensorTable

G, M_S2 = ACC_UNITS
DEG_S, RAD_S = GYR_UNITS
LEVER_M = 0.25


def running(peak_rad_s: float, *, name: str = "a.csv", start_s: float = 0.0, end_s: float = 8.0) -> SensorTable:
    """A sensor on a leg that swings without a rest: gravity and the centripetal share of its own rate."""
    time = np.arange(start_s, end_s, 0.01)
    rate = peak_rad_s * np.sin(2 * np.pi * 1.4 * time)
    gyr = np.column_stack([np.zeros_like(rate), np.zeros_like(rate), np.degrees(rate)])
    swing = rate**2 * LEVER_M / 9.80665
    acc = np.column_stack([0.5 * np.sin(7 * time), 1.0 + swing, 0.3 * np.cos(9 * time)])
    return SensorTable(name, time, gyr, acc, TIME_UNITS[0], DEG_S, G)


def changed(table: SensorTable, gyr: float = 1.0, acc: float = 1.0, **units) -> SensorTable:
    fields = {"time_unit": table.time_unit, "gyr_unit": table.gyr_unit, "acc_unit": table.acc_unit} | units
    return SensorTable(table.name, table.time, table.gyr * gyr, table.acc * acc, **fields)


JOG, RUN, SPRINT = 8.0, 12.0, 24.0
"""Peaks of the shank's angular speed, rad/s."""
speeds = pytest.mark.parametrize("peak", [JOG, RUN, SPRINT])


@speeds
def test_running_without_any_rest_is_accepted(peak):
    check_sensor(running(peak))


@speeds
@pytest.mark.parametrize(
    ("change", "hint"),
    [
        ({"acc": 9.80665}, "m/s2 in a column named acc_x_g"),
        ({"acc_unit": M_S2}, "g in a column named acc_x_m_s2"),
        ({"gyr": math.pi / 180}, "rad/s in a column named gyr_x_deg_s"),
        ({"gyr_unit": RAD_S}, "deg/s in a column named gyr_x_rad_s"),
    ],
)
def test_a_wrong_unit_shows_at_every_speed_without_any_rest(peak, change, hint):
    with pytest.raises(ImportFileError, match=f"it looks like {hint}") as caught:
        check_sensor(changed(running(peak), **change))

    assert caught.value.reason is Reason.BAD_SIGNAL


def test_a_sensor_that_nobody_moves_needs_no_turning():
    still = changed(running(0.001), gyr=0.001)
    still.acc[:] = [0.0, 0.0, 1.0]

    check_sensor(still)


@pytest.mark.parametrize("size", [0.85, 1.15])
def test_gravity_at_rest_must_be_within_a_tenth(size):
    still = running(0.001)
    still.acc[:] = [0.0, 0.0, size]

    with pytest.raises(ImportFileError, match=rf"at rest it shows {size} g\."):
        check_sensor(still)


@pytest.mark.parametrize(("thigh", "shank"), [(JOG, RUN), (SPRINT, 1.1 * SPRINT), (RUN, 0.95 * RUN)])
def test_a_shank_that_turns_as_fast_as_the_thigh_or_faster_is_a_shank(thigh, shank):
    check_leg(running(thigh), running(shank))


def test_a_thigh_that_turns_faster_in_running_is_a_shank():
    with pytest.raises(
        ImportFileError, match=r"thigh\.csv \(thigh\) and shank\.csv \(shank\) look exchanged: .* 1\.5 "
    ):
        check_leg(running(RUN, name="thigh.csv"), running(JOG, name="shank.csv"))


def test_seconds_in_which_only_one_sensor_runs_do_not_count():
    check_leg(running(RUN), running(JOG, start_s=7.0, end_s=20.0))


def test_sensors_need_a_second_in_common():
    check_together([running(JOG, end_s=5.0), running(RUN, start_s=3.9)])

    with pytest.raises(ImportFileError, match=r"a\.csv ends at 5\.0 s, b\.csv begins at 4\.1 s") as caught:
        check_together([running(JOG, end_s=5.0), running(RUN, start_s=4.1, name="b.csv")])

    assert caught.value.reason is Reason.BAD_TIME


def test_equal_samples_under_two_names():
    with pytest.raises(ImportFileError, match=r"a\.csv and b\.csv hold the same samples"):
        check_together([running(JOG), running(JOG, name="b.csv")])


@pytest.mark.parametrize(("acc_g", "gyr_dps", "fits"), [(16, 500, True), (2, 500, False), (16, 125, False)])
def test_values_must_lie_within_ranges_that_are_given(acc_g, gyr_dps, fits):
    table = running(JOG)

    if fits:
        check_range(table, acc_g * 9.80665, math.radians(gyr_dps))
    else:
        with pytest.raises(ImportFileError, match="beyond the range given"):
            check_range(table, acc_g * 9.80665, math.radians(gyr_dps))


def test_knee_lifts_are_not_judged():
    lifts = {segment: running(JOG if segment is Segment.THIGH else 2.0) for segment in Segment}
    for table in lifts.values():
        table.acc[:, 1] = 1.0 + 0.1 * (table.acc[:, 1] - 1.0)

    check_leg(lifts[Segment.THIGH], lifts[Segment.SHANK])
