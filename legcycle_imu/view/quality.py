"""How good a leg's calibration is, in words, and what that means for the numbers that follow."""

from math import degrees
from typing import NamedTuple

from calibration.evidence import AlignmentSettings
from calibration.model import LegCalibration, ZeroSource
from firmware_bridge.samples import Segment
from legcycle_imu.view.leg_model import POOR_ZERO_RAD
from legcycle_imu.view.state import Mark

GOOD, FAIR, POOR = Mark("✔", "good"), Mark("▲", "fair"), Mark("✖", "poor")
WORST_LAST = (GOOD, FAIR, POOR)
WELL_SHARE = 0.5
"""A plane that is left by less than this share of what is called loose is a good one."""
CLEAR_TIMES = 2.0
"""A direction whose margin is so many times what is called clear is a good one."""
FROM = {
    ZeroSource.STANDING_AND_RUNNING: "from standing and running",
    ZeroSource.STANDING: "from standing alone",
    ZeroSource.RUNNING: "from running alone",
    ZeroSource.GIVEN: "given",
}


class Quality(NamedTuple):
    """One thing that is known of a calibration's quality.

    Attributes
    ----------
    name : of what
    mark : how good it is
    text : the figure in words: "uncertain by 1.8°, from standing and running"
    meaning : what it is good for, one sentence
    """

    name: str
    mark: Mark
    text: str
    meaning: str


def quality_of(leg: LegCalibration, settings: AlignmentSettings | None = None) -> tuple[Quality, ...]:
    """Give the quality of a leg's calibration: its zero, its plane, its direction; the worse sensor counts."""
    known = settings or AlignmentSettings()
    return _zero(leg), _plane(leg, known), _direction(leg, known)


def _zero(leg: LegCalibration) -> Quality:
    sd_rad = max(leg[segment].zero_sd_rad for segment in Segment)
    return Quality(
        "zero",
        GOOD if sd_rad <= POOR_ZERO_RAD else FAIR,
        f"uncertain by {degrees(sd_rad):.1f}°, {FROM[leg.zero_source]}",
        "All angles of this leg may be off by about so much, all by the same: changes are seen much finer.",
    )


def _plane(leg: LegCalibration, known: AlignmentSettings) -> Quality:
    spread = max(leg[segment].plane_spread for segment in Segment)
    loose = spread > known.loose_spread
    return Quality(
        "plane",
        POOR if loose else GOOD if spread <= WELL_SHARE * known.loose_spread else FAIR,
        f"{100.0 * spread:.0f} % of the swing leaves it",
        "A strap that is loose lets its sensor swing sideways: tighten it."
        if loose
        else "The leg swings forward and back as seen by both sensors: their straps hold.",
    )


def _direction(leg: LegCalibration, known: AlignmentSettings) -> Quality:
    if leg.sign_margin < known.clear_margin:
        return Quality("forward", POOR, "hard to tell from back", "The leg may be drawn the wrong way round: look.")
    good = leg.sign_margin >= CLEAR_TIMES * known.clear_margin
    meaning = "Which way is forward was told by how the knee bends and how the shank swings."
    return Quality("forward", GOOD if good else FAIR, "clear" if good else "fairly clear", meaning)
