"""What the alignment makes of data that it should not trust: sensors worn wrongly or slack, people who sit or sway.

    python -m benchmarks.alignment_troubles [--runners N]

About two minutes for 20 runners, 40 legs, on two cores.
"""

import argparse
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from math import radians
from multiprocessing import get_context
from pathlib import Path

import numpy as np

from benchmarks.alignment import FAR_DEG, RATE_HZ, Case, Error, error_of, fit_blocks, script_of
from benchmarks.simulated import PROCESSES
from benchmarks.trials import headline, said, table
from firmware_bridge.samples import Floats, Placement, SampleBlock, Segment, Side
from legcycle_imu.simulation import Script, Section, SectionKind, Simulation, draw_runner, draw_sensors, simulate
from legcycle_imu.simulation.script import KneeLift

Samples = dict[Segment, SampleBlock]
SIT_RAD = radians(85.0)
"""Angle of the thigh of a person who sits."""


@dataclass(frozen=True)
class Trouble:
    """One kind of trouble.

    Parameters
    ----------
    name : what is wrong
    script : what the runner does
    worn : from the simulation and another one of the same runner with other sensors, the samples given for a side
    misplaced : whether the sensors are where no alignment can be right
    """

    name: str
    script: Script
    worn: Callable[[Simulation, Simulation, Side], Samples]
    misplaced: bool = False


def as_worn(simulation: Simulation, _: Simulation, side: Side) -> Samples:
    """Give each segment's own samples."""
    return {s: simulation.samples[Placement(side, s)] for s in Segment}


def swapped(simulation: Simulation, _: Simulation, side: Side) -> Samples:
    """Give the thigh's samples for the shank and the other way round."""
    thigh, shank = as_worn(simulation, _, side).values()
    return {Segment.THIGH: shank, Segment.SHANK: thigh}


def crossed(simulation: Simulation, _: Simulation, side: Side) -> Samples:
    """Give the shank of the other leg."""
    other = simulation.samples[Placement(next(s for s in Side if s is not side), Segment.SHANK)]
    return {**as_worn(simulation, _, side), Segment.SHANK: other}


def both_on(segment: Segment) -> Callable[[Simulation, Simulation, Side], Samples]:
    """Give two sensors on one segment."""

    def worn(simulation: Simulation, second: Simulation, side: Side) -> Samples:
        on = Placement(side, segment)
        return {Segment.THIGH: simulation.samples[on], Segment.SHANK: second.samples[on]}

    return worn


def slack(swing_deg: float) -> Callable[[Simulation, Simulation, Side], Samples]:
    """Give sensors that turn on the leg by so much, at 2 to 4 Hz, while it moves."""

    def worn(simulation: Simulation, _: Simulation, side: Side) -> Samples:
        rng = np.random.default_rng([int(side is Side.LEFT), len(simulation.samples)])
        return {s: shaken(block, radians(swing_deg), rng) for s, block in as_worn(simulation, _, side).items()}

    return worn


def shaken(block: SampleBlock, swing_rad: float, rng: np.random.Generator) -> SampleBlock:
    """Turn the samples of a sensor to and fro about a drawn axis, as much as it moves."""
    axis = rng.standard_normal(3)
    axis /= np.linalg.norm(axis)
    speed = np.sqrt((block.gyr**2).sum(axis=1))
    moving = np.convolve(np.minimum(speed, 3.0), np.ones(51) / 51, "same") / 3.0
    angle = swing_rad * moving * np.sin(2 * np.pi * rng.uniform(2.0, 4.0) * block.time + rng.uniform(0.0, 6.0))
    rate = np.gradient(angle, block.time)
    gyr, acc = (_turned(v, axis, -angle) for v in (block.gyr, block.acc))
    return SampleBlock(block.time, gyr + rate[:, None] * axis, acc, block.quality)


def _turned(vectors: Floats, axis: Floats, angle: Floats) -> Floats:
    c, s = np.cos(angle)[:, None], np.sin(angle)[:, None]
    along = (vectors @ axis)[:, None] * axis
    return np.asarray(c * vectors + s * np.cross(axis, vectors) + (1.0 - c) * along)


def sitting(case: Case) -> Script:
    """Let the runner sit for 5 s, stand up and begin at once."""
    script = script_of(case, 3.0)
    sit = tuple(KneeLift(side, -2.0, 5.0, SIT_RAD, shank_share=0.0, ramp=0.12) for side in Side)
    return replace(script, lifts=sit)


def restless(case: Case) -> Script:
    """Let the runner shift from leg to leg instead of standing."""
    script = script_of(case, 3.0)
    lifts = [KneeLift(side, start, start + 0.8, radians(12.0)) for k, start in enumerate(np.arange(0.0, 4.5, 0.8))
             for side in Side if (k % 2 == 0) == (side is Side.LEFT)]  # fmt: skip
    return replace(script, lifts=tuple(lifts))


