"""Pictures of sessions against each other, as SVG or PNG: change beside the least that can be told, and courses."""

from collections.abc import Sequence
from contextlib import suppress
from math import ceil, isnan
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from firmware_bridge.errors import LegcycleError, Reason
from firmware_bridge.samples import Side
from legcycle_imu.progress.change import Change, Word
from legcycle_imu.progress.metrics import BY_KEY
from legcycle_imu.progress.session import SessionFigures
from legcycle_imu.progress.tables import session_name
from legcycle_imu.progress.trend import Trend

LOOK: dict[Side, dict[str, Any]] = {
    Side.LEFT: {"color": "#0072B2", "marker": "o", "linestyle": "-"},
    Side.RIGHT: {"color": "#D55E00", "marker": "s", "linestyle": "--"},
}
"""Legs differ in colour (Okabe and Ito's blue and vermillion), shape and line."""
ARROW = {Word.MORE: "^", Word.LESS: "v"}
STYLE: Any = {
    "font.size": 9.0,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "svg.hashsalt": "legcycle",
    "svg.fonttype": "none",
}
DPI = 150
ENDINGS = (".svg", ".png")


def picture_of_two(path: Path, before: SessionFigures, now: SessionFigures, changes: Sequence[Change]) -> None:
    """Draw the changes of two sessions, each in parts of its MDC95: beyond the grey band they can be told.

    Raises
    ------
    LegcycleError : the file cannot be written
    """
    with rc_context(STYLE):
        figure = Figure(figsize=(7.5, 1.2 + 0.32 * max(len(changes), 3)), layout="constrained")
        axes = figure.add_subplot()
        axes.axvspan(-1.0, 1.0, color="#E6E8EA", zorder=0, label="smaller than MDC95")
        axes.axvline(0.0, color="#4D5257", linewidth=0.8)
        for row, change in enumerate(changes):
            _draw_change(axes, row, change)
        axes.set_yticks(range(len(changes)), [_row_name(change) for change in changes])
        axes.set_ylim(len(changes) - 0.4, -0.6)
        reach = max([2.0, *(1.2 * abs(c.change / c.detectable.mdc) for c in changes if not isnan(c.detectable.mdc))])
        axes.set_xlim(-reach, reach)
        axes.set_xlabel("change by its MDC95; beyond ±1 it can be told from chance")
        axes.set_title(f"{now.name} against {before.name}", loc="left")
        _save(figure, path)


def picture_of_trend(path: Path, trend: Trend) -> None:
    """Draw each metric over the sessions, both legs, with the band outside of which a change can be told.

    Raises
    ------
    LegcycleError : the file cannot be written
    """
    columns = 2
    rows = max(ceil(len(trend.keys) / columns), 1)
    with rc_context(STYLE):
        figure = Figure(figsize=(9.0, 0.8 + 2.1 * rows), layout="constrained")
        for number, key in enumerate(trend.keys):
            axes = figure.add_subplot(rows, columns, number + 1)
            for side in trend.sides:
                _draw_course(axes, side, trend.changes[side, key])
            axes.set_title(f"{BY_KEY[key].name}, {BY_KEY[key].unit}", loc="left")
            names = [session_name(s) for s in trend.sessions]
            axes.set_xticks(range(len(names)), names, rotation=30, ha="right", fontsize=7)
            if not number:
                axes.legend(frameon=False, fontsize=8)
        whose = f" of {trend.sessions[0].runner}" if trend.sessions[0].runner else ""
        bands = "band: ± MDC95 about the first sessions; ▲ ▼: a change that can be told; hollow: not comparable"
        figure.suptitle(f"Sessions{whose}\n{bands}", x=0.01, ha="left", fontsize=9)
        _save(figure, path)


def _draw_change(axes: Axes, row: int, change: Change) -> None:
    if isnan(change.detectable.mdc):
        axes.text(0.05, row, change.verdict, va="center", color="#4D5257", fontsize=8)
        return
    share, look = change.change / change.detectable.mdc, LOOK[change.side]
    marker = ARROW.get(change.word, look["marker"])
    axes.plot([0.0, share], [row, row], color=look["color"], linewidth=1.5)
    axes.plot(share, row, marker=marker, color=look["color"], markersize=8 if change.word in ARROW else 5)
    metric = BY_KEY[change.key]
    said = f"  {metric.signed(change.change)} {metric.unit}" + (f" {change.word}" if change.word in ARROW else "")
    axes.text(max(share, 0.0), row, said, va="center", fontsize=8)


def _row_name(change: Change) -> str:
    return f"{change.side} {BY_KEY[change.key].name}"


def _draw_course(axes: Axes, side: Side, course: Sequence[Change]) -> None:
    look, factor = LOOK[side], BY_KEY[course[0].key].factor
    at = np.arange(len(course))
    now, before, mdc = (
        factor * np.array(values) for values in zip(*((c.now, c.before, c.detectable.mdc) for c in course), strict=True)
    )
    for place in np.flatnonzero(~np.isnan(mdc)):
        low, high = before[place] - mdc[place], before[place] + mdc[place]
        axes.fill_between([place - 0.5, place + 0.5], low, high, color=look["color"], alpha=0.12, linewidth=0)
    axes.plot(at, now, color=look["color"], linestyle=look["linestyle"], linewidth=1.2, label=f"{side} leg")
    for k, change in enumerate(course):
        marker = ARROW.get(change.word, look["marker"])
        face = "white" if change.word is Word.NOT_COMPARABLE else look["color"]
        size = 8 if change.word in ARROW else 5
        axes.plot(k, now[k], marker=marker, color=look["color"], markerfacecolor=face, markersize=size)


def _save(figure: Figure, path: Path) -> None:
    """Write the picture, whole or not at all; the same figures give the same file."""
    part = path.with_name(f"{path.name}.part")
    try:
        metadata: Any = {"Date": None} if path.suffix.lower() == ".svg" else {"Software": None}
        figure.savefig(part, format=path.suffix.lower()[1:], dpi=DPI, metadata=metadata)
        part.replace(path)
    except OSError as error:
        with suppress(OSError):
            part.unlink(missing_ok=True)
        sentence = f"{path} cannot be written: {error.strerror or error}."
        raise LegcycleError(Reason.NOT_WRITABLE, sentence, "Name another place.") from error
