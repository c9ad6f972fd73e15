"""A sensor in a person's hands: laid in poses and turned on a table, for its intrinsic calibration.

Only what is upright in the sensor's frame counts: laid from one pose into another it turns about the axis between the
two, on the table about the vertical.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from math import pi

import numpy as np

from calibration.poses import FACES, POSES
from firmware_bridge.samples import Placement, SampleBlock
from legcycle_imu.simulation.gaits import GRAVITY
from legcycle_imu.simulation.motion import GRID_HZ, MARGIN
from legcycle_imu.simulation.norms import Floats
from legcycle_imu.simulation.sampling import Sampler
from legcycle_imu.simulation.sensors import SensorSetup
from legcycle_imu.simulation.streaming import PIECE_S, StreamingRun, StreamingSettings

LIE_S, MOVE_S = 3.5, 1.0
"""How long a person lets it lie and how long they take to lay it down anew, s."""
TURN_S = 2.0
"""Time of one turn, s."""
SWING_M_S2 = 1.5
"""Largest acceleration of a hand that lays it down anew."""
SEED = 20
"""Of poses and errors, beside the seeds of runner and sensors."""


@dataclass(frozen=True)
class Act:
    """What is done with it.

    Parameters
    ----------
    up : (3,) what is upright in the end, sensor frame, unit length
    move_s : time that it takes, s
    lie_s : how long it lies then, s
    turned_rad : by how much it is turned about `up`, which is then upright from the beginning
    """

    up: Floats
    move_s: float = MOVE_S
    lie_s: float = LIE_S
    turned_rad: float = 0.0


def calibration_acts(
    rng: np.random.Generator, *, largest_tilt_rad: float = 5.0 * pi / 180, turns: int = 3, return_sd_rad: float = 0.0
) -> list[Act]:
    """Give what a person does who is well guided: the twelve poses, then whole turns on three faces.

    Parameters
    ----------
    rng : of tilts, senses and errors
    largest_tilt_rad : each pose is off by up to so much
    turns : whole turns on each face; 0 for none
    return_sd_rad : how exactly it is laid back
    """
    acts = [Act(tilted(np.array(pose.up), largest_tilt_rad * float(rng.uniform()), rng)) for pose in POSES]
    for face in FACES[:3] if turns else ():
        up = tilted(np.array(face.up), largest_tilt_rad * float(rng.uniform()), rng)
        angle = float(rng.choice((-1.0, 1.0))) * turns * 2.0 * pi + return_sd_rad * float(rng.standard_normal())
        acts += [Act(up), Act(up, turns * TURN_S, LIE_S, angle)]
    return acts


def tilted(up: Floats, angle_rad: float, rng: np.random.Generator) -> Floats:
    """Tilt a direction by an angle, any way."""
    axis = np.cross(up, rng.standard_normal(3))
    return np.asarray(np.cos(angle_rad) * up + np.sin(angle_rad) * axis / np.linalg.norm(axis))


def random_axes(rng: np.random.Generator, largest_rad: float) -> Floats:
    """Draw the directions (3 rows) of an accelerometer's axes; no two are further from square than so much."""
    return np.asarray(np.eye(3) + 0.5 * largest_rad * rng.uniform(-1.0, 1.0, (3, 3)) * (1.0 - np.eye(3)))


def felt_by(acts: Sequence[Act]) -> tuple[Floats, Floats]:
    """Give the angular velocity and specific force of a perfect sensor, (3, n) each, on the grid."""
    rates, forces = [np.zeros((3, MARGIN))], [_lying(acts[0].up, MARGIN)]
    before = acts[0].up
    for act in acts:
        for rate, force in (_moved(before, act), (None, _lying(act.up, round(act.lie_s * GRID_HZ)))):
            rates.append(np.zeros_like(force) if rate is None else rate)
            forces.append(force)
        before = act.up
    rates.append(np.zeros((3, MARGIN)))
    forces.append(_lying(before, MARGIN))
    return np.concatenate(rates, axis=1), np.concatenate(forces, axis=1)


def handled(acts: Sequence[Act], setup: SensorSetup, seed: int = 0, axes: Floats | None = None) -> SampleBlock:
    """Give the samples of a sensor with which this is done.

    Parameters
    ----------
    acts : one after the other
    setup : the sensor and its errors
    seed : of its noise
    axes : (3, 3) directions of its accelerometer's axes, a row each; square by default
    """
    rate, force = felt_by(acts)
    if axes is not None:
        force = axes @ force
    end_s = (rate.shape[1] - 2 * MARGIN) / GRID_HZ
    return Sampler(setup, (seed, SEED)).push(-MARGIN, rate, force, end_s)


class HandledRun(StreamingRun):
    """Four sensors in a person's hands, all handled alike, as sensors that stream.

    Parameters
    ----------
    settings : of the sensors and their links; speed and time are not used
    acts : what is done; by default the twelve poses and three turns on each of three faces
    """

    def __init__(self, settings: StreamingSettings, acts: Sequence[Act] | None = None) -> None:
        super().__init__(settings)
        self._acts = acts or calibration_acts(np.random.default_rng([settings.seed, SEED]))

    def pieces(self, placements: Collection[Placement]) -> Iterator[tuple[float, Mapping[Placement, SampleBlock]]]:
        """Yield the samples of sensors that are worn at places, piece by piece, each with its end, s."""
        seed = self._settings.seed
        whole = {at: handled(self._acts, replace(self.setups[at], place=np.zeros(3)), seed) for at in placements}
        end_s = max(float(block.time[-1]) for block in whole.values())
        for k in range(int(np.ceil(end_s / PIECE_S)) + 1):
            begin, end = k * PIECE_S, (k + 1) * PIECE_S
            yield end, {at: block[_between(block.time, begin, end)] for at, block in whole.items()}


def _between(time: Floats, begin: float, end: float) -> slice:
    first, last = np.searchsorted(time, (begin, end))
    return slice(int(first), int(last))


def _lying(up: Floats, count: int) -> Floats:
    return np.repeat(GRAVITY * up[:, np.newaxis], count, axis=1)


def _moved(before: Floats, act: Act) -> tuple[Floats, Floats]:
    """Give rate and force on the way from one pose into the next, or while it is turned."""
    count = round(act.move_s * GRID_HZ)
    share = (np.arange(count) + 0.5) / count
    way, speed = share**3 * (10.0 - 15.0 * share + 6.0 * share**2), 30.0 * (share * (1.0 - share)) ** 2 / act.move_s
    if act.turned_rad:
        return act.up[:, np.newaxis] * act.turned_rad * speed, _lying(act.up, count)
    axis, angle = _axis_between(before, act.up)
    across = np.cross(axis, before)[:, np.newaxis]
    up = np.cos(angle * way) * before[:, np.newaxis] + np.sin(angle * way) * across
    swing = SWING_M_S2 * np.sin(2.0 * pi * share) * np.sin(pi * share)
    return -axis[:, np.newaxis] * angle * speed, GRAVITY * up + swing * act.up[:, np.newaxis]


def _axis_between(before: Floats, after: Floats) -> tuple[Floats, float]:
    """Give the axis and the angle that turn one direction into another; any axis where they are opposite."""
    across = np.cross(before, after)
    size = float(np.linalg.norm(across))
    angle = float(np.arctan2(size, before @ after))
    if size < 1e-9:
        across = np.cross(before, np.eye(3)[int(np.argmin(np.abs(before)))])
    return np.asarray(across / np.linalg.norm(across)), angle
