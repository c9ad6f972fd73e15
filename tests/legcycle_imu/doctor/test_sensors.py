import sys

import pytest

from firmware_bridge.errors import LinkError, Reason
from legcycle_imu.doctor import State
from legcycle_imu.doctor.sensors import bluetooth, serial_group, serial_ports


def no_radio() -> int:
    raise LinkError(Reason.NO_LINK, "There is no adapter.", "Buy one.")


@pytest.mark.parametrize(("needed", "state"), [(True, State.BROKEN), (False, State.ATTENTION)])
def test_bluetooth_in_trouble_is_grave_where_it_is_needed(needed, state):
    assert bluetooth(needed=needed, heard=no_radio) == (state, "There is no adapter.", "Buy one.")


def test_bluetooth_that_works_says_what_it_heard():
    assert "no sensor" in bluetooth(needed=True, heard=lambda: 0).finding
    heard = bluetooth(needed=True, heard=lambda: 2)
    assert (heard.state, heard.finding) == (State.OK, "Bluetooth LE works; 2 sensors were heard at once.")


@pytest.mark.skipif(sys.platform != "linux", reason="bleak asks D-Bus on Linux alone")
def test_where_no_bluetooth_service_runs_it_is_said(monkeypatch, tmp_path):
    monkeypatch.setenv("DBUS_SYSTEM_BUS_ADDRESS", f"unix:path={tmp_path / 'no-bus'}")
    found = bluetooth(needed=True)
    assert found.state is State.BROKEN
    assert found.finding == "The system's Bluetooth service does not run."
    assert "systemctl start bluetooth" in found.advice


def ports(*names: str, shut: tuple[str, ...] = (), needed: bool = True, system: str = "linux"):
    return serial_ports(needed=needed, ports=lambda: list(names), openable=lambda port: port not in shut, system=system)


def test_serial_ports_are_named():
    assert ports("COM3", "COM4", system="win32") == (State.OK, "There are COM3, COM4.", "")
    assert ports("/dev/ttyACM0").finding == "There is /dev/ttyACM0."


def test_no_port_matters_only_to_who_needs_one():
    assert ports(needed=False) == (State.OK, "There is no serial port.", "")
    assert ports(needed=True).state is State.ATTENTION  # a sensor may be plugged in later


def test_a_port_that_is_shut_is_grave_where_it_is_the_only_one():
    one = ports("/dev/ttyX0", shut=("/dev/ttyX0",))
    assert one.state is State.BROKEN
    assert "may not open /dev/ttyX0" in one.finding
    assert one.advice.startswith("Join the group: sudo usermod -aG dialout")
    assert ports("/dev/ttyX0", "/dev/ttyX1", shut=("/dev/ttyX0",)).state is State.ATTENTION
    assert ports("/dev/ttyX0", shut=("/dev/ttyX0",), needed=False).state is State.ATTENTION
    assert "usermod" not in ports("/dev/cu.x", shut=("/dev/cu.x",), system="darwin").advice


def group(existing: dict[str, bool], *, needed: bool = True, system: str = "linux", root: bool = False):
    return serial_group(needed=needed, existing=existing, system=system, root=root)


def test_who_may_open_ports_is_told():
    assert group({"dialout": False}, system="darwin").state is State.OK
    assert group({"dialout": False}, root=True).state is State.OK
    assert group({"dialout": False, "uucp": True}).finding == "This user is in the group uucp."
    assert group({}).state is State.OK
    outside = group({"uucp": False})
    assert outside.state is State.ATTENTION
    assert outside.advice == "Join the group: sudo usermod -aG uucp $USER, then log in again."
    assert group({"uucp": False}, needed=False).advice.startswith("Only for sensors on a cable: Join")


def test_this_computers_own_answers_are_findings():
    assert serial_ports(needed=False).finding
    assert serial_group(needed=False).finding
