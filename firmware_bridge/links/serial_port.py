"""Sensors on serial ports: finds which protocol and which sensors are behind each, and keeps them streaming."""

import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from math import inf
from threading import Event, Lock, Thread

from firmware_bridge.errors import LinkError, Reason
from firmware_bridge.found import Found
from firmware_bridge.links.link import Enough, Inbox
from firmware_bridge.links.port import Port, let_pass, port_names
from firmware_bridge.links.port_keeper import PortKeeper
from firmware_bridge.links.recognition import Recognition
from firmware_bridge.links.talk import Talk, spoken
from firmware_bridge.protocols import PROTOCOLS, ProtocolRow
from firmware_bridge.protocols.profiles import Conversation, SerialProfile, Write
from firmware_bridge.source import SensorFacts

ASK_S = 0.5
"""Time between two questions to a port that does not answer, s: boards that restart when opened miss the first."""
STOP_S = 3.0
"""How long a stop waits for the threads, s; a driver that hangs is left behind."""


class SerialLink:
    """Sensors on a serial port, or on all of them.

    Parameters
    ----------
    target : port ("/dev/ttyACM0", "COM3") or URL of pyserial ("socket://host:port"); "" for all ports of this computer
    baud : the only rate to be tried, bit/s; None for those of the protocols
    protocols : name -> protocol that may be met
    clock : monotonic seconds
    """

    def __init__(
        self,
        target: str = "",
        baud: int | None = None,
        protocols: Mapping[str, ProtocolRow] = PROTOCOLS,
        *,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._target = target
        self._baud = baud
        self._rows = {name: row for name, row in protocols.items() if row.serial}
        self._clock = clock
        self._rates: dict[str, int] = {}
        self._stopped = Event()
        self._threads: list[Thread] = []

    def find(self, seconds: float, enough: Enough = lambda _found: False) -> list[Found]:
        """Ask at every port who is there; all ports at the same time, for so long or until there are enough.

        Raises
        ------
        LinkError : there is no port, or none that can be opened
        """
        names = [self._target] if self._target else port_names()
        if not names:
            advice = "Plug the sensor in. Is its cable one for data, not for charging alone?"
            raise LinkError(Reason.NO_LINK, "This computer has no serial port.", advice)
        search = _Search(enough)
        with ThreadPoolExecutor(len(names)) as pool:
            list(pool.map(lambda name: search.add(lambda: self._look(name, seconds, search.over)), names))
        if len(search.troubles) == len(names):
            raise search.troubles[0]
        return search.found

    def start(self, sensors: Mapping[int, SensorFacts], inbox: Inbox) -> None:
        """Keep the ports of these sensors open and streaming, each by a thread of its own; returns at once."""
        ports: dict[str, dict[int, SensorFacts]] = {}
        for number, facts in sorted(sensors.items()):
            ports.setdefault(port_of(facts), {})[number] = facts
        ended = _AfterTheLast(len(ports), inbox.end)
        for name, behind in ports.items():
            keeper = self._keeper(name, behind, inbox)
            self._threads.append(Thread(target=ended.run, args=(keeper.run,), name=f"serial {name}", daemon=True))
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """Stop the sensors and close the ports."""
        self._stopped.set()
        for thread in self._threads:
            thread.join(STOP_S)

    def identify(self, sensor: SensorFacts) -> None:
        """Make a sensor blink.

        Raises
        ------
        LinkError : its port cannot be opened, or it has nothing to show
        """
        name = port_of(sensor)
        lines = spoken(profile_of(self._rows[sensor.protocol]).conversation.identify(sensor))
        if not lines:
            sentence = f"A sensor of the protocol {sensor.protocol} has no light that could be lit from here."
            raise LinkError(Reason.NO_SENSOR, sentence, "Unplug the others, and see which one is left.")
        with Port(name, self._rate(name, sensor.protocol)) as port:
            for line in lines:
                port.write(line.data, line.baud)
                let_pass(port, line.pause_s, self._clock)

    def _rate(self, name: str, protocol: str) -> int:
        return self._rates.get(name) or self._baud or profile_of(self._rows[protocol]).baud[0]

    def _keeper(self, name: str, sensors: Mapping[int, SensorFacts], inbox: Inbox) -> "PortKeeper":
        (protocol,) = {facts.protocol for facts in sensors.values()}
        row, rate = self._rows[protocol], self._rate(name, protocol)
        talk = partial(Talk, row, _from(rate, profile_of(row).conversation), list(sensors.values()))
        return PortKeeper(name, rate, talk, min(sensors), inbox, self._stopped, self._clock)

    def _look(self, name: str, seconds: float, over: Callable[[], bool]) -> list[Found]:
        """Ask at one port, in one way after the other."""
        tries = self._tries()
        unknown: list[Found] = []
        for rate, ask in tries:
            recognition = self._listen(name, rate, ask, seconds / len(tries), over)
            found = recognition.found(f"serial:{name}")
            if recognition.protocol:
                self._rates[name] = rate
                return found
            unknown = found or unknown
        return [] if over() else unknown

    def _tries(self) -> list[tuple[int, bytes]]:
        """Give the rates and questions, the likeliest rate of each protocol first."""
        ways = [
            (rank, number, self._baud or rate, profile.ask)
            for number, profile in enumerate(map(profile_of, self._rows.values()))
            for rank, rate in enumerate(profile.baud)
        ]
        return list(dict.fromkeys((rate, ask) for _, _, rate, ask in sorted(ways)))

    def _listen(self, name: str, rate: int, ask: bytes, seconds: float, over: Callable[[], bool]) -> Recognition:
        """Ask one question, and listen for all that may be spoken at this rate."""
        meant = {key: row for key, row in self._rows.items() if self._baud or rate in profile_of(row).baud}
        recognition = Recognition(meant)
        with Port(name, rate) as port:
            end_s = self._clock() + seconds
            ask_s = -inf
            while (now_s := self._clock()) < end_s and not (over() or recognition.settled(now_s)):
                if now_s >= ask_s:
                    port.write(ask)
                    ask_s = now_s + ASK_S
                recognition.push(port.read(), self._clock())
        return recognition


def port_of(facts: SensorFacts) -> str:
    """Give the port that a sensor is behind."""
    return facts.link.partition(":")[2]


def profile_of(row: ProtocolRow) -> SerialProfile:
    """Give how a protocol is spoken over serial ports.

    Raises
    ------
    ValueError : it is not
    """
    if row.serial is None:
        raise ValueError(f"expected a protocol spoken over serial ports, got {row.about}")
    return row.serial


def _from(rate: int, conversation: Conversation) -> Conversation:
    """Give a conversation that begins at a rate each time, wherever it went the last time."""
    return conversation._replace(start=lambda facts: [Write(b"", baud=rate), *conversation.start(facts)])


class _Search:
    """What the threads that look at ports bring together."""

    def __init__(self, enough: Enough) -> None:
        self.found: list[Found] = []
        self.troubles: list[LinkError] = []
        self._enough = enough
        self._lock = Lock()

    def add(self, look: Callable[[], list[Found]]) -> None:
        """Look at a port, and keep what is found or what is the trouble with it."""
        try:
            found = look()
        except LinkError as error:
            self.troubles.append(error)
            return
        with self._lock:
            self.found += found

    def over(self) -> bool:
        """Tell whether there are enough by now, with what other links have found."""
        with self._lock:
            return self._enough(self.found)


class _AfterTheLast:
    """Does something once, when the last of several threads has ended."""

    def __init__(self, threads: int, then: Callable[[], None]) -> None:
        self._running = threads
        self._then = then
        self._lock = Lock()

    def run(self, work: Callable[[], None]) -> None:
        try:
            work()
        finally:
            with self._lock:
                self._running -= 1
                last = self._running == 0
            if last:
                self._then()
