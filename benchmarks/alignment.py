"""How well the alignment finds how sensors sit: on simulated runners with any mounting.

    python -m benchmarks.alignment [--draws N]

A quarter of an hour of one core's time; a draw is one leg of one runner with its two sensors.
Recorded runners: `benchmarks.left_out`.
"""

import argparse
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import partial
from math import degrees
from multiprocessing import get_context
from pathlib import Path

import numpy as np

from benchmarks.simulated import PROCESSES
from benchmarks.trials import headline, said, table
from calibration.evidence import AlignmentSettings, SensorHold
from calibration.fit import fit_leg
from calibration.model import LegCalibration, SegmentCalibration
from firmware_bridge.samples import Placement, SampleBlock, Segment, Side
from legcycle_imu.simulation import Script, Section, SectionKind, Simulation, draw_runner, draw_sensors, simulate
from legcycle_imu.simulation.runner import STAND_SHANK, STAND_THIGH, standing_tilts

DRAWS = 2000
RATE_HZ = 100.0
"""Of the sensors: what the alignment uses lies below 10 Hz, and half the samples take half the time."""
FAR_DEG = 10.0
"""An axis that is further off and of which nothing is said is a silent failure."""
LEAN_DEG = {Segment.THIGH: STAND_THIGH, Segment.SHANK: STAND_SHANK}
METHOD = (
    "Data: simulated runners, each leg a draw: mounting uniform over all rotations, errors of the sensors as in the "
    f"recorded trials, {RATE_HZ:.0f} Hz; standing lean (thigh -3.8 +- 2.6 deg, shank -3.7 +- 2.8 deg), tilts out of "
    "the sagittal plane, lengths, speed (2 to 4.5 m/s), impact and wobble drawn.",
    "Axis: angle between the z that was found and that of the segment frame, which leans in the frontal plane, when "
    "its runner stands, as the mean leg does. Its parts: frontal (about x) and about y, the segment's own length. "
    "`bone`: the angle to the z of this leg's own hip-knee or knee-ankle line, which leans by 2.5 or 3.0 deg (SD) more "
    "or less than the mean leg's; no sensor sees that. Zero: angle found less true angle.",
)


class Case(StrEnum):
    """What the runner does, and what is known of it."""

    JOG = "standing, jogging strides"
    LIFTS = "standing, knee lifts"
    BOTH = "knee lifts, standing, jogging strides"
    RUN = "running alone"


@dataclass(frozen=True)
class Error:
    """What came of one segment of one draw; angles in degrees.

    Parameters
    ----------
    segment : which
    axis, frontal, lengthwise, bone : see the benchmark's method
    zero : of the sagittal angle
    right : whether both signs are
    said : advice; "" where the fit has none
    """

    segment: Segment
    axis: float
    frontal: float
    lengthwise: float
    bone: float
    zero: float
    right: bool
    said: str


def script_of(case: Case, speed_m_s: float, first: Side = Side.LEFT) -> Script:
    """Give what the runner does: as short as serves."""
    stand, lifts = Section(SectionKind.STAND, 5.0), Section(SectionKind.KNEE_LIFTS, 12.0)
    away, run = Section(SectionKind.TRANSITION, 1.0), Section(SectionKind.RUN, 8.0, speed_m_s)
    match case:
        case Case.JOG:
            return Script((stand, away, run))
        case Case.LIFTS:
            return Script((stand, lifts, Section(SectionKind.STAND, 1.0)))
        case Case.BOTH:
            return Script((Section(SectionKind.STAND, 1.0), lifts, stand, away, run))
        case Case.RUN:
            return Script((run,))


def draw(seed: int, case: Case) -> list[list[Error] | str]:
    """Simulate one runner and align both legs; a process of its own may do it. A text where a leg was refused."""
    speed = float(np.random.default_rng([seed, 20]).uniform(2.0, 4.5))
    simulation = simulate(script_of(case, speed), draw_runner(seed), draw_sensors(seed, rate_hz=RATE_HZ), seed)
    return [aligned(simulation, side) for side in Side]


def aligned(simulation: Simulation, side: Side, worn: dict[Segment, Placement] | None = None) -> list[Error] | str:
    """Align a leg; `worn` says whose samples are given for a segment, where not its own."""
    given = {s: simulation.samples[(worn or {}).get(s, Placement(side, s))] for s in Segment}
    fit = fit_blocks(side, given)
    if isinstance(fit, str):
        return fit
    return [error_of(simulation, Placement(side, s), fit[s], fit.advice) for s in Segment]


