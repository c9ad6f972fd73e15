"""The recorded fixtures are those of the simulated runner as it is now: else a golden table holds on to an old one."""

from functools import cache
from pathlib import Path

import numpy as np
import pytest

from firmware_bridge.intake import Intake
from firmware_bridge.recording import Recording
from firmware_bridge.samples import Placement, SampleBlock
from legcycle_imu.model import STRIDE_COLUMNS
from legcycle_imu.simulation import Simulation
from legcycle_imu.tables import read_strides
from tests.data.make import FOLDER, fixtures

NAMES = ("jog", "run", "sprint", "walk-run-walk", "one-leg", "odd-mounting")
NUMBERS = [name for name in STRIDE_COLUMNS if name not in ("side", "stride", "flags")]


@cache
def simulations() -> dict[str, Simulation]:
    return fixtures()


def recorded(path: Path) -> dict[Placement, SampleBlock]:
    with Recording.open(path) as recording:
        chunks = [chunk for batch in recording.batches(1000) for chunk in batch]
        blocks = Intake(recording.sensors).push(chunks)
        return {facts.placement: block for facts, block in zip(recording.sensors, blocks, strict=True)}


def test_every_recording_in_the_folder_is_made():
    assert {path.stem for path in FOLDER.glob("*.legcycle")} == set(simulations()) == set(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_a_recording_holds_what_is_simulated_now(name: str):
    held = recorded(FOLDER / f"{name}.legcycle")
    simulated = {setup.placement: simulations()[name].samples[setup.placement] for setup in simulations()[name].sensors}
    assert held.keys() == simulated.keys()
    for placement, block in held.items():
        now = simulated[placement][: len(block)]
        assert len(simulated[placement]) - len(block) <= 1
        np.testing.assert_allclose(block.time, now.time, atol=1e-6, rtol=0.0)
        np.testing.assert_allclose(block.gyr, now.gyr, atol=1e-6, rtol=0.0)
        np.testing.assert_allclose(block.acc, now.acc, atol=1e-6, rtol=0.0)


@pytest.mark.parametrize("name", NAMES)
def test_a_stride_table_holds_the_truth_of_now(name: str):
    held = read_strides(FOLDER / f"{name}.strides.csv")
    true = [s for s in simulations()[name].strides if s.side in {p.side for p in simulations()[name].samples}]
    assert [(s.side, s.stride) for s in held] == [(s.side, s.stride) for s in true]
    for column in NUMBERS:
        step = 1e-4 if column.endswith("_s") else 1e-2
        a, b = (np.array([getattr(s, column) for s in strides]) for strides in (held, true))
        np.testing.assert_allclose(a, b, atol=0.5 * step + 1e-6, rtol=0.0, err_msg=column)
