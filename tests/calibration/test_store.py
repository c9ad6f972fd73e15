import json
from pathlib import Path

import numpy as np
import pytest

from calibration.model import CalibrationSet, LegCalibration, SegmentCalibration, WornSensor, ZeroSource
from calibration.store import CalibrationError, default_path, load_calibration, save_calibration
from firmware_bridge.errors import Reason
from firmware_bridge.samples import Segment, Side
from tests.strategies import rows

SEAT = SegmentCalibration(rows(np.eye(3)), zero_sd_rad=0.03)
MADE = CalibrationSet(
    (LegCalibration(Side.LEFT, SEAT, SEAT, ZeroSource.STANDING),),
    sensors=(WornSensor("5EED0001", 1, Side.LEFT, Segment.THIGH),),
    made="2026-11-23T10:05:30+00:00",
)


def test_what_is_written_is_read_and_a_person_can_read_it(tmp_path: Path):
    path = tmp_path / "new folder" / "anna.json"
    save_calibration(MADE, path)
    assert load_calibration(path) == MADE
    text = path.read_text()
    assert '"zero_source": "standing"' in text
    assert len(text.splitlines()) > 20
    assert [file.name for file in path.parent.iterdir()] == ["anna.json"]


def test_the_usual_place_names_runner_and_time(tmp_path: Path):
    assert default_path(MADE, "anna", tmp_path) == tmp_path / "anna-20261123T100530.json"
    assert default_path(MADE, "../../a b/c", tmp_path) == tmp_path / "_.._a_b_c-20261123T100530.json"
    assert default_path(CalibrationSet(()), folder=tmp_path) == tmp_path / "runner-undated.json"


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (None, Reason.MISSING),
        ("", Reason.DAMAGED),
        ('{"legs": 3}', Reason.DAMAGED),
        (json.dumps({"legs": [], "format_version": 99}), Reason.DAMAGED),
        (b"\xff\xfe\x00", Reason.UNREADABLE),
    ],
)
def test_what_is_no_calibration_gets_a_sentence(tmp_path: Path, text: str | bytes | None, reason: Reason):
    path = tmp_path / "anna.json"
    if text is not None:
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
    with pytest.raises(CalibrationError) as caught:
        load_calibration(path)
    assert caught.value.reason is reason
    assert "anna.json" in caught.value.sentence
    assert "legcycle calibrate" in caught.value.advice


def test_where_nothing_can_be_written_is_said(tmp_path: Path):
    (tmp_path / "file").write_text("")
    with pytest.raises(CalibrationError) as caught:
        save_calibration(MADE, tmp_path / "file" / "anna.json")
    assert caught.value.reason is Reason.NOT_WRITABLE
