"""Real parts for tests of links: LegLink nodes behind a pseudo-terminal or a socket, and an inbox that waits."""

import os
import select
import socket
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from queue import Empty, SimpleQueue
from threading import Event, Thread
from time import monotonic
from typing import Self

import numpy as np

from firmware_bridge.links.serial_port import SerialLink
from firmware_bridge.protocols import PROTOCOLS
from firmware_bridge.protocols.leglink_node import Hardware, LegLinkNode
from firmware_bridge.protocols.leglink_packets import NODES
from firmware_bridge.protocols.leglink_serial import SerialNodes, frame
from firmware_bridge.protocols.packets import Packet, Readings
from firmware_bridge.samples import Placement, SampleBlock, Segment, Side
from firmware_bridge.source import Kind, SensorFacts

PATIENCE_S = 10.0
ROWS = {"leglink-serial": PROTOCOLS["leglink-serial"]}
TICK_S = 0.01
RATE_HZ = 200.0
LEFT_THIGH = Placement(Side.LEFT, Segment.THIGH)
LEFT_SHANK = Placement(Side.LEFT, Segment.SHANK)
LEFT = (LEFT_THIGH, LEFT_SHANK)
RIGHT = (Placement(Side.RIGHT, Segment.THIGH), Placement(Side.RIGHT, Segment.SHANK))


def facts_of(placement: Placement, link: str) -> SensorFacts:
    return PROTOCOLS["leglink-serial"].defaults._replace(placement=placement, link=link, node=NODES[placement])


def board_of(*placements: Placement, serials: tuple[int, ...] = (0xA1, 0xA2)) -> "Board":
    pairs = zip(placements, serials, strict=True)
    return Board([LegLinkNode(facts_of(at, ""), Hardware(serial), battery=0.8) for at, serial in pairs])


class Board:
    """Nodes on one line: answer what they are told, and stream in real time once they are started."""

    def __init__(self, nodes: list[LegLinkNode]) -> None:
        self.line = SerialNodes(nodes)
        self.samples = 0
        self.noise = b""
        self.told = bytearray()

    def says(self, heard: bytes, now_s: float) -> bytes:
        """What the board sends in a tick of its time."""
        self.told += heard
        said = [self.noise]
        for answer in self.line.received(heard, now_s):
            said += [answer, *self.line.left(answer, now_s)]
        count = int(now_s * RATE_HZ) - self.samples
        first, self.samples = self.samples, self.samples + count
        said += [frame(packet) for node in self.line.nodes for packet in node.push(self.measured(node, first, count))]
        return b"".join(said)

    def measured(self, node: LegLinkNode, first: int, count: int) -> SampleBlock:
        """What a node measures, from its first-th sample on: rest."""
        time = (first + np.arange(count)) / RATE_HZ
        numbers = np.zeros((count, 3))
        return SampleBlock(time, numbers, numbers + np.array([0.0, 9.81, 0.0]), np.zeros(count, np.uint8))

    def restart(self) -> None:
        for node in self.line.nodes:
            node.restart()

    @property
    def streaming(self) -> list[bool]:
        return [node.streaming for node in self.line.nodes]


class PluggedIn:
    """A board on a pseudo-terminal whose path is a symbolic link, so that it can be unplugged and plugged in again."""

    def __init__(self, board: Board, path: Path, *, plugged: bool = True) -> None:
        self.board = board
        self.path = path
        self.link = f"serial:{path}"
        self._thread: Thread | None = None
        if plugged:
            self.plug()

    def plug(self) -> None:
        import tty  # noqa: PLC0415 - not there on Windows

        master, slave = os.openpty()
        tty.setraw(master)
        tty.setraw(slave)
        os.set_blocking(master, False)
        self._unplug = Event()
        self.path.symlink_to(os.ttyname(slave))
        self._thread = Thread(target=self._run, args=(master, slave))
        self._thread.start()

    def unplug(self) -> None:
        if self._thread:
            self._unplug.set()
            self._thread.join()
            self._thread = None

    def _run(self, master: int, slave: int) -> None:
        begin_s = monotonic() - self.board.samples / RATE_HZ
        while not self._unplug.is_set():
            ready, _, _ = select.select([master], [], [], TICK_S)
            heard = os.read(master, 4096) if ready else b""
            with suppress(BlockingIOError):  # nobody reads: what does not fit is lost, as on a wire
                os.write(master, self.board.says(heard, monotonic() - begin_s))
        if select.select([master], [], [], 0)[0]:
            self.board.says(os.read(master, 4096), monotonic() - begin_s)
        self.path.unlink()
        os.close(master)
        os.close(slave)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.unplug()


