"""Guidance as the guided routine gives it, made for tests of what is to be seen of it."""

from math import radians

import numpy as np

from calibration.guidance import Guidance, Outcome, Step, Trouble
from calibration.model import CalibrationSet, LegCalibration, SegmentCalibration, Triple, ZeroSource
from firmware_bridge.samples import Placement, SampleBlock, Segment, Side
from tests.legcycle_imu.view.made import RATE_HZ, sensors

G = 9.81
SECONDS = 3.0

AS_WORN: tuple[Triple, Triple, Triple] = ((1.0, 0.0, 0.0), (0.0, 1.0, 0.0), (0.0, 0.0, 1.0))
PLACEMENTS = tuple(Placement(side, segment) for side in Side for segment in Segment)
RIGHT_KNEE = Guidance(Step.RIGHT_KNEE, "Lift your right knee to the height of your hip and put it down again, twice.")
STAND = Guidance(Step.STAND, "Stand still and upright, both feet on the ground.", 0.4, 1.8)
MOVED = Trouble(
    "The right shank moved while you were to stand.", "Stand still until the bar is full.", (PLACEMENTS[3],)
)


def leg(
    side: Side = Side.RIGHT,
    zero_sd_rad: float = 0.0314,
    plane_spread: float = 0.03,
    sign_margin: float = 0.8,
    source: ZeroSource = ZeroSource.STANDING_AND_RUNNING,
    advice: str = "",
) -> LegCalibration:
    segment = SegmentCalibration(AS_WORN, plane_spread=plane_spread, zero_sd_rad=zero_sd_rad)
    return LegCalibration(side, segment, segment, source, sign_margin, 9, advice)


def outcome(*sides: Side) -> Outcome:
    """Give what comes out where every sensor sits along its segment and is worn where it was believed to be."""
    legs = sides or tuple(Side)
    placements = [Placement(side, segment) for side in legs for segment in Segment]
    return Outcome(CalibrationSet(tuple(map(leg, legs))), dict(enumerate(placements)))


DONE = Guidance(Step.DONE, "Look at the legs.", 1.0, outcome=outcome())


def still(thigh_deg: float, start: float = 0.0, seconds: float = SECONDS) -> SampleBlock:
    """A sensor that sits along its segment, whose angle to the vertical stays the same."""
    time = np.arange(round(start * RATE_HZ), round((start + seconds) * RATE_HZ)) / RATE_HZ
    up = [np.sin(radians(thigh_deg)), np.cos(radians(thigh_deg)), 0.0]
    n = len(time)
    return SampleBlock(time, np.zeros((n, 3)), np.tile(np.array(up) * G, (n, 1)), np.zeros(n, np.uint8))


def standing(thigh_deg: float = 0.0, **times: float) -> list[SampleBlock]:
    return [still(thigh_deg if facts.placement.segment is Segment.THIGH else 0.0, **times) for facts in sensors()]
