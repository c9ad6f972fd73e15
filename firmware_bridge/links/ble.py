"""Sensors over Bluetooth LE, with bleak in a thread and an event loop of its own."""

import asyncio
import logging
from collections.abc import Callable, Coroutine, Mapping
from contextlib import suppress
from threading import Event, Lock, Thread
from typing import TYPE_CHECKING, TypeVar

from firmware_bridge.links.link import Enough, Found, Inbox
from firmware_bridge.protocols import PROTOCOLS, ProtocolRow
from firmware_bridge.source import SensorFacts

if TYPE_CHECKING:
    from firmware_bridge.links.ble_peripheral import Peripheral

T = TypeVar("T")
STOP_S = 12.0
"""Longest that stopping may take, s; its steps' own time-outs add up to less."""


class BleLink:
    """All sensors in reach of this computer's Bluetooth LE; a `firmware_bridge.links.link.Link`.

    Parameters
    ----------
    target : beginning of a name, or an address, that narrows the search; "" for any sensor
    protocols : protocols by name

    bleak is imported by the thread that uses it: loading it takes time, and it is not there on every system.
    """

    def __init__(self, target: str = "", *, protocols: Mapping[str, ProtocolRow] = PROTOCOLS) -> None:
        self._target = target
        self._rows = protocols
        self._halt = _Halt()
        self._thread: Thread | None = None

    def find(self, seconds: float, enough: Enough = lambda _found: False) -> list[Found]:
        """Listen to advertisements for so long, or until there are enough.

        Raises
        ------
        LinkError : Bluetooth cannot be used; says why, and what to do
        """

        def begin() -> Coroutine[None, None, list[Found]]:
            from firmware_bridge.links.ble_session import find  # noqa: PLC0415 - brings bleak

            return find(self._rows, self._target, seconds, enough)

        return _apart(begin)

    def identify(self, sensor: SensorFacts) -> None:
        """Make a sensor show itself; the link has not been started.

        Raises
        ------
        LinkError : it cannot be reached, or has nothing to show
        """

        def begin() -> Coroutine[None, None, None]:
            from firmware_bridge.links.ble_session import identify  # noqa: PLC0415 - brings bleak

            return identify(self._rows, sensor)

        _apart(begin, sensor.name)

    def start(self, sensors: Mapping[int, SensorFacts], inbox: Inbox) -> None:
        """Connect to these sensors and keep them connected; returns at once."""
        for facts in sensors.values():
            row = self._rows.get(facts.protocol)
            if row is None or row.ble is None:
                raise ValueError(f"expected a protocol that is spoken over Bluetooth LE, got {facts.protocol!r}")
        self._thread = Thread(target=self._run, args=(dict(sensors), inbox), name="bluetooth", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Stop the sensors and disconnect."""
        self._halt.set()
        if self._thread is not None:
            self._thread.join(STOP_S)
            self._thread = None

    def _run(self, sensors: Mapping[int, SensorFacts], inbox: Inbox) -> None:
        try:
            from firmware_bridge.links.ble_peripheral import Peripheral  # noqa: PLC0415 - brings bleak

            _hush()
            peripherals = [Peripheral(n, facts, self._rows[facts.protocol], inbox) for n, facts in sensors.items()]
            while not self._halt.is_set():
                self._run_session(peripherals)
        finally:
            inbox.end()

    def _run_session(self, peripherals: "list[Peripheral]") -> None:
        """Run one session on a loop of its own.

        bleak remembers what BlueZ said for as long as a loop lives, also when BlueZ has died since: a new loop
        is the one way to make it ask again.
        """
        from firmware_bridge.links.ble_session import Session  # noqa: PLC0415 - brings bleak

        async def session() -> None:
            try:
                await Session(peripherals, self._rows).run(self._halt.here())
            finally:
                self._halt.gone()  # while the loop still takes calls

        with asyncio.Runner() as runner, suppress(asyncio.CancelledError):
            runner.run(session())


class _Halt:
    """The wish to stop: said in any thread, heard in whichever loop runs at the time."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._said = Event()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._heard = asyncio.Event()

    def is_set(self) -> bool:
        return self._said.is_set()

    def set(self) -> None:
        with self._lock:
            self._said.set()
            if self._loop is not None:
                self._loop.call_soon_threadsafe(self._heard.set)

    def here(self) -> asyncio.Event:
        """Give the event that is set in this loop."""
        with self._lock:
            self._loop = asyncio.get_running_loop()
            self._heard = asyncio.Event()
            if self._said.is_set():
                self._heard.set()
            return self._heard

    def gone(self) -> None:
        with self._lock:
            self._loop = None


def _apart(begin: Callable[[], Coroutine[None, None, T]], name: str = "the sensor") -> T:
    """Run a coroutine to its end in a thread and a loop of its own: the caller's may be a window's."""
    results: list[T] = []
    errors: list[BaseException] = []

    def run() -> None:
        _hush()
        try:
            results.append(asyncio.run(begin()))
        except BaseException as error:
            errors.append(error)

    thread = Thread(target=run, name="bluetooth", daemon=True)
    thread.start()
    thread.join()
    if not errors:
        return results[0]
    from firmware_bridge.links.ble_trouble import link_error  # noqa: PLC0415 - brings bleak

    raise link_error(errors[0], name) from errors[0]


def _hush() -> None:
    """Keep bleak's own log from the person's screen, unless somebody has asked for it."""
    logging.getLogger("bleak").addHandler(logging.NullHandler())
