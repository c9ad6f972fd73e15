"""What a simulation is as a recording: its meta data, its sensors' facts, its samples as chunks."""

from collections.abc import Iterator

import numpy as np

from firmware_bridge.protocols import imported
from firmware_bridge.recording_format import RecordingMeta, Runner
from firmware_bridge.samples import Placement, SampleBlock
from firmware_bridge.source import Chunk, SensorFacts
from legcycle_imu.simulation.runner import SimulatedRunner
from legcycle_imu.simulation.sensors import SensorSetup


def recording_meta(sensors: tuple[SensorSetup, ...], runner: SimulatedRunner) -> RecordingMeta:
    """Give what a recording of these sensors on this runner says of itself."""
    geometry = runner.geometry
    return RecordingMeta(
        tuple(sensor_facts(s) for s in sensors),
        Runner("simulated", runner.height_m, geometry.thigh_m, geometry.shank_m),
    )


def sensor_facts(setup: SensorSetup) -> SensorFacts:
    """Give what must be known to decode a simulated sensor: samples as imported ones, in SI units."""
    name = f"simulated {setup.placement}"
    return SensorFacts(setup.placement, "imported", setup.rate_hz, setup.acc_range, setup.gyr_range, 1.0, 1.0, name)


def chunks(
    samples: dict[Placement, SampleBlock], sensors: tuple[SensorSetup, ...], chunk_samples: int
) -> Iterator[Chunk]:
    """Give the samples of all sensors as chunks in the order of their arrival: the true time of each chunk's last."""
    facts = {s.placement: sensor_facts(s) for s in sensors}
    order: list[tuple[int, int, slice]] = []
    for sensor, setup in enumerate(sensors):
        block = samples[setup.placement]
        first = np.arange(0, len(block), chunk_samples)
        last = np.minimum(first + chunk_samples, len(block))
        arrival_ns = np.rint(block.time[last - 1] * (1e9 / (1.0 + 1e-6 * setup.clock_ppm))).astype(np.int64)
        rows = map(slice, first.tolist(), last.tolist())
        order += zip(arrival_ns.tolist(), [sensor] * len(first), rows, strict=False)
    for arrival_ns, sensor, part in sorted(order, key=lambda row: row[:2]):
        placement = sensors[sensor].placement
        yield Chunk(sensor, arrival_ns, imported.encode(samples[placement][part], facts[placement]))
