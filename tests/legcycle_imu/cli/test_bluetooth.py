"""The commands that look for sensors, against unmodified bleak and the false BlueZ of `tests.bluez`."""

import json
from collections.abc import Iterator

import pytest

from firmware_bridge.choice import PLACEMENTS
from legcycle_imu.config import load_config
from legcycle_imu.doctor import sensors
from tests.bluez import private_bus
from tests.bluez.fake_bluez import FakeBluez, fake_bluez

pytestmark = pytest.mark.skipif(not private_bus.is_there(), reason=private_bus.MISSING)


@pytest.fixture(scope="module")
def bluez() -> Iterator[FakeBluez]:
    with fake_bluez(4) as bluez:
        yield bluez


def test_scan_shows_what_advertisements_tell(cli, bluez):
    result = cli("scan", "--source", "ble:", "--seconds", "1.5", "--json")
    assert result.exit_code == 0
    rows = {row["name"]: row for row in json.loads(result.stdout)}
    assert sorted(rows) == sorted(bluez.names)
    assert sorted(row["worn"] for row in rows.values()) == sorted(str(placement) for placement in PLACEMENTS)
    for row in rows.values():
        assert row["protocol"] == "leglink"
        assert row["link"].startswith("ble:C4:")
        assert -100 < row["signal_dbm"] < 0
        assert 0 <= row["battery_pct"] <= 100


def test_what_is_saved_is_found_again_and_blinks(cli, bluez, tmp_path):
    assert cli("scan", "--source", "ble:", "--seconds", "1.5", "--save").exit_code == 0
    config = load_config(tmp_path / "legcycle.toml")
    assert set(config.sensors) == set(PLACEMENTS)
    again = cli("scan", "--seconds", "1.5")
    assert again.exit_code == 0
    assert again.stderr == ""
    name, before = config.sensors[PLACEMENTS[0]].name, bluez.state()["blinks"]
    blinked = cli("identify", "left thigh")
    assert blinked.exit_code == 0, blinked.stderr
    assert name in blinked.stderr
    assert bluez.state()["blinks"] == before | {name: before[name] + 1}


def test_doctor_hears_the_sensors_and_tells_an_adapter_that_is_off(bluez):
    found = sensors.bluetooth(needed=True)
    assert found.finding == "Bluetooth LE works; 4 sensors were heard at once."
    bluez.power(False)
    try:
        off = sensors.bluetooth(needed=True)
    finally:
        bluez.power(True)
    assert off.finding == "Bluetooth is switched off."
    assert "rfkill unblock bluetooth" in off.advice
