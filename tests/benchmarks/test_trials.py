"""The trials as the benchmarks read them."""

import json
from pathlib import Path

import pytest

from benchmarks import trials
from firmware_bridge.samples import Side
from legcycle_imu.simulation import simulate_run
from legcycle_imu.simulation.files import write_sensor_files, write_truth


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    data = tmp_path_factory.mktemp("data")
    simulation = simulate_run(3.5, 6.0, seed=1)
    write_truth(simulation, data / "one")
    write_sensor_files(simulation, data / "one")
    return data


def test_a_simulated_folder_reads_like_a_recorded_one(folder: Path, tmp_path: Path) -> None:
    (trial,) = trials.trials(folder, tmp_path)
    assert (trial.name, trial.speed_m_s) == ("one", 3.5)
    assert trial.sections("run") == [(20.0, 26.0)]
    assert {s.side for s in trial.strides} == set(Side)
    time, angles = trial.angles
    assert all(len(angle) == len(time) for angle in angles.values())
    assert json.loads((trial.folder / "meta.json").read_text())["subject"] == trial.runner
    sensors, stream = trial.chunks()
    outcome = trials.passage(sensors, stream, trial.geometry)
    errors = outcome.angle_errors(Side.LEFT, time, angles)
    assert set(errors) == {"thigh", "shank", "knee"}
    assert len(outcome.strides) == pytest.approx(len(trial.strides), abs=8)


def test_an_import_is_made_once(folder: Path, tmp_path: Path) -> None:
    (first,) = trials.trials(folder, tmp_path)
    written = first.recording.stat().st_mtime_ns
    (again,) = trials.trials(folder, tmp_path)
    assert again.recording.stat().st_mtime_ns == written


def test_absent_data_are_said_in_one_sentence(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert trials.data_folders(tmp_path / "nowhere") == []
    assert trials.DATA_VARIABLE in capsys.readouterr().out


def test_the_twin_without_impact_is_found_by_its_name(tmp_path: Path) -> None:
    for name in ("running", "running-plain"):
        (tmp_path / name).mkdir()
    assert [folder.name for folder in trials.data_folders(tmp_path / "running")] == ["running", "running-plain"]


def test_a_table_without_rows_is_not_printed(capsys: pytest.CaptureFixture[str]) -> None:
    trials.table("Nothing", ["a"], [])
    assert capsys.readouterr().out == ""
    trials.table("Some", ["a", "b"], [["1", "2"]])
    assert capsys.readouterr().out.splitlines() == ["## Some", "", "| a | b |", "| --- | --- |", "| 1 | 2 |", ""]
