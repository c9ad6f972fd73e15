"""Print the range of every segment's angle, and of each knee's flexion: python examples/angles.py FILE."""

import sys

import numpy as np

import legcycle_imu
from legcycle_imu import Placement, Segment

analysis = legcycle_imu.analyse(sys.argv[1], angles=True)
for placement, found in analysis.angles.items():
    low, high = np.degrees([np.nanmin(found.angle), np.nanmax(found.angle)])
    print(f"{placement!s:<12} {low:7.1f} to {high:6.1f} deg")

for side in analysis.calibrations:
    thigh, shank = (analysis.angles[Placement(side, segment)] for segment in Segment)
    flexion = np.degrees(np.interp(shank.time, thigh.time, thigh.angle) - shank.angle)
    print(f"{side} knee     {np.nanmin(flexion):7.1f} to {np.nanmax(flexion):6.1f} deg of flexion")
