import re
import tomllib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from firmware_bridge.choice import PLACEMENTS, choose
from firmware_bridge.found import Found
from firmware_bridge.protocols.packets import Introduction
from legcycle_imu.config import CUE_KEYS, TARGET_KEYS, Config, parse_config
from legcycle_imu.config_text import TEMPLATE, with_sensors, with_targets
from legcycle_imu.sensor_config import SENSOR_KEYS
from legcycle_imu.targets import Lift, Place, Preset, Targets

LEFT_THIGH, LEFT_SHANK, RIGHT_THIGH, RIGHT_SHANK = PLACEMENTS
MINE = """\
# of Anna
[targets] # mine
drive_deg = 55 # deg

# the blue one
[sensor.left_thigh]
device = "00000001" # on its back
protocol = "leglink"
name = "blue"
rate_hz = 100

[runner.anna]
height_m = 1.75

[sensor.left_shank]
device = "00000002"
protocol = "dot"
rate_hz = 60
"""


def sensor(n: int, *, node: int = 0, named: bool = True) -> Found:
    name = f"LegLink {n:04X}" if named else None
    return Found(f"ble:{n}", "leglink", Introduction(node, f"{n:08X}", name, None))


def comments(text: str) -> list[str]:
    return sorted(re.findall(r"#.*", text))


def test_a_new_file_leaves_the_defaults_in_force():
    assert parse_config(TEMPLATE) == Config()


def test_every_example_of_a_new_file_holds_once_its_comment_sign_is_gone():
    config = parse_config(re.sub(r"^# ([a-z_]+ = |\[)", r"\1", TEMPLATE, flags=re.MULTILINE))
    assert config.targets == Config().targets
    assert set(config.sensors) == {LEFT_THIGH, LEFT_SHANK}
    assert config.runner["anna"].thigh_m == 0.41
    assert config.sources == Config().sources
    assert config.cues == Config().cues


@pytest.mark.parametrize(("table", "keys"), [("targets", TARGET_KEYS), ("cues", CUE_KEYS)])
def test_a_new_file_names_every_setting(table, keys):
    example = TEMPLATE.split(f"# [{table}]")[1].split("\n\n")[0]
    assert tuple(re.findall(r"^# (\w+) =", example, flags=re.MULTILINE)) == keys


def test_a_new_file_names_only_keys_that_there_are():
    example = TEMPLATE.split("# [sensor.left_thigh]")[1].split("#\n")[0]
    assert set(re.findall(r"^# (\w+) =", example, flags=re.MULTILINE)) <= set(SENSOR_KEYS)


@pytest.mark.parametrize("text", ["", TEMPLATE, MINE, MINE.replace("\n", "\r\n")], ids=["empty", "new", "own", "crlf"])
@pytest.mark.parametrize("sources", [(), ("serial:",), ("ble:", "udp:")])
def test_saved_sensors_are_chosen_and_all_else_stays(text, sources):
    worn = {LEFT_THIGH: sensor(1), LEFT_SHANK: sensor(2, node=1), RIGHT_SHANK: sensor(3, named=False)}
    saved = with_sensors(text, worn, sources)
    before, after = parse_config(text), parse_config(saved)
    assert (after.targets, after.runner) == (before.targets, before.runner)
    assert after.sources == (sources or before.sources)
    assert comments(saved) == comments(text)
    choice = choose(list(worn.values()), after.sensors)
    assert {facts.placement: facts.device for facts in choice.sensors} == {p: f.device for p, f in worn.items()}
    assert choice.notices == []


def test_saving_what_is_saved_changes_nothing():
    worn = {LEFT_THIGH: sensor(1), LEFT_SHANK: sensor(2, node=1)}
    once = with_sensors(MINE, worn, ["ble:"])
    assert with_sensors(once, worn, ["ble:"]) == once


def test_a_name_stays_with_its_sensor_and_a_rate_with_its_protocol():
    same = parse_config(with_sensors(MINE, {LEFT_THIGH: sensor(1), LEFT_SHANK: sensor(2)}))
    assert (same.sensors[LEFT_THIGH].name, same.sensors[LEFT_THIGH].rate_hz) == ("blue", 100.0)
    assert same.sensors[LEFT_SHANK].rate_hz == 0.0  # 60 Hz was for a DOT
    other = parse_config(with_sensors(MINE, {LEFT_THIGH: sensor(9)}))
    assert (other.sensors[LEFT_THIGH].name, other.sensors[LEFT_THIGH].rate_hz) == ("LegLink 0009", 100.0)
    unnamed = parse_config(with_sensors(MINE, {LEFT_THIGH: sensor(9, named=False)}))
    assert unnamed.sensors[LEFT_THIGH].name == ""


