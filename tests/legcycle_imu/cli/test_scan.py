import json
from collections.abc import Callable

import pytest
from typer.testing import CliRunner

from firmware_bridge.choice import PLACEMENTS
from firmware_bridge.found import Found
from firmware_bridge.links.session import FIND_S
from legcycle_imu.cli import app
from legcycle_imu.cli import scan as command
from legcycle_imu.cli.searching import SEARCH_S
from legcycle_imu.config import SOURCES, load_config, parse_config
from tests.legcycle_imu.cli.scripted import NO_RADIO, ScriptedLink, kind_of, sensor

LEFT_THIGH, LEFT_SHANK, RIGHT_THIGH, RIGHT_SHANK = PLACEMENTS
FOUR = [sensor(n, at) for n, at in enumerate(PLACEMENTS, 1)]


@pytest.fixture
def within_reach(monkeypatch) -> Callable[..., ScriptedLink]:
    """Let `fake:` find these sensors."""

    def put(found, trouble=None, name="fake") -> ScriptedLink:
        link = ScriptedLink(found, trouble)
        monkeypatch.setitem(SOURCES, name, kind_of(link))
        return link

    return put


@pytest.fixture
def answers(monkeypatch):
    """Let a person answer the prompts, one after the other; gives the prompts."""
    asked: list[tuple[str, str]] = []

    def give(*words: str) -> list[tuple[str, str]]:
        left = list(words)

        def prompt(text: str, *, default: str, err: bool) -> str:
            assert err  # standard output is for data
            asked.append((text, default))
            return left.pop(0) or default

        monkeypatch.setattr(command, "interactive", lambda: True)
        monkeypatch.setattr("typer.prompt", prompt)
        return asked

    return give


def worn(config) -> dict:
    return {placement: facts.device for placement, facts in config.sensors.items()}


def test_the_search_is_as_long_as_that_of_a_recording():
    assert SEARCH_S == FIND_S


def test_found_sensors_stand_in_a_table(cli, within_reach):
    link = within_reach([*FOUR[:3], sensor(9, protocol=None)])
    result = cli("scan", "--source", "fake:", "--seconds", "2.5")
    assert result.exit_code == 0
    assert link.asked_s == [2.5]
    lines = [line.split() for line in result.stdout.splitlines()]
    assert lines[1] == ["LegLink", "0001", "00000001", "leglink", "ble:1", "-51", "51", "left", "thigh"]
    assert lines[4] == ["LegLink", "0009", "00000009", "-", "ble:9", "-59", "59", "-"]
    assert len(lines) == 5
    starts = {line.index("ble:") for line in result.stdout.splitlines()[1:]}
    assert len(starts) == 1  # columns stand below one another


def test_what_does_not_fit_is_said_beside_the_table(cli, within_reach):
    within_reach([FOUR[0], sensor(7, LEFT_THIGH), sensor(8), sensor(9, protocol=None)])
    said = cli("scan", "--source", "fake:").stderr
    assert "claim to be worn on the left thigh" in said
    assert "note: LegLink 0008 at ble:8 does not tell where it is worn" in said
    assert "LegLink 0009 at ble:9 speaks no protocol" in said


def test_json_has_a_number_where_there_is_one(cli, within_reach):
    within_reach([FOUR[0], Found("serial:COM3", "leglink-serial", FOUR[1].told._replace(node=1, placement=None))])
    rows = json.loads(cli("scan", "--source", "fake:", "--json").stdout)
    assert rows[0] == {
        "name": "LegLink 0001",
        "device": "00000001",
        "protocol": "leglink",
        "link": "ble:1",
        "signal_dbm": -51,
        "battery_pct": 51,
        "worn": "left thigh",
    }
    assert rows[1]["link"] == "serial:COM3 node 1"
    assert [rows[1][key] for key in ("signal_dbm", "battery_pct", "worn")] == [None, None, None]


def test_where_nothing_is_found_the_exit_code_is_1(cli, within_reach):
    within_reach([])
    result = cli("scan", "--source", "fake:")
    assert (result.exit_code, result.stdout) == (1, "")
    assert "No sensor was found" in result.stderr
    assert "legcycle doctor" in result.stderr
    assert cli("scan", "--source", "fake:", "--json").stdout == "[]\n"


def test_a_link_in_trouble_is_told_once_where_another_works(cli, within_reach):
    within_reach(FOUR)
    within_reach([], NO_RADIO, name="broken")
    both = cli("scan", "--source", "broken:", "--source", "fake:")
    assert both.exit_code == 0
    assert both.stderr.count("There is no adapter. Buy one.") == 1
    alone = cli("scan", "--source", "broken:")
    assert (alone.exit_code, alone.stderr) == (1, "legcycle: There is no adapter. Buy one.\n")


def test_without_a_source_those_of_the_config_are_searched(cli, within_reach, tmp_path):
    link = within_reach(FOUR)
    (tmp_path / "legcycle.toml").write_text('source = ["fake:"]\n')
    assert cli("scan").exit_code == 0
    assert link.asked_s == [SEARCH_S]


def test_a_config_that_is_not_valid_is_told_before_any_search(cli, within_reach, tmp_path):
    link = within_reach(FOUR)
    (tmp_path / "legcycle.toml").write_text("sauce = 1")
    result = cli("scan", "--source", "fake:", "--save")
    assert result.exit_code == 1
    assert "did you mean source?" in result.stderr
    assert link.asked_s == []


