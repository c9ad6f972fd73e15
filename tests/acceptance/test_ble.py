"""Four sensors over Bluetooth LE, as a person records them: in a good hour, and while everything befalls them."""

from pathlib import Path

import pytest

from firmware_bridge.choice import PLACEMENTS
from firmware_bridge.protocols.leglink_packets import NODES
from legcycle_imu.model import Stride
from legcycle_imu.simulation import draw_runner, draw_sensors, running_script, simulate
from tests.acceptance.command import Command
from tests.acceptance.session import (
    HEIGHT_M,
    Session,
    expect_flagged_gaps,
    expect_no_loss,
    expect_same_tables,
    expect_true_strides,
    has_gap,
    session_of,
    strides_in,
)
from tests.bluez import private_bus
from tests.bluez.fake_bluez import FakeBluez, fake_bluez

pytestmark = pytest.mark.skipif(not private_bus.is_there(), reason=private_bus.MISSING)

RETURN_S = 5.0
"""So soon a sensor must stream again once it can be reached, s."""
MOST_OF_A_CORE = 0.15
CONFIG = "\n".join(
    f'[sensor.{at.side}_{at.segment}]\ndevice = "{1 + NODES[at]:08X}"\nnode = {NODES[at]}\nprotocol = "leglink"'
    for at in PLACEMENTS
)
DROP_S, BLUEZ_AWAY_S = 2.0, 4.0
"""Away for so long, s: a sensor; BlueZ, by the lines of status of its end and its return."""
PLACES = {"LegLink 0001": "left shank", "LegLink 0002": "right shank", "LegLink 0003": "left thigh"}


def true_strides(seconds: float) -> list[Stride]:
    """What the runner on whom the sensors of the false BlueZ are worn does in a run of so many seconds."""
    runner = draw_runner(0)
    script = running_script(3.0, seconds, preamble=seconds > 30.0)
    return simulate(script, runner, draw_sensors(0), 0).strides


def live(folder: Path, seconds: float) -> Command:
    options = ["--no-window", "--record", folder / "run.legcycle", "--strides", folder / "live.csv"]
    return Command(folder, "live", "--source", "ble:", *options, "--height-m", HEIGHT_M, "--duration-s", seconds)


def recorded(folder: Path, seconds: float) -> float:
    """Record for so long; give the share of a core that it took."""
    with Command(
        folder, "record", "--source", "ble:", "-o", folder / "run.legcycle", "--duration-s", seconds
    ) as record:
        record.end(seconds + 30.0)
    return record.cpu_share


def longest_gap_s(session: Session, name: str) -> float:
    (gaps,) = [session.gaps(place) for place in session.samples if str(place) == PLACES[name]]
    return max(end - begin for begin, end in gaps)


def test_a_short_recording_lacks_nothing(tmp_path: Path) -> None:
    with fake_bluez(4, seconds=12.0):
        recorded(tmp_path, 3.0)
    session = session_of(tmp_path / "run.legcycle")
    expect_no_loss(session)
    assert (session.lost, session.connected) == ([], 4)


def test_what_live_finds_is_what_its_recording_gives(tmp_path: Path) -> None:
    with fake_bluez(4, seconds=20.0, loss=0.05, doubles=True) as bluez, live(tmp_path, 6.0) as process:
        process.until_second(3)
        bluez.drop("LegLink 0002", 0.5)
        process.end()
    expect_same_tables(tmp_path, tmp_path / "run.legcycle", tmp_path / "live.csv")
    session = session_of(tmp_path / "run.legcycle")
    rows = strides_in(tmp_path / "live.csv")
    assert rows
    expect_flagged_gaps(session)
    expect_true_strides(rows, session, true_strides(20.0))
    assert [sentence.split(".")[0] for sentence in session.lost] == ["The link to LegLink 0002 broke"]
    assert 0.5 < longest_gap_s(session, "LegLink 0002") < 0.5 + RETURN_S


def test_ctrl_c_ends_it_while_bluez_is_dead(tmp_path: Path) -> None:
    with fake_bluez(4, seconds=12.0) as bluez, live(tmp_path, 60.0) as process:
        process.until_second(1)
        bluez.kill()
        process.interrupt()
        process.end(2 * RETURN_S)
    assert session_of(tmp_path / "run.legcycle").connected == 4


