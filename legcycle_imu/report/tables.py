"""Tables of the run: what stands behind each picture, and what no picture shows."""

from collections.abc import Mapping, Sequence
from math import degrees, isnan

import numpy as np

from firmware_bridge.samples import Side
from legcycle_imu.cycle import CYCLE, EventKind
from legcycle_imu.report.curves import POINTS, CurveStatistics, Posture
from legcycle_imu.report.extremes import Extreme
from legcycle_imu.report.norms import Compared
from legcycle_imu.report.parts import PART_METRICS, Part
from legcycle_imu.report.results import PhaseResult
from legcycle_imu.report.session import Session
from legcycle_imu.report.sides import SideBySide
from legcycle_imu.report.table import Table, hits_text, index_text, mean_text, trend_words
from legcycle_imu.report.trends import Trend
from legcycle_imu.report.words import FIGURES, clock, number, percent, signed, spread, value
from legcycle_imu.summary import LegSummary
from legcycle_imu.view.words import NOT_KNOWN

EVENT_NAMES = {
    EventKind.INITIAL_CONTACT: "initial contact",
    EventKind.TOE_OFF: "toe-off",
    EventKind.PEAK_HEEL_LIFT: "peak heel lift",
    EventKind.PEAK_KNEE_DRIVE: "peak knee drive",
}
MOST_PARTS = 100
"""So many laps or bouts are listed."""


def ran(session: Session) -> tuple[LegSummary, ...]:
    """Give the legs that have good running strides."""
    return tuple(leg for leg in session.summary.legs.values() if leg.strides)


def phase_table(result: PhaseResult) -> Table:
    """Distance and trend first, then the value, and how often the target was reached."""
    legs = result.legs
    rows = (
        ("to the target", *(signed(leg.metric, leg.distance.mean) for leg in legs)),
        ("over the run", *(trend_words(leg.metric, leg.drift) for leg in legs)),
        ("mean ± SD", *(mean_text(leg.metric, leg.value) for leg in legs)),
        ("target", *("none" if isnan(leg.target) else value(leg.metric, leg.target) for leg in legs)),
        ("reached", *(hits_text(leg.hits) for leg in legs)),
    )
    heads = ("", *(str(leg.side) for leg in legs))
    return Table(f"phase-{result.phase}", f"{result.phase}: {FIGURES[legs[0].metric].name}", heads, rows)


def figures_table(session: Session) -> Table:
    """Every figure of the summary, as `legcycle analyse` gives it."""
    legs = ran(session)
    heads = ("figure", *(str(leg.side) for leg in legs), *(("left − right",) if len(legs) > 1 else ()))
    strides = ("strides", *(str(leg.strides) for leg in legs), *(("",) if len(legs) > 1 else ()))
    rows = [strides]
    for metric, how in FIGURES.items():
        if any(leg.metrics[metric].known for leg in legs):
            means = tuple(mean_text(metric, leg.metrics[metric]) for leg in legs)
            rows.append((how.name, *means, *((_index(session, metric),) if len(legs) > 1 else ())))
    for rule in CYCLE:
        if any(rule.phase in leg.hits for leg in legs):
            reached = tuple(hits_text(leg.hits.get(rule.phase)) for leg in legs)
            rows.append((f"{rule.phase} target reached", *reached, *(("",) if len(legs) > 1 else ())))
    return Table("figures", "All figures of the good running strides, mean ± SD", heads, tuple(rows))


def sides_table(rows: Sequence[SideBySide]) -> Table:
    """Left and right, the index, and what of it could be noise."""
    cells = tuple(
        (
            FIGURES[row.metric].name,
            mean_text(row.metric, row.left),
            mean_text(row.metric, row.right),
            index_text(row.symmetry),
            f"± {row.noise_pct:.1f} %",
            row.word,
        )
        for row in rows
    )
    heads = ("figure", "left", "right", "left − right, of their mean", "noise floor", "so")
    return Table("sides", "Left against right", heads, cells)


def ribbon_table(legs: Sequence[LegSummary]) -> Table:
    """How long each phase is, and its share of the stride."""
    rows = tuple((str(rule.phase), *(_phase_text(leg, f"{rule.phase}_s") for leg in legs)) for rule in CYCLE)
    return Table(
        "ribbon", "The phases of the mean stride, mean ± SD", ("phase", *(str(leg.side) for leg in legs)), rows
    )


