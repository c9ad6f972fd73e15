import os
from collections.abc import Iterator
from pathlib import Path
from time import monotonic

import pytest

from firmware_bridge.errors import LinkError, Reason
from firmware_bridge.found import Found
from firmware_bridge.links import serial_port
from firmware_bridge.links.serial_port import SerialLink
from firmware_bridge.protocols.leglink_packets import NODES, Order, command
from firmware_bridge.protocols.leglink_serial import framed_command
from firmware_bridge.source import Kind
from tests.firmware_bridge.links.boards import (
    LEFT,
    LEFT_SHANK,
    LEFT_THIGH,
    PATIENCE_S,
    RIGHT,
    ROWS,
    Board,
    Letters,
    OnTheNetwork,
    PluggedIn,
    Streaming,
    board_of,
    facts_of,
    quick,
    usual,
)

pytestmark = pytest.mark.skipif(not hasattr(os, "openpty"), reason="pseudo-terminals are of POSIX systems")


@pytest.fixture
def left(tmp_path: Path) -> Iterator[PluggedIn]:
    with PluggedIn(board_of(*LEFT), tmp_path / "left") as plugged:
        yield plugged


def test_both_nodes_behind_a_port_are_found(left: PluggedIn):
    found = usual(str(left.path)).find(PATIENCE_S, lambda found: len(found) == 2)

    assert [(f.link, f.protocol, f.told.placement, f.told.device) for f in found] == [
        (left.link, "leglink-serial", LEFT_SHANK, "000000A2"),
        (left.link, "leglink-serial", LEFT_THIGH, "000000A1"),
    ]
    assert [f.told.node for f in found] == [NODES[LEFT_SHANK], NODES[LEFT_THIGH]]
    assert [f.battery for f in found] == [0.8, 0.8]
    assert left.board.streaming == [False, False]


def test_nodes_are_found_that_stream_already_and_through_noise(left: PluggedIn):
    left.board.noise = b"\x55\x61garbage\x00\xff"
    left.board.line.received(framed_command(command(Order.START)), 0.0)
    found = usual(str(left.path)).find(PATIENCE_S)
    assert {f.told.device for f in found} == {"000000A1", "000000A2"}


def test_all_ports_are_looked_at_and_the_search_ends_early(
    left: PluggedIn, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    seen: list[int] = []

    def enough(found: list[Found]) -> bool:
        seen.append(len(found))
        return len(found) == 4

    with (
        PluggedIn(board_of(*RIGHT, serials=(0xB1, 0xB2)), tmp_path / "right") as right,
        PluggedIn(Board([]), tmp_path / "silent") as silent,
    ):
        names = [str(left.path), str(right.path), str(silent.path), str(tmp_path / "gone")]
        monkeypatch.setattr(serial_port, "port_names", lambda: names)
        begin_s = monotonic()
        found = usual().find(10 * PATIENCE_S, enough)
    assert {f.told.device for f in found} == {"000000A1", "000000A2", "000000B1", "000000B2"}
    assert monotonic() - begin_s < PATIENCE_S
    assert max(seen) == 4


def test_what_nobody_understands_is_found_as_of_no_protocol(left: PluggedIn):
    left.board.line.nodes.clear()
    left.board.noise = b"$GPGGA,a satellite receiver\r\n"
    (found,) = quick(str(left.path)).find(5.0)
    assert (found.link, found.protocol) == (left.link, None)


def test_a_search_that_ends_early_does_not_speak_of_what_it_did_not_hear_out(left: PluggedIn):
    left.board.line.nodes.clear()
    left.board.noise = b"$GPGGA,a satellite receiver\r\n"
    assert usual(str(left.path)).find(PATIENCE_S, lambda _found: True) == []


def test_a_silent_port_has_no_sensor(left: PluggedIn):
    left.board.line.nodes.clear()
    assert quick(str(left.path)).find(5.0) == []


def test_a_port_that_is_not_there_is_said(tmp_path: Path):
    with pytest.raises(LinkError, match="There is no serial port") as caught:
        quick(str(tmp_path / "gone")).find(1.0)
    assert caught.value.reason is Reason.NO_LINK


def test_a_computer_without_ports_is_said(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(serial_port, "port_names", list)
    with pytest.raises(LinkError, match="This computer has no serial port"):
        quick().find(1.0)


def test_a_port_that_another_uses_is_said(left: PluggedIn):
    with Streaming(quick(), left) as letters:
        letters.until_kind(Kind.CONNECTED)
        with pytest.raises(LinkError, match="in use by another program"):
            quick(str(left.path)).find(1.0)


def test_two_ports_end_once(left: PluggedIn, tmp_path: Path):
    link = usual()
    with PluggedIn(board_of(*RIGHT), tmp_path / "right") as right:
        sensors = [facts_of(at, left.link) for at in LEFT] + [facts_of(at, right.link) for at in RIGHT]
        letters = Letters(sensors)
        link.start(dict(enumerate(sensors)), letters)
        letters.until(lambda entry: entry[0] == 0 and entry[2] is Kind.RECEIVED)
        letters.until(lambda entry: entry[0] == 2 and entry[2] is Kind.RECEIVED)
        link.stop()
    letters.until_end()
    letters.rest()
    assert letters.ends == 1


def test_stopped_before_the_start_is_harmless():
    usual().stop()


def test_the_right_node_blinks(left: PluggedIn):
    usual().identify(facts_of(LEFT_SHANK, left.link))
    left.unplug()  # by then the board has read all
    assert [node.blinks for node in left.board.line.nodes] == [0, 1]


def test_a_sensor_without_a_light_is_said(left: PluggedIn):
    row = ROWS["leglink-serial"]
    assert row.serial is not None
    dark = {"dark": row._replace(serial=row.serial._replace(conversation=type(row.serial.conversation)()))}
    with pytest.raises(LinkError, match="no light") as caught:
        SerialLink(protocols=dark).identify(facts_of(LEFT_SHANK, left.link)._replace(protocol="dark"))
    assert caught.value.reason is Reason.NO_SENSOR


def test_a_port_of_another_computer():
    with OnTheNetwork(board_of(*LEFT)) as far:
        link = usual(far.url)
        found = link.find(PATIENCE_S, lambda found: len(found) == 2)
        assert {f.link for f in found} == {f"serial:{far.url}"}
        sensors = [facts_of(at, f"serial:{far.url}") for at in LEFT]
        letters = Letters(sensors)
        link.start(dict(enumerate(sensors)), letters)
        letters.until_samples(10)
        link.stop()
        letters.until_end()


def test_rates_are_tried_the_likeliest_of_each_protocol_first():
    row = ROWS["leglink-serial"]
    assert row.serial is not None
    rows = {
        "one": row._replace(serial=row.serial._replace(baud=(1000, 300), ask=b"1")),
        "other": row._replace(serial=row.serial._replace(baud=(1000, 200, 100), ask=b"2")),
    }
    tries = [(1000, b"1"), (1000, b"2"), (300, b"1"), (200, b"2"), (100, b"2")]
    assert SerialLink(protocols=rows)._tries() == tries
    assert SerialLink(baud=5, protocols=rows)._tries() == [(5, b"1"), (5, b"2")]
