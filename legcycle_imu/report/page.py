"""The page: the report's data, drawn and set into one HTML file that needs nothing else.

The pictures are SVG made by hand: as text in the page they are small and sharp, take its colours in the dark and on
paper, and bring their words for a screen reader; a plotting library would bring a second of start and 50 kB a picture.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from math import isnan, nan
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from firmware_bridge.samples import Side
from legcycle_imu.cycle import CYCLE, Phase
from legcycle_imu.live.palette import THEMES
from legcycle_imu.norms import SOURCE
from legcycle_imu.report import charts, legs, quality_tables, tables, words
from legcycle_imu.report.data import ReportData
from legcycle_imu.report.practice import practice_table
from legcycle_imu.report.results import PhaseResult
from legcycle_imu.report.table import Table
from legcycle_imu.report.trends import Trend
from legcycle_imu.summary import LegSummary
from legcycle_imu.targets import Place, Preset, Targets

TEMPLATE = "template.html.j2"


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture with the table behind it; `svg` is "" where there is nothing to draw."""

    svg: Markup
    table: Table


@dataclass(frozen=True, slots=True)
class PhaseCard:
    """A phase as it is shown."""

    result: PhaseResult
    metric: str
    picture: Picture
    headline: str


def render(data: ReportData, *, serials: bool = False) -> str:
    """Give the whole page.

    Parameters
    ----------
    data : the report
    serials : name the sensors' devices, too
    """
    session = data.session
    geometry = session.runner.geometry
    ran = tables.ran(session)
    pairs = [[e for e in data.extremes if e.stride.side is side] for side in Side]
    return (
        _environment()
        .get_template(TEMPLATE)
        .render(
            data=data,
            session=session,
            words=words,
            themes=THEMES,
            when=_when(session.meta.started),
            sides=[str(side) for side in session.sides],
            ran=ran,
            cards=[_card(result, session.targets) for result in data.phases],
            balance=_picture(charts.sides_chart(data.sides), tables.sides_table(data.sides)) if data.sides else None,
            ribbon=_ribbon(ran),
            extremes=[Markup(legs.extremes_picture(pair, geometry)) for pair in pairs if pair],
            extremes_table=tables.extremes_table(data.extremes) if data.extremes else None,
            trends=[_trend(trend, _target(data, trend.metric)) for trend in data.trends],
            parts=_parts(data),
            practice=[practice_table(one, place) for place, one in enumerate(data.practice, start=1)],
            cyclogram=_cyclogram(data),
            norms=_picture(charts.norms_chart(data.norms), tables.norms_table(data.norms)) if data.norms else None,
            norms_source=SOURCE,
            strides=quality_tables.strides_table(data.quality),
            flags=quality_tables.flags_table(data.quality),
            sensors=quality_tables.sensors_table(data.quality, serials=serials),
            calibration=quality_tables.calibration_table(data.quality),
            figures=tables.figures_table(session),
            facts=_facts(data),
        )
    )


def _card(result: PhaseResult, targets: Targets) -> PhaseCard:
    return PhaseCard(
        result,
        words.PHASE_METRICS[result.phase],
        _picture(charts.distance_chart(result), tables.phase_table(result)),
        _headline(result, targets),
    )


def _headline(result: PhaseResult, targets: Targets) -> str:
    """Say in a few words how far the phase is from its target, in the mean of both legs."""
    metric, distance = result.legs[0].metric, result.distance.mean
    if isnan(distance):
        return "no target: the value alone" if isnan(result.legs[0].target) else "not known"
    far = words.value(metric, abs(distance))
    if result.phase is not Phase.PLACE:
        return f"{far} {'beyond' if distance >= 0.0 else 'short of'} the target"
    normal = targets.preset is not Preset.BASELINE and targets.running.place is Place.NORM
    end = "the norm's upper end" if normal else "the target"
    return f"{far} {'inside' if distance >= 0.0 else 'beyond'} {end}"


def _trend(trend: Trend, target: float) -> Picture:
    return _picture(charts.trend_chart(trend, target), tables.trend_table(trend))


def _target(data: ReportData, metric: str) -> float:
    """Give the one target of a column over the whole run; NaN where each stride has its own."""
    if data.session.targets.preset is Preset.BASELINE:
        return nan
    legs = [leg for result in data.phases if result.phase in (Phase.LIFT, Phase.DRIVE) for leg in result.legs]
    return next((leg.target for leg in legs if leg.metric == metric), nan)


def _parts(data: ReportData) -> list[Table]:
    found = []
    if data.laps:
        found.append(tables.parts_table("laps", "Laps", data.laps))
    if len(data.bouts) > 1:
        found.append(tables.parts_table("bouts", "Bouts of running", data.bouts))
    return found


def _ribbon(ran: Sequence[LegSummary]) -> Picture | None:
    known = [leg for leg in ran if all(leg.metrics[f"{rule.phase}_s"].known for rule in CYCLE)]
    return _picture(charts.ribbon(known), tables.ribbon_table(known)) if known else None


def _cyclogram(data: ReportData) -> Picture | None:
    curves = data.session.curves
    return _picture(legs.cyclogram(curves), tables.cyclogram_table(curves)) if curves else None


def _facts(data: ReportData) -> Mapping[str, str]:
    """Give where all this comes from."""
    session = data.session
    lengths = session.runner
    known = {"height": lengths.height_m, "thigh": lengths.thigh_m, "shank": lengths.shank_m}
    return {
        "report by": session.software,
        "recording": session.name,
        "recorded by": session.meta.software,
        "started": _when(session.meta.started) or "not known",
        "lasts": f"{session.duration_s:.1f} s",
        "runner": session.runner.code or "not named",
        "lengths": ", ".join(f"{name} {length:.3f} m" for name, length in known.items() if length) or "not known",
        "calibration": _calibration(data),
        "targets": session.targets.in_words(),
    }


def _calibration(data: ReportData) -> str:
    session = data.session
    if not session.calibrations:
        return "none"
    if session.calibration_made:
        return f"made {_when(session.calibration_made)}"
    return "stored with the recording" if session.meta.calibration else "found from the movement"


def _when(iso: str | None) -> str:
    """Give a wall time for a person: 2026-05-03 10:20 UTC."""
    if not iso:
        return ""
    zone = "UTC" if iso.endswith(("Z", "+00:00")) else ""
    return f"{iso[:16].replace('T', ' ')} {zone}".rstrip()


def _picture(svg: str, table: Table) -> Picture:
    return Picture(Markup(svg), table)


@cache
def _environment() -> Environment:
    environment: Any = Environment(
        loader=PackageLoader("legcycle_imu.report", ""),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment  # type: ignore[no-any-return]
