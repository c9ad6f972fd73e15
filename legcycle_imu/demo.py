"""The demo's recording: a minute of a simulated runner who speeds up and eases off, with the calibration known.

`python -m legcycle_imu.demo` makes it anew.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from importlib.resources import as_file, files
from pathlib import Path

import numpy as np

from calibration.model import CalibrationSet, LegCalibration, SegmentCalibration, Triple, ZeroSource
from firmware_bridge.choice import choose
from firmware_bridge.recording import RecordingMeta, Runner, whole_recording
from firmware_bridge.samples import Placement, Segment, Side
from legcycle_imu.simulation import Script, Section, SectionKind, SensorSetup, Simulation, draw_runner
from legcycle_imu.simulation.recording import chunks, recording_meta
from legcycle_imu.simulation.streaming import StreamingRun, StreamingSettings

NAME = "demo.legcycle"
SCRIPT = Script(
    (
        Section(SectionKind.RUN, 10.0, 2.6),
        Section(SectionKind.TRANSITION, 3.0),
        Section(SectionKind.RUN, 14.0, 7.5),
        Section(SectionKind.TRANSITION, 3.0),
        Section(SectionKind.RUN, 12.0, 4.0),
        Section(SectionKind.TRANSITION, 2.0),
        Section(SectionKind.RUN, 16.0, 6.0),
    )
)
"""From an easy run to a fast one and back, and up again: the knee's drive passes its target and falls short of it."""
SEED = 2
RATE_HZ = 100.0


@contextmanager
def bundled_recording() -> Iterator[Path]:
    """Give the bundled recording as a file."""
    with as_file(files("legcycle_imu") / NAME) as path:
        yield path


def make(path: Path) -> None:
    """Make the demo's recording; the same one every time.

    Raises
    ------
    RecordingError : the file exists or cannot be written
    """
    runner = draw_runner(SEED, height_m=1.75)
    run = StreamingRun(StreamingSettings(rate_hz=RATE_HZ, seed=SEED), SCRIPT, runner)
    sensors = choose(run.found(), {}).sensors
    geometry = runner.geometry
    meta = RecordingMeta(
        tuple(sensors),
        Runner("simulated", runner.height_m, geometry.thigh_m, geometry.shank_m),
        calibration=true_calibration(tuple(run.setups.values())).to_json(),
    )
    with whole_recording(path, meta) as writer:
        writer.add_many(run.entries(dict(enumerate(sensors))))


def write_calibrated(simulation: Simulation, path: Path, *, chunk_samples: int) -> None:
    """Write a simulation as a recording that carries its true calibration."""
    meta = recording_meta(simulation.sensors, simulation.runner)
    calibration = true_calibration(simulation.sensors).to_json()
    with whole_recording(path, replace(meta, calibration=calibration)) as writer:
        writer.add_many(chunks(simulation.samples, simulation.sensors, chunk_samples))


def true_calibration(sensors: tuple[SensorSetup, ...]) -> CalibrationSet:
    """Give how simulated sensors sit, as it was drawn."""
    worn = {setup.placement: _segment(setup) for setup in sensors}
    return CalibrationSet(
        tuple(
            LegCalibration(
                side, worn[Placement(side, Segment.THIGH)], worn[Placement(side, Segment.SHANK)], ZeroSource.GIVEN, 1.0
            )
            for side in Side
            if Placement(side, Segment.THIGH) in worn
        )
    )


def _segment(setup: SensorSetup) -> SegmentCalibration:
    x, y, z = (_triple(axis) for axis in setup.mounting)
    return SegmentCalibration((x, y, z), _triple(setup.gyr_bias))


def _triple(values: np.ndarray) -> Triple:
    x, y, z = values.tolist()
    return x, y, z


if __name__ == "__main__":
    target = Path(__file__).with_name(NAME)
    target.unlink(missing_ok=True)
    make(target)
