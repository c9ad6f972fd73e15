from pathlib import Path

import platformdirs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from firmware_bridge.errors import Reason
from legcycle_imu.config import Config, ConfigError, find_config, load_config, parse_config
from legcycle_imu.cues import CueSettings
from legcycle_imu.cycle import Phase
from legcycle_imu.runner import Runner
from legcycle_imu.targets import Lift, Place, Preset, Targets


@pytest.fixture
def user_dir(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Stand in for the user's config folder."""
    folder = tmp_path / "user"
    folder.mkdir()
    monkeypatch.setattr(platformdirs, "user_config_dir", lambda *_, **__: str(folder))
    return folder


@pytest.fixture
def here(tmp_path: Path) -> Path:
    folder = tmp_path / "here"
    folder.mkdir()
    return folder


def test_an_empty_file_gives_the_defaults() -> None:
    assert parse_config("") == Config({}, Targets())


def test_runners_and_targets_are_read() -> None:
    config = parse_config(
        """
        [runner.anna]
        height_m = 1.75
        [runner."runner 2"]
        thigh_m = 0.40
        shank_m = 0.42
        [targets]
        preset = "baseline"
        lift = "above_knee"
        drive_deg = 55
        place = "none"
        drill_lift = "buttock"
        drill_drive_deg = 85.5
        """
    )
    assert config.of("anna") == Runner("anna", height_m=1.75)
    assert config.of("runner 2") == Runner("runner 2", thigh_m=0.40, shank_m=0.42)
    assert config.targets == Targets(Preset.BASELINE, Lift.ABOVE_KNEE, 55.0, Place.NONE, Lift.BUTTOCK, 85.5)


def test_cues_are_read_and_are_off_where_nothing_is_said() -> None:
    config = parse_config('[cues]\naudio = true\nfocus = "drive"\nk_of_n = [2, 4]\nvolume = 1\nfade = true')
    assert config.cues == CueSettings(audio=True, focus=Phase.DRIVE, k_of_n=(2, 4), volume=1.0, fade=True)
    assert not parse_config("").cues.audio


def test_of_an_unknown_runner_nothing_is_known() -> None:
    assert Config().of("ben") == Runner("ben")


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("[runner.anna]\nheigth_m = 1.7", "[runner.anna]: unknown key heigth_m; did you mean height_m?"),
        ("[target]", "the top level: unknown key target; did you mean targets?"),
        ("[targets]\ndrive = 55", "[targets]: unknown key drive; did you mean"),
        ("[targets]\nxyz = 1", "[targets]: unknown key xyz; known are preset, lift,"),
        ('[runner.anna]\ncode = "x"', "[runner.anna]: unknown key code;"),
        ('[runner.anna]\nheight_m = "tall"', "[runner.anna]: height_m: expected a number, got text."),
        ("[runner.anna]\nheight_m = true", "[runner.anna]: height_m: expected a number, got true/false."),
        ("[runner.anna]\nheight_m = 175", "between 1.0 and 2.5 m, got 175; is it in centimetres?"),
        ("[runner.anna]\nheight_m = nan", "between 1.0 and 2.5 m, got nan."),
        (
            '[targets]\nlift = "high"',
            'lift: expected "back_of_knee" or "above_knee" or "buttock" or a number, got \'high\'.',
        ),
        ("[targets]\nplace = true", 'place: expected "norm" or "none" or a number, got true/false.'),
        ("[targets]\nplace = 99", "expected place from 0 to 80 cm, got 99."),
        ("[targets]\ndrive_deg = -1", "expected drive_deg above 0 and up to 150 deg, got -1."),
        ("[cues]\nsound = true", "[cues]: unknown key sound; "),
        ('[cues]\naudio = "on"', "[cues]: audio: expected true/false, got text."),
        ('[cues]\nfocus = "heel"', 'focus: expected "push" or "lift" or "drive" or "place"'),
        ('[cues]\nfocus = "unknown"', "[cues]: expected a phase as focus, got unknown."),
        ("[cues]\nk_of_n = [6, 5]", "[cues]: expected k_of_n as [k, n] with 1 <= k <= n <= 20, got [6, 5]."),
        ("[cues]\nk_of_n = [3]", "expected k_of_n as [k, n] with 1 <= k <= n <= 20, got [3]."),
        ("[cues]\nk_of_n = 3", "[cues]: k_of_n: expected a list, got a whole number."),
        ("[cues]\nvolume = 40", "[cues]: expected volume from 0 to 1, got 40."),
        ("cues = true", "[cues]: expected a table, got True."),
        ("runner = 1", "[runner.CODE]: expected a table, got 1."),
        ("[runner]\nanna = 1", "[runner.anna]: expected a table, got 1."),
        ("targets = []", "[targets]: expected a table, got []."),
        ("[runner.anna\n", "mine.toml is not valid TOML: "),
    ],
)
def test_each_mistake_has_one_clear_sentence(text: str, sentence: str) -> None:
    with pytest.raises(ConfigError) as caught:
        parse_config(text, "mine.toml")
    said = caught.value.sentence
    assert said.startswith("mine.toml")
    assert sentence in said
    assert said.endswith((".", "?"))
    assert "\n" not in said
    assert "$" not in said
    assert "`" not in said
    assert caught.value.advice == "Correct the file, or remove it to use the defaults."


@given(st.text(max_size=60))
def test_no_text_breaks_the_reader(text: str) -> None:
    try:
        config = parse_config(text)
    except ConfigError as error:
        assert error.sentence.startswith("legcycle.toml")
    else:
        assert isinstance(config.targets, Targets)


def test_the_folders_own_file_wins_over_the_users(user_dir: Path, here: Path) -> None:
    assert find_config(here) is None
    (user_dir / "config.toml").write_text("")
    assert find_config(here) == user_dir / "config.toml"
    (here / "legcycle.toml").write_text("")
    assert find_config(here) == here / "legcycle.toml"


def test_without_any_file_the_defaults_hold(user_dir: Path, here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(here)
    assert load_config() == Config()
    (user_dir / "config.toml").write_text("[targets]\ndrive_deg = 60")
    assert load_config().targets.drive_deg == 60.0


def test_a_file_that_is_named_must_be_there(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="There is no config file") as caught:
        load_config(tmp_path / "nowhere.toml")
    assert caught.value.reason is Reason.MISSING


def test_a_file_that_is_no_text_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "legcycle.toml"
    path.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(ConfigError, match="cannot be read as text"):
        load_config(path)
    with pytest.raises(ConfigError, match="cannot be read as text"):
        load_config(tmp_path)
