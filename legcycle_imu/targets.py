"""Targets of the method: for each good stride and phase the value, its target, the distance and the hit.

`Judge.push(stride)` gives one `Verdict` a phase. What is judged is set by `Targets`: the coach's own figures for
running or for the standing drill, the runner's own recent strides, or thresholds as they were set. Joggers reach
30 to 43 deg of knee drive, sprinters 60 to 67, so the distance and the band say more than the hit.
"""

from dataclasses import dataclass, replace
from enum import StrEnum
from math import isnan, nan
from typing import NamedTuple

from firmware_bridge.samples import Side
from legcycle_imu.cycle import CYCLE, Phase
from legcycle_imu.model import Stride
from legcycle_imu.norms import usual
from legcycle_imu.personal_band import PersonalBand, is_drill, is_good
from legcycle_imu.runner import LegGeometry


class Preset(StrEnum):
    """What a stride is held against."""

    METHOD = "method"
    """The coach's figures for running; with any other threshold it is called `CUSTOM`."""
    DRILL = "drill"
    """The thresholds of the standing drill, for every stride."""
    BASELINE = "baseline"
    """The runner's own recent strides: no worse than the edge of the personal band."""
    CUSTOM = "custom"
    """Every threshold as it is set."""


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


class Thresholds(NamedTuple):
    """What a stride is held against where it is not the runner's own; see `Targets`."""

    lift: Lift | float
    drive_deg: float
    place: Place | float


LIFT_CM = (-40.0, 80.0)
"""Heights of the heel above the own knee that a leg can reach, cm."""
PLACE_CM = (0.0, 80.0)
"""Placements that a target can be, cm; 0 is under the hips."""


@dataclass(frozen=True, slots=True)
class Targets:
    """Targets of one runner; every one can be edited.

    `Preset.METHOD` with a threshold of running that is not the coach's becomes `Preset.CUSTOM`.

    Parameters
    ----------
    preset : what a running stride is held against
    lift : heel lift in running; the coach's "height of the back of the knee". A number: cm above the own knee
    drive_deg : knee drive in running, deg; the coach's "above 50 degrees to the vertical line"
    place : what landing is held against. A number: cm of the ankle ahead of the hip, at most
    drill_lift : heel lift in a standing drill; the coach's "close to your buttock"
    drill_drive_deg : knee drive in a standing drill, deg; the coach's "about 90 degrees"

    Raises
    ------
    ValueError
        if a number is none that a leg can reach
    """

    preset: Preset = Preset.METHOD
    lift: Lift | float = Lift.BACK_OF_KNEE
    drive_deg: float = 50.0
    place: Place | float = Place.NORM
    drill_lift: Lift | float = Lift.BUTTOCK
    drill_drive_deg: float = 90.0

    def __post_init__(self) -> None:
        for name in ("drive_deg", "drill_drive_deg"):
            value = getattr(self, name)
            if not 0.0 < value <= 150.0:
                raise ValueError(f"expected {name} above 0 and up to 150 deg, got {value:g}")
        for name, (low, high) in (("lift", LIFT_CM), ("drill_lift", LIFT_CM), ("place", PLACE_CM)):
            value = getattr(self, name)
            if not isinstance(value, str) and not low <= value <= high:
                raise ValueError(f"expected {name} from {low:g} to {high:g} cm, got {value:g}")
        if self.preset is Preset.METHOD and self._set_for_running != METHOD:
            object.__setattr__(self, "preset", Preset.CUSTOM)

    @property
    def running(self) -> Thresholds:
        """What a running stride is held against, where it is not the runner's own."""
        return self.standing if self.preset is Preset.DRILL else self._set_for_running

    @property
    def standing(self) -> Thresholds:
        """What a drill on the spot is held against; it lands nowhere."""
        return Thresholds(self.drill_lift, self.drill_drive_deg, Place.NONE)

    @property
    def _set_for_running(self) -> Thresholds:
        return Thresholds(self.lift, self.drive_deg, self.place)

    def of_preset(self, preset: Preset) -> "Targets":
        """Give the targets of a preset: `METHOD` sets the coach's figures, `CUSTOM` begins with those in force."""
        if preset is Preset.METHOD:
            return replace(self, preset=preset, **METHOD._asdict())
        if preset is Preset.CUSTOM:
            return self.with_thresholds(self.running)
        return replace(self, preset=preset)

    def with_thresholds(self, thresholds: Thresholds) -> "Targets":
        """Give custom targets: running strides are held against these thresholds."""
        return replace(self, preset=Preset.CUSTOM, **thresholds._asdict())

    def in_words(self) -> str:
        """Give what running strides are held against: "method: lift back of knee, drive 50°, place norm"."""
        if self.preset is Preset.BASELINE:
            return f"{self.preset}: the runner's own recent strides"
        lift, drive_deg, place = self.running
        return f"{self.preset}: lift {_in_words(lift)}, drive {drive_deg:g}°, place {_in_words(place)}"


