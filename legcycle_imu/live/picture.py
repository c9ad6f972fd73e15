"""A picture of what the window shows at one instant of a recording, without any display."""

from pathlib import Path

from firmware_bridge.health import Health
from legcycle_imu.broadcast import Passed, Subscription
from legcycle_imu.config import Config
from legcycle_imu.live.app import application
from legcycle_imu.live.palette import DARK, Theme
from legcycle_imu.live.window import LiveWindow
from legcycle_imu.passage import Passage
from legcycle_imu.view.live_model import LiveModel

INSTANT_S = 22.0
"""In the fast part of the demo: hits and misses, both ghosts."""
STEP = 50.0
"""So many times as fast as it was: small steps, as a window gets them."""


def save_picture_of(recording: Path, picture: Path, *, instant_s: float = INSTANT_S, theme: Theme = DARK) -> None:
    """Draw the window as it is at an instant of a recording.

    Raises
    ------
    OSError : the picture cannot be written
    LegcycleError : the recording cannot be read
    """
    application(offscreen=True)
    following = Subscription()
    with Passage.of(recording, speed=STEP, config=Config()) as passage:
        model = LiveModel(passage.source.sensors, passage.config.targets, passage.runner.geometry, passage.calibration)
        health = Health(passage.source.sensors)
        for update in passage:
            following.put(Passed(passage.batch, update, passage.arrived_s))
            health.push(passage.batch, update.samples, passage.pipeline.intake)
            if passage.arrived_s >= instant_s:
                break
        model.sensors(health.at(round(passage.arrived_s * 1e9)))
    window = LiveWindow(following, model, theme=theme, title="legcycle demo")
    window.frame()
    window.save_picture(picture)
    window.asks = False
    window.close()
