"""The commands that look for sensors, against a board of two nodes on a pseudo-terminal."""

import json
import os
from pathlib import Path

import pytest

from legcycle_imu.config import load_config
from tests.firmware_bridge.links.boards import LEFT, PluggedIn, board_of

pytestmark = pytest.mark.skipif(not hasattr(os, "openpty"), reason="pseudo-terminals are of POSIX systems")


def test_two_nodes_of_one_port_are_found_saved_and_told_apart(cli, tmp_path: Path):
    with PluggedIn(board_of(*LEFT), tmp_path / "ttyLeft") as port:
        shown = cli("scan", "--source", port.link, "--seconds", "4", "--json", "--save")
        assert shown.exit_code == 0
        rows = json.loads(shown.stdout)
        assert [row["device"] for row in rows] == ["000000A2", "000000A1"]
        assert {row["protocol"] for row in rows} == {"leglink-serial"}
        assert {row["worn"] for row in rows} == {"left thigh", "left shank"}
        config = load_config(tmp_path / "legcycle.toml")
        assert config.sources == (port.link,)
        assert {facts.link for facts in config.sensors.values()} == {port.link}
        before = [node.blinks for node in port.board.line.nodes]
        assert cli("identify", "left thigh", "--seconds", "4").exit_code == 0
    assert [node.blinks for node in port.board.line.nodes] == [before[0] + 1, before[1]]
