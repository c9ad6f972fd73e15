"""Sensors that slip in mid-run: how soon it is noticed, and whether the angles come back.

    python -m benchmarks.slip [--data DIR]

Recorded trials are slipped by turning one sensor's samples: from one sample to the next, with no trace in the
gyroscope, or within 0.3 s, with the turn added to what the gyroscope feels. Without data, simulated runs alone.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import degrees, nan, pi, radians
from multiprocessing import get_context

import numpy as np

from benchmarks.simulated import cases
from benchmarks.trials import SOURCE, Trial, arguments, data_folders, headline, said, table, trials
from calibration.model import LegCalibration, SegmentCalibration
from calibration.slip import Slip, SlipKind
from firmware_bridge.intake import Intake
from firmware_bridge.samples import Placement, SampleBlock, Segment, Side
from firmware_bridge.source import SensorFacts
from legcycle_imu.leg import Leg, LegSettings
from legcycle_imu.model import Stride
from legcycle_imu.pipeline import Pipeline
from legcycle_imu.runner import LegGeometry
from legcycle_imu.simulation import Script, Section, SectionKind, draw_runner, draw_sensors, simulate
from legcycle_imu.simulation.recording import chunks, sensor_facts

PROCESSES = 2
SEEDS = (0, 1)
"""Every simulated run is run by so many drawn runners."""
AFTER_S = 12.0
"""A sensor slips so long after its section of running has begun."""
DRAWN_S = 1.0
"""and up to so much later: anywhere in the stride."""
LASTS_S = 0.3
"""How long a slip takes that the gyroscope sees."""
EDGE_S = 0.5
"""Strides so near to the section's end are not counted."""
SLIPS = tuple(
    (axis, angle, lasts)
    for axis, angle in (("y", 25.0), ("y", -25.0), ("z", 15.0), ("z", -15.0), ("x", 15.0), ("x", -15.0))
    for lasts in (0.0, LASTS_S)
)
METHOD = (
    SOURCE,
    "Method: the axes of each sensor are those of the self-alignment, which is then given. From 12 to 13 s into the "
    "running section on one sensor's samples are turned about one of them. Noticed: strides of the leg that ended "
    "between the slip and its being said. Knee drive: mean over the strides after that, against the mean before the "
    "slip, and against the same strides without a slip (a runner's own knee drive moves by up to 2.9 deg meanwhile).",
)


@dataclass(frozen=True)
class Result:
    """What one slip brought; NaN where it was not noticed."""

    segment: Segment
    axis: str
    lasts_s: float
    noticed: float
    angle_deg: float
    against_before_deg: float
    against_unslipped_deg: float
    others: int


@dataclass(frozen=True)
class Passed:
    """What a leg gave."""

    strides: list[Stride]
    slips: list[Slip]
    calibration: LegCalibration


Sensors = dict[Segment, tuple[float, SampleBlock]]


def turned(
    block: SampleBlock, seat: SegmentCalibration, axis: str, angle: float, at: float, lasts_s: float
) -> SampleBlock:
    """Give the samples of a sensor that slips: turned by an angle (rad) about an axis of its segment."""
    unit = np.eye(3)["xyz".index(axis)]
    share = (block.time >= at).astype(np.float64)
    speed = np.zeros(len(block))
    if lasts_s:
        x = np.clip((block.time - at) / lasts_s, 0.0, 1.0)
        share, speed = x**3 * (10 - 15 * x + 6 * x * x), 30 * angle * x * x * (1 - x) ** 2 / lasts_s
    c, s = np.cos(-angle * share)[:, None], np.sin(-angle * share)[:, None]

    def turn(vectors: np.ndarray) -> np.ndarray:
        return c * vectors + s * np.cross(unit, vectors) + (1 - c) * (vectors @ unit)[:, None] * unit

    frame = seat.matrix()
    gyr = turn(block.gyr @ frame.T) + speed[:, None] * unit
    return SampleBlock(block.time, gyr @ frame, turn(block.acc @ frame.T) @ frame, block.quality)


def passed(side: Side, sensors: Sensors, geometry: LegGeometry, known: LegCalibration | None = None) -> Passed:
    """Let a leg's samples pass."""
    rate_hz = {segment: rate for segment, (rate, _) in sensors.items()}
    leg = Leg(side, rate_hz, geometry, known, LegSettings())
    pushed, rest = leg.push(*(sensors[segment][1] for segment in Segment)), leg.flush()
    found = known or next(u.alignment for u in (pushed, rest) if u.alignment).calibration
    findings = [*pushed.findings, *rest.findings]
    return Passed([f.stride for f in findings if f.stride], [*pushed.slips, *rest.slips], found)


