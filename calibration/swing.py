"""A segment's movement in the plane that the vertical sweeps in its sensor's frame."""

from math import nan, pi
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from calibration.evidence import SensorHold
from calibration.movement import Span, last_bias, standing_gravity, unit
from calibration.sweep import ENOUGH_SIGHTINGS, Sweep, sweeps
from firmware_bridge.samples import Floats, Vectors

_KNOWN_BIAS_SD_RAD_S = 0.1 * pi / 180
"""What the sway of a standing person leaves open in the bias after a second of rest."""
_DRIFT_BIAS_SD_RAD_S = 0.3 * pi / 180
"""What the drift of the vertical over a few strides leaves open at least in the bias, where no rest shows it."""
_FEW_STRIDES_BIAS_SD_RAD_S = 1.0 * pi / 180
"""Bias of the gyroscopes that people own: within 1 deg/s; so much is open where hardly anything was seen."""


class Swing(NamedTuple):
    """A segment's movement about one axis, which is nearly the normal of the plane that the vertical sweeps.

    Attributes
    ----------
    time : (n,) s
    up : (n, 3) the vertical, sensor frame
    gyr : (n, 3) angular rate, sensor frame, rad/s
    z : (3,) the axis, sensor frame
    stood : (3,) the vertical when standing, sensor frame; None where no rest is known
    rested : whether any rest is known, standing or not
    spread : share of the vertical's movement that left the plane
    bias : gyroscope bias in the sensor frame, rad/s
    bias_sd : its standard uncertainty, rad/s
    sweeps : the bouts it consists of
    """

    time: Floats
    up: Vectors
    gyr: Vectors
    z: Floats
    stood: Floats | None
    rested: bool
    spread: float
    bias: Floats
    bias_sd: float
    sweeps: list[Sweep]

    @property
    def frame(self) -> NDArray[np.float64]:
        """Rows x, y, z in the sensor frame; y is the vertical of standing, or the mean vertical."""
        y = self.up.mean(axis=0) if self.stood is None else self.stood
        y = unit(y - (y * self.z).sum() * self.z)
        return np.array([np.cross(y, self.z), y, self.z])

    @property
    def angle(self) -> Floats:
        """Angle about the axis, (n,), rad, from the frame's y."""
        x, y, _ = self.frame
        return np.asarray(np.unwrap(np.arctan2((self.up * x).sum(axis=1), (self.up * y).sum(axis=1))))

    @property
    def rate(self) -> Floats:
        """Rate about the axis, (n,), rad/s."""
        return np.asarray((self.gyr * self.z).sum(axis=1))

    @property
    def standing(self) -> float:
        """Angle when standing, rad; NaN where no rest is known."""
        return nan if self.stood is None else 0.0

    def turned(self, sign: float) -> "Swing":
        """Give the view from the other side of the plane where the sign is negative."""
        return self._replace(z=sign * self.z)

    def level_when_standing(self) -> "Swing":
        """Give the same about the nearest axis that is level when standing."""
        if self.stood is None:
            return self
        return self._replace(z=unit(self.z - (self.z * self.stood).sum() * self.stood))


def swing_of(hold: SensorHold, spans: list[Span], standing_within_rad: float) -> Swing | None:
    """Find the plane that the vertical sweeps in the sensor's frame; None without any span.

    Parameters
    ----------
    hold, spans : the sensor's samples, and the windows that are looked at
    standing_within_rad : a rest in which the segment was farther than this from its mean angle was not standing
    """
    seen = sweeps(hold, spans)
    if not seen:
        return None
    time, up, gyr = (np.concatenate(column) for column in list(zip(*seen, strict=True))[:3])
    shares, directions = np.linalg.eigh(np.einsum("ni,nj->ij", up, up) / len(up))
    spread = float(shares[0] / (shares[0] + shares[1]))
    bias, bias_sd = last_bias(hold), _KNOWN_BIAS_SD_RAD_S
    if bias is None:
        longest = max(seen, key=lambda sweep: len(sweep.spans))
        bias = longest.bias
        told = len(longest.spans) >= ENOUGH_SIGHTINGS
        bias_sd = max(longest.bias_sd, _DRIFT_BIAS_SD_RAD_S) if told else _FEW_STRIDES_BIAS_SD_RAD_S
    stood = standing_gravity(hold, up.mean(axis=0), standing_within_rad)
    return Swing(time, up, gyr, directions[:, 0], stood, bool(hold.rests), spread, bias, bias_sd, seen)
