"""Charts of the report: distances to targets, left against right, shares of the phases, figures over the run, norms."""

from collections.abc import Sequence
from math import isnan

from firmware_bridge.samples import Floats, Side
from legcycle_imu.cycle import CYCLE
from legcycle_imu.report.drawing import WIDTH, XY, Axis, Drawing, axis_over, tick_text
from legcycle_imu.report.norms import Compared
from legcycle_imu.report.results import PhaseResult
from legcycle_imu.report.sides import SideBySide
from legcycle_imu.report.trends import Trend
from legcycle_imu.report.words import FIGURES, clock, spread, value
from legcycle_imu.summary import LegSummary

LEFT_EDGE, RIGHT_EDGE = 28.0, WIDTH - 12.0
LETTER = {Side.LEFT: "L", Side.RIGHT: "R"}
ROW = 24.0
"""Height of a row of a chart, and of the text below it."""


def dot(drawing: Drawing, side: Side, x: float, y: float) -> None:
    """Draw a leg's mark: left a disc, right a hollow diamond."""
    if side is Side.LEFT:
        drawing.disc((x, y), 4.5, "left fill")
    else:
        drawing.diamond((x, y), 5.5, "right hollow")


def distance_chart(result: PhaseResult) -> str:
    """Draw each leg's mean and scatter on the figure's scale, with its target."""
    metric = result.legs[0].metric
    how = FIGURES[metric]
    known = [leg for leg in result.legs if not isnan(leg.value.mean)]
    if not known:
        return ""
    ends = [leg.value.mean + k * (leg.value.sd or 0.0) for leg in known for k in (-1.5, 1.5)]
    targets = [leg.target for leg in known if not isnan(leg.target)]
    axis = axis_over([*ends, *targets], LEFT_EDGE, RIGHT_EDGE, 4.0 * how.scale.close)
    base = 22.0 + ROW * len(known)
    drawing = Drawing(base + 22.0)
    if targets:
        _target(drawing, metric, axis, sum(targets) / len(targets), base, upward=how.larger_is_better is not False)
    _scale(drawing, axis, base, how.unit)
    for place, leg in enumerate(known):
        y = 22.0 + ROW * (place + 0.5)
        drawing.text((8.0, y + 4.0), LETTER[leg.side])
        _whisker(drawing, axis, leg.value.mean, leg.value.sd, y, str(leg.side))
        dot(drawing, leg.side, axis(leg.value.mean), y)
    said = "; ".join(f"{leg.side} {spread(metric, *leg.value[1:])}" for leg in known)
    aim = f"; target {value(metric, sum(targets) / len(targets))}" if targets else "; no target is set"
    return drawing.svg(f"{how.name}, mean and scatter: {said}{aim}.")


def sides_chart(rows: Sequence[SideBySide]) -> str:
    """Draw the symmetry index of each metric in front of what could be noise."""
    reach = max(10.0, *(abs(row.symmetry.index_pct) + row.symmetry.half_width_pct for row in rows))
    reach = min(max(reach, *(row.noise_pct for row in rows)), 60.0) * 1.05
    axis = Axis(-reach, reach, 14.0, WIDTH - 14.0)
    height = 2.0 * ROW - 10.0
    base = 18.0 + height * len(rows)
    drawing = Drawing(base + 22.0)
    drawing.text((14.0, 12.0), "◂ right larger", "quiet")
    drawing.text((WIDTH - 14.0, 12.0), "left larger ▸", "quiet", "end")
    for place, row in enumerate(rows):
        y = 18.0 + height * place + 24.0
        index, noise = row.symmetry.index_pct, row.noise_pct
        drawing.text((14.0, y - 9.0), FIGURES[row.metric].name, "small")
        drawing.rectangle(axis(-noise), y - 5.0, axis(noise) - axis(-noise), 10.0, "noise")
        _whisker(drawing, axis, index, row.symmetry.half_width_pct, y, "ink")
        drawing.disc((axis(index), y), 4.0, "ink fill")
    drawing.line((axis(0.0), 18.0), (axis(0.0), base), "zero")
    _scale(drawing, axis, base, " %")
    said = "; ".join(f"{FIGURES[r.metric].name} {r.symmetry.index_pct:+.1f} %, {r.word}" for r in rows)
    return drawing.svg(f"Left against right, with the noise floor as a grey bar: {said}.")


def ribbon(legs: Sequence[LegSummary]) -> str:
    """Draw the mean stride of each leg as a ribbon of its four phases."""
    drawing = Drawing(58.0 * len(legs))
    said = []
    for place, leg in enumerate(legs):
        y = 58.0 * place
        means = [leg.metrics[f"{rule.phase}_s"].mean for rule in CYCLE]
        whole, x = sum(means), LEFT_EDGE
        drawing.text((6.0, y + 25.0), LETTER[leg.side])
        for rule, mean in zip(CYCLE, means, strict=True):
            width = (RIGHT_EDGE - LEFT_EDGE) * mean / whole
            drawing.rectangle(x, y + 6.0, width, 30.0, f"phase {rule.phase}")
            drawing.text((x + width / 2, y + 25.0), str(rule.phase), f"on-{rule.phase}", "middle")
            drawing.text((x + width / 2, y + 49.0), f"{100.0 * mean / whole:.0f} %", "small", "middle")
            x += width
        shares = ", ".join(f"{r.phase} {100.0 * m / whole:.0f} %" for r, m in zip(CYCLE, means, strict=True))
        said.append(f"{leg.side} {shares}")
    return drawing.svg(f"Shares of the stride: {'; '.join(said)}.")