def sensors_of(trial: Trial, side: Side) -> Sensors:
    """Give a leg's samples."""
    facts, stream = trial.chunks()
    intake = Intake(facts)
    blocks = zip(intake.push(stream), intake.flush(), strict=True)
    worn = {f.placement: (f.rate_hz, SampleBlock.join(list(pair))) for f, pair in zip(facts, blocks, strict=True)}
    return {segment: worn[Placement(side, segment)] for segment in Segment}


def slip_trial(trial: Trial) -> tuple[int, list[Result]]:
    """Slip each sensor of one leg in each way; also give how many slips were told of both where there were none."""
    results, false = [], 0
    start, end = trial.sections("run")[0]
    slipping = list(Side)[(int(trial.runner[-3:]) + round(trial.speed_m_s)) % 2]
    for side in Side:
        sensors = sensors_of(trial, side)
        aligned = passed(side, sensors, trial.geometry)
        seats = aligned.calibration
        plain = passed(side, sensors, trial.geometry, seats)
        false += len(aligned.slips) + sum(bool(s.flags & {*SlipKind}) for s in aligned.strides)
        if side is not slipping:
            continue
        rng = np.random.default_rng([int(trial.runner[-3:]), round(10 * trial.speed_m_s), list(Side).index(side)])
        for segment in Segment:
            for axis, angle, lasts in SLIPS:
                at = start + AFTER_S + DRAWN_S * float(rng.uniform())
                rate, block = sensors[segment]
                slipped = turned(block, seats[segment], axis, radians(angle), at, lasts)
                now = passed(side, {**sensors, segment: (rate, slipped)}, trial.geometry, seats)
                results.append(_result(segment, axis, lasts, (start, at, end - EDGE_S), now, plain))
    return false, results


def _result(
    segment: Segment, axis: str, lasts: float, times: tuple[float, float, float], now: Passed, plain: Passed
) -> Result:
    start, at, end = times
    kind = SlipKind.TURNED if axis == "y" else SlipKind.TILTED
    told = [s for s in now.slips if s.kind is kind and s.segment is segment and s.t_known > at]
    others = len(now.slips) - len(told[:1])
    if not told:
        return Result(segment, axis, lasts, nan, nan, nan, nan, others)
    known = told[0].t_known
    strides = sum(at < s.next_initial_contact_s <= known for s in now.strides)
    after = _knee_drive(now.strides, known, end)
    return Result(
        segment, axis, lasts, strides, degrees(told[0].angle_rad),
        after - _knee_drive(now.strides, start, at), after - _knee_drive(plain.strides, known, end), others,
    )  # fmt: skip


def _knee_drive(strides: Sequence[Stride], start: float, end: float) -> float:
    inside = [s.knee_drive_deg for s in strides if start < s.initial_contact_s and s.next_initial_contact_s < end]
    return float(np.nanmean(inside))


def rows(results: list[Result]) -> Iterator[list[str]]:
    """Give a row for each kind of slip."""
    for segment in Segment:
        for axis, what in (("y", "turned 25 deg"), ("z", "tilted 15 deg, about z"), ("x", "tilted 15 deg, about x")):
            for lasts in (0.0, LASTS_S):
                mine = [r for r in results if (r.segment, r.axis, r.lasts_s) == (segment, axis, lasts)]
                if mine:
                    yield [str(segment), what, f"{lasts:g} s" if lasts else "at once", *_figures(mine, axis)]


def _figures(mine: list[Result], axis: str) -> list[str]:
    noticed = np.array([r.noticed for r in mine])
    figures = [str(len(mine)), str(int((noticed <= 10).sum())), f"{np.nanmean(noticed):.1f}", f"{np.nanmax(noticed):g}"]
    if axis != "y":
        return [*figures, "-", "-", "-", str(sum(r.others for r in mine))]
    before, unslipped = (
        np.abs([getattr(r, name) for r in mine]) for name in ("against_before_deg", "against_unslipped_deg")
    )
    within = f"{100 * (before <= 2.0).mean():.0f}"
    return [
        *figures, f"{np.nanmean(before):.1f} / {np.nanmax(before):.1f}", within,
        f"{np.nanmean(unslipped):.1f} / {np.nanmax(unslipped):.1f}", str(sum(r.others for r in mine)),
    ]  # fmt: skip


