from math import inf, isclose, radians

import pytest
from hypothesis import given
from hypothesis import strategies as st

from firmware_bridge.protocols import PROTOCOLS
from firmware_bridge.samples import Placement, Segment, Side
from legcycle_imu.config import DEFAULT_SOURCES, Config, ConfigError, parse_config
from legcycle_imu.sensor_config import (
    LIVE_PROTOCOLS,
    PLACEMENT_OF,
    SENSOR_KEYS,
    SensorTable,
    key_of,
    placement_named,
)

LEFT_THIGH = Placement(Side.LEFT, Segment.THIGH)
LEFT_SHANK = Placement(Side.LEFT, Segment.SHANK)
HEAD = '[sensor.left_thigh]\ndevice = "A"\nprotocol = "leglink"\n'


def test_what_a_table_states_is_in_the_facts():
    config = parse_config(
        """
        source = ["ble:", "sim:speed_m_s=4"]
        [sensor.left_thigh]
        device = "5EED0001"
        protocol = "leglink-serial"
        link = "serial:/dev/ttyACM0"
        node = 2
        name = "blue"
        rate_hz = 200
        acc_range_g = 16
        gyr_range_dps = 2000
        """
    )
    assert config.sources == ("ble:", "sim:speed_m_s=4")
    facts = config.sensors[LEFT_THIGH]
    assert (facts.placement, facts.protocol, facts.rate_hz) == (LEFT_THIGH, "leglink-serial", 200.0)
    assert (facts.device, facts.link, facts.node, facts.name) == ("5EED0001", "serial:/dev/ttyACM0", 2, "blue")
    assert isclose(facts.acc_range_m_s2, 156.9064)
    assert isclose(facts.gyr_range_rad_s, radians(2000.0))


def test_what_is_not_stated_is_0_or_infinite():
    facts = parse_config(HEAD).sensors[LEFT_THIGH]
    assert (facts.rate_hz, facts.acc_range_m_s2, facts.gyr_range_rad_s) == (0.0, inf, inf)
    assert (facts.link, facts.node, facts.name) == ("", 0, "")


def test_without_a_source_bluetooth_is_meant():
    assert parse_config("").sources == DEFAULT_SOURCES == ("ble:",)
    assert parse_config('source = "serial:"').sources == ("serial:",)
    assert parse_config('source = ["udp:", "udp:"]').sources == ("udp:",)


def test_a_heading_alone_is_no_sensor():
    assert parse_config("[sensor.left_thigh]\n# taken off").sensors == {}


def test_one_board_may_carry_two_sensors_but_not_one_at_two_places():
    other = '[sensor.left_shank]\ndevice = "A"\nprotocol = "leglink"\n'
    assert set(parse_config(f"{HEAD}{other}node = 1").sensors) == {LEFT_THIGH, LEFT_SHANK}
    with pytest.raises(ConfigError, match="at one place"):
        parse_config(HEAD + other)


def test_of_a_simulated_runner_no_sensors_are_expected():
    config = Config(sensors=parse_config(HEAD).sensors)
    assert config.sensors_of(["sim:drop=0.1"]) == {}
    assert config.sensors_of(["sim:", "ble:"]) == config.sensors_of(["ble:"]) == config.sensors