def trend_chart(trend: Trend, target: float) -> str:
    """Draw single strides and their running median over the run, with the target where there is one."""
    how = FIGURES[trend.metric]
    values = [how.factor * v for leg in trend.legs for piece in leg.pieces for v in piece.value.tolist()]
    shown = [*values, *([how.factor * target] if not isnan(target) else [])]
    y_axis = axis_over(shown, 150.0, 12.0, max(4.0 * how.scale.close, 2.0))
    x_axis = Axis(trend.start_s, trend.end_s, 44.0, RIGHT_EDGE)
    drawing = Drawing(176.0)
    for tick in y_axis.ticks():
        drawing.line((44.0, y_axis(tick)), (RIGHT_EDGE, y_axis(tick)), "grid")
        drawing.text((40.0, y_axis(tick) + 4.0), tick_text(tick), "small", "end")
    if not isnan(target):
        y = y_axis(how.factor * target)
        drawing.line((44.0, y), (RIGHT_EDGE, y), "target")
        drawing.text((RIGHT_EDGE, y - 4.0 if y > 30.0 else y + 12.0), "target", "small", "end")
    _times(drawing, x_axis)

    def points(times: Floats, values: Floats) -> list[XY]:
        return [(x_axis(t), y_axis(how.factor * v)) for t, v in zip(times.tolist(), values.tolist(), strict=True)]

    for leg in trend.legs:
        for piece in leg.pieces:
            drawing.dots(points(piece.time_s, piece.value), f"strides {leg.side}")
    for leg in trend.legs:
        for piece in leg.pieces:
            drawing.polyline(points(piece.time_s, piece.median), f"median {leg.side}")
    ends = ((leg.side, leg.pieces[0].median[0], leg.pieces[-1].median[-1]) for leg in trend.legs)
    said = "; ".join(f"{side} from {value(trend.metric, a)} to {value(trend.metric, b)}" for side, a, b in ends)
    return drawing.svg(f"{how.name} of each stride over the run, running median: {said}.")


def norms_chart(rows: Sequence[Compared]) -> str:
    """Draw where each leg stands among other runners, in their standard deviations."""
    axis = Axis(-3.0, 3.0, 14.0, WIDTH - 14.0)
    height = 2.0 * ROW - 10.0
    base = 6.0 + height * len(rows)
    drawing = Drawing(base + 22.0)
    for place, row in enumerate(rows):
        y = 6.0 + height * place + 24.0
        drawing.text((14.0, y - 9.0), FIGURES[row.metric].name, "small")
        drawing.rectangle(axis(-1.0), y - 5.0, axis(1.0) - axis(-1.0), 10.0, "noise")
        for side, leg in row.legs.items():
            dot(drawing, side, axis((leg.mean - row.mean) / row.sd), y)
    drawing.line((axis(0.0), 6.0), (axis(0.0), base), "zero")
    for tick, words in ((-3.0, "−3 SD"), (0.0, "their mean"), (3.0, "+3 SD")):
        anchor = "start" if tick < 0 else "end" if tick > 0 else "middle"
        drawing.text((axis(tick), base + 16.0), words, "small", anchor)
    said = "; ".join(
        f"{FIGURES[row.metric].name} {', '.join(f'{side} {word}' for side, word in row.words.items())}" for row in rows
    )
    return drawing.svg(f"Beside other runners at this cadence: {said}.")


def _target(drawing: Drawing, metric: str, axis: Axis, target: float, base: float, *, upward: bool) -> None:
    x = axis(target)
    start, end = (x, axis.end) if upward else (axis.start, x)
    drawing.rectangle(start, 22.0, end - start, base - 22.0, "good")
    drawing.line((x, 18.0), (x, base), "target")
    anchor = "end" if x > WIDTH - 80.0 else "start" if x < 80.0 else "middle"
    drawing.text((x, 13.0), f"target {value(metric, target)}", "small", anchor)


def _whisker(drawing: Drawing, axis: Axis, mean: float, reach: float, y: float, style: str) -> None:
    if not isnan(reach):
        drawing.line((axis(mean - reach), y), (axis(mean + reach), y), f"whisker {style}")


def _scale(drawing: Drawing, axis: Axis, base: float, unit: str) -> None:
    drawing.line((axis.start, base), (axis.end, base), "axis")
    ticks = axis.ticks()
    for tick in ticks:
        drawing.line((axis(tick), base), (axis(tick), base + 4.0), "axis")
        last = tick == ticks[-1]
        drawing.text((axis(tick), base + 17.0), tick_text(tick) + (unit if last else ""), "small", "middle")


def _times(drawing: Drawing, axis: Axis) -> None:
    drawing.line((axis.start, 150.0), (axis.end, 150.0), "axis")
    for place in range(4):
        t = axis.low + place * (axis.high - axis.low) / 3
        anchor = ("start", "middle", "middle", "end")[place]
        drawing.text((axis(t), 167.0), clock(t), "small", anchor)
