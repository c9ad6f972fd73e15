"""Options and arguments that several commands share, and what they are turned into."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from legcycle_imu.cli.console import say

if TYPE_CHECKING:
    from calibration.model import CalibrationSet
    from legcycle_imu.runner import Runner

RecordingFile = Annotated[Path, typer.Argument(metavar="FILE", help="A recording (.legcycle).", show_default=False)]
HeightM = Annotated[float | None, typer.Option(metavar="M", help="Body height without shoes, in metres.")]
ThighM = Annotated[
    float | None, typer.Option(metavar="M", help="Greater trochanter to knee, in metres.", show_default=False)
]
ShankM = Annotated[float | None, typer.Option(metavar="M", help="Knee to ankle, in metres.", show_default=False)]
RunnerCode = Annotated[
    str,
    typer.Option(
        "--runner",
        metavar="CODE",
        help="Pseudonym of the runner; lengths under [runner.CODE] in the config file are used.",
        show_default=False,
    ),
]
CalibrationFile = Annotated[
    Path | None,
    typer.Option(
        "--calibration",
        metavar="FILE",
        help="How the sensors sit, as `legcycle calibrate` keeps it; else it is found from the movement.",
        show_default=False,
    ),
]
StridesFile = Annotated[
    Path | None, typer.Option("--strides", metavar="CSV", help="Write the stride table here.", show_default=False)
]
Speed = Annotated[
    str, typer.Option(metavar="1|4|max", help="How many times as fast as it was; max: as fast as can be.")
]


def runner_given(code: str, height_m: float | None, thigh_m: float | None, shank_m: float | None) -> "Runner":
    """Make a runner of what was typed; a length that no person has is an error of usage, a name is remarked upon."""
    from legcycle_imu.runner import Runner, looks_like_name

    if looks_like_name(code):
        say(f"note: {code!r} looks like a name, and it is stored: a code such as r07 tells nobody who ran.")
    try:
        return Runner(code, height_m, thigh_m, shank_m)
    except ValueError as error:
        raise typer.BadParameter(f"{error}.") from error


def calibration_given(path: Path | None) -> "CalibrationSet | None":
    """Read a calibration where one was named.

    Raises
    ------
    LegcycleError : there is none, or it is none
    """
    from calibration.store import load_calibration

    return None if path is None else load_calibration(path)


def speed_factor(text: str) -> float:
    """Turn "4" or "max" into a factor; anything else is an error of usage."""
    if text.lower() == "max":
        return float("inf")
    try:
        factor = float(text)
    except ValueError:
        factor = 0.0
    if not 0.0 < factor < float("inf"):
        raise typer.BadParameter(f"expected a number above 0, or max, got {text!r}.", param_hint="--speed")
    return factor


def refuse_same(recording: Path, *outputs: Path | None) -> None:
    """Refuse to write a table over the recording or over another table."""
    taken = {recording.resolve()}
    for path in outputs:
        if path is None:
            continue
        if path.resolve() in taken:
            raise typer.BadParameter(f"{path} is named twice; every table needs a file of its own.")
        taken.add(path.resolve())


def examples(*lines: str) -> str:
    """Give the end of a command's help: examples, kept as they are written."""
    return "\b\nExamples:\n" + "\n".join(f"  {line}" for line in lines)
