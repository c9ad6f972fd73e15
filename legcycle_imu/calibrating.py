"""The guided calibration along a session: fed by what passes, shown by whoever asks, put to use when it is accepted."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from threading import Lock

import msgspec

from calibration.guidance import Guidance, Outcome
from calibration.model import CalibrationSet
from calibration.routine import Routine
from firmware_bridge.source import SensorFacts
from legcycle_imu.broadcast import Passed


def now_iso() -> str:
    """Give date and time in UTC, ISO 8601."""
    return datetime.now(UTC).isoformat(timespec="seconds")


class Calibrating:
    """Guides through a calibration while a session passes. May be used from any thread.

    Parameters
    ----------
    sensors : gives the session's sensors, each where it is believed to be worn
    use : takes the calibration that a person accepted, so that it holds from here on
    keep : takes it, with what the routine found of the sensors, to remember it
    now : gives date and time in UTC, ISO 8601
    """

    def __init__(
        self,
        sensors: Callable[[], Sequence[SensorFacts]],
        use: Callable[[CalibrationSet], None],
        keep: Callable[[CalibrationSet, Outcome], None] = lambda _calibration, _outcome: None,
        now: Callable[[], str] = now_iso,
    ) -> None:
        self._sensors, self._use, self._keep, self._now = sensors, use, keep, now
        self._lock = Lock()
        self._routine: Routine | None = None
        self._guidance: Guidance | None = None

    @property
    def guidance(self) -> Guidance | None:
        """How the calibration stands; None while none is being made."""
        return self._guidance

    def start(self) -> None:
        """Begin, or begin again from the first step."""
        with self._lock:
            self._routine = Routine(self._sensors())
            self._guidance = self._routine.guidance

    def cancel(self) -> None:
        """Leave all as it was."""
        with self._lock:
            self._routine = self._guidance = None

    def accept(self) -> CalibrationSet | None:
        """Put the calibration to use and remember it; give it, or None where it is not there yet.

        Raises
        ------
        LegcycleError : it is in use, but cannot be remembered
        """
        with self._lock:
            outcome = None if self._guidance is None else self._guidance.outcome
            if outcome is None:
                return None
            self._routine = self._guidance = None
        calibration = msgspec.structs.replace(outcome.calibration, made=self._now())
        self._use(calibration)
        self._keep(calibration, outcome)
        return calibration

    def take(self, step: Passed) -> None:
        """Take the samples of a step."""
        with self._lock:
            if self._routine is not None and step.update.samples:
                self._guidance = self._routine.push(step.update.samples)
