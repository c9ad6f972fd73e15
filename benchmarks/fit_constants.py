"""The constants that were fitted to the recorded runners, fitted anew, each with its leave-one-runner-out error.

    python -m benchmarks.fit_constants --data DIR

Leave one runner out (LORO): fitted without a runner and scored on that runner, for each in turn.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from math import degrees, radians
from multiprocessing import get_context

import numpy as np

from benchmarks.fit_landing import landing_rows
from benchmarks.impact_delay import WITHOUT_ACCELERATION
from benchmarks.scoring import LegScore, errors_of, score_legs
from benchmarks.simulated import PROCESSES
from benchmarks.trials import SOURCE, Outcome, Trial, arguments, data_folders, headline, passage, said, table, trials
from calibration.evidence import SHANK_POSTURE, THIGH_POSTURE, Posture
from firmware_bridge.samples import Floats, Placement, Segment, Side
from legcycle_imu.cycle import EventKind
from legcycle_imu.events import EventSettings
from legcycle_imu.runner import (
    HEEL_BEHIND_ANKLE_OF_HEIGHT,
    HEEL_BELOW_ANKLE_OF_HEIGHT,
    SHANK_OF_HEIGHT,
    THIGH_OF_HEIGHT,
)

SETTINGS = EventSettings()
HEAD = ["constant", "unit", "in the code", "fitted", "LORO error"]
VOTES = {"skewness of the shank's rate": 0.5, "skewness of knee flexion": 0.5, "minus skewness of the thigh": 0.4,
         "knee bent, against standing": radians(45.0)}  # fmt: skip
"""Usual sizes of the votes on forward, as in `calibration.forward`."""


@dataclass(frozen=True)
class Seen:
    """What one leg of one recorded trial shows.

    Parameters
    ----------
    folder, runner, side : whose
    contact_s, gyr_contact_s, toe_off_s : errors of the constants as they are in the code, s
    toe_off_share : share of the toe-off constant in force at each of the latter
    standing, running, range_ : per segment: true mean angle standing and running, range while running, rad
    votes : as in `VOTES`
    lengths : thigh and shank over body height
    heel : (n, 3): shank angle at peak heel lift, heel above the knee over shank length and height (see `_heel`)
    """

    folder: str
    runner: str
    side: Side
    contact_s: Floats
    gyr_contact_s: Floats
    toe_off_s: Floats
    toe_off_share: Floats
    standing: dict[Segment, float]
    running: dict[Segment, float]
    range_: dict[Segment, float]
    votes: Floats
    lengths: Floats
    heel: Floats


def see(trial: Trial) -> list[Seen]:
    """Analyse one trial; a process of its own may do it."""
    sensors, stream = trial.chunks()
    outcome = passage(sensors, stream, trial.geometry)
    gyro = passage(sensors, stream, trial.geometry, settings=WITHOUT_ACCELERATION)
    scores, by_gyro = (score_legs(trial.strides, o.strides, trial.runner, trial.speed_m_s) for o in (outcome, gyro))
    return [_seen(trial, side, outcome, scores[side], by_gyro[side]) for side in scores]


def _seen(trial: Trial, side: Side, outcome: Outcome, score: LegScore, by_gyro: LegScore) -> Seen:
    time, true_deg = trial.angles
    (start, end), (_, stood) = trial.sections("run")[0], trial.sections("stand")[0]
    run, stand = (time >= start) & (time <= end), time < stood
    true = {s: np.radians(true_deg[Placement(side, s)]) for s in Segment}
    toe_off = errors_of([score], EventKind.TOE_OFF)
    stride_s = float(np.median([s.stride_time_s for s in trial.strides if s.side is side]))
    share = (stride_s - SETTINGS.sprint_stride_s) / (SETTINGS.run_stride_s - SETTINGS.sprint_stride_s)
    return Seen(
        trial.folder.parent.name,
        trial.runner,
        side,
        errors_of([score], EventKind.INITIAL_CONTACT),
        errors_of([by_gyro], EventKind.INITIAL_CONTACT),
        toe_off,
        np.full(len(toe_off), min(max(share, 0.0), 1.0)),
        {s: float(true[s][stand].mean()) for s in Segment},
        {s: float(true[s][run].mean()) for s in Segment},
        {s: float(np.percentile(true[s][run], 99) - np.percentile(true[s][run], 1)) for s in Segment},
        _votes(outcome, side, (start, end), stood),
        np.array([trial.geometry.thigh_m, trial.geometry.shank_m]) / float(trial.meta["height_m"]),  # type: ignore[arg-type]
        _heel(trial, side, time, true[Segment.SHANK]),
    )


def _votes(outcome: Outcome, side: Side, run: tuple[float, float], stood: float) -> Floats:
    thigh, shank = (outcome.angles[Placement(side, s)] for s in Segment)
    knee = np.interp(shank.time, thigh.time, thigh.angle) - shank.angle
    inside = (shank.time >= run[0]) & (shank.time < run[1])
    of_thigh = (thigh.time >= run[0]) & (thigh.time < run[1])
    bent = knee[inside].mean() - np.nanmean(knee[shank.time < stood])
    return np.array([_skewness(shank.rate[inside]), _skewness(knee[inside]), -_skewness(thigh.angle[of_thigh]), bent])


def _skewness(values: Floats) -> float:
    centred = values - values.mean()
    return float((centred**3).mean() / (centred**2).mean() ** 1.5)


def _heel(trial: Trial, side: Side, time: Floats, shank: Floats) -> Floats:
    """Give, per stride: cosine and sine of the shank, and height + shank length x cosine, over body height."""
    height = float(trial.meta["height_m"])  # type: ignore[arg-type]
    strides = [s for s in trial.strides if s.side is side]
    angle = np.interp([s.peak_heel_lift_s for s in strides], time, shank)
    lift = np.array([s.heel_lift_cm for s in strides]) / 100
    return np.stack([-np.cos(angle), -np.sin(angle), (lift + trial.geometry.shank_m * np.cos(angle)) / height], axis=-1)


def loro(seen: Sequence[Seen], error: Callable[[Sequence[Seen], Sequence[Seen]], Floats]) -> Floats:
    """Give all errors on runners that the fit did not know: error(fitted on, scored on)."""
    runners = sorted({s.runner for s in seen})
    return np.concatenate(
        [error([s for s in seen if s.runner != r], [s for s in seen if s.runner == r]) for r in runners]
    )


def delay_row(name: str, seen: Sequence[Seen], pick: Callable[[Seen], Floats], code: float, sign: int) -> list[str]:
    """Give the row of a constant delay: one number, so that refitting shifts the errors of those left out."""
    late = float(np.concatenate([pick(s) for s in seen]).mean())

    def error(known: Sequence[Seen], new: Sequence[Seen]) -> Floats:
        return np.asarray(np.concatenate([pick(s) for s in new]) - np.concatenate([pick(s) for s in known]).mean())

    cells = []
    for folder in sorted({s.folder for s in seen}):  # fitted on all, scored on each
        of_folder = loro(seen, lambda known, new, f=folder: error(known, [s for s in new if s.folder == f]))  # type: ignore[misc]
        cells.append(f"MAE {1e3 * np.abs(of_folder).mean():.1f} ({folder})")
    return [name, "ms", f"{1e3 * code:.1f}", f"{1e3 * (code + sign * late):.1f}", ", ".join(cells)]


def toe_off_row(seen: Sequence[Seen]) -> list[str]:
    """Give the row of the toe-off constant, which counts by its share in short strides."""

    def fit(known: Sequence[Seen]) -> float:
        error = np.concatenate([s.toe_off_s for s in known])
        share = np.concatenate([s.toe_off_share for s in known])
        return float((error * share).sum() / (share * share).sum())

    def error(known: Sequence[Seen], new: Sequence[Seen]) -> Floats:
        return np.concatenate([s.toe_off_s - fit(known) * s.toe_off_share for s in new])

    code = SETTINGS.toe_off_delay_s
    mae = 1e3 * np.abs(loro(seen, error)).mean()
    return ["toe_off_delay_s", "ms", f"{1e3 * code:.1f}", f"{1e3 * (code + fit(seen)):.1f}", f"MAE {mae:.1f}"]


def posture_rows(seen: Sequence[Seen], segment: Segment, code: Posture) -> list[list[str]]:
    """Give the rows of what is known of how people hold a segment, and of the zero that follows from it."""

    def stood(of: Iterable[Seen]) -> Floats:
        return np.array([s.standing[segment] for s in of])

    def ran(of: Iterable[Seen]) -> Floats:
        return np.array([s.running[segment] for s in of])

    def spans(of: Iterable[Seen]) -> Floats:
        return np.array([s.range_[segment] for s in of]) - code.typical_range_rad

    def line(of: Sequence[Seen]) -> tuple[float, float]:
        if code.running_per_rad == 0.0:
            return 0.0, float(ran(of).mean())
        slope, level = np.polyfit(spans(of), ran(of), 1)
        return float(slope), float(level)

    def standing_error(known: Sequence[Seen], new: Sequence[Seen]) -> Floats:
        return np.asarray(stood(known).mean() - stood(new))

    def running_error(known: Sequence[Seen], new: Sequence[Seen]) -> Floats:
        slope, level = line(known)
        return np.asarray(level + slope * spans(new) - ran(new))

    a, b = code.standing_sd_rad**-2, code.running_sd_rad**-2

    def both(known: Sequence[Seen], new: Sequence[Seen]) -> Floats:
        return np.asarray((a * standing_error(known, new) + b * running_error(known, new)) / (a + b))

    slope, level = line(seen)
    errors = [np.degrees(loro(seen, e)) for e in (standing_error, running_error, both)]
    said_ = [f"zero MAE {np.abs(e).mean():.1f}, SD {e.std():.1f} deg" for e in errors]
    name, deg = f"{segment.upper()}_POSTURE", degrees
    return [
        [f"{name}: standing", "deg", f"{deg(code.standing_rad):.1f}", f"{deg(stood(seen).mean()):.1f}", said_[0]],
        [f"{name}: SD", "deg", f"{deg(code.standing_sd_rad):.1f}", f"{deg(stood(seen).std(ddof=1)):.1f}", ""],
        [f"{name}: running", "deg", f"{deg(code.running_rad):.1f}", f"{deg(level):.1f}", said_[1]],
        [f"{name}: per range", "", f"{code.running_per_rad:.2f}", f"{slope:.2f}", ""],
        [f"{name}: range", "deg", f"{deg(code.typical_range_rad):.0f}",
         f"{deg(np.mean([s.range_[segment] for s in seen])):.0f}", ""],
        [f"{name}: SD about that", "deg", f"{deg(code.running_sd_rad):.1f}", f"{errors[1].std():.1f}",
         f"standing and running, weighted: {said_[2]}"],
    ]  # fmt: skip


def vote_rows(seen: Sequence[Seen]) -> list[list[str]]:
    """Give the rows of the votes' usual sizes; the error is how clear the vote was with the others' sizes."""

    def margin(known: Sequence[Seen], new: Sequence[Seen]) -> Floats:
        sizes = np.median([s.votes for s in known], axis=0)
        weights = np.array([1.0, 1.0, 1.0, 2.0])
        return np.array([(np.clip(s.votes / sizes, -1, 1) * weights).sum() / weights.sum() for s in new])

    margins = loro(seen, margin)
    clear = f"forward right in {int((margins > 0).sum())} of {len(margins)}; least margin {margins.min():.2f}"
    fitted = np.median([s.votes for s in seen], axis=0)
    return [
        [f"vote: {name}", "" if size < 0.6 else "rad", f"{size:.2f}", f"{value:.2f}", clear if k == 0 else ""]
        for k, ((name, size), value) in enumerate(zip(VOTES.items(), fitted, strict=True))
    ]


def length_rows(seen: Sequence[Seen]) -> list[list[str]]:
    """Give the rows of lengths over body height."""
    rows = []
    for k, (name, code) in enumerate({"THIGH_OF_HEIGHT": THIGH_OF_HEIGHT, "SHANK_OF_HEIGHT": SHANK_OF_HEIGHT}.items()):

        def error(known: Sequence[Seen], new: Sequence[Seen], k: int = k) -> Floats:
            return np.asarray(np.mean([s.lengths[k] for s in known]) - np.array([s.lengths[k] for s in new]))

        mae = 100 * np.abs(loro(seen, error)).mean()
        rows.append(
            [name, "", f"{code:.3f}", f"{np.mean([s.lengths[k] for s in seen]):.3f}", f"MAE {mae:.1f} % of height"]
        )

    def fit(known: Sequence[Seen]) -> Floats:
        every = np.concatenate([s.heel for s in known])
        return np.asarray(np.linalg.lstsq(every[:, :2], every[:, 2], rcond=None)[0])

    def heel_error(known: Sequence[Seen], new: Sequence[Seen]) -> Floats:
        return np.concatenate([s.heel[:, :2] @ fit(known) - s.heel[:, 2] for s in new])

    below, behind = fit(seen)
    mae = 100 * np.abs(loro(seen, heel_error)).mean()
    codes = {
        "HEEL_BELOW_ANKLE_OF_HEIGHT": (HEEL_BELOW_ANKLE_OF_HEIGHT, below, f"heel lift MAE {mae:.2f} % of height"),
        "HEEL_BEHIND_ANKLE_OF_HEIGHT": (HEEL_BEHIND_ANKLE_OF_HEIGHT, behind, ""),
    }
    return [*rows, *([name, "", f"{code:.3f}", f"{fitted:.3f}", e] for name, (code, fitted, e) in codes.items())]


def main() -> None:
    """Run and print."""
    options = arguments(__doc__)
    headline(
        "Fitted constants",
        SOURCE,
        "Method: each constant refitted; LORO = fitted without a runner, scored on that one.",
    )
    folders = data_folders(options.data)
    if not folders:
        return
    every = [trials(folder, options.work) for folder in folders]
    with get_context("spawn").Pool(PROCESSES) as pool:
        flat = [t for part in every for t in part]
        seen = [leg for legs in said(pool.imap(see, flat), "fitting", len(flat)) for leg in legs]
    plain = [s for s in seen if s.folder == folders[-1].name]
    rows = [
        delay_row("contact_delay_s", seen, lambda s: s.contact_s, SETTINGS.contact_delay_s, 1),
        delay_row("gyr_contact_s", seen, lambda s: s.gyr_contact_s, SETTINGS.gyr_contact_s, -1),
        toe_off_row(seen),
        *posture_rows(plain, Segment.THIGH, THIGH_POSTURE),
        *posture_rows(plain, Segment.SHANK, SHANK_POSTURE),
        *vote_rows(plain),
        *length_rows(plain),
    ]
    table("Constants", HEAD, rows)
    landing_rows(every[-1])


if __name__ == "__main__":
    main()
