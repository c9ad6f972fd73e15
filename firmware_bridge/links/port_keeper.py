"""One serial port over the time of a session: it streams, and after each trouble it is opened and started again."""

from collections.abc import Callable, Iterator
from itertools import chain, repeat
from threading import Event

from firmware_bridge.errors import LinkError, Reason
from firmware_bridge.links.link import Inbox
from firmware_bridge.links.port import Port
from firmware_bridge.links.talk import SILENCE_S, Talk
from firmware_bridge.links.whereabouts import Whereabouts
from firmware_bridge.protocols.profiles import Write
from firmware_bridge.source import Kind

BACK_OFF_S = (0.1, 0.2, 0.5, 1.0)
"""Times between attempts to open a port again, s; the last one repeats."""


class PortKeeper:
    """Keeps one port open, reads it and speaks to the sensors behind it, until it is stopped.

    A board that comes back under another name is found by what its USB chip tells.

    Parameters
    ----------
    name : port or URL
    rate : bit/s
    talk : begins the talk with the sensors at a time, s
    number : of the first of them in the session
    inbox : takes what befalls them
    stopped : set when it shall end
    clock : monotonic seconds
    """

    def __init__(
        self,
        name: str,
        rate: int,
        talk: Callable[[float], Talk],
        number: int,
        inbox: Inbox,
        stopped: Event,
        clock: Callable[[], float],
    ) -> None:
        self._name = name
        self._where = Whereabouts(name)
        self._rate = rate
        self._begin = talk
        self._number = number
        self._inbox = inbox
        self._stopped = stopped
        self._clock = clock
        self._waits = _back_off()
        self._said = ""
        self._held = b""

    def run(self) -> None:
        """Stream, and after each trouble stream again."""
        while not self._stopped.is_set():
            try:
                self._name = self._where.find()
                with Port(self._name, self._rate) as port:
                    self._connected()
                    self._stream(port)
            except LinkError as error:
                self._lost(str(error))
                self._stopped.wait(next(self._waits))

    def _stream(self, port: Port) -> None:
        talk = self._begin(self._clock())
        self._held = b""
        while not self._stopped.is_set():
            self._take(port, talk)
            now_s = self._clock()
            match talk.turn(now_s):
                case Kind.CONNECTED:
                    self._connected()
                case Kind.LOST:
                    self._lost(f"{self._name} sends no samples for {SILENCE_S:g} s. Is the sensor switched on?")
            for line in talk.due(now_s):
                self._say(port, line)
        for line in talk.farewell():
            self._say(port, line)
            end_s = self._clock() + line.pause_s
            while self._clock() < end_s:
                self._take(port, talk)

    def _take(self, port: Port, talk: Talk) -> None:
        """Post what comes, once it is known to be from those that are meant."""
        if not (data := port.read()):
            return
        self._held += data
        now_s = self._clock()
        talk.heard(data, now_s)
        if talk.stranger:
            sentence = f"Behind {self._name} is {talk.stranger} now, which does not belong here; it is not used."
            raise LinkError(Reason.NO_SENSOR, sentence, "Plug in the sensor that does.")
        if talk.believed(now_s):
            self._inbox(self._number, self._held)
            self._held = b""
            self._waits = _back_off()
            self._said = ""

    def _say(self, port: Port, line: Write) -> None:
        port.write(line.data, line.baud)
        if line.data:
            self._inbox(self._number, line.data, Kind.SENT)

    def _connected(self) -> None:
        self._inbox(self._number, self._name.encode(), Kind.CONNECTED)

    def _lost(self, sentence: str) -> None:
        """Say why nothing comes; once until something does, however often it is tried."""
        if sentence != self._said:
            self._said = sentence
            self._inbox(self._number, sentence.encode(), Kind.LOST)


def _back_off() -> Iterator[float]:
    return chain(BACK_OFF_S, repeat(BACK_OFF_S[-1]))
