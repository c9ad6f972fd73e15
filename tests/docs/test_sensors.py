import re
from pathlib import Path

import pytest

from firmware_bridge.protocols import PROTOCOLS, ClockKind

TEXT = (Path(__file__).parents[2] / "docs" / "sensors.md").read_text(encoding="utf-8")
LINES = {
    name: cells
    for line in TEXT.splitlines()
    if line.startswith("| [")
    for cells in [[cell.strip() for cell in line.strip("|").split("|")]]
    for name in re.findall(r"`([^`]+)`", cells[1])
}
LIVE = {name: row for name, row in PROTOCOLS.items() if row.ble or row.serial or row.udp}
live = pytest.mark.parametrize("name", LIVE)


def test_every_live_protocol_has_its_line():
    assert set(LINES) == set(LIVE)


@live
def test_rates_are_those_of_the_code(name):
    assert sorted(map(float, re.findall(r"\d+", LINES[name][3]))) == sorted(LIVE[name].rates_hz)


@live
def test_links_are_those_of_the_code(name):
    links, row = LINES[name][2], LIVE[name]

    assert not row.ble or "Bluetooth LE" in links
    assert not row.serial or re.search("serial|cable", links)
    assert not row.udp or "UDP" in links


@live
def test_time_and_loss_are_as_the_code_has_them(name):
    _, _, _, _, _, time, loss = LINES[name]

    assert (time == "none") == (loss == "cannot be seen") == (LIVE[name].clock is ClockKind.NONE)
    assert time.startswith("ms") == (LIVE[name].resolution_s == pytest.approx(0.001))


def test_every_sensor_of_the_table_has_its_section():
    anchors = {
        re.sub(r"[^a-z0-9 -]", "", title.lower()).replace(" ", "-") for title in re.findall("^## (.+)$", TEXT, re.M)
    }

    assert set(re.findall(r"\| \[[^\]]+\]\(#([^)]+)\)", TEXT)) <= anchors


def test_the_limit_of_the_dot_is_said():
    assert "60 Hz live at most" in TEXT
