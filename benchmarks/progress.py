"""Sessions against each other: how often a change is marked that is none, and one that is; and runs at other speeds.

Simulated runners run again and again, each time with sensors strapped on and calibrated anew and with other strides,
but with the same technique. Marks between such sessions are false. Then changes of known size are added.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import NamedTuple

import numpy as np

from benchmarks.trials import Outcome, Trial, arguments, headline, passage, said, simulated_passage, table, trials
from firmware_bridge.samples import Floats, Side
from legcycle_imu.model import Stride
from legcycle_imu.progress.change import Change, Word, compare, detectable, pace
from legcycle_imu.progress.metrics import BY_KEY
from legcycle_imu.progress.session import Figure, SessionFigures, leg_figures
from legcycle_imu.progress.trend import trend
from legcycle_imu.runner import LegGeometry
from legcycle_imu.simulation import draw_runner, draw_sensors, running_script, simulate
from legcycle_imu.simulation.runner import SimulatedRunner

RUNNERS, SESSIONS = 8, 8
SPEED_M_S, DURATION_S = 3.0, 30.0
SHIFT_DEG = 6.0
"""By how much the thigh's angles, or its swing, are changed where the technique shall change."""
DRAWS, DAYS = 4000, 80
MARKED = (Word.MORE, Word.LESS)
ANGLES = ("thigh_range_deg", "knee_drive_deg", "peak_hip_extension_deg", "heel_lift_cm", "placement_cm")
SHOWN = (*ANGLES, "contact_time_s")


def main() -> None:
    given = arguments(__doc__)
    headline(
        "Progress",
        f"{RUNNERS} simulated runners, {SESSIONS} sessions each of {DURATION_S:g} s at {SPEED_M_S:g} m/s after "
        "standing and knee lifts; sensors, mounting, calibration and strides of every session are drawn anew, the "
        "technique is the same.",
    )
    people = list(said((_again(seed) for seed in range(RUNNERS)), "simulated runners", RUNNERS))
    table("The same technique: sessions of one runner", *_scatter(people))
    table("False marks: the same technique", *_false_marks(people))
    table("A change that is there", *_power())
    table("A change of posture, which the zero takes for its own", *_hidden())
    if given.data is not None and given.data.is_dir():
        found = said(trials(given.data, given.work), "recorded trials")
        table("The same runner at three speeds", *_speeds([(trial, _of_trial(trial)) for trial in found]))


def _again(seed: int) -> list[SessionFigures]:
    """Give the sessions of one runner."""
    return [simulated(draw_runner(seed), 1000 * seed + k, f"{seed}-{k}") for k in range(SESSIONS)]


def simulated(runner: SimulatedRunner, seed: int, name: str, speed_m_s: float = SPEED_M_S) -> SessionFigures:
    """Give a session of a simulated runner; the seed is that of sensors and strides."""
    script = running_script(speed_m_s, DURATION_S, overground=False)
    outcome = simulated_passage(simulate(script, runner, draw_sensors(seed), seed))
    return _session(name, outcome, runner.geometry)


def _session(name: str, outcome: Outcome, geometry: LegGeometry, runner: str = "simulated") -> SessionFigures:
    calibrations = {a.calibration.side: a.calibration for a in outcome.alignments}
    strides: dict[Side, list[Stride]] = {side: [s for s in outcome.strides if s.side is side] for side in Side}
    legs = {side: leg_figures(strides[side], calibrations[side], geometry) for side in calibrations}
    return SessionFigures(name, runner, geometry=geometry, legs=legs)


class Table(NamedTuple):
    """Heading and rows."""

    head: Sequence[str]
    rows: list[Sequence[str]]


