"""Strides and angles held against truth: events matched one to one within 80 ms, errors, delays.

The rules are those of the published comparisons (docs/accuracy.md, "Method"): a leg is scored from the initial
contact of its second true stride in a row to the last one's end; what is found outside does not count.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import chain, pairwise

import numpy as np

from firmware_bridge.samples import Floats, Side
from legcycle_imu.cycle import EventKind
from legcycle_imu.model import Stride

TOLERANCE_S = 0.080
"""Events further apart than this are not the same."""
SAME_CONTACT_S = 0.040
"""A stride's end this near to the next one's beginning is the same contact."""
SEGMENTS = ("thigh", "shank", "knee")

METRICS = {
    "contact_time_s": ("contact time", "ms", 1e3),
    "knee_drive_deg": ("knee drive", "deg", 1.0),
    "heel_lift_cm": ("heel lift", "cm", 1.0),
    "hip_extension_deg": ("hip extension", "deg", 1.0),
    "placement_cm": ("placement", "cm", 1.0),
}
"""Columns of the stride table that are compared: name, unit, factor."""

EVENT_HEAD = [
    *("event", "n", "F1", "bias ms", "MAE ms", "P95 ms", "within SD ms", "between SD ms"),
    *("latency median ms", "latency P95 ms"),
]
METRIC_HEAD = ["metric", "n", "bias", "MAE", "limits of agreement", "unit"]
ANGLE_HEAD = ["angle", "RMSE deg", "RMSE deg, offset removed", "largest offset deg"]


@dataclass
class EventScore:
    """One kind of event of one leg: counts, errors (s, found - true) and delays (s, known - happened)."""

    true: int = 0
    found: int = 0
    errors: list[float] = field(default_factory=list)
    delays: list[float] = field(default_factory=list)


@dataclass
class LegScore:
    """One leg of one recording.

    Parameters
    ----------
    runner : who ran; spreads are told within and between runners
    speed_m_s : of the running
    events, metrics : errors of each kind and of each column of `METRICS`, in its printed unit
    strides, in_order : strides found in the scored part, and those whose events are all there and in order
    false : strides found where nobody ran
    angles : errors of thigh, shank and knee, deg
    """

    runner: str
    speed_m_s: float
    events: dict[EventKind, EventScore] = field(default_factory=lambda: {kind: EventScore() for kind in EventKind})
    metrics: dict[str, list[float]] = field(default_factory=lambda: {name: [] for name in METRICS})
    strides: int = 0
    in_order: int = 0
    false: int = 0
    angles: dict[str, Floats] = field(default_factory=dict)

    def add(self, true: Sequence[Stride], found: Sequence[Stride]) -> None:
        """Hold this leg's found strides against its true ones."""
        for bout in bouts(true):
            if len(bout) > 1:
                self._add_bout(bout, found)

    def _add_bout(self, bout: list[Stride], found: Sequence[Stride]) -> None:
        truth = bout[1:]
        low, high = truth[0].initial_contact_s, truth[-1].next_initial_contact_s
        for kind in EventKind:
            self._add_events(kind, times_of(bout, kind), found, low, high)
        inside = [s for s in found if low - TOLERANCE_S < s.initial_contact_s < high - SAME_CONTACT_S]
        self.strides += len(inside)
        self.in_order += sum(in_order(s) for s in inside)
        starts = np.array([s.initial_contact_s for s in inside])
        for i, j in pairs(np.array([s.initial_contact_s for s in truth]), starts):
            for name, (_, _, factor) in METRICS.items():
                error = factor * (getattr(inside[j], name) - getattr(truth[i], name))
                if np.isfinite(error):
                    self.metrics[name].append(error)

    def _add_events(self, kind: EventKind, every: Floats, found: Sequence[Stride], low: float, high: float) -> None:
        mine = times_of(found, kind)
        mine = mine[(mine > low - TOLERANCE_S) & (mine < high + TOLERANCE_S)]
        counts = (every >= low) & (every <= high)
        if len(mine):  # one that belongs to an event before or after the scored part is not a false one
            mine = mine[counts[np.abs(np.subtract.outer(mine, every)).argmin(axis=1)]]
        true = every[counts]
        score = self.events[kind]
        score.true += len(true)
        score.found += len(mine)
        score.errors += [float(mine[j] - true[i]) for i, j in pairs(true, mine)]
        for stride in found:
            t, known = getattr(stride, f"{kind}_s"), getattr(stride, f"{kind}_known_s")
            if low <= t <= high and np.isfinite(known):
                score.delays.append(known - t)


def score_legs(true: Sequence[Stride], found: Sequence[Stride], runner: str, speed_m_s: float) -> dict[Side, LegScore]:
    """Score the legs of one recording that have true strides; walking counts on neither side."""
    legs = {}
    for side in Side:
        truth = [s for s in true if s.side is side and "walk" not in s.flags]
        mine = [s for s in found if s.side is side and "walk" not in s.flags]
        if truth:
            legs[side] = LegScore(runner, speed_m_s)
            legs[side].add(truth, mine)
    return legs


