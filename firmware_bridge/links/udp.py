"""Sensors that send datagrams: one socket listens, and each sender is a sensor."""

import socket
import time
from collections.abc import Callable, Mapping
from threading import Event, Thread

from firmware_bridge.errors import LinkError, Reason
from firmware_bridge.found import Found
from firmware_bridge.links.link import Enough, Inbox
from firmware_bridge.links.recognition import Recognition
from firmware_bridge.links.talk import SILENCE_S, Talk, spoken
from firmware_bridge.protocols import PROTOCOLS, ProtocolRow
from firmware_bridge.protocols.profiles import UdpProfile, Write
from firmware_bridge.source import Kind, SensorFacts

WAIT_S = 0.1
"""Longest wait for a datagram, s: so late may anything be said, and may a stop be noticed."""
STOP_S = 3.0
"""How long a stop waits for the thread, s."""
LARGEST = 65536
"""No datagram is longer, bytes."""

Address = tuple[str, int]
"""Host and port of a sender."""


class UdpLink:
    """Sensors on the network that send to this computer.

    Parameters
    ----------
    target : "PORT" to listen on, "HOST:PORT" of the only sender that is meant, or "" for all that send to the
        protocol's own port
    protocols : name -> protocol that may be met
    clock : monotonic seconds

    Raises
    ------
    LinkError : the target is neither
    """

    def __init__(
        self,
        target: str = "",
        protocols: Mapping[str, ProtocolRow] = PROTOCOLS,
        *,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        host, _, port = target.rpartition(":")
        self._rows = {name: row for name, row in protocols.items() if row.udp}
        self._only = (host, _number(port)) if host else None
        self._port = _number(port) if port and not host else self._usual_port()
        self._clock = clock
        self._stopped = Event()
        self._thread: Thread | None = None

    def find(self, seconds: float, enough: Enough = lambda _found: False) -> list[Found]:
        """Listen to who sends, for so long or until there are enough.

        Raises
        ------
        LinkError : the port cannot be listened on
        """
        senders: dict[Address, Recognition] = {}
        with self._listening() as here:
            end_s = self._clock() + seconds
            while (now_s := self._clock()) < end_s:
                data, sender = _receive(here)
                if sender and self._meant(sender):
                    if sender not in senders:
                        senders[sender] = Recognition(self._rows)
                        self._ask(here, sender)
                    senders[sender].push(data, now_s)
                known = {sender: who for sender, who in senders.items() if who.protocol}
                if all(who.settled(now_s) for who in known.values()) and enough(_found(known)):
                    return _found(known)
        return _found(senders)

    def start(self, sensors: Mapping[int, SensorFacts], inbox: Inbox) -> None:
        """Listen to these sensors; returns at once."""
        peers = [
            _Peer(number, facts, self._rows[facts.protocol], inbox, self._clock())
            for number, facts in sorted(sensors.items())
        ]
        self._thread = Thread(target=self._run, args=(peers, inbox), name=f"udp {self._port}", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Stop the sensors, and listen no more."""
        self._stopped.set()
        if self._thread:
            self._thread.join(STOP_S)

    def identify(self, sensor: SensorFacts) -> None:
        """Make a sensor blink.

        Raises
        ------
        LinkError : it has nothing to show, or the network does not let it be reached
        """
        lines = spoken(_profile(self._rows[sensor.protocol]).conversation.identify(sensor))
        if not lines:
            sentence = f"A sensor of the protocol {sensor.protocol} has no light that could be lit from here."
            raise LinkError(Reason.NO_SENSOR, sentence, "Switch the others off, and see which one is left.")
        with self._listening() as here:
            self._say_all(here, _listener(self._rows[sensor.protocol], address_of(sensor)), lines)

    def _usual_port(self) -> int:
        return next((_profile(row).port for row in self._rows.values()), 0)

    def _listening(self) -> socket.socket:
        here = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        here.settimeout(WAIT_S)
        try:
            here.bind(("", self._port))
        except (OSError, OverflowError) as error:
            here.close()
            advice = "Is another program listening there? Name another port, udp:PORT, and set it in the sensor too."
            raise LinkError(Reason.NO_LINK, f"UDP port {self._port} cannot be listened on: {error}.", advice) from error
        return here

    def _meant(self, sender: Address) -> bool:
        return self._only is None or sender == self._only

    def _ask(self, here: socket.socket, sender: Address) -> None:
        """Ask who a sender is, with the words that its protocol has for serial ports: they are the same."""
        for row in self._rows.values():
            if row.serial and row.serial.ask:
                _send(here, row.serial.ask, _listener(row, sender))

    def _run(self, peers: "list[_Peer]", inbox: Inbox) -> None:
        try:
            with self._listening() as here:
                for peer in peers:
                    peer.connected()
                self._stream(here, peers)
        except LinkError as error:
            for peer in peers:
                peer.lost(str(error))
        finally:
            inbox.end()

    def _stream(self, here: socket.socket, peers: "list[_Peer]") -> None:
        while not self._stopped.is_set():
            data, sender = _receive(here)
            if sender and (peer := _peer_of(sender, peers)):
                peer.take(data, self._clock())
            for peer in peers:
                peer.attend(here, self._clock())
        for peer in peers:
            self._say_all(here, peer.listener, peer.talk.farewell())

    def _say_all(self, here: socket.socket, address: Address, lines: list[Write]) -> None:
        for line in lines:
            _send(here, line.data, address)
            end_s = self._clock() + line.pause_s
            while self._clock() < end_s:
                _receive(here)


class _Peer:
    """One sensor of a running session."""

    def __init__(self, number: int, facts: SensorFacts, row: ProtocolRow, inbox: Inbox, now_s: float) -> None:
        self.address = address_of(facts)
        self.talk = Talk(row, _profile(row).conversation, [facts], now_s)
        self._row = row
        self._number = number
        self._link = facts.link
        self._inbox = inbox

    @property
    def listener(self) -> Address:
        """Where it listens."""
        return _listener(self._row, self.address)

    def take(self, data: bytes, now_s: float) -> None:
        """Post what it sent."""
        self._inbox(self._number, data)
        self.talk.heard(data, now_s)

    def attend(self, here: socket.socket, now_s: float) -> None:
        """Say what is to be said to it, and about it."""
        match self.talk.turn(now_s):
            case Kind.CONNECTED:
                self.connected()
            case Kind.LOST:
                self.lost(f"{self._link} sends no samples for {SILENCE_S:g} s. Is it switched on, and in this network?")
        for line in self.talk.due(now_s):
            if line.data:
                _send(here, line.data, self.listener)
                self._inbox(self._number, line.data, Kind.SENT)

    def connected(self) -> None:
        self._inbox(self._number, self._link.encode(), Kind.CONNECTED)

    def lost(self, sentence: str) -> None:
        self._inbox(self._number, sentence.encode(), Kind.LOST)


def address_of(facts: SensorFacts) -> Address:
    """Give where a sensor of the link "udp:HOST:PORT" sends from."""
    host, _, port = facts.link.partition(":")[2].rpartition(":")
    return host, _number(port)


def _listener(row: ProtocolRow, sender: Address) -> Address:
    """Give where a sender of a protocol listens."""
    host, port = sender
    return host, _profile(row).reply_port or port


def _peer_of(sender: Address, peers: list[_Peer]) -> _Peer | None:
    """Give the sensor of an address; one that restarted may send from another port of the same host."""
    exact = [peer for peer in peers if peer.address == sender]
    near = exact or [peer for peer in peers if peer.address[0] == sender[0]]
    if len(near) != 1:
        return None
    near[0].address = sender
    return near[0]


def _found(senders: Mapping[Address, Recognition]) -> list[Found]:
    return [found for (host, port), heard in sorted(senders.items()) for found in heard.found(f"udp:{host}:{port}")]


def _receive(here: socket.socket) -> tuple[bytes, Address | None]:
    """Wait a moment for a datagram."""
    try:
        return here.recvfrom(LARGEST)
    except OSError:  # nothing came; or, on Windows, what was sent before met a closed port
        return b"", None


def _send(here: socket.socket, data: bytes, address: Address) -> None:
    """Send where the network allows; a sensor out of reach falls silent, and that is said."""
    try:
        here.sendto(data, address)
    except OSError:
        return


def _profile(row: ProtocolRow) -> UdpProfile:
    if row.udp is None:
        raise ValueError(f"expected a protocol spoken over UDP, got {row.about}")
    return row.udp


def _number(port: str) -> int:
    if not (port.isascii() and port.isdecimal() and int(port) < 1 << 16):
        raise LinkError(Reason.BAD_MONIKER, f"{port!r} is no UDP port.", "Say udp: or udp:8000.")
    return int(port)