HEAD = [
    *("sensor", "slip", "takes", "slips", "noticed within 10 strides", "strides: mean", "most"),
    *(
        "knee drive against before, deg: mean / most",
        "within 2 deg, %",
        "against no slip: mean / most",
        "other slips told",
    ),
]


# Where nothing slips


def scripts() -> list[tuple[str, Script]]:
    """Give runs in which much changes but no sensor slips: speeds, starts, stops, walking, bends, paces."""
    kind = SectionKind
    before = (Section(kind.STAND, 5.0), Section(kind.KNEE_LIFTS, 12.0), Section(kind.STAND, 2.0))

    def bend(speed: float, radius: float) -> Script:
        straight = Section(kind.RUN, 6.0, speed)
        half = Section(kind.RUN, pi * radius / speed, speed, pi)
        start = Section(kind.TRANSITION, max(1.0, speed / 3.5))
        return Script((*before, start, straight, half, straight, half, straight, start, Section(kind.STAND, 3.0)))

    paces = [Section(kind.RUN, 10.0, speed) for speed in (2.5, 4.5, 3.0, 7.0, 2.5)]
    changes = [part for pace in paces for part in (Section(kind.TRANSITION, 2.0), pace)]
    again = [
        *(Section(kind.TRANSITION, 1.0), Section(kind.STAND, 4.0), Section(kind.KNEE_LIFTS, 12.0)),
        *(Section(kind.TRANSITION, 1.0), Section(kind.RUN, 10.0, 4.0), Section(kind.TRANSITION, 1.0)),
        *(Section(kind.WALK, 15.0, 1.6), Section(kind.TRANSITION, 1.0), Section(kind.RUN, 10.0, 3.5)),
    ]
    known = [(c.title, c.script) for c in cases() if c.rate_hz == 200.0 and c.model is None and c.acc_range_g == 16.0]
    bends = [
        (f"bends, {v:g} m/s, radius {r:g} m", bend(v, r)) for v, r in ((3.5, 36.5), (6.0, 36.5), (9.0, 36.5), (5, 10))
    ]
    return [
        *dict(known).items(),
        *bends,
        ("changes of pace, a stop, knee lifts, walking", Script((*before, *changes, *again))),
    ]


def run_script(work: tuple[str, Script, int]) -> tuple[str, int, int, int]:
    """Simulate one run; give its strides, slips told, and strides flagged."""
    title, script, seed = work
    simulation = simulate(script, draw_runner(seed), draw_sensors(seed), seed)
    facts: list[SensorFacts] = [sensor_facts(setup) for setup in simulation.sensors]
    pipeline = Pipeline(facts, simulation.runner.geometry)
    updates = [pipeline.push(chunks(simulation.samples, simulation.sensors, 40)), pipeline.flush()]
    strides = [s for u in updates for s in u.strides]
    flagged = sum(bool(s.flags & {*SlipKind}) for s in strides)
    return title, len(strides), sum(len(u.slips) for u in updates), flagged


def main() -> None:
    """Run and print."""
    options = arguments(__doc__)
    headline("Sensors that slip", *METHOD)
    for folder in data_folders(options.data):
        every = trials(folder, options.work)
        with get_context("spawn").Pool(PROCESSES) as pool:
            given = list(said(pool.imap_unordered(slip_trial, every), f"slipping {folder.name}", len(every)))
        table(f"Slips in {folder.name}", HEAD, rows([r for _, results in given for r in results]))
        print(
            f"In the {len(every)} recordings as they are: {sum(n for n, _ in given)} slips told or strides flagged.\n"
        )
    work = [(title, script, seed) for title, script in scripts() for seed in SEEDS]
    with get_context("spawn").Pool(PROCESSES) as pool:
        found = list(said(pool.imap(run_script, work), "simulated", len(work)))
    by_title: dict[str, list[tuple[int, int, int]]] = {}
    for title, *counts in found:
        by_title.setdefault(title, []).append(tuple(counts))  # type: ignore[arg-type]
    rows_ = [[title, *map(str, np.sum(counts, axis=0))] for title, counts in by_title.items()]
    table("Simulated runs in which nothing slips", ["run", "strides", "slips told", "strides flagged"], rows_)


if __name__ == "__main__":
    main()
