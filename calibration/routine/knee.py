"""One knee is lifted: which two sensors are on that leg, and which of them is on the thigh."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from calibration.guidance import Step, Trouble
from calibration.identify import LOW, MISSING, NOBODY, ONE_SENSOR, UNCLEAR, LiftedLeg, lifted_leg
from calibration.routine.settings import RoutineSettings
from calibration.routine.ticks import Tick, samples_of, turned_rad
from calibration.routine.verdict import Again, Going, Passed, Verdict
from firmware_bridge.samples import Floats, SampleBlock, Side, Vectors


@dataclass(frozen=True)
class Lift:
    """What one knee lift told.

    Parameters
    ----------
    leg : the numbers of the sensors on the leg that was lifted
    pose : (k, 3) gravity in each sensor's frame, standing before it, unit length
    forward : (3,) axis about which the thigh was lifted, sensor frame, unit length: the segment's z
    """

    leg: LiftedLeg
    pose: Vectors
    forward: Floats


class KneeLift:
    """Wait for quiet, for a movement, and for quiet again; then ask which leg it was.

    Parameters
    ----------
    side : the leg that is asked for
    step : the step that this is
    rates_hz : nominal rates of the sensors
    before : what was seen last, for quiet that has already come
    settings : see `RoutineSettings`
    """

    def __init__(
        self, side: Side, step: Step, rates_hz: Sequence[float], before: Sequence[Tick], settings: RoutineSettings
    ) -> None:
        self.instruction = f"Lift your {side} knee once, as high as the hip, and put the foot down again."
        self.lift: Lift | None = None
        self._side = side
        self._step = step
        self._rates_hz = rates_hz
        self._settings = settings
        self._calm = round(settings.before_s / settings.tick_s)
        self._ticks = list(before)[-self._calm :]
        self._moving = False

    def tick(self, tick: Tick) -> Verdict:
        """Look for the movement's begin and end."""
        self._ticks.append(tick)
        settings = self._settings
        quiet = self._quiet(settings.after_s)
        if not self._moving:
            ready = all(t.quiet(settings) for t in self._ticks[: self._calm]) and len(self._ticks) > self._calm
            self._moving = ready and not tick.quiet(settings)
            if not self._moving:
                del self._ticks[: -self._calm]
            return Going(0.5 if self._moving else 0.0)
        if quiet and self._foot_is_back():
            return self._judged()
        if self._quiet(settings.other_pose_s):
            return self._again("You stand otherwise than before you lifted the knee.", "Stand upright on both feet.")
        if len(self._ticks) * settings.tick_s > settings.longest_lift_s:
            return self._again(
                f"The movement lasted longer than {settings.longest_lift_s:.0f} s.",
                f"Stand still first, then lift the {self._side} knee a single time.",
            )
        return Going(0.75)

    def other_words(self) -> Trouble:
        """Say whether nobody or everybody moves."""
        if self._quiet(self._settings.before_s):
            return Trouble(
                "Nobody has lifted a knee.",
                f"Stand on the other leg, lift the {self._side} knee until the thigh is level, and put the foot down.",
            )
        return Trouble("You move all the time.", f"Stand still for a second, then lift the {self._side} knee alone.")

    def _quiet(self, duration_s: float) -> bool:
        last = self._ticks[-round(duration_s / self._settings.tick_s) :]
        return len(last) * self._settings.tick_s >= duration_s and all(t.quiet(self._settings) for t in last)

    def _foot_is_back(self) -> bool:
        turned = turned_rad(self._ticks[0].pose(), self._ticks[-1].pose())
        return bool((turned < self._settings.same_pose_rad).all())

    def _judged(self) -> Verdict:
        blocks = samples_of(self._ticks)
        answer = lifted_leg(blocks, self._rates_hz, self._settings.identify)
        if isinstance(answer, LiftedLeg):
            thigh = blocks[answer.thigh]
            bias = self._ticks[0].looks[answer.thigh].gyr
            self.lift = Lift(answer, self._ticks[0].pose(), turning_axis(thigh, bias))
            return Passed(self._step)
        if answer == NOBODY:  # a shift of weight costs no attempt
            self._ticks, self._moving = self._ticks[-self._calm :], False
            return Going(trouble=Trouble("That was too little to tell which leg it was.", self._advice(LOW)))
        return self._again(f"This could not be told: {answer}.", self._advice(answer))

    def _advice(self, answer: str) -> str:
        if answer == LOW:
            return f"Lift the {self._side} knee as high as the hip."
        if answer == MISSING:
            return "Stay near the computer and lift the knee once more."
        if answer in (ONE_SENSOR, UNCLEAR):
            return "See that each leg has one sensor on the thigh and one on the shank, and lift the knee once more."
        return f"Stand on the other leg, keep it still, and lift the {self._side} knee once."

    def _again(self, reason: str, advice: str) -> Again:
        return Again(Trouble(reason, advice), self._step)


def turning_axis(samples: SampleBlock, bias: Floats) -> Floats:
    """Give the axis about which a sensor turned away from where it was at first, (3,), unit length."""
    turned = np.cumsum((samples.gyr - bias)[1:] * np.diff(samples.time)[:, None], axis=0)
    furthest = turned[int(np.argmax((turned * turned).sum(axis=1)))]
    return np.asarray(furthest / np.sqrt((furthest * furthest).sum()))
