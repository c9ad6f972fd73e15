"""Whether the knee, which thigh and shank share, tells the lag between the clocks of a leg's two sensors.

    python -m benchmarks.leg_lag [--data DIR]

The specific force of the knee follows from either sensor: f + dw/dt x r + w x (w x r), with r from the sensor to the
knee (`benchmarks.knee`). The lag at which both courses agree best is held against lags that were put in, and against
the clocks' errors that it would have to correct.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from multiprocessing import get_context

import numpy as np

from benchmarks import clocks
from benchmarks.impact_delay import with_impact
from benchmarks.knee import SKIPPED_S, VARIANTS, WINDOW_S, WINDOWS, Leg, Worn
from benchmarks.simulated import PROCESSES
from benchmarks.trials import SOURCE, Trial, arguments, data_folders, headline, said, table, trials
from calibration.alignment import LegAligner
from calibration.fit import Upright
from calibration.model import SegmentCalibration, to_segment_frame
from firmware_bridge.intake import Intake
from firmware_bridge.samples import Floats, Placement, SampleBlock, Segment, Side
from legcycle_imu.orientation import Orientation
from legcycle_imu.runner import LegGeometry
from legcycle_imu.simulation import Simulation, draw_runner, draw_sensors, running_script, simulate

LAGS_S = (-0.015, 0.004, 0.015)
"""Lags of the shank's clock that are put in."""
THIGH_TO_KNEE, SHANK_TO_KNEE = 0.40, 0.525
"""Distance of a sensor from the knee as a share of its segment's length: the middle of where sensors are worn."""
THIGH_OFF_M, SHANK_OFF_M = 0.07, 0.04
"""Distance of a sensor from the bone, m, half-way between front and side: the middle again."""
SEEDS, SPEEDS_M_S = (0, 1, 2, 3), (2.5, 4.5)
RUN_S = WINDOWS * WINDOW_S + 2 * SKIPPED_S
THIGH_DELAY_S = 0.005
"""By which the impact comes later at the thigh in one of the tables: a sample."""
CLOCK_SESSIONS = 8
SINCE_S = 10.0
"""Time since the later sensor began to stream from which on the clocks' errors are told, s."""
METHOD = (
    f"Method: the shank's time stamps are shifted by {', '.join(f'{1e3 * lag:g}' for lag in LAGS_S)} ms; the lag is "
    f"estimated from every {WINDOW_S:g} s of {WINDOWS * WINDOW_S:g} s of running and averaged over them. A sensor's "
    "place is taken as the middle of where it is worn, scaled by the leg's lengths, but where it says `true places`.",
    "Impact and wobble begin at the same instant at both sensors, which favours every variant but in the last table.",
)
Found = dict[str, Floats]
"""Variant -> errors of the lag, s, of one leg, (lags put in, windows)."""


def errors(leg: Leg) -> Found:
    """Give the errors of every variant for one leg."""
    return {name: np.stack([variant(lagging(leg, lag)) - lag for lag in LAGS_S]) for name, variant in VARIANTS.items()}


def lagging(leg: Leg, lag_s: float) -> Leg:
    """Give the leg with the shank's stamps late; its windows move along."""
    block = leg.shank.block
    late = SampleBlock(block.time + lag_s, block.gyr, block.acc, block.quality)
    shank = Worn(late, leg.shank.angle, leg.shank.to_knee, leg.shank.rate_hz)
    return Leg(leg.thigh, shank, leg.start_s + lag_s, leg.contacts + lag_s)


# Legs to try it on


def middle_place(placement: Placement, geometry: LegGeometry) -> Floats:
    """Give where the knee is, m, from a sensor in the middle of where sensors are worn."""
    outward = 1.0 if placement.side is Side.RIGHT else -1.0
    thigh = placement.segment is Segment.THIGH
    along = -THIGH_TO_KNEE * geometry.thigh_m if thigh else SHANK_TO_KNEE * geometry.shank_m
    off = (THIGH_OFF_M if thigh else SHANK_OFF_M) * np.sqrt(0.5)
    return np.array([-off, along, -outward * off])


def worn_so(
    block: SampleBlock,
    placement: Placement,
    calibration: SegmentCalibration,
    to_knee: Floats,
    rate_hz: float,
    known: Upright | None = None,
) -> Worn:
    """Give a sensor as its calibration shows it, with the angles of our own orientation filter."""
    turned = to_segment_frame(block, calibration)
    orientation = Orientation(placement, rate_hz, calibration.gyr_bias_sd_rad_s)
    k = 0 if known is None else int(np.searchsorted(block.time, known.time, side="right"))
    first = orientation.push(turned[:k]).angle
    if known is not None:
        orientation.see_vertical(known.up)
    angle = np.concatenate((first, orientation.push(turned[k:]).angle))
    good = np.isfinite(angle)
    return Worn(turned, np.interp(turned.time, turned.time[good], angle[good]), to_knee, rate_hz)


