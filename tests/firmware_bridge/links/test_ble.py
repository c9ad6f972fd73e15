"""The whole link against unmodified bleak and a BlueZ that tests can break (`tests.bluez`)."""

import os
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path
from threading import Condition

import pytest

from firmware_bridge.errors import LinkError, Reason
from firmware_bridge.links.ble import BleLink
from firmware_bridge.links.link import Found
from firmware_bridge.protocols import leglink
from firmware_bridge.protocols.leglink_packets import Command, Data, Order, Time, TimeSent, Wire, unpack
from firmware_bridge.protocols.packets import Readings
from firmware_bridge.samples import Placement, Segment, Side
from firmware_bridge.source import Kind, SensorFacts
from tests.bluez import private_bus
from tests.bluez.fake_bluez import ROOT, FakeBluez, fake_bluez, system_bus

ROWS = {"leglink": leglink.ROW}
RETURN_S = 5.0
"""So soon a sensor must stream again once it can be reached, s."""
PATIENCE_S = 15.0
"""So long a test waits for what must come, s."""

needs_bus = pytest.mark.skipif(not private_bus.is_there(), reason=private_bus.MISSING)


class Log:
    """An inbox that keeps everything, and lets a test wait for it."""

    def __init__(self) -> None:
        self.entries: list[tuple[float, int, Kind, bytes]] = []
        self.counts: Counter[tuple[int, Kind]] = Counter()
        self.ends = 0
        self._news = Condition()

    def __call__(self, sensor: int, data: bytes, kind: Kind = Kind.RECEIVED) -> None:
        with self._news:
            self.entries.append((time.monotonic(), sensor, kind, data))
            self.counts[sensor, kind] += 1
            self._news.notify_all()

    def end(self) -> None:
        with self._news:
            self.ends += 1
            self._news.notify_all()

    def wait_for(self, told: Callable[[], bool], seconds: float = PATIENCE_S) -> None:
        with self._news:
            assert self._news.wait_for(told, seconds), f"in vain for {seconds} s; {dict(self.counts)}"

    def wait_for_packets(self, sensors: int, more: int) -> None:
        """Wait until each of so many sensors has brought so many more notifications."""
        wanted = {s: self.counts[s, Kind.RECEIVED] + more for s in range(sensors)}
        self.wait_for(lambda: all(self.counts[s, Kind.RECEIVED] >= n for s, n in wanted.items()), 60.0 + more / 10)

    def of(self, sensor: int, *kinds: Kind) -> list[tuple[float, Kind, bytes]]:
        return [(at, kind, data) for at, who, kind, data in list(self.entries) if who == sensor and kind in kinds]

    def sentences(self, sensor: int) -> list[str]:
        return [data.decode() for _, _, data in self.of(sensor, Kind.LOST)]

    def packets(self, sensor: int) -> list[Wire]:
        told = [unpack(data) for _, _, data in self.of(sensor, Kind.RECEIVED)]
        return [packet[0] for packet in told if isinstance(packet, tuple)]

    def sequence(self, sensor: int) -> list[int]:
        return [packet.sequence for packet in self.packets(sensor) if isinstance(packet, Data)]

    def at_last(self, sensor: int, kind: Kind) -> float:
        return self.of(sensor, kind)[-1][0]


def facts_of(found: Found) -> SensorFacts:
    """Give a session's facts of what was found."""
    assert found.told.placement is not None
    who = {"device": found.device, "name": found.told.name or "", "link": found.link, "node": found.told.node}
    return leglink.DEFAULTS._replace(placement=found.told.placement, **who)


def facts(number: int) -> SensorFacts:
    """Give the facts of the number-th sensor of the false BlueZ, from 0."""
    name, link = f"LegLink {number + 1:04X}", f"ble:C4:00:00:00:00:{number + 1:02X}"
    return leglink.DEFAULTS._replace(name=name, device=f"{number + 1:08X}", link=link, node=number)


@contextmanager
def streaming(sensors: int = 4) -> Iterator[Log]:
    """Stream from the first sensors, whatever becomes of them, until the block ends."""
    log, link = Log(), BleLink(protocols=ROWS)
    link.start({number: facts(number) for number in range(sensors)}, log)
    try:
        log.wait_for_packets(sensors, 10)
        yield log
    finally:
        link.stop()
        log.wait_for(lambda: log.ends == 1)


def lost(numbers: list[int]) -> int:
    """Count the packets that are missing between those that came."""
    return sum((after - before - 1) % 65536 for before, after in pairwise(numbers))


