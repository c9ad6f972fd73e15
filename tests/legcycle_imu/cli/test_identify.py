import pytest

from firmware_bridge.choice import PLACEMENTS
from legcycle_imu.cli.identify import meant
from legcycle_imu.config import SOURCES, Config, parse_config
from tests.legcycle_imu.cli.scripted import NO_RADIO, ScriptedLink, kind_of, sensor

LEFT_THIGH, LEFT_SHANK, RIGHT_THIGH, RIGHT_SHANK = PLACEMENTS
FOUR = [sensor(n, at) for n, at in enumerate(PLACEMENTS, 1)]
CONFIG = """\
source = "fake:"
[sensor.right_shank]
device = "00000001"
protocol = "leglink"
name = "blue"
"""


@pytest.fixture
def link(monkeypatch) -> ScriptedLink:
    link = ScriptedLink(FOUR)
    monkeypatch.setitem(SOURCES, "fake", kind_of(link))
    return link


@pytest.mark.parametrize(
    ("name", "number"),
    [("left shank", 2), ("RT", 3), ("00000004", 4), ("leglink 0002", 2), ("ble:3", 3), (" LegLink 0001 ", 1)],
)
def test_a_sensor_is_named_by_its_place_its_name_or_its_device(cli, link, name, number):
    result = cli("identify", name, "--source", "fake:", "--seconds", 3)
    assert (result.exit_code, result.stdout) == (0, "")
    (facts,) = link.blinked
    assert (facts.device, facts.link, facts.protocol) == (f"{number:08X}", f"ble:{number}", "leglink")
    assert facts.placement == PLACEMENTS[number - 1]
    assert f"LegLink {number:04X} at ble:{number}" in result.stderr
    assert "told to blink" in result.stderr
    assert link.asked_s == [3.0]
    assert link.ended_early or number == 4


def test_the_config_says_where_a_sensor_is_worn_and_what_it_is_called(cli, link, tmp_path):
    (tmp_path / "legcycle.toml").write_text(CONFIG)
    for name in ("right shank", "blue", "BLUE"):
        assert cli("identify", name).exit_code == 0
    assert [facts.device for facts in link.blinked] == ["00000001"] * 3
    said = cli("identify", "blue").stderr
    assert "says that it is worn on the left thigh" in said


def test_a_beginning_is_enough_where_it_is_the_only_one(cli, link):
    assert cli("identify", "ble:2", "--source", "fake:").exit_code == 0
    link.found = [sensor(0x10), sensor(0x20)]
    assert cli("identify", "0000001", "--source", "fake:").exit_code == 0
    assert link.blinked[-1].device == "00000010"
    many = cli("identify", "leglink", "--source", "fake:")
    assert many.exit_code == 1
    assert "may be any of these: LegLink 0010 at ble:16, device 00000010; LegLink 0020" in many.stderr
    assert len(link.blinked) == 2


@pytest.mark.parametrize("name", ["right thigh", "LegLink 0009", "", " "])
def test_who_is_not_there_is_not_found_and_the_others_are_named(cli, link, name):
    link.found = FOUR[:1]
    result = cli("identify", name, "--source", "fake:")
    assert result.exit_code == 1
    assert "was not found. There are: LegLink 0001 at ble:1." in result.stderr
    assert link.blinked == []


def test_where_nobody_is_there_it_is_said(cli, link):
    link.found = []
    assert "switched on, charged and near?" in cli("identify", "lt", "--source", "fake:").stderr


def test_a_sensor_without_a_light_says_so(cli, link):
    link.blinks = False
    result = cli("identify", "lt", "--source", "fake:")
    assert (result.exit_code, result.stderr) == (
        1,
        "legcycle: LegLink 0001 has nothing to show itself by. Shake it.\n",
    )
    simulated = cli("identify", "left thigh", "--source", "sim:")
    assert simulated.exit_code == 1
    assert "is simulated and has no light" in simulated.stderr


def test_a_protocol_that_nobody_knows_cannot_be_spoken(cli, link):
    link.found = [sensor(9, protocol=None)]
    result = cli("identify", "LegLink 0009", "--source", "fake:")
    assert result.exit_code == 1
    assert "speaks no protocol that is known here" in result.stderr


def test_one_source_after_the_other_is_searched_and_trouble_counts_at_the_end(cli, link, monkeypatch):
    broken = ScriptedLink(trouble=NO_RADIO)
    monkeypatch.setitem(SOURCES, "broken", kind_of(broken))
    both = ("--source", "broken:", "--source", "fake:")
    assert cli("identify", "lt", *both).stderr.count("adapter") == 0
    missing = cli("identify", "x", *both)
    assert "There is no adapter. Buy one." in missing.stderr
    assert "'x' was not found" in missing.stderr
    assert cli("identify", "lt", "--source", "broken:").stderr == "legcycle: There is no adapter. Buy one.\n"


def test_a_recording_has_no_sensors_to_blink(cli):
    result = cli("identify", "lt", "--source", "replay:run.legcycle")
    assert result.exit_code == 1
    assert "replay: has no sensors to be found." in result.stderr


def test_a_place_that_two_claim_names_both():
    found = [FOUR[0], sensor(7, LEFT_THIGH)]
    assert meant("left thigh", found, ["ble:"], Config()) == found
    config = parse_config('[sensor.left_thigh]\ndevice = "00000007"\nprotocol = "leglink"')
    assert meant("00000007", found, ["ble:"], config) == found[1:]
