"""The simulated runner: one continuous motion, the sensors that ride on it, and its exact truth."""

from legcycle_imu.simulation.runner import SimulatedRunner, Variation, draw_runner
from legcycle_imu.simulation.script import Script, Section, SectionKind, running_script
from legcycle_imu.simulation.sensors import ErrorModel, SensorSetup, draw_sensors
from legcycle_imu.simulation.simulate import Simulation, simulate, simulate_pieces, simulate_run

__all__ = [
    "ErrorModel",
    "Script",
    "Section",
    "SectionKind",
    "SensorSetup",
    "SimulatedRunner",
    "Simulation",
    "Variation",
    "draw_runner",
    "draw_sensors",
    "running_script",
    "simulate",
    "simulate_pieces",
    "simulate_run",
]