class OnTheNetwork:
    """A board behind a TCP server, as a serial port of another computer."""

    def __init__(self, board: Board) -> None:
        self._board = board
        self._server = socket.create_server(("127.0.0.1", 0))
        self._server.settimeout(TICK_S)
        self.url = f"socket://127.0.0.1:{self._server.getsockname()[1]}"
        self._over = Event()
        self._thread = Thread(target=self._run)
        self._thread.start()

    def _run(self) -> None:
        while not self._over.is_set():
            with suppress(OSError), self._server.accept()[0] as guest:
                self._serve(guest)

    def _serve(self, guest: socket.socket) -> None:
        begin_s = monotonic() - self._board.samples / RATE_HZ
        guest.settimeout(TICK_S)
        while not self._over.is_set():
            heard = b""
            with suppress(TimeoutError):
                heard = guest.recv(4096)
                if not heard:
                    return
            guest.sendall(self._board.says(heard, monotonic() - begin_s))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()
        self._server.close()


Entry = tuple[int, bytes, Kind]


class Letters:
    """An inbox that is waited at, and that decodes what comes from these sensors.

    Attributes
    ----------
    packets : what came, decoded
    samples : node -> how many came
    """

    def __init__(self, sensors: Sequence[SensorFacts]) -> None:
        self.decoder = PROTOCOLS[sensors[0].protocol].decoder(sensors)
        self.packets: list[Packet] = []
        self.samples = {facts.node: 0 for facts in sensors}
        self.all: list[Entry] = []
        self.ends = 0
        self._queue: SimpleQueue[Entry | None] = SimpleQueue()

    def __call__(self, sensor: int, data: bytes, kind: Kind = Kind.RECEIVED) -> None:
        self._queue.put((sensor, data, kind))

    def end(self) -> None:
        self._queue.put(None)

    def until(self, enough: Callable[[Entry], bool]) -> Entry:
        """Wait for an entry of a kind; fails where it does not come."""
        deadline = monotonic() + PATIENCE_S
        while True:
            entry = self._next(deadline)
            if entry is not None and enough(entry):
                return entry

    def until_kind(self, kind: Kind) -> str:
        return self.until(lambda entry: entry[2] is kind)[1].decode()

    def until_samples(self, count: int) -> None:
        """Wait until each node has sent so many samples since now."""
        begin = dict(self.samples)
        self.until(lambda _: all(self.samples[node] - begin[node] >= count for node in self.samples))

    def until_end(self) -> None:
        deadline = monotonic() + PATIENCE_S
        while not self.ends:
            self._next(deadline)

    def rest(self) -> None:
        """Take what is there, waiting for nothing."""
        with suppress(Empty):
            while True:
                self._keep(self._queue.get_nowait())

    def of(self, kind: Kind) -> list[bytes]:
        return [data for _, data, given in self.all if given is kind]

    def _next(self, deadline: float) -> Entry | None:
        try:
            return self._keep(self._queue.get(timeout=max(0.0, deadline - monotonic())))
        except Empty:
            raise AssertionError(
                f"nothing more came after {[entry for entry in self.all if entry[2] is not Kind.RECEIVED][-8:]}"
            ) from None

    def _keep(self, entry: Entry | None) -> Entry | None:
        if entry is None:
            self.ends += 1
        else:
            self.all.append(entry)
            self._decode(entry)
        return entry

    def _decode(self, entry: Entry) -> None:
        packets = self.decoder.push(entry[1]) if entry[2] is Kind.RECEIVED else []
        self.packets += packets
        for packet in packets:
            if isinstance(packet, Readings):
                self.samples[packet.node] += len(packet.gyr)


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
