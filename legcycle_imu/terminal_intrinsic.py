"""The guided intrinsic calibration in a terminal: a block that is drawn anew, or a line for each thing that is new."""

from math import degrees, isnan

import numpy as np
from rich import box
from rich.console import Group, RenderableType
from rich.panel import Panel
from rich.text import Text

from calibration.intrinsic import axis_errors
from calibration.intrinsic_guidance import HOLD, IntrinsicGuidance, IntrinsicStep
from calibration.model import IntrinsicCalibration
from calibration.poses import AXES, EDGES, FACES, Pose
from firmware_bridge.protocols.units import STANDARD_GRAVITY_M_S2

WIDTH = 78
"""A classic terminal has 80 columns."""
BAR = 40
DONE, NOW, OPEN = "●", "◉", "○"
MG = 1e-3 * STANDARD_GRAVITY_M_S2


def intrinsic_view(guidance: IntrinsicGuidance, link: str = "") -> RenderableType:
    """Give it as it stands, to be drawn in a terminal.

    Parameters
    ----------
    guidance : what the routine says
    link : what is wrong with the link to the sensor; "" where nothing is
    """
    filled = round(BAR * guidance.progress)
    bar = Text("━" * filled, "bold").append("─" * (BAR - filled), "dim").append(f"  {_countdown(guidance)}", "bold")
    parts: list[RenderableType] = [
        Text(guidance.instruction, "bold"),
        Text(),
        bar,
        _row("faces", FACES, guidance),
        _row("edges", EDGES, guidance),
    ]
    if guidance.step is not IntrinsicStep.POSES:
        marks = "   ".join(f"{DONE if axis in guidance.turned else OPEN} {axis}" for axis in AXES)
        parts.append(Text(f"turns   {marks}"))
    if guidance.trouble is not None:
        said = Text.assemble(guidance.trouble.reason, "\n", (guidance.trouble.advice, "bold"))
        parts.append(Panel(said, title="▲ again", box=box.HEAVY, width=WIDTH, title_align="left"))
    if link:
        parts.append(Text(f"▲ {link}", "bold"))
    return Group(*parts)


class IntrinsicLines:
    """Tells of it what is new, a line each; for a pipe or a file."""

    def __init__(self) -> None:
        self._instruction = self._trouble = self._link = ""

    def push(self, guidance: IntrinsicGuidance, link: str = "") -> list[str]:
        """Give the lines that are new: what went wrong, what to do now."""
        new = []
        if link and link != self._link:
            new.append(f"▲ {link}")
        self._link = link
        wrong = "" if guidance.trouble is None else f"{guidance.trouble.reason} {guidance.trouble.advice}"
        if wrong and wrong != self._trouble:
            new.append(f"▲ again: {wrong}")
        self._trouble = wrong
        asked = guidance.instruction.removeprefix("Good. ")
        if asked not in (HOLD, self._instruction):
            self._instruction = asked
            new.append(guidance.instruction)
        return new


def result_lines(calibration: IntrinsicCalibration) -> list[str]:
    """Give what was found of a sensor, with how sure that is, in mg, percent and degrees."""
    errors = axis_errors(calibration.acc_matrix)
    bias_mg = np.array(calibration.acc_bias_m_s2) / MG
    axes_deg = np.degrees(errors.nonorthogonality_rad)
    axes_sd_deg = degrees(calibration.acc_nonorthogonality_sd_rad)
    lines = [
        _line("accelerometer bias", AXES, bias_mg, "mg", calibration.acc_bias_sd_m_s2 / MG, 1),
        _line("scale too large by", AXES, 100.0 * (errors.scale - 1.0), "%", 100.0 * calibration.acc_scale_sd, 2),
        _line("axes off square by", ("yz", "xz", "xy"), axes_deg, "deg", axes_sd_deg, 2),
        f"{'':<20}{calibration.poses} rests, which agree within {calibration.residual_m_s2 / MG:.2f} mg",
    ]
    if not calibration.gyr_turns:
        return [*lines, f"{'gyroscope scale':<20}not measured"]
    gyr_percent = 100.0 * (1.0 / np.array(calibration.gyr_scale) - 1.0)
    sd_percent = 100.0 * calibration.gyr_scale_sd
    turns = f"{'':<20}{calibration.gyr_turns} turns; an axis at 0 exactly was not turned about"
    return [*lines, _line("gyroscope too large", AXES, gyr_percent, "%", sd_percent, 2), turns]


def _line(what: str, names: "tuple[str, ...] | str", values: np.ndarray, unit: str, sd: float, decimals: int) -> str:
    rounded = [round(value, decimals) + 0.0 for value in values.tolist()]  # which makes -0.0 to 0.0
    figures = "".join(f"{name} {value:+.{decimals}f}  " for name, value in zip(names, rounded, strict=True))
    return f"{what:<20}{figures}{unit} (+-{sd:.{decimals + 1}f})"


def _row(what: str, poses: tuple[Pose, ...], guidance: IntrinsicGuidance) -> Text:
    row = Text(f"{what:<8}")
    for pose in poses:
        there, here = pose.name in guidance.covered, pose.name == guidance.lying
        mark = DONE if there else NOW if here else OPEN
        style = "reverse bold" if here else "" if there else "dim"
        row.append(f"{mark} {pose.name:<3}", style).append("   ")
    return row


def _countdown(guidance: IntrinsicGuidance) -> str:
    return "" if isnan(guidance.remaining_s) else f"{guidance.remaining_s:.1f} s"
