"""A session that is shown while it happens, recorded, written as strides, answered with tones: each by a thread."""

from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from legcycle_imu.cli.console import say
from legcycle_imu.cli.counting import count
from legcycle_imu.cli.display import Look, Marked, open_window
from legcycle_imu.cli.guiding import guide, unfinished
from legcycle_imu.cli.remembering import calibrating_of
from legcycle_imu.cli.session import Watcher, ended_by_interrupt, on_terminal
from legcycle_imu.cli.sinks import strides_to
from legcycle_imu.cli.watching import watch

if TYPE_CHECKING:
    from calibration.model import CalibrationSet
    from firmware_bridge.links.live import LiveSource
    from firmware_bridge.replay import ReplaySource
    from legcycle_imu.broadcast import Passed, Subscription
    from legcycle_imu.calibrating import Calibrating
    from legcycle_imu.config import Config
    from legcycle_imu.drill_sounding import DrillSounding
    from legcycle_imu.drilling import Drilling
    from legcycle_imu.passage import Passage
    from legcycle_imu.runner import Runner

MOST_WAITING = 3000
"""Steps that wait for a display that is held up; four sensors make some 160 a second. Older ones are not shown."""


@dataclass(frozen=True, slots=True)
class Outputs:
    """Where a session goes.

    Parameters
    ----------
    record, strides : files, or None
    duration_s : the session is ended after so long; None for never
    window : whether it is shown in a window; else in the terminal
    big, light : how the window looks
    speed : how many times as fast as it was a recording passes
    calibration : how the sensors sit, where that is known before the start
    guided : the session begins with a guided calibration
    kept : file that a calibration made in the session is kept in; None for the usual one
    drill : counts a drill in the session; None: there is none
    quiet : in a pipe, nothing is written while the drill goes on
    sounds : a tone when the legs change and when a time is over
    """

    record: Path | None = None
    strides: Path | None = None
    duration_s: float | None = None
    window: bool = False
    big: bool = False
    light: bool = False
    speed: float = 1.0
    calibration: "CalibrationSet | None" = None
    guided: bool = False
    kept: Path | None = None
    drill: "Drilling | None" = None
    quiet: bool = False
    sounds: bool = False


def show_session(
    source: "LiveSource | ReplaySource", who: "Runner", config: "Config", title: str, outputs: Outputs
) -> "Passage":
    """Let a source pass until it ends, or somebody ends it; the source is closed.

    Raises
    ------
    LegcycleError : the session cannot be recorded, its sensors do not make up a leg, or in the terminal the guided
        calibration was not made
    """
    from firmware_bridge.recorder import Recorder
    from legcycle_imu.broadcast import Broadcast, Follower, steps_of
    from legcycle_imu.cueing import Cueing
    from legcycle_imu.drill_sounding import DrillSounding
    from legcycle_imu.passage import Passage
    from legcycle_imu.sources import meta_of

    made = True
    with ExitStack() as stack:
        stack.callback(source.close)
        stack.enter_context(ended_by_interrupt(source.end))
        meta = meta_of(source, who, config, outputs.calibration, say=say)
        recorder = None if outputs.record is None else stack.enter_context(Recorder(outputs.record, meta))
        tap = None if recorder is None else recorder.put
        passage = Passage(source, meta, who, name="this session", config=config, tap=tap)
        cueing = stack.enter_context(Cueing(config.cues, config.targets, passage.runner.geometry, say))
        lines = outputs.window or not (on_terminal() or outputs.guided or outputs.drill)
        watcher = Watcher(source, recorder, outputs.duration_s, lines=lines, worn=lambda: passage.pipeline.sensors)
        broadcast = Broadcast(steps_of(passage), source.end)

        def watch_sensors(step: "Passed") -> None:
            watcher.push(step.chunks, step.update.samples, passage.pipeline.intake)

        def follow(act: "Callable[[Passed], object]", name: str) -> None:
            stack.enter_context(Follower(broadcast.subscribe(), _ending(source.end, act), name))

        calibrating = calibrating_of(source, passage, outputs.kept)
        if calibrating is not None:
            follow(calibrating.take, "calibration")
            if outputs.guided:
                calibrating.start()
        if outputs.drill is not None:
            outputs.drill.prepare(passage, None if recorder is None else recorder.marker)
            sounding = stack.enter_context(DrillSounding(config.cues.volume, say)) if outputs.sounds else None
            follow(_counting(outputs.drill, sounding), "drill")
        follow(watch_sensors, "sensors")
        follow(cueing.take, "cues")
        if outputs.strides is not None:
            write = stack.enter_context(strides_to(outputs.strides))
            follow(lambda step: write(step.update), "strides")
        shown = broadcast.subscribe(MOST_WAITING)
        stack.enter_context(broadcast).start()
        if outputs.window:
            marked = None if recorder is None else Marked(recorder, lambda: round(passage.arrived_s * 1e9))
            look = Look(title, outputs.big, outputs.light)
            open_window(
                passage,
                shown,
                look,
                recorder=marked,
                health=watcher.health,
                sound=cueing,
                calibration=calibrating,
                drill=outputs.drill,
            )
        else:
            made = _in_terminal(passage, shown, title, outputs, calibrating, watcher, source.end)
    if not made and calibrating is not None:  # not before those who followed have told what ended the session
        raise unfinished(calibrating.guidance)
    return passage


def _counting(drill: "Drilling", sounding: "DrillSounding | None") -> "Callable[[Passed], object]":
    """Give what lets a drill count, and sound where it is to be heard."""

    def take(step: "Passed") -> None:
        drill.take(step)
        if sounding is not None:
            sounding.take(drill.standing)

    return take


def _in_terminal(
    passage: "Passage",
    shown: "Subscription",
    title: str,
    outputs: Outputs,
    calibrating: "Calibrating | None",
    watcher: Watcher,
    end: Callable[[], None],
) -> bool:
    """Show a session in the terminal: the guided calibration first, then the drill, else the leg cycle.

    Returns
    -------
    made : whether a calibration that was to be made was made
    """
    from legcycle_imu.broadcast import followed

    steps = followed(shown)
    if outputs.guided and calibrating is not None and guide(passage, calibrating, steps, watcher.health) is None:
        return False
    health = watcher.health if on_terminal() else None
    if outputs.drill is not None:
        count(passage, outputs.drill, steps, health, end, quiet=outputs.quiet)
    elif not outputs.guided:
        watch(passage, title, outputs.speed, sensors=health, updates=(step.update for step in steps))
    return True


def _ending(end: Callable[[], None], act: "Callable[[Passed], object]") -> "Callable[[Passed], object]":
    """Let a mistake of one who follows end the session at once, not be told when somebody ends it."""

    def guarded(step: "Passed") -> None:
        try:
            act(step)
        except BaseException:
            end()
            raise

    return guarded
