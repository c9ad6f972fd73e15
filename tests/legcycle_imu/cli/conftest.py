import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from legcycle_imu.cli import app
from legcycle_imu.simulation import simulate_run
from legcycle_imu.simulation.files import write_sensor_files

ROOT = Path(__file__).parents[3]
DATA = ROOT / "tests" / "data"


@pytest.fixture(autouse=True)
def no_config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Work in an empty folder, without the user's own config file and calibrations."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("platformdirs.user_data_dir", lambda *_, **__: str(tmp_path / "data"))
    monkeypatch.setattr("legcycle_imu.config.user_config_path", lambda: tmp_path / "no-config.toml")


@pytest.fixture(autouse=True)
def no_display(monkeypatch: pytest.MonkeyPatch) -> None:
    """Stay in the terminal, also on a computer that has a display."""
    for variable in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"):
        monkeypatch.delenv(variable, raising=False)


@pytest.fixture
def cli():
    """Run a command inside this process: `cli("analyse", path)`; gives exit_code, stdout, stderr."""

    def run(*arguments: object):
        return CliRunner().invoke(app, [str(argument) for argument in arguments])

    return run


@pytest.fixture
def legcycle(tmp_path: Path):
    """Run a command as a process of its own; standard output and error are pipes."""

    def run(*arguments: object, **environment: str) -> subprocess.CompletedProcess[str]:
        home = dict.fromkeys(("HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME"), str(tmp_path))
        home |= {"PYTHONPATH": str(ROOT), "PYTHONUTF8": "1"}
        return subprocess.run(
            [sys.executable, "-m", "legcycle_imu.cli", *map(str, arguments)],
            capture_output=True,
            encoding="utf-8",
            check=False,
            timeout=60,
            env=os.environ | home | environment,
        )

    return run


@pytest.fixture
def recording(tmp_path: Path):
    """Give a copy of a recorded fixture by its name."""

    def copy(name: str) -> Path:
        return Path(shutil.copy(DATA / f"{name}.legcycle", tmp_path / f"{name}.legcycle"))

    return copy


@pytest.fixture(scope="session")
def sensor_files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a folder with the four sensor files of a short run; not to be changed."""
    folder = tmp_path_factory.mktemp("sensors")
    write_sensor_files(simulate_run(3.5, 9.0, preamble=False, rate_hz=100.0, seed=2), folder)
    return folder
