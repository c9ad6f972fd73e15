"""What a recording says beside its samples, without who, when and in whose words. Pure."""

import re
from collections.abc import Sequence
from dataclasses import replace

import msgspec

from calibration.model import CalibrationSet, IntrinsicCalibration, LegCalibration, WornSensor
from firmware_bridge.recording_format import RecordingMeta, Runner
from firmware_bridge.source import SensorFacts

MARK = "mark"
"""What a mark says whose own words went."""
WORD = (
    r"(lap|mark|marker|repetition|set|start|stop|rest|run|left|right|drill|"
    r"heel-drag|prone-flicks|push-lift|push-lift-drive|run-30m|hill)"
)
KNOWN_MARK = re.compile(rf"{WORD}( {WORD}){{0,2}}( \d{{1,3}})?|\d+ entries before this were lost")
"""Marks that say nothing of anybody: up to three of the program's own words, and a small number."""


class Pseudonyms:
    """Names for sensors that say nothing: sensor-1, sensor-2, the same for the same device wherever it is named.

    Parameters
    ----------
    sensors : the session's sensors; the first of them becomes sensor-1
    """

    def __init__(self, sensors: Sequence[SensorFacts]) -> None:
        self._next = len(sensors) + 1
        self._devices: dict[str, str] = {"": ""}
        self._links: dict[str, str] = {"": ""}
        for number, facts in enumerate(sensors, 1):
            self._devices.setdefault(facts.device, f"sensor-{number}")
            self._links.setdefault(facts.link, f"link-{number}")

    def device(self, device: str) -> str:
        """Give the pseudonym of a device; one that a calibration alone names gets the next number."""
        if device not in self._devices:
            self._devices[device] = f"sensor-{self._next}"
            self._next += 1
        return self._devices[device]

    def sensors(self, sensors: Sequence[SensorFacts]) -> tuple[SensorFacts, ...]:
        """Give the session's sensors under pseudonyms."""
        return tuple(
            facts._replace(name=f"sensor-{number}", device=self.device(facts.device), link=self._links[facts.link])
            for number, facts in enumerate(sensors, 1)
        )

    def calibration(self, calibration: CalibrationSet) -> CalibrationSet:
        """Give a calibration of the same sensors under pseudonyms, without when it was made and without advice."""
        return msgspec.structs.replace(
            calibration,
            legs=tuple(map(_without_advice, calibration.legs)),
            sensors=tuple(map(self._worn, calibration.sensors)),
            intrinsics=tuple(map(self._intrinsic, calibration.intrinsics)),
            made="",
        )

    def _worn(self, worn: WornSensor) -> WornSensor:
        return msgspec.structs.replace(worn, device=self.device(worn.device))

    def _intrinsic(self, intrinsic: IntrinsicCalibration) -> IntrinsicCalibration:
        return msgspec.structs.replace(intrinsic, device=self.device(intrinsic.device), made="")


def _without_advice(leg: LegCalibration) -> LegCalibration:
    return msgspec.structs.replace(leg, advice="")


def shared_meta(
    meta: RecordingMeta, names: Pseudonyms, calibration: CalibrationSet | None, *, keep_lengths: bool
) -> RecordingMeta:
    """Give what a shared copy says of a session.

    Parameters
    ----------
    meta : what the recording says
    names : for its sensors
    calibration : `meta`'s, read
    keep_lengths : keep the runner's lengths
    """
    return RecordingMeta(
        names.sensors(meta.sensors),
        None if meta.runner is None else shared_runner(meta.runner, keep_lengths=keep_lengths),
        calibration=None if calibration is None else names.calibration(calibration).to_json(),
        software=meta.software,
    )


def shared_runner(runner: Runner, *, keep_lengths: bool) -> Runner:
    """Give a runner under the code that all have."""
    return replace(runner, code="") if keep_lengths else Runner()


def has_lengths(runner: Runner | None) -> bool:
    """Tell whether a length of the runner is known."""
    return runner is not None and any(x is not None for x in (runner.height_m, runner.thigh_m, runner.shank_m))


def shared_mark(text: str) -> str:
    """Give what a mark says in a shared copy: the program's own words, or that it is a mark."""
    return text if KNOWN_MARK.fullmatch(text) else MARK
