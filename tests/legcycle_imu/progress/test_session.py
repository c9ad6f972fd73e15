"""A session's figures: which strides count, how sure a mean is, what the zero adds."""

from math import isnan, sqrt

import numpy as np
import pytest

from calibration.model import ZeroSource
from firmware_bridge.samples import Side
from legcycle_imu.progress.metrics import METRICS
from legcycle_imu.progress.session import Figure, SessionFigures, leg_figures, standard_error


def test_figures_are_those_of_the_strides(strides_of_leg, calibration, geometry) -> None:
    strides = strides_of_leg(Side.LEFT, 40, 0.03, 3)
    leg = leg_figures(strides, calibration(), geometry)
    drive = np.array([stride.knee_drive_deg for stride in strides])
    assert leg.zero_source is ZeroSource.STANDING_AND_RUNNING
    assert leg.figures["knee_drive_deg"].strides == 40
    assert leg.figures["knee_drive_deg"].mean == pytest.approx(drive.mean())
    assert leg.figures["knee_drive_deg"].sd == pytest.approx(drive.std(ddof=1))
    assert set(leg.figures) == {metric.key for metric in METRICS}


@pytest.mark.parametrize("flag", ["walk", "gap", "inferred", "drill", "virtual", "tilted"])
def test_strides_that_count_nowhere_do_not_count_here(flag, strides_of_leg, calibration, geometry) -> None:
    good = strides_of_leg(Side.LEFT, 20, 0.03, 3)
    bad = [s._replace(knee_drive_deg=90.0, flags=frozenset({flag})) for s in good]
    assert leg_figures([*good, *bad], calibration(), geometry) == leg_figures(good, calibration(), geometry)


def test_a_harmless_flag_changes_nothing(strides_of_leg, calibration, geometry) -> None:
    strides = strides_of_leg(Side.LEFT, 20, 0.03, 3)
    flagged = [s._replace(flags=frozenset({"low_lift"})) for s in strides]
    assert leg_figures(flagged, calibration(), geometry) == leg_figures(strides, calibration(), geometry)


def test_too_few_strides_have_a_number_and_no_mean(strides_of_leg, calibration, geometry) -> None:
    figure = leg_figures(strides_of_leg(Side.LEFT, 7, 0.03, 3), calibration(), geometry).figures["knee_drive_deg"]
    assert figure.strides == 7
    assert isnan(figure.mean)
    assert isnan(figure.sem)


def test_the_zeros_uncertainty_is_carried_into_what_depends_on_it(strides_of_leg, calibration, geometry) -> None:
    strides = strides_of_leg(Side.LEFT, 20, 0.03, 3)
    figures = leg_figures(strides, calibration(zero_sd_deg=2.0), geometry).figures
    assert figures["knee_drive_deg"].zero_sd == pytest.approx(2.0)
    assert figures["peak_knee_flexion_deg"].zero_sd == pytest.approx(2.0 * sqrt(2.0))
    assert figures["thigh_range_deg"].zero_sd == figures["contact_time_s"].zero_sd == 0.0
    assert 0.5 < figures["heel_lift_cm"].zero_sd < 2.0


def test_a_zero_that_changed_during_the_session_is_none(strides_of_leg, calibration, geometry) -> None:
    strides = strides_of_leg(Side.LEFT, 20, 0.03, 3)
    assert leg_figures(strides, calibration(), geometry, one_zero=False).zero_source is None


def test_independent_strides_are_as_sure_as_their_number_says() -> None:
    rng = np.random.default_rng(5)
    found = [standard_error(rng.standard_normal(80)) for _ in range(300)]
    assert 1.0 / sqrt(80) < np.mean(found) < 1.3 / sqrt(80)


def test_strides_that_are_alike_are_less_sure_than_their_number_says() -> None:
    rng = np.random.default_rng(6)
    means, claimed, plain = [], [], []
    for _ in range(400):
        noise, values = rng.standard_normal(160), np.zeros(160)
        for k in range(1, 160):
            values[k] = 0.8 * values[k - 1] + noise[k]
        means.append(values.mean())
        claimed.append(standard_error(values) ** 2)
        plain.append(values.var(ddof=1) / 160)
    truly = np.std(means)
    assert sqrt(np.mean(plain)) < 0.5 * truly
    assert 0.8 * truly < sqrt(np.mean(claimed)) < 1.3 * truly


def test_few_strides_have_no_blocks() -> None:
    values = np.array([1.0, 3.0, 2.0, 5.0, 4.0, 1.0, 2.0, 2.5, 3.5])
    assert standard_error(values) == pytest.approx(values.std(ddof=1) / 3.0)


def test_a_leg_that_was_not_there_has_empty_figures() -> None:
    assert SessionFigures("a").figure(Side.LEFT, "knee_drive_deg").strides == Figure().strides == 0
