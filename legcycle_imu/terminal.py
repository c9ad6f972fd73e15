"""Strides and summaries as a person reads them in a terminal; as JSON for programs."""

from bisect import insort
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from math import inf, isnan
from typing import NamedTuple

import msgspec
from rich import box
from rich.console import Group, JustifyMethod, RenderableType
from rich.table import Table
from rich.text import Text

from legcycle_imu.cycle import CYCLE, Phase
from legcycle_imu.model import Stride
from legcycle_imu.summary import LegSummary, Summary
from legcycle_imu.view.words import NOT_KNOWN

PHASE_COLOUR: dict[Phase, str] = {
    Phase.PUSH: "#D55E00",
    Phase.LIFT: "#56B4E9",
    Phase.DRIVE: "#CC79A7",
    Phase.PLACE: "#F0E442",
    Phase.UNKNOWN: "#808080",
}
"""Okabe and Ito's vermillion, sky, purple and yellow: told apart with any colour vision, on dark."""
MOST_ROWS = 60
"""A table with more strides shows its first and last ones."""


class Column(NamedTuple):
    """How a column of the stride table is shown: heading, unit, factor to it, decimals."""

    metric: str
    heading: str
    unit: str
    factor: float = 1.0
    decimals: int = 0

    @property
    def title(self) -> str:
        """Give the heading, a line a word."""
        return self.heading.replace(" ", "\n")

    def text(self, value: float) -> str:
        """Give a value with its decimals."""
        return NOT_KNOWN if isnan(value) else f"{value * self.factor:.{self.decimals}f}"


COLUMNS: tuple[Column, ...] = (
    Column("cadence_spm", "cadence", "spm"),
    Column("contact_time_s", "contact", "ms", 1e3),
    Column("flight_time_s", "flight", "ms", 1e3),
    Column("hip_extension_deg", "hip ext.", "deg"),
    Column("heel_lift_cm", "heel lift", "cm", decimals=1),
    Column("knee_drive_deg", "knee drive", "deg"),
    Column("placement_cm", "place", "cm", decimals=1),
)
"""Main columns of the table of strides."""

FIGURES: tuple[Column, ...] = (
    Column("cadence_spm", "cadence", "spm", decimals=1),
    Column("stride_time_s", "stride", "ms", 1e3),
    Column("contact_time_s", "contact", "ms", 1e3),
    Column("flight_time_s", "flight", "ms", 1e3),
    Column("push_s", "push", "ms", 1e3),
    Column("lift_s", "lift", "ms", 1e3),
    Column("drive_s", "drive", "ms", 1e3),
    Column("place_s", "place", "ms", 1e3),
    Column("peak_hip_extension_deg", "peak hip extension", "deg", decimals=1),
    Column("heel_lift_cm", "heel lift", "cm", decimals=1),
    Column("heel_lift_pct", "heel lift", "% of shank", decimals=1),
    Column("knee_drive_deg", "knee drive", "deg", decimals=1),
    Column("placement_cm", "placement", "cm", decimals=1),
    Column("shank_at_contact_deg", "shank at contact", "deg", decimals=1),
    Column("peak_knee_flexion_deg", "peak knee flexion", "deg", decimals=1),
)
"""Rows of the summary."""


class TableOfStrides:
    """The main columns of every stride pushed; of a long run the first and the last ones, and no others are kept."""

    def __init__(self) -> None:
        self._ends: list[Stride] = []
        self._left_out = 0

    def push(self, stride: Stride) -> None:
        """Take a stride; the order of pushing does not matter."""
        insort(self._ends, stride, key=_begin)
        if len(self._ends) > MOST_ROWS:
            del self._ends[MOST_ROWS // 2]
            self._left_out += 1

    def __rich__(self) -> Table:
        """Give the table as it stands."""
        table = _empty_table()
        half = MOST_ROWS // 2 if self._left_out else len(self._ends)
        for stride in self._ends[:half]:
            table.add_row(*_row(stride))
        if self._left_out:
            table.add_row("⋮")
            table.caption = f"{self._left_out} more strides at ⋮; --strides FILE writes all of them"
        for stride in self._ends[half:]:
            table.add_row(*_row(stride))
        return table


def _begin(stride: Stride) -> tuple[float, str]:
    return inf if isnan(stride.initial_contact_s) else stride.initial_contact_s, stride.side


def _empty_table() -> Table:
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, padding=(0, 1, 0, 0))
    for heading in ("side", "stride", "start\ns", *(f"{column.title}\n{column.unit}" for column in COLUMNS)):
        justify: JustifyMethod = "left" if heading == "side" else "right"
        table.add_column(heading, justify=justify, vertical="bottom", no_wrap=True)
    table.add_column("flags", overflow="fold", vertical="bottom")
    return table