def _scatter(people: Sequence[Sequence[SessionFigures]]) -> Table:
    """How far sessions of one runner differ, beside what is reckoned with."""
    rows = []
    for key in SHOWN:
        metric, sd, sem = BY_KEY[key], [], []
        for sessions in people:
            for side in Side:
                figures = [session.figure(side, key) for session in sessions]
                sd.append(np.std([f.mean for f in figures], ddof=1) ** 2)
                sem += [(f.sem**2, f.zero_sd**2, f.days_sd**2) for f in figures]
        of = np.sqrt([np.nanmean(sd), *np.nanmean(sem, axis=0)]) * metric.factor
        mdc = 1.96 * np.sqrt(2.0) * np.sqrt((of[1:] ** 2).sum())
        rows.append((f"{metric.name}, {metric.unit}", *(f"{v:.2f}" for v in (*of, mdc))))
    return Table(("metric", "SD of sessions", "by strides", "by the zero", "by days, published", "MDC95 of two"), rows)


def _false_marks(people: Sequence[Sequence[SessionFigures]]) -> Table:
    """Marks between sessions in which nothing changed, as they are and with days that differ."""
    rng = np.random.default_rng(1)
    differing = [[_another_day(session, rng) for session in sessions] for sessions in people for _ in range(DAYS)]
    rows = []
    for name, those in (("mounting alone", people), ("and days as published", differing)):
        pairs = [c for sessions in those for a, b in _pairs(sessions) for c in compare(a, b) if c.key in SHOWN]
        rows.append((f"two sessions, {name}", *_counted(pairs)))
        courses = [trend(sessions) for sessions in those]
        later = [c for t in courses for (_, key), course in t.changes.items() if key in SHOWN for c in course]
        rows.append((f"trend by own sessions, {name}", *_counted([c for c in later if c.detectable.own_sessions])))
    return Table(("", "comparisons", "not comparable", "marked", "of those that are comparable"), rows)


def _another_day(session: SessionFigures, rng: np.random.Generator) -> SessionFigures:
    """Give a session of a day that differs as days do by what is published: each metric by its own."""
    moved = {}
    for side, leg in session.legs.items():
        figures = {
            key: figure._replace(mean=figure.mean + figure.days_sd * rng.standard_normal())
            for key, figure in leg.figures.items()
        }
        moved[side] = replace(leg, figures=figures)
    return replace(session, legs=moved)


def _pairs(sessions: Sequence[SessionFigures]) -> Iterator[tuple[SessionFigures, SessionFigures]]:
    return ((a, b) for k, a in enumerate(sessions) for b in sessions[k + 1 :])


def _counted(changes: Sequence[Change]) -> tuple[str, str, str, str]:
    barred = sum(c.word is Word.NOT_COMPARABLE for c in changes)
    marked = sum(c.word in MARKED for c in changes)
    share = 100.0 * marked / max(len(changes) - barred, 1)
    return str(len(changes)), str(barred), str(marked), f"{share:.1f} %"


def _power() -> Table:
    """Normal days, drawn: marks without a change, and with one of so many times the MDC that holds in the long run."""
    rng, rows = np.random.default_rng(2), []
    for name, days_deg, own in (("literature", 2.7, 1), ("3 own sessions", 2.0, 3), ("5 own sessions", 2.0, 5)):
        counts = [_marked_share(rng, days_deg, own, times) for times in (0.0, 1.0, 2.0)]
        rows.append((name, *(f"{100.0 * share:.1f} %" for share in counts)))
    return Table(("day to day by", "marked: no change", "change of 1 MDC", "change of 2 MDC"), rows)


def _marked_share(rng: np.random.Generator, days_deg: float, own: int, times: float, draws: int = DRAWS) -> float:
    """Share of drawn sessions marked; `times` is the change by the MDC that goes with the true SD of the days."""
    true = Figure(40, 40.0, 2.0, 0.3, 0.0, days_deg)
    sem = float(np.hypot(true.sem, true.days_sd))
    marked = 0
    for _ in range(draws):
        before = [true._replace(mean=40.0 + sem * rng.standard_normal()) for _ in range(own)]
        exact = [true._replace(mean=40.0 + sem * z) for z in _standard(own)]
        change = times * detectable(before, exact if own > 2 else [], true).mdc
        now = true._replace(mean=40.0 + change + sem * rng.standard_normal())
        least = detectable(before, before, now).mdc
        marked += abs(now.mean - float(np.mean([f.mean for f in before]))) > least
    return marked / draws


