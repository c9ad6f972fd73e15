"""One serial port: opened, read, written, closed; each of its troubles is one sentence and what to do about it."""

import errno
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from types import TracebackType
from typing import Self

from serial import serial_for_url
from serial.tools import list_ports

from firmware_bridge.errors import LinkError, Reason

READ_S = 0.1
"""Longest wait for a byte, s: so late may anything be said, and may a stop be noticed."""
WRITE_S = 1.0
"""Longest time that a write may take, s; a port that takes nothing for so long is broken."""
TROUBLE = (OSError, TypeError, ValueError)
"""What pyserial raises: its own errors are OSError; TypeError where a port vanishes while it is read; ValueError for
URLs and rates that cannot be."""


def port_names() -> list[str]:
    """Give the names of this computer's serial ports."""
    return sorted(info.device for info in list_ports.comports())


class Port:
    """An open serial port. Close it, or use it in a `with` block.

    Parameters
    ----------
    name : port ("/dev/ttyACM0", "COM3") or URL of pyserial ("socket://host:port")
    rate : bit/s

    Raises
    ------
    LinkError : here and in every method, whatever befalls the port
    """

    def __init__(self, name: str, rate: int) -> None:
        self._name = name
        with _troubles(name):
            self._serial = serial_for_url(name, rate, timeout=READ_S, write_timeout=WRITE_S, exclusive=True)

    def read(self) -> bytes:
        """Wait a moment for the first byte, and give it with all that is there by then."""
        with _troubles(self._name):
            data = self._serial.read(1)
        if data:
            with suppress(*TROUBLE):  # what came is kept; the trouble shows again when the next byte is waited for
                data += self._serial.read(self._serial.in_waiting)
        return data

    def write(self, data: bytes, rate: int = 0) -> None:
        """Send bytes, and go on at another rate, bit/s; 0: at the same."""
        with _troubles(self._name):
            self._serial.write(data)
            if rate not in (0, self._serial.baudrate):
                self._serial.flush()
                self._serial.baudrate = rate

    def close(self) -> None:
        """Close the port, whatever state it is in."""
        with suppress(*TROUBLE):
            self._serial.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def let_pass(port: Port, seconds: float, clock: Callable[[], float]) -> None:
    """Wait so long, and throw away what comes meanwhile."""
    end_s = clock() + seconds
    while clock() < end_s:
        port.read()


@contextmanager
def _troubles(name: str) -> Iterator[None]:
    try:
        yield
    except TROUBLE as error:
        raise explained(name, error) from error


def explained(name: str, error: Exception, platform: str = sys.platform) -> LinkError:
    """Say what befell a port; pyserial tells it by number on some systems, by text on others."""
    number = getattr(error, "errno", None)
    text = str(error)
    denied = number in (errno.EACCES, errno.EPERM) or "PermissionError" in text
    if number in (errno.EBUSY, errno.EAGAIN) or "exclusively lock" in text or (denied and platform == "win32"):
        advice = "Close the other program: a terminal, an IDE's monitor, another legcycle; ModemManager lets go soon."
        return LinkError(Reason.NO_LINK, f"The serial port {name} is in use by another program.", advice)
    if denied:
        group = "Add yourself to its group (`sudo usermod -aG dialout $USER`) and log in again."
        advice = group if platform == "linux" else "Ask the administrator of this computer."
        return LinkError(Reason.NO_LINK, f"You may not open the serial port {name}.", advice)
    if number in (errno.ENOENT, errno.ENODEV, errno.ENXIO) or "FileNotFoundError" in text:
        return LinkError(Reason.NO_LINK, f"There is no serial port {name}.", f"Is the sensor plugged in? {_present()}")
    advice = "Is it plugged in, switched on, and the cable sound?"
    return LinkError(Reason.NO_LINK, f"The serial port {name} gives nothing: {text.rstrip('.')}.", advice)


def _present() -> str:
    names = port_names()
    return f"Ports of this computer: {', '.join(names)}." if names else "This computer has no serial port now."
