from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from firmware_bridge.errors import RecordingError
from firmware_bridge.protocols.imported import ImportedDecoder
from firmware_bridge.protocols.packets import Readings
from firmware_bridge.recording import Recording
from firmware_bridge.samples import Placement, SampleBlock
from firmware_bridge.source import Chunk
from legcycle_imu.simulation import Simulation, draw_runner, draw_sensors, simulate
from legcycle_imu.simulation.files import record, write_recording
from legcycle_imu.simulation.recording import chunks, sensor_facts
from legcycle_imu.simulation.script import running_script
from legcycle_imu.simulation.sensors import ErrorModel

SCRIPT = running_script(3.5, 22.0, preamble=False)
RUNNER = draw_runner(1)
SENSORS = draw_sensors(1, model=ErrorModel(loss=0.02, clock_ppm=40.0))


@pytest.fixture(scope="module")
def simulation() -> Simulation:
    return simulate(SCRIPT, RUNNER, SENSORS, 1)


def read(path: Path) -> tuple[list[Chunk], dict[Placement, SampleBlock]]:
    with Recording.open(path) as recording:
        received = [chunk for batch in recording.batches(1000) for chunk in batch]
        decoders = [ImportedDecoder([facts]) for facts in recording.sensors]
        packets: dict[Placement, list[Readings]] = {facts.placement: [] for facts in recording.sensors}
        for chunk in received:
            packets[recording.sensors[chunk.sensor].placement] += decoders[chunk.sensor].push(chunk.data)
    return received, {placement: SampleBlock.join(list(map(block_of, found))) for placement, found in packets.items()}


def block_of(readings: Readings) -> SampleBlock:
    return SampleBlock(readings.time, readings.gyr, readings.acc, np.zeros(len(readings.gyr), np.uint8))


def test_a_recording_holds_the_samples_to_the_bit(simulation: Simulation, tmp_path: Path) -> None:
    write_recording(simulation, tmp_path / "sim.legcycle")
    _, samples = read(tmp_path / "sim.legcycle")
    for placement, block in simulation.samples.items():
        np.testing.assert_array_equal(samples[placement].time, block.time)
        np.testing.assert_array_equal(samples[placement].gyr, block.gyr)
        np.testing.assert_array_equal(samples[placement].acc, block.acc)


def test_a_recording_knows_its_runner_and_sensors(simulation: Simulation, tmp_path: Path) -> None:
    write_recording(simulation, tmp_path / "sim.legcycle")
    with Recording.open(tmp_path / "sim.legcycle") as recording:
        assert recording.meta.runner is not None
        assert recording.meta.runner.thigh_m == RUNNER.geometry.thigh_m
        assert recording.sensors == [sensor_facts(setup) for setup in SENSORS]
        assert recording.sensors[0].acc_range_m_s2 == SENSORS[0].acc_range


@pytest.mark.parametrize("size", [5, 200])
def test_chunks_come_in_the_order_of_arrival_and_have_their_size(simulation: Simulation, size: int) -> None:
    given = list(chunks(simulation.samples, SENSORS, size))
    assert all(a.arrival_ns <= b.arrival_ns for a, b in pairwise(given))
    assert {len(chunk.data) for chunk in given[: -len(SENSORS)]} == {size * 56}
    assert sum(len(chunk.data) for chunk in given) == 56 * sum(len(b) for b in simulation.samples.values())


def test_recording_piece_by_piece_gives_the_same(simulation: Simulation, tmp_path: Path) -> None:
    strides = record(SCRIPT, RUNNER, SENSORS, tmp_path / "sim.legcycle", seed=1)
    received, samples = read(tmp_path / "sim.legcycle")
    assert all(a.arrival_ns <= b.arrival_ns for a, b in pairwise(received))
    assert strides == simulation.strides
    for placement, block in simulation.samples.items():
        np.testing.assert_array_equal(samples[placement].acc, block.acc)


def test_a_recording_is_never_overwritten(simulation: Simulation, tmp_path: Path) -> None:
    path = tmp_path / "sim.legcycle"
    path.write_bytes(b"mine")
    with pytest.raises(RecordingError):
        write_recording(simulation, path)
    assert path.read_bytes() == b"mine"