def test_the_simulated_runner_is_found(cli):
    result = cli("scan", "--source", "sim:")
    assert result.exit_code == 0
    assert [line.split("  ")[-1] for line in result.stdout.splitlines()[1:]] == [str(p) for p in PLACEMENTS]
    assert result.stderr == ""


def test_where_nobody_can_be_asked_what_sensors_tell_is_saved(cli, within_reach, tmp_path):
    within_reach([*FOUR[:2], sensor(8)])
    result = cli("scan", "--source", "fake:", "--save")
    assert result.exit_code == 0
    assert "Nobody can be asked here" in result.stderr
    assert "legcycle.toml: saved left thigh 00000001, left shank 00000002" in result.stderr
    assert "LegLink 0008 at ble:8 is not in the config" in result.stderr
    config = load_config(tmp_path / "legcycle.toml")
    assert config.sources == ("fake:",)
    assert worn(config) == {LEFT_THIGH: "00000001", LEFT_SHANK: "00000002"}


def test_of_two_that_claim_one_place_none_is_saved_unasked(cli, within_reach, tmp_path):
    within_reach([FOUR[0], sensor(7, LEFT_THIGH)])
    result = cli("scan", "--source", "fake:", "--save")
    assert "Nothing was saved" in result.stderr
    assert not (tmp_path / "legcycle.toml").exists()


def test_a_person_is_asked_with_the_sensors_own_claim_as_the_usual_answer(cli, within_reach, answers, tmp_path):
    within_reach([FOUR[0], sensor(8), sensor(9)])
    asked = answers("", "ls", "-")
    result = cli("scan", "--source", "fake:", "--save")
    assert asked == [
        ("LegLink 0001 at ble:1", "left thigh"),
        ("LegLink 0008 at ble:8", "-"),
        ("LegLink 0009 at ble:9", "-"),
    ]
    assert worn(load_config(tmp_path / "legcycle.toml")) == {LEFT_THIGH: "00000001", LEFT_SHANK: "00000008"}
    assert "LegLink 0009 at ble:9 is not in the config" in result.stderr


def test_an_answer_that_cannot_be_is_asked_again(cli, within_reach, answers, tmp_path):
    within_reach([FOUR[0], sensor(8, LEFT_THIGH)])
    asked = answers("", "knee", "left thigh", "Right-Shank")
    result = cli("scan", "--source", "fake:", "--save")
    assert "'knee' is no place" in result.stderr
    assert "LegLink 0001 is worn on the left thigh already" in result.stderr
    assert [default for _, default in asked[1:]] == ["-", "-", "-"]
    assert worn(load_config(tmp_path / "legcycle.toml")) == {LEFT_THIGH: "00000001", RIGHT_SHANK: "00000008"}


def test_who_skips_all_saves_nothing(cli, within_reach, answers, tmp_path):
    within_reach(FOUR[:1])
    answers("-")
    assert "Nothing was saved" in cli("scan", "--source", "fake:", "--save").stderr
    assert not (tmp_path / "legcycle.toml").exists()


def test_a_sensor_of_no_known_protocol_is_not_asked_about(cli, within_reach, answers):
    within_reach([sensor(9, LEFT_THIGH, protocol=None)])
    assert answers() == []
    assert "Nothing was saved" in cli("scan", "--source", "fake:", "--save").stderr


def test_the_config_has_the_last_word_on_where_a_sensor_is_worn(cli, within_reach, answers, tmp_path):
    path = tmp_path / "legcycle.toml"
    own = '# mine\nsource = "fake:" # here\n\n[sensor.right_thigh]\ndevice = "00000001"\nprotocol = "leglink"\n'
    path.write_text(own)
    within_reach(FOUR[:1])
    result = cli("scan")
    assert result.stdout.splitlines()[1].endswith("right thigh")
    assert "says that it is worn on the left thigh" in result.stderr
    asked = answers("lt")
    assert cli("scan", "--save").exit_code == 0
    assert asked == [("LegLink 0001 at ble:1", "right thigh")]
    text = path.read_text()
    assert worn(parse_config(text)) == {LEFT_THIGH: "00000001"}
    assert text.startswith('# mine\nsource = "fake:" # here\n')


def test_the_users_own_file_is_written_where_it_is_in_force(cli, within_reach, tmp_path):
    users = tmp_path / "no-config.toml"
    users.write_text("# the user's\n")
    within_reach(FOUR)
    cli("scan", "--source", "fake:", "--save")
    assert not (tmp_path / "legcycle.toml").exists()
    assert len(load_config(users).sensors) == 4
    assert "# the user's" in users.read_text()


def test_the_dialogue_goes_to_standard_error(within_reach, monkeypatch, tmp_path):
    within_reach(FOUR[:2])
    monkeypatch.setattr(command, "interactive", lambda: True)
    result = CliRunner().invoke(app, ["scan", "--source", "fake:", "--save"], input="rt\n\n")
    assert result.exit_code == 0
    assert "LegLink 0002 at ble:2 [left shank]:" in result.stderr
    assert "LegLink 0002 at" not in result.stdout
    assert worn(load_config(tmp_path / "legcycle.toml")) == {RIGHT_THIGH: "00000001", LEFT_SHANK: "00000002"}
