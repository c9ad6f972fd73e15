import os
from collections.abc import Callable
from pathlib import Path

import pytest

from firmware_bridge.choice import PLACEMENTS
from firmware_bridge.errors import LinkError, Reason
from firmware_bridge.found import Found
from firmware_bridge.links.awaiting import Awaited, awaited, joining
from firmware_bridge.links.live import LiveSource
from firmware_bridge.links.monikers import parse_moniker
from firmware_bridge.links.session import open_live
from firmware_bridge.protocols import PROTOCOLS
from firmware_bridge.protocols.leglink_packets import NODES
from firmware_bridge.protocols.packets import Introduction
from firmware_bridge.samples import Placement
from firmware_bridge.source import Kind, SensorFacts
from tests.bluez import private_bus
from tests.bluez.fake_bluez import fake_bluez
from tests.firmware_bridge.links.boards import LEFT, RIGHT, PluggedIn, board_of
from tests.firmware_bridge.links.test_session import Taking, needs_ptys

LEFT_THIGH, LEFT_SHANK, RIGHT_THIGH, RIGHT_SHANK = PLACEMENTS
SEARCH_S = 1.5
Wanted = dict[Placement, SensorFacts]


def stated(placement: Placement, protocol: str = "leglink", **what: object) -> SensorFacts:
    """What a config says of a sensor, no more than has to be."""
    unsaid = {"rate_hz": 0.0, "device": "", "link": "", "name": "", "node": NODES[placement]}
    return PROTOCOLS[protocol].defaults._replace(placement=placement, **unsaid | what)


def numbered(placement: Placement, **what: object) -> SensorFacts:
    """A sensor of the false BlueZ, by its serial number alone."""
    return stated(placement, device=f"{1 + NODES[placement]:08X}", **what)


FOUR: Wanted = {placement: numbered(placement) for placement in PLACEMENTS}


def sensor(facts: SensorFacts, link: str) -> Found:
    return Found(link, facts.protocol, Introduction(facts.node, facts.device or None, "LegLink", facts.placement))


def late(wanted: Wanted, found: list[Found], *sources: str) -> list[Awaited]:
    return awaited(wanted, found, [parse_moniker(source) for source in sources])


def test_who_is_wanted_and_not_there_is_awaited_over_bluetooth() -> None:
    found = [sensor(FOUR[at], f"ble:{n}") for n, at in enumerate(PLACEMENTS[:3])]
    expected = Found("", "leglink", Introduction(NODES[RIGHT_SHANK], FOUR[RIGHT_SHANK].device))
    assert late(FOUR, found, "serial:", "ble:") == [Awaited(1, expected)]
    assert late(FOUR, found, "serial:") == []
    assert late({}, found, "ble:") == []


def test_all_may_be_awaited() -> None:
    assert [sensor.device for _, sensor in late(FOUR, [], "ble:")] == [facts.device for facts in FOUR.values()]


@pytest.mark.parametrize(
    ("facts", "source", "served"),
    [
        ({"link": "ble:C4:1", "name": "Wit 7"}, "ble:", True),
        ({"link": "ble:C4:1"}, "ble:c4:1", True),
        ({"link": "ble:C4:1"}, "ble:C4:2", False),
        ({"link": "ble:C4:1", "name": "Wit 7"}, "ble:wit", True),
        ({"device": "7"}, "ble:Wit", False),
        ({"link": "ble:C4:1"}, "serial:", False),
        ({"link": "serial:COM3", "protocol": "leglink-serial"}, "serial:", True),
        ({"link": "serial:COM3", "protocol": "leglink-serial"}, "serial:COM3", True),
        ({"link": "serial:COM3", "protocol": "leglink-serial"}, "serial:COM4", False),
        ({"device": "7", "protocol": "leglink-serial"}, "serial:", False),
        ({"device": "7", "protocol": "leglink-serial"}, "ble:", False),
        ({"link": "udp:10.0.0.2:9000", "protocol": "ximu3"}, "udp:8000", True),
        ({"link": "udp:10.0.0.2:9000", "protocol": "ximu3"}, "udp:10.0.0.2:9000", True),
        ({"link": "udp:10.0.0.2:9000", "protocol": "ximu3"}, "udp:10.0.0.3:9000", False),
    ],
)
def test_a_sensor_is_awaited_where_it_can_turn_up(facts: dict[str, str], source: str, served: bool) -> None:
    assert bool(late({LEFT_THIGH: stated(LEFT_THIGH, **facts)}, [], source)) == served


def test_nobody_is_awaited_in_whose_stead_another_was_found() -> None:
    exchanged = stated(LEFT_THIGH, "leglink-serial", device="A1", link="serial:A")
    other = Found("serial:A", "leglink-serial", Introduction(exchanged.node, "B2"))
    assert late({LEFT_THIGH: exchanged}, [other], "serial:A") == []
    assert len(late({LEFT_THIGH: exchanged}, [other._replace(link="serial:B")], "serial:A")) == 1


