from math import inf

import pytest
from hypothesis import given
from hypothesis import strategies as st

from firmware_bridge.choice import PLACEMENTS, choose, described, whole_legs
from firmware_bridge.found import Found
from firmware_bridge.protocols import PROTOCOLS
from firmware_bridge.protocols.packets import Introduction
from firmware_bridge.samples import Placement, Segment, Side
from firmware_bridge.source import SensorFacts

LEFT_THIGH, LEFT_SHANK, RIGHT_THIGH, RIGHT_SHANK = PLACEMENTS
USUAL = PROTOCOLS["leglink"].defaults


def sensor(n: int, at: Placement | None = None, **changes: object) -> Found:
    """A LegLink sensor with the serial number n that tells where it is worn."""
    who = Introduction(0, f"{n:08X}", f"LegLink {n:04X}", at)
    return Found(f"ble:{n}", "leglink", who)._replace(**changes)


def nameless(n: int, node: int = 0) -> Found:
    """A sensor on a port that tells nothing of itself."""
    return Found(f"serial:COM{n}", "leglink-serial", Introduction(node))


def facts(of: Found, at: Placement, **changes: object) -> SensorFacts:
    """What the config says of a sensor after it was found."""
    stated = USUAL._replace(
        placement=at,
        protocol=of.protocol or "",
        name=of.told.name or "",
        device=of.device,
        link=of.link,
        node=of.told.node,
    )
    return stated._replace(**changes)


FOUR = [sensor(n, at) for n, at in enumerate(PLACEMENTS, 1)]
CONFIG = {at: facts(found, at) for at, found in zip(PLACEMENTS, FOUR, strict=True)}


@given(st.permutations(FOUR))
def test_without_a_config_sensors_that_tell_where_they_are_worn_are_used(found: list[Found]):
    choice = choose(found, {})
    assert [facts.placement for facts in choice.sensors] == list(PLACEMENTS)
    assert [facts.link for facts in choice.sensors] == [sensor.link for sensor in FOUR]
    assert choice.notices == []


def test_without_a_config_others_are_not():
    choice = choose([sensor(1)], {})
    assert choice.sensors == []
    assert "does not tell where it is worn" in choice.strangers[0]
    assert "legcycle scan --save" in choice.strangers[0]


@given(st.permutations(range(4)))
def test_the_config_says_where_a_sensor_is_worn_whatever_its_link(order: list[int]):
    found = [sensor(n + 1, link=f"ble:elsewhere {n}") for n in order]
    choice = choose(found, CONFIG)
    assert [facts.device for facts in choice.sensors] == [sensor.device for sensor in FOUR]
    assert [facts.link for facts in choice.sensors] == [f"ble:elsewhere {n}" for n in range(4)]
    assert choice.notices == []


def test_a_sensor_at_a_stated_bluetooth_address_is_meant_whatever_its_node():
    found = Found("ble:1", "leglink", Introduction(2, "00000001"))
    choice = choose([found], {LEFT_SHANK: facts(found, LEFT_SHANK, device="", node=0)})
    assert [(chosen.placement, chosen.node) for chosen in choice.sensors] == [(LEFT_SHANK, 2)]
    assert choice.notices == []


def test_a_sensor_that_tells_nothing_is_known_by_its_port_and_node():
    found = [nameless(1, 0), nameless(1, 1), nameless(2, 0)]
    wanted = {
        LEFT_THIGH: facts(found[1], LEFT_THIGH),
        LEFT_SHANK: facts(found[0], LEFT_SHANK, device=""),
        RIGHT_THIGH: facts(found[2], RIGHT_THIGH),
    }
    choice = choose(found, wanted)
    assert [(f.placement, f.link, f.node) for f in choice.sensors] == [
        (LEFT_THIGH, "serial:COM1", 1),
        (LEFT_SHANK, "serial:COM1", 0),
        (RIGHT_THIGH, "serial:COM2", 0),
    ]
    assert choice.notices == []


def test_sensors_of_one_board_differ_by_their_nodes():
    board = [sensor(7)._replace(told=Introduction(node, "BOARD")) for node in (0, 1)]
    wanted = {LEFT_THIGH: facts(board[1], LEFT_THIGH), LEFT_SHANK: facts(board[0], LEFT_SHANK)}
    assert [facts.node for facts in choose(board, wanted).sensors] == [1, 0]


