"""What may go wrong with Bluetooth LE, as a sentence and what to do, for each operating system.

Names of errors: org.bluez and org.freedesktop.DBus as BlueZ documents them; the rest as bleak raises it.
"""

import sys

from bleak.exc import (
    BleakBluetoothNotAvailableError,
    BleakBluetoothNotAvailableReason,
    BleakDBusError,
    BleakDeviceNotFoundError,
)

from firmware_bridge.errors import LinkError, Reason

Words = tuple[str, str]
"""A sentence, and the advice that goes with it."""

NO_SERVICE = {
    "linux": "Start it: sudo systemctl start bluetooth (package bluez; in a container, share /run/dbus with it).",
    "win32": "Start the service 'Bluetooth Support Service', or switch Bluetooth on in Settings.",
    "darwin": "Switch Bluetooth on in System Settings.",
}
NO_ADAPTER = {
    "linux": "Plug in a Bluetooth LE adapter; if there is one, look at: rfkill list, dmesg.",
    "win32": "Plug in a Bluetooth LE adapter, or enable it in the Device Manager.",
    "darwin": "Plug in a Bluetooth LE adapter.",
}
ADAPTER_OFF = {
    "linux": "Switch it on: rfkill unblock bluetooth, then bluetoothctl power on.",
    "win32": "Switch it on in Settings > Bluetooth & devices.",
    "darwin": "Switch it on in System Settings > Bluetooth.",
}
DENIED = {
    "linux": "Join the group: sudo usermod -aG bluetooth $USER, then log in again.",
    "win32": "Allow it in Settings > Privacy & security > Radios.",
    "darwin": "Allow your terminal in System Settings > Privacy & Security > Bluetooth, then start it again.",
}

UNAVAILABLE: dict[BleakBluetoothNotAvailableReason, tuple[str, dict[str, str]]] = {
    BleakBluetoothNotAvailableReason.NO_BLUETOOTH: ("There is no Bluetooth adapter.", NO_ADAPTER),
    BleakBluetoothNotAvailableReason.NO_BLE_CENTRAL_ROLE: ("The Bluetooth adapter is too old for LE.", NO_ADAPTER),
    BleakBluetoothNotAvailableReason.POWERED_OFF: ("Bluetooth is switched off.", ADAPTER_OFF),
    BleakBluetoothNotAvailableReason.DENIED_BY_USER: ("Bluetooth was refused to this program.", DENIED),
    BleakBluetoothNotAvailableReason.DENIED_BY_SYSTEM: ("The system refuses Bluetooth to this program.", DENIED),
    BleakBluetoothNotAvailableReason.DENIED_BY_UNKNOWN: ("Bluetooth is refused to this program.", DENIED),
}

NO_BLUEZ: tuple[str, dict[str, str]] = ("The system's Bluetooth service does not run.", NO_SERVICE)
BEGUN_ANEW: tuple[str, dict[str, str]] = (
    "The system's Bluetooth service was started anew.",
    {"linux": "The sensors are connected again; if it happens often: journalctl -u bluetooth."},
)
BY_DBUS_NAME: dict[str, tuple[str, dict[str, str]]] = {
    "org.freedesktop.DBus.Error.ServiceUnknown": NO_BLUEZ,
    "org.freedesktop.DBus.Error.NameHasNoOwner": NO_BLUEZ,
    "org.freedesktop.DBus.Error.NoReply": NO_BLUEZ,
    "org.freedesktop.DBus.Error.Disconnected": NO_BLUEZ,
    "org.freedesktop.DBus.Error.UnknownObject": BEGUN_ANEW,
    "org.freedesktop.DBus.Error.UnknownMethod": BEGUN_ANEW,
    "org.freedesktop.DBus.Error.AccessDenied": ("Bluetooth is refused to this user.", DENIED),
    "org.bluez.Error.NotReady": ("Bluetooth is switched off.", ADAPTER_OFF),
    "org.bluez.Error.NotPermitted": ("Bluetooth is refused to this user.", DENIED),
}

ABORTED = "le-connection-abort-by-local"
"""What BlueZ says where the radio could not hold a connection that had just begun."""


class SensorSilentError(Exception):
    """A sensor is connected, as the system says, and sends no samples."""


class LinkBrokenError(Exception):
    """The system reports that the link to a sensor is gone."""


class NotThereError(Exception):
    """A sensor was looked for and does not show itself."""


class NotSuchASensorError(Exception):
    """A device lacks what its protocol needs."""


OF_SENSOR: dict[type[BaseException], Words] = {
    SensorSilentError: (
        "{name} is connected but sends no samples.",
        "It is connected again; if it persists, switch it off and on.",
    ),
    LinkBrokenError: ("The link to {name} broke.", "It is looked for; keep it near, with the body out of the way."),
    NotThereError: (
        "{name} does not show itself.",
        "Switch it on and bring it near; no other program may hold it.",
    ),
    BleakDeviceNotFoundError: ("{name} is gone again.", "It is looked for; keep it near."),
    NotSuchASensorError: (
        "{name} lacks {error}.",
        "Switch it off and on; if it persists, its firmware is another one.",
    ),
    TimeoutError: ("{name} does not answer in time.", "Bring it near, or switch it off and on."),
}


def words(error: BaseException, name: str = "the sensor") -> Words:
    """Give what to tell a person of an error that befell the link to the sensor of that name."""
    of_sensor = _of_sensor(error, name)
    if of_sensor is not None:
        return of_sensor
    of_system = _of_system(error)
    if of_system is not None:
        sentence, advice = of_system
        return sentence, advice.get(sys.platform, advice["linux"])
    text = " ".join(f"{type(error).__name__} {error}".split())
    return f"Bluetooth failed at {name}: {text}.", "Switch Bluetooth off and on; if it persists, run: legcycle doctor."


def link_error(error: BaseException, name: str = "the sensor") -> LinkError:
    """Give the error of the world that this one is."""
    if isinstance(error, LinkError):
        return error
    reason = Reason.NO_LINK if _of_sensor(error, name) is None else Reason.NO_SENSOR
    return LinkError(reason, *words(error, name))


def _of_sensor(error: BaseException, name: str) -> Words | None:
    if ABORTED in str(error):
        return f"{name} could not be connected.", "Bring it near; a USB adapter away from the Wi-Fi aerial helps."
    for kind, (sentence, advice) in OF_SENSOR.items():
        if isinstance(error, kind):
            return sentence.format(name=name, error=error), advice
    return None


def _of_system(error: BaseException) -> tuple[str, dict[str, str]] | None:
    if isinstance(error, BleakBluetoothNotAvailableError):
        return UNAVAILABLE.get(error.reason, ("Bluetooth cannot be used.", NO_ADAPTER))
    if isinstance(error, BleakDBusError):
        return BY_DBUS_NAME.get(error.dbus_error)
    if isinstance(error, PermissionError):
        return "Bluetooth is refused to this user.", DENIED
    if isinstance(error, ConnectionError | FileNotFoundError | EOFError):
        return NO_BLUEZ
    if isinstance(error, ImportError | NotImplementedError):
        return "Bluetooth LE does not work on this system.", NO_ADAPTER
    return None
