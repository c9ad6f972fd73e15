"""Sources by name, `sim:` among them; and what a recording of one begins with."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime

from firmware_bridge.links.live import LiveSource
from firmware_bridge.links.session import open_live
from firmware_bridge.recording import RecordingMeta
from firmware_bridge.recording import Runner as StoredRunner
from firmware_bridge.replay import ReplaySource
from legcycle_imu.config import SOURCES, Config
from legcycle_imu.passage import runner_of
from legcycle_imu.runner import Runner


def open_source(monikers: Sequence[str], config: Config, say: Callable[[str], None]) -> LiveSource | ReplaySource:
    """Find the sensors that are meant and give them as one source.

    Parameters
    ----------
    monikers : names of sources; where there is none, those of the config
    config : the sensors that are wanted
    say : takes what does not fit, a sentence each

    Raises
    ------
    LegcycleError : a name is none, or what was found makes up no leg
    """
    named = monikers or config.sources
    return open_live(named, config.sensors_of(named), SOURCES, say=say)


def meta_of(source: LiveSource | ReplaySource, runner: Runner, config: Config) -> RecordingMeta:
    """Give what is known at the start of a session: of a recording what it says itself."""
    if isinstance(source, ReplaySource):
        return source.recording.meta
    started = datetime.now(UTC).isoformat(timespec="seconds")
    meta = RecordingMeta(tuple(source.sensors), started=started)
    who, _ = runner_of("this session", meta, runner, config)
    return replace(meta, runner=StoredRunner(who.code, who.height_m, who.thigh_m, who.shank_m))
