import pytest

from legcycle_imu.config import Config, parse_config
from legcycle_imu.config_text import TEMPLATE

OWN = """\
source = ["serial:", "udp:9000"]

[sensor.left_thigh]
device = "A"
protocol = "leglink"
rate_hz = 100

[runner."of 7 b"]
height_m = 1.75

[targets]
drive_deg = 55
lift = "above_knee"

[cues]
focus = "drive"
k_of_n = [1, 1]
"""


def test_a_new_file_is_written_once(cli, tmp_path):
    first = cli("config", "init")
    assert (first.exit_code, first.stdout) == (0, "")
    path = tmp_path / "legcycle.toml"
    assert path.read_text(encoding="utf-8") == TEMPLATE
    path.write_text("# mine")
    second = cli("config", "init")
    assert second.exit_code == 1
    assert "There is a config file legcycle.toml already; it is left as it is." in second.stderr
    assert path.read_text() == "# mine"


def test_the_users_file_is_written_where_it_belongs(cli, tmp_path, monkeypatch):
    users = tmp_path / "not" / "yet" / "config.toml"
    monkeypatch.setattr("legcycle_imu.config.user_config_path", lambda: users)
    assert str(users) in cli("config", "init", "--user").stderr
    assert users.read_text(encoding="utf-8") == TEMPLATE
    assert not (tmp_path / "legcycle.toml").exists()


def test_a_file_where_a_folder_should_be_is_told(cli, tmp_path, monkeypatch):
    (tmp_path / "file").write_text("")
    monkeypatch.setattr("legcycle_imu.config.user_config_path", lambda: tmp_path / "file" / "config.toml")
    result = cli("config", "init", "--user")
    assert result.exit_code == 1
    assert "config.toml cannot be written" in result.stderr
    assert (tmp_path / "file").read_text() == ""


def test_a_valid_file_is_told_to_be(cli, tmp_path):
    (tmp_path / "legcycle.toml").write_text(OWN)
    result = cli("config", "check")
    assert (result.exit_code, result.stdout) == (0, "legcycle.toml: valid (sensors: 1, runners: 1)\n")
    assert result.stderr == (
        "note: The sensor on the left thigh has no partner on that leg; without one it is not used.\n"
    )


def test_a_file_may_be_named(cli, tmp_path):
    other = tmp_path / "other.toml"
    other.write_bytes(b"\xef\xbb\xbf" + OWN.replace("\n", "\r\n").encode())  # as an editor of Windows writes it
    assert cli("config", "check", other).exit_code == 0
    other.write_text('[sensor.left_tigh]\ndevice = "A"')
    result = cli("config", "check", other)
    assert (result.exit_code, result.stdout) == (1, "")
    assert f"legcycle: {other}, [sensor.PLACEMENT]: unknown key left_tigh; did you mean left_thigh?" in result.stderr
    assert "There is no config file" in cli("config", "check", tmp_path / "gone.toml").stderr


def test_without_a_file_the_defaults_are_in_force(cli):
    result = cli("config", "check")
    assert (result.exit_code, result.stdout) == (0, "")
    assert "the defaults are in force" in result.stderr
    shown = cli("config", "show").stdout
    assert shown.startswith("# No config file; the defaults are in force.\n")
    assert parse_config(shown) == Config()
    assert all("# default" in line for line in shown.splitlines() if "=" in line)


@pytest.mark.parametrize("text", ["", TEMPLATE, OWN], ids=["empty", "new", "own"])
def test_what_is_shown_is_a_config_file_that_says_the_same(cli, tmp_path, text):
    (tmp_path / "legcycle.toml").write_text(text)
    shown = cli("config", "show")
    assert shown.exit_code == 0
    assert shown.stdout.startswith("# legcycle.toml is in force.\n")
    assert parse_config(shown.stdout) == parse_config(text)


def test_only_what_is_not_stated_is_marked(cli, tmp_path):
    (tmp_path / "legcycle.toml").write_text(OWN)
    lines = cli("config", "show").stdout.splitlines()
    assert "drive_deg = 55.0" in lines
    assert 'lift = "above_knee"' in lines
    assert 'source = ["serial:", "udp:9000"]' in lines
    assert "rate_hz = 100" in lines
    assert '[runner."of 7 b"]' in lines
    assert 'place = "norm"  # default' in lines
    assert "k_of_n = [1, 1]" in lines
    assert "audio = false  # default" in lines


def test_a_file_that_is_not_valid_is_not_shown(cli, tmp_path):
    (tmp_path / "legcycle.toml").write_text("[targets]\ndrive = 1")
    result = cli("config", "show")
    assert (result.exit_code, result.stdout) == (1, "")
    assert "unknown key drive" in result.stderr


def test_a_preset_that_follows_from_a_threshold_is_no_default(cli, tmp_path):
    (tmp_path / "legcycle.toml").write_text("[targets]\ndrive_deg = 55\n")
    lines = cli("config", "show").stdout.splitlines()
    assert 'preset = "custom"' in lines
    assert 'lift = "back_of_knee"  # default' in lines
