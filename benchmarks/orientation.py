"""Designs of the orientation filter held against each other, on recorded and on simulated running.

    python -m benchmarks.orientation [--data DIR]

Every design sees the same samples in the segment frame, its gyroscope's bias removed as the calibration knows it.
The design whose worst case is best is the one to keep.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from math import inf, radians
from multiprocessing import get_context

import numpy as np
from vqf import VQF

from benchmarks.simulated import PROCESSES
from benchmarks.trials import SOURCE, Trial, arguments, data_folders, headline, passage, said, table, trials
from calibration.fit import Upright
from calibration.model import SegmentCalibration, to_segment_frame
from calibration.rest import RestDetector
from calibration.strapdown import Strapdown
from firmware_bridge.intake import Intake
from firmware_bridge.samples import Floats, Placement, SampleBlock, Segment, Side
from legcycle_imu.orientation import Orientation, Vertical, VerticalSettings
from legcycle_imu.orientation.vertical import Vector
from legcycle_imu.simulation import Script, Section, SectionKind, draw_runner, draw_sensors, simulate
from legcycle_imu.simulation.script import full_turn

TAU_S = 3.0
"""VQF's own default time constant of the accelerometer."""
CONSTANT_GAIN = 0.05
"""Share of each stride's disagreement that is corrected by the design with a constant gain."""
REST_GAIN = 0.4
"""The same for each quarter of a second at rest."""
LEVEL_S = 5.0
"""Where no rest begins the recording, designs without correction take the mean force of so long as the vertical."""
BIAS_ERROR_RAD_S = {True: radians(0.1), False: radians(0.3)}
"""What is left of the bias after a second of standing, and after strides alone (the stated uncertainties)."""

METHOD = (
    "Simulated: mounting given, bias known to 0.1 deg/s after standing, to 0.3 deg/s without; errors as they are, both "
    "legs, three drawn runners (one for 30 min), overground, bias random walk .02 deg/s per root minute. Recorded: "
    "aligned by the pipeline; each leg's mean error removed. Errors are taken within half a turn."
)


@dataclass(frozen=True)
class Sensor:
    """What a design is given: samples in the segment frame, rate, bias uncertainty, the alignment's upright."""

    block: SampleBlock
    rate_hz: float
    bias_sd_rad_s: float
    upright: Upright | None = None


def vqf(sensor: Sensor) -> Floats:
    """VQF, six axes, rest bias estimation on, default settings."""
    block = sensor.block
    gyr, acc = (np.ascontiguousarray(x) for x in (block.gyr, block.acc))
    w, x, y, z = VQF(1.0 / sensor.rate_hz, tauAcc=TAU_S).updateBatch(gyr, acc)["quat6D"].T
    return in_plane(2 * (x * z - w * y), 2 * (y * z + w * x))


def strapdown(sensor: Sensor) -> Floats:
    """Gyroscope alone, integrated in three dimensions; the bias from every rest, the tilt from the first one."""
    block, resting = sensor.block, first_rest(sensor)
    axes = np.stack(Strapdown(sensor.rate_hz).push(np.asfortranarray(block.gyr - rest_bias(sensor))), 1)
    axes = axes.reshape(-1, 3, 3)
    span = resting if resting is not None else slice(0, round(LEVEL_S * sensor.rate_hz))
    up = np.einsum("nij,nj->i", axes[span], block.acc[span])
    return in_plane(*np.einsum("nji,j->in", axes, up)[:2])


def planar(sensor: Sensor) -> Floats:
    """Rate about the mediolateral axis alone, integrated; begun where the design before begins."""
    block = sensor.block
    rate = block.gyr[:, 2] - rest_bias(sensor)[:, 2]
    steps = 0.5 * (rate[1:] + rate[:-1]) * np.diff(block.time)
    return np.asarray(strapdown(sensor)[0] + np.concatenate(([0.0], np.cumsum(steps))))


def constant_gain(sensor: Sensor) -> Floats:
    """Ours, but with a constant gain instead of the Kalman filter."""
    return angles_by(sensor, ConstantGain)


def ours(sensor: Sensor) -> Floats:
    """Ours, as it is."""
    return angles_by(sensor, Vertical)


def angles_by(sensor: Sensor, vertical: Callable[[float, VerticalSettings], Vertical]) -> Floats:
    """Give the angles by our design with some way of tracking the vertical."""
    block = sensor.block
    design = Orientation(Placement(Side.LEFT, Segment.THIGH), sensor.rate_hz, sensor.bias_sd_rad_s)
    design._vertical = vertical(sensor.bias_sd_rad_s, design.settings.vertical)
    if sensor.upright is None:
        return design.push(block).angle
    k = int(np.searchsorted(block.time, sensor.upright.time, side="right"))
    before = design.push(block[:k]).angle
    design.see_vertical(sensor.upright.up)
    return np.concatenate((before, design.push(block[k:]).angle))


