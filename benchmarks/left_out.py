"""What the alignment knows of how people hold and move their legs, fitted to some recorded runners and not to others.

    python -m benchmarks.left_out --data DIR

Everything in `calibration.evidence.Habits` is fitted anew without a runner, and that runner is aligned with it: from
standing and knee lifts, from standing, knee lifts and jogging, and from running alone.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from functools import partial
from multiprocessing import get_context

import numpy as np

from benchmarks import fit_sideways
from benchmarks.identification import Recorded, recorded
from benchmarks.scoring import LegScore, score_legs
from benchmarks.simulated import PROCESSES
from benchmarks.trials import PLACEMENTS, SOURCE, Trial, arguments, data_folders, headline, passage, said, table, trials
from calibration.alignment import LegAligner
from calibration.evidence import AlignmentSettings, Habits, Posture
from calibration.identify import LiftedLeg, lifted_leg
from calibration.identify_moving import Legs, moving_legs
from calibration.model import CalibrationSet, LegCalibration, to_segment_frame
from calibration.side import likely_side
from firmware_bridge.samples import Placement, SampleBlock, Segment, Side

EDGE_S = 0.3
"""Of a section, s, which belongs to the transition."""
CALM_S = 2.0
"""Of standing before or after a knee lift, looked at with it."""
MOST_LEFT = 0.5
"""Of the true angle's spread over running, in the error's; with the wrong sign it is 2."""
KNOWN, REFITTED = "as shipped", "without the runner"


class Part(StrEnum):
    """What is seen of a recording before it is aligned."""

    LIFTS = "standing, knee lifts"
    ALL = "standing, knee lifts, jogging"
    RUN = "running alone"

    def span(self, trial: Trial) -> tuple[float, float]:
        """Give begin and end of the part, s."""
        start, end = trial.sections("run")[0]
        away = trial.sections("transition")[0][0]
        return {Part.LIFTS: (0.0, away), Part.ALL: (0.0, end), Part.RUN: (start + EDGE_S, end - EDGE_S)}[self]


# What is known of legs


@dataclass(frozen=True)
class Stance:
    """How a runner held one segment in one trial, true angles: standing, mean and range while running, rad."""

    runner: str
    segment: Segment
    standing: float
    running: float
    range_: float


@dataclass(frozen=True)
class Seen:
    """What one trial tells of how people hold and move their legs."""

    stances: list[Stance]
    tilts: list[fit_sideways.Seen]


def see(trial: Trial) -> Seen:
    """Measure one trial; a process of its own may do it."""
    return Seen([_stance(trial, p) for p in PLACEMENTS], fit_sideways.see(trial))


def _stance(trial: Trial, placement: Placement) -> Stance:
    time, true = trial.angles
    (start, end), (_, stood) = trial.sections("run")[0], trial.sections("stand")[0]
    angle = np.radians(true[placement])
    run = angle[(time >= start) & (time <= end)]
    low, high = np.percentile(run, (1, 99))
    standing = float(angle[time < stood].mean())
    return Stance(trial.runner, placement.segment, standing, float(run.mean()), float(high - low))


def habits_without(runner: str, seen: Sequence[Seen]) -> tuple[Habits, Habits]:
    """Fit all that is known of thigh and shank to the other runners."""
    stances = [s for each in seen for s in each.stances if s.runner != runner]
    tilts = [s for each in seen for s in each.tilts if s.runner != runner]
    thigh, shank = (
        replace(
            known,
            posture=_posture([s for s in stances if s.segment is segment], known.posture),
            running=fit_sideways.fitted([s for s in tilts if s.segment is segment], known.running),
        )
        for segment, known in zip(Segment, AlignmentSettings().habits, strict=True)
    )
    return thigh, shank


def _posture(stances: Sequence[Stance], known: Posture) -> Posture:
    standing, running, ranges = np.array([(s.standing, s.running, s.range_) for s in stances]).T
    typical = float(ranges.mean())
    slope, level = 0.0, float(running.mean())
    if known.running_per_rad:
        slope, level = (float(x) for x in np.polyfit(ranges - typical, running, 1))
    left = running - level - slope * (ranges - typical)
    return Posture(float(standing.mean()), float(standing.std(ddof=1)), level, slope, typical, float(left.std(ddof=1)))


# What comes of it


@dataclass(frozen=True)
class Found:
    """What came of one leg of one trial.

    Parameters
    ----------
    calibration : None where the leg was refused
    right : for thigh and shank, whether the angle is that of the segment, forward being forward
    far_deg : for thigh and shank, the mean error of the angle while running, deg
    score : of its strides
    """

    calibration: LegCalibration | None
    right: list[bool] = field(default_factory=list)
    far_deg: list[float] = field(default_factory=list)
    score: LegScore | None = None


@dataclass(frozen=True)
class Judged:
    """What came of one trial: whether segments and sides were told, and its legs."""

    segments: bool
    sides: bool
    legs: list[Found]


def judge(job: tuple[Trial, tuple[Habits, Habits]], part: Part) -> Judged:
    """Identify, align and score one trial; a process of its own may do it."""
    trial, habits = job
    run = recorded(trial)
    found = aligned(run, part, AlignmentSettings(habits=habits))
    segments, sides = told_running(run, found) if part is Part.RUN else told_by_lifts(run)
    return Judged(segments, sides, list(_scored(trial, found, part)))


def cut(run: Recorded, start: float, end: float) -> dict[Placement, SampleBlock]:
    """Give all samples of a time."""
    return {p: b[slice(*np.searchsorted(b.time, (start, end)).tolist())] for p, b in run.samples.items()}


def aligned(run: Recorded, part: Part, settings: AlignmentSettings) -> dict[Side, LegCalibration | None]:
    """Align both legs as the pipeline would, from a part of the recording."""
    samples, found = cut(run, *part.span(run.trial)), {}
    for side in Side:
        aligner = LegAligner(side, run.rate_hz, run.rate_hz, settings)
        got = aligner.push(*(samples[Placement(side, s)] for s in Segment)) or aligner.flush()
        found[side] = got.calibration if got else None
    return found


def told_by_lifts(run: Recorded) -> tuple[bool, bool]:
    """Tell whether the first left and the last right knee lift say which sensors are on that leg, and where."""
    lifts = run.trial.meta["march_lifts"]
    first, last = lifts[0], lifts[-1]  # type: ignore[index]
    spans = (
        (float(first["start_s"]) - CALM_S, float(first["end_s"])),
        (float(last["start_s"]), float(last["end_s"]) + CALM_S),
    )
    answers = []
    for lift, span in zip((first, last), spans, strict=True):
        answer = lifted_leg(list(cut(run, *span).values()), [run.rate_hz] * len(PLACEMENTS))
        if not isinstance(answer, LiftedLeg):
            return False, False
        answers.append((PLACEMENTS[answer.thigh], PLACEMENTS[answer.shank], Side(lift["side"])))
    segments = all((a.segment, b.segment) == tuple(Segment) and a.side is b.side for a, b, _ in answers)
    return segments, all(a.side is b.side is side for a, b, side in answers)


def told_running(run: Recorded, found: dict[Side, LegCalibration | None]) -> tuple[bool, bool]:
    """Tell whether running says which sensors share a leg, where they are on it, and which leg is the right one."""
    samples = cut(run, *Part.RUN.span(run.trial))
    legs = moving_legs([samples[p] for p in PLACEMENTS], [run.rate_hz] * len(PLACEMENTS))
    segments = isinstance(legs, Legs) and set(legs.legs) == {(0, 1), (2, 3)}
    sides = []
    for side, calibration in found.items():
        if calibration is None:
            return segments, False
        thigh, shank = (to_segment_frame(samples[Placement(side, s)], calibration[s]) for s in Segment)
        likely = likely_side(thigh, shank, (run.rate_hz, run.rate_hz))
        sides.append(likely is not None and likely.side is side)
    return segments, all(sides)


def _scored(trial: Trial, found: dict[Side, LegCalibration | None], part: Part) -> Iterator[Found]:
    sensors, stream = trial.chunks()
    start, end = part.span(trial) if part is Part.RUN else (0.0, np.inf)
    inside = [c for c in stream if start + EDGE_S <= 1e-9 * c.arrival_ns < end] if part is Part.RUN else stream
    known = CalibrationSet(tuple(c for c in found.values() if c is not None))
    outcome = passage(sensors, inside, trial.geometry, known)
    scores = score_legs(trial.strides, outcome.strides, trial.runner, trial.speed_m_s)
    time, true = trial.angles
    (start, end) = Part.RUN.span(trial)
    ran = (time > start + 2 * EDGE_S) & (time < end - 2 * EDGE_S)
    for side, calibration in found.items():
        if calibration is None:
            yield Found(None)
            continue
        errors = outcome.angle_errors(side, time[ran], {p: a[ran] for p, a in true.items()})
        pairs = [(errors[str(s)], true[Placement(side, s)][ran]) for s in Segment]
        right = [bool(e.std() < MOST_LEFT * t.std()) for e, t in pairs]
        yield Found(calibration, right, [float(e.mean()) for e, _ in pairs], scores[side])


SIGNS_HEAD = ["from", "recordings", "segments right", "sides right", "signs right", "refused", "advised",
              "least margin", "thigh off, deg: mean, SD", "shank off, deg: mean, SD"]  # fmt: skip
ERROR_HEAD = ["from", "knowing legs", "strides", "knee drive, MAE, deg", "bias", "hip extension, MAE, deg",
              "placement, MAE, cm", "heel lift, MAE, cm"]  # fmt: skip


def signs_row(part: Part, judged: Sequence[Judged]) -> list[str]:
    """Give the row of what was told right."""
    legs = [leg for trial in judged for leg in trial.legs]
    calibrations = [leg.calibration for leg in legs if leg.calibration is not None]
    right = [r for leg in legs for r in leg.right]
    far = np.array([leg.far_deg for leg in legs if leg.far_deg])
    return [
        str(part), str(len(judged)),
        *(f"{sum(getattr(j, what) for j in judged)} of {len(judged)}" for what in ("segments", "sides")),
        f"{sum(right)} of {2 * len(legs)}", str(len(legs) - len(calibrations)),
        str(sum(bool(c.advice) for c in calibrations)), f"{min(c.sign_margin for c in calibrations):.2f}",
        *(f"{column.mean():+.1f}, {column.std():.1f}" for column in far.T),
    ]  # fmt: skip


def error_row(part: Part, known: str, judged: Sequence[Judged]) -> list[str]:
    """Give the row of the strides' errors."""
    scores = [leg.score for trial in judged for leg in trial.legs if leg.score is not None]
    columns = ("knee_drive_deg", "hip_extension_deg", "placement_cm", "heel_lift_cm")
    drive, *others = ([e for score in scores for e in score.metrics[name]] for name in columns)
    mae = [f"{np.abs(errors).mean():.2f}" for errors in (drive, *others)]
    return [str(part), known, str(len(drive)), mae[0], f"{np.mean(drive):+.2f}", *mae[1:]]


