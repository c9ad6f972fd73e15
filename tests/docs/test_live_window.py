import re
from pathlib import Path

import pytest

pytest.importorskip("PySide6.QtWidgets", reason="Qt does not load here", exc_type=ImportError)

from legcycle_imu.live.actions import DOINGS
from legcycle_imu.live.dashboard import LOW_PX
from legcycle_imu.live.transport_bar import SPEEDS
from legcycle_imu.live.window import SMALLEST_PX

TEXT = (Path(__file__).parents[2] / "docs" / "live-window.md").read_text(encoding="utf-8")


def test_the_table_of_keys_is_that_of_the_code() -> None:
    lines = TEXT.split("## Keys\n")[1].split("\n## ")[0].splitlines()
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines if line.startswith("|")][2:]
    told = [(tuple(re.findall(r"`([^`]+)`", keys)), does) for _, keys, does in rows]
    assert told == [(doing.keys, doing.text) for doing in DOINGS]
    menus = [menu for menu, _, _ in rows if menu]
    assert menus == list(dict.fromkeys(doing.menu for doing in DOINGS))


def test_sizes_and_speeds_are_those_of_the_code() -> None:
    said = " ".join(TEXT.split())
    assert f"Below {LOW_PX} pixels" in said
    assert f"{SMALLEST_PX[0]} × {SMALLEST_PX[1]}" in said
    *most, last = (f"{speed:g}" for speed in SPEEDS)
    assert f"Speeds are {', '.join(most)} and {last}." in said


def test_the_links_lead_somewhere() -> None:
    for target in re.findall(r"\]\(([^)#]+)", TEXT):
        assert (Path(__file__).parents[2] / "docs" / target).exists(), target
