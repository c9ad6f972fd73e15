import os
from collections.abc import Iterator
from pathlib import Path
from time import monotonic

import numpy as np
import pytest

from firmware_bridge.errors import LinkError, Reason
from firmware_bridge.found import Found
from firmware_bridge.links import serial_port
from firmware_bridge.links.port import Port
from firmware_bridge.links.serial_port import SerialLink
from firmware_bridge.protocols import PROTOCOLS
from firmware_bridge.protocols.leglink_packets import NODES, Order, command
from firmware_bridge.protocols.leglink_serial import framed_command
from firmware_bridge.protocols.packets import Readings, TimeReply
from firmware_bridge.protocols.profiles import Write
from firmware_bridge.source import Kind
from tests.firmware_bridge.links.boards import (
    LEFT,
    LEFT_SHANK,
    LEFT_THIGH,
    PATIENCE_S,
    RIGHT,
    Board,
    Letters,
    OnTheNetwork,
    PluggedIn,
    board_of,
    facts_of,
)

pytestmark = pytest.mark.skipif(not hasattr(os, "openpty"), reason="pseudo-terminals are of POSIX systems")
ROWS = {"leglink-serial": PROTOCOLS["leglink-serial"]}


@pytest.fixture
def left(tmp_path: Path) -> Iterator[PluggedIn]:
    with PluggedIn(board_of(*LEFT), tmp_path / "left") as plugged:
        yield plugged


def quick(target: str = "") -> SerialLink:
    """A link that meets LegLink alone, at one rate; its time goes ten times as fast."""
    return SerialLink(target, 115200, ROWS, clock=lambda: 10 * monotonic())


def usual(target: str = "") -> SerialLink:
    return SerialLink(target, protocols=ROWS)


class Streaming:
    """A started link of one port, as long as the block lasts."""

    def __init__(self, link: SerialLink, plugged: PluggedIn, first: int = 2) -> None:
        self.link = link
        sensors = {first + n: facts_of(node_at, plugged.link) for n, node_at in enumerate(LEFT)}
        self.letters = Letters(list(sensors.values()))
        link.start(sensors, self.letters)

    def __enter__(self) -> Letters:
        return self.letters

    def __exit__(self, *_: object) -> None:
        self.link.stop()
        self.letters.until_end()


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


def test_both_nodes_stream_without_loss_under_the_number_of_the_first(left: PluggedIn):
    with Streaming(usual(), left) as letters:
        letters.until_samples(100)
    letters.rest()

    told = letters.packets
    assert {sensor for sensor, _, _ in letters.all} == {2}
    assert not any(letters.decoder.dirt.values())
    for at in LEFT:
        sequence = [p.sequence for p in told if isinstance(p, Readings) and p.node == NODES[at]]
        assert sequence == list(range(len(sequence)))
    assert letters.all[0][1:] == (str(left.path).encode(), Kind.CONNECTED)
    assert {p.node for p in told if isinstance(p, TimeReply)} == {NODES[at] for at in LEFT}


def test_all_that_was_sent_is_posted(left: PluggedIn):
    with Streaming(usual(), left) as letters:
        letters.until_samples(10)
    letters.rest()
    left.unplug()  # by then the board has read all
    assert b"".join(letters.of(Kind.SENT)) == bytes(left.board.told)
    assert left.board.streaming == [False, False]


def test_unplugged_and_plugged_in_again(left: PluggedIn):
    with Streaming(usual(), left) as letters:
        letters.until_samples(10)
        left.unplug()
        assert str(left.path) in letters.until_kind(Kind.LOST)
        left.board.restart()
        left.plug()
        assert letters.until_kind(Kind.CONNECTED) == str(left.path)
        letters.until_samples(10)
    assert letters.ends == 1


def test_a_port_that_comes_late_is_awaited_and_its_absence_said_once(tmp_path: Path):
    with PluggedIn(board_of(*LEFT), tmp_path / "late", plugged=False) as late, Streaming(usual(), late) as letters:
        assert "There is no serial port" in letters.until_kind(Kind.LOST)
        late.plug()
        letters.until_kind(Kind.CONNECTED)
        letters.until_samples(10)
        assert len(letters.of(Kind.LOST)) == 1


def test_a_board_that_restarts_by_itself_is_started_again(left: PluggedIn):
    with Streaming(quick(), left) as letters:
        letters.until_samples(10)
        left.board.restart()
        assert "sends no samples for 2 s" in letters.until_kind(Kind.LOST)
        letters.until_kind(Kind.CONNECTED)
        letters.until_samples(10)


def test_one_node_that_restarts_is_started_again_beside_the_other(left: PluggedIn):
    with Streaming(quick(), left) as letters:
        letters.until_samples(10)
        left.board.line.nodes[0].restart()
        letters.until_samples(10)
    assert not letters.of(Kind.LOST)


def test_stopping_ends_the_threads_whatever_has_become_of_the_port(left: PluggedIn):
    link = usual()
    with Streaming(link, left) as letters:
        letters.until_samples(1)
        left.unplug()
    assert letters.ends == 1
    assert not any(thread.is_alive() for thread in link._threads)
    link.stop()


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


def test_samples_come_as_the_board_measured_them(left: PluggedIn):
    with Streaming(usual(), left) as letters:
        letters.until_samples(10)
    readings = [p for p in letters.packets if isinstance(p, Readings)]
    for sample in readings:
        assert np.allclose(sample.acc, [0.0, 9.81, 0.0], atol=0.003)


def test_each_start_begins_at_the_rate_of_the_port(left: PluggedIn, monkeypatch: pytest.MonkeyPatch):
    rates: list[int] = []
    write = Port.write

    def noted(port: Port, data: bytes, rate: int = 0) -> None:
        rates.extend([rate] if rate else [])
        write(port, data, rate)

    monkeypatch.setattr(Port, "write", noted)
    row = ROWS["leglink-serial"]
    assert row.serial is not None
    plain = row.serial.conversation
    faster = plain._replace(start=lambda facts: [*plain.start(facts), Write(b"\0", baud=921600)])
    rows = {"leglink-serial": row._replace(serial=row.serial._replace(conversation=faster))}
    with Streaming(SerialLink("", 115200, rows, clock=lambda: 10 * monotonic()), left) as letters:
        letters.until_samples(10)
        left.board.restart()
        letters.until_kind(Kind.LOST)
        letters.until_samples(10)
    nodes = len(LEFT)
    assert rates[: 4 * nodes] == 2 * nodes * [115200, 921600]
