import os
from pathlib import Path

import pytest

from firmware_bridge.choice import PLACEMENTS
from firmware_bridge.errors import LegcycleError, Reason
from legcycle_imu.config import ConfigError, load_config
from legcycle_imu.config_file import save_sensors, save_targets, write_new
from legcycle_imu.targets import Targets
from tests.legcycle_imu.cli.scripted import sensor

LEFT_THIGH, LEFT_SHANK, *_ = PLACEMENTS
WORN = {LEFT_THIGH: sensor(1), LEFT_SHANK: sensor(2)}


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("legcycle_imu.config.user_config_path", lambda: tmp_path / "user.toml")
    return tmp_path


def test_without_any_file_one_is_made_in_the_folder(here):
    assert save_sensors(WORN) == Path("legcycle.toml")
    assert set(load_config().sensors) == set(WORN)
    assert [path.name for path in here.iterdir()] == ["legcycle.toml"]  # nothing unfinished is left


def test_the_file_in_force_is_the_one_that_is_written(here):
    (here / "user.toml").write_bytes(b"# mine\r\n")
    assert save_sensors(WORN, ["serial:"]) == here / "user.toml"
    text = (here / "user.toml").read_bytes()
    assert text.startswith(b"# mine\r\n")
    assert load_config().sources == ("serial:",)


def test_a_file_that_is_not_valid_stays_as_it_is(here):
    path = here / "legcycle.toml"
    for text in ("[targets]\ndrive = 1\n", '[sensor.head]\ndevice = "A"\n'):
        path.write_text(text)
        with pytest.raises(ConfigError):
            save_sensors(WORN)
        assert path.read_text() == text


@pytest.mark.skipif(os.name == "nt", reason="links need a right of their own on Windows")
def test_of_a_link_what_it_points_to_is_written(here):
    (here / "kept").mkdir()
    kept = here / "kept" / "mine.toml"
    kept.write_text("# kept\n")
    (here / "legcycle.toml").symlink_to(kept)
    save_sensors(WORN)
    assert (here / "legcycle.toml").is_symlink()
    assert "[sensor.left_thigh]" in kept.read_text()


def test_what_cannot_be_written_is_told(here, monkeypatch):
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    path = here / "legcycle.toml"
    path.write_text("# mine\n")
    monkeypatch.setattr(Path, "replace", full)
    with pytest.raises(LegcycleError, match="cannot be written: No space left"):
        save_sensors(WORN)
    assert path.read_text() == "# mine\n"
    assert [found.name for found in here.iterdir()] == ["legcycle.toml"]


def test_a_new_file_never_takes_the_place_of_another(here):
    path = here / "not" / "yet" / "config.toml"
    write_new(path, "a\n")
    with pytest.raises(ConfigError) as caught:
        write_new(path, "b\n")
    assert caught.value.reason is Reason.EXISTS
    assert path.read_bytes() == b"a\n"
    with pytest.raises(ConfigError) as caught:
        write_new(path / "config.toml", "b\n")
    assert caught.value.reason is Reason.NOT_WRITABLE


def test_targets_go_into_the_file_in_force(here):
    assert save_targets(Targets(drive_deg=44.0)) == Path("legcycle.toml")
    save_sensors(WORN)
    save_targets(Targets(lift=8.0))
    assert load_config().targets == Targets(lift=8.0)
    assert set(load_config().sensors) == set(WORN)


@pytest.mark.parametrize("text", ["[targets]\ndrive = 1\n", "[targets\n"])
def test_targets_leave_a_file_that_is_not_valid_as_it_is(here, text):
    (here / "legcycle.toml").write_text(text)
    with pytest.raises(ConfigError):
        save_targets(Targets())
    assert (here / "legcycle.toml").read_text() == text