def test_a_port_may_have_carried_two_boards_but_a_link_alone_means_one_sensor():
    port = 'protocol = "leglink-serial"\nlink = "serial:COM3"\n'
    boards = f'[sensor.left_thigh]\ndevice = "A"\n{port}[sensor.left_shank]\ndevice = "B"\n{port}'
    assert set(parse_config(boards).sensors) == {LEFT_THIGH, LEFT_SHANK}
    for device in ("A", "B"):
        with pytest.raises(ConfigError, match=r"\[sensor.left_shank\]: link 'serial:COM3' is that of"):
            parse_config(boards.replace(f'device = "{device}"\n', ""))


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("source = 1", 'source: expected a source such as "ble:", or a list of them, got 1.'),
        ("source = []", "source: expected a source"),
        ('source = ["ble:", 2]', "source: expected a source"),
        ('source = "bel:"', "source: 'bel:' is no source. Do you mean ble:?"),
        ('source = "sim:sped_m_s=3"', "source: sim: has no option sped_m_s. Do you mean speed_m_s?"),
        ('source = "run.legcycle"', "Do you mean replay:run.legcycle?"),
        ("sensor = 1", "[sensor.PLACEMENT]: expected a table, got 1."),
        ("[sensor]\nleft_thigh = 1", "[sensor.left_thigh]: expected a table, got 1."),
        ("[sensor.left_tigh]", "[sensor.PLACEMENT]: unknown key left_tigh; did you mean left_thigh?"),
        ("[sensor.head]", "unknown key head; known are left_thigh, left_shank, right_thigh, right_shank."),
        (HEAD + "rate = 100", "[sensor.left_thigh]: unknown key rate; did you mean rate_hz?"),
        (HEAD + "rate_hz = 0", "[sensor.left_thigh]: expected rate_hz above 0, got 0."),
        (HEAD + "rate_hz = nan", "expected rate_hz above 0, got nan."),
        (HEAD + "acc_range_g = inf", "expected acc_range_g above 0, got inf."),
        (HEAD + "gyr_range_dps = -1", "expected gyr_range_dps above 0, got -1."),
        (HEAD + "rate_hz = 120", "leglink streams at 50, 100, 200, 400 Hz, not at 120 Hz."),
        (HEAD + 'rate_hz = "fast"', "rate_hz: expected a number, got text."),
        (HEAD + "node = 1.5", "node: expected a whole number, got float."),
        (HEAD + "node = -1", "expected a node from 0 to 127, got -1."),
        (HEAD + "name = 7", "name: expected text, got a whole number."),
        (HEAD + 'link = "ble"', "[sensor.left_thigh]: link: 'ble' is no source."),
        (HEAD + 'link = "replay:a.legcycle"', "link: expected a link to a sensor, got a recording."),
        (HEAD + 'link = "serial:COM3"', "link: leglink is not spoken over serial: (there it is leglink-serial, "),
        ('[sensor.left_thigh]\ndevice = "A"', "expected a protocol out of leglink, leglink-serial, witmotion,"),
        ('[sensor.left_thigh]\ndevice = "A"\nprotocol = "imported"', "movesense, ximu3, dot, got 'imported'."),
        ('[sensor.left_thigh]\nprotocol = "dot"', "expected a device or a link,"),
    ],
)
def test_each_mistake_has_one_clear_sentence(text, sentence):
    with pytest.raises(ConfigError) as caught:
        parse_config(text, "mine.toml")
    said = caught.value.sentence
    assert said.startswith("mine.toml")
    assert sentence in said
    assert said.endswith((".", "?"))
    assert not said.endswith(("..", "?."))
    assert not set("\n$`") & set(said)


VALUES = st.one_of(st.text(max_size=8), st.integers(), st.floats(), st.booleans(), st.sampled_from(LIVE_PROTOCOLS))


def as_toml(value) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return repr(value) if isinstance(value, int | float) else '"' + "".join(f"\\U{ord(c):08X}" for c in value) + '"'


@given(st.dictionaries(st.sampled_from([*SENSOR_KEYS, "rate", "x"]), VALUES))
def test_no_table_breaks_the_reader(keys):
    text = "[sensor.right_shank]\n" + "\n".join(f"{key} = {as_toml(value)}" for key, value in keys.items())
    try:
        sensors = parse_config(text).sensors
    except ConfigError as error:
        assert error.sentence.startswith("legcycle.toml")
    else:
        assert set(sensors) <= {Placement(Side.RIGHT, Segment.SHANK)}


@given(st.sampled_from(LIVE_PROTOCOLS), st.data())
def test_a_rate_is_taken_exactly_if_the_protocol_streams_at_it(protocol, data):
    rate = data.draw(st.one_of(st.sampled_from(PROTOCOLS[protocol].rates_hz), st.floats(1.0, 500.0)))
    if rate in PROTOCOLS[protocol].rates_hz:
        assert SensorTable("A", protocol, rate_hz=rate).facts(LEFT_THIGH).rate_hz == rate
    else:
        with pytest.raises(ValueError, match=f"{protocol} streams at"):
            SensorTable("A", protocol, rate_hz=rate)


@pytest.mark.parametrize(("key", "placement"), PLACEMENT_OF.items())
def test_places_are_named_in_a_persons_ways(key, placement):
    side, segment = key.split("_")
    assert key_of(placement) == key
    for text in (key, f"{side} {segment}", f" {side.title()}-{segment} ", side[0] + segment[0]):
        assert placement_named(text) == placement


@pytest.mark.parametrize("text", ["", "left", "thigh", "left foot", "thigh left", "l t"])
def test_other_words_name_no_place(text):
    assert placement_named(text) is None
