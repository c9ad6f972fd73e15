"""Every trouble becomes a sentence and a piece of advice that fits the operating system."""

import sys

import pytest
from bleak.exc import (
    BleakBluetoothNotAvailableError,
    BleakBluetoothNotAvailableReason,
    BleakDBusError,
    BleakDeviceNotFoundError,
    BleakError,
)

from firmware_bridge.errors import LinkError, Reason
from firmware_bridge.links.ble_trouble import (
    BY_DBUS_NAME,
    LinkBrokenError,
    NotSuchASensorError,
    NotThereError,
    SensorSilentError,
    link_error,
    words,
)

OF_SENSOR = [
    (SensorSilentError(), "LL connected but sends no samples"),
    (LinkBrokenError(), "link to LL broke"),
    (NotThereError(), "LL does not show itself"),
    (NotSuchASensorError("the characteristic ABC"), "LL lacks the characteristic ABC"),
    (BleakDeviceNotFoundError("x", "gone"), "LL gone"),
    (TimeoutError(), "LL not answer in time"),
    (BleakDBusError("org.bluez.Error.Failed", ["le-connection-abort-by-local"]), "LL could not be connected"),
]
OF_SYSTEM = [
    *(BleakBluetoothNotAvailableError("x", reason) for reason in BleakBluetoothNotAvailableReason),
    *(BleakDBusError(name, []) for name in BY_DBUS_NAME),
    PermissionError(13, "x"),
    FileNotFoundError(2, "x"),
    ConnectionRefusedError(),
    EOFError(),
    ImportError("x"),
    NotImplementedError(),
]


@pytest.mark.parametrize(("error", "about"), OF_SENSOR)
def test_the_sensor_s_trouble_names_it(error: Exception, about: str) -> None:
    sentence, advice = words(error, "LL")
    assert all(word in sentence for word in about.split())
    assert link_error(error, "LL").reason is Reason.NO_SENSOR
    assert advice.endswith(".")


@pytest.mark.parametrize("platform", ["linux", "darwin", "win32"])
@pytest.mark.parametrize("error", OF_SYSTEM, ids=repr)
def test_the_system_s_trouble_has_advice_everywhere(
    error: Exception, platform: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "platform", platform)
    trouble = link_error(error)
    assert trouble.reason is Reason.NO_LINK
    assert "luetooth" in trouble.sentence
    assert "Error" not in trouble.sentence
    assert trouble.sentence.endswith(".") and trouble.advice.endswith((".", ")."))


def test_advice_differs_between_systems(monkeypatch: pytest.MonkeyPatch) -> None:
    error = BleakBluetoothNotAvailableError("x", BleakBluetoothNotAvailableReason.POWERED_OFF)
    advice = set()
    for platform in ("linux", "darwin", "win32"):
        monkeypatch.setattr(sys, "platform", platform)
        advice.add(words(error)[1])
    assert len(advice) == 3


def test_what_nobody_foresaw_is_said_as_it_is() -> None:
    sentence, advice = words(BleakError("a\nnew  kind"), "LL")
    assert sentence == "Bluetooth failed at LL: BleakError a new kind."
    assert "legcycle doctor" in advice
    assert link_error(BleakError("x")).reason is Reason.NO_LINK


def test_an_error_of_the_world_stays_as_it_is() -> None:
    error = LinkError(Reason.NO_SENSOR, "It is not there.", "Look for it.")
    assert link_error(error) is error