def _phase_text(leg: LegSummary, metric: str) -> str:
    whole = sum(leg.metrics[f"{rule.phase}_s"].mean for rule in CYCLE)
    return f"{mean_text(metric, leg.metrics[metric])}, {percent(100.0 * leg.metrics[metric].mean / whole)}"


def extremes_table(found: Sequence[Extreme]) -> Table:
    """Which strides these are, and the leg's angles at their events."""
    rows = tuple(
        (
            f"{each.stride.side}, {each.word}",
            f"{each.stride.stride} at {clock(each.stride.initial_contact_s)}",
            value(each.metric, each.verdict.value),
            *(_angles(each.postures[kind]) for kind in EVENT_NAMES),
        )
        for each in found
    )
    name = FIGURES[found[0].metric].name
    heads = ("leg", "stride", name, *(f"{event}: thigh / shank" for event in EVENT_NAMES.values()))
    return Table("extremes", "Best and worst stride", heads, rows)


def trend_table(trend: Trend) -> Table:
    """Medians of ten equal parts of the run."""
    heads = ("from", *(f"{leg.side}, median" for leg in trend.legs))
    rows = tuple(
        (clock(start), *(value(trend.metric, leg.rows[k]) for leg in trend.legs))
        for k, start in enumerate(trend.row_starts_s())
    )
    return Table(f"trend-{trend.metric}", f"{FIGURES[trend.metric].name} in ten equal parts of the run", heads, rows)


def parts_table(key: str, caption: str, parts: Sequence[Part]) -> Table:
    """One row a lap or bout."""
    known = [m for m in PART_METRICS if any(part.metrics[m].known for part in parts)]
    heads = ("part", "from", "lasts", "strides", *(FIGURES[m].name for m in known), "lift reached", "drive reached")
    rows = tuple(
        (
            part.name,
            clock(part.start_s),
            f"{part.duration_s:.1f} s",
            str(part.strides),
            *(value(metric, part.metrics[metric].mean) for metric in known),
            percent(part.lift_pct),
            percent(part.drive_pct),
        )
        for part in parts[:MOST_PARTS]
    )
    more = f"; the first {MOST_PARTS} of {len(parts)}" if len(parts) > MOST_PARTS else ""
    return Table(key, f"{caption}, means of both legs{more}", heads, rows)


def cyclogram_table(curves: Mapping[Side, CurveStatistics]) -> Table:
    """Mean angles at every tenth of the stride."""
    heads = ("of the stride", *(f"{side} {segment}" for side in curves for segment in ("thigh", "shank")))
    rows = tuple(
        (
            f"{k} %",
            *(
                f"{number(degrees(leg.mean[row][k]), 1)}° ± {number(degrees(leg.sd[row][k]), 1)}°"
                for leg in curves.values()
                for row in (0, 1)
            ),
        )
        for k in np.arange(0, POINTS, 10).tolist()
    )
    return Table("cyclogram", "Angles to the vertical over the mean stride, mean ± SD", heads, rows)


def norms_table(rows: Sequence[Compared]) -> Table:
    """Each leg beside the norm."""
    sides = list(rows[0].legs)
    heads = ("figure", "other runners", *(head for side in sides for head in (str(side), f"{side} is")))
    cells = tuple(
        (
            FIGURES[row.metric].name,
            spread(row.metric, row.mean, row.sd),
            *(cell for side in sides for cell in _beside(row, side)),
        )
        for row in rows
    )
    return Table("norms", "Beside other runners at this cadence", heads, cells)


def _index(session: Session, metric: str) -> str:
    found = session.summary.symmetry.get(metric)
    if found is None or isnan(found.index_pct):
        return ""
    return index_text(found)


def _beside(row: Compared, side: Side) -> tuple[str, str]:
    if side not in row.legs:
        return NOT_KNOWN, NOT_KNOWN
    return value(row.metric, row.legs[side].mean), row.words[side]


def _angles(posture: Posture) -> str:
    return f"{number(degrees(posture.thigh))}° / {number(degrees(posture.shank))}°"
