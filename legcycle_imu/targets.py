"""Targets of the method: for each good stride and phase the value, its target, the distance and the hit.

`Judge.push(stride)` gives one `Verdict` a phase. What is judged is set by `Targets`: the coach's own figures
(`Preset.METHOD`) or the runner's own recent strides (`Preset.BASELINE`). Joggers reach 30 to 43 deg of knee
drive, sprinters 60 to 67, so the distance and the band say more than the hit.
"""

from dataclasses import dataclass
from enum import StrEnum
from math import isnan, nan
from typing import NamedTuple

import numpy as np

from firmware_bridge.samples import Side
from legcycle_imu.cycle import CYCLE, Phase
from legcycle_imu.model import Stride
from legcycle_imu.personal_band import PersonalBand, is_drill, is_good
from legcycle_imu.runner import LegGeometry


class Preset(StrEnum):
    """What a stride is held against."""

    METHOD = "method"
    """The coach's figures."""
    BASELINE = "baseline"
    """The runner's own recent strides: no worse than the edge of the personal band."""


class Lift(StrEnum):
    """How high the heel shall come; the coaching text names all three."""

    BACK_OF_KNEE = "back_of_knee"
    """Heel level with the own knee."""
    ABOVE_KNEE = "above_knee"
    """Heel 5 cm above the own knee."""
    BUTTOCK = "buttock"
    """Heel close to the buttock, knee flexion 120 deg: for standing drills."""


class Place(StrEnum):
    """What landing is held against."""

    NORM = "norm"
    """The upper end of what runners do at the speed that goes with the stride's cadence."""
    NONE = "none"
    """Nothing; the value is shown alone."""


class Aim(StrEnum):
    """Which side of the target is the good one."""

    AT_LEAST = "at_least"
    ABOVE = "above"
    AT_MOST = "at_most"


class Goal(NamedTuple):
    """A column of the stride table, what it shall be (NaN: no target) and on which side."""

    metric: str
    target: float
    aim: Aim


@dataclass(frozen=True, slots=True)
class Targets:
    """Targets of one runner; every one can be edited.

    Parameters
    ----------
    preset : what a running stride is held against
    lift : heel lift in running; the coach's "height of the back of the knee"
    drive_deg : knee drive in running, deg; the coach's "above 50 degrees to the vertical line"
    place : what landing is held against
    drill_lift : heel lift in a standing drill; the coach's "close to your buttock"
    drill_drive_deg : knee drive in a standing drill, deg; the coach's "about 90 degrees"
    """

    preset: Preset = Preset.METHOD
    lift: Lift = Lift.BACK_OF_KNEE
    drive_deg: float = 50.0
    place: Place = Place.NORM
    drill_lift: Lift = Lift.BUTTOCK
    drill_drive_deg: float = 90.0

    def __post_init__(self) -> None:
        for name in ("drive_deg", "drill_drive_deg"):
            value = getattr(self, name)
            if not 0.0 < value <= 150.0:
                raise ValueError(f"expected {name} above 0 and up to 150 deg, got {value:g}")


LIFT_GOALS: dict[Lift, tuple[Goal, ...]] = {
    Lift.BACK_OF_KNEE: (
        Goal("heel_lift_cm", 0.0, Aim.AT_LEAST),
        Goal("heel_lift_pct", 0.0, Aim.AT_LEAST),
    ),
    Lift.ABOVE_KNEE: (Goal("heel_lift_cm", 5.0, Aim.AT_LEAST),),
    Lift.BUTTOCK: (Goal("peak_knee_flexion_deg", 120.0, Aim.AT_LEAST),),
}
"""Goals of each lift target, the preferred one first; the percentage serves where no length is known."""


class PlaceNorm(NamedTuple):
    """Landing of 13 runners at 2.5, 3.5 and 4.5 m/s on a treadmill (Fukuchi, Fukuchi & Duarte 2017)."""

    cadence_spm: tuple[float, ...] = (162.0, 171.0, 184.0)
    """Mean cadence of the three speeds; stands in for the speed, which thigh and shank do not show."""
    placement_leg: tuple[float, ...] = (17.5 / 81.9, 22.1 / 81.9, 25.9 / 81.9)
    """Ankle ahead of the hip, in lengths of the leg (mean 81.9 cm)."""
    placement_sd_leg: tuple[float, ...] = (2.4 / 81.9, 2.6 / 81.9, 2.7 / 81.9)
    shank_deg: tuple[float, ...] = (6.2, 9.1, 11.2)
    """Shank angle at initial contact."""
    shank_sd_deg: tuple[float, ...] = (1.7, 2.8, 2.9)
    width_sd: float = 2.0
    """How many SD above the mean landing becomes worth a word."""

    def goals(self, cadence_spm: float, geometry: LegGeometry) -> tuple[Goal, ...]:
        """Give what landing shall not exceed at a cadence; beyond the three speeds the nearest one holds."""
        placement_leg = self._limit(cadence_spm, self.placement_leg, self.placement_sd_leg)
        shank_deg = self._limit(cadence_spm, self.shank_deg, self.shank_sd_deg)
        return (
            Goal("placement_cm", 100.0 * placement_leg * geometry.leg_m, Aim.AT_MOST),
            Goal("shank_at_contact_deg", shank_deg, Aim.AT_MOST),
        )

    def _limit(self, cadence_spm: float, mean: tuple[float, ...], sd: tuple[float, ...]) -> float:
        limits = [m + self.width_sd * s for m, s in zip(mean, sd, strict=True)]
        return float(np.interp(cadence_spm, self.cadence_spm, limits))


