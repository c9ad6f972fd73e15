"""Two serial ports with two nodes each, one leg behind each, as a person records them: unplugged and plugged in again.

What streams is the simulated runner, who runs on while a leg's port is unplugged.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from itertools import chain
from pathlib import Path
from time import monotonic

import numpy as np
import pytest

from firmware_bridge.protocols.leglink_node import Hardware, LegLinkNode
from firmware_bridge.protocols.leglink_packets import NODES, PLACES
from firmware_bridge.samples import Placement, SampleBlock
from legcycle_imu.simulation import ErrorModel, Simulation, draw_runner, draw_sensors, running_script, simulate
from tests.acceptance.command import Command
from tests.acceptance.session import (
    HEIGHT_M,
    expect_flagged_gaps,
    expect_no_loss,
    expect_same_tables,
    expect_true_strides,
    has_gap,
    session_of,
    strides_in,
)
from tests.firmware_bridge.links.boards import LEFT, RATE_HZ, RIGHT, Board, PluggedIn, facts_of

pytestmark = pytest.mark.skipif(not hasattr(os, "openpty"), reason="pseudo-terminals are of POSIX systems")

CLOCK_PPM = 40.0
MOST_OF_A_CORE = 0.15
RETURN_S = 5.0
"""So soon a sensor must stream again once it is plugged in, s."""


@cache
def run(seconds: float) -> Simulation:
    setups = draw_sensors(3, tuple(NODES), rate_hz=RATE_HZ, model=ErrorModel())
    return simulate(running_script(3.0, seconds, preamble=seconds > 30.0), draw_runner(3), setups, 3)


class Worn(Board):
    """A board on the simulated runner, who runs on, plugged in or not; its clock begins with its power.

    Parameters
    ----------
    simulation : the runner
    pace : how fast its clock goes
    """

    def __init__(self, simulation: Simulation, pace: float, *placements: Placement) -> None:
        super().__init__([LegLinkNode(facts_of(at, ""), Hardware(0xC0 + NODES[at])) for at in placements])
        self._samples = simulation.samples
        self._pace = pace
        self._born_s = monotonic()
        self._booted = 0

    def says(self, heard: bytes, now_s: float) -> bytes:
        del now_s  # it would stand still while the port is unplugged
        return super().says(heard, self._age_s() - self._booted / RATE_HZ)

    def restart(self) -> None:
        super().restart()
        self._booted, self.samples = int(self._age_s() * RATE_HZ), 0

    def measured(self, node: LegLinkNode, first: int, count: int) -> SampleBlock:
        begin = self._booted + first
        block = self._samples[PLACES[node.node]][begin : begin + count]
        return SampleBlock((first + np.arange(len(block))) / RATE_HZ, block.gyr, block.acc, block.quality)

    def _age_s(self) -> float:
        return (monotonic() - self._born_s) * self._pace


@contextmanager
def worn(folder: Path, seconds: float) -> Iterator[tuple[PluggedIn, PluggedIn]]:
    """Plug in a board on either leg, both on one runner."""
    simulation = run(seconds)
    with (
        PluggedIn(Worn(simulation, 1.0 + CLOCK_PPM * 1e-6, *LEFT), folder / "ttyLeft") as left,
        PluggedIn(Worn(simulation, 1.0 - CLOCK_PPM * 1e-6, *RIGHT), folder / "ttyRight") as right,
    ):
        yield left, right


def live(folder: Path, ports: tuple[PluggedIn, PluggedIn], seconds: float) -> Command:
    options = ["--no-window", "--record", folder / "run.legcycle", "--strides", folder / "live.csv"]
    sources = chain.from_iterable(("--source", port.link) for port in ports)
    return Command(folder, "live", *sources, *options, "--height-m", HEIGHT_M, "--duration-s", seconds)


def plug_in_again(port: PluggedIn) -> None:
    port.board.restart()
    port.plug()


def expect_a_gap_on_each_leg(folder: Path, simulation: Simulation, away_s: float) -> str:
    """Expect all that must be true of a session in which each port was unplugged once; give its figures."""
    expect_same_tables(folder, folder / "run.legcycle", folder / "live.csv")
    session, rows = session_of(folder / "run.legcycle"), strides_in(folder / "live.csv")
    assert rows
    expect_flagged_gaps(session)
    expect_true_strides(rows, session, simulation.strides)
    assert all(any(name in sentence for sentence in session.lost) for name in ("ttyLeft", "ttyRight"))
    assert session.connected == 4
    spans = {str(place): [round(end - begin, 2) for begin, end in session.gaps(place)] for place in session.samples}
    assert all(len(gaps) == 1 and gaps[0] < away_s + RETURN_S for gaps in spans.values()), spans
    return f"{len(rows)} strides, {len(list(filter(has_gap, rows)))} with a gap; gaps, s: {spans}"


def test_two_ports_are_unplugged_and_plugged_in_again(tmp_path: Path) -> None:
    with worn(tmp_path, 29.0) as ports, live(tmp_path, ports, 7.0) as process:
        left, right = ports
        process.until_second(2)
        left.unplug()
        process.until_second(3)
        plug_in_again(left)
        right.unplug()
        process.until_second(4)
        plug_in_again(right)
        process.end()
    expect_a_gap_on_each_leg(tmp_path, run(29.0), 2.0)


@pytest.mark.soak
def test_a_minute_on_two_ports_lacks_nothing_and_takes_little(tmp_path: Path) -> None:
    with worn(tmp_path, 80.0) as ports:
        sources = chain.from_iterable(("--source", port.link) for port in ports)
        with Command(tmp_path, "record", *sources, "-o", tmp_path / "run.legcycle", "--duration-s", 60.0) as record:
            record.end(90.0)
    session = session_of(tmp_path / "run.legcycle")
    expect_no_loss(session)
    assert session.lost == []
    assert record.cpu_share < MOST_OF_A_CORE
    print(f"record: {100 * record.cpu_share:.1f} % of a core")  # noqa: T201 - a figure for `pytest -s`


@pytest.mark.soak
def test_a_minute_in_which_both_ports_are_unplugged(tmp_path: Path) -> None:
    with worn(tmp_path, 80.0) as ports, live(tmp_path, ports, 60.0) as process:
        left, right = ports
        process.until_second(30)
        left.unplug()
        process.until_second(32)
        plug_in_again(left)
        process.until_second(40)
        right.unplug()
        process.until_second(43)
        plug_in_again(right)
        process.end(90.0)
    print(expect_a_gap_on_each_leg(tmp_path, run(80.0), 4.0))  # noqa: T201 - see above
