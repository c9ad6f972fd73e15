import json
from math import radians
from pathlib import Path

import msgspec
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from calibration.intrinsic import AxisErrors, as_rows, correction_matrix
from calibration.intrinsic_store import IntrinsicStore, IntrinsicStoreError, as_text, from_text, intrinsic_folder
from calibration.model import IntrinsicCalibration
from firmware_bridge.errors import Reason
from firmware_bridge.protocols import PROTOCOLS

G = 9.80665
ERRORS = AxisErrors(np.array([1.005, 0.997, 1.0]), np.radians([0.5, -0.25, 1.0]))
MADE = IntrinsicCalibration(
    "5EED0001",
    2,
    "2026-11-23T10:05:30+00:00",
    (0.02 * G, -0.0125 * G, 0.0),
    as_rows(correction_matrix(ERRORS)),
    (1.0 / 1.01, 1.0, 1.0 / 0.99),
    23.5,
    12,
    0.0002 * G,
    0.00019 * G,
    0.0002,
    9,
    radians(0.03),
    0.001,
)
FACTS = PROTOCOLS["leglink"].defaults._replace(device="5EED0001", node=2)


def same(a: IntrinsicCalibration, b: IntrinsicCalibration) -> None:
    for name in a.__struct_fields__:
        mine, other = getattr(a, name), getattr(b, name)
        if isinstance(mine, str | int | None):
            assert mine == other, name
        else:
            np.testing.assert_allclose(mine, other, rtol=1e-7, atol=2e-7, err_msg=name)


def test_what_is_kept_is_found_again(tmp_path: Path):
    store = IntrinsicStore(tmp_path / "new" / "folder")
    path = store.save(MADE)
    found = store.load("5EED0001", 2)
    assert found is not None
    same(found, MADE)
    assert path == tmp_path / "new" / "folder" / "5EED0001-2.json"
    assert [file.name for file in path.parent.iterdir()] == [path.name]


def test_a_person_reads_names_units_and_what_the_sensor_does_wrong():
    file = json.loads(as_text(MADE))
    assert file["accelerometer"]["bias_mg"] == {"x": 20.0, "y": -12.5, "z": 0.0}
    assert file["accelerometer"]["scale_error_percent"] == pytest.approx({"x": 0.5, "y": -0.3, "z": 0.0})
    assert file["accelerometer"]["nonorthogonality_deg"] == pytest.approx({"yz": 0.5, "xz": -0.25, "xy": 1.0})
    assert file["gyroscope"]["scale_error_percent"] == pytest.approx({"x": 1.0, "y": 0.0, "z": -1.0})
    assert (file["format_version"], file["temperature_c"], file["made"]) == (1, 23.5, MADE.made)
    assert '\n    "bias_mg": {\n' in as_text(MADE)


@settings(max_examples=20)
@given(st.integers(0, 2**32 - 1))
def test_any_calibration_reads_as_it_was_written(seed: int):
    rng = np.random.default_rng(seed)
    errors = AxisErrors(1 + rng.uniform(-0.1, 0.1, 3), rng.uniform(-0.08, 0.08, 3))
    bias = tuple(rng.uniform(-1, 1, 3).tolist())
    made = msgspec.structs.replace(MADE, acc_bias_m_s2=bias, acc_matrix=as_rows(correction_matrix(errors)))
    same(from_text(as_text(made)), made)
    assert as_text(from_text(as_text(made))) == as_text(made)


def test_a_later_calibration_takes_the_place_of_an_earlier_one(tmp_path: Path):
    store = IntrinsicStore(tmp_path)
    store.save(MADE)
    store.save(msgspec.structs.replace(MADE, poses=9))
    assert store.load("5EED0001", 2).poses == 9  # type: ignore[union-attr]


def test_a_sensor_without_one_has_none(tmp_path: Path):
    assert IntrinsicStore(tmp_path).load("5EED0001", 1) is None


@pytest.mark.parametrize("device", ["C4:7C:8D:00:00:01", "WT901 C4:7C", "../../etc/passwd", "Läufer", ""])
def test_any_identity_has_a_file_of_its_own_in_the_folder(tmp_path: Path, device: str):
    store = IntrinsicStore(tmp_path)
    path = store.save(msgspec.structs.replace(MADE, device=device))
    assert path.parent == tmp_path
    assert store.load(device, 2).device == device  # type: ignore[union-attr]
    assert (
        store.path_of("C4_7C_8D_00_00_01") != store.path_of("C4:7C:8D:00:00:01") != store.path_of("C4-7C:8D:00:00:01")
    )


def damaged(**changes: object) -> str:
    file = json.loads(as_text(MADE))
    for place, value in changes.items():
        part, key = place.split("__") if "__" in place else ("", place)
        (file[part] if part else file)[key] = value
    return json.dumps(file)


BAD = [
    pytest.param("", Reason.DAMAGED, id="empty"),
    pytest.param(as_text(MADE)[:200], Reason.DAMAGED, id="cut off"),
    pytest.param("[]", Reason.DAMAGED, id="something else"),
    pytest.param(b"\xff\xfe\x00\x81", Reason.UNREADABLE, id="no text"),
    pytest.param(damaged(format_version=2), Reason.DAMAGED, id="a later version"),
    pytest.param(damaged(accelerometer__bias_mg={"x": 5000, "y": 0, "z": 0}), Reason.DAMAGED, id="an absurd bias"),
    pytest.param(damaged(accelerometer__rests="many"), Reason.DAMAGED, id="no number"),
    pytest.param(damaged(colour="red"), Reason.DAMAGED, id="more than is known"),
    pytest.param(damaged(device="5EED0007"), Reason.DAMAGED, id="of another sensor"),
    pytest.param(damaged(accelerometer__scale_error_percent={"x": 1e999, "y": 0, "z": 0}), Reason.DAMAGED, id="inf"),
]


@pytest.mark.parametrize(("content", "reason"), BAD)
def test_a_damaged_file_gets_a_sentence_and_what_to_do(tmp_path: Path, content: str | bytes, reason: Reason):
    store = IntrinsicStore(tmp_path)
    store.path_of("5EED0001", 2).write_bytes(content if isinstance(content, bytes) else content.encode())
    with pytest.raises(IntrinsicStoreError) as caught:
        store.load("5EED0001", 2)
    assert caught.value.reason is reason
    assert "5EED0001-2.json" in caught.value.sentence
    assert "--intrinsic" in caught.value.advice


@pytest.mark.parametrize(("content", "_reason"), BAD)
def test_a_damaged_file_is_no_reason_to_end_a_session(tmp_path: Path, content: str | bytes, _reason: Reason):
    store, said = IntrinsicStore(tmp_path), list[str]()
    store.save(msgspec.structs.replace(MADE, node=3))
    store.path_of("5EED0001", 2).write_bytes(content if isinstance(content, bytes) else content.encode())
    found = store.of([FACTS, FACTS._replace(node=3), FACTS._replace(node=4), FACTS._replace(device="")], said.append)
    assert [calibration.node for calibration in found] == [3]
    assert len(said) == 1


def test_where_nothing_can_be_written_is_said(tmp_path: Path):
    (tmp_path / "file").write_text("")
    with pytest.raises(IntrinsicStoreError) as caught:
        IntrinsicStore(tmp_path / "file").save(MADE)
    assert caught.value.reason is Reason.NOT_WRITABLE


def test_the_usual_folder_is_the_users():
    assert intrinsic_folder().name == "sensors"
    assert IntrinsicStore().folder == intrinsic_folder()
