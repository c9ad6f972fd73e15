import os
from collections.abc import Iterator
from pathlib import Path
from time import monotonic

import numpy as np
import pytest

from firmware_bridge.links.port import Port
from firmware_bridge.links.serial_port import SerialLink
from firmware_bridge.protocols.leglink_packets import NODES
from firmware_bridge.protocols.packets import Readings, TimeReply
from firmware_bridge.protocols.profiles import Write
from firmware_bridge.source import Kind
from tests.firmware_bridge.links.boards import (
    LEFT,
    ROWS,
    Letters,
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


def test_another_board_at_the_port_is_not_mixed_in_and_said_once(left: PluggedIn):
    sensors = {n: facts_of(at, left.link)._replace(device=f"000000A{1 + n}") for n, at in enumerate(LEFT)}
    letters, link = Letters(list(sensors.values())), usual()
    link.start(sensors, letters)
    letters.until_samples(10)
    left.unplug()
    letters.until_kind(Kind.LOST)
    with PluggedIn(board_of(*LEFT, serials=(0xB1, 0xB2)), left.path) as stranger:
        letters.until(lambda entry: b"000000B1 now, which does not belong here" in entry[1])
        received = len(letters.of(Kind.RECEIVED))
        letters.until(lambda _: len(stranger.board.told) > 200)  # it is asked again and again
    letters.rest()
    assert len(letters.of(Kind.RECEIVED)) == received
    assert sum(b"does not belong here" in sentence for sentence in letters.of(Kind.LOST)) == 1
    left.board.restart()
    left.plug()
    letters.until_samples(10)
    link.stop()
    letters.until_end()


def test_stopping_ends_the_threads_whatever_has_become_of_the_port(left: PluggedIn):
    link = usual()
    with Streaming(link, left) as letters:
        letters.until_samples(1)
        left.unplug()
    assert letters.ends == 1
    assert not any(thread.is_alive() for thread in link._threads)
    link.stop()


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
