"""Intrinsic calibration, guided: twelve poses, then whole turns on a table. A pure state machine.

    samples -> moments -> rests -> poses (until the fit holds) -> turns (as many axes as are wanted) -> calibration

Nothing is asked for in an order: what the sensor feels tells in which pose it lies.
"""

from dataclasses import dataclass, field
from math import hypot, nan, radians

import numpy as np

from calibration.guidance import Trouble
from calibration.intrinsic import (
    AccelerometerFit,
    IntrinsicSettings,
    Refused,
    as_rows,
    as_triple,
    fit_accelerometer,
)
from calibration.intrinsic_guidance import (
    FINISHED,
    HOLD,
    IntrinsicGuidance,
    IntrinsicStep,
    ask_for_pose,
    ask_for_turn,
    in_words,
)
from calibration.lying import Moment, Moments
from calibration.model import IntrinsicCalibration, Triple
from calibration.poses import AXES, POSES, Pose, pose_of
from calibration.turning import Turning, TurningSettings, apart, mean, middle
from calibration.turns import Turn, fit_gyroscope
from firmware_bridge.protocols.units import STANDARD_GRAVITY_M_S2
from firmware_bridge.samples import SampleBlock
from firmware_bridge.source import SensorFacts


@dataclass(frozen=True, slots=True)
class IntrinsicRoutineSettings:
    """How long a rest is, and what spoils it.

    Parameters
    ----------
    settle_s : beginning of a rest that is left out, s
    hold_s : rest after that, s; 2 s at 200 Hz leave 0.15 mg of 3 mg of noise
    nearly_s : one who moves after so much of a rest is told so, s
    moved_g : a moment further from the rest's mean is another pose, g (1.1 deg)
    far_from_g : a rest that feels more or less than 1 g by this share is none
    steady_rad_s : on the table, a moment whose rate differs more from the rest's belongs to the turn: a turn begins
        and ends slowly, and a moment of it lost is up to this much times a quarter of a second
    fit, turning : of the fits
    """

    settle_s: float = 0.5
    hold_s: float = 2.0
    nearly_s: float = 1.0
    moved_g: float = 0.02
    far_from_g: float = 0.2
    steady_rad_s: float = radians(0.3)
    fit: IntrinsicSettings = field(default_factory=IntrinsicSettings)
    turning: TurningSettings = field(default_factory=TurningSettings)


