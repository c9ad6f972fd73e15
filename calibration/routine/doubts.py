"""What speaks against a calibration that was fitted: each doubt names its cause and the one thing to do."""

from collections.abc import Mapping, Sequence
from math import degrees

import numpy as np

from calibration.guidance import Step, Trouble
from calibration.model import LegCalibration, ZeroSource, to_segment_frame
from calibration.placement_check import check_placements
from calibration.routine.knee import Lift
from calibration.routine.settings import RoutineSettings
from calibration.routine.shared_knee import agreement, swung_rad
from calibration.routine.verdict import Again
from calibration.routine.words import sentence, worn
from calibration.side import likely_side
from firmware_bridge.samples import Placement, SampleBlock, Segment

HEEL = "Lift each knee with the heel drawn towards the seat, or run a few strides."


def exchanged(blocks: Mapping[Placement, SampleBlock], rates_hz: Mapping[Placement, float]) -> Again | None:
    """Give the doubt that sensors are elsewhere than the knee lifts said, where the movement shows it; else None."""
    found = check_placements(blocks, rates_hz)
    if found is None:
        return None
    reason = f"the movement says otherwise than the knee lifts: {found.sentence}"
    return Again(
        Trouble(sentence(reason), "See that no sensor has come off, and begin anew with the knees.", found.placements),
        Step.RIGHT_KNEE,
    )


def mirrored(
    calibrations: Sequence[LegCalibration], blocks: Mapping[Placement, SampleBlock], rates_hz: Mapping[Placement, float]
) -> bool:
    """Tell whether both legs run as if each were the other one."""
    sides = []
    for calibration in calibrations:
        places = [Placement(calibration.side, segment) for segment in (Segment.THIGH, Segment.SHANK)]
        thigh, shank = (to_segment_frame(blocks[p], calibration[p.segment]) for p in places)
        likely = likely_side(thigh, shank, (rates_hz[places[0]], rates_hz[places[1]]))
        sides.append(likely is not None and likely.side is not calibration.side)
    return len(sides) == 2 and all(sides)


MIRRORED = Again(
    Trouble(
        "The way you run says that left and right were mixed up.",
        "Begin with the knees anew, and be sure which one is the right one; if you are, lift them instead of running.",
    ),
    Step.RIGHT_KNEE,
)
STILL_MIRRORED = (
    "The way you run looks as if left and right were mixed up: lift your right knee, and see that the right stick leg "
    "moves."
)


def doubt(
    calibration: LegCalibration, thigh: SampleBlock, shank: SampleBlock, lift: Lift, settings: RoutineSettings
) -> Again | None:
    """Give the first doubt about a leg's calibration, None where there is none.

    Parameters
    ----------
    calibration : of the leg
    thigh, shank : what its sensors told while it moved
    lift : what the lift of its knee told
    settings : see `RoutineSettings`
    """
    return (
        _low(calibration, thigh, shank, settings)
        or _slack(calibration, settings)
        or _thigh_forward(calibration, lift, settings)
        or _shank_forward(calibration, thigh, shank, settings)
        or _upright(calibration)
    )


def _low(
    calibration: LegCalibration, thigh: SampleBlock, shank: SampleBlock, settings: RoutineSettings
) -> Again | None:
    """Who lifts the knees hardly may be sitting, which nothing else tells where nobody runs."""
    if calibration.zero_source is not ZeroSource.STANDING:
        return None
    side = calibration.side
    lifted = float(np.ptp(swung_rad(thigh, calibration.thigh)))
    if lifted < settings.least_thigh_rad:
        return _move(
            f"The {side} knee was lifted by {degrees(lifted):.0f}° alone.",
            "Stand, do not sit, and lift each knee as high as the hip.",
        )
    if float(np.ptp(swung_rad(shank, calibration.shank))) < settings.least_shank_rad:
        return _move(f"The {side} shank hung straight down while the knee was lifted.", HEEL)
    return None


def _thigh_forward(calibration: LegCalibration, lift: Lift, settings: RoutineSettings) -> Again | None:
    """Forward is where the knee was lifted to."""
    off = float(np.arccos(np.clip((calibration.thigh.matrix()[2] * lift.forward).sum(), -1.0, 1.0)))
    if off <= settings.lift_agrees_rad:
        return None
    side = calibration.side
    return Again(
        Trouble(
            f"The {side} thigh swung in another plane than when its knee was lifted ({degrees(off):.0f}° apart): "
            "the sensor has turned, or the knee was not lifted to the front.",
            "See that the straps are tight, and begin with the knees anew.",
            (Placement(side, Segment.THIGH),),
        ),
        Step.RIGHT_KNEE,
    )


def _shank_forward(
    calibration: LegCalibration, thigh: SampleBlock, shank: SampleBlock, settings: RoutineSettings
) -> Again | None:
    """The shank's forward is the thigh's: they share the knee."""
    if agreement(calibration, thigh, shank) >= settings.least_agreement:
        return None
    side = calibration.side
    if calibration.zero_source is ZeroSource.STANDING:
        return _move(f"Forward and back of the {side} shank could not be told apart from these lifts.", HEEL)
    return Again(
        Trouble(
            f"The {side} thigh and shank do not move as two that share a knee: a sensor has turned or come off.",
            "See that the straps are tight, and begin with the knees anew.",
            (Placement(side, Segment.THIGH), Placement(side, Segment.SHANK)),
        ),
        Step.RIGHT_KNEE,
    )


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


def _upright(calibration: LegCalibration) -> Again | None:
    if calibration.zero_source is not ZeroSource.RUNNING:
        return None
    return Again(
        Trouble(
            "How you stood does not fit how you run: you did not stand upright.",
            "Stand upright with straight knees for the countdown, and then run at an easy pace.",
        ),
        Step.STAND,
    )


def _move(reason: str, advice: str) -> Again:
    return Again(Trouble(reason, advice), Step.MOVE)
