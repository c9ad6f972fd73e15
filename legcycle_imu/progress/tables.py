"""Sessions against each other as a person reads them in a terminal; as JSON for programs."""

from collections.abc import Sequence
from dataclasses import asdict
from math import isnan
from typing import Any

import msgspec
from rich import box
from rich.table import Table

from firmware_bridge.samples import Side
from legcycle_imu.progress.change import SHAPE, Change, Word
from legcycle_imu.progress.metrics import BY_KEY
from legcycle_imu.progress.session import SessionFigures
from legcycle_imu.progress.trend import Trend

SHORT_NAME = 12
"""A recording's name in the table of a trend is cut to so many letters."""


def table_of_two(before: SessionFigures, now: SessionFigures, side: Side, changes: Sequence[Change]) -> Table:
    """Give one leg's table of two sessions: a row for each metric."""
    table = _empty(f"{side} leg")
    table.add_column("metric", no_wrap=True)
    for heading in (before.name, now.name, "change", "MDC95"):
        table.add_column(heading, justify="right", overflow="fold")
    table.add_column("days by", no_wrap=True)
    table.add_column("marked", overflow="fold")
    for change in changes:
        if change.side is side:
            table.add_row(*_row(change))
    return table


def table_of_leg(trend: Trend, side: Side) -> Table:
    """Give the table of one leg over the sessions: a row a session; below what the last change rests on."""
    courses = [trend.changes[side, key] for key in trend.keys]
    table = _empty(f"{side} leg")
    table.add_column("session", no_wrap=True, vertical="bottom")
    for key in trend.keys:
        heading = f"{BY_KEY[key].short} {BY_KEY[key].unit}".replace(" ", "\n")
        table.add_column(heading, justify="right", no_wrap=True, vertical="bottom")
    for number, session in enumerate(trend.sessions):
        table.add_row(session_name(session), *(_cell(course[number]) for course in courses))
    last = [next((c for c in reversed(course) if not isnan(c.detectable.mdc)), course[-1]) for course in courses]
    table.add_section()
    table.add_row("began with", *(_text(change, change.before) for change in last))
    table.add_row("± MDC95", *(_text(change, change.detectable.mdc) for change in last))
    table.add_row("days by", *(_basis(change) for change in last))
    return table


def _empty(title: str) -> Table:
    return Table(
        box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False, padding=(0, 1, 0, 0), title=title, title_justify="left"
    )


def _row(change: Change) -> list[str]:
    metric, known = BY_KEY[change.key], not isnan(change.detectable.mdc)
    return [
        f"{metric.name}, {metric.unit}",
        metric.text(change.before),
        metric.text(change.now),
        metric.signed(change.change),
        metric.text(change.detectable.mdc),
        change.detectable.basis if known else "",
        change.verdict,
    ]


def session_name(session: SessionFigures) -> str:
    """Give what stands for a session: its day where it is known, else its name."""
    return session.day or session.name[:SHORT_NAME]


def key_to_shapes() -> str:
    """Say what the shapes in a table mean."""
    return ", ".join(f"{SHAPE[word]} {word}" for word in Word)


def two_json(before: SessionFigures, now: SessionFigures, changes: Sequence[Change], notes: Sequence[str]) -> str:
    """Give two sessions as JSON; null for what is not known."""
    return _json(
        {
            "before": _session(before),
            "now": _session(now),
            "changes": [_change(change) for change in changes],
            "notes": list(notes),
        }
    )


def trends_json(trends: Sequence[Trend], notes: Sequence[str]) -> str:
    """Give runners' sessions as JSON; null for what is not known."""
    return _json({"trends": [_trend(trend) for trend in trends], "notes": list(notes)})


def _trend(trend: Trend) -> dict[str, Any]:
    changes = [
        {"session": session.name} | _change(change)
        for course in trend.changes.values()
        for session, change in zip(trend.sessions, course, strict=True)
    ]
    return {
        "runner": trend.sessions[0].runner,
        "by_time": trend.by_time,
        "sessions": [_session(session) for session in trend.sessions],
        "changes": changes,
    }


def _cell(change: Change) -> str:
    return f"{_text(change, change.now)}{SHAPE[change.word]}"


def _text(change: Change, value: float) -> str:
    return BY_KEY[change.key].text(value)


def _basis(change: Change) -> str:
    if isnan(change.detectable.mdc):
        return "–"
    return f"own {change.detectable.own_sessions}" if change.detectable.own_sessions else "lit."


def _session(session: SessionFigures) -> dict[str, Any]:
    return {
        "name": session.name,
        "runner": session.runner,
        "day": session.day,
        "zero_source": {str(side): leg.zero_source for side, leg in session.legs.items()},
        "figures": {
            str(side): {key: figure._asdict() for key, figure in leg.figures.items() if figure.strides}
            for side, leg in session.legs.items()
        },
    }


def _change(change: Change) -> dict[str, Any]:
    plain = asdict(change) | {"change": change.change, "mdc95": change.detectable.mdc}
    plain["day_to_day"] = change.detectable.basis if not isnan(change.detectable.mdc) else None
    del plain["detectable"]
    return plain


def _json(whole: dict[str, Any]) -> str:
    return msgspec.json.format(msgspec.json.encode(whole), indent=2).decode()