def test_a_wanted_sensor_that_is_not_there_is_missing():
    choice = choose(FOUR[1:], CONFIG)
    assert [facts.placement for facts in choice.sensors] == list(PLACEMENTS[1:])
    assert "left thigh (LegLink 0001) was not found" in choice.missing[0]
    assert len(choice.notices) == 1


def test_a_stranger_is_reported_and_not_used():
    choice = choose([*FOUR, sensor(9, RIGHT_SHANK)], CONFIG)
    assert [facts.device for facts in choice.sensors] == [sensor.device for sensor in FOUR]
    assert choice.strangers == [
        "LegLink 0009 at ble:9 is not in the config; it is not used. "
        "`legcycle scan --save` asks where each sensor is worn and keeps it."
    ]


def test_a_stranger_with_a_known_name_is_told_from_the_one_that_is_known():
    double = sensor(9)._replace(told=Introduction(0, "00000009", "LegLink 0001"))
    choice = choose([double, *FOUR[1:]], CONFIG)
    assert LEFT_THIGH not in {facts.placement for facts in choice.sensors}
    assert (
        "looks like the sensor on the left thigh, but it is 00000009 where the config has 00000001"
        in (choice.strangers[0])
    )
    assert len(choice.missing) == 1


def test_another_sensor_on_a_known_link_is_not_taken_for_the_known_one():
    exchanged = sensor(9, link=FOUR[0].link)
    choice = choose([exchanged], CONFIG)
    assert choice.sensors == []
    assert "looks like the sensor on the left thigh" in choice.strangers[0]


@given(st.permutations([FOUR[0], FOUR[1], sensor(9, LEFT_THIGH)]))
def test_of_two_that_claim_one_place_none_is_used(found: list[Found]):
    choice = choose(found, {})
    assert [facts.placement for facts in choice.sensors] == [LEFT_SHANK]
    assert "LegLink 0001 at ble:1" in choice.doubles[0]
    assert "LegLink 0009 at ble:9" in choice.doubles[0]
    assert "claim to be worn on the left thigh; none of them is used" in choice.doubles[0]


def test_one_sensor_reached_over_two_ways_is_used_once_over_the_first():
    twice = sensor(1, LEFT_THIGH, link="serial:COM3", protocol="leglink-serial")
    choice = choose([twice, FOUR[0]], {})
    assert [facts.link for facts in choice.sensors] == ["serial:COM3"]
    assert choice.doubles == ["LegLink 0001 at serial:COM3 is reached over ble:1 too; the first is used."]


def test_of_two_ways_the_one_in_the_config_is_used():
    other = sensor(1, LEFT_THIGH, link="serial:COM3", protocol="leglink-serial")
    choice = choose([other, FOUR[0]], {LEFT_THIGH: CONFIG[LEFT_THIGH]})
    assert [facts.link for facts in choice.sensors] == ["ble:1"]
    assert choice.strangers == []


def test_the_same_find_twice_is_nothing_to_speak_of():
    assert choose(FOUR + FOUR, CONFIG) == choose(FOUR, CONFIG)


def test_another_protocol_than_the_config_has_is_reported_and_not_used():
    choice = choose([sensor(1, protocol="leglink-serial")], CONFIG)
    assert choice.sensors == []
    assert (
        "speaks leglink-serial, but the config expects leglink from the sensor on the left thigh"
        in (choice.strangers[0])
    )


@pytest.mark.parametrize("protocol", [None, "smoke"])
@pytest.mark.parametrize("wanted", [{}, CONFIG])
def test_an_unknown_protocol_is_reported_and_not_used(protocol: str | None, wanted: dict[Placement, SensorFacts]):
    choice = choose([sensor(1, LEFT_THIGH, protocol=protocol)], wanted)
    assert choice.sensors == []
    assert "speaks no protocol that is known here" in choice.strangers[0]


def test_the_config_is_believed_about_the_place_and_the_doubt_is_told():
    choice = choose([sensor(1, RIGHT_SHANK)], CONFIG)
    assert [facts.placement for facts in choice.sensors] == [LEFT_THIGH]
    assert choice.doubts == [
        "LegLink 0001 at ble:1 says that it is worn on the right shank; the config has it on the left thigh, "
        "and that is taken."
    ]