def _standard(count: int) -> Floats:
    """Give numbers whose sample SD is 1."""
    values = np.arange(count, dtype=float)
    return (values - values.mean()) / max(float(np.std(values, ddof=1)) if count > 1 else 1.0, 1e-9)


def _hidden(people: int = 4) -> Table:
    """Let the thigh swing further, or all of it further in front, and see what is found of that."""
    rows = []
    for name, place in (("all angles of the thigh further in front", 0), ("a larger swing", 1)):
        seen = []
        for seed in range(people):
            runner = draw_runner(seed)
            other = _with_thigh(runner, place, np.radians(SHIFT_DEG))
            a, b = (simulated(r, 1000 * seed + 77, "x") for r in (runner, other))
            ta, tb = (_true(r, 1000 * seed + 77) for r in (runner, other))
            seen += [
                (key, tb[side, key] - ta[side, key], b.figure(side, key).mean - a.figure(side, key).mean)
                for side in Side
                for key in ("knee_drive_deg", "thigh_range_deg")
            ]
        for key in ("knee_drive_deg", "thigh_range_deg"):
            true, found = (float(np.mean([s[i] for s in seen if s[0] == key])) for i in (1, 2))
            rows.append((name, BY_KEY[key].name, f"{true:+.1f}", f"{found:+.1f}"))
    return Table(("what changed", "metric", "truly, deg", "as found, deg"), rows)


def _with_thigh(runner: SimulatedRunner, place: int, by_rad: float) -> SimulatedRunner:
    """Add to one term of the thigh's personal deviation, a Fourier series over the stride; 0 is its constant."""
    legs = {}
    for side, style in runner.legs.items():
        curves = style.curves.copy()
        curves[place, 0] += by_rad
        legs[side] = replace(style, curves=curves)
    return replace(runner, legs=legs)


def _true(runner: SimulatedRunner, seed: int) -> dict[tuple[Side, str], float]:
    script = running_script(SPEED_M_S, DURATION_S, overground=False)
    strides = simulate(script, runner, draw_sensors(seed), seed).strides
    true = {}
    for side in Side:
        mine = [s for s in strides if s.side is side and "walk" not in s.flags]
        drive = np.array([s.knee_drive_deg for s in mine])
        back = np.array([s.peak_hip_extension_deg for s in mine])
        true[side, "knee_drive_deg"] = float(np.nanmean(drive))
        true[side, "thigh_range_deg"] = float(np.nanmean(drive + back))
    return true


def _of_trial(trial: Trial) -> SessionFigures:
    return _session(trial.name, passage(*trial.chunks(), trial.geometry), trial.geometry, trial.runner)


def _speeds(those: Sequence[tuple[Trial, SessionFigures]]) -> Table:
    """Hold one speed against another of the same runner."""
    rows = []
    for slow, fast in ((2.5, 3.5), (3.5, 4.5), (2.5, 4.5)):
        pairs = [
            (a, b)
            for one, a in those
            for other, b in those
            if one.runner == other.runner and (one.speed_m_s, other.speed_m_s) == (slow, fast)
        ]
        changes = [c for a, b in pairs for c in compare(a, b)]
        anyway = [c for a, b in pairs for c in compare(a, b, same_speed=True)]
        noted = sum(any(c.reason == "another pace" for c in compare(a, b)) for a, b in pairs)
        cadence, contact = (
            [100.0 * (pace(b, key) / pace(a, key) - 1.0) for a, b in pairs] for key in ("cadence_spm", "contact_time_s")
        )
        rows.append(
            (
                f"{slow} → {fast} m/s",
                str(len(pairs)),
                f"{min(cadence):+.1f} to {max(cadence):+.1f}",
                f"{min(contact):+.1f} to {max(contact):+.1f}",
                str(noted),
                str(sum(c.word in MARKED for c in changes)),
                f"{sum(c.word in MARKED for c in anyway)} of {len(anyway)}",
            )
        )
    head = (
        "",
        "runners",
        "cadence, %",
        "contact time, %",
        "pace noted",
        "marked",
        "marked if the pace is not looked at",
    )
    return Table(head, rows)


if __name__ == "__main__":
    main()
