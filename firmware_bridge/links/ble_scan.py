"""Looking for sensors over Bluetooth LE: advertisements, and what they tell of who sends them."""

import asyncio
import sys
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import NamedTuple

import bleak
from bleak import BleakScanner
from bleak.backends.device import BLEDevice
from bleak.backends.scanner import AdvertisementData
from bleak.exc import BleakError

from firmware_bridge.links.link import Found
from firmware_bridge.protocols import ProtocolRow
from firmware_bridge.protocols.packets import Introduction, Report
from firmware_bridge.protocols.profiles import Advert, BleProfile
from firmware_bridge.source import SensorFacts

SCHEME = "ble:"
CALL_S = 5.0
"""Longest that the system may take to begin or end a scan, s."""
UNKNOWN_DBM = -127
"""What bleak gives where the system does not tell the strength of a signal."""


class Sighting(NamedTuple):
    """A sensor that was seen, and the system's handle of it."""

    found: Found
    device: BLEDevice


class Sightings:
    """What was seen by now; an advertisement may come in parts, which are put together.

    Parameters
    ----------
    rows : protocols by name
    target : beginning of a name, or an address; "" for any sensor
    """

    def __init__(self, rows: Mapping[str, ProtocolRow], target: str = "") -> None:
        self._profiles = [(name, row.ble) for name, row in rows.items() if row.ble is not None]
        self._target = target.casefold()
        self._adverts: dict[str, Advert] = {}
        self._seen: dict[str, Sighting] = {}

    @property
    def all(self) -> list[Sighting]:
        """All sensors, in the order in which they were seen first."""
        return list(self._seen.values())

    @property
    def found(self) -> list[Found]:
        """The same, as what they tell of themselves."""
        return [sighting.found for sighting in self._seen.values()]

    def add(self, device: BLEDevice, data: AdvertisementData) -> bool:
        """Take one advertisement; tells whether it came from a sensor that is looked for."""
        advert = joined(self._adverts.get(device.address), device, data)
        self._adverts[device.address] = advert
        named = self._target in (device.address.casefold(), "") or advert.name.casefold().startswith(self._target)
        if not named:
            return False
        for protocol, profile in self._profiles:
            if profile.recognises(advert):
                self._seen[device.address] = Sighting(_found(device, data, advert, protocol, profile), device)
                return True
        return False


def joined(before: Advert | None, device: BLEDevice, data: AdvertisementData) -> Advert:
    """Give what a device has advertised by now, its last word counting."""
    old = before or Advert("", (), {})
    services = dict.fromkeys([*old.services, *(uuid.lower() for uuid in data.service_uuids)])
    name = data.local_name or device.name or old.name
    return Advert(name, tuple(services), {**old.manufacturer, **data.manufacturer_data})


def _found(device: BLEDevice, data: AdvertisementData, advert: Advert, protocol: str, profile: BleProfile) -> Found:
    told, battery = Introduction(0), None
    for packet in profile.tells(advert):
        if isinstance(packet, Introduction):
            told = packet
        elif isinstance(packet, Report) and packet.battery is not None:
            battery = packet.battery
    told = told._replace(name=advert.name or told.name)
    rssi_dbm = data.rssi if data.rssi > UNKNOWN_DBM else None
    return Found(SCHEME + device.address, protocol, told, rssi_dbm, battery)


def is_sensor(found: Found, facts: SensorFacts) -> bool:
    """Tell whether what was found is this sensor: by its serial number, else by its address, else by its name.

    A known address with another serial number is a stranger. A name alone counts where the facts have no address,
    and on macOS, where the system makes the addresses up.
    """
    address = facts.link.removeprefix(SCHEME).casefold()
    if facts.device and facts.device == found.device:
        return True
    if address and found.link.removeprefix(SCHEME).casefold() == address:
        numbered = bool(facts.device) and address not in facts.device.casefold()
        return not (numbered and found.told.device)
    nameable = not address or sys.platform == "darwin"
    return nameable and bool(facts.name) and found.told.name == facts.name and not found.told.device


async def scan(hear: Callable[[BLEDevice, AdvertisementData], None], seconds: float, enough: asyncio.Event) -> None:
    """Listen for so long, or until there is enough."""
    scanner = BleakScanner(hear)
    async with asyncio.timeout(CALL_S):
        await scanner.start()
    try:
        for device, data in await held():
            hear(device, data)
        with suppress(TimeoutError):
            await asyncio.wait_for(enough.wait(), seconds)
    finally:
        async with asyncio.timeout(CALL_S):
            await scanner.stop()


async def held() -> list[tuple[BLEDevice, AdvertisementData]]:
    """Give what the system holds connected, as if it advertised.

    A program that was killed leaves its sensors connected (BlueZ's issue 89), and these advertise no more.
    """
    adapter = getattr(bleak, "BleakAdapter", None)  # since bleak 3.1, and not on every system
    if adapter is None:
        return []
    try:
        async with asyncio.timeout(CALL_S):
            devices = await (await adapter.get()).get_connected_devices()
    except (NotImplementedError, TimeoutError, BleakError):
        return []
    return [(device, _as_advertised(device)) for device in devices]


def _as_advertised(device: BLEDevice) -> AdvertisementData:
    """Give what the system remembers of a device's advertisement; only BlueZ tells more than the name."""
    known = device.details.get("props", {}) if isinstance(device.details, dict) else {}
    data = {company: bytes(value) for company, value in known.get("ManufacturerData", {}).items()}
    return AdvertisementData(device.name, data, {}, list(known.get("UUIDs", ())), None, UNKNOWN_DBM, ())