@pytest.fixture(scope="module")
def process() -> Iterator[FakeBluez]:
    with fake_bluez(4) as bluez:
        yield bluez


@pytest.fixture
def bluez(process: FakeBluez) -> Iterator[FakeBluez]:
    """A BlueZ with four sensors, in good order at each test's beginning."""
    yield process
    process.kill()
    process.revive()
    process.power(True)
    process.air(loss=0.0, doubles=False, connect_s=0.05)
    for name in process.names:
        process.drop(name)
        process.mute(name, False)
        process.abort(name, 0)


def test_bleak_is_loaded_only_by_what_uses_it() -> None:
    code = "import sys, firmware_bridge.links.ble; sys.exit('bleak' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=False).returncode == 0


def test_a_protocol_of_another_link_is_refused() -> None:
    with pytest.raises(ValueError, match="spoken over Bluetooth LE, got 'imported'"):
        BleLink().start({0: leglink.DEFAULTS._replace(protocol="imported")}, Log())


def test_stopping_what_was_never_started_is_harmless() -> None:
    BleLink().stop()


@needs_bus
class TestFinding:
    def test_all_sensors_are_found_early_with_what_they_tell(self, bluez: FakeBluez) -> None:
        begin = time.monotonic()
        found = BleLink(protocols=ROWS).find(10.0, lambda found: len(found) == 4)
        assert time.monotonic() - begin < 3.0
        by_device = {sensor.device: sensor for sensor in found}
        assert sorted(by_device) == ["00000001", "00000002", "00000003", "00000004"]
        third = by_device["00000003"]
        assert third.link == "ble:C4:00:00:00:00:03"
        assert third.protocol == "leglink"
        assert third.told.name == "LegLink 0003"
        assert third.told.placement == Placement(Side.LEFT, Segment.THIGH)
        assert third.battery == 0.87
        assert third.rssi_dbm is not None and -70 <= third.rssi_dbm <= -60
        assert facts_of(third).placement == third.told.placement

    @pytest.mark.parametrize(
        ("target", "devices"), [("leglink 0002", ["00000002"]), ("c4:00:00:00:00:04", ["00000004"])]
    )
    def test_a_target_narrows_the_search(self, bluez: FakeBluez, target: str, devices: list[str]) -> None:
        found = BleLink(target, protocols=ROWS).find(10.0, lambda found: len(found) == len(devices))
        assert [sensor.device for sensor in found] == devices

    def test_a_search_in_vain_ends_in_time(self, bluez: FakeBluez) -> None:
        begin = time.monotonic()
        assert BleLink("nobody", protocols=ROWS).find(0.3) == []
        assert time.monotonic() - begin < 3.0

    def test_a_search_in_vain_ends_as_soon_as_others_have_found_enough(self, bluez: FakeBluez) -> None:
        begin = time.monotonic()
        assert BleLink("nobody", protocols=ROWS).find(10.0, lambda _found: time.monotonic() > begin + 0.3) == []
        assert time.monotonic() - begin < 3.0

    def test_an_adapter_that_is_off_is_said(self, bluez: FakeBluez) -> None:
        bluez.power(False)
        with pytest.raises(LinkError, match=r"switched off\. Switch it on") as error:
            BleLink(protocols=ROWS).find(1.0)
        assert error.value.reason is Reason.NO_LINK

    def test_a_service_that_does_not_run_is_said(self, bluez: FakeBluez) -> None:
        bluez.kill()
        with pytest.raises(LinkError, match=r"service does not run\. Start it"):
            BleLink(protocols=ROWS).find(1.0)

    def test_a_system_without_a_bus_is_said(self, tmp_path: Path) -> None:
        with system_bus(f"unix:path={tmp_path / 'nothing'}"), pytest.raises(LinkError, match="does not run"):
            BleLink(protocols=ROWS).find(1.0)

    def test_identify_lets_it_blink(self, bluez: FakeBluez) -> None:
        before = bluez.state()["blinks"]
        BleLink(protocols=ROWS).identify(facts(1))
        assert bluez.state()["blinks"] == before | {"LegLink 0002": before["LegLink 0002"] + 1}

    def test_identify_of_one_that_cannot_says_so(self, bluez: FakeBluez) -> None:
        assert leglink.ROW.ble is not None
        conversation = leglink.ROW.ble.conversation._replace(identify=lambda _facts: [])
        dumb = leglink.ROW._replace(ble=leglink.ROW.ble._replace(conversation=conversation))
        with pytest.raises(LinkError, match="LegLink 0002 has nothing to show") as error:
            BleLink(protocols={"leglink": dumb}).identify(facts(1))
        assert error.value.reason is Reason.NO_SENSOR


