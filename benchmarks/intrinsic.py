"""Intrinsic calibration: how well twelve rests and a few turns tell a sensor's errors, and what that brings.

    python -m benchmarks.intrinsic

Anyone can repeat it: it takes no data.
"""

from dataclasses import dataclass, replace
from math import degrees, radians
from multiprocessing import get_context

import numpy as np

from benchmarks.trials import arguments, headline, said, simulated_passage, table
from calibration.intrinsic import Refused, axis_errors, corrected, fit_accelerometer
from calibration.intrinsic_routine import IntrinsicRoutine
from calibration.model import IntrinsicCalibration
from calibration.poses import EDGES, FACES, POSES, Pose
from firmware_bridge.samples import Placement, SampleBlock, Segment, Side
from legcycle_imu.simulation import (
    ErrorModel,
    SectionKind,
    SensorSetup,
    draw_runner,
    draw_sensors,
    running_script,
    simulate,
)
from legcycle_imu.simulation.gaits import GRAVITY
from legcycle_imu.simulation.handled import calibration_acts, handled, random_axes, tilted
from legcycle_imu.simulation.norms import Floats
from legcycle_imu.simulation.recording import sensor_facts

PROCESSES = 2
DRAWS = 1000
ROUTINES = 60
"""Draws of the whole routine, samples and turns included."""
RUNNERS = 10
REST_S = 2.0
LARGEST_TILT_RAD = radians(5.0)
LARGEST_NONORTHOGONALITY_RAD = radians(1.0)
RETURN_SD_RAD = radians(1.0)
SPEED_M_S = 3.5
ANYWHERE = Placement(Side.LEFT, Segment.THIGH)
"""A sensor in the hand is worn nowhere."""
SEGMENTS = ("thigh", "shank", "knee")
FACTORY = ErrorModel(gyr_scale=0.03, acc_bias=0.06 * GRAVITY, acc_scale=0.01)
"""Sensors as they leave the factory: up to 60 mg, 1 % and 3 %."""
MODELS = {"as recorded: 25 mg, 0.5 %, 1 %": ErrorModel(), "from the factory: 60 mg, 1 %, 3 %": FACTORY}
METHOD = (
    f"Method: {DRAWS} drawn sensors: bias up to +-25 mg, scale up to +-0.5 % an axis, axes up to 1 deg off square, "
    f"white noise of 3 mg rms, 16 bits over +-16 g; each rest lasts {REST_S:g} s and is up to 5 deg off its pose.",
    "The largest error of the three axes counts. The whole routine: the simulated sensor is laid and turned, its "
    f"samples pass through the guided routine; after turns it is laid back within {degrees(RETURN_SD_RAD):g} deg rms.",
)


@dataclass(frozen=True)
class Case:
    """Rests of one kind."""

    title: str
    poses: tuple[Pose, ...]
    rate_hz: float
    sway_g: float = 0.0


CASES = (
    *(Case(f"six faces, six edges, {rate} Hz", POSES, rate) for rate in (60, 100, 200)),
    Case("held in a hand that sways, 1 mg a rest, 200 Hz", POSES, 200, 0.001),
    Case("six faces, three edges, 200 Hz", FACES + EDGES[::2], 200),
)


@dataclass(frozen=True)
class Errors:
    """What is left of one sensor's errors, the largest of its axes: mg, %, deg, %."""

    bias_mg: float
    scale_percent: float
    nonorthogonality_deg: float
    gyr_percent: float = 0.0


def fitted(work: tuple[Case, int]) -> Errors | None:
    """Draw a sensor, let it rest in all poses, fit; None where the rests are refused."""
    case, seed = work
    rng = np.random.default_rng([seed, 1])
    setup, axes = drawn(rng)
    up = np.array([tilted(np.array(p.up), LARGEST_TILT_RAD * rng.uniform(), rng) for p in case.poses])
    felt = GRAVITY * (up @ axes.T) * setup.acc_scale + setup.acc_bias
    felt += case.sway_g * GRAVITY * rng.standard_normal(felt.shape)
    count, step = round(REST_S * case.rate_hz), 32.0 * GRAVITY / 2**16
    samples = felt[:, np.newaxis] + setup.model.acc_noise * rng.standard_normal((len(up), count, 3))
    fit = fit_accelerometer((step * np.round(samples / step)).mean(axis=1))
    return None if isinstance(fit, Refused) else left(setup, axes, fit.bias_m_s2, fit.matrix)


def guided(seed: int) -> tuple[Errors | None, float]:
    """Draw a sensor, let it be laid and turned; give what is left, and how long it took, s."""
    rng = np.random.default_rng([seed, 2])
    setup, axes = drawn(rng)
    found, end_s = calibrated(setup, axes, rng)
    if found is None:
        return None, end_s
    errors = left(setup, axes, np.array(found.acc_bias_m_s2), np.array(found.acc_matrix))
    gyr = 100.0 * float(np.abs(np.array(found.gyr_scale) * setup.gyr_scale - 1.0).max())
    return replace(errors, gyr_percent=gyr), end_s


def drawn(rng: np.random.Generator) -> tuple[SensorSetup, Floats]:
    """Draw a sensor and the directions of its accelerometer's axes."""
    (setup,) = draw_sensors(int(rng.integers(2**31)), (ANYWHERE,), rate_hz=100.0)
    return setup, random_axes(rng, LARGEST_NONORTHOGONALITY_RAD)


def left(setup: SensorSetup, axes: Floats, bias: Floats, matrix: Floats) -> Errors:
    """Give what is left of a sensor's errors."""
    mine, true = axis_errors(matrix), axis_errors(np.linalg.inv(setup.acc_scale[:, np.newaxis] * axes))
    return Errors(
        1e3 * float(np.abs(bias - setup.acc_bias).max()) / GRAVITY,
        100.0 * float(np.abs(mine.scale - true.scale).max()),
        degrees(np.abs(mine.nonorthogonality_rad - true.nonorthogonality_rad).max()),
    )


