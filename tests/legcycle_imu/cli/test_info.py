import json
import sqlite3

import pytest


def test_it_says_what_a_recording_holds(cli, recording):
    result = cli("info", recording("run"))
    assert result.exit_code == 0
    assert result.stderr == ""
    for word in ("9.0 s", "simulated, height 1.", "left thigh: ", "right shank: ", "100.00 Hz", "16 g, 2000 deg/s"):
        assert word in result.stdout
    assert "found from the movement" in result.stdout


def test_json_holds_the_same(cli, recording):
    found = json.loads(cli("info", recording("one-leg"), "--json").stdout)
    assert [sensor["facts"]["placement"] for sensor in found["sensors"]] == ["left thigh", "left shank"]
    assert found["meta"]["runner"]["code"] == "simulated"
    assert found["sensors"][0]["statistics"]["received"] == 1800
    assert found["sensors"][0]["measured_hz"] == pytest.approx(200.0, abs=0.1)


def test_marks_and_missing_lengths_are_said(cli, recording):
    path = recording("one-leg")
    with sqlite3.connect(path) as database:
        entry = (None, "marker", 9_100_000_000, b"hill")
        database.execute("INSERT INTO entry (sensor, kind, arrival_ns, bytes) VALUES (?, ?, ?, ?)", entry)
        database.execute("UPDATE meta SET value = 'null' WHERE key = 'runner'")
    database.close()
    said = cli("info", path).stdout
    assert "mark at 9.1 s: hill" in said
    assert "runner        not known" in said
