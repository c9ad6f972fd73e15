"""Thigh and shank share a knee: whether they agree, as they are calibrated, on how it is accelerated forwards.

The plane in which a segment swings leaves two directions open. Where the shank hardly turns in knee lifts, or swings
forwards with a stiff knee, nothing in its own movement tells them apart; the knee does, which thigh and shank share.
"""

import numpy as np
from scipy.signal import butter, sosfiltfilt

from calibration.joints import JointSettings
from calibration.model import LegCalibration, SegmentCalibration
from firmware_bridge.samples import Floats, SampleBlock

LEG = JointSettings()
"""Where the knee is from the sensors."""
CUTOFF_HZ = 5.0
"""Knee lifts hold nothing above; impacts and soft tissue do."""
GRID_HZ = 50.0


def agreement(calibration: LegCalibration, thigh: SampleBlock, shank: SampleBlock) -> float:
    """Give the correlation of the knee's acceleration forwards as told by thigh and by shank; NaN of too few samples.

    Parameters
    ----------
    calibration : of the leg
    thigh, shank : what its sensors told, sensor frames
    """
    first, last = (pick(float(block.time[0 if pick is max else -1]) for block in (thigh, shank)) for pick in (max, min))
    grid = np.arange(first, last, 1.0 / GRID_HZ)
    if len(grid) < GRID_HZ:
        return float("nan")
    one = np.interp(grid, thigh.time, _forward(thigh, calibration.thigh, -LEG.knee_below_m))
    other = np.interp(grid, shank.time, _forward(shank, calibration.shank, LEG.knee_above_m))
    return float(np.corrcoef(_slow(one), _slow(other))[0, 1])


def swung_rad(block: SampleBlock, calibration: SegmentCalibration) -> Floats:
    """Give the angle (n,) about the mediolateral axis, from 0 at the first sample on, rad."""
    rate = ((block.gyr - np.array(calibration.gyr_bias_rad_s)) * calibration.matrix()[2]).sum(axis=1)
    steps = 0.5 * (rate[1:] + rate[:-1]) * np.diff(block.time)
    return np.concatenate([np.zeros(1), np.cumsum(steps)])


def _forward(block: SampleBlock, calibration: SegmentCalibration, above_m: float) -> Floats:
    """Give the specific force forwards (n,) of a point above the sensor, on the segment's length, m/s^2."""
    x, y, z = calibration.matrix()
    rate = ((block.gyr - np.array(calibration.gyr_bias_rad_s)) * z).sum(axis=1)
    slope = np.gradient(rate, block.time)
    ahead = (block.acc * x).sum(axis=1) - slope * above_m
    along = (block.acc * y).sum(axis=1) - rate * rate * above_m
    angle = swung_rad(block, calibration)
    forward, up = np.cos(angle) * ahead - np.sin(angle) * along, np.sin(angle) * ahead + np.cos(angle) * along
    tilt = np.arctan2(forward.mean(), up.mean())  # at the first sample; on the whole nobody is accelerated but by g
    return np.asarray(np.cos(tilt) * forward - np.sin(tilt) * up)


def _slow(values: Floats) -> Floats:
    """Give what is neither impact nor drift."""
    sos = butter(2, (0.3, CUTOFF_HZ), "bandpass", fs=GRID_HZ, output="sos")
    return np.asarray(sosfiltfilt(sos, values))
