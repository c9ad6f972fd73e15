import json
import socket
from collections.abc import Iterator
from contextlib import suppress
from threading import Event, Thread
from time import monotonic
from typing import Self

import numpy as np
import pytest

from firmware_bridge.errors import LinkError, Reason
from firmware_bridge.links.udp import UdpLink, address_of
from firmware_bridge.protocols import PROTOCOLS
from firmware_bridge.protocols.packets import Readings
from firmware_bridge.protocols.profiles import Conversation
from firmware_bridge.samples import SampleBlock
from firmware_bridge.source import Kind, SensorFacts
from tests.firmware_bridge.links.boards import PATIENCE_S, RATE_HZ, TICK_S, Letters

ROW = PROTOCOLS["ximu3"]
assert ROW.udp is not None
ROWS = {"ximu3": ROW._replace(udp=ROW.udp._replace(reply_port=0))}
"""Several sensors on one host answer from where they send."""
HERE = "127.0.0.1"


def free_port() -> int:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_port:
        any_port.bind((HERE, 0))
        return int(any_port.getsockname()[1])


class Ximu3:
    """A sensor on the network: sends a datagram a sample in real time, and says who it is when asked."""

    def __init__(self, to_port: int, serial: str, *, listens: int = 0) -> None:
        self._to = (HERE, to_port)
        self._serial = serial
        self._listens = listens
        self.told: list[bytes] = []
        self.quiet = Event()
        self.on()

    def on(self) -> None:
        self._over = Event()
        self._wire = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._wire.bind((HERE, 0))
        self._wire.settimeout(TICK_S)
        self._ear = self._wire
        if self._listens:
            self._ear = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
            self._ear.bind((HERE, self._listens))
            self._ear.settimeout(TICK_S)
        self.link = f"udp:{HERE}:{self._wire.getsockname()[1]}"
        self._thread = Thread(target=self._run)
        self._thread.start()

    def off(self) -> None:
        self._over.set()
        self._thread.join()
        self._wire.close()
        self._ear.close()

    def facts(self) -> SensorFacts:
        return ROW.defaults._replace(link=self.link)

    def _run(self) -> None:
        encoder = ROW.encoder(ROW.defaults)
        begin_s, sent = monotonic(), 0
        while not self._over.is_set():
            with suppress(OSError):  # nothing was said; on some systems, nobody listened
                self._hear(*self._ear.recvfrom(4096))
            due = int((monotonic() - begin_s) * RATE_HZ)
            if self.quiet.is_set():
                sent = due
            numbers = np.zeros((due - sent, 3))
            block = SampleBlock(np.arange(sent, due) / RATE_HZ, numbers, numbers + 9.81, np.zeros(due - sent, np.uint8))
            sent = due
            for message in encoder.push(block):
                self._wire.sendto(message, self._to)

    def _hear(self, data: bytes, sender: tuple[str, int]) -> None:
        self.told.append(data)
        if b"ping" in data:
            answer = {"ping": {"deviceName": "x-IMU3", "serialNumber": self._serial}}
            self._wire.sendto(json.dumps(answer).encode() + b"\n", self._to)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.off()


@pytest.fixture
def port() -> int:
    return free_port()


@pytest.fixture
def one(port: int) -> Iterator[Ximu3]:
    with Ximu3(port, "0001") as sensor:
        yield sensor


@pytest.fixture
def other(port: int) -> Iterator[Ximu3]:
    with Ximu3(port, "0002") as sensor:
        yield sensor


def quick(target: object) -> UdpLink:
    """A link whose time goes ten times as fast."""
    return UdpLink(str(target), ROWS, clock=lambda: 10 * monotonic())


class Streaming:
    """A started link, as long as the block lasts."""

    def __init__(self, link: UdpLink, *sensors: Ximu3) -> None:
        self.link = link
        facts = [sensor.facts() for sensor in sensors]
        self.letters = Letters(facts)
        link.start({3 + n: f for n, f in enumerate(facts)}, self.letters)

    def __enter__(self) -> Letters:
        return self.letters

    def __exit__(self, *_: object) -> None:
        self.link.stop()
        self.letters.until_end()


def test_every_sender_is_a_sensor_that_tells_its_serial_number(port: int, one: Ximu3, other: Ximu3):
    found = UdpLink(str(port), ROWS).find(PATIENCE_S, lambda found: len(found) == 2)
    assert {(f.link, f.protocol, f.told.device, f.told.name) for f in found} == {
        (one.link, "ximu3", "0001", "x-IMU3"),
        (other.link, "ximu3", "0002", "x-IMU3"),
    }


def test_only_the_sender_that_is_meant_is_found(one: Ximu3, monkeypatch: pytest.MonkeyPatch, port: int):
    udp = ROWS["ximu3"].udp
    assert udp is not None
    rows = {"ximu3": ROWS["ximu3"]._replace(udp=udp._replace(port=port))}
    link = one.link.removeprefix("udp:")
    assert [f.told.device for f in UdpLink(link, rows).find(PATIENCE_S, lambda found: len(found) == 1)] == ["0001"]
    assert UdpLink(f"{HERE}:9", rows, clock=lambda: 10 * monotonic()).find(2.0) == []


