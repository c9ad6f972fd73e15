"""BlueZ for tests: `with fake_bluez(peripherals=4) as bluez:` and unmodified bleak finds four LegLink sensors.

Inside the block DBUS_SYSTEM_BUS_ADDRESS leads to a private bus, for this process and those that it starts. What
`bluez` is told happens before the call returns.
"""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.bluez.private_bus import private_bus

ROOT = Path(__file__).parents[2]
VARIABLE = "DBUS_SYSTEM_BUS_ADDRESS"


class FakeBluez:
    """What a test says to the false BlueZ; `name` is a sensor's, or its last four digits.

    Attributes
    ----------
    names : local names of the sensors
    pid : of the process
    bus_pid : of the bus's
    """

    def __init__(self, process: "subprocess.Popen[str]", bus_pid: int) -> None:
        self._process = process
        self.bus_pid = bus_pid
        self.pid = process.pid
        self.names: list[str] = self._answer()

    def drop(self, name: str, seconds: float = 0.0) -> None:
        """Break the link to a sensor, and take it out of reach for so long."""
        self._order("drop", name=name, seconds=seconds)

    def mute(self, name: str, on: bool = True) -> None:
        """Let a sensor stay connected and say nothing any more."""
        self._order("mute", name=name, on=on)

    def stall(self, name: str) -> None:
        """Let a sensor cease to measure until it is started anew; it goes on answering."""
        self._order("stall", name=name)

    def abort(self, name: str, times: int) -> None:
        """Let the next connections to a sensor fail as they do with a bad radio."""
        self._order("abort", name=name, times=times)

    def restart_sensor(self, name: str, seconds: float = 0.3) -> None:
        """Take a sensor's power away for a moment: its clock begins at 0."""
        self._order("restart", name=name, seconds=seconds)

    def kill(self) -> None:
        """Let BlueZ die: nobody on the bus is told but by the loss of its name."""
        self._order("kill")

    def revive(self) -> None:
        """Start BlueZ again; it remembers nothing."""
        self._order("revive")

    def power(self, on: bool) -> None:
        """Switch the adapter."""
        self._order("power", on=on)

    def air(self, **settings: float | bool) -> None:
        """Change how the radio behaves: fields of `tests.bluez.air.Air`."""
        self._order("air", **settings)

    def state(self) -> dict[str, Any]:
        """Give CPU time of the process, s; connections being made; of each sensor whether it streams, its counts."""
        state: dict[str, Any] = self._order("state")
        return state

    def _order(self, do: str, **what: object) -> Any:
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps({"do": do, **what}) + "\n")
        self._process.stdin.flush()
        return self._answer()

    def _answer(self) -> Any:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            raise RuntimeError("the false BlueZ has ended; what it said stands above")
        return json.loads(line)


@contextmanager
def fake_bluez(
    peripherals: int = 4,
    *,
    seconds: float = 5.0,
    clock_ppm: float = 40.0,
    seed: int = 0,
    powered: bool = True,
    **air: float | bool,
) -> Iterator[FakeBluez]:
    """Run a false BlueZ on a bus of its own.

    Parameters
    ----------
    peripherals : sensors in reach
    seconds : length of the run that they measure over and over; more than 30 s begin with standing and knee lifts
    clock_ppm : largest error of their clocks
    seed : of the runner and all noise
    powered : whether the adapter is on
    air : fields of `tests.bluez.air.Air`
    """
    with tempfile.TemporaryDirectory() as folder, private_bus(Path(folder)) as (address, bus_pid):
        settings = {"address": address, "peripherals": peripherals, "seconds": seconds, "clock_ppm": clock_ppm}
        command = [sys.executable, "-m", "tests.bluez.service"]
        command += [json.dumps({**settings, "seed": seed, "powered": powered, "air": air})]
        pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
        with system_bus(address), subprocess.Popen(command, cwd=ROOT, text=True, **pipes) as process:
            try:
                yield FakeBluez(process, bus_pid)
            finally:
                process.kill()


@contextmanager
def system_bus(address: str) -> Iterator[None]:
    """Lead this process, and those that it starts, to another system bus."""
    before = os.environ.get(VARIABLE)
    os.environ[VARIABLE] = address
    try:
        yield
    finally:
        if before is None:
            del os.environ[VARIABLE]
        else:
            os.environ[VARIABLE] = before
