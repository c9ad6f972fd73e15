"""Which sensor is where: knee lifts of simulated people, and recorded runs.

    python -m benchmarks.identification [--draws N] [--data DIR]

Simulated: runners, mountings, places, sensor errors and rates are drawn anew each time, and so are the lifts: 35 to 90
degrees (60 with a stiff knee), 0.6 to 2 s up and down, hips that move up to 6 cm, two small steps before.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from math import radians
from time import perf_counter

import numpy as np

from benchmarks.trials import arguments, headline, said, table
from calibration.identify import LiftedLeg, lifted_leg
from firmware_bridge.samples import Placement, SampleBlock, Segment, Side
from legcycle_imu.simulation import Script, Section, SectionKind, draw_runner, draw_sensors, simulate
from legcycle_imu.simulation.script import KneeLift

Pair = tuple[float, float]


class Manner(StrEnum):
    """How a knee is lifted."""

    HANGING = "shank hanging"
    HEEL_BEHIND = "heel behind"
    STIFF = "stiff knee"


SHANK_SHARES: dict[Manner, Pair] = {
    Manner.HANGING: (-0.35, 0.15),
    Manner.HEEL_BEHIND: (-1.6, -0.6),
    Manner.STIFF: (0.6, 1.0),
}
"""The shank's angle as a share of the thigh's, least and largest."""
HEIGHTS_DEG: Pair = (35.0, 90.0)
STIFF_HEIGHT_DEG = 60.0
"""Nobody lifts a straight leg higher."""
TEMPOS_S: Pair = (0.6, 2.0)
RAMPS: Pair = (0.25, 0.5)
"""Share of a lift's time that goes into lifting; what is left between, the knee stays up."""
SHANK_LAGS_S: Pair = (-0.05, 0.1)
"""How much later the shank moves than the thigh."""
HIP_FORWARD_SD_M, HIP_UP_M, HIP_OVER_M = 0.02, 0.03, 0.06
"""How the hips move: forward and back; up, at most; over the standing foot, at most."""
STEP_DEG: Pair = (12.0, 20.0)
STEP_S, STEP_AHEAD_M, STEP_SHANK = 0.5, 0.08, -0.8
RATES_HZ = (100.0, 200.0)


@dataclass(frozen=True)
class Draw:
    """One knee lift, and what four sensors felt of it."""

    lift: KneeLift
    samples: dict[Placement, SampleBlock]
    rate_hz: float


def drawn(seed: int, manner: Manner, *, step: bool = False) -> Draw:
    """Draw person, sensors and lift."""
    rng = np.random.default_rng([seed, 77])
    rate_hz = float(rng.choice(RATES_HZ))
    steps = drawn_steps(rng) if step else []
    lift = drawn_lift(rng, manner, steps[-1].end_s if step else rng.uniform(0.4, 1.0))
    script = Script((Section(SectionKind.STAND, lift.end_s + rng.uniform(0.6, 1.5)),), lifts=(*steps, lift))
    simulation = simulate(script, draw_runner(seed), draw_sensors(seed, rate_hz=rate_hz), seed)
    return Draw(lift, simulation.samples, rate_hz)


def drawn_steps(rng: np.random.Generator) -> list[KneeLift]:
    """Draw a step of one leg, and the other one that follows it."""
    start = rng.uniform(1.0, 2.0)
    return [
        KneeLift(side, at, at + STEP_S, radians(rng.uniform(*STEP_DEG)), STEP_SHANK, 0.0, (STEP_AHEAD_M, 0.0, 0.0))
        for side, at in ((Side.LEFT, start), (Side.RIGHT, start + 0.9 * STEP_S))
    ]


def drawn_lift(rng: np.random.Generator, manner: Manner, earliest_s: float) -> KneeLift:
    """Draw a knee lift of either leg."""
    side = list(Side)[int(rng.integers(2))]
    start = earliest_s + rng.uniform(0.6, 1.0)
    height = rng.uniform(HEIGHTS_DEG[0], STIFF_HEIGHT_DEG if manner is Manner.STIFF else HEIGHTS_DEG[1])
    over = (1.0 if side is Side.LEFT else -1.0) * rng.uniform(0.0, HIP_OVER_M)
    hip = (HIP_FORWARD_SD_M * rng.standard_normal(), rng.uniform(0.0, HIP_UP_M), over)
    share, lag, ramp = (rng.uniform(*pair) for pair in (SHANK_SHARES[manner], SHANK_LAGS_S, RAMPS))
    return KneeLift(side, start, start + rng.uniform(*TEMPOS_S), radians(height), share, lag, hip, ramp)


class Verdict(StrEnum):
    """What an answer was worth."""

    RIGHT = "right"
    REFUSED = "refused"
    WRONG = "wrong"


def judged(draw: Draw, order: Sequence[int]) -> tuple[Verdict, float, str]:
    """Identify the sensors, given in some order: verdict, margin, and the reason where it was refused."""
    places = [list(draw.samples)[k] for k in order]
    answer = lifted_leg([draw.samples[p] for p in places], [draw.rate_hz] * len(places))
    if not isinstance(answer, LiftedLeg):
        return Verdict.REFUSED, 0.0, answer
    true = Placement(draw.lift.side, Segment.THIGH), Placement(draw.lift.side, Segment.SHANK)
    right = (places[answer.thigh], places[answer.shank]) == true
    return (Verdict.RIGHT if right else Verdict.WRONG), answer.margin, ""


HEAD = ("lift", "draws", "right", "refused", "wrong", "margin, least / 5 % / median", "reasons")


def prompted(draws: int) -> list[list[str]]:
    """Judge lifts of every manner, with and without steps before, from four sensors and from two."""
    rows = []
    for manner in Manner:
        for step in (False, True):
            verdicts = [
                judged(drawn(seed, manner, step=step), np.random.default_rng(seed).permutation(4).tolist())
                for seed in said(range(draws), f"{manner}{', a step before' if step else ''}", draws)
            ]
            rows.append(row(f"{manner}{', steps before' if step else ''}", verdicts))
    return rows


def row(name: str, verdicts: list[tuple[Verdict, float, str]]) -> list[str]:
    """Give a row of the table."""
    count = Counter(verdict for verdict, _, _ in verdicts)
    margins = [margin for verdict, margin, _ in verdicts if verdict is Verdict.RIGHT]
    reasons = Counter(reason for _, _, reason in verdicts if reason)
    return [
        name,
        str(len(verdicts)),
        *(f"{100 * count[v] / len(verdicts):.1f} %" for v in Verdict),
        " / ".join(f"{m:.1f}" for m in np.percentile(margins, [0, 5, 50])) if margins else "",
        "; ".join(f"{reason}: {number}" for reason, number in reasons.most_common()),
    ]


def main() -> None:
    """Print the tables."""
    parser = arguments(__doc__)
    headline("Which sensor is where", "Simulated people lift one knee; any mounting, the sensors in any order.")
    begun = perf_counter()
    table("With the prompt", HEAD, prompted(50))
    print(f"{perf_counter() - begun:.0f} s {parser.data}")


if __name__ == "__main__":
    main()