def test_facts_are_what_the_sensor_told_else_the_config_else_the_usual():
    told = sensor(1)._replace(told=Introduction(0, "00000001", "LegLink 0001", None, 100.0, 80.0))
    stated = facts(told, LEFT_THIGH, rate_hz=400.0, acc_range_m_s2=40.0, gyr_range_rad_s=17.0, name="mine")
    vague = stated._replace(rate_hz=0.0, acc_range_m_s2=inf, gyr_range_rad_s=inf, name="")
    mute = told._replace(told=Introduction(0, "00000001"))

    def chosen(found: Found, wanted: SensorFacts) -> SensorFacts:
        (facts,) = choose([found], {LEFT_THIGH: wanted}).sensors
        return facts

    assert chosen(told, stated)[2:5] == (100.0, 80.0, 17.0)
    assert chosen(mute, stated)[2:5] == (400.0, 40.0, 17.0)
    assert chosen(mute, vague)[2:5] == (USUAL.rate_hz, USUAL.acc_range_m_s2, USUAL.gyr_range_rad_s)
    assert (chosen(told, stated).name, chosen(told, vague).name) == ("mine", "LegLink 0001")
    assert chosen(told, stated).acc_unit_m_s2 == USUAL.acc_unit_m_s2


def test_legs_are_whole_or_left_out():
    right = [facts(FOUR[n], PLACEMENTS[n]) for n in (2, 3)]
    assert whole_legs([CONFIG[LEFT_THIGH], *right]) == right
    assert whole_legs(right[:1]) == []
    assert whole_legs([]) == []


@pytest.mark.parametrize(
    ("found", "name"),
    [
        (sensor(1), "LegLink 0001 at ble:1"),
        (sensor(1)._replace(told=Introduction(2, "0001")), "0001, node 2, at ble:1"),
        (nameless(3), "A sensor at serial:COM3"),
    ],
)
def test_found_sensors_have_names_for_people(found: Found, name: str):
    assert described(found) == name


tellings = st.builds(
    Introduction,
    node=st.integers(0, 3),
    device=st.sampled_from([None, "A", "B", "C"]),
    name=st.sampled_from([None, "x", "y"]),
    placement=st.sampled_from([None, *PLACEMENTS]),
)
finds = st.builds(
    Found,
    link=st.sampled_from(["ble:1", "ble:2", "serial:COM1"]),
    protocol=st.sampled_from([None, "leglink", "leglink-serial", "ximu3", "smoke"]),
    told=tellings,
)
configs = st.dictionaries(st.sampled_from(PLACEMENTS), finds).map(
    lambda chosen: {at: facts(found, at) for at, found in chosen.items()}
)


@given(st.lists(finds, max_size=6), configs)
def test_whatever_is_found_each_place_and_each_sensor_is_used_once_and_nothing_is_lost(
    found: list[Found], wanted: dict[Placement, SensorFacts]
):
    choice = choose(found, wanted)
    used = choice.sensors
    places = [facts.placement for facts in used]
    assert places == sorted(set(places), key=PLACEMENTS.index)
    assert len({(facts.link, facts.node) for facts in used}) == len(used)
    assert all(facts.protocol == wanted[facts.placement].protocol for facts in used if wanted)
    assert set(places) <= set(wanted or PLACEMENTS)
    ways = {(sensor.link, sensor.told.node) for sensor in found}
    assert {(facts.link, facts.node) for facts in used} <= ways
    if len(used) < len({(sensor.told.device or sensor.link, sensor.told.node) for sensor in found}):
        assert choice.strangers or choice.doubles


def test_places_are_numbered_left_before_right_and_thigh_before_shank():
    assert list(PLACEMENTS) == [Placement(side, segment) for side in Side for segment in Segment]
    assert PLACEMENTS[0] == Placement(Side.LEFT, Segment.THIGH)


