import sys
import tomllib
from pathlib import Path
from types import SimpleNamespace

import pytest

from legcycle_imu.doctor import State, computer

ROOT = Path(__file__).parents[3]
GB = 1e9


@pytest.fixture
def module(monkeypatch):
    """Let a module be installed, or fail to load."""

    def put(name: str, loaded: object) -> None:
        def load(_name: str) -> object:
            if isinstance(loaded, Exception):
                raise loaded
            return loaded

        monkeypatch.setattr(computer, "find_spec", lambda asked: object() if asked == name else None)
        monkeypatch.setattr(computer, "import_module", load)
        monkeypatch.setattr(computer.metadata, "version", lambda _name: "1.2.3")

    return put


def test_versions_are_told():
    found = computer.versions()
    assert found.state is State.OK
    assert f"Python {sys.version_info.major}.{sys.version_info.minor}" in found.finding


def test_the_packages_are_those_that_the_project_asks_for():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    asked = {dependency.split(">")[0].split(";")[0].strip() for dependency in project["dependencies"]}
    assert set(computer.PACKAGES) == asked


def test_a_missing_package_makes_recording_impossible():
    found = computer.packages(["numpy", "no-such-package", "nor-this"])
    assert (found.state, found.finding) == (State.BROKEN, "Missing: no-such-package, nor-this.")
    assert found.advice.endswith("-m pip install no-such-package nor-this")
    assert computer.packages(["numpy"]).finding.startswith("numpy ")


def test_the_config_file_in_force_is_read(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("legcycle_imu.config.user_config_path", lambda: tmp_path / "user.toml")
    assert computer.config_file().state is State.OK
    assert "defaults" in computer.config_file().finding
    (tmp_path / "user.toml").write_text("")
    assert f"{tmp_path / 'user.toml'} is in force and valid." == computer.config_file().finding
    (tmp_path / "legcycle.toml").write_text("x = 1")
    found = computer.config_file()
    assert found.state is State.BROKEN
    assert found.finding.startswith("legcycle.toml, the top level: unknown key x")


@pytest.mark.parametrize(
    ("free", "state"), [(100 * GB, State.OK), (1.0 * GB, State.ATTENTION), (0.05 * GB, State.BROKEN), (0, State.BROKEN)]
)
def test_room_is_told_in_hours(tmp_path, free, state):
    found = computer.room(tmp_path, lambda _folder: free)
    assert found.state is state
    assert f"{free / 1e9:.1f} GB" in found.finding
    assert bool(found.advice) == (state is not State.OK)


def test_a_folder_that_cannot_be_written_to_makes_recording_impossible(tmp_path):
    found = computer.room(tmp_path / "nowhere")
    assert found.state is State.BROKEN
    assert "Nothing can be written to" in found.finding
    assert computer.room(tmp_path).finding.count("GB") == 1
    assert list(tmp_path.iterdir()) == []


def test_a_coarse_clock_is_told():
    assert computer.clock(1e-9).finding == "Arrival times come in steps of 1 ns."
    found = computer.clock(0.0156)
    assert found.state is State.ATTENTION
    assert "15.6 ms" in found.finding
    assert computer.clock().finding


def test_what_is_not_installed_is_told_with_what_to_do(monkeypatch):
    monkeypatch.setattr(computer, "find_spec", lambda _name: None)
    for found, package in ((computer.window(), "PySide6-Essentials"), (computer.sound(), "miniaudio")):
        assert found.state is State.ATTENTION
        assert "not installed" in found.finding
        assert found.advice.endswith(f"-m pip install {package}")


def test_qt_must_load_and_needs_a_display(module, monkeypatch):
    module("PySide6", ImportError("libEGL.so.1: cannot open shared object file"))
    assert "libEGL.so.1" in computer.window().finding
    module("PySide6", SimpleNamespace(unusable_display=lambda: "The display :1 does not answer."))
    monkeypatch.setattr(computer.sys, "platform", "linux")
    for name in ("DISPLAY", "WAYLAND_DISPLAY"):
        monkeypatch.delenv(name, raising=False)
    assert "no display" in computer.window().finding
    monkeypatch.setenv("WAYLAND_DISPLAY", "wayland-0")
    assert (computer.window().state, computer.window().finding) == (State.ATTENTION, "The display :1 does not answer.")
    module("PySide6", SimpleNamespace(unusable_display=lambda: ""))
    assert computer.window().state is State.OK


def test_sound_needs_something_to_play_it_on(module):
    def devices(*names: str) -> SimpleNamespace:
        playbacks = [{"name": name} for name in names]
        return SimpleNamespace(Devices=lambda: SimpleNamespace(get_playbacks=lambda: playbacks))

    module("miniaudio", devices("headset"))
    assert (computer.sound().state, computer.sound().finding) == (State.OK, "Sound can be played on headset.")
    module("miniaudio", devices())
    assert "nothing to play" in computer.sound().finding
    module("miniaudio", OSError("no\nbackend"))
    assert "no backend" in computer.sound().finding
