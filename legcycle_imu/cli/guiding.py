"""A guided calibration in the terminal: shown until it is there, and taken when a person has seen that it is right."""

import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from queue import Empty, SimpleQueue
from threading import Thread
from typing import TYPE_CHECKING

from legcycle_imu.cli.console import stdout
from legcycle_imu.cli.watching import FRAME_S

if TYPE_CHECKING:
    from collections.abc import Sequence

    from calibration.guidance import Guidance
    from calibration.model import CalibrationSet
    from firmware_bridge.sensor_health import SensorHealth
    from legcycle_imu.broadcast import Passed
    from legcycle_imu.calibrating import Calibrating
    from legcycle_imu.passage import Passage

QUESTION = "Is that you? Enter: yes, take it. r and Enter: begin again. Ctrl-C: leave all as it was."

Show = Callable[["Guidance"], None]


def guide(
    passage: "Passage",
    calibrating: "Calibrating",
    steps: "Iterable[Passed]",
    health: "Callable[[], Sequence[SensorHealth]]",
    answers: "SimpleQueue[str] | None" = None,
) -> "CalibrationSet | None":
    """Show the guided calibration until it is accepted; give it, or None where the session ended before.

    Where nobody can be asked it is accepted as soon as it is there.

    Parameters
    ----------
    passage : the session
    calibrating : guides; it has begun
    steps : what passes, and an empty step now and then
    health : gives how the sensors do now
    answers : lines that a person types; by default those of the terminal, if it is one

    Raises
    ------
    LegcycleError : the calibration cannot be kept
    """
    if answers is None and sys.stdin.isatty() and sys.stdout.isatty():
        answers = _typed()
    with _screen(passage, health, live=sys.stdout.isatty()) as (show, push):
        for step in steps:
            push(step)
            guidance = calibrating.guidance
            if guidance is None:
                continue
            show(guidance)
            if not guidance.done:
                _forget(answers)
            elif _taken(calibrating, answers):
                calibration = calibrating.accept()
                if calibration is not None:
                    return calibration
    return None


def _taken(calibrating: "Calibrating", answers: "SimpleQueue[str] | None") -> bool:
    """Tell whether the calibration that is there is accepted by now; begin again where a person says so."""
    if answers is None:
        return True
    try:
        answer = answers.get_nowait()
    except Empty:
        return False
    if answer.strip().lower() == "r":
        calibrating.start()
        return False
    return True


def _forget(answers: "SimpleQueue[str] | None") -> None:
    """Drop what was typed before there was anything to be asked."""
    while answers is not None and not answers.empty():
        answers.get_nowait()


def _typed() -> "SimpleQueue[str]":
    """Give the lines that are typed from now on, as they come."""
    lines: SimpleQueue[str] = SimpleQueue()

    def read() -> None:
        for line in sys.stdin:
            lines.put(line)

    Thread(target=read, name="answers", daemon=True).start()
    return lines


@contextmanager
def _screen(
    passage: "Passage", health: "Callable[[], Sequence[SensorHealth]]", *, live: bool
) -> "Iterator[tuple[Show, Callable[[Passed], None]]]":
    """Give what shows the guidance, and what takes the samples that move the stick legs."""
    from legcycle_imu.terminal_calibration import CalibrationLines

    if not live:
        lines = CalibrationLines(tuple(passage.pipeline.legs))

        def write(guidance: "Guidance") -> None:
            for line in lines.push(guidance):
                sys.stdout.write(f"{line}\n")
            sys.stdout.flush()

        yield write, lambda _step: None
        return
    from rich.console import Group
    from rich.live import Live
    from rich.text import Text

    from legcycle_imu.terminal_calibration import calibration_view
    from legcycle_imu.view.chips import sensor_chip
    from legcycle_imu.view.mirror import Mirror

    mirror = Mirror(passage.pipeline.sensors, passage.runner.geometry)
    with Live(console=stdout(), auto_refresh=False) as screen:

        def draw(guidance: "Guidance") -> None:
            chips = [sensor_chip(facts, one) for facts, one in zip(passage.pipeline.sensors, health(), strict=True)]
            mirror.show(guidance.outcome)
            view = calibration_view(guidance, chips, mirror.legs(passage.arrived_s))
            screen.update(Group(view, Text(QUESTION if guidance.done else "")), refresh=True)

        yield _at_most_every(FRAME_S, draw), lambda step: mirror.push(step.update.samples)


def _at_most_every(seconds: float, draw: Show) -> Show:
    """Give what draws no more often than so."""
    import time

    drawn_s = -seconds

    def sometimes(guidance: "Guidance") -> None:
        nonlocal drawn_s
        now_s = time.monotonic()
        if now_s - drawn_s >= seconds:
            drawn_s = now_s
            draw(guidance)

    return sometimes


def unfinished(guidance: "Guidance | None") -> Exception:
    """Give what a session is told to have ended with that ended before its calibration was taken."""
    from firmware_bridge.errors import LegcycleError, Reason

    if guidance is None:
        return LegcycleError(Reason.BAD_SIGNAL, "No calibration was made.", "Try again.")
    wrong = "" if guidance.trouble is None else f" {guidance.trouble.reason} {guidance.trouble.advice}"
    return LegcycleError(
        Reason.BAD_SIGNAL, f"No calibration was made: it had come to {guidance.step}.{wrong}", guidance.instruction
    )
