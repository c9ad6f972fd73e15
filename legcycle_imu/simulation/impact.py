"""Impact and soft-tissue wobble: damped motion of a sensor on the bone, begun a little after each contact.

They are motion (displacement, rotation) that begins at rest and dies out, so what they add to the specific force
has zero mean: momentum stays what the leg's path makes it.
"""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from firmware_bridge.samples import Segment
from legcycle_imu.simulation.motion import GRID_HZ
from legcycle_imu.simulation.norms import Floats, Integers
from legcycle_imu.simulation.runner import Impact
from legcycle_imu.simulation.truth import Contacts

DECAY_S = 0.010
"""Time constant of the damping, s: gone in about 80 ms (error model of the shared recordings)."""
RING_S = 0.2
"""Time after which nothing is left, s: t^2 exp(-t / DECAY_S) is down to 2e-6 of its height."""
REFERENCE_SPEED = 3.5
"""Speed, m/s, for which the sizes are given; they grow with the root of the speed."""
WALK_SHARE = 0.4
"""Share of the impact that is left when walking at the same speed."""
LEAST_DELAY_S = 0.002
"""No impact begins earlier after contact, s."""


@dataclass(frozen=True)
class Ringing:
    """What impacts do to one sensor over a piece's grid, in the segment frame.

    Parameters
    ----------
    shift : (n,) displacement along the segment, m
    twist : (n,) rotation on the bone, rad
    """

    shift: Floats
    twist: Floats


def ringing(impact: Impact, segment: Segment, contacts: Contacts, size: float, index: Integers) -> Ringing:
    """Add up the rings of a leg's contacts for one of its sensors.

    Parameters
    ----------
    contacts : contacts of this leg, with the delay's draw of each
    size : factor on both (see `Variation.impact`)
    index : (n,) grid points
    """
    which = 0 if segment is Segment.THIGH else 1
    share = impact.at_thigh if segment is Segment.THIGH else 1.0
    begins = contacts.time + np.maximum(LEAST_DELAY_S, impact.delay_s + impact.delay_jitter_s * contacts.draw)
    gait = WALK_SHARE + (1.0 - WALK_SHARE) * contacts.run_share
    scale = size * contacts.presence * gait * np.sqrt(contacts.speed / REFERENCE_SPEED)
    hz, wobble_hz = impact.frequency_hz, impact.wobble_hz[which]
    shift = share * impact.peak / ring_peak(hz, 2)
    twist = impact.wobble_rate[which] / ring_peak(wobble_hz, 1)
    return Ringing(
        shift=shift * _rings(hz, begins, scale, index), twist=twist * _rings(wobble_hz, begins, scale, index)
    )


def ring_shape(time: Floats, hz: float) -> Floats:
    """Give the ring t^2 exp(-t / DECAY_S) sin(2 pi hz t), 0 before 0: it begins as t^3, so its acceleration from 0."""
    t = np.maximum(time, 0.0)
    return np.asarray(t**2 * np.exp(-t / DECAY_S) * np.sin(2 * np.pi * hz * t))


@lru_cache(maxsize=64)
def ring_peak(hz: float, order: int) -> float:
    """Give the largest derivative of an order (1 rate, 2 acceleration) of a ring."""
    step = 1e-5
    curve = ring_shape(np.arange(-0.001, RING_S, step), hz)
    return float(np.abs(np.diff(curve, order)).max() / step**order)


def _rings(hz: float, begins: Floats, scale: Floats, index: Integers) -> Floats:
    total = np.zeros(len(index))
    points = int(RING_S * GRID_HZ)
    for begin, size in zip(begins, scale, strict=True):
        first = int(np.ceil(begin * GRID_HZ)) - int(index[0])
        part = slice(max(first, 0), max(min(first + points, len(index)), 0))
        total[part] += size * ring_shape(index[part] / GRID_HZ - begin, hz)
    return total