def small_lifts(height_deg: float) -> Script:
    """Let the knees be lifted but a little."""
    lifts = [KneeLift(side, start + offset, start + offset + 1.2, radians(height_deg))
             for start in np.arange(5.0, 17.0, 2.4) for side, offset in zip(Side, (0.0, 1.2), strict=True)]  # fmt: skip
    return Script((Section(SectionKind.STAND, 18.0),), lifts=tuple(lifts))


JOG, LIFTS, RUN = (script_of(case, 3.0) for case in (Case.JOG, Case.LIFTS, Case.RUN))
TROUBLES = (
    Trouble("thigh and shank exchanged, jogging", JOG, swapped, True),
    Trouble("thigh and shank exchanged, running alone", RUN, swapped, True),
    Trouble("thigh and shank exchanged, knee lifts", LIFTS, swapped, True),
    Trouble("shank sensor on the other leg, jogging", JOG, crossed, True),
    Trouble("shank sensor on the other leg, running alone", RUN, crossed, True),
    Trouble("shank sensor on the other leg, knee lifts", LIFTS, crossed, True),
    Trouble("both on the thigh, jogging", JOG, both_on(Segment.THIGH), True),
    Trouble("both on the thigh, knee lifts", LIFTS, both_on(Segment.THIGH), True),
    Trouble("both on the shank, jogging", JOG, both_on(Segment.SHANK), True),
    Trouble("both on the shank, knee lifts", LIFTS, both_on(Segment.SHANK), True),
    Trouble("moved while standing, jogging", restless(Case.JOG), as_worn),
    Trouble("moved while standing, knee lifts", restless(Case.LIFTS), as_worn),
    Trouble("sat instead of standing, jogging", sitting(Case.JOG), as_worn),
    Trouble("sat instead of standing, knee lifts", sitting(Case.LIFTS), as_worn),
    Trouble("knees lifted 12 deg", small_lifts(12.0), as_worn),
    Trouble("knees lifted 25 deg", small_lifts(25.0), as_worn),
    *(Trouble(f"slack by {deg:.0f} deg, {what}", script, slack(deg))
      for deg in (10.0, 20.0, 40.0) for what, script in (("jogging", JOG), ("knee lifts", LIFTS))),
)  # fmt: skip
HEAD = ["trouble", "legs", "refused", "advised", "within 10 deg", "neither", "what is said"]


def meet(number: int, seed: int) -> list[str | list[Error]]:
    """Simulate one runner in trouble; a process of its own may do it."""
    trouble, runner = TROUBLES[number], draw_runner(seed)
    first, second = (
        simulate(trouble.script, runner, draw_sensors(s, rate_hz=RATE_HZ), seed) for s in (seed, seed + 100_000)
    )
    outcomes: list[str | list[Error]] = []
    for side in Side:
        found = fit_blocks(side, trouble.worn(first, second, side))
        if isinstance(found, str):
            outcomes.append(found)
        else:
            outcomes.append([error_of(first, Placement(side, s), found[s], found.advice) for s in Segment])
    return outcomes


def trouble_row(trouble: Trouble, outcomes: Sequence[str | list[Error]]) -> list[str]:
    """Give the row of one trouble."""
    refused = [o for o in outcomes if isinstance(o, str)]
    fitted = [o for o in outcomes if not isinstance(o, str)]
    advised = [o[0].said for o in fitted if o[0].said]
    quiet = [o for o in fitted if not o[0].said]
    well = 0 if trouble.misplaced else sum(max(e.axis for e in o) <= FAR_DEG for o in quiet)
    sentences = refused + advised
    common = max(sorted(set(sentences)), key=sentences.count) if sentences else ""
    counts = (len(outcomes), len(refused), len(advised), well, len(quiet) - well)
    return [trouble.name, *map(str, counts), common]


def main() -> None:
    """Run and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runners", type=int, default=20, help="runners to draw for each trouble")
    parser.add_argument("--data", type=Path, help="not used: simulated alone")
    parser.add_argument("--work", type=Path, help="not used: nothing is kept")
    options = parser.parse_args()
    headline(
        "Troubles of the alignment",
        "Data: simulated runners at 3 m/s, both legs. Advised: aligned, but with what to do. Neither: aligned more "
        "than 10 deg wrong, or from sensors that no leg wears so, and nothing said.",
    )
    jobs = [(number, seed) for number in range(len(TROUBLES)) for seed in range(options.runners)]
    with get_context("spawn").Pool(PROCESSES) as pool:
        met = list(said(pool.starmap(meet, jobs, chunksize=8), "troubles", len(jobs)))
    each = [[o for (k, _), legs in zip(jobs, met, strict=True) if k == number for o in legs]
            for number in range(len(TROUBLES))]  # fmt: skip
    table("Troubles", HEAD, [trouble_row(t, o) for t, o in zip(TROUBLES, each, strict=True)])


if __name__ == "__main__":
    main()
