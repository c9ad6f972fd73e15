import os
from dataclasses import dataclass
from pathlib import Path

import pytest

from firmware_bridge.errors import LinkError, Reason
from firmware_bridge.links import port_keeper
from firmware_bridge.links.whereabouts import PortInfo, Whereabouts
from firmware_bridge.source import Kind
from tests.firmware_bridge.links.boards import LEFT, PluggedIn, Streaming, board_of, usual


@dataclass
class Info:
    """A port as `serial.tools.list_ports` tells of it."""

    device: str
    serial_number: str | None = None
    vid: int | None = 0x239A
    pid: int | None = 0x8029
    location: str | None = "1-1.2:1.0"


class Sockets:
    """The ports of a computer."""

    def __init__(self, *ports: PortInfo) -> None:
        self.ports = list(ports)

    def __call__(self) -> list[PortInfo]:
        return self.ports


def known(*ports: PortInfo) -> tuple[Whereabouts, Sockets]:
    """The board that is the first of these ports, seen once."""
    sockets = Sockets(*ports)
    where = Whereabouts(ports[0].device, sockets)
    assert where.find() == ports[0].device
    return where, sockets


def test_a_board_is_found_under_another_name_and_in_another_socket():
    where, sockets = known(Info("ttyACM0", "A"), Info("ttyACM1", "B"))
    sockets.ports = [Info("ttyACM1", "B"), Info("ttyACM2", "A", location="3-4:1.0")]
    assert where.find() == "ttyACM2"
    sockets.ports = [Info("ttyACM0", "A")]
    assert where.find() == "ttyACM0"


def test_boards_that_exchange_their_names_are_told_apart():
    where, sockets = known(Info("ttyACM0", "A"), Info("ttyACM1", "B"))
    sockets.ports = [Info("ttyACM0", "B"), Info("ttyACM1", "A")]
    assert where.find() == "ttyACM1"


@pytest.mark.parametrize("other", [Info("ttyACM0", "B"), Info("ttyACM0"), Info("ttyACM0", "A", pid=1)])
def test_another_board_under_the_old_name_is_left_alone(other: Info):
    where, sockets = known(Info("ttyACM0", "A"))
    sockets.ports = [other]
    with pytest.raises(LinkError, match="is another board's now") as caught:
        where.find()
    assert caught.value.reason is Reason.NO_LINK


def test_a_board_that_is_gone_is_looked_for_under_its_name():
    where, sockets = known(Info("ttyACM0", "A"))
    sockets.ports = []
    assert where.find() == "ttyACM0"


def test_a_system_that_cannot_list_its_ports_is_no_trouble():
    def stumble() -> list[PortInfo]:
        raise OSError("the device vanished")

    assert Whereabouts("COM3", stumble).find() == "COM3"


def test_a_board_that_comes_late_is_known_from_then_on():
    sockets = Sockets()
    where = Whereabouts("COM3", sockets)
    assert where.find() == "COM3"
    sockets.ports = [Info("COM3", "A")]
    assert where.find() == "COM3"
    sockets.ports = [Info("COM7", "A")]
    assert where.find() == "COM7"


def test_the_ports_of_one_board_are_told_apart():
    where, sockets = known(Info("ttyACM0", "A"), Info("ttyACM1", "A", location="1-1.2:1.2"))
    sockets.ports = [Info("ttyACM5", "A", location="2-1:1.2"), Info("ttyACM6", "A", location="2-1:1.0")]
    assert where.find() == "ttyACM6"


@pytest.mark.parametrize("number", [None, "", "0001"])
def test_boards_that_nothing_tells_apart_go_by_their_names(number: str | None):
    where, sockets = known(Info("ttyUSB0", number), Info("ttyUSB1", number))
    sockets.ports = [Info("ttyUSB1", number), Info("ttyUSB2", number)]
    assert where.find() == "ttyUSB0"


def test_where_another_of_the_same_number_appears_the_name_counts():
    where, sockets = known(Info("ttyUSB0", "0001"))
    sockets.ports = [Info("ttyUSB0", "0001"), Info("ttyUSB1", "0001")]
    assert where.find() == "ttyUSB0"


@pytest.mark.skipif(not hasattr(os, "openpty"), reason="pseudo-terminals are of POSIX systems")
def test_a_session_goes_on_at_the_new_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    sockets = Sockets(Info(str(tmp_path / "ttyACM0"), "A"))
    monkeypatch.setattr(port_keeper, "Whereabouts", lambda name: Whereabouts(name, sockets))
    board = board_of(*LEFT)
    with PluggedIn(board, tmp_path / "ttyACM0") as plugged, Streaming(usual(), plugged) as letters:
        letters.until_samples(10)
        plugged.unplug()
        letters.until_kind(Kind.LOST)
        board.restart()
        sockets.ports = [Info(str(tmp_path / "ttyACM1"), "A")]
        with PluggedIn(board, tmp_path / "ttyACM1"):
            assert letters.until_kind(Kind.CONNECTED) == str(tmp_path / "ttyACM1")
            letters.until_samples(10)
