"""The leg cycle as it happens, in a terminal: each leg's phase now, and its last stride against the targets.

`CycleView.push(update)` takes what became known; the view itself is what rich draws. Phases have colours that
are told apart with any colour vision, and their names; hit and miss are said by shape and word.
"""

from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from math import inf, isnan, nan
from typing import NamedTuple

import numpy as np
from rich import box
from rich.console import Group, RenderableType
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from firmware_bridge.samples import Segment, Side
from legcycle_imu.cycle import CYCLE, PHASE_AFTER, Phase
from legcycle_imu.model import SegmentAngles, Stride, Update
from legcycle_imu.runner import LegGeometry
from legcycle_imu.targets import Judge, Targets, Verdict
from legcycle_imu.terminal import PHASE_COLOUR
from legcycle_imu.terminal_leg import leg_drawing
from legcycle_imu.view.state import Scale
from legcycle_imu.view.trend import HALF, trend
from legcycle_imu.view.words import COACH, LOST_S, METRICS, NOT_KNOWN, distance, mark

PANEL_WIDTH = 40
"""Two panels fill a terminal of the classic 80 columns."""
PANEL_HEIGHT = 20
INNER = PANEL_WIDTH - 4
STRIP_S = 0.9
"""Time that the strip of phases spans, s: somewhat more than a stride."""
SHOWN = (Phase.LIFT, Phase.DRIVE)
"""Phases whose target stands in the foreground; the coach gives figures for these two."""


class Judged(NamedTuple):
    """A stride and what it comes to against the targets."""

    stride: Stride
    verdicts: tuple[Verdict, ...]


@dataclass(slots=True)
class LegNow:
    """What is shown of one leg."""

    phases: deque[tuple[float, Phase]] = field(default_factory=deque)
    """Beginning of each recent phase, oldest first."""
    angle: dict[Segment, float] = field(default_factory=dict)
    """Latest angle of thigh and shank, rad."""
    last: Judged | None = None
    """The last stride on which something may rest."""
    values: dict[tuple[Phase, str], deque[float]] = field(default_factory=dict)
    """Known values of the last such strides, oldest first, of each metric that was judged."""

    def take(self, judged: Judged) -> None:
        """Take a stride on which something may rest."""
        self.last = judged
        for verdict in judged.verdicts:
            if not isnan(verdict.value):
                column = self.values.setdefault((verdict.phase, verdict.metric), deque(maxlen=2 * HALF))
                column.append(verdict.value)

    def phase_at(self, time: float) -> Phase:
        """Give the phase at a time."""
        begun = [(start, phase) for start, phase in self.phases if start <= time]
        if not begun or time - begun[-1][0] > LOST_S:
            return Phase.UNKNOWN
        return begun[-1][1]


