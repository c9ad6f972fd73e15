"""What an impact that comes later does to initial contact, with the acceleration's cue and with the gyroscope's alone.

    python -m benchmarks.impact_delay [--data DIR]

How long after contact the impact reaches the shank is not known for the recorded trials: it was invented there.
Real shanks reached 3.5 g 27 to 52 ms after 50 N. So it is delayed by a further 20 ms here: on simulated runners, which
anyone can repeat, and on the recorded ones, where the invented impact is the difference of their two versions.
"""

from collections.abc import Sequence
from multiprocessing import get_context
from pathlib import Path

import numpy as np

from benchmarks.scoring import LegScore, errors_of, f1, figure, score_legs, within_and_between
from benchmarks.simulated import LIKE_RECORDED, PROCESSES, Case, run_cases
from benchmarks.trials import SOURCE, Trial, arguments, data_folders, headline, passage, said, table, trials
from firmware_bridge.protocols.imported import RECORD_NUMBERS
from firmware_bridge.source import Chunk
from legcycle_imu.cycle import EventKind
from legcycle_imu.events import EventSettings
from legcycle_imu.leg import LegSettings
from legcycle_imu.pipeline import PipelineSettings
from legcycle_imu.simulation import running_script

SHIFT_S = 0.020
WITHOUT_ACCELERATION = PipelineSettings(leg=LegSettings(events=EventSettings(contact_share=1e9)))
"""No rise is ever found, so contact is the rate's zero plus a constant: the gyroscope's cue alone."""
METHOD = (
    SOURCE,
    "Method: the impact begins as drawn (12 +- 6 ms after contact), or 20 ms later; on recorded trials it is `running` "
    "minus `running-plain`, delayed and added to `running-plain`. Simulated: 4 drawn runners at 2.5, 3.5 and 4.5 m/s.",
)


def contact_row(data: str, impact: str, cue: str, legs: Sequence[LegScore]) -> list[str]:
    """Give a row on initial contact alone."""
    kind = EventKind.INITIAL_CONTACT
    error = 1e3 * errors_of(legs, kind)
    spread = within_and_between([(leg.runner, 1e3 * np.array(leg.events[kind].errors)) for leg in legs])
    size = np.abs(error)
    figures = (error.mean(), size.mean(), float(np.percentile(size, 95)), *spread)
    return [data, impact, cue, str(len(error)), f"{f1(legs, kind):.4f}", *map(figure, figures)]


CONTACT_HEAD = [
    *("data", "impact", "cue", "n", "F1", "bias ms", "MAE ms", "P95 ms", "within SD ms", "between SD ms"),
]
CUES = (("acceleration", None), ("gyroscope alone", WITHOUT_ACCELERATION))


def delayed_simulated() -> list[list[str]]:
    """Give the rows of the impact's delay on simulated runners."""
    every = [
        Case(cue, running_script(v, 20.0), impact_delay_shift_s=shift, settings=settings)
        for shift in (0.0, SHIFT_S)
        for cue, settings in CUES
        for v in LIKE_RECORDED
    ]
    results = run_cases(every, "delayed impact, simulated")
    rows = []
    for k in range(0, len(results), len(LIKE_RECORDED)):
        group = results[k : k + len(LIKE_RECORDED)]
        impact = "as drawn" if group[0][0].impact_delay_shift_s == 0 else "20 ms later"
        legs = [leg for _, simulated in group for s in simulated for leg in s.legs]
        rows.append(contact_row("simulated", impact, group[0][0].title, legs))
    return rows


def delayed_recorded(data: Path | None, work: Path) -> list[list[str]]:
    """Give the same rows on the recorded trials: impact = `running` minus `running-plain`, delayed, added to plain."""
    folders = data_folders(data)
    if len(folders) < 2:
        return []
    twins = list(zip(*(trials(folder, work) for folder in folders), strict=True))
    with get_context("spawn").Pool(PROCESSES) as pool:
        results = list(said(pool.imap(run_twins, twins), "delayed impact, recorded", len(twins)))
    keys = [(impact, cue) for impact in IMPACTS for cue, _ in CUES]
    return [contact_row("recorded", *key, [leg for r in results for leg in r[key]]) for key in keys]


IMPACTS = {"none": None, "as invented": 0, "20 ms later": SHIFT_S}


def run_twins(twins: tuple[Trial, Trial]) -> dict[tuple[str, str], list[LegScore]]:
    """Score one trial with its impact, without, and with it delayed, by both cues."""
    hit, plain = twins
    scores = {}
    for impact, delay_s in IMPACTS.items():
        sensors, stream = plain.chunks()
        if delay_s is not None:
            stream = with_impact(stream, hit.chunks()[1], [round(delay_s * s.rate_hz) for s in sensors])
        for cue, settings in CUES:
            outcome = passage(sensors, stream, plain.geometry, settings=settings)
            scores[impact, cue] = list(
                score_legs(plain.strides, outcome.strides, plain.runner, plain.speed_m_s).values()
            )
    return scores


def with_impact(plain: list[Chunk], hit: list[Chunk], delays: list[int]) -> list[Chunk]:
    """Give the plain chunks with what the others have more, delayed by so many samples of each sensor."""
    added = []
    for sensor, delay in enumerate(delays):
        a, b = (np.concatenate([_records(c) for c in chunks if c.sensor == sensor]) for chunks in (plain, hit))
        more = np.roll(b - a, delay, axis=0)
        more[:delay] = 0.0
        more[:, 0] = 0.0
        added.append(a + more)
    out, done = [], [0] * len(delays)
    for chunk in plain:
        count = len(_records(chunk))
        rows = added[chunk.sensor][done[chunk.sensor] : done[chunk.sensor] + count]
        done[chunk.sensor] += count
        out.append(chunk._replace(data=rows.tobytes()))
    return out


def _records(chunk: Chunk) -> np.ndarray[tuple[int, int], np.dtype[np.float64]]:
    return np.frombuffer(chunk.data, "<f8").reshape(-1, RECORD_NUMBERS)


def main() -> None:
    """Run and print."""
    options = arguments(__doc__)
    headline("The impact's delay", *METHOD)
    rows = delayed_simulated() + delayed_recorded(options.data, options.work)
    table("Initial contact", CONTACT_HEAD, rows)


if __name__ == "__main__":
    main()
