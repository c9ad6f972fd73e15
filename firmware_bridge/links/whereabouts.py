"""Where a board's serial port is: plugged in again it may have another name, and its old one may be another's.

A board is known by what its USB chip tells: maker, product and serial number; and which of the board's ports it is.
"""

from collections.abc import Callable, Iterable
from typing import NamedTuple, Protocol

from serial.tools import list_ports

from firmware_bridge.errors import LinkError, Reason


class PortInfo(Protocol):
    """What `serial.tools.list_ports` tells of a port."""

    device: str
    vid: int | None
    pid: int | None
    serial_number: str | None
    location: str | None


class _Board(NamedTuple):
    vid: int | None
    pid: int | None
    serial_number: str
    port: str


class Whereabouts:
    """The name of one board's port, now.

    Parameters
    ----------
    name : of its port at first, or a URL
    ports : gives this computer's ports
    """

    def __init__(self, name: str, ports: Callable[[], Iterable[PortInfo]] = list_ports.comports) -> None:
        self._name = name
        self._ports = ports
        self._board: _Board | None = None

    def find(self) -> str:
        """Give the name under which the port is now; the first one as long as nothing tells the board from others.

        Raises
        ------
        LinkError : the name is another board's now, and this one is not there
        """
        boards = self._boards()
        if self._board is None:
            self._board = _alone(boards.get(self._name), list(boards.values()))
            return self._name
        places = [device for device, board in boards.items() if board == self._board]
        if len(places) == 1:
            return places[0]
        if not places and self._name in boards:
            sentence = f"The serial port {self._name} is another board's now."
            raise LinkError(Reason.NO_LINK, sentence, "Plug in the one that was there; any socket will do.")
        return self._name

    def _boards(self) -> dict[str, _Board | None]:
        """Give the ports of this computer; none where the system stumbles over one that is just vanishing."""
        try:
            return {info.device: _board(info) for info in self._ports()}
        except OSError:
            return {}


def _board(info: PortInfo) -> _Board | None:
    """Give what tells a board; where it sits is left out, but for the part that says which of its ports it is."""
    if not info.serial_number:
        return None
    return _Board(info.vid, info.pid, info.serial_number, (info.location or "").partition(":")[2])


def _alone(board: _Board | None, all_boards: list[_Board | None]) -> _Board | None:
    """Give a board if no other tells the same: some makers give all of theirs one serial number."""
    return board if all_boards.count(board) == 1 else None
