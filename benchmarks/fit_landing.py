"""What the landing adds along the shank, and how hard a leg pushes: figures behind simulator and walking detector.

    python -m benchmarks.fit_landing --data DIR

`benchmarks.fit_constants` prints the same below its table.
"""

from dataclasses import replace
from multiprocessing import get_context

import numpy as np
from scipy.signal import butter, sosfiltfilt

from benchmarks.scoring import pairs, times_of
from benchmarks.simulated import PROCESSES, SEEDS
from benchmarks.trials import (
    Outcome,
    Trial,
    arguments,
    data_folders,
    headline,
    passage,
    said,
    simulated_passage,
    table,
    trials,
)
from calibration.model import to_segment_frame
from firmware_bridge.intake import Intake
from firmware_bridge.samples import Floats, Placement, SampleBlock, Segment, Side
from legcycle_imu.cycle import EventKind
from legcycle_imu.events import EventSettings, ShankDetector
from legcycle_imu.model import Stride
from legcycle_imu.simulation import (
    Script,
    Section,
    SectionKind,
    Variation,
    draw_runner,
    draw_sensors,
    running_script,
    simulate,
)
from legcycle_imu.simulation.landing import (
    DELAY_S,
    DURATION_OVER_SPEED,
    DURATION_S,
    PEAK_OVER_SPEED,
    REFERENCE_SPEED,
)
from legcycle_imu.simulation.runner import LANDING_PEAK

SETTINGS = EventSettings()
LOWPASS_HZ = 25.0
"""Nothing above was measured in the recorded trials."""
AROUND_S = np.arange(-0.05, 0.151, 0.001)
PEAK_AT = 0.15
"""Share of the landing's duration after which its acceleration is largest."""
WALKS_M_S = (1.0, 1.3, 1.6, 1.9, 2.1)


def at_contacts(time: Floats, axial: Floats, contacts: Floats) -> Floats:
    """Give the mean course of the acceleration along the shank around contacts, m/s^2."""
    slow = sosfiltfilt(butter(2, LOWPASS_HZ, fs=1.0 / float(np.median(np.diff(time))), output="sos"), axial)
    inside = contacts[(contacts > time[0] + 0.1) & (contacts < time[-1] - 0.2)]
    return np.asarray(np.mean([np.interp(t + AROUND_S, time, slow) for t in inside], axis=0))


class ListeningDetector(ShankDetector):
    """The shank's detector, which tells how hard the leg pushed in each late stance."""

    def __init__(self, rate_hz: float) -> None:
        super().__init__(rate_hz)
        self.pushes: list[tuple[float, float]] = []

    def _learn_stance(self, late: int, toe_off: int) -> None:
        super()._learn_stance(late, toe_off)
        self.pushes.append((self._contact, self._push))


def pushes(block: SampleBlock, rate_hz: float, strides: list[Stride]) -> list[float]:
    """Give how hard the leg pushed in the late stance of the given strides, as the detector learns it, m/s^2."""
    detector = ListeningDetector(rate_hz)
    detector.push(block.time, block.gyr[:, 2].copy(), block.acc[:, 1].copy(), block.quality)
    starts = np.array([s.initial_contact_s for s in strides])
    found = np.array([t for t, _ in detector.pushes])
    return [detector.pushes[j][1] for _, j in pairs(starts, found)]


def of_trial(trial: Trial) -> tuple[list[Floats], list[float]]:
    """Give a recorded trial's courses around true contacts, one a leg, and its pushes."""
    sensors, stream = trial.chunks()
    outcome = passage(sensors, stream, trial.geometry)
    courses, pushed = [], []
    measured = Intake(sensors).push(stream)
    for number, facts in enumerate(sensors):
        if facts.placement.segment is Segment.SHANK:
            samples = measured[number]
            block = _in_segment_frame(samples, outcome, facts.placement.side)
            true = [s for s in trial.strides if s.side is facts.placement.side]
            courses.append(at_contacts(block.time, block.acc[:, 1], times_of(true, EventKind.INITIAL_CONTACT)))
            pushed += pushes(block, facts.rate_hz, true)
    return courses, pushed


