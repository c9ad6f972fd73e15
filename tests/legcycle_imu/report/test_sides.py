from math import radians

import msgspec
import pytest

from calibration.model import LegCalibration, ZeroSource
from firmware_bridge.samples import Side
from legcycle_imu.report.sides import DETECTION_SD_S, ZERO_OF, sides
from legcycle_imu.summary import NORMAL_95, SYMMETRY_METRICS
from tests.legcycle_imu.report.made import SEATED, a_session, strides


def both(left: float, right: float):
    return lambda k, side: (left if side is Side.LEFT else right) + 0.001 * (k % 3 - 1)


def test_every_metric_of_symmetry_has_an_error_that_lasts() -> None:
    assert set(DETECTION_SD_S) | set(ZERO_OF) == set(SYMMETRY_METRICS)


def test_the_index_is_that_of_the_summary() -> None:
    session = a_session(strides(20, knee_drive_deg=both(50.0, 40.0)))
    rows = {row.metric: row for row in sides(session)}
    assert set(rows) == set(SYMMETRY_METRICS)
    for metric, row in rows.items():
        assert row.symmetry == session.summary.symmetry[metric]
        assert row.noise_pct >= row.symmetry.half_width_pct


@pytest.mark.parametrize(
    ("left", "right", "word"),
    [(50.0, 30.0, "left larger"), (30.0, 50.0, "right larger"), (41.0, 39.0, "no difference seen")],
)
def test_a_difference_of_angles_is_told_beyond_what_the_zeros_could_make(left: float, right: float, word: str) -> None:
    rows = {row.metric: row for row in sides(a_session(strides(20, knee_drive_deg=both(left, right))))}
    assert rows["knee_drive_deg"].word == word


def test_the_zeros_uncertainty_is_carried_through() -> None:
    sure = msgspec.structs.replace(SEATED, zero_sd_rad=0.0)
    loose = msgspec.structs.replace(SEATED, zero_sd_rad=radians(3.0))
    known = {}
    for name, seat in (("sure", sure), ("loose", loose)):
        calibrations = {side: LegCalibration(side, seat, seat, ZeroSource.STANDING) for side in Side}
        session = a_session(strides(20, knee_drive_deg=both(41.0, 39.0)), calibrations=calibrations)
        known[name] = {row.metric: row for row in sides(session)}["knee_drive_deg"]
    assert known["sure"].lasting_pct == 0.0
    assert known["sure"].word == "left larger"
    # d index = 200 / (L + R) d(L - R), and the difference of two zeros of 3 deg has 3 sqrt(2) deg
    assert known["loose"].lasting_pct == pytest.approx(NORMAL_95 * 200.0 / 80.0 * 3.0 * 2**0.5, rel=0.01)
    assert known["loose"].word == "no difference seen"


def test_a_difference_of_times_is_told_beyond_what_the_events_could_make() -> None:
    rows = {row.metric: row for row in sides(a_session(strides(20, contact_time_s=_contact)))}
    assert rows["contact_time_s"].word == "left larger"
    assert rows["push_s"].word == "no difference seen"


def _contact(k: int, side: Side) -> float:
    return (0.24 if side is Side.LEFT else 0.20) + 0.002 * (k % 3 - 1)


@pytest.mark.parametrize("made", [strides(20, sides=[Side.LEFT]), strides(5), []], ids=["one leg", "few", "none"])
def test_one_leg_or_few_strides_have_no_sides(made) -> None:
    assert sides(a_session(made)) == ()