class CycleView:
    """The view: a panel a leg, side by side.

    Parameters
    ----------
    sides : legs that are measured
    targets, geometry : what strides are held against
    title : a line above
    duration_s : of the whole; NaN where not known
    """

    def __init__(
        self,
        sides: Iterable[Side],
        targets: Targets | None = None,
        geometry: LegGeometry | None = None,
        *,
        title: str = "",
        duration_s: float = nan,
    ) -> None:
        self.now = -inf
        """Time up to which angles are known, s."""
        self.arrived_s = 0.0
        """Arrival of the latest samples, s; ahead of `now` while a leg is being aligned."""
        self.below: Callable[[], RenderableType] | None = None
        """Gives what is drawn below the legs."""
        self._legs = {side: LegNow() for side in sides}
        self._judge = Judge(targets, geometry)
        self._title = title
        self._duration_s = duration_s

    def push(self, update: Update) -> list[Judged]:
        """Take what became known; give the strides in it, judged."""
        for block in update.angles:
            self._take_angles(block)
        for event in update.events:
            self._legs[event.side].phases.append((event.t, PHASE_AFTER[event.kind]))
        for leg in self._legs.values():
            while len(leg.phases) > 1 and leg.phases[1][0] < self.now - STRIP_S:
                leg.phases.popleft()
        judged = [Judged(stride, self._judge.push(stride)) for stride in update.strides]
        for stride in judged:
            if stride.verdicts:
                self._legs[stride.stride.side].take(stride)
        return judged

    def _take_angles(self, block: SegmentAngles) -> None:
        side, segment = block.placement
        if not len(block):
            return
        self.now = max(self.now, float(block.time[-1]))
        if not isnan(block.angle[-1]):
            self._legs[side].angle[segment] = float(block.angle[-1])

    def __rich__(self) -> RenderableType:
        """Give what is drawn."""
        panels = Table.grid()
        for _ in self._legs:
            panels.add_column(width=PANEL_WIDTH)
        panels.add_row(*(self._panel(side, leg) for side, leg in self._legs.items()))
        below = () if self.below is None else (self.below(),)
        return Group(self._heading(), panels, *below)

    def _heading(self) -> Text:
        whole = "" if isnan(self._duration_s) else f" of {self._duration_s:.0f} s"
        return Text.assemble((f" {self._title}  ", "bold"), f"{max(self.arrived_s, self.now):.1f} s{whole}")

    def _panel(self, side: Side, leg: LegNow) -> Panel:
        phase = leg.phase_at(self.now)
        top = Table.grid(padding=(0, 1))
        top.add_row(self._drawing(leg, phase), _phase_words(phase, aligned=bool(leg.angle)))
        body = Group(
            top, _strip(leg, self.now), Text(), *_against_targets(leg.last), _trends(leg), _quiet_figures(leg.last)
        )
        return Panel(
            body,
            title=f"{side} leg",
            box=box.ROUNDED,
            border_style=PHASE_COLOUR[phase],
            width=PANEL_WIDTH,
            height=PANEL_HEIGHT,
        )

    def _drawing(self, leg: LegNow, phase: Phase) -> Text:
        thigh, shank = (leg.angle.get(segment, 0.0) for segment in Segment)
        return leg_drawing(
            thigh, shank, self._judge.geometry, PHASE_COLOUR[phase], self._judge.targets.running.drive_deg
        )


def _phase_words(phase: Phase, *, aligned: bool) -> Text:
    if not aligned:
        return Text.assemble("\n", ("ALIGNING", "bold"), "\n\n", ("finding out how the sensors sit", "italic"))
    if phase is Phase.UNKNOWN:
        return Text("\n…\n", "dim")
    name = Text.assemble("\n", (phase.upper(), f"bold {PHASE_COLOUR[phase]}"), "\n\n")
    return name.append(COACH[phase], "italic")


def _strip(leg: LegNow, now: float) -> Text:
    """Draw the phases of the last moments, each with its name where there is room."""
    times = now - STRIP_S + STRIP_S * (np.arange(INNER) + 0.5) / INNER
    phases = [leg.phase_at(float(time)) for time in times]
    strip = Text()
    start = 0
    for k in range(1, INNER + 1):
        if k == INNER or phases[k] != phases[start]:
            strip.append_text(_stretch(phases[start], k - start))
            start = k
    return strip


def _stretch(phase: Phase, width: int) -> Text:
    if phase is Phase.UNKNOWN:
        return Text("·" * width, "dim")
    name = str(phase) if len(phase) == width else f"▏{phase}"
    return Text(name[:width].ljust(width), f"#000000 on {PHASE_COLOUR[phase]}")


def _against_targets(last: Judged | None) -> Iterable[Text]:
    verdicts = {verdict.phase: verdict for verdict in last.verdicts} if last else {}
    for phase in SHOWN:
        if phase in verdicts:
            yield _said(verdicts[phase])
            yield _bar(verdicts[phase])
        else:
            yield Text(f"{NOT_KNOWN} no stride yet", "dim")
            yield Text("─" * INNER, "dim")