PLACE_NORM = PlaceNorm()


class Verdict(NamedTuple):
    """One phase of one stride against its target.

    Attributes
    ----------
    side, stride, phase : which leg, which of its strides, which phase
    metric : column of the stride table that was read; its ending is the unit of what follows
    value, target : NaN where not known or not set
    distance : how far on the good side of the target; negative is short of it
    hit : None where it cannot be said
    """

    side: Side
    stride: int
    phase: Phase
    metric: str
    value: float
    target: float
    distance: float
    hit: bool | None


BASELINE_METRICS: dict[Phase, tuple[tuple[str, Aim], ...]] = {
    Phase.PUSH: (("peak_hip_extension_deg", Aim.AT_LEAST),),
    Phase.LIFT: (("heel_lift_cm", Aim.AT_LEAST), ("heel_lift_pct", Aim.AT_LEAST)),
    Phase.DRIVE: (("knee_drive_deg", Aim.AT_LEAST),),
    Phase.PLACE: (("placement_cm", Aim.AT_MOST), ("shank_at_contact_deg", Aim.AT_MOST)),
}
"""What each phase is held against in the runner's own strides, the preferred metric first. Push reads the
largest extension, which is steadier than the one at toe-off."""

NO_PUSH_TARGET = Goal("hip_extension_deg", nan, Aim.AT_LEAST)
"""The coach gives push no figure: its value is shown alone."""
NO_PLACE_TARGET = Goal("placement_cm", nan, Aim.AT_MOST)


class Judge:
    """Streaming stage: strides in, one verdict a phase out; bands belong to the runner who is judged.

    Parameters
    ----------
    targets : what is aimed at
    geometry : the runner's lengths, for the norm of landing
    """

    def __init__(self, targets: Targets | None = None, geometry: LegGeometry | None = None) -> None:
        self.targets = targets or Targets()
        self.geometry = geometry or LegGeometry()
        self.bands = {
            (side, metric): PersonalBand(side, metric)
            for side in Side
            for metrics in BASELINE_METRICS.values()
            for metric, _ in metrics
        }

    def push(self, stride: Stride) -> tuple[Verdict, ...]:
        """Judge one stride, first to last phase; nothing for walking, gaps and inferred events.

        The stride joins the personal bands after it was judged, so that it is not held against itself.
        """
        if not is_good(stride):
            return ()
        goals_of = self._baseline_goals if self._against_baseline(stride) else self._method_goals
        verdicts = tuple(_verdict(stride, rule.phase, goals_of(stride, rule.phase)) for rule in CYCLE)
        for (side, _), band in self.bands.items():
            if side == stride.side:
                band.push(stride)
        return verdicts

    def flush(self) -> tuple[Verdict, ...]:
        """Give what was held back: nothing."""
        return ()

    def _against_baseline(self, stride: Stride) -> bool:
        return self.targets.preset is Preset.BASELINE and not is_drill(stride)

    def _method_goals(self, stride: Stride, phase: Phase) -> tuple[Goal, ...]:
        drill = is_drill(stride)
        if phase is Phase.PUSH:
            return (NO_PUSH_TARGET,)
        if phase is Phase.LIFT:
            return LIFT_GOALS[self.targets.drill_lift if drill else self.targets.lift]
        if phase is Phase.DRIVE:
            drive_deg = self.targets.drill_drive_deg if drill else self.targets.drive_deg
            return (Goal("knee_drive_deg", drive_deg, Aim.ABOVE),)
        if drill or self.targets.place is Place.NONE:
            return (NO_PLACE_TARGET,)
        return PLACE_NORM.goals(stride.cadence_spm, self.geometry)

    def _baseline_goals(self, stride: Stride, phase: Phase) -> tuple[Goal, ...]:
        return tuple(self._edge(stride.side, metric, aim) for metric, aim in BASELINE_METRICS[phase])

    def _edge(self, side: Side, metric: str, aim: Aim) -> Goal:
        band = self.bands[side, metric].band()
        return Goal(metric, band.high if aim is Aim.AT_MOST else band.low, aim)


def _verdict(stride: Stride, phase: Phase, goals: tuple[Goal, ...]) -> Verdict:
    goal = next((g for g in goals if not isnan(getattr(stride, g.metric))), goals[0])
    value: float = getattr(stride, goal.metric)
    distance = goal.target - value if goal.aim is Aim.AT_MOST else value - goal.target
    return Verdict(
        stride.side, stride.stride, phase, goal.metric, value, goal.target, distance, _hit(distance, goal.aim)
    )


def _hit(distance: float, aim: Aim) -> bool | None:
    if isnan(distance):
        return None
    return distance > 0.0 if aim is Aim.ABOVE else distance >= 0.0
