import errno

import pytest
from serial import SerialException, serial_for_url

from firmware_bridge.errors import LinkError, Reason
from firmware_bridge.links import port as port_module
from firmware_bridge.links.port import Port, explained, let_pass

WINDOWS_DENIED = "could not open port 'COM3': PermissionError(13, 'Access is denied.', None, 5)"
WINDOWS_MISSING = "could not open port 'COM3': FileNotFoundError(2, 'The system cannot find the file', None, 2)"


@pytest.mark.parametrize(
    ("error", "platform", "sentence", "advice"),
    [
        (SerialException(errno.EACCES, "denied"), "linux", "You may not open", "dialout"),
        (SerialException(errno.EACCES, "denied"), "darwin", "You may not open", "administrator"),
        (SerialException(WINDOWS_DENIED), "win32", "in use by another program", "Close the other program"),
        (SerialException(errno.EBUSY, "busy"), "linux", "in use by another program", "Close the other program"),
        (
            SerialException(errno.EAGAIN, "Could not exclusively lock port"),
            "linux",
            "in use by another program",
            "ModemManager",
        ),
        (SerialException(errno.ENOENT, "none"), "linux", "There is no serial port COM3", "plugged in"),
        (SerialException(WINDOWS_MISSING), "win32", "There is no serial port COM3", "plugged in"),
        (OSError(errno.EIO, "Input/output error"), "linux", "Input/output error", "cable"),
        (TypeError("'NoneType' object"), "linux", "gives nothing", "cable"),
    ],
)
def test_every_trouble_has_a_sentence_and_what_to_do(error: Exception, platform: str, sentence: str, advice: str):
    said = explained("COM3", error, platform)
    assert said.reason is Reason.NO_LINK
    assert "COM3" in said.sentence
    assert sentence in said.sentence
    assert advice in said.advice


@pytest.mark.parametrize(
    ("names", "advice"), [([], "no serial port now"), (["COM1", "COM2"], "Ports of this computer: COM1, COM2")]
)
def test_a_missing_port_is_answered_with_those_that_are_there(
    names: list[str], advice: str, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(port_module, "port_names", lambda: names)
    assert advice in explained("COM3", OSError(errno.ENOENT, "none")).advice


@pytest.mark.parametrize("trouble", [SerialException("gone"), OSError(errno.EIO, "gone"), TypeError("gone")])
def test_whatever_a_vanished_port_raises_is_one_error(trouble: Exception, monkeypatch: pytest.MonkeyPatch):
    serial = serial_for_url("loop://", timeout=0)

    def vanish(*_: object) -> bytes:
        raise trouble

    for method in ("read", "write", "close"):
        monkeypatch.setattr(serial, method, vanish)
    monkeypatch.setattr(port_module, "serial_for_url", lambda *_, **__: serial)
    with Port("COM3", 9600) as port:
        with pytest.raises(LinkError, match="gone"):
            port.read()
        with pytest.raises(LinkError, match="gone"):
            port.write(b"x")


@pytest.mark.parametrize("name", ["nothing://here", "socket://127.0.0.1", "socket://127.0.0.1:1"])
def test_urls_that_lead_nowhere_are_said(name: str):
    with pytest.raises(LinkError, match="serial port"):
        Port(name, 9600)


def test_what_is_there_is_read_at_once():
    with Port("loop://", 9600) as port:
        port.write(b"abc")
        assert port.read() == b"abc"
        assert port.read() == b""


def test_what_comes_while_time_passes_is_thrown_away():
    ticks = iter(range(5))
    with Port("loop://", 9600) as port:
        port.write(b"abc")
        let_pass(port, 1.5, lambda: next(ticks))
        assert port.read() == b""


def test_the_rate_changes_after_the_bytes_that_ask_for_it():
    with Port("loop://", 9600) as port:
        port.write(b"abc", 19200)
        assert port._serial.baudrate == 19200
        port.write(b"", 0)
        assert port._serial.baudrate == 19200
        assert port.read() == b"abc"


def test_what_came_before_a_port_vanished_is_kept(monkeypatch: pytest.MonkeyPatch):
    serial = serial_for_url("loop://", timeout=0)
    read = serial.read

    def last_words(size: int) -> bytes:
        if data := read(1):
            return data
        raise SerialException("gone")

    monkeypatch.setattr(port_module, "serial_for_url", lambda *_, **__: serial)
    with Port("COM3", 9600) as port:
        port.write(b"a")
        monkeypatch.setattr(serial, "read", last_words)
        assert port.read() == b"a"
        with pytest.raises(LinkError, match="gone"):
            port.read()