def _trends(leg: LegNow) -> Text:
    """Say which way the last strides go, where they do."""
    shown = {v.phase: v.metric for v in leg.last.verdicts} if leg.last else {}
    found = {phase: trend(leg.values.get((phase, shown.get(phase, "")), ())) for phase in SHOWN}
    return Text(" · ".join(f"{phase} {way.shape} {way.word}" for phase, way in found.items() if way))


def _said(verdict: Verdict) -> Text:
    shape, word = mark(verdict)
    how = METRICS[verdict.metric]
    text = Text(f"{how.name:<10} ")
    text.append(f"{how.text(verdict.value):>7}", f"bold {PHASE_COLOUR[verdict.phase]}")
    if verdict.hit is not None:
        text.append(f" {distance(verdict).replace(how.unit, '', 1)}", "bold")
    return text.append(f" {shape} {word}")


def _bar(verdict: Verdict) -> Text:
    """Draw the value as a bar, with a mark at the target."""
    if isnan(verdict.value):
        return Text("─" * INNER, "dim")
    scale = METRICS[verdict.metric].scale
    filled, target = (_cell(value, scale) for value in (verdict.value, verdict.target))
    bar = Text()
    for k in range(INNER):
        if k == target:
            bar.append("┃", "bold")
        else:
            bar.append("━" if k <= filled else "─", PHASE_COLOUR[verdict.phase] if k <= filled else "dim")
    return bar


def _cell(value: float, scale: Scale) -> int:
    if isnan(value):
        return -1
    share = (value - scale.low) / (scale.high - scale.low)
    return round(min(max(share, 0.0), 1.0) * (INNER - 1))


def _quiet_figures(last: Judged | None) -> Text:
    if last is None:
        return Text("")
    stride = last.stride
    first = (("stride", stride.stride + 1.0, ""), ("", stride.cadence_spm, " spm"))
    second = (("contact", 1e3 * stride.contact_time_s, " ms"), ("flight", 1e3 * stride.flight_time_s, " ms"))
    third = (("hip ext.", stride.hip_extension_deg, "°"), ("placement", stride.placement_cm, " cm"))
    return Text("\n".join(_figures(line) for line in (first, second, third)), "dim")


def _figures(figures: Iterable[tuple[str, float, str]]) -> str:
    known = (f"{name} {NOT_KNOWN if isnan(value) else f'{value:.0f}{unit}'}".strip() for name, value, unit in figures)
    return " · ".join(known)


def stride_line(judged: Judged) -> str:
    """Give a stride as one line of text: when, which, its phases, and the coach's figures against their targets."""
    stride = judged.stride
    verdicts = {verdict.phase: verdict for verdict in judged.verdicts}
    start = NOT_KNOWN if isnan(stride.initial_contact_s) else f"{stride.initial_contact_s:.2f}"
    phases = " ".join(f"{rule.phase} {_milliseconds(stride, rule.phase)}" for rule in CYCLE)
    said = [_in_words(verdicts[phase]) for phase in SHOWN if phase in verdicts]
    flags = f"[{' '.join(sorted(stride.flags))}]" if stride.flags else ""
    parts = [f"{start:>8} s {stride.side:<5} {stride.stride:>3}", f"{phases} ms", *said, flags]
    return "  ".join(part for part in parts if part)


def _milliseconds(stride: Stride, phase: Phase) -> str:
    duration_s: float = getattr(stride, f"{phase}_s")
    return f"{NOT_KNOWN:>3}" if isnan(duration_s) else f"{1e3 * duration_s:3.0f}"


def _in_words(verdict: Verdict) -> str:
    shape, word = mark(verdict)
    how = METRICS[verdict.metric]
    goal = "" if isnan(verdict.target) else f" of {how.text(verdict.target)}"
    far = f", {distance(verdict)}" if distance(verdict) else ""
    return f"{how.name} {how.text(verdict.value):>8}{goal}{far} {shape} {word:<5}"
