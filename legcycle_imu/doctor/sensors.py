"""Checks of the ways to sensors: Bluetooth, serial ports, and who may open them."""

import os
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from firmware_bridge.errors import LinkError
from legcycle_imu.doctor.examination import Finding, State
from legcycle_imu.doctor.listening import heard_apart

SERIAL_GROUPS = ("dialout", "uucp")
"""Groups that own serial ports: of Debian and its kin, of Arch and others."""


def bluetooth(*, needed: bool, heard: Callable[[], int] = heard_apart) -> Finding:
    """Say whether Bluetooth LE works, by listening for a moment."""
    try:
        count = heard()
    except LinkError as error:
        return Finding(_grave(needed), error.sentence, error.advice)
    sensors = f"{count} sensors were heard at once" if count else "no sensor was heard at once"
    return Finding(State.OK, f"Bluetooth LE works; {sensors}.", "To find sensors: legcycle scan")


def _ports() -> list[str]:
    from serial.tools.list_ports import comports  # noqa: PLC0415 - a missing package is this check's finding alone

    return [port.device for port in comports()]


def _openable(port: str) -> bool:
    return os.access(port, os.R_OK | os.W_OK)


def serial_ports(
    *,
    needed: bool,
    ports: Callable[[], Sequence[str]] = _ports,
    openable: Callable[[str], bool] = _openable,
    system: str = sys.platform,
) -> Finding:
    """Say which serial ports there are, and which of them this user may open."""
    present = ports()
    if not present:
        advice = "Plug the sensor in with a cable that carries data." if needed else ""
        return Finding(State.ATTENTION if needed else State.OK, "There is no serial port.", advice)
    shut = [] if system == "win32" else [port for port in present if not openable(port)]
    if shut:
        sentence = f"Of {', '.join(present)} this user may not open {', '.join(shut)}."
        return Finding(_grave(needed and len(shut) == len(present)), sentence, _join_group(_owner(shut[0]), system))
    return Finding(State.OK, f"There are {', '.join(present)}." if len(present) > 1 else f"There is {present[0]}.")


def serial_group(
    *, needed: bool, existing: Mapping[str, bool] | None = None, system: str = sys.platform, root: bool | None = None
) -> Finding:
    """Say whether this user is in the group that owns serial ports, where there is one.

    Parameters
    ----------
    needed : a serial port is among the sources
    existing : which of the groups exist -> whether this user is in it; the system's by default
    system : as `sys.platform` names it
    root : the user may do everything; the system's answer by default
    """
    if system != "linux":
        return Finding(State.OK, "This system needs no group for serial ports.")
    groups = _groups() if existing is None else existing
    if _is_root() if root is None else root:
        return Finding(State.OK, "This user is root and may open every port.")
    joined = [name for name, member in groups.items() if member]
    if joined:
        return Finding(State.OK, f"This user is in the group {joined[0]}.")
    if not groups:
        return Finding(State.OK, f"There is no group {' or '.join(SERIAL_GROUPS)}; the system has other rules.")
    sentence = f"This user is not in the group {next(iter(groups))}, which owns serial ports."
    return Finding(State.ATTENTION, sentence, _join_group(next(iter(groups)), system) if needed else _for_cable(groups))


def _for_cable(groups: Mapping[str, bool]) -> str:
    return f"Only for sensors on a cable: {_join_group(next(iter(groups)), 'linux')}"


def _join_group(group: str, system: str) -> str:
    if system == "linux":
        return f"Join the group: sudo usermod -aG {group} $USER, then log in again."
    return "Close other programs that use the port, and look at its permissions."


def _owner(port: str) -> str:
    """Give the group that owns a port; the usual one where it is not known."""
    try:
        return Path(port).group()
    except (OSError, KeyError, NotImplementedError):
        return SERIAL_GROUPS[0]


def _groups() -> dict[str, bool]:
    if sys.platform != "linux":
        return {}
    import grp  # noqa: PLC0415 - not on every system

    mine = {os.getgid(), *os.getgroups()}
    return {group.gr_name: group.gr_gid in mine for group in grp.getgrall() if group.gr_name in SERIAL_GROUPS}


def _is_root() -> bool:
    return sys.platform != "win32" and os.geteuid() == 0


def _grave(needed: bool) -> State:
    return State.BROKEN if needed else State.ATTENTION