def test_a_sensor_that_moved_is_worn_at_one_place():
    saved = with_sensors(MINE, {RIGHT_THIGH: sensor(1)})
    assert {p: f.device for p, f in parse_config(saved).sensors.items()} == {
        LEFT_SHANK: "00000002",
        RIGHT_THIGH: "00000001",
    }
    assert "[sensor.left_thigh]" not in saved
    exchanged = parse_config(with_sensors(MINE, {LEFT_THIGH: sensor(2), LEFT_SHANK: sensor(1)}))
    assert exchanged.sensors[LEFT_SHANK].device == "00000001"


def test_a_board_at_anothers_port_does_not_drive_it_out():
    text = '[sensor.left_thigh]\ndevice = "00000001"\nprotocol = "leglink"\nlink = "ble:2"\n'
    assert set(parse_config(with_sensors(text, {RIGHT_THIGH: sensor(2)})).sensors) == {LEFT_THIGH, RIGHT_THIGH}
    unnumbered = Found("ble:2", "leglink", Introduction(0, None, "renamed", None))
    assert set(parse_config(with_sensors(text, {RIGHT_THIGH: unnumbered})).sensors) == {RIGHT_THIGH}


def test_a_persons_own_lines_outlive_the_sensor_that_they_stand_under():
    text = '[sensor.left_thigh]\ndevice = "00000001"\nprotocol = "leglink"\n# strap on tight!\n'
    saved = with_sensors(text, {LEFT_SHANK: sensor(1)})
    assert "# strap on tight!" in saved
    assert set(parse_config(saved).sensors) == {LEFT_SHANK}


@pytest.mark.parametrize(
    "text",
    [
        'sensor = {left_thigh = {device = "00000001", protocol = "leglink"}}\n',
        '[sensor]\nleft_thigh = {device = "00000001", protocol = "leglink"}\n',
        'sensor.left_thigh.device = "00000001"\nsensor.left_thigh.protocol = "leglink"\n[targets]\ndrive_deg = 60\n',
        '[sensor]\nleft_thigh.device = "00000001"\nleft_thigh.protocol = "leglink"\n',
        '[targets]\n[sensor.left_thigh]\ndevice="00000001"\nprotocol="leglink"\n[runner.b]\n[sensor.right_thigh]\n',
    ],
)
@pytest.mark.parametrize("worn", [{LEFT_THIGH: sensor(1), LEFT_SHANK: sensor(2)}, {LEFT_SHANK: sensor(1)}])
def test_other_ways_to_write_a_table_are_understood(text, worn):
    saved = parse_config(with_sensors(text, worn, ["udp:"]))
    assert {p: f.device for p, f in saved.sensors.items()} == {p: f.device for p, f in worn.items()}
    assert saved.targets == parse_config(text).targets
    assert saved.sources == ("udp:",)


@given(
    st.lists(st.permutations(PLACEMENTS).flatmap(lambda p: st.integers(1, 4).map(lambda n: p[:n])), max_size=4),
    st.sampled_from(["", TEMPLATE, MINE]),
)
def test_however_often_sensors_move_the_file_stays_valid(moves, text):
    kept = tomllib.loads(text).get("targets", {})
    for places in moves:
        worn = {place: sensor(number) for number, place in enumerate(places)}
        text = with_sensors(text, worn)
        now = parse_config(text).sensors
        assert {p: now[p].device for p in worn} == {p: f.device for p, f in worn.items()}
    assert tomllib.loads(text).get("targets", {}) == kept


AIMS = st.builds(
    Targets,
    st.sampled_from(list(Preset)),
    st.sampled_from(list(Lift)) | st.floats(-40.0, 80.0),
    st.floats(1.0, 150.0),
    st.sampled_from(list(Place)) | st.floats(0.0, 80.0),
    st.sampled_from(list(Lift)) | st.floats(-40.0, 80.0),
    st.floats(1.0, 150.0),
)
WRITTEN = [
    "",
    TEMPLATE,
    MINE,
    MINE.replace("\n", "\r\n"),
    "targets = {drive_deg = 55.0}\n[cues]\naudio = true\n",
    "targets.drive_deg = 55\ntargets.lift = 3\n[cues]\naudio = true\n",
    '[targets]\npreset = "baseline"\ndrill_drive_deg = 80\n\n[runner.b]\n',
]


@pytest.mark.parametrize("text", WRITTEN)
@given(targets=AIMS)
def test_saved_targets_are_those_and_all_else_stays(text, targets):
    saved = with_targets(text, targets)
    before, after = parse_config(text), parse_config(saved)
    assert after.targets == targets
    assert (after.sensors, after.runner, after.cues, after.sources) == (
        before.sensors,
        before.runner,
        before.cues,
        before.sources,
    )
    assert comments(saved) == comments(text)
    assert with_targets(saved, targets) == saved


def test_only_what_differs_is_written():
    assert with_targets("", Targets(drive_deg=44.0)) == '[targets]\npreset = "custom"\ndrive_deg = 44.0\n'
    assert with_targets("", Targets()) == '[targets]\npreset = "method"\n'
    assert "drive_deg = 55 # deg" in with_targets(MINE, Targets(drive_deg=55.0))
    assert "drive_deg = 50.0 # deg" in with_targets(MINE, Targets())