@needs_bus
class TestStreaming:
    def test_four_sensors_stream_without_loss(self, bluez: FakeBluez) -> None:
        with streaming() as log:
            log.wait_for_packets(4, 90)
        for sensor in range(4):
            numbers = log.sequence(sensor)
            assert len(numbers) > 80
            assert lost(numbers) == 0
            assert not log.sentences(sensor)

    def test_all_that_is_said_is_posted_in_order(self, bluez: FakeBluez) -> None:
        with streaming(1) as log:
            log.wait_for(lambda: log.counts[0, Kind.SENT] >= 3)
            log.wait_for_packets(1, 10)
        told = log.of(0, *Kind)
        assert [kind for _, kind, _ in told[:3]] == [Kind.CONNECTED, Kind.INFO, Kind.SENT]
        orders = [unpack(data) for _, kind, data in told if kind is Kind.SENT]
        commands = [packet[0] for packet in orders if isinstance(packet, tuple)]
        assert all(isinstance(command, Command) for command in commands)
        assert [c.order for c in commands if isinstance(c, Command)] == [
            Order.START,
            *[Order.TIME] * (len(commands) - 2),
            Order.STOP,
        ]
        kinds = Counter(type(packet) for packet in log.packets(0))
        assert kinds[Time] >= 1
        assert kinds[TimeSent] >= 1
        assert not bluez.state()["streaming"]["LegLink 0001"]

    def test_the_bytes_are_the_sensor_s(self, bluez: FakeBluez) -> None:
        with streaming(1) as log:
            log.wait_for_packets(1, 20)
        decoder = leglink.ROW.decoder([facts(0)])
        packets = [packet for _, _, data in log.of(0, Kind.INFO, Kind.RECEIVED) for packet in decoder.push(data)]
        times = [float(time) for packet in packets if isinstance(packet, Readings) for time in packet.time]
        steps = [after - before for before, after in pairwise(times)]
        assert len(times) > 100
        assert min(steps) > 0.0049
        assert max(steps) < 0.0051
        assert not any(decoder.dirt.values())

    def test_lost_packets_are_repeated_by_the_radio(self, bluez: FakeBluez) -> None:
        bluez.air(loss=0.05)
        with streaming(2) as log:
            log.wait_for_packets(2, 40)
        assert [lost(log.sequence(sensor)) for sensor in range(2)] == [0, 0]

    def test_a_sensor_is_found_by_its_number_at_another_address(self, bluez: FakeBluez) -> None:
        log, link = Log(), BleLink(protocols=ROWS)
        link.start({5: facts(2)._replace(link="ble:5A0C-AN-UUID-OF-MACOS")}, log)
        log.wait_for(lambda: log.counts[5, Kind.RECEIVED] > 5)
        link.stop()
        assert {packet.node for packet in log.packets(5)} == {2}

    def test_a_sensor_that_a_killed_program_left_connected_is_found(self, bluez: FakeBluez) -> None:
        code = (
            "import os, signal\n"
            "from tests.firmware_bridge.links.test_ble import streaming\n"
            "with streaming(1): os.kill(os.getpid(), signal.SIGKILL)"
        )
        assert subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=False).returncode < 0
        assert bluez.state()["streaming"]["LegLink 0001"]
        found = BleLink("LegLink 0001", protocols=ROWS).find(5.0, lambda found: len(found) == 1)
        assert [sensor.device for sensor in found] == ["00000001"]
        with streaming(1) as log:
            assert log.counts[0, Kind.RECEIVED] >= 10


