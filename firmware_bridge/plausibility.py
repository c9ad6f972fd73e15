"""Do the numbers come from the sensor that they are said to come from? Pure; used when files are imported."""

import math
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from firmware_bridge.errors import ImportFileError, Reason
from firmware_bridge.protocols.units import STANDARD_GRAVITY_M_S2
from firmware_bridge.sensor_table import (
    ACC_UNITS,
    GYR_UNITS,
    TIME_UNITS,
    Seconds,
    SensorTable,
    Unit,
    rate_hz,
    seconds,
)

SLOWEST_HZ = 50.0
"""A contact of running lasts 80 to 300 ms; below 50 Hz its ends cannot be told."""
FASTEST_HZ = 8000.0
"""The fastest rate of common sensors; beyond it the time unit is wrong."""
SHORTEST_S = 1.0
STILL_WANDER = 0.05
"""Largest wander of the specific force in a second of standing; sensor noise alone gives .01 to .02."""
STILL_SHARE = (0.9, 1.1)
"""Specific force at rest as a share of 1 g: an uncalibrated sensor's bias and scale are below 60 mg and 3 %."""
MOVING_SHARE = (0.3, 3.0)
"""The same in motion, as a share of what the angular speed makes due; walk to sprint .59 to 1.45."""
LEVER_M = 0.2
"""Distance from a joint at which a sensor turns: gives its centripetal acceleration, m."""
MOVED_SPREAD_G = 0.3
"""Spread of the specific force in a second in which a leg moved; marching has .2 to .5 g."""
SLOWEST_LEG_RAD_S = math.radians(40.0)
"""A leg that moves so turns at 100 deg/s and more; 25 rad/s of a sprint taken for deg/s stay below this."""
FASTEST_LEG_RAD_S = math.radians(4600.0)
"""Beyond every usual gyroscope's range of 4000 deg/s."""
RUNNING_MEAN_G = 1.4
"""Mean specific force in a second of running: 13 runners had 1.5 to 4 g, and 1.0 to 1.4 g in marching."""
RUNNING_SECONDS = 3
"""So many seconds of running are needed before thigh and shank are told apart."""
SWAPPED_RATIO = 1.1
"""Thigh over shank, 95th percentile of the angular speed in running: .46 jogging to .88 in a sprint."""


def check_sensor(table: SensorTable) -> None:
    """Raise ImportFileError where rate, values or units of one sensor cannot be right."""
    _check_rate(table)
    _check_alive(table)
    by_second = seconds(table)
    _check_turning(table, by_second)
    _check_gravity(table, by_second)


def check_leg(thigh: SensorTable, shank: SensorTable) -> None:
    """Raise ImportFileError where the files of thigh and shank are exchanged.

    In running the shank turns 1.1 to 2.2 times as fast as the thigh; in knee lifts it is the other
    way round, so only seconds of running are judged.
    """
    thigh_seconds, shank_seconds = seconds(thigh), seconds(shank)
    running = np.intersect1d(_running(thigh_seconds), _running(shank_seconds))
    if len(running) < RUNNING_SECONDS:
        return
    ratio = _speed(thigh, running) / _speed(shank, running)
    if ratio > SWAPPED_RATIO:
        raise ImportFileError(
            Reason.BAD_PLACEMENT,
            f"{thigh.name} (thigh) and {shank.name} (shank) look exchanged: "
            f"in running the thigh's sensor turns {ratio:.1f} times as fast as the shank's.",
            "Give the file of the thigh as the shank's and the other way round.",
        )


def check_together(tables: list[SensorTable]) -> None:
    """Raise ImportFileError where a file is given twice, or the sensors share no time."""
    for one, other in combinations(tables, 2):
        if len(one) == len(other) and np.array_equal(one.gyr, other.gyr) and np.array_equal(one.acc, other.acc):
            raise ImportFileError(
                Reason.BAD_PLACEMENT,
                f"{one.name} and {other.name} hold the same samples.",
                "Give each sensor its own file.",
            )
    last_start = max(tables, key=lambda table: float(table.time[0]))
    first_end = min(tables, key=lambda table: float(table.time[-1]))
    if first_end.time[-1] - last_start.time[0] < SHORTEST_S:
        raise ImportFileError(
            Reason.BAD_TIME,
            f"{first_end.name} ends at {first_end.time[-1]:.1f} s, {last_start.name} begins at "
            f"{last_start.time[0]:.1f} s: the sensors share no time.",
            "All files need one common clock; give files of the same run.",
        )


def check_range(table: SensorTable, acc_range_m_s2: float, gyr_range_rad_s: float) -> None:
    """Raise ImportFileError where values go beyond the ranges that were given."""
    for values, unit, limit in (
        (table.acc, table.acc_unit, acc_range_m_s2),
        (table.gyr, table.gyr_unit, gyr_range_rad_s),
    ):
        largest = float(np.abs(values).max())
        if largest * unit.size > 1.05 * limit:
            raise ImportFileError(
                Reason.BAD_SIGNAL,
                f"{table.name} reaches {largest:.4g} {unit.written}, beyond the range given, "
                f"{limit / unit.size:.4g} {unit.written}.",
                "Correct the range, or leave it out.",
            )


