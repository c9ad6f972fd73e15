"""Drills that were done in a recording, announced or not, and how their repetitions went."""

from collections import Counter
from math import isnan
from typing import NamedTuple

from firmware_bridge.samples import Side
from legcycle_imu.drills import ADVICE, RULES, DrillRule, Repetition, Span
from legcycle_imu.report.session import Session
from legcycle_imu.report.table import Table
from legcycle_imu.report.words import clock, number

MOST_REPETITIONS = 100
"""So many repetitions of a drill are listed."""
UNITS = {"deg": "°", "cm": " cm", "s": " s", "%": " %"}


class Practice(NamedTuple):
    """One drill as it was done.

    Attributes
    ----------
    rule, span : which drill, and the stretch of the recording with its repetitions
    counts : repetitions of each leg; of a run None -> runs
    good, judged : repetitions that passed, of those that a rule judges
    advice : what to do about the most frequent fault, and how often it was; "" where there is none
    """

    rule: DrillRule
    span: Span
    counts: dict[Side | None, int]
    good: int
    judged: int
    advice: str


def practised(session: Session) -> tuple[Practice, ...]:
    """Give the drills of a recording in the order of time; runs whose repetitions are bouts stand with the bouts."""
    return tuple(
        _practice(RULES[span.drill], span) for span in session.spans if span.drill is not None and span.repetitions
    )


def practice_table(practice: Practice, place: int) -> Table:
    """A row a repetition: what the drill's rule looks at, and what is to be said."""
    bounds = practice.rule.bounds
    names = (f"{bound.measure.rsplit('_', 1)[0].replace('_', ' ')}" for bound in bounds)
    heads = ("repetition", "from", "lasts", *names, "good")
    rows = tuple(
        (
            f"{one.number} {one.side or ''}".rstrip(),
            clock(one.start_s),
            f"{number(one.end_s - one.start_s, 1)} s",
            *(_value(one, bound.measure, bound.unit) for bound in bounds),
            _verdict(one),
        )
        for one in practice.span.repetitions[:MOST_REPETITIONS]
    )
    return Table(f"drill-{place}", f"{practice.rule.title}, each repetition", heads, rows)


def _practice(rule: DrillRule, span: Span) -> Practice:
    judged = [one for one in span.repetitions if one.passed is not None]
    faults = Counter(one.faults[0] for one in span.repetitions if one.faults)
    advice = ""
    if faults:
        fault, times = faults.most_common(1)[0]
        advice = f"{ADVICE[fault].removesuffix('.')} ({times} of {len(span.repetitions)})"
    counts = Counter(one.side for one in span.repetitions)
    return Practice(rule, span, dict(counts), sum(bool(one.passed) for one in judged), len(judged), advice)


def _value(one: Repetition, measure: str, unit: str) -> str:
    value: float = getattr(one, measure)
    return number(value) if isnan(value) else f"{number(value, 1)}{UNITS[unit]}"


def _verdict(one: Repetition) -> str:
    if one.passed is None:
        return "not judged"
    return "✔ good" if one.passed else f"✖ {one.advice}"
