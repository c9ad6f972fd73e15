import csv
import gzip
import json
import os
import re
from pathlib import Path

import numpy as np
import pytest

from firmware_bridge.samples import Placement, Segment, Side
from legcycle_imu.simulation import Script, Section, SectionKind, Simulation, draw_runner, draw_sensors, simulate
from legcycle_imu.simulation.files import SENSOR_COLUMNS, write_sensor_files, write_truth
from legcycle_imu.simulation.gaits import GRAVITY
from legcycle_imu.simulation.script import running_script

STRIDE_HEADER = (
    "side,stride,initial_contact_s,toe_off_s,peak_heel_lift_s,peak_knee_drive_s,next_initial_contact_s,stride_time_s,"
    "contact_time_s,push_s,lift_s,drive_s,place_s,knee_drive_deg,heel_lift_cm,heel_lift_geom_cm,hip_extension_deg,"
    "placement_cm,placement_geom_cm,shank_at_contact_deg,peak_knee_flexion_deg"
)
"""Header of the shared truth files."""


@pytest.fixture(scope="module")
def simulation() -> Simulation:
    return simulate(running_script(3.5, 6.0), draw_runner(1), draw_sensors(1), 1)


@pytest.fixture(scope="module")
def folder(simulation: Simulation, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("sim") / "trial"
    write_truth(simulation, path)
    write_sensor_files(simulation, path)
    return path


def rows(path: Path) -> list[dict[str, str]]:
    data = path.read_bytes()
    text = (gzip.decompress(data) if path.suffix == ".gz" else data).decode()
    return list(csv.DictReader(text.splitlines()))


def test_truth_strides_have_the_shared_columns_and_values(folder: Path, simulation: Simulation) -> None:
    table = rows(folder / "truth_strides.csv")
    assert ",".join(table[0]) == STRIDE_HEADER
    assert len(table) == len(simulation.strides)
    for row, stride in zip(table, simulation.strides, strict=True):
        assert row["side"] == stride.side
        assert float(row["toe_off_s"]) == pytest.approx(stride.toe_off_s, abs=6e-5)
        assert float(row["knee_drive_deg"]) == pytest.approx(stride.knee_drive_deg, abs=6e-3)
        assert row["heel_lift_cm"] == row["heel_lift_geom_cm"]
    assert all(re.fullmatch(r"\d+\.\d{4}", row["initial_contact_s"]) for row in table)


@pytest.mark.skipif("LEGCYCLE_RUNNING_DATA" not in os.environ, reason="LEGCYCLE_RUNNING_DATA is not set")
def test_headers_are_those_of_the_shared_recordings(folder: Path) -> None:
    shared = sorted(Path(os.environ["LEGCYCLE_RUNNING_DATA"]).glob("*/meta.json"))[0].parent
    for name in ("truth_strides.csv", "truth_events.csv", "truth_angles.csv.gz", "left_thigh.csv.gz"):
        assert list(rows(folder / name)[0]) == list(rows(shared / name)[0])


def test_truth_events_hold_every_event(folder: Path, simulation: Simulation) -> None:
    table = rows(folder / "truth_events.csv")
    assert list(table[0]) == ["side", "event", "time_s"]
    assert len(table) == len(simulation.events)
    assert {row["event"] for row in table} == {"initial_contact", "toe_off", "peak_heel_lift", "peak_knee_drive"}


def test_truth_angles_are_a_hundred_a_second_over_everything(folder: Path, simulation: Simulation) -> None:
    table = rows(folder / "truth_angles.csv.gz")
    assert list(table[0]) == ["time_s", "left_thigh_deg", "left_shank_deg", "right_thigh_deg", "right_shank_deg"]
    assert len(table) == round(100 * simulation.script.duration_s)
    shank = simulation.angles.angle[Placement(Side.RIGHT, Segment.SHANK)]
    assert float(table[2345]["right_shank_deg"]) == pytest.approx(np.degrees(shank[2345]), abs=6e-4)


def test_meta_says_what_scoring_and_import_need(folder: Path, simulation: Simulation) -> None:
    meta = json.loads((folder / "meta.json").read_text(encoding="utf-8"))
    assert meta["speed_m_s"] == 3.5
    assert meta["sampling_rate_hz"] == 200.0
    assert meta["acc_range_g"] == 16
    assert meta["gyr_range_dps"] == 2000
    assert [s["section"] for s in meta["timeline"]] == [
        "stand",
        "march",
        "stand",
        "transition",
        "run",
        "transition",
        "stand",
    ]
    assert len(meta["march_lifts"]) == 10
    assert meta["thigh_length_m"] == pytest.approx(simulation.runner.geometry.thigh_m, abs=1e-4)


def test_sensor_files_are_generic_csv(folder: Path, simulation: Simulation) -> None:
    for placement, block in simulation.samples.items():
        table = rows(folder / f"{placement.side}_{placement.segment}.csv.gz")
        assert tuple(table[0]) == SENSOR_COLUMNS
        assert len(table) == len(block)
        assert float(table[4000]["gyr_y_deg_s"]) == pytest.approx(np.degrees(block.gyr[4000, 1]), abs=1e-5)
        assert float(table[4000]["acc_z_g"]) == pytest.approx(block.acc[4000, 2] / GRAVITY, abs=1e-6)


def test_walking_strides_have_their_own_files(tmp_path: Path) -> None:
    kinds = SectionKind
    script = Script((Section(kinds.WALK, 6, 1.5), Section(kinds.TRANSITION, 1), Section(kinds.RUN, 6, 3.0)))
    simulation = simulate(script, draw_runner(1), draw_sensors(1), 1)
    write_truth(simulation, tmp_path)
    walked, run = rows(tmp_path / "truth_strides_walk.csv"), rows(tmp_path / "truth_strides.csv")
    assert min(float(r["initial_contact_s"]) for r in run) > 6.0
    assert max(float(r["initial_contact_s"]) for r in walked) < 6.0
    assert len(walked) + len(run) == len(simulation.strides)
    assert rows(tmp_path / "truth_events_walk.csv")


def test_a_run_has_no_files_of_walking(folder: Path) -> None:
    assert not list(folder.glob("*walk*"))


def test_the_same_simulation_writes_the_same_bytes(folder: Path, simulation: Simulation, tmp_path: Path) -> None:
    write_truth(simulation, tmp_path)
    for path in tmp_path.iterdir():
        assert path.read_bytes() == (folder / path.name).read_bytes()