def test_what_nobody_understands_is_found_as_of_no_protocol(port: int):
    link = quick(port)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as stranger:
        stranger.bind((HERE, 0))
        stop = Event()

        def send() -> None:
            while not stop.wait(TICK_S):
                with suppress(OSError):
                    stranger.sendto(b"hello?", (HERE, port))

        thread = Thread(target=send)
        thread.start()
        found = link.find(5.0)
        stop.set()
        thread.join()
    assert [f.protocol for f in found] == [None]


def test_a_port_in_use_is_said(port: int):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as taken:
        taken.bind(("", port))
        with pytest.raises(LinkError, match="cannot be listened on") as caught:
            UdpLink(str(port), ROWS).find(1.0)
    assert caught.value.reason is Reason.NO_LINK


@pytest.mark.parametrize("target", ["eight", "70000", "-1", "host:", "host:x", "²"])
def test_targets_that_name_no_port_are_said(target: str):
    with pytest.raises(LinkError, match="no UDP port") as caught:
        UdpLink(target)
    assert caught.value.reason is Reason.BAD_MONIKER


def test_each_sensor_streams_under_its_own_number(port: int, one: Ximu3, other: Ximu3):
    with Streaming(UdpLink(str(port), ROWS), one, other) as letters:
        for number in (3, 4):
            letters.until(lambda entry, number=number: entry[0] == number and entry[2] is Kind.RECEIVED)
        letters.until_samples(50)
    letters.rest()

    connected = [entry for entry in letters.all if entry[2] is Kind.CONNECTED]
    assert [(number, data.decode()) for number, data, _ in connected] == [(3, one.link), (4, other.link)]
    for number in (3, 4):
        decoder = ROW.decoder([ROW.defaults])
        received = [data for sensor, data, kind in letters.all if sensor == number and kind is Kind.RECEIVED]
        readings = [p for data in received for p in decoder.push(data) if isinstance(p, Readings)]
        steps = np.diff([float(p.time[0]) for p in readings if p.time is not None])
        assert np.allclose(steps, 1 / RATE_HZ, atol=2e-6)


def test_a_stranger_is_not_mixed_in(port: int, one: Ximu3, other: Ximu3):
    far = other.facts()._replace(link="udp:127.0.0.2:9000")
    link = quick(port)
    letters = Letters([far])
    link.start({0: far}, letters)
    letters.until(lambda entry: entry[2] is Kind.LOST)
    link.stop()
    assert not letters.of(Kind.RECEIVED)


def test_the_conversation_goes_to_where_the_sensor_listens(port: int):
    ear = free_port()
    udp = ROWS["ximu3"].udp
    assert udp is not None
    rows = {"ximu3": ROWS["ximu3"]._replace(udp=udp._replace(reply_port=ear))}
    with Ximu3(port, "0001", listens=ear) as sensor:
        found = UdpLink(str(port), rows).find(PATIENCE_S, lambda found: len(found) == 1 and bool(found[0].told.device))
        assert [f.told.device for f in found] == ["0001"]
        with Streaming(UdpLink(str(port), rows), sensor) as letters:
            letters.until(lambda entry: b"binary_mode" in entry[1])
            letters.until_samples(20)
    assert any(b"binary_mode" in data for data in sensor.told)


def test_silence_and_return_are_said_and_the_sensor_is_started_again(port: int, one: Ximu3):
    with Streaming(quick(port), one) as letters:
        letters.until_samples(10)
        one.quiet.set()
        assert "sends no samples for 2 s" in letters.until_kind(Kind.LOST)
        starts = len(letters.of(Kind.SENT))
        one.quiet.clear()
        assert letters.until_kind(Kind.CONNECTED) == one.link
        letters.until_samples(10)
    assert len(letters.of(Kind.SENT)) > starts


def test_a_sensor_that_restarts_on_another_port_is_known_by_its_host(port: int, one: Ximu3):
    with Streaming(UdpLink(str(port), ROWS), one) as letters:
        letters.until_samples(10)
        one.off()
        letters.rest()
        one.on()
        letters.until_samples(10)


def test_a_port_that_is_taken_meanwhile_ends_the_link_with_a_sentence(port: int, one: Ximu3):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as taken:
        taken.bind(("", port))
        with Streaming(UdpLink(str(port), ROWS), one) as letters:
            assert "cannot be listened on" in letters.until_kind(Kind.LOST)
            letters.until_end()
    assert letters.ends == 1


def test_stopped_before_the_start_is_harmless(port: int):
    UdpLink(str(port), ROWS).stop()


def test_a_sensor_shows_itself(port: int, one: Ximu3):
    UdpLink(str(port), ROWS).identify(one.facts())
    with Streaming(UdpLink(str(port), ROWS), one) as letters:
        letters.until(lambda entry: b"serialNumber" in entry[1])  # the answer to what was said after
    assert "strobe" in one.told[0].decode()


def test_a_sensor_without_a_light_is_said(port: int, one: Ximu3):
    udp = ROWS["ximu3"].udp
    assert udp is not None
    rows = {"ximu3": ROWS["ximu3"]._replace(udp=udp._replace(conversation=Conversation()))}
    with pytest.raises(LinkError, match="no light"):
        UdpLink(str(port), rows).identify(one.facts())


def test_the_address_is_that_of_the_link():
    assert address_of(ROW.defaults._replace(link="udp:fe80::1:9000")) == ("fe80::1", 9000)
