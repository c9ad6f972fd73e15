"""Standing still: gravity in every sensor's frame, and the bias of every gyroscope."""

from collections.abc import Sequence

from calibration.guidance import Step, Trouble
from calibration.routine.settings import RoutineSettings
from calibration.routine.ticks import Tick, samples_of, turned_rad
from calibration.routine.verdict import Again, Going, Passed, Verdict
from firmware_bridge.samples import SampleBlock, Vectors


class Stand:
    """Wait until every sensor has been still for `stand_s` without a break.

    Parameters
    ----------
    poses : gravity in each sensor's frame, (k, 3) each, when the person stood before the knee lifts
    otherwise : step to go to where the person stands in another pose than then
    settings : see `RoutineSettings`
    """

    def __init__(self, poses: Sequence[Vectors], otherwise: Step, settings: RoutineSettings) -> None:
        self.instruction = f"Stand upright and still for {settings.stand_s:.0f} s, feet side by side, knees straight."
        self.samples: list[SampleBlock] = []
        """What was seen while standing, one block a sensor."""
        self._poses = poses
        self._otherwise = otherwise
        self._settings = settings
        self._still: list[Tick] = []

    def tick(self, tick: Tick) -> Verdict:
        """Count down while every sensor is still."""
        settings = self._settings
        stood_s = len(self._still) * settings.tick_s
        if not tick.still(settings):
            self._still = []
            if stood_s < settings.stand_begun_s:
                return Going(0.0, settings.stand_s)
            return Again(
                Trouble(f"You moved after {stood_s:.1f} s.", "Stand still until the countdown has ended."), Step.STAND
            )
        self._still.append(tick)
        stood_s += settings.tick_s
        if stood_s < settings.stand_s:
            return Going(stood_s / settings.stand_s, settings.stand_s - stood_s)
        if not self._as_before(tick):
            return Again(
                Trouble(
                    "You stand otherwise than when you lifted your knees.",
                    "Stand upright on both feet, knees straight, and do not lean on anything.",
                ),
                self._otherwise,
            )
        self.samples = samples_of(self._still)
        return Passed(Step.MOVE)

    def other_words(self) -> Trouble:
        """Say that something moves all the time."""
        return Trouble(
            f"There has been no rest of {self._settings.stand_s:.0f} s yet.",
            "Stand on firm ground with your arms hanging, look at one point, and do not shift your weight.",
        )

    def _as_before(self, tick: Tick) -> bool:
        now = tick.pose()
        return all((turned_rad(pose, now) < self._settings.same_pose_rad).all() for pose in self._poses)
