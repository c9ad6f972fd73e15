"""The guided calibration: what to do, step by step, until it is known who wears what and how every sensor sits."""

from calibration.routine.machine import Routine
from calibration.routine.settings import RoutineSettings

__all__ = ["Routine", "RoutineSettings"]
