"""Make the recorded fixtures of the tests: python tests/data/make.py

Each is a few seconds of the simulated runner, the same at every making, as NAME.legcycle with its true strides in
NAME.strides.csv. Only running is in them, no standing: what aligns them is the running itself.
"""

import sys
from pathlib import Path

import numpy as np

from firmware_bridge.samples import Placement, Segment, Side
from legcycle_imu.simulation import Script, Section, SectionKind, Simulation, draw_runner, draw_sensors, running_script
from legcycle_imu.simulation import simulate as simulated
from legcycle_imu.simulation.files import write_recording
from legcycle_imu.simulation.sensors import PLACEMENTS
from legcycle_imu.tables import write_strides

FOLDER = Path(__file__).parent
CHUNK_SAMPLES = 20

X, Y, Z = np.eye(3)
ODD = {
    Placement(Side.LEFT, Segment.THIGH): np.column_stack([-Y, X, Z]),
    Placement(Side.LEFT, Segment.SHANK): np.column_stack([-X, -Y, Z]),
    Placement(Side.RIGHT, Segment.THIGH): np.column_stack([Z, Y, -X]),
    Placement(Side.RIGHT, Segment.SHANK): np.column_stack([Z, X, Y]),
}
"""Lying across, upside down, on the outside, and on edge."""

WALK_RUN_WALK = Script(
    (
        Section(SectionKind.WALK, 2.0, 1.4),
        Section(SectionKind.TRANSITION, 1.0),
        Section(SectionKind.RUN, 4.5, 3.2),
        Section(SectionKind.TRANSITION, 1.0),
        Section(SectionKind.WALK, 1.5, 1.4),
    )
)


def steady(speed_m_s: float, duration_s: float) -> Script:
    """Give the script of a run without standing."""
    return running_script(speed_m_s, duration_s, preamble=False)


def fixtures() -> dict[str, Simulation]:
    """Simulate them all, by name."""
    left = tuple(placement for placement in PLACEMENTS if placement.side is Side.LEFT)
    drawn = {
        "jog": (steady(2.5, 9.0), draw_sensors(1, rate_hz=100.0)),
        "run": (steady(3.5, 9.0), draw_sensors(2, rate_hz=100.0)),
        "sprint": (steady(9.0, 6.5), draw_sensors(3, rate_hz=150.0)),
        "walk-run-walk": (WALK_RUN_WALK, draw_sensors(4, rate_hz=100.0)),
        "one-leg": (steady(3.5, 9.0), draw_sensors(5, left, rate_hz=200.0)),
        "odd-mounting": (steady(3.5, 9.0), draw_sensors(6, rate_hz=100.0, mountings=ODD)),
    }
    return {
        name: simulated(script, draw_runner(seed), sensors, seed)
        for seed, (name, (script, sensors)) in enumerate(drawn.items(), start=1)
    }


def main(folder: Path) -> None:
    """Write them all, replacing older ones."""
    for name, simulation in fixtures().items():
        recording = folder / f"{name}.legcycle"
        recording.unlink(missing_ok=True)
        write_recording(simulation, recording, chunk_samples=CHUNK_SAMPLES)
        worn = {setup.placement.side for setup in simulation.sensors}
        write_strides((s for s in simulation.strides if s.side in worn), folder / f"{name}.strides.csv")


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else FOLDER)
