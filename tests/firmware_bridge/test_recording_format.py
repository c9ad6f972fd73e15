import math
import re
import sqlite3
from pathlib import Path

import pytest

from firmware_bridge.errors import RecordingError
from firmware_bridge.protocols.imported import RECORD_BYTES
from firmware_bridge.recording import Kind, Recording, RecordingMeta, RecordingWriter, Runner
from firmware_bridge.recording_format import APPLICATION_ID, FORMAT_VERSION, SCHEMA, meta_from_rows, meta_rows
from firmware_bridge.samples import Placement, Segment, Side
from firmware_bridge.source import Chunk, SensorFacts

DOCUMENT = (Path(__file__).parents[2] / "docs" / "recording-format.md").read_text(encoding="utf-8")
SENSOR = SensorFacts(Placement(Side.RIGHT, Segment.SHANK), "imported", 104.0, 156.9, math.inf, name="a.csv")
META = RecordingMeta((SENSOR,), Runner("R1", 1.8), calibration='{"a": 1}', software="test 1")


def blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", DOCUMENT, re.DOTALL)


@pytest.fixture
def path(tmp_path):
    path = tmp_path / "run.legcycle"
    with RecordingWriter(path, META) as writer:
        writer.add_many([Chunk(0, n * 500_000_000, bytes(RECORD_BYTES)) for n in range(4)])
    return path


def test_the_document_has_the_schema_of_the_code():
    assert blocks("sql")[0] == SCHEMA


def test_a_recording_has_the_schema_and_the_marks_of_the_document(path):
    database = sqlite3.connect(path)
    tables = [row[0] for row in database.execute("SELECT sql FROM sqlite_master WHERE type = 'table'")]
    marks = [database.execute(f"PRAGMA {mark}").fetchone()[0] for mark in ("application_id", "user_version")]
    keys = [row[0] for row in database.execute("SELECT key FROM meta")]
    database.close()

    assert "".join(f"{table};\n" for table in tables) == SCHEMA
    assert f"{marks[0]} (0x{marks[0]:X}" in DOCUMENT
    assert f"| `PRAGMA user_version` | {marks[1]} |" in DOCUMENT
    assert marks == [APPLICATION_ID, FORMAT_VERSION]
    assert all(f"| `{key}` |" in DOCUMENT for key in keys)


def test_the_document_names_every_kind_and_every_fact_of_a_sensor():
    sensors = dict(meta_rows(META))["sensors"]

    assert all(f"| `{kind}` |" in DOCUMENT for kind in Kind)
    for field in re.findall(r'"(\w+)":', sensors):
        assert f"`{field}`" in DOCUMENT


def test_the_query_of_the_document_works(path):
    database = sqlite3.connect(path)
    rows = database.execute(blocks("sql")[1]).fetchall()
    database.close()

    assert rows == [("right", "shank", 4, 4 * RECORD_BYTES, 1.5)]


def test_the_python_of_the_document_works(path, monkeypatch, capsys):
    monkeypatch.chdir(path.parent)

    exec(blocks("python")[0], {})

    assert capsys.readouterr().out.splitlines()[1:] == [f"0 {n * 500_000_000} {RECORD_BYTES}" for n in range(4)]


def test_meta_is_json_that_people_can_read():
    rows = dict(meta_rows(META))

    assert rows["runner"] == '{"code":"R1","height_m":1.8,"thigh_m":null,"shank_m":null}'
    assert rows["calibration"] == '{"a": 1}'
    assert rows["started"] == rows["settings"] == "null"
    assert '"side":"right","segment":"shank"' in rows["sensors"]
    assert '"gyr_range_rad_s":null' in rows["sensors"]


def test_a_sensor_of_an_older_file_has_no_device_link_and_node():
    old = re.sub(r',"(device|link)":"[^"]*"|,"node":\d+', "", dict(meta_rows(META))["sensors"])
    assert "device" not in old

    assert meta_from_rows([("software", '"x"'), ("sensors", old)]).sensors == (SENSOR,)


def test_a_sensor_keeps_its_device_link_and_node():
    behind = SENSOR._replace(device="SN 7", link="serial:COM3", node=2)

    assert meta_from_rows(meta_rows(RecordingMeta((SENSOR, behind)))).sensors == (SENSOR, behind)


@pytest.mark.parametrize("key", ["software", "sensors"])
def test_meta_without_what_is_needed_is_no_meta(key):
    rows = [row for row in meta_rows(META) if row[0] != key]

    with pytest.raises(ValueError, match=f"no {key}"):
        meta_from_rows(rows)


@pytest.mark.parametrize("text", ["[{}]", "{", '[{"side": "up"}]', "7"])
def test_meta_that_is_something_else_is_no_meta(text):
    with pytest.raises(ValueError, match=r".+"):
        meta_from_rows([("software", '"x"'), ("sensors", text)])


def test_a_recording_with_broken_meta_is_damaged(path):
    database = sqlite3.connect(path)
    database.execute("UPDATE meta SET value = '{' WHERE key = 'runner'")
    database.commit()
    database.close()

    with pytest.raises(RecordingError, match="is damaged and cannot be read"):
        Recording.open(path)
