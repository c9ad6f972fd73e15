"""The simulated runner through the pipeline: speeds, starts and stops, rates, ranges, loss, one leg, no preamble.

    python -m benchmarks.simulated

Anyone can repeat it: it takes no data.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from multiprocessing import get_context

import numpy as np

from benchmarks.scoring import (
    ANGLE_HEAD,
    EVENT_HEAD,
    METRIC_HEAD,
    SEGMENTS,
    LegScore,
    angle_rows,
    errors_of,
    event_rows,
    f1,
    figure,
    metric_rows,
    score_legs,
)
from benchmarks.trials import PLACEMENTS, arguments, headline, said, simulated_passage, table
from firmware_bridge.samples import Placement, Side
from legcycle_imu.cycle import EventKind
from legcycle_imu.pipeline import PipelineSettings
from legcycle_imu.simulation import (
    ErrorModel,
    Script,
    Section,
    SectionKind,
    draw_runner,
    draw_sensors,
    running_script,
    simulate,
)

PROCESSES = 2
SEEDS = (0, 1, 2, 3)
"""Every case is run by so many drawn runners with sensors drawn anew."""
LIKE_RECORDED = (2.5, 3.5, 4.5)
METHOD = (
    f"Method: {len(SEEDS)} drawn runners a case (posture, style, landing, impact), sensors with any mounting and the "
    "error model of the recorded trials; truth is exact. The pipeline finds the mounting by itself. The simulation was "
    "built around the same 13 runners' means, so it tests the range of speeds, rates and errors, not other people.",
)


@dataclass(frozen=True)
class Case:
    """One kind of recording to simulate."""

    title: str
    script: Script
    rate_hz: float = 200.0
    acc_range_g: float = 16.0
    model: ErrorModel | None = None
    placements: tuple[Placement, ...] = PLACEMENTS
    impact_delay_shift_s: float = 0.0
    settings: PipelineSettings | None = None


@dataclass(frozen=True)
class Simulated:
    """Scores of one simulated recording: its running legs, and its walking: true strides, found ones, flagged ones."""

    legs: list[LegScore]
    walking: tuple[int, int, int]


def cases() -> list[Case]:
    """Give all kinds of recordings."""
    kind = SectionKind
    before = (Section(kind.STAND, 5.0), Section(kind.KNEE_LIFTS, 12.0), Section(kind.STAND, 2.0))
    walk_run_walk = Script((
        *before, Section(kind.TRANSITION, 1.0), Section(kind.WALK, 15.0, 1.5), Section(kind.TRANSITION, 2.0),
        Section(kind.RUN, 20.0, 3.0), Section(kind.TRANSITION, 2.0), Section(kind.WALK, 15.0, 1.5),
        Section(kind.TRANSITION, 1.0), Section(kind.STAND, 3.0),
    ))  # fmt: skip
    start_and_stop = Script((
        *before, Section(kind.TRANSITION, 4.0), Section(kind.RUN, 5.0, 9.0), Section(kind.TRANSITION, 2.0),
        Section(kind.STAND, 5.0),
    ))  # fmt: skip
    jog_sprint_jog = Script((
        *before, Section(kind.TRANSITION, 1.0), Section(kind.RUN, 15.0, 3.0), Section(kind.TRANSITION, 3.0),
        Section(kind.RUN, 6.0, 9.0), Section(kind.TRANSITION, 2.5), Section(kind.RUN, 15.0, 3.0),
        Section(kind.TRANSITION, 1.0), Section(kind.STAND, 3.0),
    ))  # fmt: skip
    one_leg = tuple(p for p in PLACEMENTS if p.side is Side.LEFT)
    return [
        *(Case(f"{v:g} m/s", running_script(v, 20.0)) for v in (2.0, 2.5, 3.5, 4.5, 5.5, 6.5, 7.5, 8.5, 9.5)),
        Case("walk 1.5, run 3, walk 1.5", walk_run_walk),
        Case("start 0 to 9 m/s, stop in 2 s", start_and_stop),
        Case("jog 3, sprint 9, jog 3", jog_sprint_jog),
        *(
            Case(f"{v:g} m/s, {rate} Hz", running_script(v, 20.0), rate_hz=rate)
            for rate in (100, 400) for v in (2.0, 3.5, 9.5)
        ),
        *(Case(f"{v:g} m/s, +-8 g", running_script(v, 20.0), acc_range_g=8.0) for v in (3.5, 9.5)),
        Case("3.5 m/s, 1 % lost", running_script(3.5, 20.0), model=ErrorModel(loss=0.01)),
        Case("3.5 m/s, 6 bursts/min lost", running_script(3.5, 20.0), model=ErrorModel(bursts_per_min=6.0)),
        *(Case(f"{v:g} m/s, no preamble", running_script(v, 20.0, preamble=False)) for v in (2.0, 3.5, 9.5)),
        Case("3.5 m/s, one leg", running_script(3.5, 20.0), placements=one_leg),
    ]  # fmt: skip


def run_case(work: tuple[Case, int]) -> Simulated:
    """Simulate, analyse and score one recording; a process of its own may do it."""
    case, seed = work
    sensors = draw_sensors(seed, case.placements, rate_hz=case.rate_hz, acc_range_g=case.acc_range_g, model=case.model)
    runner = draw_runner(seed, impact_delay_shift_s=case.impact_delay_shift_s)
    simulation = simulate(case.script, runner, sensors, seed)
    outcome = simulated_passage(simulation, settings=case.settings)
    worn = {p.side for p in case.placements}
    true = [s for s in simulation.strides if s.side in worn]
    speed = max(s.speed_m_s for s in case.script.sections)
    legs = score_legs(true, outcome.strides, f"seed {seed}", speed)
    time, degrees = simulation.angles.time, {p: np.degrees(a) for p, a in simulation.angles.angle.items()}
    timeline = case.script.timeline()
    running = np.zeros(len(time), np.bool_)
    for section, start, end in timeline:
        if section.kind is SectionKind.RUN:
            running |= (time >= start) & (time < end)
    for side, leg in legs.items():
        leg.angles = outcome.angle_errors(side, time[running], {p: a[running] for p, a in degrees.items()})
        still = [(a, b) for s, a, b in timeline if s.kind in (SectionKind.STAND, SectionKind.KNEE_LIFTS)]
        mine = [s for s in outcome.strides if s.side is side]
        leg.false = sum(a <= s.initial_contact_s and s.toe_off_s < b for s in mine for a, b in still)
    walks = [(a + 1.0, b - 1.0) for s, a, b in timeline if s.kind is SectionKind.WALK]
    found = [s for s in outcome.strides if any(a <= s.initial_contact_s < b for a, b in walks)]
    walked = sum("walk" in s.flags and any(a <= s.initial_contact_s < b for a, b in walks) for s in true)
    return Simulated(list(legs.values()), (walked, len(found), sum("walk" in s.flags for s in found)))


def run_cases(every: Sequence[Case], what: str) -> list[tuple[Case, list[Simulated]]]:
    """Run every case with every seed."""
    work = [(case, seed) for case in every for seed in SEEDS]
    with get_context("spawn").Pool(PROCESSES) as pool:
        results = list(said(pool.imap(run_case, work), what, len(work)))
    return [(case, results[k * len(SEEDS) : (k + 1) * len(SEEDS)]) for k, case in enumerate(every)]


def case_rows(results: list[tuple[Case, list[Simulated]]]) -> list[list[str]]:
    """Give a row per case: strides, F1, mean absolute errors, angles."""
    rows = []
    for case, simulated in results:
        legs = [leg for s in simulated for leg in s.legs]
        strides = sum(leg.strides for leg in legs)
        errors = [1e3 * np.abs(errors_of(legs, kind)) for kind in EventKind]
        angles = {row[0]: row[2] for row in angle_rows(legs)}
        metrics = {row[0]: row[3] for row in metric_rows(legs)}
        rows.append([
            case.title, str(strides), f"{100 * sum(leg.in_order for leg in legs) / max(strides, 1):.1f}",
            str(sum(leg.false for leg in legs)),
            " / ".join(f"{f1(legs, kind):.3f}" for kind in EventKind),
            " / ".join(figure(float(e.mean()) if len(e) else np.nan) for e in errors),
            metrics["contact time"], metrics["knee drive"], metrics["hip extension"],
            " / ".join(angles[segment] for segment in SEGMENTS),
        ])  # fmt: skip
    return rows


CASE_HEAD = [
    *("case", "strides", "in order %", "false", "F1: contact / toe-off / lift / drive", "MAE ms: the same four"),
    *("contact time MAE ms", "knee drive MAE deg", "hip extension MAE deg"),
    "angle RMSE deg, offset removed: thigh / shank / knee",
]


def main() -> None:
    """Run and print."""
    arguments(__doc__)
    headline("Simulated running", *METHOD)
    results = run_cases(cases(), "simulated")
    table("Cases", CASE_HEAD, case_rows(results))
    walks = [[case.title, *map(str, np.sum([s.walking for s in simulated], axis=0))] for case, simulated in results]
    head = ["case", "true", "found", "flagged `walk`"]
    walked = [row for row in walks if row[1] != "0"]
    table("Walking strides (a second at each end of a section left out)", head, walked)
    recorded = {f"{v:g} m/s" for v in LIKE_RECORDED}
    like = [leg for case, simulated in results if case.title in recorded for s in simulated for leg in s.legs]
    table("Events at the recorded speeds, 2.5, 3.5 and 4.5 m/s", EVENT_HEAD, event_rows(like))
    table("Metrics at these speeds", METRIC_HEAD, metric_rows(like))
    table("Angles at these speeds", ANGLE_HEAD, angle_rows(like))


if __name__ == "__main__":
    main()
