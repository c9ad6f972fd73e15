from dataclasses import replace
from math import nan, radians

import pytest

from calibration.model import LegCalibration, SegmentCalibration, ZeroSource
from firmware_bridge.samples import Side
from legcycle_imu.summary import summarise
from legcycle_imu.view.balance import COMPARED, STRIDES, Balances
from legcycle_imu.view.state import Balance
from tests.legcycle_imu.view.made import stride

IDENTITY = ((1.0, 0.0, 0.0), (0.0, 1.0, 0.0), (0.0, 0.0, 1.0))


def calibrations(zero_sd_deg: float) -> dict[Side, LegCalibration]:
    segment = SegmentCalibration(IDENTITY, zero_sd_rad=radians(zero_sd_deg))
    return {side: LegCalibration(side, segment, segment, ZeroSource.RUNNING) for side in Side}


def run(strides: int, left: float, right: float, **changed: object) -> Balances:
    balances = Balances()
    for number in range(strides):
        scatter = 0.5 * (number % 3 - 1)
        for side, value in ((Side.LEFT, left), (Side.RIGHT, right)):
            balances.push(stride(number, side, knee_drive_deg=value + scatter, **changed))
    return balances


def drive(balances: Balances, zero_sd_deg: float = 0.0) -> Balance:
    return next(b for b in balances.view(calibrations(zero_sd_deg)) if b.metric == "knee_drive_deg")


def test_before_a_stride_nothing_is_known():
    for balance in Balances().view({}):
        assert (balance.left, balance.right, balance.symmetry) == (None, None, None)
        assert balance.mark == ("–", "not known")
        assert balance.text == "L – R –"


def test_means_and_their_difference():
    balance = drive(run(9, 44.0, 48.0))
    assert (balance.left, balance.right) == (pytest.approx(44.0), pytest.approx(48.0))
    assert balance.text == "L 44 R 48 (Δ 4)"
    assert balance.mark == ("▲", "right more")
    assert drive(run(9, 48.0, 44.0)).mark == ("▲", "left more")


def test_symmetry_is_that_of_the_summary():
    strides = [stride(n, side, knee_drive_deg=40.0 + n % 3 + (side is Side.LEFT)) for n in range(10) for side in Side]
    balances = Balances()
    for one in strides:
        balances.push(one)
    assert drive(balances).symmetry == summarise(strides).symmetry["knee_drive_deg"]


def test_a_difference_within_the_uncertainty_of_the_zeros_is_none():
    balances = run(12, 44.0, 48.0)
    assert drive(balances, 0.5).mark.word == "right more"
    assert drive(balances, 2.5).mark == ("✔", "even")


def test_times_do_not_hang_on_the_zero():
    balances = Balances()
    for number in range(10):
        for side, contact_s in ((Side.LEFT, 0.20), (Side.RIGHT, 0.22)):
            balances.push(stride(number, side, contact_time_s=contact_s + 0.001 * (number % 2)))
    contact = next(b for b in balances.view(calibrations(10.0)) if b.metric == "contact_time_s")
    assert contact.mark.word == "right more"
    assert contact.left == pytest.approx(200.5)


def test_seven_strides_are_too_few():
    balance = drive(run(7, 44.0, 48.0))
    assert balance.mark.word == "not known"
    assert balance.symmetry is None
    assert balance.left == pytest.approx(44.0, abs=0.5)


def test_only_the_last_strides_count():
    balances = run(10, 20.0, 60.0)
    for number in range(STRIDES):
        for side in Side:
            balances.push(stride(number, side, knee_drive_deg=45.0 + number % 2))
    assert drive(balances).text == "L 46 R 46 (Δ 0)" or drive(balances).left == pytest.approx(45.5)
    assert drive(balances).mark.word == "even"


@pytest.mark.parametrize("flag", ["walk", "gap", "drill"])
def test_walking_drills_and_doubtful_strides_are_left_out(flag):
    assert drive(run(10, 44.0, 48.0, flags=frozenset({flag}))).left is None


def test_one_leg_alone_is_half_known():
    balances = Balances()
    balances.push(stride(0, Side.LEFT))
    assert drive(balances).text == "L 46 R –"
    balances.push(stride(1, Side.LEFT, knee_drive_deg=nan))
    assert drive(balances).left == pytest.approx(46.0)


def test_every_comparison_has_words():
    assert [balance.metric for balance in Balances().view({})] == list(COMPARED)
    assert all(replace(balance).name for balance in Balances().view({}))
