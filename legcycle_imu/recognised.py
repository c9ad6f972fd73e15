"""Drills that a recording holds and that nobody announced, in words. Pure."""

from collections import Counter
from collections.abc import Iterable

from legcycle_imu.drills import Activity, Span

LEAST_RUNS = 3
"""Fewer short runs are just short runs."""


def notices_of(spans: Iterable[Span]) -> list[str]:
    """Give a sentence for each drill that was recognised: which, of which leg, from when to when, how often.

    Parameters
    ----------
    spans : what `legcycle_imu.drills.Recogniser` gave
    """
    every = sorted(spans, key=lambda span: span.start_s)
    said = [(span.start_s, _drill(span)) for span in every if span.repetitions]
    runs = [span for span in every if span.activity is Activity.RUN_30M]
    if len(runs) >= LEAST_RUNS:
        said.append(
            (runs[0].start_s, f"{Activity.RUN_30M}, {_from_to(runs[0].start_s, runs[-1].end_s)}: {len(runs)} runs")
        )
    return [f"Recognised: {text}." for _, text in sorted(said)]


def _drill(span: Span) -> str:
    counts = Counter(str(one.side) for one in span.repetitions)
    legs = f"{next(iter(counts))} leg" if len(counts) == 1 else "both legs"
    each = "" if len(counts) == 1 else f" ({', '.join(f'{side} {counts[side]}' for side in sorted(counts))})"
    count = len(span.repetitions)
    return f"{span.activity}, {legs}, {_from_to(span.start_s, span.end_s)}: {count} repetitions{each}"


def _from_to(start_s: float, end_s: float) -> str:
    return f"{start_s:.0f} to {end_s:.0f} s"