@needs_bus
class TestTrouble:
    def test_one_sensor_drops_out_and_returns_and_the_others_do_not_notice(self, bluez: FakeBluez) -> None:
        with streaming() as log:
            dropped = time.monotonic()
            bluez.drop("LegLink 0002", 1.0)
            log.wait_for(lambda: log.counts[1, Kind.CONNECTED] == 2)
            log.wait_for_packets(4, 20)
            assert log.at_last(1, Kind.CONNECTED) - dropped - 1.0 < RETURN_S
        assert [sentence.split(".")[0] for sentence in log.sentences(1)] == ["The link to LegLink 0002 broke"]
        for other in (0, 2, 3):
            assert log.counts[other, Kind.CONNECTED] == 1
            assert lost(log.sequence(other)) == 0

    def test_after_a_restart_its_clock_begins_anew(self, bluez: FakeBluez) -> None:
        with streaming(2) as log:
            bluez.restart_sensor("LegLink 0001")
            log.wait_for(lambda: log.counts[0, Kind.CONNECTED] == 2)
            log.wait_for_packets(2, 10)
        again = log.at_last(0, Kind.CONNECTED)
        told = [unpack(data) for at, _, data in log.of(0, Kind.RECEIVED) if at > again]
        first = next(packet[0] for packet in told if isinstance(packet, tuple) and isinstance(packet[0], Data))
        assert first.sequence == 0
        assert first.t_us < RETURN_S * 1e6

    def test_bytes_that_come_twice_are_kept_twice(self, bluez: FakeBluez) -> None:
        bluez.air(doubles=True)
        with streaming(2) as log:
            bluez.drop("LegLink 0001")
            log.wait_for(lambda: log.counts[0, Kind.CONNECTED] == 2)
            log.wait_for_packets(2, 20)
        again = log.at_last(0, Kind.CONNECTED)
        data_type = bytes([0x11])
        twice = Counter(data for at, _, data in log.of(0, Kind.RECEIVED) if at > again and data[:1] == data_type)
        assert set(list(twice.values())[:-1]) == {2}  # the last may be cut in half by the end
        assert lost(sorted(set(log.sequence(0)))) <= 1  # what was on its way when the link broke

    def test_a_sensor_that_falls_silent_is_connected_again(self, bluez: FakeBluez) -> None:
        with streaming(2) as log:
            bluez.mute("LegLink 0002")
            log.wait_for(lambda: log.counts[1, Kind.LOST] == 1, RETURN_S)
            bluez.mute("LegLink 0002", False)
            log.wait_for(lambda: log.counts[1, Kind.CONNECTED] == 2)
            log.wait_for_packets(2, 10)
        assert "is connected but sends no samples" in log.sentences(1)[0]
        assert log.counts[0, Kind.CONNECTED] == 1

    def test_a_sensor_that_answers_and_measures_nothing_is_started_again(self, bluez: FakeBluez) -> None:
        with streaming(2) as log:
            bluez.stall("LegLink 0002")
            log.wait_for(lambda: log.counts[1, Kind.CONNECTED] == 2, RETURN_S)
            stalled_at = log.at_last(1, Kind.LOST)
            log.wait_for_packets(2, 10)
        assert log.sentences(1) == [
            "LegLink 0002 is connected but sends no samples. It is connected again; "
            "if it persists, switch it off and on."
        ]
        again = [unpack(data) for at, _, data in log.of(1, Kind.RECEIVED) if at > stalled_at]
        assert any(isinstance(packet, tuple) and isinstance(packet[0], Data) for packet in again)
        assert log.counts[0, Kind.CONNECTED] == 1

    def test_connections_that_abort_are_tried_again(self, bluez: FakeBluez) -> None:
        bluez.abort("LegLink 0001", 2)
        with streaming(1) as log:
            assert log.counts[0, Kind.CONNECTED] == 1
        assert log.sentences(0) == []

    def test_a_sensor_that_never_shows_itself_is_said_once(self, bluez: FakeBluez) -> None:
        bluez.drop("LegLink 0002", 60.0)
        log, link = Log(), BleLink(protocols=ROWS)
        link.start({0: facts(0), 1: facts(1)}, log)
        log.wait_for(lambda: log.counts[1, Kind.LOST] == 1)
        log.wait_for_packets(1, 30)
        begin = time.monotonic()
        link.stop()
        assert time.monotonic() - begin < RETURN_S
        assert log.sentences(1) == [
            "LegLink 0002 does not show itself. Switch it on and bring it near; no other program may hold it."
        ]

    @pytest.mark.parametrize("noticed", [True, False])
    def test_bluez_dies_and_is_started_again(self, bluez: FakeBluez, noticed: bool) -> None:
        with streaming() as log:
            bluez.kill()
            if noticed:
                log.wait_for(lambda: all(log.counts[sensor, Kind.LOST] for sensor in range(4)))
            bluez.revive()
            revived = time.monotonic()
            log.wait_for(lambda: all(log.counts[sensor, Kind.CONNECTED] == 2 for sensor in range(4)))
            log.wait_for_packets(4, 10)
            assert max(log.at_last(sensor, Kind.CONNECTED) for sensor in range(4)) - revived < RETURN_S
        service = "does not run" if noticed else "was started anew"
        assert all(service in sentence for sensor in range(4) for sentence in log.sentences(sensor))

    def test_the_adapter_is_switched_off_and_on(self, bluez: FakeBluez) -> None:
        with streaming(2) as log:
            bluez.power(False)
            log.wait_for(lambda: any("switched off" in sentence for sentence in log.sentences(0)))
            bluez.power(True)
            powered = time.monotonic()
            log.wait_for(lambda: all(log.counts[sensor, Kind.CONNECTED] == 2 for sensor in range(2)))
            assert time.monotonic() - powered < RETURN_S

    def test_stopping_does_not_hang_on_a_dead_bluez(self, bluez: FakeBluez) -> None:
        with streaming() as log:
            bluez.kill()
            begin = time.monotonic()
        assert time.monotonic() - begin < RETURN_S
        assert log.ends == 1

    @pytest.mark.soak
    def test_nothing_hangs_on_a_bluez_that_hangs(self) -> None:
        with fake_bluez(2) as bluez:
            with streaming(2) as log:
                os.kill(bluez.pid, signal.SIGSTOP)
                log.wait_for(lambda: all(log.counts[sensor, Kind.LOST] for sensor in range(2)))
                os.kill(bluez.pid, signal.SIGCONT)
                log.wait_for(lambda: all(log.counts[sensor, Kind.CONNECTED] == 2 for sensor in range(2)), RETURN_S)
                os.kill(bluez.pid, signal.SIGSTOP)
                begin = time.monotonic()
            assert time.monotonic() - begin < 2 * RETURN_S
            assert "does not answer in time" in log.sentences(0)[0]

    def test_stopping_does_not_hang_where_there_is_no_bluez(self, bluez: FakeBluez) -> None:
        bluez.kill()
        log, link = Log(), BleLink(protocols=ROWS)
        link.start({0: facts(0)}, log)
        log.wait_for(lambda: log.counts[0, Kind.LOST] == 1)
        begin = time.monotonic()
        link.stop()
        link.stop()
        assert time.monotonic() - begin < RETURN_S
        assert "does not run" in log.sentences(0)[0]
        assert log.ends == 1

    def test_stopping_does_not_hang_while_a_sensor_is_being_connected(self, bluez: FakeBluez) -> None:
        bluez.air(connect_s=30.0)
        log, link = Log(), BleLink(protocols=ROWS)
        link.start({0: facts(0)}, log)
        begin = time.monotonic()
        while not bluez.state()["connecting"]:
            assert time.monotonic() - begin < PATIENCE_S
        begin = time.monotonic()
        link.stop()
        assert time.monotonic() - begin < RETURN_S
        assert log.ends == 1
        assert log.counts[0, Kind.CONNECTED] == 0

    def test_the_bus_itself_breaks(self) -> None:
        with fake_bluez(1) as bluez, streaming(1) as log:
            os.kill(bluez.bus_pid, 9)
            log.wait_for(lambda: log.counts[0, Kind.LOST] >= 1)
            begin = time.monotonic()
        assert time.monotonic() - begin < 2 * RETURN_S
        assert log.ends == 1


