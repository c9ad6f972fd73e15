"""What runners do at the cadence that goes with a speed: 13 runners on a treadmill at 2.5, 3.5 and 4.5 m/s.

Norms are no targets: they say where a runner stands among others. Thigh and shank do not show the speed, so cadence
stands in for it. Computed from the markers and forces of Fukuchi, Fukuchi & Duarte (2017), PeerJ 5:e3298, CC BY 4.0;
`benchmarks/norms.py` recomputes what recordings of 13 runners of that data set give. Pure.
"""

from math import isnan
from typing import NamedTuple

import numpy as np

from legcycle_imu.runner import LegGeometry

SOURCE = (
    "13 runners on a treadmill at 2.5, 3.5 and 4.5 m/s, computed from the markers and forces of Fukuchi, Fukuchi and "
    "Duarte (2017), PeerJ 5:e3298, CC BY 4.0"
)
SPEED_M_S = (2.5, 3.5, 4.5)
CADENCE_SPM = (162.0, 171.0, 184.0)
"""Mean cadence at the three speeds; SD between runners 10, 11 and 14."""
SLOWEST_SPM, FASTEST_SPM = 152.0, 198.0
"""Mean cadence of the slowest trials and of the fastest, one SD further: beyond that nothing is known."""
LEG_CM = 81.9
"""Mean length of these runners' legs, hip to ankle."""


class Usual(NamedTuple):
    """Mean and SD between runners of one column, in its unit."""

    mean: float
    sd: float

    @property
    def known(self) -> bool:
        """Whether there is a norm at all."""
        return not isnan(self.mean)


class Norm(NamedTuple):
    """One column of the stride table at the three speeds, in the column's unit.

    Attributes
    ----------
    mean, sd : between runners; angles to the line between the joint centres
    is_length : given for a leg of `LEG_CM`; grows with the runner's leg
    """

    mean: tuple[float, float, float]
    sd: tuple[float, float, float]
    is_length: bool = False

    def at(self, cadence_spm: float) -> Usual:
        """Give mean and SD at a cadence; beyond the three speeds the nearest one holds."""
        return Usual(*(float(np.interp(cadence_spm, CADENCE_SPM, row)) for row in (self.mean, self.sd)))


NORMS: dict[str, Norm] = {
    "contact_time_s": Norm((0.268, 0.225, 0.196), (0.023, 0.017, 0.015)),
    "heel_lift_cm": Norm((-1.0, 11.7, 19.5), (7.4, 6.7, 6.7), is_length=True),
    "knee_drive_deg": Norm((30.2, 37.0, 43.3), (4.6, 4.9, 5.4)),
    "hip_extension_deg": Norm((16.9, 21.0, 23.9), (2.1, 2.7, 3.6)),
    "peak_hip_extension_deg": Norm((22.0, 28.0, 33.0), (2.7, 3.0, 3.9)),
    "peak_knee_flexion_deg": Norm((92.5, 107.0, 117.0), (9.4, 9.0, 10.0)),
    "placement_cm": Norm((17.5, 22.1, 25.9), (2.4, 2.6, 2.7), is_length=True),
    "shank_at_contact_deg": Norm((6.2, 9.1, 11.2), (1.7, 2.8, 2.9)),
}
"""By column. The SD of both hip extensions are those of `benchmarks/norms.py`."""


def covers(cadence_spm: float) -> bool:
    """Tell whether these runners say anything at a cadence."""
    return SLOWEST_SPM <= cadence_spm <= FASTEST_SPM


def usual(metric: str, cadence_spm: float, geometry: LegGeometry) -> Usual:
    """Give what is usual in a column at a cadence, lengths for the runner's leg; NaN where nothing is known.

    Beyond the three speeds the nearest one holds; whether that says anything, `covers` tells.
    """
    norm = NORMS.get(metric)
    if norm is None:
        return Usual(float("nan"), float("nan"))
    scale = 100.0 * geometry.leg_m / LEG_CM if norm.is_length else 1.0
    return Usual(*(scale * figure for figure in norm.at(cadence_spm)))
