"""Which sensor is where: knee lifts of simulated people, and recorded runs.

    python -m benchmarks.identification [--draws N] [--data DIR]

Simulated: knee lifts on a prompt, in all manners, and what people may do instead (`benchmarks.knee_lifts`).
Recorded: legs, segments and exchanges from running alone and from the knee lifts alone (which are synthetic), and left
or right from running, each runner judged by what the others show.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from enum import StrEnum
from itertools import permutations
from typing import NamedTuple

import numpy as np

from benchmarks.knee_lifts import RATES_HZ, Draw, Manner, Samples, drawn, mistakes
from benchmarks.trials import PLACEMENTS, SOURCE, Trial, arguments, data_folders, headline, said, table, trials
from calibration.alignment import LegAligner
from calibration.identify import LiftedLeg, lifted_leg
from calibration.identify_moving import Legs, moving_legs
from calibration.model import to_segment_frame
from calibration.placement_check import check_placements
from calibration.side import SideSettings, Waves, leg_waves
from firmware_bridge.intake import Intake
from firmware_bridge.samples import Placement, Segment, Side

DRAWS = 340
"""Of each manner, with and without steps before: 2040 in all."""


class Verdict(StrEnum):
    """What an answer was worth."""

    RIGHT = "right"
    REFUSED = "refused"
    WRONG = "wrong"


Judgement = tuple[Verdict, float, str]
"""Verdict, margin, and the reason where it was refused."""
HEAD = ("what", "times", *Verdict, "margin: least / 5 % / median", "reasons")


def row(name: str, judgements: Sequence[Judgement]) -> list[str]:
    """Give a row of a table."""
    count = Counter(verdict for verdict, _, _ in judgements)
    margins = [margin for verdict, margin, _ in judgements if verdict is Verdict.RIGHT]
    reasons = Counter(reason for _, _, reason in judgements if reason)
    return [
        name,
        str(len(judgements)),
        *(f"{100 * count[v] / len(judgements):.1f} %" for v in Verdict),
        " / ".join(f"{m:.2f}" for m in np.percentile(margins, [0, 5, 50])) if margins else "",
        "; ".join(f"{reason}: {number}" for reason, number in reasons.most_common()),
    ]


# With the prompt


def judged(draw: Draw, order: Sequence[int]) -> Judgement:
    """Identify the sensors of a lift, given in some order."""
    return _judged(draw.samples, [list(draw.samples)[k] for k in order], draw.lift.side, draw.rate_hz)


def _judged(samples: Samples, places: Sequence[Placement], side: Side | None, rate_hz: float) -> Judgement:
    """Identify; no answer is right where no side is given."""
    answer = lifted_leg([samples[p] for p in places], [rate_hz] * len(places))
    if not isinstance(answer, LiftedLeg):
        return Verdict.REFUSED, 0.0, answer
    right = side is not None and (places[answer.thigh], places[answer.shank]) == leg_of(side)
    return (Verdict.RIGHT if right else Verdict.WRONG), answer.margin, ""


def leg_of(side: Side) -> tuple[Placement, Placement]:
    """Give thigh and shank of a leg."""
    return Placement(side, Segment.THIGH), Placement(side, Segment.SHANK)


def prompted(draws: int) -> Iterator[list[str]]:
    """Judge lifts of every manner, with and without steps before, from four sensors and from the leg's two."""
    for manner in Manner:
        for step in (False, True):
            name = f"{manner}{', steps before' if step else ''}"
            yield row(name, [_drawn_and_judged(seed, manner, step) for seed in said(range(draws), name)])
        alone = (drawn(seed, manner) for seed in range(draws, draws + max(1, draws // 4)))
        legs = [_judged(d.samples, leg_of(d.lift.side)[::-1], d.lift.side, d.rate_hz) for d in alone]
        yield row(f"{manner}, the leg's two sensors", legs)


def _drawn_and_judged(seed: int, manner: Manner, step: bool) -> Judgement:
    return judged(drawn(seed, manner, step=step), np.random.default_rng(seed).permutation(4).tolist())


def misled(draws: int) -> Iterator[list[str]]:
    """Judge what people may do instead of lifting one knee: every answer is wrong."""
    by_kind: dict[str, list[Judgement]] = {}
    for seed in said(range(draws), "what is no lift"):
        for kind, samples in mistakes(seed):
            by_kind.setdefault(kind, []).append(_judged(samples, list(samples), None, RATES_HZ[0]))
    for kind, judgements in by_kind.items():
        yield row(kind, judgements)


# Recordings, without a prompt


class Recorded(NamedTuple):
    """What a trial's sensors gave."""

    trial: Trial
    samples: Samples
    rate_hz: float

    def section(self, kind: str) -> Samples:
        """Give one section of it alone."""
        span = self.trial.sections(kind)[0]
        return {p: b[slice(*np.searchsorted(b.time, span).tolist())] for p, b in self.samples.items()}


def recorded(trial: Trial) -> Recorded:
    """Read a trial."""
    sensors, stream = trial.chunks()
    blocks = Intake(sensors).push(stream)
    samples = {Placement(*facts.placement): block for facts, block in zip(sensors, blocks, strict=True)}
    return Recorded(trial, {p: samples[p] for p in PLACEMENTS}, sensors[0].rate_hz)


SECTIONS = {"run": "running alone", "march": "knee lifts alone (synthetic)"}
BOTH_WAYS = tuple(permutations(Side))
EXCHANGES = {
    "none": (0, 1, 2, 3),
    "left thigh with left shank": (1, 0, 2, 3),
    "left thigh with right thigh": (2, 1, 0, 3),
    "left thigh with right shank": (3, 1, 2, 0),
}


def unprompted(runs: Sequence[Recorded]) -> Iterator[list[str]]:
    """Judge what is found from the sections of recordings, the four sensors in any order, and the leg's two."""
    for kind, name in SECTIONS.items():
        orders = [np.random.default_rng(k).permutation(4).tolist() for k in range(len(runs))]
        cut = [run.section(kind) for run in runs]
        rate_hz = runs[0].rate_hz
        four = [_found(s, [PLACEMENTS[k] for k in order], rate_hz) for s, order in zip(cut, orders, strict=True)]
        yield row(f"{name}, four sensors", four)
        two = [_found(s, leg_of(side)[::-1], rate_hz) for s in cut for side in Side]
        yield row(f"{name}, a leg's two sensors", two)
        mixed = [_found(s, (leg_of(side)[0], leg_of(other)[1]), rate_hz) for s in cut for side, other in BOTH_WAYS]
        yield row(f"{name}, a thigh and the other leg's shank: every answer is wrong", mixed)


def _found(samples: Samples, places: Sequence[Placement], rate_hz: float) -> Judgement:
    found = moving_legs([samples[p] for p in places], [rate_hz] * len(places))
    if not isinstance(found, Legs):
        return Verdict.REFUSED, 0.0, found
    right = all((places[a], places[b]) == leg_of(places[a].side) for a, b in found.legs)
    return (Verdict.RIGHT if right else Verdict.WRONG), found.margin, ""


def exchanges(runs: Sequence[Recorded]) -> Iterator[list[str]]:
    """Count the exchanges that are said, of those made."""
    for made, order in EXCHANGES.items():
        for kind, name in SECTIONS.items():
            judgements = [_exchange(run.section(kind), order, run.rate_hz) for run in runs]
            yield row(f"{made}; {name}", judgements)


def _exchange(samples: Samples, order: tuple[int, ...], rate_hz: float) -> Judgement:
    believed = {p: samples[PLACEMENTS[k]] for p, k in zip(PLACEMENTS, order, strict=True)}
    said_ = check_placements(believed, dict.fromkeys(PLACEMENTS, rate_hz))
    moved = {p for p, k in zip(PLACEMENTS, order, strict=True) if p != PLACEMENTS[k]}
    if said_ is None:
        return (Verdict.REFUSED, 0.0, "nothing said") if moved else (Verdict.RIGHT, 0.0, "")
    return (Verdict.RIGHT if moved and moved <= set(said_.placements) else Verdict.WRONG), said_.margin, ""


# Left or right, from running


class Leg(NamedTuple):
    """What a leg showed out of the sagittal plane, of which runner and side."""

    runner: str
    sign: float
    waves: Waves


def legs_of(run: Recorded) -> Iterator[Leg]:
    """Give a trial's legs, each aligned as if it were a left one and as if it were a right one."""
    samples = run.section("run")
    for side in Side:
        blocks = [samples[p] for p in leg_of(side)]
        for believed in Side:
            aligner = LegAligner(believed, run.rate_hz, run.rate_hz)
            found = aligner.push(*blocks) or aligner.flush()
            if found is None:
                continue
            thigh, shank = (to_segment_frame(b, found.calibration[s]) for b, s in zip(blocks, Segment, strict=True))
            waves = leg_waves(thigh, shank, (run.rate_hz, run.rate_hz), SideSettings())
            if waves is not None:
                yield Leg(run.trial.runner, 1.0 if side is Side.RIGHT else -1.0, waves[0])


def fitted(legs: Sequence[Leg]) -> Waves:
    """Fit what votes for a right leg: see `calibration.side.RIGHT_LEG`."""
    mean = np.mean([leg.sign * leg.waves for leg in legs], axis=0).conj()
    usual = np.median([np.abs((mean * leg.waves).real.sum(axis=1)) for leg in legs], axis=0)
    return np.asarray(mean / usual[:, np.newaxis])


def sides(legs: Sequence[Leg]) -> list[Judgement]:
    """Judge every leg by what the other runners' legs show."""
    judgements: list[Judgement] = []
    for runner in sorted({leg.runner for leg in legs}):
        right_leg = fitted([leg for leg in legs if leg.runner != runner])
        for leg in legs:
            if leg.runner == runner:
                vote = leg.sign * float(np.clip((right_leg * leg.waves).real.sum(axis=1), -1.0, 1.0).mean())
                unclear = abs(vote) < SideSettings().least_margin
                verdict = Verdict.REFUSED if unclear else Verdict.RIGHT if vote > 0 else Verdict.WRONG
                judgements.append((verdict, abs(vote), ""))
    return judgements


def main() -> None:
    """Print the tables."""
    given = arguments(__doc__, "--draws")
    draws = int(str(given.draws or DRAWS))
    headline("Which sensor is where", "Any mounting, the sensors in any order.", SOURCE)
    table("Simulated, with the prompt", HEAD, prompted(draws))
    table("Simulated, what is no lift of one knee: every answer is wrong", HEAD, misled(max(1, draws // 8)))
    for folder in data_folders(given.data):
        runs = [recorded(trial) for trial in trials(folder, given.work)]
        table(f"{folder.name}: recorded, without a prompt", HEAD, unprompted(runs))
        table(f"{folder.name}: exchanges that are said", HEAD, exchanges(runs))
        legs = [leg for run in said(runs, "left or right") for leg in legs_of(run)]
        table(f"{folder.name}: left or right from running, one runner left out", HEAD, [row("legs", sides(legs))])
        print("RIGHT_LEG, as fitted on all:\n")
        print("\n".join(", ".join(f"{w:.3g}" for w in line) for line in fitted(legs)) + "\n")


if __name__ == "__main__":
    main()
