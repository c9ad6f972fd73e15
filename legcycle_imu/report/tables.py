"""The report's tables: what stands behind each picture, and what no picture shows."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import degrees, isnan

import numpy as np

from firmware_bridge.samples import Side
from legcycle_imu.cycle import CYCLE, EventKind
from legcycle_imu.report.curves import POINTS, CurveStatistics, Posture
from legcycle_imu.report.data import ReportData
from legcycle_imu.report.extremes import Extreme
from legcycle_imu.report.norms import Compared
from legcycle_imu.report.parts import PART_METRICS, Part
from legcycle_imu.report.quality import SensorQuality
from legcycle_imu.report.results import Drift, PhaseResult
from legcycle_imu.report.session import Session
from legcycle_imu.report.sides import SideBySide
from legcycle_imu.report.trends import Trend
from legcycle_imu.report.words import FIGURES, clock, number, percent, signed, spread, value
from legcycle_imu.summary import Hits, LegSummary, Statistics, Symmetry
from legcycle_imu.view.words import NOT_KNOWN

EVENT_NAMES = {
    EventKind.INITIAL_CONTACT: "initial contact",
    EventKind.TOE_OFF: "toe-off",
    EventKind.PEAK_HEEL_LIFT: "peak heel lift",
    EventKind.PEAK_KNEE_DRIVE: "peak knee drive",
}
MOST_PARTS = 100
"""So many laps or bouts are listed."""


@dataclass(frozen=True, slots=True)
class Table:
    """A table: what it shows, its headings, its rows; the first cell of a row is the row's heading.

    Parameters
    ----------
    caption, heads, rows : as said
    key : name of the table, for whoever reads the page with a program
    """

    key: str
    caption: str
    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


def ran(session: Session) -> tuple[LegSummary, ...]:
    """Give the legs that have good running strides."""
    return tuple(leg for leg in session.summary.legs.values() if leg.strides)


def phase_table(result: PhaseResult) -> Table:
    """Distance and trend first, then the value, and how often the target was reached."""
    legs = result.legs
    rows = (
        ("to the target", *(signed(leg.metric, leg.distance.mean) for leg in legs)),
        ("over the run", *(trend_words(leg.metric, leg.drift) for leg in legs)),
        ("mean ± SD", *(_mean(leg.metric, leg.value) for leg in legs)),
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
            means = tuple(_mean(metric, leg.metrics[metric]) for leg in legs)
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
            _mean(row.metric, row.left),
            _mean(row.metric, row.right),
            index_text(row.symmetry),
            f"± {row.noise_pct:.1f} %",
            row.word,
        )
        for row in rows
    )
    heads = ("figure", "left", "right", "left − right, of their mean", "noise floor", "so")
    return Table("sides", "Left against right", heads, cells)


def ribbon_table(legs: Sequence[LegSummary]) -> Table:
    """How long each phase is."""
    rows = []
    for rule in CYCLE:
        metric = f"{rule.phase}_s"
        cells = [str(rule.phase)]
        for leg in legs:
            whole = sum(leg.metrics[f"{each.phase}_s"].mean for each in CYCLE)
            cells += [_mean(metric, leg.metrics[metric]), percent(100.0 * leg.metrics[metric].mean / whole)]
        rows.append(tuple(cells))
    heads = ("phase", *(head for leg in legs for head in (f"{leg.side}, mean ± SD", f"{leg.side}, share")))
    return Table("ribbon", "The phases of the mean stride", heads, tuple(rows))


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


def strides_table(data: ReportData) -> Table:
    """How many strides there are, and how whole."""
    rows = tuple(
        (str(leg.side), str(leg.found), str(leg.good), percent(leg.coverage_pct, 1), percent(leg.heard_pct, 1))
        for leg in data.quality.legs
    )
    heads = ("leg", "strides found", "good running strides", "samples in a stride", "samples in the session")
    return Table("strides", "Strides of each leg", heads, rows)


def flags_table(data: ReportData) -> Table:
    """What is known against strides."""
    sides = data.session.sides
    heads = ("flag", *(str(side) for side in sides), "says")
    rows = tuple((f.flag, *(str(f.strides[side]) for side in sides), f.meaning) for f in data.quality.flags)
    return Table("flags", "Strides with a flag", heads, rows)


def sensors_table(data: ReportData, *, serials: bool) -> Table:
    """Each sensor, and what became of its samples."""
    heads = (
        "sensor",
        "protocol",
        "rate",
        "range",
        "sent",
        "samples",
        "lost",
        "filled",
        "gaps",
        "saturated",
        "left out",
    )
    rows = []
    for sensor in data.quality.sensors:
        facts, samples = sensor.facts, sensor.samples
        lost = percent(sensor.lost_pct, 2) if samples.loss_known else f"at least {percent(sensor.lost_pct, 2)}"
        counts = (samples.filled, samples.gaps, samples.saturated, samples.dropped + samples.repeated)
        cells = (
            f"{facts.rate_hz:.0f} Hz",
            sensor.ranges,
            _sent(sensor),
            str(samples.received),
            lost,
            *map(str, counts),
        )
        rows.append(
            (str(sensor.placement), facts.protocol, *cells, *((facts.device or facts.name,) if serials else ()))
        )
    return Table("sensors", "Sensors and their samples", (*heads, *(("device",) if serials else ())), tuple(rows))


def calibration_table(data: ReportData) -> Table:
    """How good each leg's calibration is."""
    rows = tuple(
        (str(leg.side), figure.name, f"{figure.mark.shape} {figure.mark.word}", figure.text, figure.meaning)
        for leg in data.quality.calibrations
        for figure in leg.figures
    )
    return Table("calibration", "Calibration of each leg", ("leg", "of", "is", "figure", "that means"), rows)


def hits_text(hits: Hits | None) -> str:
    """Give how often a target was reached."""
    if hits is None or not hits.judged:
        return NOT_KNOWN
    return f"{hits.hit} of {hits.judged} ({100.0 * hits.hit / hits.judged:.0f} %)"


def trend_words(metric: str, drift: Drift) -> str:
    """Give how a figure changed over the run."""
    if not drift.word:
        return "too few strides"
    return f"{drift.word}, {signed(metric, drift.change)}"


def _sent(sensor: SensorQuality) -> str:
    return NOT_KNOWN if isnan(sensor.heard.start_s) else f"{clock(sensor.heard.start_s)} to {clock(sensor.heard.end_s)}"


def _mean(metric: str, of: Statistics) -> str:
    return spread(metric, of.mean, of.sd)


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


def index_text(found: Symmetry) -> str:
    """Give a symmetry index with its interval."""
    return f"{number(found.index_pct, 1, sign=True)} ± {number(found.half_width_pct, 1)} %"
