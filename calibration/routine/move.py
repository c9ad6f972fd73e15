"""Running strides, or knee lifts: the plane in which each leg swings, and which way is forward."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from calibration.evidence import SensorHold
from calibration.fit import Fit, fit_leg
from calibration.guidance import Step, Trouble
from calibration.model import LegCalibration
from calibration.movement import running_strides, swings
from calibration.routine.doubts import MIRRORED, doubt, exchanged, mirrored
from calibration.routine.knee import Lift
from calibration.routine.settings import RoutineSettings
from calibration.routine.ticks import Tick, samples_of
from calibration.routine.verdict import Again, Going, Passed, Verdict
from calibration.routine.wearing import Leg
from calibration.routine.words import sentence
from firmware_bridge.samples import Placement, Quality, SampleBlock, Segment, Side

REFUSED = "Tighten the straps, see that one sensor is above each knee and one below it, and begin anew with the knees."


class Move:
    """Hold what is moved, and fit every leg once a second until all fits are good.

    Parameters
    ----------
    legs : sensors of each leg
    rates_hz : nominal rates of the sensors
    stood : what was seen while standing, one block a sensor
    lifts : what the knee lifts told, per leg
    mirrored_before : running said once already that left and right were mixed up, but the lifts said the same again as
        what is believed
    settings : see `RoutineSettings`
    """

    def __init__(
        self,
        legs: Mapping[Side, Leg],
        rates_hz: Sequence[float],
        stood: Sequence[SampleBlock],
        lifts: Mapping[Side, Lift],
        mirrored_before: bool,
        settings: RoutineSettings,
    ) -> None:
        self.instruction = (
            f"Jog forwards for ten strides; where there is no room, lift each knee {settings.lifts} times, the heel "
            "towards the seat, and stand."
        )
        self.calibrations: tuple[LegCalibration, ...] = ()
        """Of every leg, once the step is passed."""
        self.mirrored = False
        """Whether running said that left and right were mixed up."""
        self._legs = legs
        self._rates_hz = rates_hz
        self._stood = stood
        self._lifts = lifts
        self._mirrored_before = mirrored_before
        self._settings = settings
        self._fit = settings.fit
        self._ticks: list[Tick] = []
        self._moved = False
        self._progress = 0.0

    def tick(self, tick: Tick) -> Verdict:
        """Fit once a second; while nobody runs any more, what was seen must do."""
        settings = self._settings
        self._ticks.append(tick)
        del self._ticks[: -round(settings.hold_s / settings.tick_s)]
        self._moved = self._moved or not tick.quiet(settings)
        every = round(settings.alignment.every_s / settings.tick_s)
        if not self._moved or round(tick.time / settings.tick_s) % every:
            return Going(self._progress)
        settled = all(t.quiet(settings) for t in self._ticks[-round(settings.settled_s / settings.tick_s) :])
        return self._attempt(settled)

    def other_words(self) -> Trouble:
        """Say whether nobody moves, or what is not enough."""
        if self._ticks[-1].quiet(self._settings):
            return Trouble(
                "Nobody moves.",
                f"Stand and lift each knee {self._settings.lifts} times, as high as the hip, or run a few strides.",
            )
        return Trouble(
            "These are no strides of running yet.",
            f"Run a little faster; or stand, lift each knee {self._settings.lifts} times as high as the hip, "
            "and stand again.",
        )

    def _attempt(self, settled: bool) -> Verdict:
        fits: dict[Side, Fit | str] = {}
        strides, lifts = [], []
        for side, (thigh, shank) in self._legs.items():
            holds = self._hold(thigh), self._hold(shank)
            strides.append(len(running_strides(holds[1], self._fit)) / self._fit.strides)
            lifts.append(len(swings(holds[0], self._fit)) / self._fit.lifts)
            fits[side] = fit_leg(side, *holds, self._fit)
        self._progress = min(1.0, max(min(strides), min(lifts)))
        good = {side: fit for side, fit in fits.items() if isinstance(fit, Fit)}
        if len(good) == len(fits) and (settled or all(fit.ran for fit in good.values())):
            return self._checked(good)
        refused = [fit for fit in fits.values() if isinstance(fit, str)]
        if refused and min(strides) >= 1.0:
            return Again(Trouble(sentence(refused[0]), REFUSED), Step.RIGHT_KNEE)
        if not settled:
            return Going(self._progress)
        self._moved = False
        return Going(self._progress, trouble=Trouble("That was not enough yet.", self.other_words().advice))

    def _checked(self, fits: Mapping[Side, Fit]) -> Verdict:
        """Accept the fits, or say what speaks against one."""
        calibrations = [fit.calibration for _, fit in sorted(fits.items())]
        moved = samples_of(self._ticks)
        worn = {
            Placement(side, segment): number
            for side, leg in self._legs.items()
            for segment, number in zip((Segment.THIGH, Segment.SHANK), leg, strict=True)
        }
        blocks = {place: moved[number] for place, number in worn.items()}
        rates_hz = {place: self._rates_hz[number] for place, number in worn.items()}
        elsewhere = exchanged(blocks, rates_hz)
        if elsewhere is not None:
            return elsewhere
        for calibration in calibrations:
            thigh, shank = (blocks[Placement(calibration.side, segment)] for segment in Segment)
            trouble = doubt(calibration, thigh, shank, self._lifts[calibration.side], self._settings)
            if trouble is not None:
                return trouble
        self.mirrored = mirrored(calibrations, blocks, rates_hz)
        if self.mirrored and not self._mirrored_before:
            return MIRRORED
        self.calibrations = tuple(calibrations)
        return Passed(Step.DONE)

    def _hold(self, number: int) -> SensorHold:
        """Hold what a sensor told while standing and moving."""
        hold = SensorHold(self._rates_hz[number], self._fit)
        hold.push(self._stood[number])
        hold.push(after_gap(samples_of(self._ticks)[number]))
        hold.take_until(self._ticks[-1].time)
        return hold


def after_gap(block: SampleBlock) -> SampleBlock:
    """Give samples the first of which carries the flag of a gap."""
    quality = block.quality.copy()
    quality[:1] |= np.uint8(Quality.AFTER_GAP)
    return replace(block, quality=quality)
