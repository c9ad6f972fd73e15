"""What is to be seen of a guided calibration: its steps, what to do now, what went wrong, how good the result is."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from math import ceil, isnan
from typing import NamedTuple

from calibration.guidance import Guidance, Outcome, Step
from calibration.model import LegCalibration
from firmware_bridge.samples import Side
from legcycle_imu.view.chips import label_of
from legcycle_imu.view.poses import POSES, Pose
from legcycle_imu.view.quality import WORST_LAST, Quality, quality_of
from legcycle_imu.view.state import Mark, SensorChip, Stick

DONE, NOW, AGAIN, TO_COME = Mark("✔", "done"), Mark("●", "now"), Mark("▲", "again"), Mark("○", "to come")
KNEES = {Side.RIGHT: Step.RIGHT_KNEE, Side.LEFT: Step.LEFT_KNEE}
NAMES = {Step.DONE: "confirm"}
"""The last step asks for something, too."""
QUESTION = "Does this look like you?"
ASKED = "Lift your {side} knee: the leg marked {SIDE} does the same, forwards. If it does not, calibrate again."
KEYS = "R begins again   ·   Esc leaves all as it was"
KEYS_DONE = "Enter takes it   ·   R begins again   ·   Esc leaves all as it was"


class StepView(NamedTuple):
    """One step in the row of steps: its name, and whether it is done, now, to be done again, or to come."""

    step: Step
    name: str
    mark: Mark


class Worn(NamedTuple):
    """One sensor as it is believed to be worn.

    Attributes
    ----------
    label, place : where: "RT", "right thigh"
    name : what a person calls it
    mark : how it streams
    here : its samples come
    meant : what went wrong is about it
    was : where it was believed to be before, "" where that was right
    """

    label: str
    place: str
    name: str
    mark: Mark
    here: bool
    meant: bool
    was: str


class Said(NamedTuple):
    """What went wrong: shape and word, the reason, and the one thing to do."""

    mark: Mark
    reason: str
    advice: str


class LegLooked(NamedTuple):
    """One leg of the calibration that is there.

    Attributes
    ----------
    stick : the leg as it moves now; None where it is not seen now
    quality : how good its calibration is
    meaning : what would make it better, else what its least good figure means
    """

    stick: Stick | None
    quality: tuple[Quality, ...]
    meaning: str


@dataclass(frozen=True, slots=True)
class CalibrationView:
    """All that is to be seen of a guided calibration at one instant.

    Parameters
    ----------
    steps : the row of steps
    step : the one that is done now
    instruction : what to do now
    poses : what that looks like; either of two will do; empty at the end
    progress : how much of the step is done, 0 to 1
    countdown : what is left of it in words, "3 s"; "" where not known
    attempt : "2nd try"; "" the first time
    trouble : why it has to be done again; None while nothing is wrong
    sensors : in the session's order
    notices : what was found that differs from what was believed
    legs : side -> the leg, of a calibration that is there; empty before
    keys : which keys do what
    """

    steps: tuple[StepView, ...]
    step: Step
    instruction: str
    poses: tuple[Pose, ...]
    progress: float
    countdown: str
    attempt: str
    trouble: Said | None
    sensors: tuple[Worn, ...]
    notices: tuple[str, ...]
    legs: Mapping[Side, LegLooked]
    keys: str

    @property
    def done(self) -> bool:
        """Whether the calibration is there to be looked at."""
        return bool(self.legs)


def view_of(
    guidance: Guidance, sensors: Sequence[SensorChip] = (), sticks: Mapping[Side, Stick | None] | None = None
) -> CalibrationView:
    """Give what is to be seen.

    Parameters
    ----------
    guidance : what the routine says
    sensors : how the sensors do, in the session's order; where they were believed to be worn
    sticks : the legs by the calibration that is there (`legcycle_imu.view.mirror`)
    """
    worn = tuple(_worn(guidance, number, chip) for number, chip in enumerate(sensors))
    trouble = guidance.trouble
    return CalibrationView(
        steps_of(guidance, {chip.placement.side for chip in sensors}),
        guidance.step,
        guidance.instruction if guidance.outcome is None else asked(guidance.outcome),
        POSES[guidance.step],
        min(max(guidance.progress, 0.0), 1.0),
        "" if isnan(guidance.remaining_s) else f"{ceil(guidance.remaining_s)} s",
        "" if guidance.attempt < 2 else f"{_ordinal(guidance.attempt)} try",
        None if trouble is None else Said(AGAIN, trouble.reason, trouble.advice),
        worn,
        guidance.notices,
        _legs(guidance, sticks or {}),
        KEYS_DONE if guidance.done else KEYS,
    )


def steps_of(guidance: Guidance, sides: Collection[Side] = ()) -> tuple[StepView, ...]:
    """Give the row of steps; of one leg, one knee is lifted. No side: both are measured."""
    row = [step for step in Step if step not in KNEES.values()]
    knees = [step for side, step in KNEES.items() if not sides or side in sides]
    if guidance.step in KNEES.values() and guidance.step not in knees:
        knees = [guidance.step]
    row[1:1] = knees
    now = row.index(guidance.step)
    again = AGAIN if guidance.trouble else NOW
    marks = [DONE if place < now else again if place == now else TO_COME for place in range(len(row))]
    return tuple(StepView(step, NAMES.get(step, str(step)), mark) for step, mark in zip(row, marks, strict=True))


def asked(outcome: Outcome) -> str:
    """Give what a person does to see whether a calibration is right."""
    side = Side.RIGHT if outcome.calibration.leg(Side.RIGHT) else Side.LEFT
    return ASKED.format(side=side, SIDE=side.upper())


def _worn(guidance: Guidance, number: int, chip: SensorChip) -> Worn:
    outcome = guidance.outcome
    placement = outcome.placements.get(number, chip.placement) if outcome else chip.placement
    was = outcome.corrected.get(number) if outcome else None
    meant = guidance.trouble is not None and placement in guidance.trouble.placements
    return Worn(
        label_of(placement), str(placement), chip.name, chip.mark, chip.here, meant, "" if was is None else str(was)
    )


def _legs(guidance: Guidance, sticks: Mapping[Side, Stick | None]) -> dict[Side, LegLooked]:
    if guidance.outcome is None:
        return {}
    found = {side: guidance.outcome.calibration.leg(side) for side in Side}
    return {side: _looked(leg, sticks.get(side)) for side, leg in found.items() if leg is not None}


def _looked(leg: LegCalibration, drawn: Stick | None) -> LegLooked:
    quality = quality_of(leg)
    foremost = max(quality, key=lambda one: WORST_LAST.index(one.mark))
    return LegLooked(drawn, quality, leg.advice or foremost.meaning)


def _ordinal(number: int) -> str:
    last = {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number}{'th' if 10 < number % 100 < 14 else last}"