class IntrinsicRoutine:
    """Guide a person through the intrinsic calibration of one sensor. Streaming; any chunking gives the same.

    Parameters
    ----------
    sensor : which one; its rate is needed
    turns : ask for turns on the table, too
    settings : see `IntrinsicRoutineSettings`
    """

    def __init__(
        self, sensor: SensorFacts, *, turns: bool = True, settings: IntrinsicRoutineSettings | None = None
    ) -> None:
        self.settings = settings or IntrinsicRoutineSettings()
        self._sensor = sensor
        self._wants_turns = turns
        self._moments = Moments(sensor.rate_hz)
        self._settle = round(self.settings.settle_s / self._moments.window_s)
        self._needed = self._settle + round(self.settings.hold_s / self._moments.window_s)
        self._rest: list[Moment] = []
        self._lain: Pose | None = None
        self._rests: dict[Pose, Triple] = {}
        self._turning = Turning(self.settings.turning)
        self._turns: list[Turn] = []
        self._fit: AccelerometerFit | None = None
        self._trouble: Trouble | None = None
        self._outcome: IntrinsicCalibration | None = None

    def push(self, block: SampleBlock) -> IntrinsicGuidance:
        """Take the sensor's next samples, sensor frame; give what to do now."""
        for moment in self._moments.push(block):
            if self._outcome is None:
                self._see(moment)
        return self.guidance()

    def flush(self) -> IntrinsicGuidance:
        """End here: what is there is enough, or never will be; poses and turns that are missing are done without."""
        if self._outcome is None and (self._fit is not None or self._fitted()):
            self._finish()
        return self.guidance()

    @property
    def step(self) -> IntrinsicStep:
        """What is being done."""
        if self._outcome is not None:
            return IntrinsicStep.DONE
        return IntrinsicStep.POSES if self._fit is None else IntrinsicStep.TURNS

    def guidance(self) -> IntrinsicGuidance:
        """Give how it stands."""
        turned = "".join(axis for k, axis in enumerate(AXES) if any(turn.axis == k for turn in self._turns))
        poses = self.step is IntrinsicStep.POSES
        done, whole = (len(self._rests), len(POSES)) if poses else (len(turned), len(AXES))
        holding = 0 < len(self._rest) < self._needed
        lying = self._lying()
        return IntrinsicGuidance(
            self.step,
            self._instruction(turned),
            1.0 if self._outcome else done / whole,
            (self._needed - len(self._rest)) * self._moments.window_s if holding else nan,
            self._trouble,
            tuple(pose.name for pose in POSES if pose in self._rests),
            lying.name if lying else "",
            turned,
            self._outcome,
        )

    def _see(self, moment: Moment) -> None:
        self._turning.see(moment)
        self._follow_rest(moment)
        if len(self._rest) < self._needed:
            return
        lain = self._rest[self._settle :]
        acc = mean([each.acc for each in lain])
        self._lain = pose_of(acc)
        if self._fit is None:
            if len(self._rest) == self._needed:
                self._take_pose(acc)
        else:
            self._take_turn(acc, lain)
        if len(self._rest) > self._needed:  # the last so many are enough, however long it lies
            del self._rest[self._settle]

    def _follow_rest(self, moment: Moment) -> None:
        """Let the rest go on, or end it."""
        if moment.still and not moment.begins and self._rest and self._agrees(moment):
            self._rest.append(moment)
            return
        held_s = len(self._rest) * self._moments.window_s
        if len(self._rest) < self._needed and held_s >= self.settings.nearly_s:
            self._trouble = Trouble(
                f"It moved after {held_s:.1f} s.", "Lay it down, or hold it still, until it counts."
            )
        self._rest = [moment] if moment.still else []

    def _agrees(self, moment: Moment) -> bool:
        """Tell whether it lies as it lay in the rest so far; before and after turns not even slowly turning."""
        if apart(mean([each.acc for each in self._rest]), moment.acc) > self.settings.moved_g * STANDARD_GRAVITY_M_S2:
            return False
        drift_rad_s = apart(middle([each.gyr for each in self._rest]), moment.gyr)
        return self._fit is None or drift_rad_s <= self.settings.steady_rad_s

    def _take_pose(self, acc: Triple) -> None:
        self._trouble = self._objection(acc)
        if self._trouble is None:
            pose = pose_of(acc)
            assert pose is not None
            self._rests[pose] = acc
            if len(self._rests) == len(POSES) and self._fitted() and not self._wants_turns:
                self._finish()

    def _objection(self, acc: Triple) -> Trouble | None:
        pose, size_g = pose_of(acc), hypot(*acc) / STANDARD_GRAVITY_M_S2
        if abs(size_g - 1.0) > self.settings.far_from_g:
            return Trouble(f"It feels {size_g:.2f} g at rest.", "See whether its range is set as it is stated.")
        if pose is None:
            return Trouble("It lies neither on a face nor on an edge.", "Lay it flat, or half way between two faces.")
        if pose in self._rests:
            return Trouble("It has lain like this before.", "Turn it to another face or edge.")
        return None

    def _fitted(self) -> bool:
        """Fit the accelerometer; where that fails, ask again for what spoils it."""
        poses = list(self._rests)
        fit = fit_accelerometer(np.array([self._rests[pose] for pose in poses]), self.settings.fit)
        if isinstance(fit, Refused):
            reason = f"{fit.reason[:1].upper()}{fit.reason[1:]}."
            if fit.worst is not None:
                del self._rests[poses[fit.worst]]
                self._trouble = Trouble(reason, f"Lay it once more {in_words(poses[fit.worst])}.")
            elif len(poses) == len(POSES):
                self._rests.clear()
                self._trouble = Trouble(reason, "Begin anew, with the sensor lying on something firm.")
            else:
                self._trouble = Trouble(reason, "Lay it on more faces and edges.")
            return False
        self._fit = fit
        return True

    def _take_turn(self, acc: Triple, lain: list[Moment]) -> None:
        turn = self._turning.lies(acc, lain)
        if isinstance(turn, Turn):
            self._turns.append(turn)
            self._trouble = None
            if len({each.axis for each in self._turns}) == len(AXES):
                self._finish()
        elif turn is not None:
            reason = f"{turn[:1].upper()}{turn[1:]}."
            self._trouble = Trouble(reason, "Lay it against the edge of a book, turn it, and lay it there again.")

    def _finish(self) -> None:
        assert self._fit is not None
        fit, gyroscope = self._fit, fit_gyroscope(self._turns, self.settings.turning.turn)
        self._trouble = None
        self._outcome = IntrinsicCalibration(
            self._sensor.device,
            self._sensor.node,
            acc_bias_m_s2=as_triple(fit.bias_m_s2),
            acc_matrix=as_rows(fit.matrix),
            gyr_scale=gyroscope.scale,
            poses=len(self._rests),
            residual_m_s2=fit.residual_m_s2,
            acc_bias_sd_m_s2=fit.bias_sd_m_s2,
            acc_scale_sd=fit.scale_sd,
            gyr_turns=gyroscope.turns,
            acc_nonorthogonality_sd_rad=fit.nonorthogonality_sd_rad,
            gyr_scale_sd=gyroscope.scale_sd,
        )

    def _lying(self) -> Pose | None:
        return pose_of(self._rest[-1].acc) if self._rest else None

    def _instruction(self, turned: str) -> str:
        if self._outcome is not None:
            return FINISHED
        if 0 < len(self._rest) < self._needed:
            return HOLD
        if self._fit is None:
            return ask_for_pose(self._rests, good=bool(self._rest) and self._trouble is None)
        return ask_for_turn(self._lain, turned)