def without_landing(speed_m_s: float) -> Floats:
    """Give the same course of simulated runners who neither land nor hit."""
    courses = []
    for seed in SEEDS:
        runner = draw_runner(seed, Variation(impact=0.0))
        runner = replace(runner, impact=replace(runner.impact, landing_peak=0.0))
        simulation = simulate(running_script(speed_m_s, 20.0, overground=False), runner, draw_sensors(seed), seed)
        outcome = simulated_passage(simulation)
        for side in Side:
            block = _in_segment_frame(simulation.samples[Placement(side, Segment.SHANK)], outcome, side)
            contacts = times_of([s for s in simulation.strides if s.side is side], EventKind.INITIAL_CONTACT)
            courses.append(at_contacts(block.time, block.acc[:, 1], contacts))
    return np.asarray(np.mean(courses, axis=0))


def walked(speed_m_s: float) -> list[float]:
    """Give the pushes of simulated walkers."""
    change = Section(SectionKind.TRANSITION, 1.0)
    before = (Section(SectionKind.STAND, 5.0), Section(SectionKind.KNEE_LIFTS, 6.0), change)
    script = Script((*before, Section(SectionKind.WALK, 20.0, speed_m_s), change, Section(SectionKind.STAND, 2.0)))
    values = []
    for seed in SEEDS:
        simulation = simulate(script, draw_runner(seed), draw_sensors(seed), seed)
        outcome = simulated_passage(simulation)
        for side in Side if outcome.alignments else ():
            block = _in_segment_frame(simulation.samples[Placement(side, Segment.SHANK)], outcome, side)
            values += pushes(block, 200.0, [s for s in simulation.strides if s.side is side])
    return values


def _in_segment_frame(samples: SampleBlock, outcome: Outcome, side: Side) -> SampleBlock:
    calibration = next(a.calibration for a in outcome.alignments if a.calibration.side is side)
    return to_segment_frame(samples, calibration.shank)


def landing_rows(every: list[Trial]) -> None:
    """Print both tables."""
    with get_context("spawn").Pool(PROCESSES) as pool:
        results = list(said(pool.imap(of_trial, every), "landing", len(every)))
    rows = []
    speeds = sorted({t.speed_m_s for t in every})
    for speed in speeds:
        base = without_landing(speed)
        own: dict[str, list[Floats]] = {}
        for trial, (courses, _) in zip(every, results, strict=True):
            if trial.speed_m_s == speed:
                own.setdefault(trial.runner, []).extend(courses)
        extra = {runner: _from_contact(np.mean(courses, axis=0) - base) for runner, courses in own.items()}
        sizes = np.array([e.max() for e in extra.values()])
        loro = [abs(np.delete(sizes, k).mean() - size) for k, size in enumerate(sizes)]
        mean = np.mean(list(extra.values()), axis=0)
        after_ms = 1e3 * AROUND_S[AROUND_S >= 0]
        ratio = speed / REFERENCE_SPEED
        at_ms = 1e3 * (DELAY_S + PEAK_AT * DURATION_S * ratio**DURATION_OVER_SPEED)
        figures = (LANDING_PEAK[0] * ratio**PEAK_OVER_SPEED, mean.max(), sizes.std(ddof=1), at_ms)
        peak_ms = after_ms[mean.argmax()]
        rows.append([f"{speed:g} m/s", *(f"{x:.0f}" for x in (*figures, peak_ms)), f"MAE {np.mean(loro):.1f} m/s^2"])
    head = [
        "speed",
        "in the code, m/s^2",
        "fitted",
        "SD between runners",
        "when, in the code, ms",
        "fitted",
        "LORO error",
    ]
    table("Landing: largest acceleration along the shank above the mean curves'", head, rows)
    slowest = [x for t, (_, p) in zip(every, results, strict=True) if t.speed_m_s == speeds[0] for x in p]
    rows = [[f"walking, {v:g} m/s, simulated", *_range(walked(v))] for v in WALKS_M_S]
    rows.append([f"running, {speeds[0]:g} m/s, recorded", *_range(slowest)])
    title = f"m/s^2 (walk_push_m_s2: {SETTINGS.walk_push_m_s2:g})"
    table("Push in late stance", [title, "1 %", "median", "99 %"], rows)


def _from_contact(course: Floats) -> Floats:
    after = AROUND_S >= 0
    return np.asarray(course[after] - course[after][0])


def _range(values: list[float]) -> list[str]:
    return [f"{x:.1f}" for x in np.percentile(values, (1, 50, 99))] if values else ["-"] * 3


def main() -> None:
    """Run and print."""
    options = arguments(__doc__)
    headline("Landing and push")
    folders = data_folders(options.data)
    if folders:
        landing_rows(trials(folders[-1], options.work))


if __name__ == "__main__":
    main()
