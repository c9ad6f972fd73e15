"""`legcycle calibrate --from FILE`: a recording calibrated afterwards, and analysed by that."""

from math import degrees, inf, isnan, nan
from pathlib import Path
from typing import TYPE_CHECKING

from legcycle_imu.cli.console import ProgressBar, say, say_notices, stdout
from legcycle_imu.cli.sinks import strides_to

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.table import Table

    from calibration.model import CalibrationSet, LegCalibration
    from firmware_bridge.samples import Side
    from legcycle_imu.recalibration import Recalibration
    from legcycle_imu.runner import Runner
    from legcycle_imu.summary import Summary

SHOWN = {
    "knee_drive_deg": ("knee drive", "°"),
    "heel_lift_pct": ("heel lift, of the shank", "%"),
    "hip_extension_deg": ("hip extension", "°"),
    "shank_at_contact_deg": ("shank at contact", "°"),
}
"""Metrics that a calibration can change."""


def recalibrate(
    file: Path, who: "Runner", output: Path | None, strides: Path | None, start_s: float, end_s: float | None
) -> None:
    """Calibrate a recording from all that it holds, keep the calibration, and show what it changes.

    The recording itself stays as it is.

    Parameters
    ----------
    file : the recording
    who : lengths for a recording without
    output : file for the calibration; None for the recording's name with .calibration.json
    strides : file for the stride table by the new calibration, or None
    start_s, end_s : what comes before and after is left out of the calibration, not of the analysis

    Raises
    ------
    LegcycleError : the recording cannot be read, or none of its legs could be aligned
    """
    from calibration.store import save_calibration
    from firmware_bridge.errors import LegcycleError, Reason
    from legcycle_imu.recalibration import recalibrated

    with ProgressBar() as progress:
        found = recalibrated(file, start_s, inf if end_s is None else end_s, progress=progress)
    if not found.calibration.legs:
        sentence = f"{file}: {next(iter(found.missing.values()), 'it holds no whole leg')}."
        raise LegcycleError(Reason.BAD_SIGNAL, sentence, _exchange(found))
    path = output or file.with_suffix(".calibration.json")
    save_calibration(found.calibration, path)
    try:
        before, _ = _summary(file, who, None, None)
    except LegcycleError:  # what could not be aligned before can be now
        before = None
    after, notices = _summary(file, who, found.calibration, strides)
    stdout().print("\n".join(_told(found)))
    sides = [side for side, leg in after.legs.items() if leg.strides]
    if sides:
        stdout().print(_compared(before, after, sides))
    say_notices([*filter(None, [_exchange(found)]), *notices])
    say(f"{path}: the calibration. Use it with: legcycle analyse {file} --calibration {path}")


def _summary(
    file: Path, who: "Runner", calibration: "CalibrationSet | None", strides: Path | None
) -> "tuple[Summary, list[str]]":
    from contextlib import ExitStack

    from legcycle_imu.passage import Passage

    with ExitStack() as stack:
        progress = stack.enter_context(ProgressBar())
        passage = stack.enter_context(Passage.of(file, who, progress=progress, calibration=calibration))
        write = None if strides is None else stack.enter_context(strides_to(strides))
        for update in passage:
            if write is not None:
                write(update)
        return passage.summary, passage.notices()


def _exchange(found: "Recalibration") -> str:
    """Say which sensors seem to be worn elsewhere than was believed, if any do."""
    return f"{found.exchanged[0].upper()}{found.exchanged[1:]}." if found.exchanged else ""


def _told(found: "Recalibration") -> list[str]:
    return [_leg_line(leg, *found.windows[leg.side]) for leg in found.calibration.legs]


def _leg_line(leg: "LegCalibration", agreeing: int, windows: int) -> str:
    from firmware_bridge.samples import Segment

    thigh, shank = (degrees(leg[segment].zero_sd_rad) for segment in Segment)
    return (
        f"{leg.side} leg: zero from {leg.zero_source}, uncertain by {thigh:.1f}° at the thigh and {shank:.1f}° at the "
        f"shank; {leg.strides} strides in {agreeing} of {windows} windows that agree"
    )


def _compared(before: "Summary | None", after: "Summary", sides: "Sequence[Side]") -> "Table":
    """Give the means of each leg before and after."""
    from rich import box
    from rich.table import Table

    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    table.add_column("mean")
    for side in sides:
        for when in ("before", "now"):
            table.add_column(f"{side} {when}", justify="right")
    for column, (name, unit) in SHOWN.items():
        cells = [_mean(summary, side, column, unit) for side in sides for summary in (before, after)]
        table.add_row(name, *cells)
    return table


def _mean(summary: "Summary | None", side: "Side", column: str, unit: str) -> str:
    leg = None if summary is None else summary.legs.get(side)
    value = nan if leg is None else leg.metrics[column].mean
    return "-" if isnan(value) else f"{value:.1f} {unit}"
