"""One repetition of a drill, as measured and judged."""

from math import nan
from typing import NamedTuple

from firmware_bridge.samples import Side
from legcycle_imu.drills.faults import ADVICE, Fault
from legcycle_imu.drills.kinds import Drill

ASSUMED_LENGTH = "assumed_length"
"""Flag: the lengths of the leg are not known; centimetres are those of a person of 1.75 m."""
VIRTUAL = "virtual"
"""Flag: without contact; push ends at the thigh's rearmost instant, place at its return to rest."""


class Repetition(NamedTuple):
    """One repetition: of one leg, or of both in a run. NaN is "not known", or not part of the drill.

    Attributes
    ----------
    drill : of which drill
    side : which leg; None for a run
    number : of this leg in the session, from 1; of a run from 1
    start_s, end_s : from leaving rest to the return to it, session time, s; a run from first to last contact
    t_known : stream time at which it was known, s
    push_deg : how far the thigh went behind its rest
    heel_travel_cm : how far the ankle went behind where it rests
    heel_rise_cm : how far the ankle had been raised at the thigh's rearmost instant
    lift_flexion_deg : largest knee flexion
    heel_lift_cm : height of the heel above its own knee at peak heel lift
    drive_deg : largest angle of the thigh to the vertical, after the lift
    lean_deg : how far the other leg tilted
    push_s, lift_s, drive_s, place_s : times of the phases, s
    strides : of both legs in a run
    lift_hit_pct, drive_hit_pct : strides of a run that reach the target of lift and of drive
    passed : whether all bounds of the rule hold; None where the drill has none
    full : whether the values are at the drill's best, too; None where no bound asks for that
    faults : what was wrong, the first to correct first
    flags : `virtual`, `assumed_length`, `gap`, `hill`
    """

    drill: Drill
    side: Side | None
    number: int
    start_s: float
    end_s: float
    t_known: float
    push_deg: float = nan
    heel_travel_cm: float = nan
    heel_rise_cm: float = nan
    lift_flexion_deg: float = nan
    heel_lift_cm: float = nan
    drive_deg: float = nan
    lean_deg: float = nan
    push_s: float = nan
    lift_s: float = nan
    drive_s: float = nan
    place_s: float = nan
    strides: int = 0
    lift_hit_pct: float = nan
    drive_hit_pct: float = nan
    passed: bool | None = None
    full: bool | None = None
    faults: tuple[Fault, ...] = ()
    flags: frozenset[str] = frozenset()

    @property
    def advice(self) -> str:
        """What to do about the first fault, one sentence; empty where there is none."""
        return ADVICE[self.faults[0]] if self.faults else ""