def _row(stride: Stride) -> list[str]:
    start = NOT_KNOWN if isnan(stride.initial_contact_s) else f"{stride.initial_contact_s:.2f}"
    values = [column.text(getattr(stride, column.metric)) for column in COLUMNS]
    return [str(stride.side), str(stride.stride), start, *values, " ".join(sorted(stride.flags))]


def summary_view(summary: Summary) -> RenderableType:
    """Give each leg's means and deviations, symmetry, and how often the targets were reached."""
    legs = [leg for leg in summary.legs.values() if leg.strides or leg.left_out]
    if not legs:
        return Text("No running strides to sum up.")
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    table.add_column("mean ± SD")
    for leg in legs:
        table.add_column(str(leg.side), justify="right")
    if len(legs) > 1:
        table.add_column("left − right", justify="right")
    for cells in _summary_rows(summary, legs):
        table.add_row(*cells)
    return Group(table, *_below(summary, legs))


def _summary_rows(summary: Summary, legs: Sequence[LegSummary]) -> Iterable[list[str]]:
    yield ["strides", *(str(leg.strides) for leg in legs)]
    for column in FIGURES:
        if any(leg.metrics[column.metric].known for leg in legs):
            symmetry = [_symmetry(summary, column.metric)] if len(legs) > 1 else []
            yield [f"{column.heading}, {column.unit}", *(_mean(leg, column) for leg in legs), *symmetry]
    for rule in CYCLE:
        if any(rule.phase in leg.hits for leg in legs):
            yield [f"{rule.phase} target reached", *(_hits(leg, rule.phase) for leg in legs)]


def _mean(leg: LegSummary, column: Column) -> str:
    known = leg.metrics[column.metric]
    sd = "" if isnan(known.sd) else f" ± {column.text(known.sd)}"
    return column.text(known.mean) + sd


def _symmetry(summary: Summary, metric: str) -> str:
    found = summary.symmetry.get(metric)
    if found is None or isnan(found.index_pct):
        return ""
    return f"{found.index_pct:+.1f} ± {found.half_width_pct:.1f} %"


def _hits(leg: LegSummary, phase: Phase) -> str:
    hits = leg.hits.get(phase)
    return NOT_KNOWN if hits is None else f"{hits.hit} of {hits.judged}"


def _below(summary: Summary, legs: Sequence[LegSummary]) -> Iterable[Text]:
    if not isnan(summary.duty_factor):
        yield Text(f"duty factor {summary.duty_factor:.2f}, cadence {summary.cadence_spm:.0f} steps a minute")
    if len(legs) > 1 and any(not isnan(s.index_pct) for s in summary.symmetry.values()):
        yield Text("left − right: of their mean, with its 95 % interval; smaller than that is no asymmetry")
    for leg in legs:
        if leg.left_out:
            counted = ", ".join(f"{flag} {count}" for flag, count in leg.left_out.items())
            yield Text(f"{leg.side}: strides left out of these figures: {counted}")


def summary_json(summary: Summary, notices: Sequence[str]) -> str:
    """Give a summary as JSON; null for what is not known."""
    legs = {
        str(side): {
            **asdict(leg),
            "metrics": {name: statistics._asdict() for name, statistics in leg.metrics.items()},
            "hits": {phase: hits._asdict() for phase, hits in leg.hits.items()},
        }
        for side, leg in summary.legs.items()
        if leg.strides or leg.left_out
    }
    whole = {
        "legs": legs,
        "cadence_spm": summary.cadence_spm,
        "flight_time_s": summary.flight_time_s,
        "duty_factor": summary.duty_factor,
        "symmetry": {name: symmetry._asdict() for name, symmetry in summary.symmetry.items()},
        "notices": list(notices),
    }
    return msgspec.json.format(msgspec.json.encode(whole), indent=2).decode()
