"""Whether a leg's last strides differ from the ones before by more than strides scatter."""

from collections.abc import Iterable, Sequence
from statistics import median

from legcycle_imu.personal_band import BandSettings
from legcycle_imu.view.state import Mark

HALF = 10
"""Strides that are compared with as many before them. Our choice."""
RISING = Mark("▲", "rising")
FALLING = Mark("▼", "falling")


def trend(values: Iterable[float]) -> Mark | None:
    """Give which way the median of the last 10 lies from that of the 10 before; None where strides scatter as much.

    Scatter is 1.5 robust standard deviations about each half's own median, as wide as the personal band. Of 20
    normal strides without a trend it is exceeded in 4 of 100 cases.

    Parameters
    ----------
    values : known values of one leg's good strides, oldest first
    """
    known = list(values)
    if len(known) < 2 * HALF:
        return None
    before, last = known[-2 * HALF : -HALF], known[-HALF:]
    change = median(last) - median(before)
    if abs(change) <= _scatter(before, last):
        return None
    return RISING if change > 0.0 else FALLING


def _scatter(*halves: Sequence[float]) -> float:
    settings = BandSettings()
    apart = [abs(value - median(half)) for half in halves for value in half]
    return settings.width_sd * settings.sd_of_mad * median(apart)
