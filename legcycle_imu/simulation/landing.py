"""Landing: the leg's deceleration along its length as the foot meets the ground, which mean curves smooth away.

Unlike the impact, whose size and delay are invented, this was measured: in the motion of 13 runners (Fukuchi et al.
2017), low-passed at 25 Hz, the acceleration along the shank rises from the instant of 50 N on by 11, 17 and 23 m/s^2
at 2.5, 3.5 and 4.5 m/s more than the norms' mean curves give, is largest 27 ms later and has swung back 60 ms later
(benchmarks/fit_constants.py prints it). It is a displacement that comes back, so that momentum
stays what the leg's path makes it.
"""

from functools import lru_cache

import numpy as np

from firmware_bridge.samples import Segment
from legcycle_imu.simulation.motion import GRID_HZ
from legcycle_imu.simulation.norms import Floats, Integers
from legcycle_imu.simulation.truth import Contacts

REFERENCE_SPEED = 3.5
"""Speed, m/s, for which size and duration are given."""
DURATION_S = 0.14
"""Duration at that speed, s: the acceleration is largest after 0.15 and turns after 0.31 of it."""
DELAY_S = 0.004
"""Begin after contact, s: at 50 N the leg still falls as it did."""
DURATION_OVER_SPEED = -0.7
"""Exponent by which the duration shrinks with speed, as contact time does."""
PEAK_OVER_SPEED = 1.3
"""Exponent by which the largest acceleration grows with speed (11, 17, 23 m/s^2 above the norms' own)."""
THIGH_SHARE = 0.7
"""Share of it that the thigh shows."""
WALK_SHARE = 0.3
"""Share of it that is left when walking at the same speed."""


def landing(peak: float, segment: Segment, contacts: Contacts, index: Integers) -> Floats:
    """Add up the landings of a leg's contacts for one of its segments.

    Parameters
    ----------
    peak : largest acceleration along the shank at the reference speed, m/s^2
    segment : which segment's sensor
    contacts : contacts of this leg
    index : (n,) grid points

    Returns
    -------
    (n,) displacement along the segment, m
    """
    share = THIGH_SHARE if segment is Segment.THIGH else 1.0
    gait = WALK_SHARE + (1.0 - WALK_SHARE) * contacts.run_share
    ratio = np.maximum(contacts.speed, 0.5) / REFERENCE_SPEED
    durations = DURATION_S * ratio**DURATION_OVER_SPEED
    sizes = share * peak * contacts.presence * gait * ratio**PEAK_OVER_SPEED * durations**2 / _bump_peak()
    total = np.zeros(len(index))
    for begin, duration, size in zip(contacts.time + DELAY_S, durations, sizes, strict=True):
        first = int(np.ceil(begin * GRID_HZ)) - int(index[0])
        part = slice(max(first, 0), max(min(first + int(duration * GRID_HZ) + 1, len(index)), 0))
        total[part] += size * _bump((index[part] / GRID_HZ - begin) / duration)
    return total


def _bump(share: Floats) -> Floats:
    x = np.clip(share, 0.0, 1.0)
    return np.asarray((x * (1.0 - x)) ** 4)


@lru_cache(maxsize=1)
def _bump_peak() -> float:
    """Give the largest second derivative of the bump."""
    step = 1e-4
    return float(np.diff(_bump(np.arange(0.0, 1.0, step)), 2).max() / step**2)
