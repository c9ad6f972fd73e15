"""The maker's own `ximu3` package as judge, over UDP on loopback: it reads what is encoded here, and asks what is
answered here.
"""

import json
import socket
import time
from contextlib import closing
from threading import Event

import numpy as np
import pytest

from firmware_bridge.protocols.packets import Introduction, Readings, Report
from firmware_bridge.protocols.ximu3 import PING, ROW, Ximu3Decoder, Ximu3Encoder, binary
from firmware_bridge.samples import SampleBlock

ximu3 = pytest.importorskip("ximu3", reason="the maker's package is missing: pip install ximu3")

DEADLINE_S = 10.0
TICK = Event()
"""Never set: what waits for it gives the maker's threads the interpreter."""
MOST_UNREAD = 50
"""Messages on their way at a time, so that no socket buffer overflows."""
G = 9.80665


def wait_until(happened) -> None:
    """Poll until it has happened, or the time for it is over."""
    deadline = time.monotonic() + DEADLINE_S
    while not happened() and time.monotonic() < deadline:
        TICK.wait(0.0005)


def free_ports(count: int) -> list[int]:
    sockets = [socket.socket(socket.AF_INET, socket.SOCK_DGRAM) for _ in range(count)]
    for each in sockets:
        each.bind(("127.0.0.1", 0))
    ports = [each.getsockname()[1] for each in sockets]
    for each in sockets:
        each.close()
    return ports


class Wire:
    """A sensor's socket, and the maker's connection to it."""

    def __init__(self) -> None:
        listens, here = free_ports(2)
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind(("127.0.0.1", here))
        self.socket.settimeout(DEADLINE_S)
        self._to = ("127.0.0.1", listens)
        self.heard: list[object] = []
        self.errors: list[object] = []
        self.connection = ximu3.Connection(ximu3.UdpConnectionConfig("127.0.0.1", here, listens))
        for kind in ("inertial", "battery", "rssi", "notification", "error"):
            getattr(self.connection, f"add_{kind}_callback")(self.heard.append)
        self.connection.add_receive_error_callback(self.errors.append)
        self.connection.open()

    def send(self, messages: list[bytes]) -> list[object]:
        """Send, never far ahead of what was read; give what was read."""
        start = len(self.heard)
        before = self._read
        for number, message in enumerate(messages):
            self.socket.sendto(message, self._to)
            wait_until(lambda sent=number: self._read - before > sent - MOST_UNREAD)
        wait_until(lambda: self._read - before >= len(messages))
        return self.heard[start:]

    @property
    def _read(self) -> int:
        return len(self.heard) + len(self.errors)

    def close(self) -> None:
        self.connection.close()
        self.socket.close()


@pytest.fixture
def wire():
    with closing(Wire()) as made:
        yield made


def numbers(message) -> list[float]:
    return [
        *(getattr(message, f"gyroscope_{axis}") for axis in "xyz"),
        *(getattr(message, f"accelerometer_{axis}") for axis in "xyz"),
    ]


def stamps_us(count: int) -> np.ndarray:
    """Stamps with ends and escapes among their bytes."""
    awkward = [0x0A, 0xDB, 0x0A0A0A, 0xDBDBDB, 0x0ADB, 0xDB0A, 0x0ADCDB, 0xDCDD0A]
    return np.array([*awkward, *(10_000_000 + 2570 * k for k in range(count - len(awkward)))])


def test_the_maker_reads_every_sample_as_it_was_encoded(wire):
    rng = np.random.default_rng(3)
    rows = rng.uniform(-2000, 2000, size=(2000, 6)).astype(np.float32).astype(float)
    stamps = stamps_us(len(rows))
    facts = ROW.defaults._replace(acc_unit_m_s2=1.0, gyr_unit_rad_s=1.0)
    block = SampleBlock(stamps / 1e6, rows[:, :3], rows[:, 3:], np.zeros(len(rows), np.uint8))

    heard = wire.send(Ximu3Encoder(facts).push(block))

    assert wire.errors == []
    assert [message.timestamp for message in heard] == stamps.tolist()
    assert [numbers(message) for message in heard] == rows.tolist()


def test_what_the_maker_prints_as_text_is_decoded_alike(wire):
    """The maker's reading of a binary message, written as the ASCII of the manual, gives the same sample."""
    data = [binary("I", 1234567 + k, (k, -k / 8, k / 16, 0.5, -0.25 * k, 1.0)) for k in range(20)]
    subject = Ximu3Decoder([ROW.defaults])

    heard = wire.send(data)
    lines = [f"I,{m.timestamp},{','.join(f'{x:.4f}' for x in numbers(m))}\r\n".encode() for m in heard]
    from_text = [p for line in lines for p in subject.push(line)]
    from_bytes = [p for message in data for p in subject.push(message)]

    assert len(from_text) == len(from_bytes) == 20
    for a, b in zip(from_text, from_bytes, strict=True):
        assert a.time.tolist() == b.time.tolist()
        assert a.gyr == pytest.approx(b.gyr, abs=1e-6)
        assert a.acc == pytest.approx(b.acc, abs=1e-3)


@pytest.mark.parametrize(
    "message",
    [
        binary("I", 7, (1, 2, 3, 4, 5, 6)),
        b"I,7,1.0000,2.0000,3.0000,4.0000,5.0000,6.0000\n",
        binary("B", 7, (84.5, 3.9, 1.0)),
        b"B,7,84.5000,3.9000,1.0000\n",
        binary("W", 7, (60.0, -70.0)),
        binary("N", 7, text=b"Sent \n through \xdb.".replace(b"\xdb", b"")),
        binary("F", 7, text=b"Of no use."),
    ],
)
def test_both_read_the_same_messages(wire, message):
    (heard,) = wire.send([message])
    packets = Ximu3Decoder([ROW.defaults]).push(message)

    assert wire.errors == []
    match packets:
        case [Readings() as readings]:
            assert heard.timestamp == round(readings.time[0] * 1e6)
            assert numbers(heard)[3:] == pytest.approx((readings.acc[0] / G).tolist())
        case [Report(battery=float() as battery)]:
            assert heard.percentage / 100 == pytest.approx(battery)
        case [Report(text=str() as text)]:
            assert text.endswith(heard.string)
        case []:
            assert heard.power == -70.0


@pytest.mark.parametrize(
    ("message", "kind"),
    [
        (b"\xc9" + bytes(5) + b"\n", "bad_length"),
        (b"\xc9\xdb\x00\n", "bad_escape"),
        (b"\xfa" + bytes(8) + b"\n", "unknown"),
        (b"I,one,2\n", "bad_length"),
    ],
)
def test_both_refuse_the_same_messages(wire, message, kind):
    good = binary("I", 7, (0,) * 6)
    subject = Ximu3Decoder([ROW.defaults])

    assert len(wire.send([message, good])[:1]) == 1
    assert subject.push(message) == []
    assert len(wire.errors) == sum(subject.dirt.values()) == subject.dirt[kind] == 1


def test_the_maker_asks_as_is_asked_here_and_both_understand_the_answer(wire):
    answer = b'{"ping":{"interface":"UDP","name":"thigh","sn":"0123-4567"}}\n'
    asked: list[object] = []

    wire.connection.ping_async(asked.append)
    question, sender = wire.socket.recvfrom(256)
    wire.socket.sendto(answer, sender)
    wait_until(lambda: asked)

    assert json.loads(question) == json.loads(PING)
    (response,) = asked
    (told,) = Ximu3Decoder([ROW.defaults]).push(answer)
    assert (
        told == Introduction(0, response.serial_number, response.device_name) == Introduction(0, "0123-4567", "thigh")
    )
