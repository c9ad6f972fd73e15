"""Sessions made up of strides whose figures are known."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from calibration.model import LegCalibration
from legcycle_imu.model import Stride
from legcycle_imu.progress.session import SessionFigures
from legcycle_imu.runner import LegGeometry
from tests.legcycle_imu.progress.made_up import GEOMETRY, make_calibration, make_session, make_strides


@pytest.fixture
def session() -> Callable[..., SessionFigures]:
    """Give a session: `session("a", knee_drive_deg=45.0)`."""
    return make_session


@pytest.fixture
def strides_of_leg() -> Callable[..., list[Stride]]:
    """Give strides of one leg: side, count, scatter as a share, seed, means."""
    return make_strides


@pytest.fixture
def calibration() -> Callable[..., LegCalibration]:
    """Give a leg's calibration: side, zero source, zero's uncertainty."""
    return make_calibration


@pytest.fixture
def geometry() -> LegGeometry:
    """Give the lengths of the sessions' runner."""
    return GEOMETRY


@pytest.fixture
def on_days(session: Any) -> Callable[..., list[SessionFigures]]:
    """Give sessions of one metric's values, a month each: `on_days("knee_drive_deg", 40, 41, 42)`."""

    def make(key: str, *values: float, **same: Any) -> list[SessionFigures]:
        return [
            replace(session(f"s{k}", **same, **{key: v}), started_s=1e6 * k, day=f"2026-{k + 1:02d}-01")
            for k, v in enumerate(values)
        ]

    return make