def test_nobody_is_awaited_who_is_there_and_speaks_otherwise() -> None:
    wanted = {LEFT_THIGH: numbered(LEFT_THIGH)}
    there = sensor(wanted[LEFT_THIGH], "serial:A")._replace(protocol="leglink-serial")
    assert late(wanted, [there], "ble:") == []


def test_one_port_is_for_one_protocol() -> None:
    wanted = {
        at: stated(at, protocol, link="serial:A", device=str(at))
        for at, protocol in zip(LEFT, ("leglink-serial", "ximu3"), strict=True)
    }
    (first,) = late(wanted, [], "serial:A")
    assert first.sensor.protocol == "leglink-serial"
    other = Found("serial:A", "ximu3", Introduction(9, "elsewhere"))
    assert [sensor.protocol for _, sensor in late(wanted, [other], "serial:A")] == ["ximu3"]


def opened(sources: list[str], wanted: Wanted, say: Callable[[str], None], seconds: float = SEARCH_S) -> LiveSource:
    source = open_live(sources, wanted, seconds=seconds, say=say)
    assert isinstance(source, LiveSource)
    return source


@pytest.mark.skipif(not private_bus.is_there(), reason=private_bus.MISSING)
class TestOverBluetooth:
    def test_a_sensor_that_is_switched_on_later_joins(self) -> None:
        said: list[str] = []
        with fake_bluez(4) as bluez:
            bluez.drop("LegLink 0002", 60.0)
            with opened(["ble:"], FOUR, said.append) as source, Taking(source) as taking:
                taking.until_kind(RIGHT_SHANK, Kind.LOST)
                bluez.drop("LegLink 0002", 0.0)
                taking.until_each_has(50)
        assert said == [joining(RIGHT_SHANK)]
        assert said[0].startswith("The sensor on the right shank has not been found yet; it joins when")
        assert [facts.placement for facts in source.sensors] == list(PLACEMENTS)
        assert not any(taking.intake.dirt[3].values())

    def test_all_may_be_switched_on_later(self) -> None:
        said: list[str] = []
        with fake_bluez(4) as bluez:
            for name in bluez.names:
                bluez.drop(name, 60.0)
            with opened(["ble:"], FOUR, said.append) as source, Taking(source) as taking:
                for name in bluez.names:
                    bluez.drop(name, 0.0)
                taking.until_each_has(20)
        assert said == [joining(placement) for placement in PLACEMENTS]

    def test_half_a_leg_is_not_enough(self) -> None:
        wanted = {at: FOUR[at] for at in (LEFT_THIGH, RIGHT_SHANK)}
        with fake_bluez(1) as bluez, pytest.raises(LinkError) as caught:
            bluez.drop("LegLink 0001", 60.0)
            opened(["ble:"], wanted, print)
        assert caught.value.reason is Reason.NO_SENSOR


def on_ports(folder: Path) -> Wanted:
    """The nodes of two boards, by their ports alone."""
    ports = {**dict.fromkeys(LEFT, "left"), **dict.fromkeys(RIGHT, "right")}
    return {at: stated(at, "leglink-serial", link=f"serial:{folder / ports[at]}") for at in PLACEMENTS}


@needs_ptys
class TestOnPorts:
    def test_a_port_that_is_plugged_in_later_joins(self, tmp_path: Path) -> None:
        said: list[str] = []
        with (
            PluggedIn(board_of(*LEFT), tmp_path / "left") as left,
            PluggedIn(board_of(*RIGHT, serials=(0xB1, 0xB2)), tmp_path / "right", plugged=False) as right,
        ):
            source = opened([left.link, right.link], on_ports(tmp_path), said.append)
            with Taking(source) as taking:
                taking.until_kind(RIGHT_THIGH, Kind.LOST)
                right.plug()
                taking.until_each_has(50)
        assert "There is no serial port" in said[0]
        assert said[1:] == [joining(RIGHT_THIGH), joining(RIGHT_SHANK)]
        assert not any(count for dirt in taking.intake.dirt for count in dirt.values())

    def test_a_node_that_is_switched_on_later_joins_its_neighbour(self, tmp_path: Path) -> None:
        said: list[str] = []
        board = board_of(*LEFT)
        board.line.nodes[1].on = False
        with PluggedIn(board, tmp_path / "left") as left:
            wanted = {at: on_ports(tmp_path)[at] for at in LEFT}
            with opened([left.link], wanted, said.append) as source, Taking(source) as taking:
                taking.until_has(LEFT_THIGH, 50)
                board.line.nodes[1].restart()
                taking.until_each_has(50)
        assert said == [joining(LEFT_SHANK)]
        assert os.fspath(left.path) in {facts.link.partition(":")[2] for facts in source.sensors}
