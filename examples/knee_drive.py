"""Print the knee drive of every stride against the target of 50 degrees: python examples/knee_drive.py FILE."""

import sys

import legcycle_imu
from legcycle_imu import Judge, Phase

analysis = legcycle_imu.analyse(sys.argv[1])
judge = Judge(geometry=analysis.runner.geometry)
for stride in analysis.strides:
    for verdict in judge.push(stride):
        if verdict.phase is Phase.DRIVE:
            print(f"{stride.side:<5} {stride.stride:>4}  {verdict.value:5.1f} deg  {verdict.distance:+6.1f}")
