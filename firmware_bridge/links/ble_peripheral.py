"""One sensor over Bluetooth LE: connect, listen, make it stream, watch over it, let it go."""

import asyncio
from collections.abc import Iterable
from contextlib import suppress
from itertools import count
from math import inf

from bleak import BleakClient
from bleak.backends.characteristic import BleakGATTCharacteristic
from bleak.backends.device import BLEDevice

from firmware_bridge.links.ble_trouble import (
    LinkBrokenError,
    NotSuchASensorError,
    NotThereError,
    SensorSilentError,
    words,
)
from firmware_bridge.links.link import Inbox
from firmware_bridge.links.pulse import Pulse
from firmware_bridge.protocols import ProtocolRow
from firmware_bridge.protocols.profiles import BleProfile, Read, Step
from firmware_bridge.source import Kind, SensorFacts

CONNECT_S = 10.0
"""Longest that a connection may take with its services, s."""
CALL_S = 5.0
"""Longest that one read, write or subscription may take, s: some connection events with retransmissions."""
STOP_S = 1.5
"""Longest that the steps that stop a sensor may take, s: nobody waits for one that is gone."""
PART_S = 4.0
"""Longest that disconnecting may take, s: BlueZ itself takes up to 2 s for it."""
QUIET_S = 1.5
"""Shortest time without samples that counts as a loss, s: Linux gives a link up after 0.4 s, others after some."""
QUIET_PACKETS = 5
"""Packets that must be missing before their absence counts as a loss."""
FIRST_DATA_S = 4.0
"""Longest that a sensor may take from being started to its first samples, s."""
LATELY_S = 1.0
"""A sensor heard so short a time ago, s, shows that the radio works."""
MISSED_S = 5.0
"""After so long a search a sensor is said not to show itself, s."""
RETRY_S = (0.0, 0.25, 0.5, 1.0, 2.0)
"""Pause before a sensor is connected again, by how often it failed in a row, s; the last for all further ones."""


