"""The simulation: a script, a runner and sensors give samples and truth."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from firmware_bridge.samples import Placement, SampleBlock, Segment, Side
from legcycle_imu.model import GaitEvent, Stride
from legcycle_imu.simulation.body import orientation, segment_origin, slope, specific_force
from legcycle_imu.simulation.impact import ringing
from legcycle_imu.simulation.landing import landing
from legcycle_imu.simulation.motion import GRID_HZ, MARGIN, Motion, draw_noise, motions
from legcycle_imu.simulation.norms import Floats
from legcycle_imu.simulation.runner import SIDES, SimulatedRunner, draw_runner
from legcycle_imu.simulation.sampling import Sampler
from legcycle_imu.simulation.script import Script, running_script
from legcycle_imu.simulation.sensors import SensorSetup, draw_sensors
from legcycle_imu.simulation.true_strides import joined, true_events, true_strides
from legcycle_imu.simulation.truth import Marks, Timing, contacts_of, draw_timing, marks_of

ANGLE_HZ = 100
"""Rate of the true angles."""
PIECE_S = 20.0
"""Length of the pieces in which a simulation is worked out, s: memory stays small, results do not change."""


@dataclass(frozen=True)
class TrueAngles:
    """True sagittal angles of the bones at `ANGLE_HZ`.

    Parameters
    ----------
    time : (n,) s
    angle : per placement (n,) angle to the vertical, rad
    """

    time: Floats
    angle: dict[Placement, Floats]


@dataclass(frozen=True)
class Piece:
    """What one stretch of time gives: samples of every sensor, true angles, marks for the strides."""

    start_s: float
    end_s: float
    samples: dict[Placement, SampleBlock]
    angles: TrueAngles
    marks: dict[Side, Marks]


@dataclass(frozen=True)
class Simulation:
    """Samples and truth of a whole script.

    Parameters
    ----------
    script, runner, sensors : what it was made from
    samples : per sensor, its samples in its own frame
    angles : true angles, 100 Hz
    strides : true strides at full amplitude; walking ones have the flag `walk`
    events : true events of these strides
    """

    script: Script
    runner: SimulatedRunner
    sensors: tuple[SensorSetup, ...]
    samples: dict[Placement, SampleBlock]
    angles: TrueAngles
    strides: list[Stride]
    events: list[GaitEvent]


def simulate_run(
    speed_m_s: float,
    duration_s: float,
    *,
    preamble: bool = True,
    rate_hz: float = 200.0,
    seed: int = 0,
    acc_range_g: float = 16.0,
    overground: bool = True,
) -> Simulation:
    """Simulate one steady run of a drawn runner with four drawn sensors.

    Parameters
    ----------
    speed_m_s : m/s
    duration_s : running time, s
    preamble : see `legcycle_imu.simulation.script.running_script`
    rate_hz : rate of the sensors
    seed : of runner, sensors and noise
    acc_range_g : range of the accelerometers
    overground : False = on a treadmill
    """
    script = running_script(speed_m_s, duration_s, preamble=preamble, overground=overground)
    return simulate(script, draw_runner(seed), draw_sensors(seed, rate_hz=rate_hz, acc_range_g=acc_range_g), seed)


def simulate(script: Script, runner: SimulatedRunner, sensors: tuple[SensorSetup, ...], seed: int = 0) -> Simulation:
    """Simulate a script; the same arguments give the same result."""
    pieces = list(simulate_pieces(script, runner, sensors, seed))
    strides = strides_of(pieces, runner)
    return Simulation(
        script=script,
        runner=runner,
        sensors=sensors,
        samples={s.placement: SampleBlock.join([p.samples[s.placement] for p in pieces]) for s in sensors},
        angles=TrueAngles(
            np.concatenate([p.angles.time for p in pieces]),
            {
                placement: np.concatenate([p.angles.angle[placement] for p in pieces])
                for placement in pieces[0].angles.angle
            },
        ),
        strides=strides,
        events=true_events(strides),
    )


def strides_of(pieces: list[Piece], runner: SimulatedRunner) -> list[Stride]:
    """Give the true strides of consecutive pieces."""
    return true_strides({side: joined([p.marks[side] for p in pieces]) for side in SIDES}, runner.geometry)


def simulate_pieces(
    script: Script,
    runner: SimulatedRunner,
    sensors: tuple[SensorSetup, ...],
    seed: int = 0,
    *,
    piece_s: float = PIECE_S,
) -> Iterator[Piece]:
    """Yield a simulation piece by piece, in bounded memory, for recordings of hours."""
    rng = np.random.default_rng([seed, 3])
    noise, timing = draw_noise(script, rng), draw_timing(script.duration_s, rng)
    samplers = {s.placement: Sampler(s, (seed, 4, i)) for i, s in enumerate(sensors)}
    for motion in motions(script, runner, noise, piece_s):
        yield Piece(
            motion.start_s,
            motion.end_s,
            {s.placement: _sampled(motion, runner, timing, s, samplers[s.placement]) for s in sensors},
            _angles(motion),
            {side: marks_of(motion, side, runner, timing) for side in SIDES},
        )


def _angles(motion: Motion) -> TrueAngles:
    step = GRID_HZ // ANGLE_HZ
    inside = np.arange(MARGIN, len(motion.index) - MARGIN - 1)
    inside = inside[motion.index[inside] % step == 0]
    return TrueAngles(
        motion.time[inside],
        {Placement(side, segment): motion.legs[side].angle(segment)[inside] for side in SIDES for segment in Segment},
    )


def _sampled(
    motion: Motion, runner: SimulatedRunner, timing: Timing, setup: SensorSetup, sampler: Sampler
) -> SampleBlock:
    rate, force = felt(motion, runner, timing, setup)
    return sampler.push(int(motion.index[0]), rate, force, motion.end_s)


def felt(motion: Motion, runner: SimulatedRunner, timing: Timing, setup: SensorSetup) -> tuple[Floats, Floats]:
    """Give what a sensor truly feels: its angular velocity and specific force, sensor frame, (3, n) on the grid."""
    side, segment = setup.placement
    bone = orientation(motion, side, segment)
    contacts = contacts_of(motion, side, runner, timing)
    ring = ringing(runner.impact, segment, contacts, runner.variation.impact, motion.index)
    place = np.repeat(setup.place[:, np.newaxis], len(motion.time), axis=1)
    place[1] += ring.shift + landing(runner.impact.landing_peak, segment, contacts, motion.index)
    position = segment_origin(motion, side, segment, runner.geometry) + bone.to_world(place)
    force, rate = bone.to_segment(specific_force(position)), bone.rate()
    axis = runner.impact.wobble_axis[0 if segment is Segment.THIGH else 1]
    rate = turned(rate, axis, -ring.twist) + axis[:, np.newaxis] * slope(ring.twist)
    force = turned(force, axis, -ring.twist)
    return into_sensor(rate, setup.mounting), into_sensor(force, setup.mounting)


def turned(vector: Floats, axis: Floats, angle: Floats) -> Floats:
    """Turn vectors (3, n) about one axis (3,) by angles (n,), rad (Rodrigues)."""
    u = axis[:, np.newaxis]
    along = (u * vector).sum(axis=0)
    across = np.stack(
        [
            axis[1] * vector[2] - axis[2] * vector[1],
            axis[2] * vector[0] - axis[0] * vector[2],
            axis[0] * vector[1] - axis[1] * vector[0],
        ]
    )
    cos = np.cos(angle)
    return np.asarray(cos * vector + np.sin(angle) * across + (1.0 - cos) * along * u)


def into_sensor(vector: Floats, mounting: Floats) -> Floats:
    """Give vectors (3, n) of the segment frame in the frame of a sensor mounted so."""
    return np.stack([sum(mounting[k, i] * vector[k] for k in range(3)) for i in range(3)])
