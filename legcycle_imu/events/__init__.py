"""Causal detectors of the four events of one leg, each from one sensor's own samples.

Each looks, step by step, for the first sample that meets a condition, so that a cut anywhere changes nothing. What
takes too long, or lies behind a gap, loses the thread and says so: nothing is guessed.
"""

from legcycle_imu.events.detection import Detection, EventSettings
from legcycle_imu.events.shank import ShankDetector
from legcycle_imu.events.thigh import ThighDetector

__all__ = ["Detection", "EventSettings", "ShankDetector", "ThighDetector"]