def aligned(
    side: Side,
    samples: dict[Segment, SampleBlock],
    rate_hz: float,
    to_knee: dict[Segment, Floats],
    start_s: float,
    contacts: Floats,
) -> Leg | None:
    """Give a leg by the calibration that its own samples show; None where they show none."""
    aligner = LegAligner(side, rate_hz, rate_hz)
    found = aligner.push(samples[Segment.THIGH], samples[Segment.SHANK]) or aligner.flush()
    if found is None:
        return None
    worn = {
        s: worn_so(samples[s], Placement(side, s), found.calibration[s], to_knee[s], rate_hz, found.uprights[s])
        for s in Segment
    }
    return Leg(worn[Segment.THIGH], worn[Segment.SHANK], start_s, contacts)


@dataclass(frozen=True)
class Simulated:
    """A simulated run: how fast, by whom, and what is known of it.

    Parameters
    ----------
    speed_m_s, seed : the run
    rate_hz : of the sensors
    calibrated : whether the mounting is known
    places : whether it is known where on the segments the sensors are
    landing : whether feet hit the ground; without, both segments are rigid and the knee is one point
    """

    speed_m_s: float
    seed: int
    rate_hz: float = 200.0
    calibrated: bool = True
    places: bool = False
    landing: bool = True


def simulated_legs(work: Simulated) -> list[Found]:
    """Give the errors for both legs of a simulated runner."""
    setups = draw_sensors(work.seed, rate_hz=work.rate_hz)
    runner = draw_runner(work.seed)
    if not work.landing:
        impact = replace(runner.impact, landing_peak=0.0)
        runner = replace(runner, impact=impact, variation=replace(runner.variation, impact=0.0))
    simulation = simulate(running_script(work.speed_m_s, RUN_S), runner, setups, work.seed)
    start_s = max(simulation.script.timeline(), key=lambda part: part[2] - part[1])[1]
    legs = (simulated_leg(simulation, side, work, start_s) for side in Side)
    return [errors(leg) for leg in legs if leg is not None]


def simulated_leg(simulation: Simulation, side: Side, work: Simulated, start_s: float) -> Leg | None:
    """Give one leg of a simulated runner."""
    setups = {s.placement.segment: s for s in simulation.sensors if s.placement.side is side}
    geometry = simulation.runner.geometry
    knee = {Segment.THIGH: np.array([0.0, -geometry.thigh_m, 0.0]), Segment.SHANK: np.zeros(3)}
    to_knee = {
        s: knee[s] - setups[s].place if work.places else middle_place(setups[s].placement, geometry) for s in Segment
    }
    samples = {s: simulation.samples[setups[s].placement] for s in Segment}
    contacts = np.array([s.initial_contact_s for s in simulation.strides if s.side is side])
    if not work.calibrated:
        return aligned(side, samples, work.rate_hz, to_knee, start_s, contacts)
    worn = {}
    for s, setup in setups.items():
        rows = tuple(tuple(row) for row in setup.mounting.tolist())
        calibration = SegmentCalibration(rows, tuple(setup.gyr_bias.tolist()))  # type: ignore[arg-type]
        worn[s] = worn_so(samples[s], setup.placement, calibration, to_knee[s], work.rate_hz)
    return Leg(worn[Segment.THIGH], worn[Segment.SHANK], start_s, contacts)


def recorded_legs(work: tuple[Trial, Trial | None]) -> list[Found]:
    """Give the errors for both legs of a recorded trial; of a pair, with the impact later at the thigh."""
    trial, hit = work
    sensors, stream = trial.chunks()
    if hit is not None:
        late = [round(THIGH_DELAY_S * s.rate_hz) if s.placement.segment is Segment.THIGH else 0 for s in sensors]
        stream = with_impact(stream, hit.chunks()[1], late)
    blocks = {facts.placement: block for facts, block in zip(sensors, Intake(sensors).push(stream), strict=True)}
    found = []
    for side in Side:
        samples = {s: blocks[Placement(side, s)] for s in Segment}
        to_knee = {s: middle_place(Placement(side, s), trial.geometry) for s in Segment}
        contacts = np.array([s.initial_contact_s for s in trial.strides if s.side is side])
        leg = aligned(side, samples, sensors[0].rate_hz, to_knee, trial.sections("run")[0][0], contacts)
        found += [errors(leg)] if leg is not None else []
    return found


