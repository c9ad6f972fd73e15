"""The guided calibration in a terminal: a block that is drawn anew, or a line for each thing that is new."""

from collections.abc import Collection, Mapping, Sequence
from math import atan2, nan

from rich import box
from rich.columns import Columns
from rich.console import Group, RenderableType
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from calibration.guidance import Guidance
from firmware_bridge.samples import Side
from legcycle_imu.runner import LegGeometry
from legcycle_imu.terminal_leg import leg_drawing
from legcycle_imu.view.calibration import (
    NOW,
    QUESTION,
    TO_COME,
    CalibrationView,
    LegLooked,
    Said,
    StepView,
    Worn,
    steps_of,
    view_of,
)
from legcycle_imu.view.state import SensorChip, Stick
from legcycle_imu.view.words import NOT_KNOWN, without_numbers

WIDTH = 78
"""A classic terminal has 80 columns."""
BAR = 40
LEG_COLOUR = "#56B4E9"


def calibration_view(
    guidance: Guidance, sensors: Sequence[SensorChip] = (), sticks: Mapping[Side, Stick | None] | None = None
) -> RenderableType:
    """Give a guided calibration as it stands, to be drawn in a terminal.

    Parameters
    ----------
    guidance : what the routine says
    sensors : how the sensors do, in the session's order (`legcycle_imu.view.chips`)
    sticks : at the end, the legs as they move (`legcycle_imu.view.mirror`)
    """
    view = view_of(guidance, sensors, sticks)
    parts: list[RenderableType] = [_steps(view.steps), Text()]
    parts += _result(view) if view.done else _to_do(view)
    if view.trouble is not None:
        parts.append(_trouble(view.trouble))
    parts += [Text(f"▲ {notice}", "bold") for notice in view.notices]
    if view.sensors:
        parts.append(_sensors(view.sensors))
    return Group(*parts)


class CalibrationLines:
    """Tells of a guided calibration what is new, a line each; for a pipe or a file.

    Parameters
    ----------
    sides : legs that are measured; empty for both
    """

    def __init__(self, sides: Collection[Side] = ()) -> None:
        self._sides = tuple(sides)
        self._begun: object = None
        self._trouble = ""
        self._noticed: set[str] = set()

    def push(self, guidance: Guidance) -> list[str]:
        """Give the lines that are new: a step that begins, what went wrong, what was found, how good the result is."""
        new = []
        trouble = guidance.trouble
        wrong = "" if trouble is None else without_numbers(trouble.reason)
        if wrong and wrong != self._trouble and trouble is not None:
            new.append(f"▲ again: {trouble.reason} {trouble.advice}")
        self._trouble = wrong
        new += [f"▲ {notice}" for notice in guidance.notices if notice not in self._noticed]
        self._noticed |= set(guidance.notices)
        begun = guidance.step, guidance.attempt
        if begun != self._begun:
            self._begun = begun
            new += self._step(guidance)
        return new

    def _step(self, guidance: Guidance) -> list[str]:
        view = view_of(guidance)
        row = steps_of(guidance, self._sides)
        place = [step.step for step in row].index(guidance.step)
        head = f"{place + 1}/{len(row)} {row[place].name}" + (f", {view.attempt}" if view.attempt else "")
        return [f"{head}: {view.instruction}", *(_leg_line(side, leg) for side, leg in view.legs.items())]


def _leg_line(side: Side, leg: LegLooked) -> str:
    told = "; ".join(f"{one.mark.shape} {one.name} {one.text}" for one in leg.quality)
    return f"{side} leg: {told}. {leg.meaning}"


def _steps(steps: Sequence[StepView]) -> Text:
    row = Text(no_wrap=True)
    for step in steps:
        style = "dim" if step.mark == TO_COME else "reverse bold" if step.mark.word in (NOW.word, "again") else ""
        row.append(f" {step.mark.shape} {step.name} ", style).append(" ")
    return row


def _to_do(view: CalibrationView) -> list[RenderableType]:
    filled = round(BAR * view.progress)
    bar = Text("━" * filled, "bold").append("─" * (BAR - filled), "dim")
    bar.append(f"  {view.countdown}  {view.attempt}", "bold")
    return [Text(view.instruction, "bold"), Text(), bar, Text()]


def _trouble(trouble: Said) -> Panel:
    said = Text.assemble(trouble.reason, "\n", (trouble.advice, "bold"))
    return Panel(
        said, title=f"{trouble.mark.shape} {trouble.mark.word}", box=box.HEAVY, width=WIDTH, title_align="left"
    )


def _sensors(sensors: Sequence[Worn]) -> Table:
    table = Table.grid(padding=(0, 2, 0, 0))
    for worn in sensors:
        style = "bold" if worn.meant or not worn.here else "dim"
        was = f"was taken for the {worn.was}'s" if worn.was else ""
        table.add_row(Text(worn.place, style), Text(f"{worn.mark.shape} {worn.mark.word}", style), worn.name, was)
    return table


def _result(view: CalibrationView) -> list[RenderableType]:
    cards = [_leg(side, leg) for side, leg in view.legs.items()]
    return [Text(QUESTION, "bold"), Text(view.instruction), Columns(cards)]


def _leg(side: Side, leg: LegLooked) -> Panel:
    quality = [Text(f"{one.mark.shape} {one.name}: {one.text}") for one in leg.quality]
    return Panel(
        Group(_drawing(leg.stick), *quality, Text(leg.meaning, "italic dim")),
        title=side.upper(),
        box=box.ROUNDED,
        width=WIDTH // 2 - 1,
    )


def _drawing(stick: Stick | None) -> Text:
    if stick is None:
        return Text(f"{NOT_KNOWN} not seen now", "dim")
    (x, y), (ankle_x, ankle_y) = stick.knee, stick.ankle
    return leg_drawing(atan2(x, -y), atan2(ankle_x - x, y - ankle_y), LegGeometry(), LEG_COLOUR, nan)