@pytest.mark.soak
def test_a_minute_lacks_nothing_and_takes_little(tmp_path: Path) -> None:
    with fake_bluez(4, seconds=70.0):
        share = recorded(tmp_path, 60.0)
    session = session_of(tmp_path / "run.legcycle")
    expect_no_loss(session)
    assert (session.lost, session.connected) == ([], 4)
    assert share < MOST_OF_A_CORE
    print(f"record: {100 * share:.1f} % of a core")  # noqa: T201 - a figure for `pytest -s`


@pytest.mark.soak
def test_a_minute_of_live_is_what_its_recording_gives(tmp_path: Path) -> None:
    with fake_bluez(4, seconds=70.0), live(tmp_path, 60.0) as process:
        process.end(90.0)
    expect_same_tables(tmp_path, tmp_path / "run.legcycle", tmp_path / "live.csv")
    session, rows = session_of(tmp_path / "run.legcycle"), strides_in(tmp_path / "live.csv")
    expect_no_loss(session)
    expect_true_strides(rows, session, true_strides(70.0))
    assert not any(map(has_gap, rows))
    print(f"live: {100 * process.cpu_share:.1f} % of a core, {len(rows)} strides")  # noqa: T201 - see above


@pytest.mark.soak
def test_everything_befalls_it(tmp_path: Path) -> None:
    with fake_bluez(4, seconds=80.0, loss=0.05, doubles=True) as bluez, live(tmp_path, 75.0) as process:
        befall(bluez, process)
        process.end(120.0)
    expect_same_tables(tmp_path, tmp_path / "run.legcycle", tmp_path / "live.csv")
    session, rows = session_of(tmp_path / "run.legcycle"), strides_in(tmp_path / "live.csv")
    expect_flagged_gaps(session)
    expect_true_strides(rows, session, true_strides(80.0))
    broken = list(filter(has_gap, rows))
    assert 0 < len(broken) < len(rows) / 4
    assert session.connected == 4 + 1 + 1 + 4
    assert sum(counts.restarts for counts in session.statistics.values()) == 1
    assert all(counts.repeated > 0 for counts in session.statistics.values())
    spans = {str(place): [round(end - begin, 2) for begin, end in session.gaps(place)] for place in session.samples}
    assert all(max(gaps) < BLUEZ_AWAY_S + RETURN_S for gaps in spans.values())
    assert all(gaps[0] < DROP_S + RETURN_S for gaps in spans.values())
    print(f"{len(rows)} strides, {len(broken)} with a gap; gaps, s: {spans}")  # noqa: T201 - see above


def befall(bluez: FakeBluez, process: Command) -> None:
    """Break what can be broken, a trouble after the other."""
    process.until_second(30)
    bluez.drop("LegLink 0002", DROP_S)
    process.until_second(40)
    bluez.restart_sensor("LegLink 0003")
    process.until_second(50)
    bluez.kill()
    process.until_second(53)
    bluez.revive()


@pytest.mark.soak
def test_a_sensor_that_is_switched_on_after_the_start_joins(tmp_path: Path) -> None:
    (tmp_path / "legcycle.toml").write_text(CONFIG, encoding="utf-8")
    with fake_bluez(4, seconds=29.0) as bluez:
        bluez.drop("LegLink 0002", 60.0)
        with live(tmp_path, 14.0) as process:
            process.until(lambda line: line.startswith("The sensor on the right shank has not been found yet"))
            process.until_second(7)
            bluez.drop("LegLink 0002", 0.0)
            process.until(lambda line: line.startswith("right shank: ● streaming"), RETURN_S)
            process.end()
    expect_same_tables(tmp_path, tmp_path / "run.legcycle", tmp_path / "live.csv")
    rows = strides_in(tmp_path / "live.csv")
    expect_true_strides(rows, session_of(tmp_path / "run.legcycle"), true_strides(29.0))
    counts = {side: sum(row["side"] == side for row in rows) for side in ("left", "right")}
    assert counts["left"] > 10
    assert 0 < counts["right"] < counts["left"]