class ConstantGain(Vertical):
    """The vertical, corrected by a constant share of what each stride shows."""

    def __init__(self, drift_sd_rad_s: float, settings: VerticalSettings) -> None:
        calm = replace(settings, tilt_walk_rad_s05=0.0, bias_walk_rad_s15=0.0, moving_drift_sd_rad_s=0.0, doubt_sd=inf)
        super().__init__(0.0, calm)

    def seen(self, time: float, middle: float, direction: Vector, sd_rad: float) -> None:
        """Correct by the constant share, whatever the uncertainty."""
        gain = REST_GAIN if sd_rad == self.settings.rest_sd_rad else CONSTANT_GAIN
        self._tilt_var = sd_rad**2 * gain / (1.0 - gain)
        super().seen(time, middle, direction, sd_rad)

    def rest_bias_gain(self) -> float:
        """Take half of what a rest shows."""
        return 0.5


DESIGNS: dict[str, Callable[[Sensor], Floats]] = {
    "VQF, 6 axes, 3 s": vqf,
    "gyroscope, rest bias": strapdown,
    "one axis, rest bias": planar,
    f"stride mean, constant gain {CONSTANT_GAIN}": constant_gain,
    "stride mean, Kalman filter (kept)": ours,
}


def wrapped(error_deg: Floats) -> Floats:
    """Give errors within half a turn: an angle that is off by whole turns shows the same pose."""
    return np.asarray((error_deg + 180.0) % 360.0 - 180.0)


def in_plane(x: Floats, y: Floats) -> Floats:
    """Give the continuous angle of the vertical (x, y) in the segment's plane."""
    return np.unwrap(np.arctan2(x, y))


def first_rest(sensor: Sensor) -> slice | None:
    """Give the samples of a rest in the first seconds; None where there is none."""
    windows = RestDetector(sensor.rate_hz).push(sensor.block[: round(LEVEL_S * sensor.rate_hz)])
    resting = np.flatnonzero(windows.resting)
    return slice(0, int(windows.end[resting[-1]])) if len(resting) else None


def rest_bias(sensor: Sensor) -> Floats:
    """Give, at every sample, what the last rest before it showed as bias (n, 3); 0 before the first."""
    windows = RestDetector(sensor.rate_hz).push(sensor.block)
    bias = np.zeros((len(sensor.block), 3))
    for k in np.flatnonzero(windows.resting):
        bias[windows.end[k] :] = windows.gyr[max(0, k - 3) : k + 1].mean(axis=0)
    return bias


@dataclass(frozen=True)
class Scenario:
    """A simulated run and the part of it that is scored, from `scored_s` on."""

    title: str
    script: Script
    scored_s: float
    seeds: tuple[int, ...] = (0, 1, 2)


def scenarios() -> list[Scenario]:
    """Give the runs in which filters are known to fail."""
    kind = SectionKind
    stand, change = Section(kind.STAND, 5.0), Section(kind.TRANSITION, 1.0)
    start, stop = Section(kind.TRANSITION, 4.0), Section(kind.TRANSITION, 2.0)

    def run(*sections: Section) -> Script:
        return Script((stand, *sections, Section(kind.STAND, 2.0)))

    return [
        Scenario("jog 3 m/s, 60 s", run(change, Section(kind.RUN, 60.0, 3.0), change), 5.0),
        Scenario("start 0 to 9 m/s in 4 s", Script((stand, start, Section(kind.RUN, 1.0, 9.0))), 5.0),
        Scenario(
            "9 m/s for 10 s, stop in 2 s, 3 s after it",
            Script((stand, start, Section(kind.RUN, 10.0, 9.0), stop, Section(kind.STAND, 3.0))),
            19.0,
        ),
        Scenario(
            "jog 3, sprint 9, jog 3 m/s",
            run(change, Section(kind.RUN, 20.0, 3.0), Section(kind.TRANSITION, 3.0), Section(kind.RUN, 8.0, 9.0),
                Section(kind.TRANSITION, 3.0), Section(kind.RUN, 20.0, 3.0), change),
            5.0,
        ),
        Scenario("track, 2 laps at 5 m/s", run(change, Section(kind.RUN, 160.0, 5.0, turn=full_turn(2)), change), 5.0),
        Scenario("30 min at 3 m/s without a rest", run(change, Section(kind.RUN, 1800.0, 3.0), change), 5.0, (0,)),
        Scenario("no rest at all, 3.5 m/s, from 10 s on", Script((Section(kind.RUN, 120.0, 3.5),)), 10.0),
        Scenario("no rest at all, 9 m/s, from 10 s on", Script((Section(kind.RUN, 60.0, 9.0),)), 10.0),
    ]  # fmt: skip


