"""What a calibration leaves behind: itself, in a file; and where each sensor is worn, in the config file."""

from pathlib import Path
from typing import TYPE_CHECKING

from legcycle_imu.cli.console import say

if TYPE_CHECKING:
    from collections.abc import Sequence

    from calibration.guidance import Outcome
    from calibration.model import CalibrationSet
    from firmware_bridge.links.live import LiveSource
    from firmware_bridge.replay import ReplaySource
    from firmware_bridge.source import SensorFacts
    from legcycle_imu.calibrating import Calibrating
    from legcycle_imu.passage import Passage

SIMULATED = "sim:"


def calibrating_of(source: "LiveSource | ReplaySource", passage: "Passage", kept: Path | None) -> "Calibrating | None":
    """Give the guided calibration of a session; None for a recording, which nobody can be led through.

    Parameters
    ----------
    source, passage : the session
    kept : file that an accepted calibration is kept in; None for the usual one
    """
    from firmware_bridge.links.live import LiveSource
    from legcycle_imu.calibrating import Calibrating

    if not isinstance(source, LiveSource):
        return None

    def use(calibration: "CalibrationSet") -> None:
        source.calibrate(calibration.to_json())

    def keep(calibration: "CalibrationSet", outcome: "Outcome") -> None:
        keep_calibration(calibration, passage.runner.code, kept)
        remember_places(passage.pipeline.sensors, outcome)

    return Calibrating(lambda: passage.pipeline.sensors, use, keep)


def keep_calibration(calibration: "CalibrationSet", runner: str, path: Path | None) -> None:
    """Write a calibration, and say where.

    Raises
    ------
    LegcycleError : it cannot be written
    """
    from calibration.store import default_path, save_calibration

    path = path or default_path(calibration, runner)
    save_calibration(calibration, path)
    say(f"{path}: the calibration. It holds as long as no sensor is moved: give it with --calibration.")


def remember_places(sensors: "Sequence[SensorFacts]", outcome: "Outcome") -> None:
    """Write into the config file where each sensor is worn, if that is news; of simulated ones nothing.

    Raises
    ------
    LegcycleError : the config file cannot be written
    """
    from firmware_bridge.found import Found
    from firmware_bridge.protocols.packets import Introduction
    from legcycle_imu.config import load_config
    from legcycle_imu.config_file import save_sensors

    known = {(facts.device, facts.node): placement for placement, facts in load_config().sensors.items()}
    news = {
        placement: Found(facts.link, facts.protocol, Introduction(facts.node, facts.device or None, facts.name or None))
        for number, placement in outcome.placements.items()
        if (facts := sensors[number]).device and not facts.link.startswith(SIMULATED)
    }
    if all(known.get((sensor.told.device or "", sensor.told.node)) == placement for placement, sensor in news.items()):
        return
    path = save_sensors(news)
    say(f"{path}: keeps where each sensor is worn.")
