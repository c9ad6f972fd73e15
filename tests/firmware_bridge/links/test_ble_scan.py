"""Advertisements put together and told apart, without any radio."""

import sys
from typing import Any

import pytest
from bleak.backends.device import BLEDevice
from bleak.backends.scanner import AdvertisementData

from firmware_bridge.found import Found
from firmware_bridge.links.ble_scan import UNKNOWN_DBM, Sightings, is_sensor, joined
from firmware_bridge.protocols import leglink
from firmware_bridge.protocols.leglink_packets import ADVERTISED, PLACES
from firmware_bridge.protocols.packets import Introduction
from firmware_bridge.source import SensorFacts

ROWS = {"leglink": leglink.ROW}
ADDRESS = "C4:00:00:00:00:01"
TOLD = ADVERTISED.pack(1, 2, 50, 0xBEEF)


def device(address: str = ADDRESS, name: str | None = None) -> BLEDevice:
    return BLEDevice(address, name, {})


def advertisement(**what: Any) -> AdvertisementData:
    nothing: dict[str, Any] = {
        "local_name": None,
        "manufacturer_data": {},
        "service_data": {},
        "service_uuids": [],
        "tx_power": None,
        "rssi": UNKNOWN_DBM,
        "platform_data": (),
    }
    return AdvertisementData(**nothing | what)


def sensor(**what: Any) -> SensorFacts:
    return leglink.DEFAULTS._replace(**what)


def found(address: str = ADDRESS, number: str | None = None, name: str = "WT901") -> Found:
    return Found(f"ble:{address}", "witmotion", Introduction(0, number, name))


def test_what_comes_in_two_parts_is_put_together() -> None:
    first = joined(None, device(), advertisement(service_uuids=[leglink.SERVICE.upper()]))
    both = joined(first, device(), advertisement(local_name="LegLink BEEF", manufacturer_data={0xFFFF: TOLD}))
    assert both == ("LegLink BEEF", (leglink.SERVICE,), {0xFFFF: TOLD})
    assert joined(both, device(), advertisement()) == both


def test_the_name_that_the_system_knows_counts_where_the_advertisement_has_none() -> None:
    assert joined(None, device(name="LegLink BEEF"), advertisement()).name == "LegLink BEEF"


def test_a_sensor_tells_more_with_each_part() -> None:
    sightings = Sightings(ROWS)
    assert sightings.add(device(), advertisement(service_uuids=[leglink.SERVICE], rssi=-50))
    assert sightings.found == [Found(f"ble:{ADDRESS}", "leglink", Introduction(0), -50)]
    assert sightings.add(device(), advertisement(local_name="LegLink BEEF", manufacturer_data={0xFFFF: TOLD}))
    told = Introduction(2, "0000BEEF", "LegLink BEEF", PLACES[2])
    assert sightings.found == [Found(f"ble:{ADDRESS}", "leglink", told, None, 0.5)]


def test_what_is_no_sensor_is_passed_over() -> None:
    sightings = Sightings(ROWS)
    assert not sightings.add(device(), advertisement(local_name="somebody's headphones"))
    assert sightings.all == []


@pytest.mark.parametrize(
    ("target", "fits"),
    [("", True), ("leglink", True), ("LegLink BE", True), (ADDRESS.lower(), True), ("C4:00", False), ("BEEF", False)],
)
def test_the_target_is_an_address_or_begins_the_name(target: str, fits: bool) -> None:
    assert Sightings(ROWS, target).add(device(), advertisement(local_name="LegLink BEEF")) is fits


def test_the_serial_number_decides_wherever_the_sensor_is() -> None:
    facts = sensor(device="0000BEEF", link=f"ble:{ADDRESS}")
    assert is_sensor(found("D0:00:00:00:00:02", "0000BEEF"), facts)
    assert not is_sensor(found(ADDRESS, "0000DEAD"), facts)


def test_the_address_decides_where_a_sensor_has_no_serial_number() -> None:
    facts = sensor(device=f"WT901 {ADDRESS}", name="WT901", link=f"ble:{ADDRESS}")
    assert is_sensor(found(ADDRESS.lower()), facts)
    assert is_sensor(found(ADDRESS, "0000BEEF"), facts)


def test_an_unknown_number_is_taken_at_the_known_address() -> None:
    assert is_sensor(found(ADDRESS), sensor(device="0000BEEF", link=f"ble:{ADDRESS}"))


@pytest.mark.parametrize(("platform", "same"), [("linux", False), ("win32", False), ("darwin", True)])
def test_a_name_alone_counts_only_where_addresses_are_made_up(
    platform: str, same: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "platform", platform)
    facts = sensor(device="WT901 1F2E", name="WT901", link="ble:1F2E")
    assert is_sensor(found("77AB"), facts) is same


def test_a_name_counts_where_no_address_is_known() -> None:
    assert is_sensor(found(), sensor(name="WT901", link="ble:"))
    assert not is_sensor(found(name="WT902"), sensor(name="WT901", link="ble:"))
    assert not is_sensor(found(name=""), sensor(name="", link="ble:"))