Errors = dict[tuple[str, str], Floats]
"""(design, segment) -> errors, deg."""


def run_scenario(scenario: Scenario) -> Errors:
    """Simulate, let every design work on it, give the errors with their offsets: the mounting is given."""
    errors: dict[tuple[str, str], list[Floats]] = {}
    rested = scenario.script.sections[0].kind is SectionKind.STAND
    for seed in scenario.seeds:
        rng = np.random.default_rng([seed, 7])
        setups = draw_sensors(seed)
        simulation = simulate(scenario.script, draw_runner(seed), setups, seed)
        time = simulation.angles.time
        scored = time >= scenario.scored_s
        for setup in setups:
            sd = BIAS_ERROR_RAD_S[rested]
            bias = setup.gyr_bias + sd * rng.standard_normal(3)
            rows = tuple(tuple(row) for row in setup.mounting.tolist())
            calibration = SegmentCalibration(rows, tuple(bias.tolist()), sd)  # type: ignore[arg-type]
            block = to_segment_frame(simulation.samples[setup.placement], calibration)
            sensor = Sensor(block, setup.rate_hz, sd)
            true = np.degrees(simulation.angles.angle[setup.placement])
            for name, design in DESIGNS.items():
                error = wrapped(np.interp(time, block.time, np.degrees(design(sensor))) - true)
                errors.setdefault((name, setup.placement.segment), []).append(error[scored])
    return {key: np.concatenate(parts) for key, parts in errors.items()}


def run_trial(trial: Trial) -> Errors:
    """Let every design work on a recorded trial, aligned as the pipeline does; errors without their offsets."""
    sensors, stream = trial.chunks()
    outcome = passage(sensors, stream, trial.geometry)
    time, true = trial.angles
    start, end = trial.sections("run")[0]
    run = (time >= start) & (time <= end)
    errors: dict[tuple[str, str], list[Floats]] = {}
    measured = Intake(sensors).push(stream)
    for number, facts in enumerate(sensors):
        side, segment = facts.placement
        alignment = next(a for a in outcome.alignments if a.calibration.side is side)
        samples = measured[number]
        calibration = alignment.calibration[segment]
        block = to_segment_frame(samples, calibration)
        sensor = Sensor(block, facts.rate_hz, calibration.gyr_bias_sd_rad_s, alignment.uprights[segment])
        for name, design in DESIGNS.items():
            error = np.interp(time[run], block.time, np.degrees(design(sensor))) - true[facts.placement][run]
            errors.setdefault((name, segment), []).append(error - np.nanmean(error))
    return {key: np.concatenate(parts) for key, parts in errors.items()}


def rows_of(results: Sequence[tuple[str, Errors]]) -> list[list[str]]:
    """Give a row per scenario and segment: RMSE and largest error of every design; the last one: the worst RMSE."""
    rows, worst = [], dict.fromkeys(DESIGNS, 0.0)
    for title, errors in results:
        for segment in Segment:
            row = [title, str(segment)]
            for name in DESIGNS:
                error = errors[name, segment]
                rmse = float(np.sqrt(np.nanmean(error**2)))
                worst[name] = max(worst[name], rmse)
                row.append(f"{rmse:.1f} / {np.nanmax(np.abs(error)):.1f}")
            rows.append(row)
    best = min(worst, key=lambda name: worst[name])
    cells = [f"**{worst[name]:.1f}**" if name == best else f"{worst[name]:.1f}" for name in DESIGNS]
    return [*rows, ["worst case", "", *cells]]


def main() -> None:
    """Run and print."""
    options = arguments(__doc__)
    headline("Designs of the orientation filter", SOURCE, METHOD)
    with get_context("spawn").Pool(PROCESSES) as pool:
        every = scenarios()
        errors = list(said(pool.imap(run_scenario, every), "scenarios", len(every)))
        results = [(s.title, e) for s, e in zip(every, errors, strict=True)]
        for folder in data_folders(options.data):
            of_trials = list(said(pool.imap(run_trial, trials(folder, options.work)), folder.name, 39))
            joined = {key: np.concatenate([e[key] for e in of_trials]) for key in of_trials[0]}
            results.append((f"recorded, {folder.name}", joined))
    head = ["scenario", "segment", *DESIGNS]
    table("RMSE and largest error, deg", head, rows_of(results))


if __name__ == "__main__":
    main()
