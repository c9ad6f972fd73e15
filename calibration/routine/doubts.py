"""What speaks against a calibration that was fitted: each doubt names its cause and the one thing to do."""

from math import degrees

import numpy as np

from calibration.guidance import Step, Trouble
from calibration.model import LegCalibration, ZeroSource
from calibration.routine.knee import Lift
from calibration.routine.settings import RoutineSettings
from calibration.routine.verdict import Again
from calibration.routine.words import sentence, worn
from firmware_bridge.samples import Placement, Segment


def doubt(calibration: LegCalibration, lift: Lift, settings: RoutineSettings) -> Again | None:
    """Give the first doubt about a leg's calibration, None where there is none.

    Parameters
    ----------
    calibration : of the leg
    lift : what the lift of its knee told
    settings : see `RoutineSettings`
    """
    return _slack(calibration, settings) or _sign(calibration, lift, settings) or _upright(calibration)


def _slack(calibration: LegCalibration, settings: RoutineSettings) -> Again | None:
    for segment in Segment:
        if calibration[segment].plane_spread > settings.alignment.loose_spread:
            place = Placement(calibration.side, segment)
            return Again(
                Trouble(
                    sentence(f"{worn(place)} moves out of the plane in which the leg swings: it is slack"),
                    "Tighten its strap.",
                    (place,),
                ),
                Step.STAND,
            )
    return None


def _sign(calibration: LegCalibration, lift: Lift, settings: RoutineSettings) -> Again | None:
    """Forward is where the knee was lifted to, and where running goes."""
    side = calibration.side
    if calibration.sign_margin < settings.alignment.clear_margin:
        return Again(
            Trouble(
                f"Forward and back of the {side} leg could not be told apart.",
                "Jog straight forwards, or lift the knees in front of you.",
            ),
            Step.MOVE,
        )
    off = float(np.arccos(np.clip((calibration.thigh.matrix()[2] * lift.forward).sum(), -1.0, 1.0)))
    if off > settings.lift_agrees_rad:
        return Again(
            Trouble(
                f"The {side} thigh swung in another plane than when its knee was lifted ({degrees(off):.0f}° apart): "
                "the sensor has turned, or the knee was not lifted to the front.",
                "See that the straps are tight, and begin with the knees anew.",
                (Placement(side, Segment.THIGH),),
            ),
            Step.RIGHT_KNEE,
        )
    return None


def _upright(calibration: LegCalibration) -> Again | None:
    if calibration.zero_source is not ZeroSource.RUNNING:
        return None
    return Again(
        Trouble(
            "How you stood does not fit how you run: you did not stand upright.",
            "Stand upright with straight knees for the countdown.",
        ),
        Step.STAND,
    )