def bouts(strides: Iterable[Stride]) -> list[list[Stride]]:
    """Part one leg's strides into those that follow one another without a break."""
    parts: list[list[Stride]] = []
    for stride in sorted(strides, key=lambda s: s.initial_contact_s):
        if parts and abs(stride.initial_contact_s - parts[-1][-1].next_initial_contact_s) < SAME_CONTACT_S:
            parts[-1].append(stride)
        else:
            parts.append([stride])
    return parts


def times_of(strides: Sequence[Stride], kind: EventKind) -> Floats:
    """Give all times of one kind of event, sorted; repeated ones are kept, a stride's end counts once."""
    times = sorted(t for s in strides if np.isfinite(t := getattr(s, f"{kind}_s")))
    if kind is EventKind.INITIAL_CONTACT:
        ends = [s.next_initial_contact_s for s in strides]
        times = sorted([*times, *(t for t in ends if not _near(times, t))])
    return np.array(times)


def _near(times: list[float], t: float) -> bool:
    return bool(len(times)) and float(np.abs(np.array(times) - t).min()) <= SAME_CONTACT_S


def pairs(true: Floats, found: Floats) -> list[tuple[int, int]]:
    """Match events one to one, nearest first."""
    if not len(true) or not len(found):
        return []
    distance = np.abs(np.subtract.outer(true, found))
    candidates = np.argwhere(distance <= TOLERANCE_S)
    taken: tuple[set[int], set[int]] = set(), set()
    matched: list[tuple[int, int]] = []
    for i, j in candidates[np.argsort(distance[tuple(candidates.T)], kind="stable")].tolist():
        if i not in taken[0] and j not in taken[1]:
            taken[0].add(i)
            taken[1].add(j)
            matched.append((i, j))
    return matched


def in_order(stride: Stride) -> bool:
    """Tell whether a stride's events are all there and in the order of the cycle."""
    times = [getattr(stride, f"{kind}_s") for kind in EventKind] + [stride.next_initial_contact_s]
    return all(a < b for a, b in pairwise(times))


def f1(scores: Sequence[LegScore], kind: EventKind) -> float:
    """Give the harmonic mean of precision and recall, pooled."""
    events = [s.events[kind] for s in scores]
    total = sum(e.true + e.found for e in events)
    return 2 * sum(len(e.errors) for e in events) / total if total else float("nan")


def errors_of(scores: Sequence[LegScore], kind: EventKind) -> Floats:
    """Give all errors of one kind of event, pooled, s."""
    return np.array([e for s in scores for e in s.events[kind].errors])


def within_and_between(groups: Sequence[tuple[str, Floats]]) -> tuple[float, float]:
    """Give the spread about each leg's own mean, and that of the runners' means (NaN for less than two)."""
    groups = [(name, errors) for name, errors in groups if len(errors)]
    if not groups:
        return float("nan"), float("nan")
    within = float(np.concatenate([e - e.mean() for _, e in groups]).std())
    runners = sorted({name for name, _ in groups})
    means = [float(np.concatenate([e for name, e in groups if name == runner]).mean()) for runner in runners]
    return within, float(np.std(means, ddof=1)) if len(means) > 1 else float("nan")


def event_rows(scores: Sequence[LegScore]) -> list[list[str]]:
    """Give a row of `EVENT_HEAD` per event."""
    rows = []
    for kind in EventKind:
        error = 1e3 * errors_of(scores, kind)
        delay = 1e3 * np.array([d for s in scores for d in s.events[kind].delays])
        spread = within_and_between([(s.runner, 1e3 * np.array(s.events[kind].errors)) for s in scores])
        figures = [float("nan")] * 7
        if len(error):
            size = np.abs(error)
            figures = [error.mean(), size.mean(), float(np.percentile(size, 95)), *spread]
            figures += [float(np.median(delay)), float(np.percentile(delay, 95))] if len(delay) else [float("nan")] * 2
        true = sum(s.events[kind].true for s in scores)
        rows.append([str(kind).replace("_", " "), str(true), f"{f1(scores, kind):.4f}", *map(figure, figures)])
    return rows


def metric_rows(scores: Sequence[LegScore]) -> list[list[str]]:
    """Give a row of `METRIC_HEAD` per metric that has values."""
    rows = []
    for key, (name, unit, _) in METRICS.items():
        e = np.array(list(chain.from_iterable(s.metrics[key] for s in scores)))
        if len(e):
            low, high = e.mean() - 1.96 * e.std(), e.mean() + 1.96 * e.std()
            rows.append(
                [name, str(len(e)), figure(e.mean()), figure(np.abs(e).mean()), f"{low:.1f} to {high:.1f}", unit]
            )
    return rows


def angle_rows(scores: Sequence[LegScore]) -> list[list[str]]:
    """Give a row of `ANGLE_HEAD` per angle; the offset is the mean error of each leg of each recording."""
    rows = []
    for name in SEGMENTS:
        errors = [e for s in scores if len(e := s.angles.get(name, np.empty(0)))]
        if errors:
            raw = np.sqrt(np.mean(np.concatenate(errors) ** 2))
            removed = np.sqrt(np.mean(np.concatenate([e - e.mean() for e in errors]) ** 2))
            rows.append([name, *(f"{x:.2f}" for x in (raw, removed, max(abs(e.mean()) for e in errors)))])
    return rows


def figure(value: float) -> str:
    """Give a number to one decimal, a dash where it is not known."""
    return f"{value:.1f}" if np.isfinite(value) else "-"