def fit_blocks(side: Side, samples: dict[Segment, SampleBlock]) -> LegCalibration | str:
    """Give the calibration of a leg from samples, or why there is none."""
    thigh, shank = (hold_of(samples[segment]) for segment in Segment)
    fit = fit_leg(side, thigh, shank, AlignmentSettings(), last_chance=True)
    return fit if isinstance(fit, str) else fit.calibration


def hold_of(block: SampleBlock, rate_hz: float = RATE_HZ) -> SensorHold:
    """Give all samples to a hold."""
    hold = SensorHold(rate_hz, AlignmentSettings())
    hold.push(block)
    hold.take_until(np.inf)
    return hold


def error_of(simulation: Simulation, placement: Placement, found: SegmentCalibration, advice: str) -> Error:
    """Compare what was found with how the sensor sits."""
    setup = next(s for s in simulation.sensors if s.placement == placement)
    own = simulation.runner.legs[placement.side].tilts_stand - standing_tilts(placement.side)
    lean = own[0 if placement.segment is Segment.THIGH else 2]
    c, s = np.cos(lean), np.sin(lean)
    bone = setup.mounting
    true = np.array([[1.0, 0.0, 0.0], [0.0, c, -s], [0.0, s, c]]) @ bone
    _, y, z = (true @ row for row in found.matrix())
    return Error(
        placement.segment,
        axis=degrees(np.arccos(np.clip(z[2], -1.0, 1.0))),
        frontal=degrees(np.arcsin(z[1])),
        lengthwise=degrees(np.arcsin(z[0])),
        bone=degrees(np.arccos(np.clip((bone @ found.matrix()[2])[2], -1.0, 1.0))),
        zero=degrees(np.arctan2(-y[0], y[1])),
        right=bool(z[2] > 0.0 and y[1] > 0.0),
        said=advice,
    )


AXIS_HEAD = ["segment", "draws", "axis, deg: median", "95 %", "largest", "frontal: median", "95 %",
             "about y: median", "95 %", "bone: median", "95 %"]  # fmt: skip
SIGN_HEAD = ["segment", "zero, deg: mean", "SD", "SD of the standing lean", "signs right", "refused", "advised",
             "over 10 deg and silent"]  # fmt: skip


def axis_row(segment: Segment, errors: Sequence[Error]) -> list[str]:
    """Give the row of one segment's axis."""
    parts = [[getattr(e, name) for e in errors] for name in ("axis", "frontal", "lengthwise", "bone")]
    figures = [np.percentile(np.abs(p), (50, 95)) for p in parts]
    cells = [f"{x:.2f}" for pair in figures for x in pair]
    return [str(segment), str(len(errors)), *cells[:2], f"{max(parts[0]):.1f}", *cells[2:]]


def sign_row(segment: Segment, errors: Sequence[Error], refused: int) -> list[str]:
    """Give the row of one segment's signs, zero, and of what was said."""
    zero = np.array([e.zero for e in errors if e.right])
    silent = sum(e.axis > FAR_DEG and not e.said for e in errors)
    advised, right = (100 * np.mean(x) for x in ([bool(e.said) for e in errors], [e.right for e in errors]))
    lean = LEAN_DEG[segment][1]
    return [str(segment), f"{zero.mean():+.1f}", f"{zero.std():.1f}", f"{lean:.1f}", f"{right:.2f} %",
            str(refused), f"{advised:.1f} %", str(silent)]  # fmt: skip


def report(case: Case, outcomes: Sequence[list[Error] | str]) -> None:
    """Print the tables of one case."""
    errors = [e for outcome in outcomes if not isinstance(outcome, str) for e in outcome]
    refused = sum(isinstance(outcome, str) for outcome in outcomes)
    each = {s: [e for e in errors if e.segment is s] for s in Segment}
    print(f"# {str(case).capitalize()}\n")
    table("Axis", AXIS_HEAD, [axis_row(s, e) for s, e in each.items() if e])
    table("Zero and signs", SIGN_HEAD, [sign_row(s, e, refused) for s, e in each.items() if e])


def main() -> None:
    """Run and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--draws", type=int, default=DRAWS, help="legs to draw for each case")
    parser.add_argument("--data", type=Path, help="not used: simulated alone")
    parser.add_argument("--work", type=Path, help="not used: nothing is kept")
    options = parser.parse_args()
    headline("Alignment", *METHOD)
    runners = (options.draws + 1) // 2
    with get_context("spawn").Pool(PROCESSES) as pool:
        for case in Case:
            drawn = said(pool.imap(partial(draw, case=case), range(runners), chunksize=8), str(case), runners)
            report(case, [leg for legs in drawn for leg in legs])


if __name__ == "__main__":
    main()