class Peripheral:
    """A sensor and all that befalls its link.

    Parameters
    ----------
    sensor : its number in the session
    facts : what is known of it
    row : its protocol
    inbox : where its entries go

    Attributes
    ----------
    facts : what is known of it
    """

    def __init__(self, sensor: int, facts: SensorFacts, row: ProtocolRow, inbox: Inbox) -> None:
        if row.ble is None:
            raise ValueError(f"expected a protocol that is spoken over Bluetooth LE, got {facts.protocol!r}")
        self.facts = facts
        self._missed_s = 0.0
        self._sensor = sensor
        self._row = row
        self._profile: BleProfile = row.ble
        self._quiet_s = max(QUIET_S, QUIET_PACKETS * row.samples_a_packet / facts.rate_hz)
        self._inbox = inbox
        self._client: BleakClient | None = None
        self._broken = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self._pulse = Pulse(row)
        self._heard_at = -inf
        self._sampled_at = -inf
        self._failures = 0
        self._retry_at = -inf
        self._said = ""

    @property
    def name(self) -> str:
        """What a person calls it."""
        return self.facts.name or self.facts.device or self.facts.link

    @property
    def streams(self) -> bool:
        """Whether it is connected and attended to."""
        return self._task is not None and not self._task.done()

    def heard_lately(self) -> bool:
        """Tell whether it has just been connected, or something come from it."""
        return asyncio.get_running_loop().time() < self._heard_at + LATELY_S

    def retry_in_s(self) -> float:
        """Give how long to wait before it is connected again, s."""
        return max(0.0, self._retry_at - asyncio.get_running_loop().time())

    async def connect(self, device: BLEDevice) -> None:
        """Connect to it; everything else is done by `attend`.

        A link that breaks and comes back inside bleak's own attempts is reported as broken by its callback:
        only what comes after the connection stands counts.
        """
        self._broken = broken = asyncio.Event()
        client = BleakClient(device, disconnected_callback=lambda _client: broken.set(), timeout=CONNECT_S)
        self._client = client
        try:
            async with asyncio.timeout(CONNECT_S):
                await client.connect()
        except BaseException as error:
            self._client = None
            self.fail(error)
            raise
        broken.clear()
        if not client.is_connected:
            broken.set()
        self._missed_s = 0.0
        self._heard_at = asyncio.get_running_loop().time()

    def attend(self) -> "asyncio.Task[None]":
        """Begin to listen to it and to watch over it; the task ends when it is lost, never with an error of it.

        Whatever failed while parting is the task's exception: the system's Bluetooth may be gone.
        """
        self._inbox(self._sensor, b"", Kind.CONNECTED)
        self._pulse = Pulse(self._row)
        self._said = ""
        self._task = asyncio.create_task(self._attend())
        return self._task

    async def leave(self) -> None:
        """End the attending and wait for the parting."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait({self._task}, timeout=STOP_S + PART_S)
            self._task = None

    async def perform(self, steps: Iterable[Step]) -> None:
        """Do these steps one after the other, and post what was sent and read."""
        client = self._client
        if client is None:
            raise LinkBrokenError
        for step in steps:
            async with asyncio.timeout(CALL_S):
                if isinstance(step, Read):
                    await self._read(client, step)
                    continue
                self._inbox(self._sensor, step.data, Kind.SENT)
                await client.write_gatt_char(step.characteristic, step.data, response=step.response)
            await asyncio.sleep(step.pause_s)

    async def part(self) -> None:
        """Disconnect, whatever state the link is in."""
        client, self._client = self._client, None
        if client is not None:
            async with asyncio.timeout(PART_S):
                await client.disconnect()

    def fail(self, error: BaseException) -> None:
        """Take note that it was lost or could not be reached."""
        if isinstance(error, asyncio.CancelledError):
            return
        self._heard_at = -inf
        self._retry_at = asyncio.get_running_loop().time() + RETRY_S[min(self._failures, len(RETRY_S) - 1)]
        self._failures += 1
        self._say(error)

    def miss(self, seconds: float) -> None:
        """Take note that it did not show itself for so long."""
        self._missed_s += seconds
        if self._missed_s >= MISSED_S:
            self._say(NotThereError())

    def _say(self, error: BaseException) -> None:
        """Post the trouble; the same one once."""
        sentence = " ".join(words(error, self.name))
        if sentence != self._said:
            self._said = sentence
            self._inbox(self._sensor, sentence.encode(), Kind.LOST)

    async def _attend(self) -> None:
        conversation = self._profile.conversation
        try:
            await self._listen()
            await self.perform(conversation.start(self.facts))
            await self._watch()
        except asyncio.CancelledError:
            await self._stop()
            await self.part()
            raise
        except Exception as error:
            await self._part_after(error)

    async def _part_after(self, error: Exception) -> None:
        """Part from a lost sensor; where even that fails, its reason is the better one to tell."""
        try:
            await self.part()
        except Exception as worse:
            self.fail(worse)
            raise
        self.fail(error)

    async def _stop(self) -> None:
        with suppress(Exception):  # it is left anyway
            async with asyncio.timeout(STOP_S):
                await self.perform(self._profile.conversation.stop(self.facts))

    async def _listen(self) -> None:
        client = self._client
        if client is None or not client.is_connected:
            raise LinkBrokenError
        present = [uuid for uuid in self._profile.notify if client.services.get_characteristic(uuid) is not None]
        if not present:
            raise NotSuchASensorError(f"the characteristic {' or '.join(self._profile.notify)}")
        for uuid in present:
            async with asyncio.timeout(CALL_S):
                await client.start_notify(uuid, self._on_notification)

    def _on_notification(self, _characteristic: BleakGATTCharacteristic, data: bytearray) -> None:
        self._inbox(self._sensor, bytes(data))
        self._heard_at = now = asyncio.get_running_loop().time()
        if self._pulse.push(bytes(data)):
            self._sampled_at = max(self._sampled_at, now)
            self._failures = 0

    async def _read(self, client: BleakClient, step: Read) -> None:
        characteristic = client.services.get_characteristic(step.characteristic)
        if characteristic is not None:
            told = step.wrap(bytes(await client.read_gatt_char(characteristic)))
            self._pulse.push(told)
            self._inbox(self._sensor, told, Kind.INFO)

    async def _watch(self) -> None:
        """Ask what is to be asked at its time, until the link breaks or no samples come any more."""
        conversation, now = self._profile.conversation, asyncio.get_running_loop().time
        counts = count()
        self._sampled_at = now() + FIRST_DATA_S - self._quiet_s
        poll_at = now() if conversation.poll_s else inf
        while not await self._broke_before(min(poll_at, self._sampled_at + self._quiet_s)):
            if now() >= self._sampled_at + self._quiet_s:
                raise SensorSilentError
            if now() >= poll_at:
                poll_at = now() + conversation.poll_s
                with suppress(Exception):  # an unanswered question is no loss: silence is
                    async with asyncio.timeout(self._quiet_s):
                        await self.perform(conversation.poll(self.facts, next(counts)))
        raise LinkBrokenError

    async def _broke_before(self, deadline: float) -> bool:
        try:
            async with asyncio.timeout_at(deadline):
                return await self._broken.wait()
        except TimeoutError:
            return False