class TestAnywhere:
    """Sensors of which nobody knows where they are worn are used, too, since a calibration will find out."""

    def test_those_that_tell_nothing_fill_both_legs(self):
        found = [sensor(n) for n in (1, 2, 3, 4)]
        choice = choose(found, {}, anywhere=True)
        assert [facts.placement for facts in choice.sensors] == list(PLACEMENTS)
        assert {facts.device for facts in choice.sensors} == {one.told.device for one in found}
        assert choice.notices == []

    def test_two_are_taken_for_the_right_leg(self):
        choice = choose([sensor(1), sensor(2)], {}, anywhere=True)
        assert [(facts.placement, facts.link) for facts in choice.sensors] == [
            (RIGHT_THIGH, "ble:1"),
            (RIGHT_SHANK, "ble:2"),
        ]

    @pytest.mark.parametrize("claimed", PLACEMENTS)
    def test_half_a_leg_is_made_whole_first(self, claimed: Placement):
        choice = choose([sensor(1), sensor(2, claimed)], {}, anywhere=True)
        assert [facts.placement for facts in choice.sensors] == [at for at in PLACEMENTS if at.side is claimed.side]
        assert next(facts.link for facts in choice.sensors if facts.placement == claimed) == "ble:2"

    def test_of_two_that_claim_one_place_the_second_takes_another(self):
        choice = choose([FOUR[0], sensor(9, LEFT_THIGH)], {}, anywhere=True)
        assert [(facts.placement, facts.link) for facts in choice.sensors] == [
            (LEFT_THIGH, "ble:1"),
            (LEFT_SHANK, "ble:9"),
        ]
        assert choice.doubles == []

    def test_one_too_many_is_told(self):
        choice = choose([*FOUR, sensor(9)], {}, anywhere=True)
        assert [facts.link for facts in choice.sensors] == [one.link for one in FOUR]
        assert len(choice.notices) == 1
        assert "LegLink 0009 at ble:9" in choice.notices[0]

    def test_one_too_many_that_claims_a_place_is_told_in_its_own_words(self):
        choice = choose([*FOUR, sensor(9, LEFT_THIGH)], {}, anywhere=True)
        assert choice.notices == [
            "LegLink 0009 at ble:9 is one more than two legs have places for; it is not used. Switch it off."
        ]

    def test_strangers_are_used_beside_those_of_the_config(self):
        left = {at: facts for at, facts in CONFIG.items() if at.side is Side.LEFT}
        choice = choose([*FOUR[:2], sensor(8), sensor(9)], left, anywhere=True)
        assert [facts.link for facts in choice.sensors] == ["ble:1", "ble:2", "ble:8", "ble:9"]
        assert choice.notices == []

    def test_the_place_of_a_wanted_sensor_that_is_not_there_is_filled_and_it_is_missing_all_the_same(self):
        choice = choose([*FOUR[1:], sensor(9)], CONFIG, anywhere=True)
        assert [facts.link for facts in choice.sensors] == ["ble:9", "ble:2", "ble:3", "ble:4"]
        assert len(choice.missing) == 1
        assert "left thigh (LegLink 0001) was not found" in choice.missing[0]
        assert choice.sensors[0].device == "00000009"
        assert choice.sensors[0].name == "LegLink 0009"

    def test_what_speaks_no_known_protocol_is_not_used(self):
        choice = choose([sensor(1, protocol="smoke"), sensor(2)], {}, anywhere=True)
        assert [facts.link for facts in choice.sensors] == ["ble:2"]
        assert "speaks no protocol that is known here" in choice.strangers[0]

    def test_where_all_is_known_nothing_is_otherwise(self):
        assert choose(FOUR, CONFIG, anywhere=True) == choose(FOUR, CONFIG)
        assert choose(FOUR, {}, anywhere=True) == choose(FOUR, {})

    @given(st.lists(finds, max_size=7), configs)
    def test_as_many_are_used_as_there_are_places_for(self, found: list[Found], wanted: dict[Placement, SensorFacts]):
        choice = choose(found, wanted, anywhere=True)
        known = {(one.told.device or one.link, one.told.node) for one in found if one.protocol in PROTOCOLS}
        assert len(choice.sensors) == min(len(known), 4)
        assert len({facts.placement for facts in choice.sensors}) == len(choice.sensors)
        assert len({(facts.link, facts.node, facts.device) for facts in choice.sensors}) == len(choice.sensors)
        if len(known) > 4:
            assert len(choice.strangers) >= len(known) - 4

    def test_of_a_guest_nothing_is_said_or_believed_that_the_config_has_of_another(self):
        wanted = {LEFT_THIGH: facts(FOUR[0], LEFT_THIGH, rate_hz=400.0), LEFT_SHANK: CONFIG[LEFT_SHANK]}
        choice = choose([FOUR[1], sensor(9, RIGHT_SHANK)], wanted, anywhere=True)
        assert [facts.link for facts in choice.sensors] == ["ble:9", "ble:2"]
        assert choice.sensors[0].rate_hz == USUAL.rate_hz
        assert choice.doubts == []
