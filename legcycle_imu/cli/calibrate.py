"""`legcycle calibrate`: how the sensors sit, found with the person who wears them, or afterwards from a recording."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from legcycle_imu.cli.console import say_notices
from legcycle_imu.cli.display import Light, NoWindow, has_window
from legcycle_imu.cli.options import HeightM, RunnerCode, ShankM, StridesFile, ThighM, refuse_same, runner_given
from legcycle_imu.cli.session import DurationS, Sources, opened

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from legcycle_imu.runner import Runner


def calibrate(
    source: Sources = None,
    no_window: NoWindow = False,
    light: Light = False,
    output: Annotated[
        Path | None,
        typer.Option("-o", "--output", metavar="FILE", help="Keep the calibration here.", show_default=False),
    ] = None,
    record: Annotated[
        Path | None, typer.Option("--record", metavar="FILE", help="Record the session, too.", show_default=False)
    ] = None,
    of_recording: Annotated[
        Path | None,
        typer.Option(
            "--from", metavar="FILE", help="Calibrate this recording afterwards, and analyse it.", show_default=False
        ),
    ] = None,
    strides: StridesFile = None,
    start_s: Annotated[
        float, typer.Option(metavar="S", min=0.0, help="With --from: leave out what comes before.")
    ] = 0.0,
    end_s: Annotated[
        float | None,
        typer.Option(metavar="S", min=0.0, help="With --from: leave out what comes after.", show_default=False),
    ] = None,
    intrinsic: Annotated[
        str | None,
        typer.Option(
            metavar="NAME",
            help="Calibrate one sensor itself, in twelve positions and by turns on a table.",
            show_default=False,
        ),
    ] = None,
    turns: Annotated[
        bool, typer.Option("--turns/--no-turns", help="With --intrinsic: turn it on a table, too.")
    ] = True,
    duration_s: DurationS = None,
    height_m: HeightM = None,
    thigh_m: ThighM = None,
    shank_m: ShankM = None,
    runner: RunnerCode = "",
) -> None:
    """Find out which sensor is worn where, and how it sits: a minute, led step by step.

    Lift the right knee, then the left one, stand still for 3 s, jog ten strides. In a window, which then goes on as
    `legcycle live` does; in the terminal where there is no display. The calibration is kept in a file, for
    --calibration of live, record and analyse; it holds as long as no sensor is moved. Where each sensor is worn goes
    into the config file.
    """
    if intrinsic is not None:
        others = {"--from": of_recording, "--output": output, "--record": record, "--strides": strides}
        _goes_without("--intrinsic", others | {"--duration-s": duration_s, "--start-s": start_s, "--end-s": end_s})
        from legcycle_imu.cli.intrinsic import calibrate_intrinsic

        calibrate_intrinsic(intrinsic, source, turns=turns)
        return
    who = runner_given(runner, height_m, thigh_m, shank_m)
    if of_recording is not None:
        _goes_without("--from", {"--source": source, "--record": record, "--duration-s": duration_s})
        refuse_same(of_recording, output, strides)
        if end_s is not None and end_s <= start_s:
            raise typer.BadParameter(f"--end-s {end_s:g} is not after --start-s {start_s:g}: nothing would be left.")
        from legcycle_imu.cli.recalibrate import recalibrate

        recalibrate(of_recording, who, output, strides, start_s, end_s)
        return
    _only_with("--from", {"--start-s": start_s, "--end-s": end_s})
    _guided(source, who, output, record, strides, duration_s, window=has_window(no_window), light=light)


def _guided(
    source: "Sequence[str] | None",
    who: "Runner",
    output: Path | None,
    record: Path | None,
    strides: Path | None,
    duration_s: float | None,
    *,
    window: bool,
    light: bool,
) -> None:
    from firmware_bridge.recording import refuse_existing
    from legcycle_imu.cli.showing import Outputs, show_session
    from legcycle_imu.config import load_config

    if record is not None:
        refuse_existing(record)
        refuse_same(record, strides, output)
    config = load_config()
    _refuse_recordings(source or config.sources)
    sensors = opened(doing_as_asked(source or config.sources), config, anywhere=True)
    outputs = Outputs(record, strides, duration_s, window=window, light=light, guided=True, kept=output)
    passage = show_session(sensors, who, config, "legcycle calibrate", outputs)
    if window:  # which goes on as a live one; in the terminal all has been said with the calibration
        say_notices(passage.notices())


def _refuse_recordings(sources: "Sequence[str]") -> None:
    for name in sources:
        kind, _, path = name.partition(":")
        if kind == "replay":
            raise typer.BadParameter(f"Nobody can be led through a recording: legcycle calibrate --from {path}")


def doing_as_asked(sources: "Sequence[str]") -> list[str]:
    """Give the sources' names, so that a simulated runner does what the guided calibration asks for."""
    return [
        f"{name}{'' if name == 'sim:' else ','}guided=1" if name.startswith("sim:") and "guided" not in name else name
        for name in sources
    ]


def _only_with(option: str, others: "Mapping[str, object]") -> None:
    """Refuse what has an effect beside an option alone."""
    given = [name for name, value in others.items() if value]
    if given:
        raise typer.BadParameter(f"{' and '.join(given)} {'go' if len(given) > 1 else 'goes'} with {option} alone.")


def _goes_without(option: str, others: "Mapping[str, object]") -> None:
    """Refuse what would have no effect beside an option."""
    given = [name for name, value in others.items() if value]
    if given:
        raise typer.BadParameter(f"{option} goes without {' and '.join(given)}.")
