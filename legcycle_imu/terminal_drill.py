"""A drill in a terminal: a block that is drawn anew, or a line a repetition; what it came to, as table and JSON."""

from collections.abc import Iterable, Sequence
from math import isnan

import msgspec
from rich import box
from rich.console import Group, RenderableType
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from firmware_bridge.samples import Side
from legcycle_imu.drills import RULES, DrillRule, DrillState, DrillView, Posture, Repetition
from legcycle_imu.view.drill import DrillPage, SideTally, clock, mark_of, name_of, rhythm, tallies, words_of
from legcycle_imu.view.words import NOT_KNOWN

WIDTH = 78
"""A classic terminal has 80 columns."""
BAR = 40
GLYPHS = {
    "0": ("███", "█ █", "█ █", "█ █", "███"),
    "1": ("  █", "  █", "  █", "  █", "  █"),
    "2": ("███", "  █", "███", "█  ", "███"),
    "3": ("███", "  █", "███", "  █", "███"),
    "4": ("█ █", "█ █", "███", "  █", "  █"),
    "5": ("███", "█  ", "███", "  █", "███"),
    "6": ("███", "█  ", "███", "█ █", "███"),
    "7": ("███", "  █", "  █", "  █", "  █"),
    "8": ("███", "█ █", "███", "█ █", "███"),
    "9": ("███", "█ █", "███", "  █", "███"),
}
"""Digits that are read from across a room."""


def drill_block(page: DrillPage) -> RenderableType:
    """Give a drill as it stands, to be drawn in a terminal."""
    head = Text.assemble((f" {page.title} ", "bold reverse"), f"  {page.state.shape} {page.state.word}  {page.part}")
    body = Table.grid(padding=(0, 4))
    body.add_row(Text(big_number(page.count), "bold"), _beside(page))
    parts: list[RenderableType] = [head, Text(), body, Text(), Text(page.sentence, "bold"), Text()]
    if page.last_mark is not None:
        parts.append(Text(f"{page.last_mark.shape} {page.last}"))
    parts.append(Text(" ".join(dot.shape for dot in page.dots)))
    parts.append(Text(" · ".join(filter(None, (page.good, *page.figures))), "dim"))
    return Panel(Group(*parts), box=box.ROUNDED, width=WIDTH)


def _beside(page: DrillPage) -> Group:
    """Give whose turn it is, at its own side; how many there shall be; the time that is left."""
    left, right = (side in page.turn.sides for side in Side)
    word = f"{'◀ ' if left else '  '}{page.turn.word}{' ▶' if right else ''}"
    align = "center" if left == right else "left" if left else "right"
    filled = round(BAR * page.elapsed)
    time = f"{page.clock} {page.clock_of}" if page.clock else ""
    return Group(
        Text(f"{word:{ {'left': '<', 'right': '>', 'center': '^'}[align] }{BAR}}", "bold"),
        Text(),
        Text(f"{page.goal:<12}{time}", "bold"),
        Text("━" * filled + "─" * (BAR - filled) if page.clock else "", "dim"),
    )


def big_number(text: str) -> str:
    """Give a number in digits of five lines."""
    rows = zip(*(GLYPHS[sign] for sign in text), strict=True)
    return "\n".join("  ".join("".join(2 * cell for cell in part) for part in row) for row in rows)


class DrillLines:
    """Tells of a drill what is new, a line each; for a pipe or a file."""

    def __init__(self) -> None:
        self._told = 0
        self._state: tuple[DrillState, Side | None] | None = None

    def push(self, rule: DrillRule, view: DrillView | None, repetitions: Sequence[Repetition]) -> list[str]:
        """Give the lines that are new: repetitions, and whose turn or what else begins."""
        if view is None:
            return []
        if len(repetitions) < self._told:  # it was begun anew
            self._told = 0
        new = [] if self._state else [f"{rule.title}: {rule.instruction}"]
        new += [repetition_line(rule, one) for one in repetitions[self._told :]]
        self._told = len(repetitions)
        stands = view.state, view.side
        if (
            self._state
            and stands != self._state
            and view.state in (DrillState.SWITCH, DrillState.REST, DrillState.DONE)
        ):
            time = f" {clock(view.time_left_s)}" if view.state is DrillState.REST else ""
            new.append(f"{view.state}{time}: {view.sentence}")
        self._state = stands
        return new


def repetition_line(rule: DrillRule, repetition: Repetition) -> str:
    """Give a repetition as one line of text: when, how it was, what was measured, what to do about it."""
    line = f"{repetition.start_s:8.2f} s  {mark_of(repetition).shape} {words_of(rule, repetition)}"
    return f"{line}. {repetition.advice}" if repetition.advice else line


def drill_list() -> RenderableType:
    """Give the drills with what to do."""
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    table.add_column("name", no_wrap=True)
    table.add_column("how much", no_wrap=True)
    table.add_column("what to do")
    for drill, rule in RULES.items():
        table.add_row(str(drill), how_much(rule), rule.instruction)
    return table


def how_much(rule: DrillRule) -> str:
    """Give how long, or how often, a drill is done."""
    amount = f"{rule.repetitions} runs" if rule.posture is Posture.RUNNING else f"{rule.repetitions} times"
    if not isnan(rule.seconds):
        amount = clock(rule.seconds)
    sets = f", {rule.sets} sets" if rule.sets > 1 else ""
    return f"{amount}{' each leg' if rule.each_leg else ''}{sets}"


def drill_summary(repetitions: Sequence[Repetition], view: DrillView) -> RenderableType:
    """Give what a drill came to: a table, a column a leg."""
    if not repetitions:
        return Text(f"{view.title}: no repetition was seen.")
    legs = tallies(repetitions, view)
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    table.add_column(view.title)
    for leg in legs:
        table.add_column(leg.name, justify="right")
    for name, *cells in _rows(legs):
        table.add_row(name, *cells)
    alternation = "" if isnan(view.alternation_pct) else f"left and right in turn: {view.alternation_pct:.0f} %"
    return Group(table, Text(alternation)) if alternation else table


def _rows(legs: Sequence[SideTally]) -> Iterable[list[str]]:
    yield ["repetitions", *(str(leg.repetitions) for leg in legs)]
    yield ["good", *(f"{leg.passed} of {leg.judged}" if leg.judged else NOT_KNOWN for leg in legs)]
    for fault in dict.fromkeys(fault for leg in legs for fault in leg.faults):
        yield [name_of(fault), *(str(leg.faults.get(fault, 0)) for leg in legs)]
    if not all(isnan(leg.interval_s) for leg in legs):
        yield ["rhythm", *(rhythm(leg.interval_s, leg.variation_pct) for leg in legs)]


def drill_json(repetitions: Sequence[Repetition], view: DrillView, notices: Sequence[str] = ()) -> str:
    """Give what a drill came to, and its repetitions, as JSON; null for what is not known."""
    legs = {
        leg.name: {key: value for key, value in leg._asdict().items() if key != "name"}
        for leg in tallies(repetitions, view)
    }
    whole = {
        "drill": view.drill,
        "done": view.state is DrillState.DONE,
        "alternation_pct": view.alternation_pct,
        "legs": legs,
        "repetitions": [{**one._asdict(), "flags": sorted(one.flags)} for one in repetitions],
        "notices": list(notices),
    }
    return msgspec.json.format(msgspec.json.encode(whole), indent=2).decode()
