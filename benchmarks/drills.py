"""Simulated people at their drills through the whole pipeline: repetitions counted, wrong ones named.

    python -m benchmarks.drills --sets 1000

Each set is of a person, sensors, tempo, range and rate drawn anew: the left and the right leg's turn, or flicks lying,
or runs. Half of the sets are right; in the others every third repetition is wrong in one of the ways the coaching text
warns of. The calibration is as the guided one leaves it: zeros off as far as people differ in how they stand.
"""

import argparse
import sys
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from math import nan, radians
from multiprocessing import get_context
from time import perf_counter

import numpy as np

from calibration.model import CalibrationSet, LegCalibration, SegmentCalibration, ZeroSource
from firmware_bridge.samples import Placement, SampleBlock, Segment, Side
from legcycle_imu.drills import (
    RULES,
    Drill,
    DrillRule,
    DrillSession,
    DrillSettings,
    Fault,
    Recogniser,
    Repetition,
    Span,
)
from legcycle_imu.model import Update
from legcycle_imu.personal_band import is_good
from legcycle_imu.pipeline import Pipeline
from legcycle_imu.simulation import SensorSetup, SimulatedRunner, draw_runner, draw_sensors, simulate
from legcycle_imu.simulation.drill_people import TrueRepetition, run_script, simulate_drill
from legcycle_imu.simulation.recording import chunks, sensor_facts
from legcycle_imu.simulation.simulate import Simulation

DRILLS = (Drill.HEEL_DRAG, Drill.PRONE_FLICKS, Drill.PUSH_LIFT, Drill.PUSH_LIFT_DRIVE, Drill.RUN_30M)
RATES_HZ = (60.0, 100.0, 200.0)
ZERO_SD_DEG = {Segment.THIGH: 2.6, Segment.SHANK: 2.8}
"""How far people's standing is from the mean; a zero that was taken standing is off by it."""
GYR_BIAS_SD_RAD_S = 0.002
WRONG = 0.35
FAST_M_S, SHUFFLING_M_S = (7.8, 9.0), (1.9, 2.3)
"""Speeds at which simulated people reach lift and drive of the method in most strides, and in none."""


@dataclass
class Score:
    """What came of sets."""

    sets: int = 0
    exact: int = 0
    """With as many repetitions of each leg as were done."""
    right: int = 0
    called_right: int = 0
    done: Counter[Fault] = field(default_factory=Counter)
    named: Counter[Fault] = field(default_factory=Counter)
    recognised: int = 0
    strides: int = 0
    """Strides that came out of drills on the spot and that something would rest on; there are none."""
    left_out: int = 0
    """Those that carry a flag by which they are left out."""
    seconds: float = 0.0
    missed: list[int] = field(default_factory=list)

    def __add__(self, other: "Score") -> "Score":
        return Score(**{name: getattr(self, name) + getattr(other, name) for name in self.__dataclass_fields__})


def believed(sensors: Iterable[SensorSetup], seed: int) -> CalibrationSet:
    """Give how sensors sit as a guided calibration finds it: true but for the zero, which is that of standing."""
    rng, worn = np.random.default_rng([seed, 61]), {setup.placement: setup for setup in sensors}
    legs = []
    for side in Side:
        seats = [_seat(worn[Placement(side, segment)], ZERO_SD_DEG[segment], rng) for segment in Segment]
        legs.append(LegCalibration(side, *seats, ZeroSource.STANDING))
    return CalibrationSet(tuple(legs))


def _seat(setup: SensorSetup, sd_deg: float, rng: np.random.Generator) -> SegmentCalibration:
    off = radians(sd_deg) * float(np.clip(rng.standard_normal(), -2.0, 2.0))
    c, s = np.cos(off), np.sin(off)
    turned = np.array([[c, -s, 0.0], [s, c, 0.0], [0.0, 0.0, 1.0]]) @ setup.mounting
    rows = tuple(tuple(row) for row in turned.tolist())
    bias = tuple(setup.gyr_bias.tolist())
    return SegmentCalibration(rows, bias, GYR_BIAS_SD_RAD_S, 0.0, radians(sd_deg))


def scored(drill: Drill, seed: int) -> Score:
    """Play one set."""
    rng = np.random.default_rng([seed, 62])
    rate_hz, wrong = float(rng.choice(RATES_HZ)), WRONG if seed % 2 else 0.0
    sensors, runner = draw_sensors(seed, rate_hz=rate_hz), draw_runner(seed)
    begun = perf_counter()
    if drill is Drill.RUN_30M:
        samples, true = _runs(seed, rng, sensors, runner, wrong=wrong)
    else:
        done = simulate_drill(drill, seed, repetitions=int(rng.integers(4, 9)), wrong=wrong, sensors=sensors)
        samples, true = done.samples, done.set.repetitions
    pipeline = Pipeline([sensor_facts(s) for s in sensors], runner.geometry, believed(sensors, seed))
    updates = [pipeline.push(list(chunks(samples, sensors, 20))), pipeline.flush()]
    found = _found(drill, true, updates, runner)
    score = _compared(true, found)
    score.seconds = perf_counter() - begun
    spans = _spans(updates, runner)
    score.recognised = int(all(span.drill in (drill, None) for span in spans) and any(s.drill is drill for s in spans))
    if drill is not Drill.RUN_30M:
        strides = [stride for update in updates for stride in update.strides]
        score.strides = sum(is_good(stride) for stride in strides)
        score.left_out = len(strides) - score.strides
    score.missed = [] if score.exact else [seed]
    return score