def _check_rate(table: SensorTable) -> None:
    span = float(table.time[-1] - table.time[0])
    rate = rate_hz(table.time)
    if math.isnan(rate):
        raise ImportFileError(
            Reason.BAD_TIME,
            f"In {table.name} time stands still over {len(table)} samples.",
            "Check the time column.",
        )
    if not SLOWEST_HZ <= rate <= FASTEST_HZ:
        hint = _likely(table.time_unit, TIME_UNITS, rate, (SLOWEST_HZ, FASTEST_HZ), "time", inverse=True)
        raise ImportFileError(
            Reason.BAD_TIME,
            f"{table.name} has {rate:.3g} samples a second{hint}.",
            f"Running needs at least {SLOWEST_HZ:.0f} a second, better 200; check rate and time column.",
        )
    if span < SHORTEST_S:
        raise ImportFileError(
            Reason.BAD_TIME,
            f"{table.name} holds {len(table)} samples, {span:.2f} s.",
            f"At least {SHORTEST_S:.0f} s is needed.",
        )


def _check_alive(table: SensorTable) -> None:
    for what, values in (("gyroscope", table.gyr), ("accelerometer", table.acc)):
        if not values.any():
            raise ImportFileError(
                Reason.BAD_SIGNAL,
                f"All values of the {what} in {table.name} are zero.",
                f"Record with the {what} switched on.",
            )


def _check_turning(table: SensorTable, by_second: Seconds) -> None:
    speed = table.gyr_rad_s
    moved = np.isin(np.floor(table.time), by_second.number[by_second.spread_g > MOVED_SPREAD_G])
    fastest = float(np.percentile(speed, 99.5))
    leg = float(np.percentile(speed[moved], 99)) if moved.any() else SLOWEST_LEG_RAD_S
    if leg >= SLOWEST_LEG_RAD_S and fastest <= FASTEST_LEG_RAD_S:
        return
    found = fastest if fastest > FASTEST_LEG_RAD_S else leg
    unit = table.gyr_unit
    raise ImportFileError(
        Reason.BAD_SIGNAL,
        f"The gyroscope in {table.name} shows {found / unit.size:.3g} {unit.written} in a leg that moves"
        f"{_likely(unit, GYR_UNITS, found, (SLOWEST_LEG_RAD_S, FASTEST_LEG_RAD_S), 'gyr_x')}.",
        "Correct unit or scale of the columns gyr_x, gyr_y, gyr_z.",
    )


def _check_gravity(table: SensorTable, by_second: Seconds) -> None:
    stillest = int(np.argmin(by_second.wander))
    if by_second.wander[stillest] < STILL_WANDER:
        found, due_g, bounds = float(by_second.mean_g[stillest]), 1.0, STILL_SHARE
        where = f"at rest it shows {found:.3g} g"
    else:
        found, due_g, bounds = float(np.median(table.acc_g)), _due_in_motion_g(table), MOVING_SHARE
        where = f"in motion it shows {found:.3g} g, and about {due_g:.2g} g are due"
    if bounds[0] <= found / due_g <= bounds[1]:
        return
    raise ImportFileError(
        Reason.BAD_SIGNAL,
        f"Gravity in {table.name} is not 1 g: {where}"
        f"{_likely(table.acc_unit, ACC_UNITS, found / due_g, bounds, 'acc_x')}.",
        "Correct unit or scale of the columns acc_x, acc_y, acc_z.",
    )


def _due_in_motion_g(table: SensorTable) -> float:
    """Give about the specific force of a leg that turns so fast: gravity and the centripetal share."""
    speed_rad_s = float(np.percentile(table.gyr_rad_s, 95))
    return 1.0 + speed_rad_s**2 * LEVER_M / STANDARD_GRAVITY_M_S2


def _likely(
    unit: Unit,
    units: tuple[Unit, ...],
    found: float,
    bounds: tuple[float, float],
    column: str,
    *,
    inverse: bool = False,
) -> str:
    """Name the unit in which the value found would be right, or nothing."""
    for other in units:
        factor = unit.size / other.size if inverse else other.size / unit.size
        if other != unit and bounds[0] <= found * factor <= bounds[1]:
            return f"; it looks like {other.written} in a column named {column}_{unit.suffix}"
    return ""


def _running(by_second: Seconds) -> NDArray[np.int64]:
    return by_second.number[by_second.mean_g > RUNNING_MEAN_G]


def _speed(table: SensorTable, which: NDArray[np.int64]) -> float:
    return float(np.percentile(table.gyr_rad_s[np.isin(np.floor(table.time), which)], 95))
