"""The first step: every sensor streams, and what it tells makes sense."""

from collections import deque
from collections.abc import Sequence
from math import degrees

import numpy as np

from calibration.guidance import Step, Trouble
from calibration.routine.settings import RoutineSettings
from calibration.routine.ticks import Look, Tick
from calibration.routine.verdict import Going, Passed, Verdict
from calibration.routine.words import listed, sensor, sentence
from firmware_bridge.source import SensorFacts


class Find:
    """Wait for every sensor, and look at what it tells at rest.

    Parameters
    ----------
    sensors : the session's
    follows : step after this one
    settings : see `RoutineSettings`
    """

    instruction = "Stand still for a moment, while the sensors are looked for."

    def __init__(self, sensors: Sequence[SensorFacts], follows: Step, settings: RoutineSettings) -> None:
        self._sensors = sensors
        self._follows = follows
        self._settings = settings
        self._seen: deque[Tick] = deque(maxlen=round(settings.check_s / settings.tick_s))
        self._waited = 0

    def tick(self, tick: Tick) -> Verdict:
        """Look at the last second of every sensor."""
        self._seen.append(tick)
        self._waited += 1
        missing = [k for k in range(len(self._sensors)) if k in tick.silent]
        if missing:
            self._seen.clear()
            return Going(1 - len(missing) / len(self._sensors), trouble=self._missing(missing))
        if len(self._seen) < (self._seen.maxlen or 0):
            return Going(len(self._seen) / (self._seen.maxlen or 1))
        resting = 0
        for number, facts in enumerate(self._sensors):
            looks = [seen.looks[number] for seen in self._seen]
            trouble = self._trouble(number, facts, looks)
            if trouble is not None:
                return Going(trouble=trouble)
            resting += all(self._rests(look) for look in looks)
        if resting == len(self._sensors):
            return Passed(self._follows)
        return Going(resting / (len(self._sensors) + 1))

    def other_words(self) -> Trouble:
        """Say that something moves all the time."""
        moving = [
            facts
            for number, facts in enumerate(self._sensors)
            if not all(self._rests(seen.looks[number]) for seen in self._seen)
        ]
        return Trouble(
            sentence(f"{listed(map(sensor, moving))} never kept still for a second"),
            "Stand with both feet on the ground and do not move until the next instruction comes.",
            tuple(facts.placement for facts in moving),
        )

    def _rests(self, look: Look) -> bool:
        return look.acc_sd < self._settings.rest.acc_sd_m_s2

    def _missing(self, numbers: Sequence[int]) -> Trouble | None:
        if self._waited * self._settings.tick_s <= self._settings.check_s:
            return None
        facts = [self._sensors[number] for number in numbers]
        which = listed(map(sensor, facts))
        return Trouble(
            f"Nothing comes from {which}.",
            "Switch it on, charge it or bring it nearer."
            if len(facts) == 1
            else "Switch them on or bring them nearer.",
            tuple(f.placement for f in facts),
        )

    def _trouble(self, number: int, facts: SensorFacts, looks: Sequence[Look]) -> Trouble | None:
        """Say what is wrong with what a sensor tells, if anything."""
        settings = self._settings
        share = sum(look.came for look in looks) / (settings.check_s * facts.rate_hz)
        if share < settings.least_share:
            return _of(facts, f"sends {share:.0%} of its samples alone", "Bring it nearer to the computer.")
        if share > settings.largest_share:
            return _of(
                facts, f"sends {share:.1f} times as many samples as it should", "State its rate_hz in the config."
            )
        if not all(self._rests(look) for look in looks):
            return None
        return self._at_rest(facts, looks)

    def _at_rest(self, facts: SensorFacts, looks: Sequence[Look]) -> Trouble | None:
        settings = self._settings
        force = float(np.mean([np.sqrt((look.acc * look.acc).sum()) for look in looks]))
        low, high = settings.gravity_unit
        if low < force < high:
            return _of(facts, "seems to tell its acceleration in g, not in m/s²", "Correct its acc_unit in the config.")
        if abs(force - settings.gravity_m_s2) > settings.gravity_within_m_s2:
            return _of(
                facts,
                f"feels {force:.1f} m/s² at rest instead of 9.8",
                "Correct its acc_range or acc_unit in the config, or run legcycle calibrate --intrinsic.",
            )
        if not any(look.moving_axes for look in looks):
            return _of(facts, "has a gyroscope that tells nothing", "Switch it off and on again, or take another one.")
        bias = np.abs(np.mean([look.gyr for look in looks], axis=0)).max()
        if bias > settings.rest.gyr_mean_rad_s and all(look.gyr_sd < settings.rest.gyr_sd_rad_s for look in looks):
            return _of(
                facts,
                f"turns at {degrees(bias):.0f}°/s at rest, says its gyroscope",
                "Correct its gyroscope's unit in the config, or take another one.",
            )
        return None


def _of(facts: SensorFacts, what: str, advice: str) -> Trouble:
    return Trouble(sentence(f"{sensor(facts)} {what}"), advice, (facts.placement,))