@needs_bus
@pytest.mark.soak
class TestForAMinute:
    def test_nothing_is_lost_and_little_is_used(self) -> None:
        with fake_bluez(4, seconds=70.0), streaming() as log:
            begin, used = time.monotonic(), time.process_time()
            log.wait_for_packets(4, 1715 + 4 * 60)
            share = (time.process_time() - used) / (time.monotonic() - begin)
        assert [lost(log.sequence(sensor)) for sensor in range(4)] == [0, 0, 0, 0]
        assert min(len(log.sequence(sensor)) for sensor in range(4)) > 1600
        assert share < 0.15
        print(f"CPU {100 * share:.1f} % of a core")  # noqa: T201 - a figure for `pytest -s`

    def test_everything_befalls_it(self) -> None:
        with fake_bluez(4, seconds=70.0, loss=0.05, doubles=True) as bluez, streaming() as log:
            log.wait_for_packets(4, 200)
            bluez.drop("LegLink 0002", 2.0)
            log.wait_for(lambda: log.counts[1, Kind.CONNECTED] == 2)
            log.wait_for_packets(4, 200)
            bluez.restart_sensor("LegLink 0003")
            log.wait_for(lambda: log.counts[2, Kind.CONNECTED] == 2)
            log.wait_for_packets(4, 200)
            bluez.kill()
            log.wait_for(lambda: all(log.counts[sensor, Kind.LOST] for sensor in range(4)))
            bluez.revive()
            revived = time.monotonic()
            log.wait_for(lambda: sum(log.counts[sensor, Kind.CONNECTED] for sensor in range(4)) == 10)
            assert time.monotonic() - revived < RETURN_S
            log.wait_for_packets(4, 200)
