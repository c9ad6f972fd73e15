"""What is looked at on this computer."""

from functools import partial
from pathlib import Path

from firmware_bridge.links.monikers import parse_moniker
from legcycle_imu.config import DEFAULT_SOURCES, SOURCES, ConfigError, load_config
from legcycle_imu.doctor import computer, sensors
from legcycle_imu.doctor.examination import Check
from legcycle_imu.doctor.listening import if_stuck


def checks_here(folder: Path) -> list[Check]:
    """Give all checks.

    Parameters
    ----------
    folder : where recordings go
    """
    kinds = needed_kinds()
    return [
        Check("legcycle", computer.versions),
        Check("packages", computer.packages),
        Check("config file", computer.config_file),
        Check("Bluetooth", partial(sensors.bluetooth, needed="ble" in kinds), if_stuck()),
        Check(
            "serial ports", partial(sensors.serial_ports, needed="serial" in kinds), "Unplug all, and plug in again."
        ),
        Check("serial group", partial(sensors.serial_group, needed="serial" in kinds)),
        Check("disk", partial(computer.room, folder), "Work in a folder on a disk of this computer."),
        Check("clock", computer.clock),
        Check("window", computer.window),
        Check("sound", computer.sound, "Unplug and plug in the headset."),
    ]


def needed_kinds() -> set[str]:
    """Give the kinds of sources that recording needs: those of the config, the defaults where it is not valid."""
    try:
        sources = load_config().sources
    except ConfigError:
        sources = DEFAULT_SOURCES
    return {parse_moniker(text, SOURCES).kind for text in sources}
