from math import inf, nan

import pytest

from firmware_bridge.samples import Side
from legcycle_imu.report.quality import data_quality
from legcycle_imu.report.session import Heard
from legcycle_imu.report.words import FLAGS
from tests.legcycle_imu.report.made import a_session, a_stride, strides


def test_every_flag_is_counted_for_each_leg() -> None:
    flagged = [a_stride(Side.RIGHT, 30 + k, 30.0 + k, "gap", "saturated") for k in range(3)]
    walking = [a_stride(Side.LEFT, 40, 40.0, "walk")]
    found = data_quality(a_session([*strides(10), *flagged, *walking]))
    counted = {flag.flag: (flag.strides[Side.LEFT], flag.strides[Side.RIGHT]) for flag in found.flags}
    assert counted == {"gap": (0, 3), "saturated": (0, 3), "walk": (1, 0)}
    assert all(flag.meaning == FLAGS[flag.flag] for flag in found.flags)
    assert [(leg.side, leg.found, leg.good) for leg in found.legs] == [(Side.LEFT, 11, 10), (Side.RIGHT, 13, 10)]


def test_a_flag_that_is_new_is_counted_without_a_meaning() -> None:
    (flag,) = data_quality(a_session([a_stride(Side.LEFT, 0, 0.0, "odd")])).flags
    assert (flag.flag, flag.meaning) == ("odd", "")


@pytest.mark.parametrize(
    ("heard", "said", "share"),
    [
        (Heard(0.0, 40.0), "The right shank sensor was lost at 0:40 of 1:40: from then on", 40.0),
        (Heard(60.0, 100.0), "The right shank sensor sent nothing before 1:00.", 40.0),
        (Heard(nan, nan), "The right shank sensor sent nothing.", 0.0),
        (Heard(0.0, 99.0), "", 99.0),
    ],
)
def test_a_sensor_that_was_silent_for_long_is_named(heard: Heard, said: str, share: float) -> None:
    others = Heard(0.0, 100.0)
    found = data_quality(a_session(strides(10), heard=(others, others, others, heard)))
    assert len(found.missed) == bool(said)
    assert all(sentence.startswith(said) for sentence in found.missed)
    assert found.legs[1].heard_pct == pytest.approx(share * 1000 / 1010)
    assert found.legs[0].heard_pct == pytest.approx(100.0 * 1000 / 1010)


def test_ranges_and_losses_are_told_where_they_are_known() -> None:
    session = a_session(strides(3))
    sensor = data_quality(session).sensors[0]
    assert sensor.ranges == "± 16 g, ± 2000 °/s"
    assert sensor.lost_pct == pytest.approx(100 * 10 / 1010)
    unknown = sensor.facts._replace(acc_range_m_s2=inf, gyr_range_rad_s=inf)
    assert sensor._replace(facts=unknown).ranges == "not known"


def test_a_leg_that_was_not_aligned_has_no_figures() -> None:
    found = data_quality(a_session([], calibrations={}))
    assert all(leg.figures == () for leg in found.calibrations)
    assert [figure.name for figure in data_quality(a_session([])).calibrations[0].figures] == [
        "zero",
        "plane",
        "forward",
    ]
