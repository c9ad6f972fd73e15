"""Whether a sensor feels anything: of a dead or frozen one nothing can be told, least of all how it sits."""

import numpy as np

from calibration.evidence import SensorHold
from firmware_bridge.protocols.units import STANDARD_GRAVITY_M_S2
from firmware_bridge.samples import Segment, Side, Vectors

GRAVITY_SHARE = (0.5, 12.0)
"""Mean size of the specific force on a leg, in g: 1.0 standing to 3.7 running in the recordings, up to 7.8 in simulated
sprints of 9.5 m/s; values in g taken for m/s^2 lie below, their ten- or hundredfold above."""


def what_is_dead(side: Side, segment: Segment, hold: SensorHold) -> str:
    """Say what a sensor does not feel, of a leg that moves; "" for one that feels, and where hardly a sample is."""
    acc, gyr = hold.samples.acc, hold.samples.gyr
    if len(acc) <= hold.rate_hz:
        return ""
    for name, values in (("accelerometer", acc), ("gyroscope", gyr)):
        if _still_axes(values):
            return _sentence(f"the {side} {segment} sensor's {name} tells the same all the time though the leg moves")
    low, high = (share * STANDARD_GRAVITY_M_S2 for share in GRAVITY_SHARE)
    force = float(np.sqrt((acc * acc).sum(axis=1)).mean())
    if not low <= force <= high:
        return _sentence(
            f"the {side} {segment} sensor feels {force:.1f} m/s² in the mean, where gravity alone is 9.8: it is "
            "broken, or its range or unit is not as stated"
        )
    return ""


def _still_axes(values: Vectors) -> bool:
    """Tell whether an axis never changes: noise alone changes the last bit of one that lives."""
    return bool((values.max(axis=0) == values.min(axis=0)).any())


def _sentence(what: str) -> str:
    return f"{what}; switch it off and on again, or take another sensor"
