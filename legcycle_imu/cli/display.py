"""Whether a window is opened, and what is opened in it."""

from collections.abc import Callable, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NamedTuple

import typer

from legcycle_imu.cli.console import say

if TYPE_CHECKING:
    from firmware_bridge.recorder import Recorder
    from firmware_bridge.recorder_state import RecorderState
    from firmware_bridge.sensor_health import SensorHealth
    from legcycle_imu.broadcast import Subscription
    from legcycle_imu.calibrating import Calibrating
    from legcycle_imu.cueing import Cueing
    from legcycle_imu.drilling import Drilling
    from legcycle_imu.live.transport_bar import Transport
    from legcycle_imu.passage import Passage
    from legcycle_imu.view.live_model import LiveModel

NoWindow = Annotated[bool, typer.Option("--no-window", help="Stay in the terminal, also where a window is.")]
Big = Annotated[
    bool, typer.Option("--big", help="One word, one shape, one number over the full screen: to be read from 30 m.")
]
Light = Annotated[bool, typer.Option("--light", help="Dark on light, for the sun. Key d turns it.")]


class Look(NamedTuple):
    """How a window looks: its title, whether it shows one number for far away, whether it is dark on light."""

    title: str
    big: bool = False
    light: bool = False


def has_window(no_window: bool) -> bool:
    """Tell whether a window is opened; where it cannot be, say why not."""
    if no_window:
        return False
    reason = _hindrance()
    if reason:
        say(f"{reason} The terminal it is; `legcycle doctor` tells more.")
    return not reason


def open_window(
    passage: "Passage",
    following: "Subscription",
    look: Look,
    *,
    transport: "Transport | None" = None,
    recorder: "Marked | None" = None,
    health: "Callable[[], Sequence[SensorHealth]] | None" = None,
    sound: "Cueing | None" = None,
    calibration: "Calibrating | None" = None,
    drill: "Drilling | None" = None,
) -> None:
    """Show a passage in a window until that is closed; live, also until the passage ends.

    Parameters
    ----------
    passage, following : what is shown, and the queue of what passes
    look : see there
    transport : controls of a recording that plays
    recorder, health, sound : where marks go, how the sensors do, what can be silenced
    calibration : guides a calibration
    drill : counts a drill

    Raises
    ------
    Exception : what broke off the session
    """
    from legcycle_imu.aiming import Aiming
    from legcycle_imu.live.app import run
    from legcycle_imu.live.palette import DARK, LIGHT
    from legcycle_imu.live.window import LiveWindow

    model = model_of(passage)
    followers = [model.aim, passage.aim, *([] if sound is None else [sound.aim])]

    def how_sensors_do() -> "Sequence[SensorHealth]":
        model.worn(passage.pipeline.sensors)
        for side, leg in passage.pipeline.legs.items():
            if leg.calibration is None:
                model.trouble(side, leg.trouble)
        return health() if health is not None else ()

    def window() -> LiveWindow:
        return LiveWindow(
            following,
            model,
            theme=LIGHT if look.light else DARK,
            transport=transport,
            recorder=recorder,
            health=None if health is None else how_sensors_do,
            sound=sound,
            aiming=Aiming(passage.config.targets, *followers),
            calibration=calibration,
            drill=drill,
            title=look.title,
        )

    error = run(window, big=look.big, stays=transport is not None)
    if error is not None:
        raise error


def model_of(passage: "Passage") -> "LiveModel":
    """Give the live view of a passage, without its pixels."""
    from legcycle_imu.view.live_model import LiveModel

    return LiveModel(passage.pipeline.sensors, passage.config.targets, passage.runner.geometry, passage.calibration)


class Marked:
    """A recorder as a window knows it: marks are set now.

    Parameters
    ----------
    recorder : what records
    now_ns : gives the session time, ns
    """

    def __init__(self, recorder: "Recorder", now_ns: Callable[[], int]) -> None:
        self._recorder, self._now_ns = recorder, now_ns

    @property
    def state(self) -> "RecorderState":
        """How recording goes now."""
        return self._recorder.state

    def marker(self, text: str) -> None:
        """Take a person's mark, set now."""
        self._recorder.marker(self._now_ns(), text)


def leave_picture(recording: Path, picture: Path) -> None:
    """Leave a picture of what the window shows in the midst of a recording; say where, or why there is none."""
    try:
        from legcycle_imu.live.picture import save_picture_of

        save_picture_of(recording, picture)
    except (ImportError, OSError) as error:
        say(f"No picture of the window could be made: {error}")
    else:
        say(f"A picture of the window: {picture}")


def _hindrance() -> str:
    """Give why no window can be opened; "" where it can."""
    if find_spec("PySide6") is None or find_spec("pyqtgraph") is None:
        return "Qt is not installed."
    try:
        from legcycle_imu.live.app import missing_display, unusable_display
    except ImportError as error:
        return f"Qt cannot be loaded: {error}."
    return missing_display() or unusable_display()
