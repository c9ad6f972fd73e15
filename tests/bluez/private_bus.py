"""A D-Bus of one's own: dbus-daemon without privileges, on a socket in a folder."""

import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

MISSING = "no dbus-daemon: apt-get install dbus"
POLICY = """<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig>
  <type>system</type>
  <listen>unix:path={socket}</listen>
  <auth>EXTERNAL</auth>
  <policy context="default">
    <allow send_destination="*" eavesdrop="true"/>
    <allow receive_sender="*"/>
    <allow own="*"/>
  </policy>
</busconfig>
"""
"""A client may send, receive and own everything; there is nobody else on this bus."""


def is_there() -> bool:
    return shutil.which("dbus-daemon") is not None


@contextmanager
def private_bus(folder: Path) -> Iterator[tuple[str, int]]:
    """Give the address and the process of a bus that lives as long as the block."""
    config, socket = folder / "bus.conf", folder / "bus"
    config.write_text(POLICY.format(socket=socket), encoding="utf-8")
    command = ["dbus-daemon", f"--config-file={config}", "--nofork", "--print-address"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as daemon:
        assert daemon.stdout is not None
        address = daemon.stdout.readline().strip()  # it listens before it says so
        try:
            yield address, daemon.pid
        finally:
            daemon.terminate()
            daemon.wait(5)