def tables(every: Sequence[Trial], fitted_on: Sequence[Trial]) -> None:
    """Print the tables of recorded trials; what is left of legs is fitted on their twins without impact."""
    shipped = AlignmentSettings().habits
    with get_context("spawn").Pool(PROCESSES) as pool:
        seen = list(said(pool.imap(see, fitted_on), "measuring", len(fitted_on)))
        without = {runner: habits_without(runner, seen) for runner in sorted({t.runner for t in every})}
        signs, errors = [], []
        for part in Part:
            for name in (KNOWN, REFITTED):
                jobs = [(t, shipped if name == KNOWN else without[t.runner]) for t in every]
                judged = list(said(pool.imap(partial(judge, part=part), jobs), f"{part}, {name}", len(jobs)))
                errors.append(error_row(part, name, judged))
                if name == REFITTED:
                    signs.append(signs_row(part, judged))
    table("Segments, sides and signs, without the runner", SIGNS_HEAD, signs)
    table("Errors of strides", ERROR_HEAD, errors)


def main() -> None:
    """Run and print."""
    options = arguments(__doc__)
    headline(
        "Recorded runners whom the alignment does not know", SOURCE,
        "Method: aligned from a part of each recording, then strides and angles of its running are scored. Segments "
        "and sides: in knee lifts by the prompt (the first left one, the last right one; synthetic), in running by the "
        "knee and by what differs between legs (that one fitted to all runners). Signs: of four segments each, whether "
        "the angle goes with the true one. Without the runner: all that is known of how legs are held and move out of "
        "their plane is fitted to the other twelve.",
    )  # fmt: skip
    folders = data_folders(options.data)
    if folders:
        tables(trials(folders[0], options.work), trials(folders[-1], options.work))


if __name__ == "__main__":
    main()
