"""Thigh and shank tell the same of their knee, but for one that is the wrong way round."""

from math import degrees, isnan

import numpy as np
import pytest

from calibration.model import SegmentCalibration
from calibration.routine.shared_knee import agreement, swung_rad
from firmware_bridge.samples import Placement, Segment, Side
from tests.strategies import Session, rows

FLIP = np.diag([-1.0, 1.0, -1.0])


def flipped(calibration: SegmentCalibration) -> SegmentCalibration:
    return SegmentCalibration(rows(FLIP @ calibration.matrix()), calibration.gyr_bias_rad_s)


@pytest.mark.parametrize("side", Side)
def test_agreement_has_the_sign_of_the_calibration(preamble: Session, side: Side) -> None:
    leg = preamble.calibration.leg(side)
    assert leg is not None
    thigh, shank = (preamble.block(Placement(side, segment)) for segment in Segment)
    assert agreement(leg, thigh, shank) > 0.8
    for wrong in ({"thigh": flipped(leg.thigh)}, {"shank": flipped(leg.shank)}):
        changed = type(leg)(side, **{"thigh": leg.thigh, "shank": leg.shank, **wrong}, zero_source=leg.zero_source)
        assert agreement(changed, thigh, shank) < -0.8


@pytest.mark.parametrize("start_s", [3.0, 3.2, 3.4, 3.6])
def test_agreement_needs_no_rest_to_begin_with(run: Session, start_s: float) -> None:
    for side in Side:
        leg = run.calibration.leg(side)
        assert leg is not None
        blocks = [run.block(Placement(side, segment)) for segment in Segment]
        assert agreement(leg, *(block[int(np.searchsorted(block.time, start_s)) :] for block in blocks)) > 0.7


def test_too_few_samples_tell_nothing(preamble: Session) -> None:
    leg = preamble.calibration.leg(Side.LEFT)
    assert leg is not None
    thigh, shank = (preamble.block(Placement(Side.LEFT, segment)) for segment in Segment)
    assert isnan(agreement(leg, thigh[:50], shank[:50]))


def test_a_knee_lift_turns_the_thigh_by_its_height(preamble: Session) -> None:
    leg = preamble.calibration.leg(Side.LEFT)
    assert leg is not None
    thigh = preamble.block(Placement(Side.LEFT, Segment.THIGH))
    lifts = thigh[: int(np.searchsorted(thigh.time, 15.0))]
    height = degrees(preamble.simulation.runner.knee_lift)
    assert degrees(float(np.ptp(swung_rad(lifts, leg.thigh)))) == pytest.approx(height, abs=4.0)