def _runs(
    seed: int, rng: np.random.Generator, sensors: tuple[SensorSetup, ...], runner: SimulatedRunner, *, wrong: float
) -> tuple[dict[Placement, SampleBlock], tuple[TrueRepetition, ...]]:
    slow = [bool(rng.uniform() < wrong) for _ in range(2)]
    speeds = [float(rng.uniform(*(SHUFFLING_M_S if shuffling else FAST_M_S))) for shuffling in slow]
    script = run_script(speeds, 5.0, rest_s=5.0)
    simulation: Simulation = simulate(script, runner, sensors, seed)
    times = [(a, b) for section, a, b in script.timeline() if section.kind == "run"]
    true = tuple(
        TrueRepetition(Side.LEFT, a, b, Fault.DRIVE_LOW if shuffling else None)
        for (a, b), shuffling in zip(times, slow, strict=True)
    )
    return simulation.samples, true


def _found(
    drill: Drill, true: tuple[TrueRepetition, ...], updates: list[Update], runner: SimulatedRunner
) -> list[Repetition]:
    turn = sum(one.side is true[0].side and one.fault is not Fault.WRONG_SIDE for one in true)
    rule = RULES[drill] if drill in (Drill.PRONE_FLICKS, Drill.RUN_30M) else _counted(drill, turn)
    session = DrillSession(drill, settings=DrillSettings(rules={**RULES, drill: rule}), geometry=runner.geometry)
    return [one for update in updates for one in session.push(update)] + session.flush()


def _counted(drill: Drill, repetitions: int) -> DrillRule:
    return replace(RULES[drill], seconds=nan, repetitions=repetitions)


def _spans(updates: list[Update], runner: SimulatedRunner) -> list[Span]:
    recogniser = Recogniser(geometry=runner.geometry)
    return [span for update in updates for span in recogniser.push(update)] + recogniser.flush()


def _compared(true: tuple[TrueRepetition, ...], found: list[Repetition]) -> Score:
    """Hold repetitions against what was done, leg by leg, where their number is right."""
    score = Score(sets=1)
    legs = {one.side: [two for two in found if two.side in (one.side, None)] for one in true}
    done = {side: [one for one in true if one.side is side] for side in legs}
    if any(len(legs[side]) != len(done[side]) for side in legs) or sum(map(len, legs.values())) != len(found):
        return score
    score.exact = 1
    for side, truths in done.items():
        for truth, one in zip(truths, legs[side], strict=True):
            if truth.fault is None:
                score.right += 1
                score.called_right += not one.faults
            else:
                score.done[truth.fault] += 1
                score.named[truth.fault] += truth.fault in one.faults
    return score


def _job(job: tuple[Drill, int]) -> Score:
    return scored(*job)


def scores(sets: int, first: int = 0, processes: int = 2) -> dict[Drill, Score]:
    """Play so many sets, in equal shares of the drills."""
    each = -(-sets // len(DRILLS))
    jobs = [(drill, first + k) for drill in DRILLS for k in range(each)]
    with get_context("spawn").Pool(processes) as pool:
        results = pool.map(_job, jobs, chunksize=4)
    total = {drill: Score() for drill in DRILLS}
    for (drill, _), score in zip(jobs, results, strict=True):
        total[drill] += score
    return total


def said(total: dict[Drill, Score]) -> list[str]:
    """Give the table, and the wrong repetitions below it."""
    lines = [
        "| drill | sets | counted exactly | right ones called right | wrong ones named | recognised | s a set "
        "| strides; left out |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for drill, s in total.items():
        right, named = _share(s.called_right, s.right), _share(s.named.total(), s.done.total())
        lines.append(
            f"| {drill} | {s.sets} | {_share(s.exact, s.sets)} | {right} | {named} | {_share(s.recognised, s.sets)} "
            f"| {s.seconds / s.sets:.2f} | {s.strides}; {s.left_out} |"
        )
    every = sum(total.values(), Score())
    lines.append(f"\nAll: {_share(every.exact, every.sets)} of {every.sets} sets counted exactly.")
    for drill, s in total.items():
        faults = ", ".join(f"{fault} {s.named[fault]} of {s.done[fault]}" for fault in sorted(s.done))
        lines.append(f"- {drill}: {faults or 'none wrong'}; not exact: seeds {s.missed or 'none'}")
    return lines


def _share(part: int, whole: int) -> str:
    return f"{100.0 * part / whole:.1f} %" if whole else "-"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sets", type=int, default=100)
    parser.add_argument("--first", type=int, default=0, help="first seed")
    asked = parser.parse_args()
    sys.stdout.write("\n".join(said(scores(asked.sets, asked.first))) + "\n")


if __name__ == "__main__":
    main()