# Tables


def row_of(name: str, legs: Sequence[Found]) -> list[str]:
    """Give a variant's row, ms."""
    every = 1e3 * np.stack([leg[name] for leg in legs])
    averaged = every.mean(axis=2)
    own = averaged.mean(axis=1)
    about = every - own[:, np.newaxis, np.newaxis]
    return [name, spread(every), spread(averaged), f"{own.mean():+.2f}", f"{own.std():.2f}", f"{about.std():.2f}"]


def spread(error_ms: Floats) -> str:
    """Give median / 95 % of the size of errors."""
    size = np.abs(error_ms)
    return f"{np.median(size):.2f} / {np.percentile(size, 95):.2f}"


HEAD = [
    *("variant", "a window of 5 s: median / 95 %", "30 s: median / 95 %"),
    *("bias over all legs", "SD between legs", "SD of a window about its leg"),
]


def tell(title: str, legs: Sequence[Found]) -> None:
    """Print the table of a kind of data."""
    table(f"{title}: error of the lag, ms ({len(legs)} legs)", HEAD, [row_of(name, legs) for name in VARIANTS])


# What it would be good for


def clock_errors(work: tuple[clocks.Case, int]) -> tuple[Floats, Floats]:
    """Give the clock errors of a session from 10 s on, ms: as they are, less their mean in the 5 s before each."""
    session = clocks.Session(*work)
    one, other = clocks.on_time_line(session, session.entries())
    first, last = max(one[0][0], other[0][0]), min(one[0][-1], other[0][-1])
    at = np.arange(first + SINCE_S - WINDOW_S, last, clocks.STEP_S)
    error = 1e3 * (np.interp(at, *one) - np.interp(at, *other))
    before = round(WINDOW_S / clocks.STEP_S)
    mean = np.convolve(error, np.full(before, 1.0 / before), "valid")[:-1]
    return error[before:], error[before:] - mean


def clock_row(case: clocks.Case, found: Sequence[tuple[Floats, Floats]]) -> list[str]:
    """Give a link's row."""
    return [case.title, *(spread(np.concatenate(errors_ms)) for errors_ms in zip(*found, strict=True))]


CLOCK_HEAD = ["link", "the clocks alone", f"were the last {WINDOW_S:g} s' lag known exactly"]
CLOCKS = [
    case
    for case in clocks.cases()
    if case.protocol in {"leglink", "witmotion", "movesense", "dot"} and case.title.endswith((" 15 ms", " 30 ms"))
]


KINDS: dict[str, Callable[[float, int], Simulated]] = {
    "Simulated, no landing, mounting known, true places": partial(Simulated, places=True, landing=False),
    "Simulated, mounting known, true places": partial(Simulated, places=True),
    "Simulated, mounting known": Simulated,
    "Simulated, aligned by itself": partial(Simulated, calibrated=False),
    "Simulated, 60 Hz, mounting known": partial(Simulated, rate_hz=60.0),
}


def main() -> None:
    """Run and print."""
    options = arguments(__doc__)
    headline("A lag from the knee", SOURCE, *METHOD)
    folders = data_folders(options.data)
    recorded = [trials(folder, options.work) for folder in folders]
    with get_context("spawn").Pool(PROCESSES) as pool:
        rows = []
        for case in CLOCKS:
            work = [(case, seed) for seed in range(CLOCK_SESSIONS)]
            rows.append(clock_row(case, list(said(pool.imap(clock_errors, work), case.title, len(work)))))
        title = f"Clock error of one leg after {SINCE_S:g} s, ms: median / 95 % ({CLOCK_SESSIONS} sessions each)"
        table(title, CLOCK_HEAD, rows)
        for title, known in KINDS.items():
            runs = [known(speed, seed) for speed in SPEEDS_M_S for seed in SEEDS]
            tell(title, [leg for legs in said(pool.imap(simulated_legs, runs), title, len(runs)) for leg in legs])
        for folder, of_folder in zip(folders, recorded, strict=True):
            whole = [(trial, None) for trial in of_folder]
            results = said(pool.imap(recorded_legs, whole), folder.name, len(whole))
            tell(f"Recorded, {folder.name}, aligned by itself", [leg for legs in results for leg in legs])
        if len(recorded) == 2:
            pairs = [(plain, hit) for hit, plain in zip(*recorded, strict=True)]
            results = said(pool.imap(recorded_legs, pairs), "impact later", len(pairs))
            title = f"Recorded, impact {1e3 * THIGH_DELAY_S:g} ms later at the thigh"
            tell(title, [leg for legs in results for leg in legs])


if __name__ == "__main__":
    main()
