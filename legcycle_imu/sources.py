"""Sources by name, `sim:` among them; and what a recording of one begins with."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime

from calibration.intrinsic_store import IntrinsicStore
from calibration.model import CalibrationSet
from firmware_bridge.links.live import LiveSource
from firmware_bridge.links.session import open_live
from firmware_bridge.recording import RecordingMeta
from firmware_bridge.recording import Runner as StoredRunner
from firmware_bridge.replay import ReplaySource
from legcycle_imu.config import SOURCES, Config
from legcycle_imu.passage import calibration_of, runner_of, with_intrinsics
from legcycle_imu.runner import Runner


def open_source(
    monikers: Sequence[str], config: Config, say: Callable[[str], None], *, anywhere: bool = False
) -> LiveSource | ReplaySource:
    """Find the sensors that are meant and give them as one source.

    Parameters
    ----------
    monikers : names of sources; where there is none, those of the config
    config : the sensors that are wanted
    say : takes what does not fit, a sentence each
    anywhere : sensors of which nobody knows where they are worn are used, too: a calibration will tell

    Raises
    ------
    LegcycleError : a name is none, or what was found makes up no leg
    """
    named = monikers or config.sources
    return open_live(named, config.sensors_of(named), SOURCES, say=say, anywhere=anywhere)


def meta_of(
    source: LiveSource | ReplaySource,
    runner: Runner,
    config: Config,
    calibration: CalibrationSet | None = None,
    *,
    say: Callable[[str], None] = lambda _sentence: None,
    store: IntrinsicStore | None = None,
) -> RecordingMeta:
    """Give what is known at the start of a session: of a recording what it says itself.

    Parameters
    ----------
    source, runner, config : the session's
    calibration : one that was given; it takes the place of a recording's own
    say : takes what cannot be read, a sentence each
    store : intrinsic calibrations of this user's sensors; by default where they are kept
    """
    if isinstance(source, ReplaySource):
        return _with(source.recording.meta, calibration)
    started = datetime.now(UTC).isoformat(timespec="seconds")
    stored = CalibrationSet((), intrinsics=(store or IntrinsicStore()).of(source.sensors, say))
    known = with_intrinsics(calibration or CalibrationSet(()), stored)
    text = None if known == CalibrationSet(()) else known.to_json()
    meta = RecordingMeta(tuple(source.sensors), started=started, calibration=text)
    who, _ = runner_of("this session", meta, runner, config)
    return replace(meta, runner=StoredRunner(who.code, who.height_m, who.thigh_m, who.shank_m))


def _with(meta: RecordingMeta, calibration: CalibrationSet | None) -> RecordingMeta:
    """Give what a recording says of itself with another calibration."""
    if calibration is None:
        return meta
    known = calibration_of("this recording", meta) or CalibrationSet(())
    return replace(meta, calibration=with_intrinsics(calibration, known).to_json())
