"""All sensors of a session over Bluetooth LE: who is missing is looked for, found, connected and attended to.

One task scans and connects, so that there is never a scan while a connection is made, nor two connections at once.
"""

import asyncio
from collections.abc import Mapping, Sequence
from contextlib import suppress

from bleak.backends.device import BLEDevice
from bleak.backends.scanner import AdvertisementData

from firmware_bridge.errors import LinkError, Reason
from firmware_bridge.links.ble_peripheral import Peripheral
from firmware_bridge.links.ble_scan import Sighting, Sightings, is_sensor, scan
from firmware_bridge.links.ble_trouble import NotThereError, link_error
from firmware_bridge.links.link import Enough, Found
from firmware_bridge.protocols import ProtocolRow
from firmware_bridge.source import Kind, SensorFacts

Rows = Mapping[str, ProtocolRow]

ASK_S = 0.1
"""Time between two questions whether there are enough by now, s: what other links find counts, too."""
SCAN_S = 2.0
"""Length of one scan for what is missing, s."""
REST_S = 0.5
"""Pause between two scans that found nothing, s: scanning takes air time from the sensors that stream."""
SETTLE_S = 0.4
"""How long a scan waits for further missing sensors once one was seen, s: some advertising intervals."""
END_S = 3.0
"""Longest that a connection under way may take to be given up, s."""
IDENTIFY_SCAN_S = 8.0
"""Longest search for a sensor that shall show itself, s."""


async def find(rows: Rows, target: str, seconds: float, enough: Enough) -> list[Found]:
    """Give the sensors that advertise within so long, or as soon as there are enough."""
    sightings, over = Sightings(rows, target), asyncio.Event()

    def hear(device: BLEDevice, data: AdvertisementData) -> None:
        sightings.add(device, data)

    async def ask() -> None:
        while not enough(sightings.found):
            await asyncio.sleep(ASK_S)
        over.set()

    asking = asyncio.create_task(ask())
    try:
        await scan(hear, seconds, over)
    finally:
        asking.cancel()
    return sightings.found


async def identify(rows: Rows, facts: SensorFacts) -> None:
    """Make one sensor show itself.

    Raises
    ------
    LinkError : it has nothing to show, or is not there
    """
    peripheral = Peripheral(0, facts, rows[facts.protocol], _Nowhere())
    profile = rows[facts.protocol].ble
    steps = profile.conversation.identify(facts) if profile else []
    if not steps:
        sentence = f"{peripheral.name} has nothing to show itself by."
        raise LinkError(Reason.NO_SENSOR, sentence, "Shake it, and see in the live view which one moves.")
    seen = await look_for([peripheral], rows, IDENTIFY_SCAN_S)
    if not seen:
        raise link_error(NotThereError(), peripheral.name)
    try:
        await peripheral.connect(seen[0][1].device)
        await peripheral.perform(steps)
    finally:
        await peripheral.part()


async def look_for(missing: Sequence[Peripheral], rows: Rows, seconds: float) -> list[tuple[Peripheral, Sighting]]:
    """Scan until all of these were seen, or one was and the others do not follow; give those that were."""
    sightings, over, loop = Sightings(rows), asyncio.Event(), asyncio.get_running_loop()
    seen: list[tuple[Peripheral, Sighting]] = []

    def hear(device: BLEDevice, data: AdvertisementData) -> None:
        if sightings.add(device, data):
            seen[:] = _matched(missing, sightings.all)
            if seen:
                loop.call_later(SETTLE_S if len(seen) < len(missing) else 0.0, over.set)

    await scan(hear, seconds, over)
    return seen


def _matched(missing: Sequence[Peripheral], sightings: Sequence[Sighting]) -> list[tuple[Peripheral, Sighting]]:
    fitting = ((p, [s for s in sightings if is_sensor(s.found, p.facts)]) for p in missing)
    return [(peripheral, those[0]) for peripheral, those in fitting if those]


class Session:
    """Keeps sensors connected for as long as the system's Bluetooth lives.

    Parameters
    ----------
    peripherals : the sensors
    rows : protocols by name
    """

    def __init__(self, peripherals: Sequence[Peripheral], rows: Rows) -> None:
        self._peripherals = peripherals
        self._rows = rows
        self._changed = asyncio.Event()
        self._parting_error: BaseException | None = None

    async def run(self, stop: asyncio.Event) -> None:
        """Keep them connected until stopped; ends by itself where Bluetooth must be begun anew."""
        keeping = asyncio.create_task(self._keep())
        stopping = asyncio.create_task(stop.wait())
        await asyncio.wait({keeping, stopping}, return_when=asyncio.FIRST_COMPLETED)
        keeping.cancel()
        stopping.cancel()
        await asyncio.wait({keeping}, timeout=END_S)
        await asyncio.gather(*(peripheral.leave() for peripheral in self._peripherals))

    async def _keep(self) -> None:
        """Bring back whoever is missing; return once nothing is heard of anybody and something is amiss."""
        while True:
            try:
                self._raise_parting_error()
                await self._bring_back()
            except Exception as error:
                if not any(peripheral.heard_lately() for peripheral in self._peripherals):
                    for peripheral in self._peripherals:
                        peripheral.fail(error)
                    return
                await self._wait(REST_S)

    async def _bring_back(self) -> None:
        missing = [peripheral for peripheral in self._peripherals if not peripheral.streams]
        due = [peripheral for peripheral in missing if not peripheral.retry_in_s()]
        if not due:
            await self._wait(min((p.retry_in_s() for p in missing), default=None))
            return
        seen = await look_for(due, self._rows, SCAN_S)
        await self._connect(seen)
        for peripheral in due:
            if all(peripheral is not one for one, _ in seen):
                peripheral.miss(SCAN_S + REST_S)
        if not seen:
            await self._wait(REST_S)

    async def _connect(self, seen: Sequence[tuple[Peripheral, Sighting]]) -> None:
        """Connect to them one after the other; the last error counts, once all have had their turn."""
        failed: Exception | None = None
        for peripheral, sighting in seen:
            try:
                await peripheral.connect(sighting.device)
                peripheral.attend().add_done_callback(self._on_parted)
            except Exception as error:
                failed = error
        if failed is not None:
            raise failed

    def _on_parted(self, task: "asyncio.Task[None]") -> None:
        if not task.cancelled() and task.exception() is not None:
            self._parting_error = task.exception()
        self._changed.set()

    def _raise_parting_error(self) -> None:
        error, self._parting_error = self._parting_error, None
        if error is not None:
            raise error

    async def _wait(self, seconds: float | None) -> None:
        """Wait for a sensor to be lost, for so long at most."""
        self._changed.clear()
        with suppress(TimeoutError):
            await asyncio.wait_for(self._changed.wait(), seconds)


class _Nowhere:
    """An inbox that forgets."""

    def __call__(self, sensor: int, data: bytes, kind: Kind = Kind.RECEIVED) -> None:
        pass

    def end(self) -> None:
        pass