def calibrated(
    setup: SensorSetup, axes: Floats | None, rng: np.random.Generator
) -> tuple[IntrinsicCalibration | None, float]:
    """Let a sensor pass through the guided routine; give what it finds, and when, s."""
    acts = calibration_acts(rng, largest_tilt_rad=LARGEST_TILT_RAD, return_sd_rad=RETURN_SD_RAD)
    samples = handled(acts, replace(setup, place=np.zeros(3)), int(rng.integers(2**31)), axes)
    routine = IntrinsicRoutine(sensor_facts(setup))
    outcome = routine.push(samples).outcome or routine.flush().outcome
    return outcome, float(samples.time[-1])


def running(work: tuple[str, int]) -> list[tuple[str, str, dict[str, Floats]]]:
    """Simulate one runner; give the errors of the angles without and with correction, deg."""
    title, seed = work
    sensors = draw_sensors(seed, model=MODELS[title])
    simulation = simulate(running_script(SPEED_M_S, 20.0), draw_runner(seed), sensors, seed)
    rng = np.random.default_rng([seed, 3])
    found = {setup.placement: calibrated(setup, None, rng)[0] for setup in sensors}
    (start, end), *_ = [(a, b) for s, a, b in simulation.script.timeline() if s.kind is SectionKind.RUN]
    inside = (simulation.angles.time >= start) & (simulation.angles.time < end)
    time, true = simulation.angles.time[inside], simulation.angles.angle
    results = []
    for how in ("as it is", "accelerometer corrected", "both corrected"):
        samples = {at: as_corrected(block, found[at], how) for at, block in simulation.samples.items()}
        outcome = simulated_passage(replace(simulation, samples=samples))
        for side in Side:
            errors = outcome.angle_errors(side, time, {p: np.degrees(angle[inside]) for p, angle in true.items()})
            results.append((title, how, errors))
    return results


def as_corrected(block: SampleBlock, found: IntrinsicCalibration | None, how: str) -> SampleBlock:
    """Give samples corrected as the row of the table says."""
    if found is None or how == "as it is":
        return block
    mine = corrected(block, found)
    return mine if how == "both corrected" else SampleBlock(mine.time, block.gyr, mine.acc, mine.quality)


def fit_rows(results: dict[Case, list[Errors | None]]) -> list[list[str]]:
    """Give a row a case: refused, and percentiles of what is left."""
    rows = []
    for case, outcomes in results.items():
        kept = [each for each in outcomes if each is not None]
        rows.append([case.title, f"{len(outcomes)}", f"{len(outcomes) - len(kept)}", *columns(kept)])
    return rows


def columns(kept: list[Errors], *, gyr: bool = False) -> list[str]:
    """Give median / 95 % / 99 % / largest of each figure."""
    figures = [(e.bias_mg, e.scale_percent, e.nonorthogonality_deg, e.gyr_percent) for e in kept]
    percentiles = np.percentile(np.array(figures), (50, 95, 99, 100), axis=0).T
    return [" / ".join(f"{value:.2f}" for value in row) for row in percentiles[: 4 if gyr else 3]]


def running_rows(results: list[tuple[str, str, dict[str, Floats]]]) -> list[list[str]]:
    """Give a row a kind of sensor and correction: RMSE about each leg's mean, and the size of that mean."""
    rows = []
    for title in MODELS:
        for how in dict.fromkeys(row[1] for row in results):
            mine = [errors for t, h, errors in results if (t, h) == (title, how) and errors]
            if not mine:
                continue
            cells = []
            for what in SEGMENTS:
                about = np.concatenate([e[what] - e[what].mean() for e in mine])
                mean = np.mean([abs(e[what].mean()) for e in mine])
                cells.append(f"{np.sqrt(np.mean(about**2)):.2f} / {mean:.2f}")
            rows.append([title, how, *cells])
    return rows


WHICH = "median / 95 % / 99 % / largest"
PERCENTILES = [f"{each}: {WHICH}" for each in ("bias, mg", "scale, %", "non-orthogonality, deg")]


def main() -> None:
    """Run and print."""
    arguments(__doc__)
    headline("Intrinsic calibration", *METHOD)
    with get_context("spawn").Pool(PROCESSES) as pool:
        fits = {
            case: list(said(pool.imap(fitted, [(case, k) for k in range(DRAWS)], 50), case.title, DRAWS))
            for case in CASES
        }
        routines = list(said(pool.imap(guided, range(ROUTINES)), "routines", ROUTINES))
        work = [(title, seed) for title in MODELS for seed in range(RUNNERS)]
        runs = [row for rows in said(pool.imap(running, work), "running", len(work)) for row in rows]
    table(
        "Fit of the rests",
        ["rests", "draws", "refused", *PERCENTILES],
        fit_rows(fits),
    )
    kept = [errors for errors, _ in routines if errors is not None]
    long_s = float(np.mean([end_s for _, end_s in routines]))
    head = ["draws", "refused", "stream time, s", *PERCENTILES, f"gyroscope scale, %: {WHICH}"]
    row = [f"{ROUTINES}", f"{ROUTINES - len(kept)}", f"{long_s:.0f}", *columns(kept, gyr=True)]
    table("The whole routine", head, [row])
    table(
        f"Angles of running at {SPEED_M_S:g} m/s",
        ["sensors", "samples", *(f"{what}: RMSE about the mean / size of the mean, deg" for what in SEGMENTS)],
        running_rows(runs),
    )


if __name__ == "__main__":
    main()