METHOD = Thresholds(Lift.BACK_OF_KNEE, 50.0, Place.NORM)
"""The coach's figures for running."""


def _in_words(threshold: Lift | Place | float) -> str:
    return threshold.replace("_", " ") if isinstance(threshold, str) else f"{threshold:g} cm"


LIFT_GOALS: dict[Lift, tuple[Goal, ...]] = {
    Lift.BACK_OF_KNEE: (
        Goal("heel_lift_cm", 0.0, Aim.AT_LEAST),
        Goal("heel_lift_pct", 0.0, Aim.AT_LEAST),
    ),
    Lift.ABOVE_KNEE: (Goal("heel_lift_cm", 5.0, Aim.AT_LEAST),),
    Lift.BUTTOCK: (Goal("peak_knee_flexion_deg", 120.0, Aim.AT_LEAST),),
}
"""Goals of each lift target, the preferred one first; the percentage serves where no length is known."""


PLACE_WIDTH_SD = 2.0
"""How many SD above the norm's mean landing becomes worth a word."""


def lift_goals(lift: Lift | float) -> tuple[Goal, ...]:
    """Give what the heel's height is held against, the preferred column first."""
    return LIFT_GOALS[lift] if isinstance(lift, Lift) else (Goal("heel_lift_cm", lift, Aim.AT_LEAST),)


def place_goals(place: Place | float, cadence_spm: float, geometry: LegGeometry) -> tuple[Goal, ...]:
    """Give what landing shall not exceed.

    Parameters
    ----------
    place : see `Targets`
    cadence_spm : stands in for the speed; beyond the norm's three speeds the nearest one holds
    geometry : the runner's lengths
    """
    if place is Place.NONE:
        return (NO_PLACE_TARGET,)
    if not isinstance(place, Place):
        return (Goal("placement_cm", place, Aim.AT_MOST),)
    return tuple(_upper_end(metric, cadence_spm, geometry) for metric in ("placement_cm", "shank_at_contact_deg"))


def _upper_end(metric: str, cadence_spm: float, geometry: LegGeometry) -> Goal:
    mean, sd = usual(metric, cadence_spm, geometry)
    return Goal(metric, mean + PLACE_WIDTH_SD * sd, Aim.AT_MOST)


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
    targets : what is aimed at; another can be set at any time, and holds for the strides to come
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
        goals_of = self._baseline_goals if self._against_baseline(stride) else self._set_goals
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

    def _set_goals(self, stride: Stride, phase: Phase) -> tuple[Goal, ...]:
        lift, drive_deg, place = self.targets.standing if is_drill(stride) else self.targets.running
        if phase is Phase.PUSH:
            return (NO_PUSH_TARGET,)
        if phase is Phase.LIFT:
            return lift_goals(lift)
        if phase is Phase.DRIVE:
            return (Goal("knee_drive_deg", drive_deg, Aim.ABOVE),)
        return place_goals(place, stride.cadence_spm, self.geometry)

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
